"""A round's page of results in the administration: what to check, decisions, publishing, corrections, few queries."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from registry.models import Municipality, RegionMembership
from surveys.jumps import is_number_jump, is_score_jump
from surveys.models import Answer, Comparability, Reply, ReplyComment, Response, ResultEdition, Round
from surveys.publication_page import PublicationPage
from surveys.publishing import publish_results
from surveys.questionnaire import forget_questionnaires
from surveys.replying import comment_results
from tests import factories as people
from tests.admin.conftest import sign_in
from tests.surveys.small_round import small_round

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def autumn():
    """Two days after the round has closed; fourteen are for comments."""
    with time_machine.travel(dt.datetime(2025, 10, 17, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


def url(name, survey_round, **query):
    with translation.override("en"):
        address = reverse(f"admin:surveys_round_{name}", args=[survey_round.pk])
    return f"{address}?{urlencode(query)}" if query else address


@pytest.fixture
def asked(reference):
    """A closed round that Oulu and Hailuoto have sent in."""
    return small_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto])


def checks_of(survey_round):
    page = PublicationPage(Round.objects.get(pk=survey_round.pk))
    with translation.override("en"):
        return {str(heading): [(place.name_fi, str(words)) for place, words in lines] for heading, lines in page.checks}


# --- What to check ---------------------------------------------------------------------------------------------------


def test_each_municipality_stands_under_what_is_to_be_checked(asked, reference):
    places = {each.name_fi: each for each in Municipality.objects.filter(name_fi__in=["Vaala", "Kempele", "Ii"])}
    now = timezone.now()
    Response.objects.create(round=asked, municipality=places["Vaala"], declined_at=now, decline_reason="Ei ehditä.")
    Response.objects.create(round=asked, municipality=places["Kempele"], started_at=now, reopened_at=now,
                            reopen_reason="Summa.")  # fmt: skip
    Response.objects.create(round=asked, municipality=places["Ii"], started_at=now)
    oulu, hailuoto = asked.responses.submitted().order_by("-municipality__name_fi")
    Answer.objects.filter(response=oulu).update(source="phone")
    Reply.objects.create(response=hailuoto)

    checks = checks_of(asked)

    missing = checks["Have not sent in their answers"]
    assert len(missing) == 26
    assert ("Ii", "being answered") in missing
    assert {heading: lines for heading, lines in checks.items() if len(lines) < 20} == {
        "Were opened again and not sent in since": [("Kempele", "Summa.")],
        "Have said that they do not answer": [("Vaala", "Ei ehditä.")],
        "Have answers that were said aloud and not confirmed": [("Oulu", "3")],
        "Changed oddly from the year before": [],
        "Have not agreed with their results": [("Oulu", "")],
    }


def test_odd_changes_are_told_where_the_years_compare_and_only_there(asked, reference):
    places = [reference.oulu, reference.hailuoto]
    publish_results_of(asked)
    later = small_round(reference.pohjois_pohjanmaa, places, year=2026, like=asked, chosen="no", number="3000.01")
    Answer.objects.filter(response__municipality=reference.hailuoto, response__round=later).update(
        state="do_not_know", value=None
    )

    odd = checks_of(later)["Changed oddly from the year before"]

    assert odd == [("Oulu", "Mikä avustukset? 1,000 → 3,000.01"), ("Oulu", "Tilat 100 → 25")]
    with connection.cursor() as cursor:  # past the freeze, as a person would have decided before the opening
        cursor.execute("UPDATE surveys_comparability SET verdict = 'changed' WHERE round_id = %s", [later.pk])
    forget_questionnaires()
    assert Comparability.objects.filter(round=later, verdict="changed").exists()
    assert checks_of(later)["Changed oddly from the year before"] == []


@pytest.mark.parametrize(
    ("was", "now", "is_odd"),
    [("0", "0", False), ("0", "1", True), ("5", "0", True), ("10", "30", False), ("10", "30.01", True),
     ("30", "10", False), ("30", "9.99", True), ("-1", "1", True), ("7", "7", False)],
)  # fmt: skip
def test_a_number_is_odd_from_or_to_zero_and_beyond_three_times(was, now, is_odd):
    assert is_number_jump(Decimal(was), Decimal(now)) is is_odd
    assert is_score_jump(None, Decimal("80")) is False
    assert [is_score_jump(Decimal("50"), Decimal(score)) for score in ("75", "75.1", "24.9")] == [False, True, True]


def publish_results_of(survey_round):
    Reply.objects.bulk_create(Reply(response=response) for response in survey_round.responses.submitted())
    return publish_results(survey_round, by=None)


# --- Previews and decisions ------------------------------------------------------------------------------------------


def test_the_preview_shows_what_the_municipality_sees_and_changes_nothing(asked, reference, as_kaisa, as_outi):
    comment_results(asked.responses.get(municipality=reference.oulu), None, "Näkyvä selitys.", True, by=None)
    before = Response.history.count(), ReplyComment.objects.count(), ResultEdition.objects.count()
    page = as_kaisa.get(url("result_preview", asked, kunta="oulu")).content.decode()

    assert "Mikä maksuttomuus?" in page
    assert "Mikä huomio?" not in page
    assert "Vain koordinaattorille." not in page
    assert "Näkyvä selitys." in page
    assert (Response.history.count(), ReplyComment.objects.count(), ResultEdition.objects.count()) == before
    assert "did not answer" in as_kaisa.get(url("result_preview", asked, kunta="vaala")).content.decode()
    assert as_kaisa.get(url("result_preview", asked, kunta="jyvaskyla")).status_code == 404
    assert as_outi.get(url("result_preview", asked, kunta="oulu")).status_code == 404


def test_a_comment_is_decided_with_a_reason_and_once(asked, reference, as_kaisa, as_outi):
    attack = "<script>alert(1)</script>"
    comment = comment_results(asked.responses.get(municipality=reference.oulu), None, attack, False, by=None)
    address = url("decide", asked, kommentti=comment.pk)
    page = as_kaisa.get(url("publication", asked)).content.decode()
    assert attack not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Some comments wait for your decision." in page
    assert attack not in as_kaisa.get(address).content.decode()

    sent = {"decision": "kept", "reason": "Luku pitää."}
    assert as_outi.post(address, sent | {"confirmed": "yes"}).status_code == 404
    without = as_kaisa.post(address, {"decision": "kept", "reason": "", "confirmed": "yes"})
    assert ReplyComment.objects.get().decision == ""
    assert 'value="kept"' in without.content.decode()
    corrected = as_kaisa.post(address, {"decision": "corrected", "reason": "Korjattu.", "confirmed": "yes"})
    assert "Nothing has been answered anew since the comment." in corrected.content.decode()
    assert "Korjattu." in corrected.content.decode()
    as_kaisa.post(address, sent | {"confirmed": "yes"})

    assert ReplyComment.objects.get().decision_reason == "Luku pitää."
    assert (
        "decided already"
        in as_kaisa.post(address, {"decision": "under_review", "reason": "x", "confirmed": "yes"}).content.decode()
    )
    for nonsense in ("", "x", "9" * 30, "\x00"):
        assert as_kaisa.get(url("decide", asked, kommentti=nonsense)).status_code == 404


# --- Publishing ------------------------------------------------------------------------------------------------------


def test_publishing_asks_first_and_a_correction_tells_what_it_corrects(asked, cast, as_kaisa, as_outi, autumn):
    address = url("publish", asked)
    early = as_kaisa.post(address, {"confirmed": "yes"}).content.decode()
    assert "may comment until 29.10.2025" in early
    autumn.move_to(dt.datetime(2025, 10, 30, 9, tzinfo=dt.UTC))
    as_kaisa, as_outi = sign_in(cast.kaisa.user), sign_in(cast.outi.user)
    asks = as_kaisa.get(address).content.decode()
    assert "2 municipalities" in asks
    as_kaisa.post(address, {})
    assert as_outi.post(address, {"confirmed": "yes"}).status_code == 404
    assert not ResultEdition.objects.exists()

    as_kaisa.post(address, {"confirmed": "yes"})

    first = ResultEdition.objects.get()
    assert (first.number, first.published_by.email) == (1, "kaisa@example.org")
    words = {"fi": "Oulun luku korjattiin.", "sv": "Uleåborgs siffra rättades.", "en": "Oulu's figure was corrected."}
    as_kaisa.post(address, {"fi": "", "confirmed": "yes"})
    assert ResultEdition.objects.count() == 1
    as_kaisa.post(address, words | {"confirmed": "yes"})
    second = ResultEdition.objects.order_by("-number").first()
    assert (second.number, second.correction_fi, second.correction_sv) == (2, words["fi"], words["sv"])
    page = as_kaisa.get(url("publication", asked)).content.decode()
    assert "Oulu&#x27;s figure was corrected." in page
    assert "Kaisa Koordinaattori" in page
    assert url("results_published", asked) in page


def test_an_open_round_and_a_draft_show_nothing_to_publish(asked, as_kaisa):
    Round.objects.filter(pk=asked.pk).update(closes_on="2025-10-17")
    page = as_kaisa.get(url("publication", asked)).content.decode()
    assert "The survey takes answers until 17.10.2025." in page
    assert url("publish", asked) not in page
    assert as_kaisa.get(url("result_preview", asked, kunta="oulu")).status_code == 404


@pytest.mark.parametrize("n", [1, 3, 308])
def test_the_page_takes_at_most_fifteen_queries(n, client, db):
    region = people.RegionFactory(records_from=dt.date(2020, 1, 1))
    places = Municipality.objects.bulk_create(
        Municipality(code=f"9{number:04}", name_fi=f"Kunta {number:03}", slug=f"k-{number}") for number in range(n)
    )
    RegionMembership.objects.bulk_create(RegionMembership(municipality=place, region=region) for place in places)
    before = small_round(region, places, year=2024)
    publish_results_of(before)
    asked = small_round(region, places, like=before, chosen="no", number="9000")
    question = asked.questions.first()
    ReplyComment.objects.bulk_create(
        ReplyComment(response=response, text="Luku.", question=question) for response in asked.responses.all()
    )
    account = people.UserFactory()
    people.CoordinatorFactory(person=people.PersonFactory(region=region, user=account), region=region)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    client.get(url("publication", asked))  # the questions of opened rounds are kept in the process

    with CaptureQueriesContext(connection) as caught:
        page = client.get(url("publication", asked)).context["page"]

    assert len(page.rows) == n
    assert len(page.jumps) == 2 * n
    assert len(caught) <= 15, "\n".join(each["sql"][:150] for each in caught)
