"""The settings of the test run: the production ones with a test's environment."""

import os

os.environ |= {
    "DEBUG": "off",
    "SECRET_KEY": "only-for-the-tests-0123456789-0123456789-0123",
    "SITE_URL": "http://testserver",
    "EXTRA_HOSTS": "localhost,127.0.0.1",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", "sqlite:///:memory:"),
    "LOG_LEVEL": "ERROR",
    # Most tests walk through the administration; those of the second factor turn it on.
    "SECOND_FACTOR_REQUIRED": "off",
    "CONTROLLER_NAME": "fi=Esimerkkiyhdistys ry;sv=Exempelföreningen rf;en=Example Association",
    "CONTROLLER_ADDRESS": "Esimerkkikatu 1, 00000 Esimerkkilä",
    "CONTROLLER_EMAIL": "tietosuoja@example.org",
}

from config.settings import *  # noqa: F403

# Each run has files of its own, in memory.
STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# A task runs where it is enqueued; the tests of the worker itself turn the queue on.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
# The tables come from the models, in a second instead of half a minute; tests/test_migrations.py compares
# them with those that the migrations make.
DATABASES["default"]["TEST"] = {"MIGRATE": False}  # noqa: F405
# Each test client loads the middleware anew: the static files are looked up when asked for, not listed every time.
WHITENOISE_AUTOREFRESH = True
