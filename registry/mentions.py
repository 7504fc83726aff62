"""Where a person is named in other rows: by name, address or phone, however they are written."""

import re

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from accounts.models import SecretLink, User
from common.names import SearchField, SortKeyField
from mailing.models import Letter
from registry.history import FingerprintField
from registry.models import Association, AssociationContact, Person, SharedMailbox

FORGOTTEN = "[poistettu]"
# Rows that are somebody's own details are found by who they are (registry/subjects.py): a namesake's stay
# theirs. An association's name is in a public register.
_NOT_TEXT = (Person, User, AssociationContact, SharedMailbox, SecretLink, Letter, Association)
# A row of a file and a line of a log say nothing but whom they are about.
_GONE_WHOLE = {"ImportRow", "LogEntry"}
# PostgreSQL does not count a space that keeps words together among \s.
_BETWEEN = '[\\s\u00a0\u202f",;]{1,8}'


def _letters(text):
    """Return a pattern for `text` in any letter case, also as JSON writes it."""
    found = []
    for letter in text:
        if letter.isascii():
            found.append(re.escape(letter))
        else:
            both = dict.fromkeys((letter.lower(), letter.upper()))
            ways = [each for one in both for each in (one, rf"\\u{ord(one[0]):04x}")]
            found.append(f"(?:{'|'.join(ways)})")
    return "".join(found)


def phone_pattern(text):
    """Return a pattern for a phone number with and without the country's code and spaces, or None for a short one."""
    digits = re.sub(r"\D", "", text)
    national = digits.removeprefix("00").removeprefix("358") if digits.startswith(("358", "00358")) else digits
    national = national.removeprefix("0")
    if len(national) < 6:
        return None
    between = r"[\s().-]{0,2}"
    return rf"(?<!\d)(?:\+?358|00358|0){between}{between.join(national)}(?!\d)"


def pattern_of(subject):
    """Return the regular expression of everything by which the Subject is named, or None when nothing is known.

    A name that somebody else in the registry has as well does not tell of whom a text
    speaks, and is left out.
    """
    ways = [_letters(email) for email in sorted(subject.emails)]
    person = subject.person
    if person is not None:
        given, family = _letters(person.given_name), _letters(person.family_name)
        if not subject.has_namesake:
            ways += [given + _BETWEEN + family, family + _BETWEEN + given]
        if person.phone and (phone := phone_pattern(person.phone)):
            ways.append(phone)
    return "|".join(ways) or None


def _text_columns(model):
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not isinstance(field, models.EmailField | models.SlugField | FingerprintField | SortKeyField | SearchField)
        and not field.choices
        and not field.primary_key
        and field.name not in {"digest", "phone"}
    ]


def _tables():
    """Return the tables with texts, their histories and the administration's log."""
    left_out = {model.__name__ for model in _NOT_TEXT} | {f"Historical{model.__name__}" for model in _NOT_TEXT}
    found = [apps.get_model("admin", "LogEntry")]
    for app in ("accounts", "mailing", "registry"):
        found += apps.get_app_config(app).get_models()
    return [model for model in found if model.__name__ not in left_out and _text_columns(model)]


def mentions(subject):
    """Yield (table, rows) of every table in whose texts the Subject is named; one query for each table."""
    pattern = pattern_of(subject)
    if pattern is None:
        return
    for model in _tables():
        columns = _text_columns(model)
        named, texts = Q(), {}
        for field in columns:
            name = field.attname
            if isinstance(field, models.JSONField):
                name = f"_text_of_{field.attname}"
                texts[name] = Cast(field.attname, models.TextField())
            named |= Q(**{f"{name}__iregex": pattern})
        rows = list(model._base_manager.alias(**texts).filter(named).order_by("pk"))
        if rows:
            yield model, rows


def naming_texts(subject, row):
    """Return the names of those columns of `row` in whose texts the Subject is named."""
    pattern = pattern_of(subject)
    columns = _text_columns(type(row))
    texts = {field.attname: getattr(row, field.attname) for field in columns}
    return {name for name, text in texts.items() if _forgotten(text, pattern) != text}


def forget_mentions(subject):
    """Write FORGOTTEN in place of every mention of the Subject, and drop rows of logs; return how many rows."""
    pattern = pattern_of(subject)
    n = 0
    for model, rows in mentions(subject):
        if model.__name__ in _GONE_WHOLE:
            model._base_manager.filter(pk__in=[row.pk for row in rows]).delete()
            n += len(rows)
            continue
        for row in rows:
            texts = {field.attname: _forgotten(getattr(row, field.attname), pattern) for field in _text_columns(model)}
            changed = {name: text for name, text in texts.items() if text != getattr(row, name)}
            model._base_manager.filter(pk=row.pk).update(**changed)
            n += bool(changed)
    return n


def _forgotten(value, pattern):
    if isinstance(value, str):
        return re.sub(pattern, FORGOTTEN, value, flags=re.IGNORECASE)
    if isinstance(value, list):
        return [_forgotten(each, pattern) for each in value]
    if isinstance(value, dict):
        return {key: _forgotten(each, pattern) for key, each in value.items()}
    return value
