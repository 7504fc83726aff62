"""A process on the database file of its environment: it prepares a published round, or publishes a correction."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from registry.models import Municipality, Region  # noqa: E402
from registry.reference import load_reference_data  # noqa: E402
from surveys.models import Round  # noqa: E402
from surveys.publishing import publish_results  # noqa: E402
from tests.surveys.published_round import closed_round  # noqa: E402


def prepare():
    load_reference_data()
    region = Region.objects.get(code="17")
    places = Municipality.objects.members_of(region, "2025-09-01")
    publish_results(closed_round(region, places), by=None)


def publish():
    survey_round = Round.objects.get()
    print("begins", flush=True)  # noqa: T201
    publish_results(survey_round, by=None, corrections={"fi": "Korjattu."})
    print("done", flush=True)  # noqa: T201


{"prepare": prepare, "publish": publish}[sys.argv[1]]()
