"""Marks of tests that one of the two databases can run."""

import pytest
from django.conf import settings

on_sqlite_alone = pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="has a file of its own: once is enough"
)
