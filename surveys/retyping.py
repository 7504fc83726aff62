"""From a saved answer back to what stands in the inputs: the reverse of surveys/reading.py."""

import datetime as dt

from django.utils.datastructures import MultiValueDict
from django.utils.formats import get_format

from common.days import plain_day
from surveys.models import Answer
from surveys.models.questions import CHOICES, MATRICES, Kind
from surveys.reading import table_rows


def typed_of(question, answer):
    """Return the inputs' names and texts that would be read as this answer; empty without one."""
    typed = MultiValueDict()
    if answer is None:
        return typed
    name, value = question.key, answer.value or {}
    if answer.state in Answer.INSTEAD:
        typed[f"{name}--state"] = answer.state
    typed[f"{name}--evidence"] = answer.evidence_url
    typed[f"{name}--note"] = answer.note
    if answer.may_be_quoted is not None:
        typed[f"{name}--quote"] = "yes" if answer.may_be_quoted else "no"
    if question.kind in CHOICES:
        typed.setlist(name, value.get("chosen", []))
        for place, key in enumerate(value.get("chosen", []), start=1):
            typed[f"{name}--{key}--place"] = str(place)
        for key, what in value.get("text", {}).items():
            typed[f"{name}--{key}--what"] = what
    elif question.kind in MATRICES:
        for row, chosen in value.get("rows", {}).items():
            typed.setlist(f"{name}--{row}", chosen)
    elif question.kind == Kind.CONTACT:
        for part, text in value.get("text", {}).items():
            typed[f"{name}--{part}"] = text
    elif question.kind == Kind.TABLE:
        _type_table(question, value, typed)
    else:
        typed[name] = _typed_line(value)
    return typed


def _typed_line(value):
    if "number" in value:
        return localized(value["number"])
    if "date" in value:
        return _day(value["date"])
    return value.get("text") or value.get("url") or ""


def _type_table(question, value, typed):
    numbers = {row.key: number for number, row in table_rows(question) if row}
    kinds = {column.key: column.kind for column in question.columns.all()}
    for place, row in enumerate(value.get("rows", [])):
        begin = f"{question.key}--{numbers.get(row['row'], place)}"
        for key, cell in row["cells"].items():
            read = {"date": _day, "link": str}.get(kinds.get(key), localized)
            typed[f"{begin}--{key}"] = read(cell)
        for key, words in row.get("text", {}).items():
            typed[f"{begin}--{key}"] = words
        if row.get("has_state"):
            typed[f"{begin}--state"] = "yes"


def localized(number):
    """Return an exact number as people type it in the active language."""
    return str(number).replace(".", get_format("DECIMAL_SEPARATOR"))


def _day(text):
    return plain_day(dt.date.fromisoformat(text))
