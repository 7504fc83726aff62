"""The demo world for tests: built once in a process, its rows written again for each later test."""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from config.demo import build_demo

# Filled by migrations, with numbers of their own after each flush.
NOT_COPIED = {"contenttypes", "auth", "sessions", "admin"}
_copies = {}


def load_demo():
    """Put the demo into the database in place of what is there; ten seconds the first time, an instant later."""
    if connection.vendor not in _copies:
        build_demo()
        _copies[connection.vendor] = {model: _rows(model) for model in _tables()}
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for model in _tables():
            cursor.execute(f"DELETE FROM {_name(model)}")  # noqa: S608
        for model, rows in _copies[connection.vendor].items():
            places = ", ".join(["%s"] * len(model._meta.concrete_fields))
            cursor.executemany(f"INSERT INTO {_name(model)} ({_columns(model)}) VALUES ({places})", rows)  # noqa: S608
        for sql in connection.ops.sequence_reset_sql(no_style(), _tables()):
            cursor.execute(sql)


def _tables():
    """Return every table that the demo may fill, links between tables included."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in NOT_COPIED]


def _name(model):
    return connection.ops.quote_name(model._meta.db_table)


def _columns(model):
    return ", ".join(connection.ops.quote_name(field.column) for field in model._meta.concrete_fields)


def _rows(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {_name(model)}")  # noqa: S608
        return cursor.fetchall()
