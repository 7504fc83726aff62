"""An answer in words, line by line: for reading it again, and for setting it beside another."""

import datetime as dt
from decimal import Decimal

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.days import plain_day
from common.numbers import plain_number
from surveys.models import Answer, TableColumn
from surveys.models.questions import CHOICES, MATRICES, NUMBERS, Kind
from surveys.reading import CONTACT_PARTS

State = Answer.State


def told(question, said):
    """Return what an Answer or a Reading says, as lines of plain text; empty when it says nothing.

    The question comes with its structure. A reason for having no answer is a line, too.
    """
    if said is None or said.state == State.UNANSWERED:
        return []
    if said.state != State.ANSWERED:
        return [str(capfirst(State(said.state).label))]
    lines = _lines(question, said.value or {})
    if said.evidence_url:
        lines.append(said.evidence_url)
    return lines


def source_in_words(answer, *, recorder=""):
    """Return how an answer came: by phone or in a meeting also who wrote it down, `recorder` by name where given."""
    how = answer.get_source_display()
    if answer.source not in Answer.SPOKEN:
        return how
    if not recorder:
        return _("%(how)s, written down by the coordinator") % {"how": how}
    return _("%(how)s, written down by %(name)s") % {"how": how, "name": recorder}


def confirmed_in_words(answer):
    """Return whether what was said aloud has been confirmed, when, by which post and how; empty for other answers."""
    if answer.source not in Answer.SPOKEN or answer.state == State.UNANSWERED:
        return ""
    if answer.needs_confirming:
        return _("not confirmed yet")
    day = plain_day(timezone.localtime(answer.confirmed_at).date())
    said = _("confirmed on %(day)s: %(post)s") % {"day": day, "post": answer.confirmed_post or "–"}
    return f"{said} ({answer.get_confirmed_how_display()})" if answer.confirmed_how else said


def _lines(question, value):
    kind = question.kind
    if kind in CHOICES:
        return _choices(question, value)
    if kind in MATRICES:
        return _matrix(question, value)
    if kind in NUMBERS:
        return [f"{_number(value['number'], kind)} {question.unit or _UNITS.get(kind, '')}".strip()]
    if kind == Kind.DATE:
        return [_day(value["date"])]
    if kind == Kind.CONTACT:
        words = value.get("text", {})
        return [words[part] for part in CONTACT_PARTS if part in words]
    if kind == Kind.TABLE:
        return _table(question, value)
    if kind == Kind.FILE:
        n_files = len(value.get("files", []))
        return [ngettext("%(n)s file", "%(n)s files", n_files) % {"n": n_files}]
    return str(value.get("text") or value.get("url") or "").splitlines()


_UNITS = {Kind.EURO: "€", Kind.PERCENT: "%"}


def _choices(question, value):
    options = {option.key: option for option in question.options.all()}
    whats = value.get("text", {})
    lines = []
    for place, key in enumerate(value.get("chosen", []), start=1):
        words = str(options[key]) if key in options else key
        if whats.get(key):
            words = f"{words}: {whats[key]}"
        lines.append(f"{place}. {words}" if question.kind == Kind.RANKING else words)
    return lines


def _matrix(question, value):
    options = {option.key: str(option) for option in question.options.all()}
    rows = value.get("rows", {})
    return [
        f"{row.label}: {', '.join(options.get(key, key) for key in rows[row.key])}"
        for row in question.rows.all()
        if row.key in rows
    ]


def _table(question, value):
    labels = {row.key: row.label for row in question.rows.all()}
    lines = []
    for number, row in enumerate(value.get("rows", []), start=1):
        cells = row["cells"] | row.get("text", {})
        told_cells = [
            f"{column.label} {_cell(column, cells[column.key])}"
            for column in question.columns.all()
            if column.key in cells
        ]
        if row.get("has_state"):
            told_cells.append(question.row_state)
        lines.append(f"{labels.get(row['row'], f'{number}.')}: {', '.join(told_cells)}")
    return lines


def _cell(column, cell):
    if column.kind == TableColumn.Kind.DATE:
        return _day(cell)
    if column.kind in {TableColumn.Kind.TEXT, TableColumn.Kind.LINK}:
        return cell
    unit = _UNITS.get(Kind(column.kind), "")
    return f"{_number(cell, column.kind)} {unit}".strip()


def _number(text, kind):
    """Return a number with as many decimals as it has, cents in full; a year without anything between."""
    if kind == Kind.YEAR:
        return text
    number = Decimal(text)
    n_decimals = max(0, -number.normalize().as_tuple().exponent)
    return plain_number(number, 2 if kind == Kind.EURO else n_decimals)


def _day(text):
    return plain_day(dt.date.fromisoformat(text))
