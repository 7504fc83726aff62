"""Lists taken out of the registry as files, and the log of those with people's data."""

import tempfile
from dataclasses import dataclass
from typing import BinaryIO

from django.contrib import admin
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils import timezone
from django.utils.text import capfirst
from modeltranslation.translator import NotRegistered, translator

from common.names import SearchField, SortKeyField
from common.partial_dates import PartialDateAttribute
from common.tables import FORMATS, Column, ascii_name
from registry.history import FingerprintField
from registry.models import ExportLog
from registry.privacy import has_declared_data

# What a row is known by outside the registry; ids are known to nobody.
STABLE_KEYS = ("code", "register_number", "key")
_IN_MEMORY = 1_000_000
_ROWS_AT_A_TIME = 2000


@dataclass(frozen=True)
class ExportedFile:
    """A file ready to be handed over."""

    content: BinaryIO
    name: str
    content_type: str
    n_rows: int


def export_rows(rows, file_format, *, by, choices="", region=None):
    """Return the ExportedFile of a queryset in the format of this key, every column of its table.

    When the table has people's data, that it was taken out is logged: by whom, when,
    how many rows, with which choices of the list, and the region when there is just one.
    Takes the same number of queries whatever the number of rows.
    """
    model = rows.model
    counted = prepared(rows).iterator(chunk_size=_ROWS_AT_A_TIME)
    title = str(model._meta.verbose_name_plural)
    return export_table(
        columns_of(model), counted, file_format, title=title, model=model, by=by, choices=choices, region=region
    )


def export_table(columns, rows, file_format, *, title, model, by, choices="", region=None):
    """Return the ExportedFile of any `rows` with these `columns`; logged as a list of `model`, as in `export_rows`."""
    kind, counted = FORMATS[file_format], _Counted(rows)
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the response
    for piece in kind.write(columns, counted, title=title):
        file.write(piece)
    file.seek(0)
    if has_peoples_data(model):
        log_export(model, file_format, counted.n, by=by, choices=choices, region=region)
    name = f"{ascii_name(title)}-{timezone.localdate():%Y-%m-%d}.{kind.extension}"
    return ExportedFile(file, name, kind.content_type, counted.n)


def log_export(model, file_format, n_rows, *, by, choices="", region=None):
    """Record that `by` has taken `n_rows` of a table out of the registry; return the log row."""
    longest = ExportLog._meta.get_field("choices").max_length
    return ExportLog.objects.create(
        table=model._meta.label_lower,
        file_format=file_format,
        n_rows=n_rows,
        exported_by=by,
        choices=choices[:longest],
        region=region,
    )


class _Counted:
    """Rows that are counted as they go by."""

    def __init__(self, rows):
        self.rows, self.n = rows, 0

    def __iter__(self):
        for row in self.rows:
            self.n += 1
            yield row


# --- Columns ---------------------------------------------------------------------------------------------------------


def columns_of(model):
    """Return the columns of a table as people know it: no ids, nothing that is only kept for sorting or searching.

    Choices are in words, dates known only as a month or a year as people write them;
    a related row is its name and, before it, its official code, number or key.
    """
    columns = []
    for field in _exported_fields(model):
        if attribute := _partial_dates(model).get(field.name):
            columns.append(Column(attribute.name, capfirst(attribute.label), _value_of(attribute.name)))
        elif field.is_relation:
            columns += _related_columns(field)
        else:
            name = f"get_{field.name}_display" if field.choices else field.name
            is_personal = field.name in _personal_details(model)
            columns.append(Column(field.name, capfirst(field.verbose_name), _value_of(name), is_personal))
    return columns


def has_peoples_data(model):
    """Whether the table has people's data, as it declares itself or because its columns name people."""
    return has_declared_data(model) or any(column.is_personal for column in columns_of(model))


def prepared(rows):
    """Return `rows` with everything that their columns need, in a fixed number of queries."""
    one, many = [], []
    for field in _exported_fields(rows.model):
        if field.many_to_many:
            many.append(field.name)
        elif field.is_relation:
            one += [field.name, *(f"{field.name}{LOOKUP_SEP}{path}" for path in _needed_by_name(field.related_model))]
    return rows.prefetch_related(None).select_related(None).select_related(*one).prefetch_related(*many)


def _needed_by_name(model):
    """Return the relations that a row's name is made of, as its own list has them."""
    if not admin.site.is_registered(model):
        return ()
    return admin.site.get_model_admin(model).list_select_related or ()


def _exported_fields(model):
    """Return the fields of a table that are exported, in its order; of a partial date the first column."""
    repeated = set(_translated_fields(model))
    for name, attribute in _partial_dates(model).items():
        repeated |= set(attribute.columns) - {name}
    return [
        field
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if not field.primary_key
        and field.name not in repeated
        and not isinstance(field, SortKeyField | SearchField | models.JSONField)
        # A column that has no name for people is the system's own.
        and not isinstance(field.verbose_name, str)
    ]


def _translated_fields(model):
    """Return the fields that stand for a text in three languages; the languages have columns of their own."""
    try:
        return translator.get_options_for_model(model).all_fields
    except NotRegistered:
        return ()


def _partial_dates(model):
    """Return {first column: attribute} of the dates that may be known only as a month, season or year."""
    attributes = [
        attribute
        for parent in model.__mro__
        for attribute in vars(parent).values()
        if isinstance(attribute, PartialDateAttribute)
    ]
    return {attribute.columns[0]: attribute for attribute in attributes}


def _personal_details(model):
    """Return the names of the columns that history keeps as fingerprints only."""
    if not hasattr(model, "history"):
        return ()
    return {each.name for each in model.history.model._meta.concrete_fields if isinstance(each, FingerprintField)}


def _related_columns(field):
    """Return the columns of a relation: the stable key of the related row, if it has one, and its name."""
    target, label = field.related_model, capfirst(field.verbose_name)
    is_personal = has_declared_data(target)
    if field.many_to_many:
        return [Column(field.name, label, lambda row: "; ".join(map(str, getattr(row, field.name).all())), is_personal)]
    columns = [Column(field.name, label, lambda row: _text(getattr(row, field.name)), is_personal)]
    names = {each.name for each in target._meta.concrete_fields}
    if key := next((name for name in STABLE_KEYS if name in names), None):
        key_label = f"{label}: {target._meta.get_field(key).verbose_name}"
        columns.insert(0, Column(f"{field.name}.{key}", key_label, lambda row: _key(getattr(row, field.name), key)))
    return columns


def _text(related):
    return None if related is None else str(related)


def _key(related, key):
    return None if related is None else getattr(related, key)


def _value_of(name):
    """Return the function from a row to its value of this name."""

    def value(row):
        found = getattr(row, name)
        return found() if callable(found) else found

    return value
