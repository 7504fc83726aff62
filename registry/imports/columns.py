"""Columns of an import: what a cell's text means, and how a value is written in a preview."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.names import fold
from common.partial_dates import PartialDate, Precision

CHOICES_NAMED_AT_MOST = 12


@dataclass(frozen=True)
class ImportColumn:
    """One field that a file can have.

    `parse` is called with a cell's text, never empty, and the Row, and returns the value
    or raises ValidationError; `show` writes a stored `plain` value as people read
    it. `aliases` are headings by which files call the field, in any language.
    """

    key: str
    label: str
    parse: Callable
    help: str = ""
    is_required: bool = False
    aliases: tuple[str, ...] = ()
    show: Callable[[str], str] = str

    def names(self):
        """Return every heading, folded, by which the field is known: key, label in each language, aliases."""
        names = {fold(self.key.replace("_", " ")), *map(fold, self.aliases)}
        for code, _name in settings.LANGUAGES:
            with override(code):
                names.add(fold(str(self.label)))
        return names


def plain(value):
    """Return a value as text that is the same in every language: how old and new are compared and kept."""
    if value is None or value == "":
        return ""
    if isinstance(value, PartialDate):
        match value.precision:
            case Precision.DAY:
                return value.first.isoformat()
            case Precision.MONTH:
                return f"{value.first:%Y-%m}"
            case Precision.YEAR:
                return str(value.first.year)
        return f"{value.precision} {value.first.year}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(getattr(value, "key", value))


# --- What a cell means -----------------------------------------------------------------------------------------------


def words(model, name):
    """Return the parser of a text of the model's field, with spaces put right."""

    def parse(text, row):
        return model._meta.get_field(name).clean(" ".join(text.split()), None)

    return parse


def number(model, name):
    """Return the parser of a number of the model's field: 12 345, 3,5 and 3.5."""

    def parse(text, row):
        text = re.sub(r"\s", "", text).replace(",", ".").replace("−", "-")
        return model._meta.get_field(name).clean(text, None)

    return parse


def link(model, name):
    """Return the parser of a web address; www.oulu.fi means https://www.oulu.fi."""

    def parse(text, row):
        text = text.strip()
        has_scheme = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", text)
        return model._meta.get_field(name).clean(text if has_scheme else f"https://{text}", None)

    return parse


def partial_day(text, row):
    """Parse a date of any precision."""
    return PartialDate.parse(re.sub(r"[T ]00:00(:00)?$", "", text.strip()))


def day(text, row):
    """Parse a date that must be known to the day."""
    date = partial_day(text, row)
    if date.precision != Precision.DAY:
        raise ValidationError(_("Give the exact day, for example 24.9.2020."), code="not_a_day")
    return date.first


def choice(choices, **aliases):
    """Return the parser of one of `choices`, by its key or its name in any language; `aliases` are {key: words}."""
    known = {}

    def parse(text, row):
        if not known:
            for key, label in choices.choices:
                known.update(dict.fromkeys([fold(key), *_in_all_languages(label)], key))
            for key, others in aliases.items():
                known.update(dict.fromkeys(map(fold, others), key))
        if fold(text) not in known:
            raise _not_among([str(label) for label in choices.labels])
        return known[fold(text)]

    return parse


def word_of(model):
    """Return the parser of a row of a word list (sectors, fields of associations), by key or name in any language."""

    def parse(text, row):
        known = row.check.words(model)
        if fold(text) not in known:
            raise _not_among(sorted({str(word) for word in known.values()}))
        return known[fold(text)]

    return parse


def _in_all_languages(label):
    names = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            names.append(fold(str(label)))
    return names


def _not_among(names):
    shown = ", ".join(names[:CHOICES_NAMED_AT_MOST])
    return ValidationError(_("Choose one of these: %(choices)s."), code="not_among", params={"choices": shown})


# --- How a kept value is shown ---------------------------------------------------------------------------------------


def show_day(text):
    """Write a day or a partial date as people write it."""
    return str(PartialDate.parse(text)) if text else ""


def show_choice(choices):
    """Return how one of `choices` is shown: by its name."""
    return lambda text: str(dict(choices.choices).get(text, text))


def show_word(model):
    """Return how a row of a word list is shown; the names are few and asked for one by one."""
    return lambda text: str(model.objects.filter(key=text).first() or text)


def column(model, name, key=None, label=None, **more):
    """Return the ImportColumn of a model's field, with the parser and the words that belong to its kind."""
    field = model._meta.get_field(name)
    if isinstance(field, models.URLField):
        more.setdefault("parse", link(model, name))
    elif isinstance(field, models.DateField):
        more = {"parse": day, "show": show_day, **more}
    elif isinstance(field, models.DecimalField | models.IntegerField):
        more.setdefault("parse", number(model, name))
    elif field.choices:
        choices = next(
            each for each in vars(model).values() if isinstance(each, type) and issubclass(each, models.TextChoices)
            and each.choices == list(field.choices)
        )  # fmt: skip
        more = {"parse": choice(choices), "show": show_choice(choices), **more}
    else:
        more.setdefault("parse", words(model, name))
    return ImportColumn(key=key or name, label=label or field.verbose_name, **more)


def short_day(date):
    """Return a day as people write it."""
    return date_format(date, "SHORT_DATE_FORMAT")
