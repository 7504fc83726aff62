"""The board of a round: every municipality with its state, its last touch, who answers for it, and what one can do.

What is chosen stands in the address: `tila` a state, `alue` an area, `jarjestys` the order (with a
minus turned round), `sivu` which fifty. A choice that the address does not understand is left out.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.tables import Column
from registry.models import Appointment, ContactEntry
from surveys.respondents import Respondent, respondents_of
from surveys.response_rate import ResponseRate
from surveys.responses import CHANGES, DECLINED, LINE_STATES, TO_CONFIRM, Line, lines_of

PAGE = 50
# A shape beside the word for each state (templates/admin/board_shapes.html).
SHAPES = {
    "not_begun": "empty", "begun": "half", "reopened": "back", "to_confirm": "late", "submitted": "ok",
    "confirmed": "double", "declined": "missing",
}  # fmt: skip


@dataclass(frozen=True)
class Touch:
    """What happened last with a municipality: an answer, a step of its response, or an entry in the contact log."""

    moment: dt.datetime
    words: str
    url: str = ""

    @property
    def told(self):
        """The day and what it was."""
        return f"{date_format(timezone.localtime(self.moment), 'SHORT_DATE_FORMAT')}, {self.words}"


@dataclass(frozen=True)
class Row:
    """One municipality of the board."""

    line: Line
    respondent: Respondent
    touch: Touch | None

    @property
    def place(self):
        """The municipality."""
        return self.line.municipality

    @property
    def shape(self):
        """The shape of its state."""
        return SHAPES[self.line.state]

    @property
    def state_words(self):
        """Its state, with how far it is while it is being answered, or how much is to be confirmed."""
        line = self.line
        words = capfirst(line.state_words)
        if line.state in {"begun", "reopened"}:
            return _("%(state)s, %(n)s of %(all)s") % {"state": words, "n": line.n_answered, "all": line.n_asked}
        if line.state == TO_CONFIRM:
            n = line.n_to_confirm
            return ngettext("%(state)s (%(n)s answer)", "%(state)s (%(n)s answers)", n) % {"state": words, "n": n}
        return words

    @property
    def person(self):
        """Who answers for it and can be written to, or who would if letters did not come back, or None."""
        unreachable = self.respondent.passed_over
        return self.respondent.person or (unreachable[0].appointment.person if unreachable else None)

    @property
    def appointment(self):
        """In which role that person answers."""
        unreachable = self.respondent.passed_over
        return self.respondent.appointment or (unreachable[0].appointment if unreachable else None)

    @property
    def post(self):
        """That person's post in words, "" without one."""
        return (self.appointment.title or str(self.appointment.get_kind_display())) if self.appointment else ""

    @property
    def fallback_reason(self):
        """Why somebody else than a liaison answers, in words; "" when a liaison does."""
        if self.appointment is None or self.appointment.kind != Appointment.Kind.FALLBACK:
            return ""
        return self.appointment.fallback_reason or _("no liaison is named")

    @property
    def troubles(self):
        """Whom letters do not reach and why, in words: name, post, reason."""
        told = _("%(name)s: %(reason)s")
        return [
            told % {"name": each.appointment.person.name, "reason": each.words} for each in self.respondent.passed_over
        ]

    @property
    def decline_reason(self):
        """Why it does not answer; "" when it has not declined."""
        return self.line.response.decline_reason if self.line.state == DECLINED else ""

    @property
    def response_url(self):
        """The page of its response, "" before it has begun."""
        response = self.line.response
        return reverse("admin:surveys_response_change", args=[response.pk]) if response else ""


class RoundBoard:
    """The board of a round on day `today` with the choices of an address; every table is read once."""

    def __init__(self, survey_round, query, today):
        self.round, self.today, self._query = survey_round, today, query
        self.state = query.get("tila") if query.get("tila") in LINE_STATES else ""
        order = query.get("jarjestys", "")
        self.order = order if order.removeprefix("-") in _ORDERS else "kunta"

    @cached_property
    def areas(self):
        """The areas to which the municipalities belong, in order."""
        found = {area.pk: area for row in self.rows for area in row.line.areas}
        return sorted(found.values(), key=lambda area: (area.group.position, area.group.key, area.position, area.pk))

    @cached_property
    def area(self):
        """The chosen area, or None."""
        return next((area for area in self.areas if area.address_key == self._query.get("alue")), None)

    @cached_property
    def rows(self):
        """Every Row, by the municipality's name."""
        lines = lines_of(self.round, responses=self.rate.responses)
        respondents = respondents_of([line.municipality for line in lines], self.today)
        contacts = ContactEntry.objects.last_of_region(
            self.round.region_id, since=self.round.opens_on, until=self.round.comments_until
        )
        return [
            Row(line, respondent, self._touch(line, contacts.get(line.municipality.pk)))
            for line, respondent in zip(lines, respondents, strict=True)
        ]

    def _touch(self, line, contact):
        """Return the Touch of the later of a change and an entry of the contact log."""
        touches = []
        if line.touched_at is not None:
            url = reverse("admin:surveys_response_change", args=[line.response.pk])
            touches.append(Touch(line.touched_at, str(CHANGES[line.change]), url))
        if contact is not None:
            means = str(ContactEntry.Means(contact.means).label)
            words = means if contact.is_reached else _("%(means)s, not reached") % {"means": means}
            url = reverse("admin:registry_contactentry_change", args=[contact.pk])
            touches.append(Touch(contact.moment, words, url))
        return max(touches, key=lambda touch: touch.moment, default=None)

    @cached_property
    def rate(self):
        """The ResponseRate of the round."""
        return ResponseRate(self.round, self.today)

    @cached_property
    def of_area(self):
        """The rows of the chosen area, or all."""
        return [row for row in self.rows if self.area is None or self.area in row.line.areas]

    @cached_property
    def chosen(self):
        """The rows of the chosen area and state, in the chosen order; what is not known stands last either way."""
        rows = [row for row in self.of_area if not self.state or row.line.state == self.state]
        value, is_descending = _ORDERS[self.order.removeprefix("-")], self.order.startswith("-")
        if value is None:
            return rows[::-1] if is_descending else rows
        told = [row for row in rows if value(row) is not None]
        untold = [row for row in rows if value(row) is None]
        return sorted(told, key=value, reverse=is_descending) + untold

    @cached_property
    def number(self):
        """Which part of the chosen rows is shown, from 1."""
        wanted = self._query.get("sivu", "")
        n_pages = max(1, -(-len(self.chosen) // PAGE))
        return min(max(int(wanted), 1), n_pages) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else 1

    @property
    def shown(self):
        """The rows of that part."""
        return self.chosen[(self.number - 1) * PAGE : self.number * PAGE]

    @property
    def pages(self):
        """(number, address) of each part; none when there is one."""
        n_pages = -(-len(self.chosen) // PAGE)
        return [(number, self.url(sivu=number)) for number in range(1, n_pages + 1)] if n_pages > 1 else []

    @property
    def states(self):
        """(key, words, shape, how many in the chosen area, address) of each state."""
        counts = Counter(row.line.state for row in self.of_area)
        return [
            (key, capfirst(words), SHAPES[key], counts[key], self.url(tila="" if key == self.state else key, sivu=""))
            for key, words in LINE_STATES.items()
        ]

    @property
    def heads(self):
        """(words, address, aria-sort) of each heading."""
        labels = {
            "kunta": _("municipality"), "tila": _("state"), "viimeksi": _("last touch"), "vastaaja": _("respondent"),
        }  # fmt: skip
        is_descending = self.order.startswith("-")
        heads = []
        for key, label in labels.items():
            is_own = self.order.removeprefix("-") == key
            turned = f"-{key}" if self.order == key else key
            direction = ("descending" if is_descending else "ascending") if is_own else ""
            heads.append((capfirst(label), self.url(jarjestys=turned, sivu=""), direction))
        return heads

    def url(self, **changes):
        """Return the address of the board with some choices changed."""
        chosen = {
            "alue": self.area.address_key if self.area else "",
            "tila": self.state,
            "jarjestys": self.order if self.order != "kunta" else "",
        } | changes
        return f"?{urlencode({key: value for key, value in chosen.items() if value})}#board"

    @property
    def area_groups(self):
        """The areas to choose from by their grouping: [(grouping, [Area, …])]."""
        groups = {}
        for area in self.areas:
            groups.setdefault(area.group.name, []).append(area)
        return list(groups.items())

    @property
    def choices_in_words(self):
        """What the board is narrowed to, for the log of files."""
        chosen = [str(self.round), self.area and str(self.area), self.state and str(LINE_STATES[self.state])]
        return "; ".join(filter(None, chosen))


_STATE_ORDER = {state: place for place, state in enumerate(LINE_STATES)}
_ORDERS = {
    "kunta": None,
    "tila": lambda row: (_STATE_ORDER[row.line.state], -row.line.n_answered),
    "viimeksi": lambda row: row.touch and row.touch.moment,
    "vastaaja": lambda row: row.person and row.person.sort_key,
}


def board_columns():
    """Return the board's columns for a file, with headings in the active language."""
    return [
        Column("code", _("Code"), lambda row: row.place.code),
        Column("municipality", _("Municipality"), lambda row: row.place.name),
        Column("state", _("State of the response"), lambda row: str(row.line.state_words)),
        Column("answered", _("Answered"), lambda row: row.line.n_answered),
        Column("asked", _("Asked"), lambda row: row.line.n_asked),
        Column("to_confirm", _("To be confirmed"), lambda row: row.line.n_to_confirm),
        Column("submitted_at", _("Sent in"), lambda row: row.line.response and row.line.response.submitted_at),
        Column("touched_at", _("Last touch"), lambda row: row.touch and row.touch.moment),
        Column("touch", _("What it was"), lambda row: row.touch and row.touch.words),
        Column("respondent", _("Respondent"), lambda row: row.person and row.person.name, is_personal=True),
        Column("post", _("Respondent's post"), lambda row: row.post),
        Column("fallback_reason", _("Why not a liaison"), lambda row: row.fallback_reason),
        Column("troubles", _("Letters do not arrive"), lambda row: "; ".join(row.troubles), is_personal=True),
        Column("decline_reason", _("Why it does not answer"), lambda row: row.decline_reason),
    ]
