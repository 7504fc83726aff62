"""Drafts of press releases: counts with n, changes where years compare, quotes of the region alone, under embargo."""

import datetime as dt
import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from registry.models import Association, ExportLog, Municipality
from surveys.models import Answer, AssociationTally, Comparability, OpenLink, ReplyComment, Response, Round
from surveys.press import EVERYBODY, REGION, press_file
from surveys.publishing import publish_results, stage_results
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.portal.conftest import client_of
from tests.surveys.published_round import OPENED, closed_round
from tests.surveys.test_publishing import publish_as
from tests.surveys.test_report import Read

pytestmark = pytest.mark.django_db
HERE = "/pohjois-pohjanmaa/kysely/2025/"
QUOTED, KEPT, PRIVATE = "Yhteistyö on tuonut iloa.", "Tätä ei lainata.", "Vain koordinaattorille."
TELLING, TELLING_TOO = "Alavieskassa toimii hyvin.", "Kiitos Kerhoväen työlle."  # by which it would be known
EMBARGO = dt.datetime(2031, 12, 3, 7, 0, tzinfo=dt.UTC)


@pytest.fixture
def asked(reference):
    """A closed round that six municipalities have answered, Alavieska among them; nothing is published."""
    members = Municipality.objects.members_of(reference.pohjois_pohjanmaa, "2025-09-01")
    return closed_round(reference.pohjois_pohjanmaa, members.order_by("code")[:6])


def question_of(survey_round, key):
    return survey_round.questions.for_municipalities().get(indicator__key=key)


def choose(survey_round, key, n_first):
    """Let all answer a question: so many its first option, the others its last."""
    question = question_of(survey_round, key)
    Answer.objects.filter(question=question).delete()
    options = list(question.options.all())
    for number, response in enumerate(survey_round.responses.order_by("pk")):
        chosen = options[0] if number < n_first else options[-1]
        Answer.objects.create(response=response, question=question, state="answered", value={"chosen": [chosen.key]})
    return question


def drafts(survey_round, what=EVERYBODY):
    """Return {file's name: Read} of the drafts in English."""
    with translation.override("en"):
        name, content = press_file(survey_round, what, EMBARGO, by=None)
    if name.endswith(".docx"):
        return {name: Read(content)}
    together = zipfile.ZipFile(io.BytesIO(content))
    return {each: Read(together.read(each)) for each in together.namelist()}


def told(survey_round, what=REGION):
    (read,) = drafts(survey_round, what).values()
    return [text.replace("\xa0", "") for _style, text in read.paragraphs]


def say(survey_round, texts, *, may=True):
    """Let municipalities answer a question in words, one text each; return the question."""
    questions = survey_round.questions.for_municipalities().filter(
        kind="long_text", publicity="public", conditions=None
    )
    question = questions.first()
    Answer.objects.filter(question=question).delete()
    for response, text in zip(survey_round.responses.order_by("municipality__code"), texts, strict=False):
        Answer.objects.create(response=response, question=question, state="answered", value={"text": text},
                              may_be_quoted=may and text != KEPT)  # fmt: skip
    return question


def test_the_regions_draft_tells_counts_and_quotes_by_consent_and_never_by_which_municipality(asked):
    choose(asked, "pays_grants", 4)
    Association.objects.create(name="Kerhoväki ry", municipality=asked.responses.first().municipality)
    question = say(asked, [QUOTED, KEPT, TELLING, TELLING_TOO, QUOTED, KEPT])
    private = asked.questions.for_municipalities().filter(kind="long_text").exclude(pk=question.pk).first()
    publish_as("private", private)
    Answer.objects.filter(question=private).delete()
    Answer.objects.create(response=asked.responses.first(), question=private, state="answered",
                          value={"text": PRIVATE}, may_be_quoted=True)  # fmt: skip

    lines = told(asked)

    assert "6/30 (20%) municipalities sent in their answers." in lines
    assert any("Yes: 4/6" in each for each in lines)
    assert [each for each in lines if each.startswith("”")] == [f"”{QUOTED}” ({asked.region.name_en})"]
    whole = " ".join(lines)
    assert not [each for each in (KEPT, PRIVATE, TELLING, TELLING_TOO) if each in whole]
    names = asked.responses.values_list("municipality__name_fi", flat=True)
    assert not [name for name in names if name in whole]


def test_nobody_is_quoted_where_fewer_than_five_have_answered_in_words(asked):
    say(asked, [QUOTED, KEPT, KEPT, KEPT])
    assert not [each for each in told(asked) if QUOTED in each]

    say(asked, [QUOTED, KEPT, KEPT, KEPT, KEPT])

    assert [each for each in told(asked) if QUOTED in each]


def test_each_municipality_that_answered_has_a_draft_that_quotes_nobody_and_tells_of_no_other(asked):
    say(asked, [QUOTED] * 6)
    asked.responses.filter(municipality__code="009").update(submitted_at=None)

    found = drafts(asked)

    places = list(Municipality.objects.filter(responses__round=asked).exclude(code="009"))
    assert set(found) == {"pohjois-pohjanmaa.docx", *(f"{place.slug}.docx" for place in places)}
    for place in places:
        read = found[f"{place.slug}.docx"]
        whole = " ".join(text for _style, text in read.paragraphs)
        assert place.name_en in read.of("Title")[0]
        assert read.of("Heading1") == ["Themes", "What changed", "What is in order", "What is missing"]
        assert QUOTED not in whole.replace(f"{QUOTED}.", "")
        assert not [each.name_en for each in places if each != place and f" {each.name_en} " in whole]


def test_a_group_under_five_is_not_set_beside_a_municipality(asked, reference):
    kept = asked.responses.order_by("pk")[:4]
    asked.responses.exclude(pk__in=[each.pk for each in kept]).update(submitted_at=None)
    slug = kept[0].municipality.slug

    assert not [line for line in told(asked, slug) if "n = " in line or "In the region Yes" in line]

    asked.responses.update(submitted_at=timezone.now())

    assert [line for line in told(asked, slug) if "n = 6" in line]


def test_associations_answers_are_in_no_draft_however_many(asked, reference):
    question = asked.questions.filter(audience="associations").first()
    link = OpenLink.objects.create(round=asked, municipality=asked.responses.first().municipality)
    counts = {question.key: {question.options.first().key: 4}}
    before = {name: read.paragraphs for name, read in drafts(asked).items()}

    AssociationTally.objects.create(round=asked, municipality=link.municipality, counts=counts, n_sheets=4)

    assert {name: read.paragraphs for name, read in drafts(asked).items()} == before


def test_a_change_is_told_where_a_person_has_said_that_the_years_compare(asked):
    members = Municipality.objects.filter(responses__round=asked)
    before = closed_round(asked.region, members, year=2024, seed=2)
    choose(before, "pays_grants", 2)
    choose(asked, "pays_grants", 5)
    publish_results(before, by=None)
    place = asked.responses.order_by("pk")[3].municipality.slug
    assert "Nothing to tell." in told(asked)
    assert not [each for each in told(asked, place) if ", in 2024 " in each]

    compare(before, asked, "pays_grants")

    (change,) = [each for each in told(asked) if "now 5/6" in each]
    assert change.endswith("in 2024 2/6 (33%).")
    (own,) = [each for each in told(asked, place) if ", in 2024 " in each]
    assert own.endswith("Now Yes, in 2024 No.")


def compare(before, after, key):
    """Say that a question is the same, past the freeze, as it would have been said before opening."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_round SET opened_at = NULL WHERE id = %s", [after.pk])
    Comparability.objects.create(
        round=after, verdict="same", from_question=question_of(before, key), to_question=question_of(after, key)
    )
    Round.objects.filter(pk=after.pk).update(opened_at=OPENED)


def test_what_is_sent_under_embargo_is_what_is_published(asked):
    say(asked, [QUOTED] * 6)
    ReplyComment.objects.create(response=asked.responses.first(), text="Epäily", decision="under_review",
                                decided_at="2025-11-01T10:00Z")  # fmt: skip
    before = {name: read.paragraphs for name, read in drafts(asked).items()}

    publish_results(asked, by=None)

    assert {name: read.paragraphs for name, read in drafts(asked).items()} == before
    Answer.objects.filter(response__round=asked).update(state="do_not_know", value=None)
    assert {name: read.paragraphs for name, read in drafts(asked).items()} == before


# --- Who gets them ---------------------------------------------------------------------------------------------------


def test_its_coordinator_alone_gets_them_before_publication_marked_and_logged(asked, cast, as_kaisa, as_outi, client):  # noqa: F811
    say(asked, [QUOTED] * 6)
    stage_results(asked)
    address = reverse("admin:surveys_round_press", args=[asked.pk])
    sent = {"what": REGION, "embargo": "2031-12-03T09:00"}

    page = as_kaisa.get(address)
    assert QUOTED not in page.content.decode()
    refused = as_kaisa.post(address, sent | {"embargo": ""})
    passed = as_kaisa.post(address, sent | {"embargo": "2020-01-01T09:00"})
    assert (refused.status_code, passed.status_code) == (422, 422)
    assert "2020-01-01T09:00" in passed.content.decode()
    assert not ExportLog.objects.exists()
    answer = as_kaisa.post(address, sent)

    read = Read(answer.content)
    header = read.text_of_header()
    assert "EI JULKINEN ENNEN" in header
    assert "3.12.2031 klo 9.00" in header
    assert "no-store" in answer["Cache-Control"]
    log = ExportLog.objects.get()
    assert (log.exported_by, log.n_rows, log.region) == (cast.kaisa.user, 1, asked.region)
    for stranger in (client, client_of(cast.leena.user), client_of(cast.ahti.user), client_of(cast.stranger)):
        assert stranger.post(address, sent).status_code == 302
        for public in (
            "tiedote.docx",
            "oulu/tiedote.docx",
            f"{asked.responses.first().municipality.slug}/tiedote.docx",
        ):
            assert stranger.get(f"{HERE}{public}").status_code == 404
    assert as_outi.post(address, sent).status_code == 404
    Round.objects.filter(pk=asked.pk).update(closes_on="2031-01-01")
    assert as_kaisa.post(address, sent).status_code == 404


def test_after_publication_anyone_gets_them_and_nothing_is_logged(asked, as_kaisa, client):  # noqa: F811
    say(asked, [QUOTED] * 6)
    publish_results(asked, by=None)
    place = asked.responses.first().municipality

    region = Read(client.get(f"{HERE}tiedote.docx").content)
    own = Read(client.get(f"/en{HERE}{place.slug}/tiedote.docx").content)

    assert any(QUOTED in text for _style, text in region.paragraphs)
    assert "EI JULKINEN" not in region.text_of_header()
    assert place.name_en in own.of("Title")[0]
    assert client.get(f"{HERE}vaala/tiedote.docx").status_code == 404  # did not answer
    answer = as_kaisa.post(reverse("admin:surveys_round_press", args=[asked.pk]), {"what": EVERYBODY})
    assert len(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) == 7
    assert not ExportLog.objects.exists()
    Response.objects.create(round=asked, municipality=Municipality.objects.get(name_fi="Vaala"),
                            started_at=OPENED, submitted_at=timezone.now())  # fmt: skip
    later = as_kaisa.post(reverse("admin:surveys_round_press", args=[asked.pk]), {"what": "vaala"})
    assert later.status_code == 422  # not in the edition


def test_drafts_take_as_many_queries_whatever_the_number_of_municipalities(asked):
    def n_queries():
        with CaptureQueriesContext(connection) as queries:
            drafts(asked)
        return len(queries)

    say(asked, [QUOTED] * 6)
    asked.responses.filter(pk=asked.responses.first().pk).update(submitted_at=None)
    n_queries()
    of_five = n_queries()
    asked.responses.update(submitted_at=timezone.now())

    assert n_queries() == of_five <= 29
