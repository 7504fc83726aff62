"""The demo world for tests: built once in a run on each database, its rows written again for each later test."""

import fcntl
import pickle
from pathlib import Path

from django.apps import apps
from django.db import connection

from config.demo import build_demo
from tests.table_copies import copy_tables, write_tables

# Filled by migrations, with numbers of their own after each flush.
NOT_COPIED = {"contenttypes", "auth", "sessions", "admin"}
_copies = {}


class RunFolder:
    """Where the processes of a run leave for each other what one of them has made; tests/conftest.py says where."""

    path = Path()


def load_demo():
    """Put the demo into the database in place of what is there; ten seconds for the first in a run, then an instant."""
    if connection.vendor not in _copies:
        kept = RunFolder.path / f"demo-{connection.vendor}.pickle"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                _build(kept)
                return
        rows = pickle.loads(kept.read_bytes())  # noqa: S301 - written above
        _copies[connection.vendor] = {apps.get_model(name): its_rows for name, its_rows in rows.items()}
    write_tables(_copies[connection.vendor], empty_first=True)


def _build(kept):
    """Build the demo into the database, and keep its rows for this process and in a file for the others."""
    build_demo()
    # Links between tables included.
    tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in NOT_COPIED]
    _copies[connection.vendor] = copy_tables(tables)
    made = kept.with_suffix(".making")
    made.write_bytes(pickle.dumps({model._meta.label: rows for model, rows in _copies[connection.vendor].items()}))
    made.rename(kept)
