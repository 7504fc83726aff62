"""The migrations make the tables that the models ask for; every other test runs on tables made from the models."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

TOLD = ("columns", "primary_key", "unique", "foreign_key", "check", "index")


def describe(database):
    """Return, of each table, its columns with their types, and what is enforced or indexed on them."""
    tables = {}
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            columns = database.introspection.get_table_description(cursor, table)
            constraints = database.introspection.get_constraints(cursor, table)
            tables[table] = (
                sorted((each.name, str(each.type_code), each.internal_size, each.null_ok) for each in columns),
                sorted(str([each[key] for key in TOLD]) for each in constraints.values()),
                # SQLite numbers those without a name in the order in which they were made.
                sorted(name for name in constraints if not name.startswith("__")),
            )
    return tables


@pytest.fixture
def migrated(request, django_db_blocker):
    """A database whose tables the migrations have made."""
    if connection.vendor == "sqlite":
        name = str(request.getfixturevalue("migrated_sqlite"))
    else:
        name = f"{connection.settings_dict['NAME']}_migrated"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        url = f"{os.environ['TEST_DATABASE_URL'].rpartition('/')[0]}/{name}"
        subprocess.run(
            [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            check=True,
        )
    database = connection.copy()
    database.settings_dict = connection.settings_dict | {"NAME": name}
    yield database
    database.close()


@pytest.mark.django_db(transaction=True)
def test_migrations_make_the_tables_that_the_models_ask_for(migrated):
    theirs, ours = describe(migrated), describe(connection)
    assert theirs.pop("django_migrations")
    assert ours.pop("cache")  # made by a command of its own, also where the service runs
    assert theirs.keys() == ours.keys()
    # Django's own groups, which nobody here uses, began with narrower numbers and other names.
    differing = {table for table in theirs if theirs[table] != ours[table]} - {"auth_group_permissions"}
    assert differing == set()
    assert "registry_municipality" in ours
