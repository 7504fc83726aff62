"""The PDF of what has been sent in: tagged, whole, in its language, for those who may read it."""

import datetime as dt
import json
import re

import pikepdf
import pytest
import time_machine
from django.core.exceptions import ValidationError
from pdfua import validate

from common.printing import shown_data
from surveys import copies
from surveys.answering import save_answers, start_response, submit_response
from surveys.authoring import open_round
from surveys.copies import answers_pdf
from surveys.models import Response
from surveys.questionnaires import import_questionnaire
from surveys.reading import Reading
from tests.admin.conftest import as_aino, as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.portal.conftest import client_of
from tests.surveys.every_kind import answers, questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def response(reference, cast):
    """Oulu's response with an answer of every kind, one of them with signs that no typeface has."""
    text = json.dumps(questionnaire(2026, dt.date(2026, 9, 1), dt.date(2026, 10, 15)))
    survey_round = open_round(import_questionnaire(text, reference.pohjois_pohjanmaa, by=None), by=None)
    response = start_response(survey_round, reference.oulu, by=cast.leena.user)
    asked = {each.key: each.pk for each in survey_round.questions.select_related("indicator")}
    readings = answers() | {"k_short_text": Reading(state="answered", value={"text": "#let x = $1$ *äö* 🙂👩‍🚀 漢"})}
    save_answers(
        response, {asked[key]: each for key, each in readings.items()}, by=cast.leena.user, versions={}
    )  # fmt: skip
    return submit_response(response, by=cast.leena.user)


def structure(content):
    """Return (language, title, {tag: how often}) of a PDF."""
    with pikepdf.open(content) as pdf:
        tags = {}

        def walk(node):
            if isinstance(node, pikepdf.Array):
                for each in node:
                    walk(each)
            elif isinstance(node, pikepdf.Dictionary):
                if "/S" in node:
                    tags[str(node["/S"])] = tags.get(str(node["/S"]), 0) + 1
                if "/K" in node:
                    walk(node["/K"])

        walk(pdf.Root.StructTreeRoot)
        return str(pdf.Root.Lang), str(pdf.docinfo["/Title"]), tags


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_copy_is_tagged_has_headings_and_is_in_the_responses_language(response, language, tmp_path):
    Response.objects.filter(pk=response.pk).update(language=language)
    response = Response.objects.of_year(response.municipality, 2026)

    name, content = answers_pdf(response)

    path = tmp_path / name
    path.write_bytes(content)
    told_language, title, tags = structure(path)
    assert validate(path).findings == ()
    assert told_language == language
    assert (
        title
        == {"fi": "Kartoitus 2026: Oulu", "sv": "Kartläggning 2026: Uleåborg", "en": "Survey 2026: Oulu"}[language]
    )
    assert tags["/H1"] == 1
    assert tags["/H2"] == 25
    assert re.fullmatch(r"[a-z]+-2026-oulu\.pdf", name)


def test_what_has_not_been_sent_in_has_no_copy(response, as_kaisa):  # noqa: F811
    Response.objects.update(submitted_at=None)
    response.refresh_from_db()

    with pytest.raises(ValidationError) as refused:
        answers_pdf(response)

    assert refused.value.code == "not_submitted"
    assert as_kaisa.get(f"/hallinta/surveys/response/{response.pk}/copy/").status_code == 404


def test_the_copy_is_for_the_municipalitys_own_and_its_coordinator(response, cast, as_kaisa, as_outi):  # noqa: F811
    address = "/oma/oulu/kysely/2026/vastaukset.pdf"

    answer = client_of(cast.leena.user).get(address)

    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert client_of(cast.leena.user).get("/oma/oulu/kysely/2025/vastaukset.pdf").status_code == 404
    assert client_of(cast.ahti.user).get(address).status_code == 404
    assert client_of(cast.stranger).get(address).status_code == 404
    assert as_kaisa.get(f"/hallinta/surveys/response/{response.pk}/copy/").content.startswith(b"%PDF")
    assert as_outi.get(f"/hallinta/surveys/response/{response.pk}/copy/").status_code == 404


def test_signs_that_cannot_be_shown_become_one_square_and_markup_stays_words(response):
    data = shown_data(copies.answers_data(response, "fi"))

    lines = [line for theme in data["themes"] for each in theme["questions"] for line in each["lines"]]
    assert "#let x = $1$ *äö* □ □" in lines
    assert data["note"].startswith("□")


def test_a_word_longer_than_a_line_may_be_broken():
    data = shown_data({"lines": ["x" * 120, "lyhyt"], "note": ""})

    assert data == {"lines": ["\u200b".join(["x" * 50, "x" * 50, "x" * 20]), "lyhyt"], "note": ""}
