"""Many rows written in a few statements, with their histories, so that nobody else waits long for the database.

Everything that takes time, reserving keys, computing columns, digests for undoing,
is done before the step's transaction begins; the transaction only writes.
"""

import json
from decimal import Decimal

from django.db import connection, models, transaction
from django.db.models import Max
from django.utils import timezone, translation
from simple_history.exceptions import NotHistoricalModelError
from simple_history.utils import get_history_model_for_model

from common.exact_json import ExactEncoder
from registry.change_sets import images_of, plain_rows, raw_rows, write_rows


def reserve_pks(model, n):
    """Take `n` primary keys of `model` into use before its rows are written, and return them; gaps do no harm."""
    table, pk = model._meta.db_table, model._meta.pk.column
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            quoted = connection.ops.quote_name(table)
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [quoted, pk, n]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        used = cursor.fetchone()
        if used is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, n])
        else:
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [n, table])
        first = 1 if used is None else used[0] + 1
        return list(range(first, first + n))


def extent_of(model):
    """Return (number of rows, greatest key): it differs once a row has come or gone."""
    return tuple(plain_rows(model).aggregate(n=models.Count("pk"), last=Max("pk")).values())


class PreparedRows:
    """New and changed rows of one step, made ready before its transaction; `write` writes them in few statements."""

    def __init__(self, new, changed, *, by):
        """Reserve keys for `new`, unsaved rows of one or several tables, and compute what will be written.

        `changed` are rows as they were read, with new values set. Rows may point to
        rows in `new`. `by` is the account for the histories.
        """
        self._by, self._at = by, timezone.now()
        self._upserts, self._histories, self._images, self._as_read = {}, {}, {}, {}
        for model, rows in _by_model(new).items():
            for row, pk in zip(rows, reserve_pks(model, len(rows)), strict=True):
                row.pk = pk
        with translation.override("fi"):
            for model, rows in _by_model(changed).items():
                before = images_of(model, [row.pk for row in rows])
                self._as_read[model] = raw_rows(model, before)
                self._prepare(model, rows, "~", before)
            for model, rows in _by_model(new).items():
                self._prepare(model, rows, "+", {})

    def _prepare(self, model, rows, history_type, before):
        """Compute the columns, the line of history and the image of each row."""
        fields, history = model._meta.concrete_fields, _history_of(model)
        relations = [field for field in fields if field.is_relation]
        lines = []
        for row in rows:
            for field in relations:
                if field.is_cached(row) and (related := getattr(row, field.name)) is not None:
                    setattr(row, field.attname, related.pk)
            values = _values(row, fields, is_new=row.pk not in before)
            self._upserts.setdefault(model, []).append(_for_database(fields, values))
            image = dict(zip((field.attname for field in fields), values, strict=True))
            image = json.loads(json.dumps(image, cls=ExactEncoder))
            self._images.setdefault(model, []).append((row.pk, before.get(row.pk), image))
            if history is not None:
                tracked = {field.attname: getattr(row, field.attname) for field in history.tracked_fields}
                line = history(history_date=self._at, history_type=history_type, history_user=self._by, **tracked)
                lines.append(_for_database(_without_pk(history), _values(line, _without_pk(history), is_new=True)))
        if lines:
            self._histories.setdefault(history, []).extend(lines)

    def record_in(self, recording):
        """Tell the Recording of the step, before its transaction, what `write` will write."""
        for model, rows in self._images.items():
            recording.add_prepared(model, rows)

    def are_as_read(self):
        """Whether the changed rows still are in the database as they were when they were prepared."""
        return all(raw_rows(model, rows) == rows for model, rows in self._as_read.items())

    def write(self):
        """Write the rows and their histories, inside the step's transaction; sends no signals."""
        for model, values in self._upserts.items():
            write_rows(model, model._meta.concrete_fields, values)
        for history, values in self._histories.items():
            write_rows(history, _without_pk(history), values)


def _by_model(rows):
    tables = {}
    for row in rows:
        tables.setdefault(type(row), []).append(row)
    return tables


def _history_of(model):
    try:
        return get_history_model_for_model(model)
    except NotHistoricalModelError:
        return None


def _without_pk(model):
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _values(row, fields, *, is_new):
    """Return the values of a row's columns as reading them back would give them; derived columns are computed."""
    return [_as_read_back(field, field.pre_save(row, is_new)) for field in fields]


def _as_read_back(field, value):
    if value is None:
        return None
    value = field.to_python(value)
    if isinstance(field, models.DecimalField):
        return value.quantize(Decimal(1).scaleb(-field.decimal_places))
    return value


def _for_database(fields, values):
    return tuple(field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True))
