"""Everything of a round for its coordinators: also what is private, in a fixed number of queries, and logged."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from registry.models import ExportLog, Municipality
from surveys.everything_file import everything_file
from surveys.models import Answer, Response
from surveys.scores import score_response
from tests.admin.conftest import as_aino, as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.portal.conftest import client_of
from tests.surveys.published_round import closed_round
from tests.surveys.test_publishing import publish_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(reference):
    return closed_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto])


def rows_of(content, number):
    """Return the rows of a sheet as dictionaries."""
    heading, *rows = load_workbook(io.BytesIO(content)).worksheets[number].iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def test_coordinators_take_out_everything_also_private_answers_and_notes_and_it_is_logged(
    asked, reference, cast, as_kaisa  # noqa: F811
):  # fmt: skip
    private = asked.questions.for_municipalities().filter(kind="yes_no", conditions=None).first()
    publish_as("private", private)
    Answer.objects.filter(question=private).delete()
    response = asked.responses.get(municipality=reference.oulu)
    Response.objects.filter(municipality=reference.hailuoto).update(submitted_at=None)  # half-way
    option = private.options.first()
    Answer.objects.create(response=response, question=private, state="answered", value={"chosen": [option.key]},
                          note="=vain koordinaattorille")  # fmt: skip

    answer = as_kaisa.post(reverse("admin:surveys_round_everything", args=[asked.pk]))

    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert "no-store" in answer["Cache-Control"]
    said = rows_of(answer.content, 0)
    (row,) = [each for each in said if each["Kysymyksen avain"] == private.key and each["Kunta"] == "Oulu"]
    assert (row["Vastaus"], row["Viesti koordinaattorille"]) == (str(option), "=vain koordinaattorille")
    assert {each["Kunta"] for each in said} == {"Oulu", "Hailuoto"}
    scores = {(each["Kunta"], each["Teema tai kriteeri"]): each["Pisteet"] for each in rows_of(answer.content, 1)}
    for score in score_response(response).themes:
        found = scores["Oulu", str(score.subject)]
        assert found == (None if score.value is None else float(score.value))
    counts = [each for each in rows_of(answer.content, 2) if each["Kysymyksen avain"] == private.key]
    assert {each["Mitä lasketaan"]: each["n"] for each in counts}[str(option)] == 1  # of those that sent in
    log = ExportLog.objects.get()
    assert (log.table, log.file_format, log.n_rows) == ("surveys.answer", "xlsx", len(said))
    assert (log.exported_by, log.region) == (cast.kaisa.user, asked.region)


def test_nobody_else_gets_it_and_a_draft_has_none(asked, reference, cast, as_outi, as_kaisa):  # noqa: F811
    address = reverse("admin:surveys_round_everything", args=[asked.pk])
    Answer.objects.filter(response__municipality=reference.oulu).update(note="salaisuus")

    answers = [as_outi.post(address), as_kaisa.get(address), client_of(cast.leena.user).post(address)]

    assert [answer.status_code for answer in answers] == [404, 405, 302]
    assert not any(answer.content[:2] == b"PK" for answer in answers)
    assert not ExportLog.objects.exists()


def test_it_takes_as_many_queries_for_twelve_municipalities_as_for_two(asked, reference):
    def n_queries():
        with CaptureQueriesContext(connection) as caught:
            everything_file(asked, by=None)
        return len(caught)

    assert asked.region
    few = n_queries()
    more = Municipality.objects.exclude(responses__round=asked).members_of(asked.region, asked.opens_on)[:10]
    Response.objects.bulk_create(Response(round=asked, municipality=each, started_at=asked.opened_at) for each in more)

    assert n_queries() == few
