"""Rows as plain data under stable keys, and back: what the survey's files are made of.

What is wrong in a file is refused with its place, in words; nothing is saved then.
"""

import datetime as dt
import json
import uuid
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from surveys.models.rounds import LANGUAGES

NOTHING = object()


def written(row, names):
    """Return the named columns of a row as JSON takes them, without those that have their usual value."""
    data = {}
    translated = _translated(row)
    for name in names:
        if name in translated:
            words = {language: getattr(row, f"{name}_{language}") for language in LANGUAGES}
            value, usual = {language: text for language, text in words.items() if text}, {}
        else:
            field = row._meta.get_field(name)
            value = plain(getattr(row, name))
            has_usual = field.has_default() or field.null or field.blank
            usual = plain(field.to_python(field.get_default())) if has_usual else NOTHING
        if value != usual:
            data[name] = value
    return data


def _translated(row):
    """Return the columns of a row that have words in each language."""
    named = [name for name in ("name", "description") if hasattr(row, f"{name}_{LANGUAGES[0]}")]
    return getattr(row, "WORDING", named)


def plain(value):
    """Return a value as JSON takes it: exact numbers and days as text, moments in UTC."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, models.TextChoices | uuid.UUID) else value


def read_file(text, file_format, *, largest, otherwise):
    """Return the Reader of a whole file. Raises ValidationError: "too_large", "not_json", or "format" for another file.

    `otherwise` is what is said of another file.
    """
    if len(text) > largest:
        raise ValidationError(_("The file is too large."), code="too_large")
    try:
        whole = json.loads(text, parse_constant=_no_number)
        again = as_text(whole)
        again.encode()
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("The file is not JSON."), code="not_json") from error
    if "\\u0000" in again:
        raise ValidationError(_("There is a character that cannot be saved."), code="not_json")
    if not isinstance(whole, dict) or whole.get("format") != file_format:
        raise ValidationError(otherwise, code="format")
    return Reader(whole, "")


def _no_number(name):
    raise ValueError(name)


def as_text(whole):
    """Return plain data as the text of a file."""
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


class Reader:
    """A part of the file with its place, which every refusal names."""

    def __init__(self, values, path):
        self.values, self.path = values, path
        if not isinstance(values, dict):
            self.refuse(_("Something with named values is expected here."), "shape")

    def refuse(self, message, code, **params):
        """Raise ValidationError that begins with the place."""
        raise ValidationError(f"{self.path or '/'}: {message % params if params else message}", code=code)

    def get(self, name, kind, usual=NOTHING):
        """Return a value of this type."""
        value = self.values.get(name, usual)
        if value is NOTHING or not isinstance(value, kind):
            self.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key=name)
        return value

    def part(self, name):
        """Return a named part."""
        return Reader(self.values.get(name, {}), f"{self.path}/{name}")

    def parts(self, name):
        """Return a list of parts."""
        listed = self.get(name, list, [])
        return [Reader(each, f"{self.path}/{name}/{number}") for number, each in enumerate(listed, start=1)]

    def known(self, name, known):
        """Return what a key refers to, or None where nothing is said."""
        key = self.values.get(name)
        if key is None:
            return None
        if not isinstance(key, str) or key not in known:
            self.refuse(_("“%(key)s” is not known."), "unknown", key=key)
        return known[key]

    def fill(self, row, names):
        """Give a row its columns; what the file leaves out keeps its usual value."""
        translated = _translated(row)
        for name in names:
            if name not in self.values:
                continue
            value = self.values[name]
            if name in translated:
                words = value if isinstance(value, dict) else {}
                if not words or set(words) - set(LANGUAGES) or not all(isinstance(t, str) for t in words.values()):
                    self.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key=name)
                for language, text in words.items():
                    setattr(row, f"{name}_{language}", text)
            else:
                setattr(row, name, self._typed(row._meta.get_field(name), name, value))

    def _typed(self, field, name, value):
        """Return the value as its column takes it: numbers and yes or no as such, everything else as text."""
        if isinstance(field, models.BooleanField):
            is_right = isinstance(value, bool)
        elif isinstance(field, models.IntegerField):
            is_right = isinstance(value, int) and not isinstance(value, bool)
        else:
            is_right = isinstance(value, str)
        try:
            found = field.to_python(value) if is_right else None
        except (ValidationError, InvalidOperation):
            found = None
        # A moment without a zone would be another one elsewhere.
        if found is not None and not (isinstance(found, dt.datetime) and found.tzinfo is None):
            return found
        return self.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key=name)

    def save(self, row, *, unchecked=()):
        """Check a row as its form would, but for the columns `unchecked`, and save it."""
        self._check(row, unchecked)
        row.save()

    def _check(self, row, unchecked=(), **how):
        try:
            row.full_clean(exclude=[*_translated(row), *unchecked], **how)
        except ValidationError as error:
            self.refuse("; ".join(error.messages), "invalid")


def save_together(parts):
    """Check and save rows of one table, given as (Reader, row), in one statement; they have no history of their own.

    What only the database refuses, two of one key for example, is told with its place: by saving one by one.
    """
    for reader, row in parts:
        reader._check(row, validate_unique=False, validate_constraints=False)
    rows = [row for _reader, row in parts]
    try:
        with transaction.atomic():
            type(rows[0]).objects.bulk_create(rows)
    except IntegrityError:
        for reader, row in parts:
            reader.save(row)
