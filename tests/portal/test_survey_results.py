"""A municipality's own results before publication: who sees them, agreeing by one button, comments."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import ActingEntry
from surveys.models import Reply, ReplyComment, Response, Round
from surveys.publishing import publish_results
from surveys.replying import agree_with_results, comment_results, decide_comment
from tests import factories as people
from tests.portal.conftest import client_of
from tests.surveys.small_round import small_round

pytestmark = pytest.mark.django_db
PAGE = "/oma/oulu/kysely/2025/tulokset/"
COMMENT = f"{PAGE}kommentoi/"


@pytest.fixture(autouse=True)
def autumn():
    """Two days after the round has closed; fourteen are for comments."""
    with time_machine.travel(dt.datetime(2025, 10, 17, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


@pytest.fixture
def oulu(reference, cast):
    """What Oulu has sent in to a closed round of Pohjois-Pohjanmaa; Hailuoto has, too."""
    survey_round = small_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto])
    return Response.objects.get(round=survey_round, municipality=reference.oulu)


@pytest.fixture
def leena(cast):
    """Leena's browser."""
    return client_of(cast.leena.user)


def text_of(client, address=PAGE):
    return client.get(address).content.decode()


def first_question(response):
    return response.round.questions.on_municipalitys_page().in_order().select_related("indicator").first()


# --- Who sees them ---------------------------------------------------------------------------------------------------


def test_before_publication_only_the_municipalitys_own_people_and_its_coordinator_see_anything(oulu, cast, reference):
    other = people.PersonFactory(region=reference.pohjois_pohjanmaa, user=people.UserFactory(email="h@example.org"))
    people.AppointmentFactory(municipality=reference.hailuoto, person=other)
    agent_elsewhere = people.PersonFactory(
        region=reference.pohjois_pohjanmaa, user=people.UserFactory(email="a@example.org")
    )
    people.AgentFactory(municipality=reference.hailuoto, person=agent_elsewhere)
    comment = comment_results(oulu, None, "Salainen selitys.", True, by=cast.leena.user)
    decide_comment(comment, "kept", "Salainen syy.", by=cast.kaisa.user)
    wording = first_question(oulu).wording

    seen = {}
    for name, account in {
        "leena": cast.leena.user, "ahti": cast.ahti.user, "kaisa": cast.kaisa.user, "outi": cast.outi.user,
        "hailuoto": other.user, "agent elsewhere": agent_elsewhere.user, "stranger": cast.stranger,
    }.items():  # fmt: skip
        client = client_of(account)
        if name == "kaisa":
            client.post("/oma/oulu/katso/")
        answer = client.get(PAGE)
        page = answer.content.decode()
        seen[name] = answer.status_code, *(each in page for each in (wording, "Salainen selitys.", "Salainen syy."))
    assert seen == dict.fromkeys(("leena", "ahti", "kaisa"), (200, True, True, True)) | dict.fromkeys(
        ("outi", "hailuoto", "agent elsewhere", "stranger"), (404, False, False, False)
    )
    # What is public stays silent, too: the region's and the municipality's pages, in every language, for anybody.
    public = ("/", "/pohjois-pohjanmaa/", "/pohjois-pohjanmaa/oulu/", "/sitemap.xml")
    for address in (*public, "/pohjois-pohjanmaa/kysely/2025/oulu/", "/pohjois-pohjanmaa/kysely/2025/", f"/en{PAGE}"):
        page = text_of(client_of(cast.stranger), address)
        assert not any(each in page for each in ("Salainen", wording)), address


def test_while_the_survey_is_open_there_is_nothing_to_see_or_to_agree_with(oulu, leena):
    Round.objects.filter(pk=oulu.round_id).update(closes_on="2025-10-17")
    page = text_of(leena)
    assert first_question(oulu).wording not in page
    assert "17.10.2025" in page
    leena.post(f"{PAGE}hyvaksy/", {"seen": oulu.submitted_at.isoformat()})
    assert not Reply.objects.exists()
    assert leena.get(COMMENT).headers["Location"] == PAGE


def test_a_municipality_that_did_not_answer_reads_so(oulu, cast, reference, leena):
    Response.objects.filter(pk=oulu.pk).update(submitted_at=None)
    assert "ei lähetetty" in text_of(leena)
    oulu.delete()
    assert "ei lähetetty" in text_of(leena)
    assert leena.post(f"{PAGE}hyvaksy/").status_code == 404
    assert leena.get("/oma/oulu/kysely/2019/tulokset/").status_code == 404
    assert leena.get(f"/oma/oulu/kysely/{10**12}/tulokset/").status_code == 404


# --- Agreeing --------------------------------------------------------------------------------------------------------


def test_the_first_page_asks_to_look_until_the_municipality_agrees_by_one_button(oulu, leena, cast, autumn):
    front = text_of(leena, "/oma/oulu/")
    assert "29.10.2025" in front.split(PAGE)[0].rsplit("<li", 1)[1] or "29.10.2025" in front.split(PAGE)[1][:400]
    page = text_of(leena)
    assert "29.10.2025" in page
    assert "13 päivää jäljellä" in page

    seen = page.split('name="seen" value="')[1].split('"')[0]
    leena.get(PAGE)
    assert not Reply.objects.exists()
    for _twice in range(2):
        assert leena.post(f"{PAGE}hyvaksy/", {"seen": seen}).headers["Location"] == PAGE

    assert Reply.objects.get().agreed_post == "vapaa-aikasihteeri"
    assert PAGE not in text_of(leena, "/oma/oulu/")
    assert f"{PAGE}hyvaksy/" not in text_of(leena)


def test_who_does_not_answer_for_the_municipality_is_asked_nothing_and_reads_alone(oulu, cast):
    ahti = client_of(cast.ahti.user)
    assert PAGE not in text_of(ahti, "/oma/oulu/")
    page = text_of(ahti)
    assert f"{PAGE}hyvaksy/" not in page
    assert COMMENT not in page
    comment = comment_results(oulu, None, "Luku.", False, by=cast.leena.user)
    seen = {"seen": oulu.submitted_at.isoformat(), "text": "x"}
    for address in (f"{PAGE}hyvaksy/", COMMENT, f"{PAGE}kommentti/{comment.pk}/peru/"):
        assert ahti.post(address, seen).status_code == 403
    comment.refresh_from_db()
    assert (Reply.objects.count(), ReplyComment.objects.count(), comment.withdrawn_at) == (0, 1, None)


def test_a_page_from_before_the_answers_changed_does_not_agree(oulu, leena):
    answer = leena.post(f"{PAGE}hyvaksy/", {"seen": "2025-01-01T00:00:00+00:00"}, follow=True)
    assert "muutettu" in answer.content.decode()
    assert not Reply.objects.exists()


def test_after_the_days_and_after_publication_nobody_is_asked_any_more(oulu, cast, autumn):
    autumn.move_to(dt.datetime(2025, 10, 30, 9, tzinfo=dt.UTC))
    leena = client_of(cast.leena.user)
    assert PAGE not in text_of(leena, "/oma/oulu/")
    assert "kommenttien aika on päättynyt" in text_of(leena).lower()
    publish_results(Round.objects.get(pk=oulu.round_id), by=None)
    page = text_of(leena)
    assert "on julkaistu" in page
    assert f"{PAGE}hyvaksy/" not in page
    assert COMMENT in page
    assert 'href="/pohjois-pohjanmaa/kysely/2025/oulu/"' in page
    assert leena.get("/pohjois-pohjanmaa/kysely/2025/oulu/").status_code == 200


def test_a_coordinator_in_the_municipalitys_place_says_how_it_was_asked_for(oulu, cast):
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    seen = {"seen": oulu.submitted_at.isoformat()}
    kaisa.post(f"{PAGE}hyvaksy/", seen)
    assert not Reply.objects.exists()
    kaisa.post(f"{PAGE}hyvaksy/", seen | {"source": "phone"})
    kaisa.post(COMMENT, {"text": "Puhelimessa sanottu.", "source": "phone"})
    assert Reply.objects.get().agreed_by == cast.kaisa.user
    assert ReplyComment.objects.get().text == "Puhelimessa sanottu."
    steps = ActingEntry.objects.filter(kind="acted").values_list("step", "source")
    assert set(steps) == {("portal_survey_results", "phone"), ("portal_survey_comment", "phone")}


# --- Commenting ------------------------------------------------------------------------------------------------------


def test_a_comment_on_an_answer_stands_on_the_page_with_what_was_decided(oulu, leena, cast):
    question = first_question(oulu)
    form = text_of(leena, f"{COMMENT}?kysymys={question.key}")
    assert f'value="{question.key}" selected' in form
    sent = {"question": question.key, "text": "Luku on vanha.", "is_public": "on"}
    for _twice in range(2):
        assert leena.post(COMMENT, sent).headers["Location"] == PAGE

    comment = ReplyComment.objects.get()
    assert (comment.question, comment.is_public, comment.commented_by) == (question, True, cast.leena.user)
    assert "Luku on vanha." in text_of(leena)
    decide_comment(comment, "kept", "Luku on tilinpäätöksestä.", by=cast.kaisa.user)
    assert "Luku on tilinpäätöksestä." in text_of(leena)
    for _twice in range(2):
        assert leena.post(f"{PAGE}kommentti/{comment.pk}/peru/").status_code == 302
    assert "Luku on vanha." not in text_of(leena)


def test_once_published_the_page_leads_to_the_statement_and_the_draft_of_who_answered(oulu, leena, cast, reference):
    there = "/pohjois-pohjanmaa/kysely/2025/oulu/"
    files = {f"{there}lausunto.pdf", f"{there}tiedote.docx"}
    assert not [each for each in files if each in text_of(leena)]
    for response in Response.objects.filter(round=oulu.round):
        agree_with_results(response, by=cast.kaisa.user)

    publish_results(oulu.round, by=cast.kaisa.user)

    assert not [each for each in files if f'href="{each}"' not in text_of(leena)]
    assert {leena.get(each).status_code for each in files} == {200}
    Response.objects.filter(pk=oulu.pk).update(submitted_at=None)
    corrected = publish_results(oulu.round, by=cast.kaisa.user, corrections={"fi": "Oulun vastaus poistettiin."})
    assert corrected.results.get(municipality=reference.oulu).state == "missing"
    assert not [each for each in files if each in text_of(leena)]


def test_another_municipalitys_comment_is_not_taken_back(oulu, leena, cast, reference):
    theirs = Response.objects.get(round=oulu.round, municipality=reference.hailuoto)
    comment = comment_results(theirs, None, "Hailuodon.", False, by=cast.kaisa.user)
    assert leena.post(f"{PAGE}kommentti/{comment.pk}/peru/").status_code == 404
    comment.refresh_from_db()
    assert comment.withdrawn_at is None
    assert "Hailuodon." not in text_of(leena)


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": "ei-ole"},
        {"question": "x\x00y"},
        {"text": ""},
        {"text": "nolla\x00merkki"},
        {"text": "ä" * 50_000},
        {"question": "<script>alert(1)</script>"},
    ],
)
def test_a_wrong_comment_is_told_plainly_and_everything_typed_is_kept(oulu, leena, wrong):
    question = first_question(oulu)
    sent = {"question": question.key, "text": "Selitys <b>tässä</b>.", "is_public": "on"} | wrong
    answer = leena.post(COMMENT, sent)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert 'id="errors"' in page
    assert "<script>alert" not in page
    assert "checked" in page
    if "text" not in wrong:
        assert "Selitys &lt;b&gt;tässä&lt;/b&gt;." in page
        assert "Valitse sivun vastaus" in page
    else:
        assert f'value="{question.key}" selected' in page
    assert not ReplyComment.objects.exists()


def test_markup_in_a_comment_is_text(oulu, leena, cast):
    attack = "<img src=x onerror=alert(1)>\"'</blockquote>"
    comment = comment_results(oulu, None, attack, True, by=cast.leena.user)
    decide_comment(comment, "kept", attack, by=cast.kaisa.user)
    page = text_of(leena)
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 3


def test_the_page_costs_the_same_queries_whatever_is_answered_and_said(oulu, leena, cast, reference):
    def cost():
        with CaptureQueriesContext(connection) as caught:
            leena.get(PAGE)
        return len(caught)

    leena.get(PAGE)
    comment_results(oulu, None, "Yksi.", True, by=cast.leena.user)
    one = cost()
    for text in ("Kaksi.", "Kolme."):
        comment_results(oulu, first_question(oulu), text, True, by=cast.leena.user)
    assert cost() == one <= 30


def test_published_results_lead_to_the_text_for_the_wellbeing_report(oulu, leena, cast, autumn):
    address = "/pohjois-pohjanmaa/kysely/2025/oulu/hyvinvointikertomus/"
    assert address not in text_of(leena)
    assert leena.get(address).status_code == 404

    autumn.shift(dt.timedelta(days=20))
    publish_results(oulu.round, by=None)

    leena = client_of(cast.leena.user)
    assert address in text_of(leena)
    assert leena.get(address).status_code == 200
