"""Whoever asks for every page and file before and after each answer and edition learns of no group under five (rule 7).

The short version with real pages; the property over invented histories is tests/surveys/test_suppression.py.
"""

import itertools
import json
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError

from surveys.association_answers import correct_papers, enter_papers
from surveys.authoring import close_round
from surveys.editions import put_together
from surveys.open_links import make_open_link, token_of
from surveys.suppression import LEAST
from tests.admin.conftest import as_kaisa  # noqa: F401 - a fixture
from tests.portal.association_world import TODAY, send

pytestmark = pytest.mark.django_db


def tables_of(page_of_portal, edition_pages, file):
    """Return {(who, edition): (yes, no)} of what the pages and the file tell of the first question."""
    shown = page_of_portal.context["page"].shown
    told = {("oulu", "now"): dict(shown[0].lines)} if shown else {}
    for number, answer in enumerate(edition_pages, start=1):
        told["region", number] = dict(answer.context["region"][0].lines)
        for place, counts in answer.context["places"]:
            told[place.slug, number] = dict(counts[0].lines)
    for edition in json.loads(file).get("association_editions", ()):
        for row in edition["counts"]:
            if row["question"] == "tilat":
                who = f"{row.get('municipality')} {row.get('papers', '')}"
                told[who, edition["number"]] = {"Yes": row["counts"].get("yes", 0), "No": row["counts"].get("no", 0)}
    return {who: (table.get("Yes", 0), table.get("No", 0)) for who, table in told.items()}


def is_safe(steps):
    return all(n == 0 or n >= LEAST for n in (sum(n for n in steps if n > 0), -sum(n for n in steps if n < 0)))


def test_no_page_or_file_tells_of_fewer_than_five_whatever_is_subtracted(side, leena, as_kaisa, cast, reference):  # noqa: F811
    by, pages = cast.kaisa.user, f"/hallinta/surveys/round/{side.round.pk}"
    hailuoto = make_open_link(side.round, reference.hailuoto, by=by)
    hailuoto.address = f"/y/{token_of(hailuoto)}/"
    learned = {}
    batch = None

    def look(moment):
        editions = range(1, side.round.association_editions.count() + 1)
        seen = tables_of(
            leena.get(f"/oma/oulu/kysely/{TODAY.year}/yhdistykset/"),
            [as_kaisa.get(f"{pages}/associations_edition/?numero={number}") for number in editions],
            as_kaisa.post(f"{pages}/export_answers/").content.decode(),
        )
        learned.update({(who, f"{moment} {number}"): table for (who, number), table in seen.items()})

    steps = [(side, "yes")] * 4 + [(hailuoto, "no")] * 3 + [(side, "no")] * 2 + ["papers"] + [(side, "yes")] * 2
    steps += ["correct"] + [(side, "no")] * 4 + ["close"]
    for moment, step in enumerate(steps):
        if step == "papers":
            batch = enter_papers(
                side.round, reference.oulu, label="Ilta", collected_on=TODAY, n_papers=9,
                counts={"tilat": {"yes": 2, "no": 7}}, by=by,
            )  # fmt: skip
        elif step == "correct":
            correct_papers(batch, n_papers=9, counts={"tilat": {"yes": 3, "no": 6}}, reason="Yksi väärin", by=by)
        elif step == "close":
            close_round(side.round, by=by)
        else:
            assert send(step[0], tilat=step[1])[1].status_code == 302
        # Refused while nothing new can be shown.
        with suppress(ValidationError):
            put_together(side.round, by=by)
        look(moment)

    by_group = {}
    for (who, _moment), table in learned.items():
        by_group.setdefault(who, {(0, 0)}).add(table)
    assert {who.split()[0] for who in by_group} == {"oulu", "region", "564"}
    assert len(by_group["oulu"]) >= 3
    for who, tables in by_group.items():
        for one, other in itertools.combinations(tables, 2):
            assert is_safe([a - b for a, b in zip(one, other, strict=True)]), (who, one, other)
    for (who, moment), table in learned.items():
        if who == "region":
            of_oulu = learned.get(("oulu", moment), (0, 0))
            assert is_safe([a - b for a, b in zip(table, of_oulu, strict=True)]), moment
