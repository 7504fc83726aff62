"""Where a person is named in other rows: every table of the database is searched, those of higher floors too."""

import json
import re

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from accounts.models import SecretLink, User
from common.names import SearchField, SortKeyField
from mailing.models import Letter
from registry.history import FingerprintField
from registry.models import Association, AssociationContact, Person, SharedMailbox
from registry.naming import pattern_of

FORGOTTEN = "[poistettu]"
# Rows that are somebody's own details are found by who they are (registry/subjects.py): a namesake's stay
# theirs. An association's name is in a public register.
_NOT_TEXT = (Person, User, AssociationContact, SharedMailbox, SecretLink, Letter, Association)
# Django's and the sign-in library's own tables: names of rights and tables, and what is found by the account.
_LIBRARIES = {"auth", "contenttypes", "sessions", "account", "mfa", "socialaccount", "usersessions"}
# A row of a file and a line of a log say nothing but whom they are about.
_GONE_WHOLE = {"ImportRow", "LogEntry"}


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
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label not in _LIBRARIES and model.__name__ not in left_out and _text_columns(model)
    ]


def mentions(subject):
    """Yield (table, rows) of every table in whose texts the Subject is named; one query for each table."""
    stored, exact = pattern_of(subject, is_stored=True), _exact(subject)
    if stored is None:
        return
    for model in _tables():
        named, texts = Q(), {}
        for field in _text_columns(model):
            name = field.attname
            if isinstance(field, models.JSONField):
                name = f"_text_of_{field.attname}"
                texts[name] = Cast(field.attname, models.TextField())
            named |= Q(**{f"{name}__iregex": stored})
        # The plain rows, past the managers: a translated column otherwise reads as the present language's.
        rows = [row for row in QuerySet(model).alias(**texts).filter(named).order_by("pk") if _naming(row, exact)]
        if rows:
            yield model, rows


def _exact(subject):
    pattern = pattern_of(subject)
    return re.compile(pattern) if pattern else None


def _texts_of(row):
    """Return {column: what the database holds} of a row's texts."""
    return {field.attname: vars(row)[field.attname] for field in _text_columns(type(row))}


def _naming(row, exact):
    """Return the names of the columns of `row` in which the compiled pattern is found."""
    return {name for name, value in _texts_of(row).items() if _is_named(value, exact)}


def _is_named(value, exact):
    if isinstance(value, list | dict):
        # Also across the cells of a row.
        return exact.search(json.dumps(value, ensure_ascii=False)) or _forgotten(value, exact) != value
    return isinstance(value, str) and exact.search(value)


def naming_texts(subject, row):
    """Return the names of those columns of `row` in whose texts the Subject is named."""
    return _naming(row, _exact(subject))


def forget_mentions(subject):
    """Write FORGOTTEN in place of every mention of the Subject, and drop rows of logs; return how many rows.

    Also in what is frozen otherwise, such as the questions of an opened survey round: a
    name that slipped in there is no part of the record.
    """
    exact, n = _exact(subject), 0
    for model, rows in mentions(subject):
        if model.__name__ in _GONE_WHOLE:
            QuerySet(model).filter(pk__in=[row.pk for row in rows]).delete()
            n += len(rows)
            continue
        for row in rows:
            texts = _texts_of(row)
            changed = {name: new for name, text in texts.items() if (new := _forgotten(text, exact)) != text}
            if changed:
                QuerySet(model).filter(pk=row.pk).update(**changed)
                n += 1
    return n


def _forgotten(value, exact):
    if isinstance(value, str):
        return exact.sub(FORGOTTEN, value)
    if isinstance(value, list):
        return [_forgotten(each, exact) for each in value]
    if isinstance(value, dict):
        return {key: _forgotten(each, exact) for key, each in value.items()}
    return value
