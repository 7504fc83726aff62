"""A database of its own in a temporary folder, for what is measured in one process."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import django


@contextmanager
def scratch():
    """Set up Django on an empty SQLite database that goes afterwards; yields its path as text."""
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench.") as folder:
        path = str(Path(folder) / "bench.sqlite3")
        os.environ |= {"DATABASE_URL": f"sqlite:///{path}", "SECRET_KEY": "b" * 48, "SITE_URL": "http://localhost",
                       "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}  # fmt: skip
        django.setup()
        yield path
