"""Kinds of meetings, their agendas and the bank of themes that ship with the registry; coordinators change them."""

import csv
from pathlib import Path

from django.db import transaction

from meetings.models import AgendaTemplateItem, KindAudience, MeetingKind, MeetingTheme

DATA = Path(__file__).parent / "data"
LANGUAGES = ("fi", "sv", "en")


def _rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _translated(row, *names):
    return {f"{name}_{language}": row[f"{name}_{language}"] for name in names for language in LANGUAGES}


@transaction.atomic
def load_meeting_kinds():
    """Add the kinds and themes that are not in the database yet; return how many rows. Never changes what is there."""
    return _kinds() + _themes()


def _kinds():
    n_added = 0
    agenda = _rows("agenda.csv")
    for position, row in enumerate(_rows("kinds.csv"), start=1):
        fields = {name: int(row[name]) for name in ("n_expected", "usual_minutes")}
        fields |= {"host": row["host"], "is_public": row["is_public"] == "yes", "position": position}
        fields |= _translated(row, "name", "description")
        kind, is_new = MeetingKind.objects.get_or_create(key=row["key"], defaults=fields)
        if not is_new:
            continue
        audiences = [KindAudience(kind=kind, audience=each) for each in row["audiences"].split()]
        points = [
            AgendaTemplateItem(kind=kind, position=number, minutes=int(point["minutes"]), **_translated(point, "title"))
            for number, point in enumerate((each for each in agenda if each["kind"] == kind.key), start=1)
        ]
        KindAudience.objects.bulk_create(audiences)
        AgendaTemplateItem.objects.bulk_create(points)
        n_added += 1 + len(audiences) + len(points)
    return n_added


def _themes():
    n_added = 0
    for position, row in enumerate(_rows("themes.csv"), start=1):
        fields = {"position": position, **_translated(row, "name", "description")}
        n_added += MeetingTheme.objects.get_or_create(key=row["key"], defaults=fields)[1]
    return n_added
