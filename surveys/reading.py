"""What somebody typed for a question, read into an answer's state and value (surveys/models/answers.py).

Nothing here touches the database. Whatever comes in, an answer or a sentence beside its
field comes out; keys that the question does not have are refused, never kept.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _

from common.numbers import plain_number
from common.partial_dates import MAX_YEAR, MIN_YEAR
from surveys.models import Answer, TableColumn
from surveys.models.questions import CHOICES, MATRICES, NUMBERS, ONE_CHOICE, TEXTS, Kind

State = Answer.State
LONGEST = {Kind.SHORT_TEXT: 300, Kind.LONG_TEXT: 4000}
LONGEST_WHAT = 300
LONGEST_LINK = 500
LONGEST_NOTE = 2000
MOST_ROWS = 30
DECIMALS = {"integer": 0, "year": 0, "euro": 2, "percent": 1, "decimal": 2}
CONTACT_PARTS = ("name", "post", "address", "email", "phone")
_DAY = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})|(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII
)
_NUMBER = re.compile(r"[-−]?[0-9]{1,12}([.,][0-9]{1,6})?", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f]")


@dataclass
class Reading:
    """What was read for one question. `errors` are by the name of the input, without the question's own."""

    state: str = State.UNANSWERED
    value: dict | None = None
    evidence_url: str = ""
    note: str = ""
    may_be_quoted: bool | None = None
    errors: dict = field(default_factory=dict)

    @property
    def is_valid(self):
        """Whether it may be saved."""
        return not self.errors


class Typed:
    """The inputs of one question in a sent form; `text("note")` is that of the input `<key>--note`."""

    def __init__(self, data, name):
        self.data, self.name = data, name

    def _full(self, part):
        return f"{self.name}--{part}" if part else self.name

    def text(self, part=""):
        """Return what was typed, without spaces around it."""
        return str(self.data.get(self._full(part), "")).replace("\r\n", "\n").strip()

    def list(self, part=""):
        """Return everything that was chosen."""
        full = self._full(part)
        chosen = self.data.getlist(full) if hasattr(self.data, "getlist") else self.data.get(full, [])
        return [str(each) for each in ([chosen] if isinstance(chosen, str) else chosen) if each != ""]


def read_answer(question, data, *, files=(), also=()):
    """Return the Reading of what `data` (a QueryDict or a dictionary) says for `question`.

    The question comes from `with_structure`. `files` are the keys of the files that the
    answer has or gets, `also` states that are taken though the question does not offer them.
    A state chosen beside an answer is an error: neither is thrown away.
    """
    typed = Typed(data, question.key)
    reading = Reading()
    reading.value = _value(question, typed, files, reading.errors)
    state = typed.text("state")
    if question.kind in ONE_CHOICE and typed.text().startswith("~"):
        state = typed.text()[1:]
    if state and state not in question.offered_states and not (state in Answer.INSTEAD and state in also):
        reading.errors["state"] = _("Choose one of the given.")
    elif state and reading.value is not None:
        reading.errors["state"] = _("You have both answered and chosen “%(state)s”. Keep one of them.") % {
            "state": State(state).label
        }
    elif state:
        reading.state = state
    elif reading.value is not None:
        reading.state = State.ANSWERED
    _read_extras(question, typed, reading)
    if reading.errors:
        reading.value = None
    return reading


def _read_extras(question, typed, reading):
    if question.asks_evidence:
        reading.evidence_url = _checked("evidence", reading.errors, _link, typed.text("evidence")) or ""
    if question.asks_note:
        reading.note = _checked("note", reading.errors, _text, typed.text("note"), LONGEST_NOTE) or ""
    if question.asks_quote_permission:
        reading.may_be_quoted = {"yes": True, "no": False}.get(typed.text("quote"))


def _checked(part, errors, read, text, *more):
    """Return what `read` makes of a text, or None with its error kept under `part`; None for nothing."""
    if not text:
        return None
    try:
        return read(text, *more)
    except ValidationError as error:
        errors[part] = error.messages[0]
        return None


def _value(question, typed, files, errors):
    kind = question.kind
    if kind in TEXTS:
        text = _checked("", errors, _text, typed.text(), question.max_length or LONGEST[kind])
        return {"text": text} if text else None
    if kind in CHOICES:
        return _choice(question, typed, errors)
    if kind in MATRICES:
        return _matrix(question, typed, errors)
    if kind in NUMBERS:
        number = _checked("", errors, _number, typed.text(), kind, question)
        return {"number": number} if number else None
    if kind == Kind.DATE:
        date = _checked("", errors, _date, typed.text())
        return {"date": date} if date else None
    if kind == Kind.LINK:
        url = _checked("", errors, _link, typed.text())
        return {"url": url} if url else None
    if kind == Kind.CONTACT:
        return _contact(typed, errors)
    if kind == Kind.TABLE:
        return _table(question, typed, errors)
    return {"files": list(files)} if kind == Kind.FILE and files else None


def _text(text, longest):
    if "\x00" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise ValidationError(_("There is a character that cannot be saved."))
    if len(text) > longest:
        raise ValidationError(
            _("Write at most %(most)s characters; now there are %(n)s.") % {"most": longest, "n": len(text)}
        )
    return text


# --- Choices ---------------------------------------------------------------------------------------------------------


def _choice(question, typed, errors):
    options = {option.key: option for option in question.options.all()}
    if question.kind == Kind.RANKING:
        chosen = _ranked(options, typed, errors)
    else:
        chosen = list(dict.fromkeys(key for key in typed.list() if not key.startswith("~")))
    if any(key not in options for key in chosen) or (question.kind in ONE_CHOICE and len(chosen) > 1):
        errors[""] = _("Choose one of the given.")
        return None
    if question.max_choices and len(chosen) > question.max_choices:
        errors[""] = _("Choose at most %(most)s; now there are %(n)s.") % {
            "most": question.max_choices,
            "n": len(chosen),
        }
    exclusive = [options[key] for key in chosen if options[key].is_exclusive]
    if exclusive and len(chosen) > 1:
        errors[""] = _("“%(option)s” cannot be chosen together with others.") % {"option": exclusive[0]}
    if question.kind != Kind.RANKING:
        chosen.sort(key=list(options).index)
    whats = {}
    for key in chosen:
        if options[key].asks_what:
            what = _checked(f"{key}--what", errors, _text, typed.text(f"{key}--what"), LONGEST_WHAT)
            whats |= {key: what} if what else {}
    if not chosen:
        return None
    return {"chosen": chosen, "text": whats} if whats else {"chosen": chosen}


def _ranked(options, typed, errors):
    """Return the options by the place typed beside each."""
    places = {}
    for key in options:
        place = typed.text(f"{key}--place")
        if not place:
            continue
        if not place.isdecimal() or not 1 <= int(place[:3]) <= len(options):
            errors[""] = _("Choose one of the given.")
        elif int(place) in places:
            errors[""] = _("Two have the place %(place)s. Give each a place of its own.") % {"place": place}
        else:
            places[int(place)] = key
    return [places[place] for place in sorted(places)]


def _matrix(question, typed, errors):
    options = [option.key for option in question.options.all()]
    rows = {}
    for row in question.rows.all():
        chosen = list(dict.fromkeys(typed.list(row.key)))
        if any(key not in options for key in chosen) or (question.kind == Kind.MATRIX_SINGLE and len(chosen) > 1):
            errors[row.key] = _("Choose one of the given.")
        elif chosen:
            rows[row.key] = sorted(chosen, key=options.index)
    return {"rows": rows} if rows else None


# --- Numbers, dates, links -------------------------------------------------------------------------------------------


def _number(text, kind, limits=None):
    """Return a number as exact text; spaces between thousands, a decimal comma or point, and € or % are understood."""
    plain = _SPACES.sub("", text).removesuffix("€").removesuffix("%").replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        raise ValidationError(_("Write a number, for example 1 250,50."))
    number = Decimal(plain.replace(",", "."))
    decimals = getattr(limits, "decimals", None)
    decimals = DECIMALS[kind] if decimals is None else decimals
    if -number.normalize().as_tuple().exponent > decimals:
        message = _("Write at most %(n)s decimals.") if decimals else _("Write a whole number.")
        raise ValidationError(message % {"n": decimals})
    least, most = _limits(kind, limits)
    if number < least:
        raise ValidationError(_("The smallest is %(least)s.") % {"least": plain_number(least, 4)})
    if most is not None and number > most:
        raise ValidationError(_("The greatest is %(most)s.") % {"most": plain_number(most, 4)})
    return f"{number:f}" if number else "0"


def _limits(kind, limits):
    usual = {"percent": (Decimal(0), Decimal(100)), "year": (Decimal(MIN_YEAR), Decimal(MAX_YEAR))}
    least, most = usual.get(str(kind), (Decimal(0), None))
    own_least, own_most = getattr(limits, "min_value", None), getattr(limits, "max_value", None)
    return least if own_least is None else own_least, most if own_most is None else own_most


def _date(text):
    """Return a day as 2026-09-01; 1.9.2026 is understood too."""
    found = _DAY.fullmatch(_SPACES.sub("", text))
    try:
        day = dt.date(
            int(found["year"] or found["y"]), int(found["month"] or found["m"]), int(found["day"] or found["d"])
        )
    except (TypeError, ValueError) as error:
        raise ValidationError(_("Write a day, for example 1.9.2026.")) from error
    if not MIN_YEAR <= day.year <= MAX_YEAR:
        raise ValidationError(_("Check the year."))
    return dt.date.isoformat(day)


def _link(text):
    """Return an address of a web page; what lacks https:// gets it."""
    _text(text, LONGEST_LINK)
    address = text if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as error:
        raise ValidationError(_("Write the address of a web page, for example https://example.org/page.")) from error
    return address


def _contact(typed, errors):
    parts = {}
    for part in CONTACT_PARTS:
        if text := _checked(part, errors, _text, typed.text(part), LONGEST_WHAT):
            parts[part] = text
    if "email" in parts:
        try:
            EmailValidator()(parts["email"])
        except ValidationError:
            errors["email"] = _("Write an e-mail address, for example name@example.org.")
    return {"text": parts} if parts else None


# --- Tables ----------------------------------------------------------------------------------------------------------


def table_rows(question):
    """Return (number, QuestionRow or None) of each row that the table's form has."""
    fixed = list(question.rows.all())
    if fixed:
        return list(enumerate(fixed))
    return [(number, None) for number in range(min(question.max_rows or MOST_ROWS, MOST_ROWS))]


def _table(question, typed, errors):
    rows = []
    columns = list(question.columns.all())
    for number, row in table_rows(question):
        read = _table_row(number, row, columns, typed, errors)
        if read is not None:
            rows.append(read)
    return {"rows": rows} if rows else None


def _table_row(number, row, columns, typed, errors):
    """Return the value of one row, or None for an empty one."""
    cells, words = {}, {}
    for column in columns:
        part = f"{number}--{column.key}"
        text = typed.text(part)
        read = _checked(part, errors, _cell, text, column.kind)
        if read:
            (words if column.kind == TableColumn.Kind.TEXT else cells)[column.key] = read
    has_state = bool(row and row.offers_state and typed.text(f"{number}--state"))
    if has_state and (cells or words):
        errors[f"{number}--state"] = _("The row has both figures and a state. Keep one of them.")
    missing = [column for column in columns if column.is_required and column.key not in cells | words]
    if (cells or words) and missing and f"{number}--{missing[0].key}" not in errors:
        errors[f"{number}--{missing[0].key}"] = _("Fill in this too: %(column)s.") % {"column": missing[0]}
    if not (cells or words or has_state):
        return None
    value = {"row": row.key if row else None, "cells": cells}
    if has_state:
        value["has_state"] = True
    if words:
        value["text"] = words
    return value


def _cell(text, kind):
    if kind == TableColumn.Kind.TEXT:
        return _text(text, LONGEST_WHAT)
    if kind == TableColumn.Kind.DATE:
        return _date(text)
    if kind == TableColumn.Kind.LINK:
        return _link(text)
    return _number(text, kind)


def column_sums(question, value):
    """Return {column's key: Decimal} of the columns that have a sum, over the rows that have a figure."""
    rows = (value or {}).get("rows", [])
    return {
        column.key: sum((Decimal(row["cells"][column.key]) for row in rows if column.key in row["cells"]), Decimal(0))
        for column in question.columns.all()
        if column.has_sum
    }
