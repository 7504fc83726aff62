"""Answers and their history as rows: many in two statements, and none over a version that nobody has seen.

Written by hand, from the models' columns, because the ORM has no words for comparing versions
in the statement that writes, and takes many times as long to write forty rows
(docs/adr/0028).
"""

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


def write_rows(rows, said, *, by):
    """Write answers with their history; return those that were written, as Answers.

    `rows` are dictionaries of the columns that differ, `said` one of those that are the same
    for all. A row is written when there is no answer yet, or one of the version just before
    the row's own. The others are left alone: the caller looks at what is saved there.
    Whoever calls holds the lock on the response.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    same = _adapted(said, connection)
    placed = [same | _adapted(row, connection) for row in rows]
    told = {}
    for some in _in_statements(placed, len(_WRITTEN), connection):
        for question_id, *kept in _run(_upsert(len(some)), some, _WRITTEN, connection, fetch=True):
            told[question_id] = [_read(*each, connection) for each in zip(_KEPT, kept, strict=True)]
    written = [
        said | row | dict(zip(_KEPT, told[row["question_id"]], strict=True))
        for row in rows
        if row["question_id"] in told
    ]
    _write_history(written, said, connection, by)
    return [Answer.from_db(connection.alias, _ANSWER, [row[name] for name in _ANSWER]) for row in written]


def _write_history(written, said, connection, by):
    user = by or _HISTORY_MODEL.get_default_history_user(Answer())
    about = {"history_user_id": user and user.pk, "history_change_reason": None, "history_date": said["answered_at"]}
    same = _adapted(said | about, connection)
    rows = []
    for row in written:
        own = {name: value for name, value in row.items() if name not in said}
        words = SimpleNamespace(**own)
        own |= {name: field.pre_save(words, True) for name, field in _OTHERWISE.items()}
        own["history_type"] = "+" if row["version"] == 1 else "~"
        rows.append(same | _adapted(own, connection))
    for some in _in_statements(rows, len(_HISTORY), connection):
        _run(_insert(_HISTORY_MODEL, tuple(_HISTORY), len(some)), some, _HISTORY, connection)


def _adapted(row, connection):
    """Return the values of a row as the database takes them."""
    of_row = row.keys() & _ADAPTED.keys()
    return row | {name: _ADAPTED[name].get_db_prep_save(row[name], connection) for name in of_row}


def _read(name, value, connection):
    """Return a value from the database as it stands in Python."""
    if value is None or name not in _ADAPTED:
        return value
    column = _ANSWER[name].get_col(Answer._meta.db_table)
    for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection)):
        value = convert(value, column, connection)
    return value


def _in_statements(rows, n_columns, connection):
    """Yield the rows in as many at once as the database takes values."""
    size = (connection.features.max_query_params or 30_000) // n_columns
    for begin in range(0, len(rows), size):
        yield rows[begin : begin + size]


def _run(sql, rows, names, connection, *, fetch=False):
    with connection.cursor() as cursor:
        cursor.execute(sql, [row[name] for row in rows for name in names])
        return cursor.fetchall() if fetch else ()


@cache
def _insert(model, names, n_rows):
    row = f"({', '.join(['%s'] * len(names))})"
    columns = ", ".join(model._meta.get_field(name).column for name in names)
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {', '.join([row] * n_rows)}"  # noqa: S608 - columns


@cache
def _upsert(n_rows):
    table = Answer._meta.db_table
    changes = ", ".join(f"{name} = excluded.{name}" for name in _WRITTEN if name not in _KEY)
    return (
        f"{_insert(Answer, _WRITTEN, n_rows)} ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {changes} "
        f"WHERE {table}.version = excluded.version - 1 RETURNING question_id, {', '.join(_KEPT)}"
    )
