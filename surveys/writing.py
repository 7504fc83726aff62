"""Answers and their history as rows: many in two statements, and none over a version that nobody has seen.

Written by hand, from the models' columns, because the ORM has no words for comparing versions
in the statement that writes, and takes many times as long to write forty rows
(docs/adr/0028).
"""

import json
from functools import cache
from types import SimpleNamespace

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateTimeField, JSONField

from surveys.models import Answer

_ANSWER = {field.attname: field for field in Answer._meta.concrete_fields}
_KEY = ("response_id", "question_id")
# What stays as it is when an answer changes; the database tells it of the rows that it has written.
_KEPT = ("id", "words_erased_at")
_WRITTEN = tuple(name for name in _ANSWER if name not in _KEPT)

_HISTORY_MODEL = Answer.history.model
_HISTORY = {field.attname: field for field in _HISTORY_MODEL._meta.concrete_fields if not field.primary_key}
# Columns that history keeps otherwise than the answer does: fingerprints of people's own words.
_OTHERWISE = {name: field for name, field in _HISTORY.items() if type(field) is not type(_ANSWER.get(name, field))}
# Columns whose values databases take otherwise than they stand in Python.
_ADAPTED = {name: field for name, field in (_ANSWER | _HISTORY).items() if isinstance(field, DateTimeField | JSONField)}
_MOMENTS = {name for name, field in _ADAPTED.items() if isinstance(field, DateTimeField)}


def write_rows(rows, said, *, by):
    """Write answers with their history; return those that were written, as Answers.

    `rows` are dictionaries of the columns that differ, `said` one of those that are the same
    for all. A row is written when there is no answer yet, or one of the version just before
    the row's own. The others are left alone: the caller looks at what is saved there.
    Whoever calls holds the lock on the response.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    placed = [said | row for row in rows]
    told = {}
    for question_id, *kept in _insert(Answer, _WRITTEN, placed, _IF_UNSEEN, connection):
        told[question_id] = [_read(*each, connection) for each in zip(_KEPT, kept, strict=True)]
    written = [
        row | dict(zip(_KEPT, told[row["question_id"]], strict=True)) for row in placed if row["question_id"] in told
    ]
    _write_history(written, said, connection, by)
    return [Answer.from_db(connection.alias, _ANSWER, [row[name] for name in _ANSWER]) for row in written]


def _write_history(written, said, connection, by):
    user = by or _HISTORY_MODEL.get_default_history_user(Answer())
    about = {"history_user_id": user and user.pk, "history_change_reason": None, "history_date": said["answered_at"]}
    rows = []
    for row in written:
        words = SimpleNamespace(**row)
        fingerprints = {name: field.pre_save(words, True) for name, field in _OTHERWISE.items()}
        rows.append(row | about | fingerprints | {"history_type": "+" if row["version"] == 1 else "~"})
    _insert(_HISTORY_MODEL, tuple(_HISTORY), rows, "", connection)


def _read(name, value, connection):
    """Return a value from the database as it stands in Python."""
    if value is None or name not in _ADAPTED:
        return value
    column = _ANSWER[name].get_col(Answer._meta.db_table)
    for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection)):
        value = convert(value, column, connection)
    return value


def _insert(model, names, rows, otherwise, connection):
    """Insert these columns of the rows, with `otherwise` after them; return what the statements tell."""
    told = []
    insert = _insert_as_json if connection.vendor == "postgresql" else _insert_as_values
    for sql, values in insert(model, names, rows, connection):
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} {otherwise}", values)
            told += cursor.fetchall() if otherwise else ()
    return told


def _insert_as_json(model, names, rows, _connection):
    """Yield one statement with one value: PostgreSQL keeps its plan, and has no 640 values to be told one by one."""
    columns, table = _columns(model, names), model._meta.db_table
    in_columns = {name: model._meta.get_field(name).column for name in names}
    told = json.dumps([{column: row[name] for name, column in in_columns.items()} for row in rows], default=str)
    selected = f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"  # noqa: S608 - the models' names
    yield f"INSERT INTO {table} ({columns}) {selected}", [told]


def _insert_as_values(model, names, rows, connection):
    """Yield (statement, its values) for as many rows at once as the database takes values."""
    columns, row_of_places = _columns(model, names), f"({', '.join(['%s'] * len(names))})"
    size = connection.features.max_query_params // len(names)
    moment = cache(lambda name, value: _ADAPTED[name].get_db_prep_save(value, connection))
    for begin in range(0, len(rows), size):
        some = [_adapted(row, moment, connection) for row in rows[begin : begin + size]]
        places = ", ".join([row_of_places] * len(some))
        yield (
            f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {places}",  # noqa: S608 - the models' names
            [row[name] for row in some for name in names],
        )


def _adapted(row, moment, connection):
    """Return the values of a row as the database takes them; `moment` adapts one once for all rows that share it."""
    of_row = row.keys() & _ADAPTED.keys()
    return row | {
        name: moment(name, row[name]) if name in _MOMENTS else _ADAPTED[name].get_db_prep_save(row[name], connection)
        for name in of_row
    }


@cache
def _columns(model, names):
    return ", ".join(model._meta.get_field(name).column for name in names)


# A row is left alone where another version than the one before it is saved already.
_IF_UNSEEN = (
    f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _WRITTEN if name not in _KEY)} "
    f"WHERE {Answer._meta.db_table}.version = excluded.version - 1 RETURNING question_id, {', '.join(_KEPT)}"
)
