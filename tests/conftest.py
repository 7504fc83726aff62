"""The cast of the tests, and the real reference data.

Pohjois-Pohjanmaa (Oulu, Hailuoto …) and Keski-Suomi are loaded from the reference
data that ships with the registry. **Kaisa** coordinates Pohjois-Pohjanmaa, **Outi**
Keski-Suomi; **Aino** administers. **Leena** is liaison in Oulu, **Ahti** the
association agent of Oulu. **Stranger** has an account and no role.
"""

import copy
import datetime as dt
import fcntl
import gc
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from common.partial_dates import PartialDate
from meetings.models import MeetingKind, MeetingTheme
from public.caching import pages
from registry import models
from registry.models import Municipality, Region
from registry.reference import load_reference_data
from surveys.questionnaire import forget_questionnaires
from tests import factories
from tests.demo_world import RunFolder
from tests.mail_server import HOST, MailServer
from tests.table_copies import copy_tables, write_tables

# The rows of the reference data, for tests after one with real transactions, which empties the tables.
_reference = {}


def pytest_collection_finish(session):
    """Look for garbage less often, and never among what stays anyway: a tenth of the run was spent on it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


# What makes a test's result depend on the database of the run.
_OF_THE_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup"}


def pytest_collection_modifyitems(config, items):
    """Leave out of a run on PostgreSQL what the run on SQLite has tried just so: tests that ask no database of theirs.

    They touch none, or SQLite files of their own in processes of their own.
    """
    if connection.vendor == "sqlite":
        return
    same = [item for item in items if _asks_no_database(item)]
    config.hook.pytest_deselected(items=same)
    items[:] = [item for item in items if not _asks_no_database(item)]


def _asks_no_database(item):
    names = set(item.fixturenames)
    return "sqlite_environment" in names or not (names & _OF_THE_DATABASE or item.get_closest_marker("django_db"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Write the reference data anew after a test with real transactions, whatever test comes next."""
    told = yield
    mark = item.get_closest_marker("django_db")
    has_emptied = {"transactional_db", "live_server"} & set(item.fixturenames) or (mark and mark.kwargs)
    if nextitem is not None and _reference and has_emptied:
        with item.config.stash[blocking_manager_key].unblock():
            restore_reference()
    return told


@pytest.fixture(autouse=True)
def fresh_process():
    """Let no page, no questionnaire and no language of one test be shown in another."""
    pages.clear()
    forget_questionnaires()
    translation.activate("fi")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the reference data once, long ago; each test's changes are rolled back to it."""
    with django_db_blocker.unblock(), time_machine.travel("2020-01-01"):
        load_reference_data()
        of_apps = (apps.get_app_config(name).get_models(include_auto_created=True) for name in ("registry", "meetings"))
        tables = {table for of_app in of_apps for table in of_app} - {models.SiteState}
        _reference.update((table, rows) for table, rows in copy_tables(tables).items() if rows)


@pytest.fixture(scope="session", autouse=True)
def run_folder(tmp_path_factory):
    """The folder that the processes of a run share."""
    folder = tmp_path_factory.getbasetemp()
    RunFolder.path = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    return RunFolder.path


@pytest.fixture(scope="session")
def migrated_sqlite(run_folder):
    """A file with all tables, made once for the whole run, whoever of its processes asks first."""
    made = run_folder / "migrated.sqlite3"
    with (run_folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = run_folder / "making.sqlite3"
            environment = os.environ | {
                "TEST_DATABASE_URL": f"sqlite:///{making}",
                "DJANGO_SETTINGS_MODULE": "tests.settings",
            }
            command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
            making.rename(made)
    return made


@pytest.fixture
def sqlite_environment(migrated_sqlite, tmp_path):
    """The environment of processes that work on a file of this test's own, in which all tables are."""
    file = shutil.copy(migrated_sqlite, tmp_path / "own.sqlite3")
    return os.environ | {"TEST_DATABASE_URL": f"sqlite:///{file}"}


@pytest.fixture
def without_reference(db):
    """Tables without the reference data, for tests that count every row."""
    models.PublishedFigure.objects.update(supersedes=None)
    for model in (
        models.PublishedFigure,
        models.Municipality,
        models.Area,
        models.AreaGroup,
        models.Region,
        models.Directory,
        models.FigureSeries,
        models.Sector,
        models.SizeClass,
        models.AgentTask,
        models.AssociationField,
        models.PageText,
        MeetingKind,
        MeetingTheme,
    ):
        model.objects.all().delete()


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker):
    """Keep the rows that fixtures of this scope write for all tests of a file; each test rolls back its own alone.

    Gives a function that runs another one where it may write. For files whose tests all
    need the same large world; a test gets its objects from `as_built`.
    """

    def build(make, *given):
        with django_db_blocker.unblock():
            return make(*given)

    around = transaction.atomic()
    around._from_testcase = True  # the tests' own transactions stay outermost to those that want to be
    build(around.__enter__)
    yield build
    build(transaction.set_rollback, True)
    build(around.__exit__, None, None, None)


def as_built(world):
    """Return a copy of a kept world, in which no test has changed anything."""
    clients, rest = world.clients, {key: value for key, value in vars(world).items() if key != "clients"}
    return SimpleNamespace(
        clients={role: _as_signed_in(client) for role, client in clients.items()}, **copy.deepcopy(rest)
    )


def _as_signed_in(client):
    again = copy.copy(client)
    again.cookies = copy.deepcopy(client.cookies)
    return again


@pytest.fixture
def reference(db):
    """The real regions and municipalities; both regions keep records from 1.1.2021."""
    return find_reference()


def restore_reference():
    """Write the reference data where a test with real transactions has emptied the tables."""
    if not Region.objects.filter(code="17").exists():
        write_tables(_reference)


def find_reference():
    """Return what the fixture `reference` gives."""
    restore_reference()
    Region.objects.filter(code__in=["17", "13"]).update(records_from=dt.date(2021, 1, 1))
    return SimpleNamespace(
        pohjois_pohjanmaa=Region.objects.get(code="17"),
        keski_suomi=Region.objects.get(code="13"),
        oulu=Municipality.objects.get(code="564"),
        hailuoto=Municipality.objects.get(code="072"),
        vaala=Municipality.objects.get(code="785"),
        kuhmoinen=Municipality.objects.get(code="291"),
        jyvaskyla=Municipality.objects.get(code="179"),
    )


@pytest.fixture
def cast(reference):
    """The people of the tests with their accounts and roles."""
    return make_cast(reference)


def make_cast(reference):
    """Make and return what the fixture `cast` gives."""

    def person(given_name, family_name, region, **user):
        account = factories.UserFactory(email=f"{given_name.lower()}@example.org", **user)
        return factories.PersonFactory(
            given_name=given_name,
            family_name=family_name,
            email=f"{given_name.lower()}.tyo@example.org",
            phone="050 000 0011",
            region=region,
            user=account,
        )

    north, central = reference.pohjois_pohjanmaa, reference.keski_suomi
    start = PartialDate.day(dt.date(2022, 1, 1))
    cast = SimpleNamespace(
        kaisa=person("Kaisa", "Koordinaattori", north),
        outi=person("Outi", "Ohjaaja", central),
        leena=person("Leena", "Liesi", north),
        ahti=person("Ahti", "Aapa", north),
        aino=factories.UserFactory(email="aino@example.org", is_superuser=True),
        stranger=factories.UserFactory(email="stranger@example.org"),
    )
    factories.CoordinatorFactory(person=cast.kaisa, region=north, start=start)
    factories.CoordinatorFactory(person=cast.outi, region=central, start=start)
    cast.leena_in_oulu = factories.AppointmentFactory(
        person=cast.leena, municipality=reference.oulu, title="vapaa-aikasihteeri", start=start
    )
    cast.ahti_in_oulu = factories.AgentFactory(person=cast.ahti, municipality=reference.oulu, start=start)
    return cast


@pytest.fixture
def mail_server(tmp_path, settings):
    """A real mail server, to which Django hands its letters over; see tests/mail_server.py."""
    server = MailServer(tmp_path)
    settings.EMAIL_BACKEND, settings.MAIL_REACHES_EVERYBODY = "mailing.smtp.EmailBackend", True
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield server
    server.stop()
