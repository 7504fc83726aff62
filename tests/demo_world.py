"""The demo world for tests: built once in a process, its rows written again for each later test."""

from django.apps import apps
from django.db import connection

from config.demo import build_demo
from tests.table_copies import copy_tables, write_tables

# Filled by migrations, with numbers of their own after each flush.
NOT_COPIED = {"contenttypes", "auth", "sessions", "admin"}
_copies = {}


def load_demo():
    """Put the demo into the database in place of what is there; ten seconds the first time, an instant later."""
    if connection.vendor in _copies:
        write_tables(_copies[connection.vendor], empty_first=True)
        return
    build_demo()
    # Links between tables included.
    tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in NOT_COPIED]
    _copies[connection.vendor] = copy_tables(tables)
