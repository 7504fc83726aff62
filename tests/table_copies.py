"""The rows of tables, kept as they are and written again: what is slow to build is built once in a process."""

import datetime as dt

from django.core.management.color import no_style
from django.db import connection, transaction


def copy_tables(tables):
    """Return the rows of each of these models, {model: rows}."""
    return {model: _rows(model) for model in tables}


@transaction.atomic
def write_tables(copies, *, empty_first=False):
    """Write the rows of `copies`; with `empty_first` in place of what is there."""
    with connection.cursor() as cursor:
        for model in copies if empty_first else ():
            cursor.execute(f"DELETE FROM {_name(model)}")  # noqa: S608
        for model, rows in copies.items():
            places = ", ".join(["%s"] * len(model._meta.concrete_fields))
            cursor.executemany(f"INSERT INTO {_name(model)} ({_columns(model)}) VALUES ({places})", rows)  # noqa: S608
        for sql in connection.ops.sequence_reset_sql(no_style(), list(copies)):
            cursor.execute(sql)


def _name(model):
    return connection.ops.quote_name(model._meta.db_table)


def _columns(model):
    return ", ".join(connection.ops.quote_name(field.column) for field in model._meta.concrete_fields)


def _rows(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {_name(model)}")  # noqa: S608
        rows = cursor.fetchall()
    # SQLite's driver reads a time of day and does not take one back.
    return [tuple(str(each) if isinstance(each, dt.time) else each for each in row) for row in rows]
