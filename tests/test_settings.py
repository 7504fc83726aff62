"""A missing or impossible setting stops the start with one sentence that names it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from config.checks import controller_is_named, letters_are_sent, limits_can_be_counted, second_factor_is_required
from tests.test_conventions import settings_variables

ROOT = Path(__file__).resolve().parent.parent

# Every variable is given, so that a developer's own .env changes nothing: the environment wins over the file.
GOOD = {
    "ACCESSIBILITY_ASSESSED_ON": "2026-11-22",
    "BEHIND_PROXY": "on",
    "CONTROLLER_ADDRESS": "Esimerkkikatu 1, 00000 Esimerkkilä",
    "CONTROLLER_EMAIL": "tietosuoja@example.org",
    "CONTROLLER_NAME": "Esimerkkiyhdistys ry",
    "DATABASE_CONN_MAX_AGE": "600",
    "DATABASE_KEEPS_PLANS": "on",
    "DATABASE_URL": "sqlite://:memory:",
    "DEBUG": "off",
    "EMAIL_URL": "smtp+tls://user:word@mail.example.org:587",
    "ENFORCEMENT_BODY": "fi=Viranomainen;sv=Myndigheten;en=The authority",
    "ENFORCEMENT_URL": "https://authority.example.org",
    "EXTRA_HOSTS": "",
    "HSTS_SUBDOMAINS": "off",
    "LOG_LEVEL": "INFO",
    "MAIL_ALLOW_ONLY": "",
    "MAIL_BOUNCES_TO": "palautuvat@example.org",
    "MAIL_BOX_URL": "imaps://user:word@mail.example.org",
    "MAIL_CAP_A_MONTH": "6",
    "MAIL_DKIM_SELECTOR": "s1",
    "MAIL_FROM": "rinnalla@example.org",
    "MAIL_NAME_SERVER": "",
    "MAIL_PROVIDER": "",
    "MAIL_PROVIDER_OPTIONS": "{}",
    "MAIL_SPACING_DAYS": "3",
    "MAIL_WEBHOOK_SECRET": "",
    "OIDC_PROVIDERS": """[{"id": "oulu", "name": "Oulun kaupunki", "server": "https://login.example.org",
        "client_id": "rinnalla", "client_secret": "salaisuus", "domains": ["example.org"]}]""",
    "PAGE_CACHE_MEGABYTES": "64",
    "SECOND_FACTOR_REQUIRED": "on",
    "SECRET_KEY": "0123456789" * 6,
    "SITE_NAME": "Rinnalla",
    "SITE_URL": "https://rinnalla.example.org",
    "STATIC_ROOT": "/tmp/static",  # noqa: S108 - nothing is written
    "FILES_ROOT": "/tmp/files",  # noqa: S108 - nothing is written
}


ONE = json.loads(GOOD["OIDC_PROVIDERS"])[0]


def start(told="django.setup(); print('started')", **changes):
    """Start Django in a process of its own; return its exit code and the last line that it says."""
    system = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    environment = {**system, **GOOD, **changes, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", f"import django; {told}"],
        cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, (done.stderr or done.stdout).strip().rpartition("\n")[2]


def test_these_tests_know_every_setting():
    assert settings_variables() == set(GOOD)


def test_good_settings_start():
    assert start() == (0, "started")


def test_controller_may_have_one_name_or_one_in_each_language():
    assert start(CONTROLLER_NAME="fi=Esimerkkiyhdistys ry;sv=Exempelföreningen rf;en=Example Association")[0] == 0


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SITE_URL", ""),
        ("SITE_URL", "rinnalla.example.org"),
        ("SITE_URL", "ftp://rinnalla.example.org"),
        ("SITE_URL", "https://rinnalla.example.org/polku"),
        ("SITE_URL", "https://[rinnalla"),
        ("SITE_URL", "https://rinnalla.example.org:portti"),
        ("DEBUG", "maybe"),
        ("DEBUG", ""),
        ("BEHIND_PROXY", "nginx"),
        ("EMAIL_URL", "pigeon://example.org"),
        ("MAIL_BOX_URL", "https://mail.example.org"),
        ("MAIL_PROVIDER_OPTIONS", "no json"),
        ("MAIL_SPACING_DAYS", "-1"),
        ("SECOND_FACTOR_REQUIRED", "later"),
        ("HSTS_SUBDOMAINS", "2"),
        ("CONTROLLER_NAME", ""),
        ("CONTROLLER_NAME", "fi=Esimerkkiyhdistys ry;sv=Exempelföreningen rf"),
        ("ENFORCEMENT_BODY", "Viranomainen"),
        ("ENFORCEMENT_BODY", "fi=Viranomainen;sv=Myndigheten"),
        ("ENFORCEMENT_BODY", "fi=Viranomainen;sv=;en=The authority"),
        ("ACCESSIBILITY_ASSESSED_ON", "eilen"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://user:word@localhost/rinnalla"),
        ("DATABASE_URL", "postgres://user:word@localhost:portti/rinnalla"),
        ("OIDC_PROVIDERS", "oulu"),
        ("OIDC_PROVIDERS", "{}"),
        ("OIDC_PROVIDERS", '["oulu"]'),
        ("OIDC_PROVIDERS", json.dumps([ONE | {"extra": 1}])),
        ("OIDC_PROVIDERS", json.dumps([{name: ONE[name] for name in ONE if name != "domains"}])),
        ("OIDC_PROVIDERS", json.dumps([ONE | {"client_secret": " "}])),
        ("OIDC_PROVIDERS", json.dumps([ONE | {"id": "Oulu/"}])),
        ("OIDC_PROVIDERS", json.dumps([ONE | {"server": "http://login.example.org"}])),
        ("OIDC_PROVIDERS", json.dumps([ONE | {"domains": []}])),
        ("OIDC_PROVIDERS", json.dumps([ONE | {"domains": "example.org"}])),
        ("OIDC_PROVIDERS", json.dumps([ONE, ONE | {"domains": ["example.com"]}])),
        ("OIDC_PROVIDERS", json.dumps([ONE, ONE | {"id": "ii"}])),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_LEVEL", ""),
    ],
)
def test_bad_value_stops_the_start_and_names_the_setting(variable, value):
    code, sentence = start(**{variable: value})

    assert code == 1
    assert sentence.startswith(f"django.core.exceptions.ImproperlyConfigured: {variable}: ")
    assert sentence.endswith(" See .env.example.")


@pytest.mark.parametrize("variable", ["DATABASE_CONN_MAX_AGE", "PAGE_CACHE_MEGABYTES"])
def test_bad_number_stops_the_start_and_names_the_setting(variable):
    code, sentence = start(DATABASE_URL="postgres://user:word@localhost/rinnalla", **{variable: "plenty"})

    assert code == 1
    assert sentence.startswith(f"django.core.exceptions.ImproperlyConfigured: {variable}: ")


GENERIC = "-c plan_cache_mode=force_generic_plan"


@pytest.mark.parametrize(
    ("switch", "options"),
    [
        ("on", {"sslmode": "require", "server_side_binding": True, "prepare_threshold": 1, "options": GENERIC}),
        ("off", {"sslmode": "require"}),
    ],
)
def test_postgresql_keeps_plans_unless_told_otherwise(switch, options):
    told = "django.setup(); from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    url = "postgres://user:word@localhost/rinnalla?sslmode=require"
    assert start(told, DATABASE_URL=url, DATABASE_KEEPS_PLANS=switch) == (0, str(options))


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"CONTROLLER_IS_NAMED": False}, ["rinnalla.W001"]),
        ({"CONTROLLER_ADDRESS": ""}, ["rinnalla.W001"]),
        ({"CONTROLLER_EMAIL": "rekisteri@example.org"}, ["rinnalla.W001"]),
    ],
    ids=["all", "no name", "no address", "invented e-mail"],
)
def test_deployment_check_asks_who_the_controller_is(settings, changes, ids):
    settings.CONTROLLER_EMAIL = "tietosuoja@rinnalla.example"
    for name, value in changes.items():
        setattr(settings, name, value)
    assert [warning.id for warning in controller_is_named(None)] == ids


def test_deployment_check_refuses_an_administration_without_a_second_factor(settings):
    answers = []
    for required in (True, False):
        settings.SECOND_FACTOR_REQUIRED = required
        answers.append([error.id for error in second_factor_is_required(None)])
    assert answers == [[], ["rinnalla.E003"]]


def test_deployment_check_warns_when_letters_are_only_files(settings):
    answers = []
    for backend in ("smtp", "filebased"):
        settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
        answers.append([warning.id for warning in letters_are_sent(None)])
    assert answers == [[], ["rinnalla.W002"]]


@pytest.mark.django_db
def test_deployment_check_asks_for_the_table_in_which_tries_are_counted(settings):
    found = [error.id for error in limits_can_be_counted(None, databases=["default"])]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "no_table"}}
    with transaction.atomic():
        missing = [error.id for error in limits_can_be_counted(None, databases=["default"])]
        transaction.set_rollback(True)
    assert (found, missing) == ([], ["rinnalla.E004"])
