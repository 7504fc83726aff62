"""Interviews: today's calls, the screen made for speaking, interrupted and gone on with, sent in."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import Area, AreaMembership, ContactEntry, Task
from surveys.answering import save_answers
from surveys.authoring import copy_round
from surveys.interviewing import begin_interview, finish_interview, leave_interview, note_call
from surveys.models import Answer, Interview, InterviewNote, PendingSave, Response, Round
from surveys.reading import Reading
from tests import factories
from tests.portal.conftest import client_of
from tests.portal.interview_world import CALLS, POST, TALK, asked, say, say_everything, states
from tests.portal.survey_world import TODAY, address, typed
from tests.portal.test_gate import ROLES

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + dt.timedelta(days=1)


def groups(client, query=""):
    """Return {group: names} of the first list of calls."""
    lists = client.get(f"{CALLS}{query}").context["lists"]
    return {
        key: [call.municipality.name for call in calls]
        for key, _t, calls in lists[0].today_groups + lists[0].other_groups
    }


def log():
    return [
        (row.about, row.is_reached, row.next_step, row.next_step_on, row.person and row.person.given_name)
        for row in ContactEntry.objects.order_by("pk")
    ]


# --- Today's calls ---------------------------------------------------------------------------------------------------


def test_the_list_is_for_coordinators_and_of_their_own_regions(portal):
    """Oulu's round is open; the coordinator of another region sees nothing of it."""
    seen = {role: client.get(CALLS).status_code for role, client in portal.clients.items()}

    ours = dict.fromkeys(("coordinator", "looking", "other_coordinator"), 200)
    assert seen == dict.fromkeys(ROLES, 404) | {"anonymous": 302} | ours
    assert "<h4>Oulu</h4>" in portal.clients["coordinator"].get(CALLS).content.decode()
    assert "<h4>Oulu</h4>" not in portal.clients["other_coordinator"].get(CALLS).content.decode()


def test_a_call_tells_whom_to_call_when_and_what_was_said(survey, kaisa, cast, reference, interview):
    Interview.objects.update(best_time="aamuisin")
    ContactEntry.objects.create(
        region=reference.pohjois_pohjanmaa, municipality=reference.oulu, about="Lupasi vastata", is_reached=False
    )

    page = kaisa.get(CALLS).content.decode()

    for words in ("Leena Liesi", "vapaa-aikasihteeri", 'href="tel:0500000011"', "aamuisin", "Lupasi vastata", "0/5"):
        assert words in page, words


def test_calls_stand_in_the_order_in_which_they_are_made(survey, kaisa, cast, reference):
    by = cast.kaisa.user
    assert groups(kaisa)["unreached"][:2] == ["Alavieska", "Haapajärvi"]
    note_call(survey, reference.oulu, "agreed", on=TODAY, at=dt.time(14, 30), by=by)
    note_call(survey, reference.hailuoto, "no_answer", on=TODAY, by=by)
    begin_interview(survey, reference.vaala, source="phone", post="johtaja", by=by)

    seen = groups(kaisa)

    assert list(seen) == ["agreed", "going_on", "unreached", "again"]
    assert (seen["agreed"], seen["going_on"], seen["again"]) == (["Oulu"], ["Vaala"], ["Hailuoto"])
    assert "Oulu" not in seen["unreached"]
    note_call(survey, reference.hailuoto, "not_wanted", by=by)
    leave_interview(Interview.objects.get(municipality=reference.vaala), by=by)
    seen = groups(kaisa)
    assert (seen["later"], seen["not_wanted"]) == (["Vaala"], ["Hailuoto"])


def test_what_became_of_a_call_is_recorded_in_the_log_and_the_earlier_step_is_done(survey, kaisa, cast):
    url = address("haastattelu/soitto/")

    answer = kaisa.post(url, {"outcome": "no_answer", "words": "Vastaaja."})

    assert answer.headers["Location"] == f"{CALLS}#oulu"
    day = f"{TOMORROW:%-d.%-m.%Y}"
    kaisa.post(url, {"outcome": "agreed", "day": day, "time": "14.30"})
    kaisa.post(url, {"outcome": "not_wanted"})
    assert log() == [
        (
            "Kyselyn haastattelu: ei vastausta. Vastaaja.",
            False,
            "Soita uudelleen haastattelua varten",
            TOMORROW,
            "Leena",
        ),
        ("Kyselyn haastattelu: aika sovittiin.", True, "Kyselyn haastattelu kello 14.30", TOMORROW, "Leena"),
        ("Kyselyn haastattelu: ei haluta.", True, "", None, "Leena"),
    ]
    assert not Task.objects.open().exists()
    held = Interview.objects.get()
    assert (held.call_on, held.call_at, held.declined_at is None) == (None, None, False)


@pytest.mark.parametrize(
    "sent",
    [
        {"outcome": "agreed", "day": "", "time": "14.30"},
        {"outcome": "agreed", "day": "1.1.2020", "time": "14.30"},
        {"outcome": "agreed", "day": "huomenna", "time": "iltapäivällä"},
        {"outcome": "jokin"},
    ],
)
def test_a_call_that_says_too_little_changes_nothing_and_keeps_what_was_typed(survey, kaisa, sent):
    answer = kaisa.post(address("haastattelu/soitto/"), sent)

    assert answer.status_code == 422
    assert [Interview.objects.count(), ContactEntry.objects.count()] == [0, 0]
    typed = [text for name, text in sent.items() if name != "outcome"]
    assert all(f'value="{text}"' in answer.content.decode() for text in typed)


def test_the_list_opens_with_an_area(survey, kaisa, reference):
    area = Area.objects.filter(group__region=reference.pohjois_pohjanmaa).first()
    AreaMembership.objects.filter(municipality=reference.oulu).delete()
    inside = {row.municipality.name for row in AreaMembership.objects.filter(area=area).select_related("municipality")}

    seen = groups(kaisa, f"?alue={area.address_key}")

    assert {name for names in seen.values() for name in names} == inside
    assert "Oulu" in {name for names in groups(kaisa, "?alue=").values() for name in names}


def test_the_front_page_tells_a_coordinator_of_todays_calls(survey, kaisa, cast, reference):
    note_call(survey, reference.oulu, "agreed", on=TODAY, at=dt.time(9), by=cast.kaisa.user)

    page = kaisa.get("/oma/").content.decode()

    assert "Tämän päivän soittoja: 1" in page
    assert f'href="{CALLS}"' in page


def test_the_administrations_page_of_an_open_round_leads_to_the_calls(survey, kaisa):
    assert f'href="{CALLS}"' in kaisa.get(f"/hallinta/surveys/round/{survey.pk}/change/").content.decode()


def test_the_list_takes_as_many_queries_with_three_interviews_as_with_one(survey, kaisa, cast, reference):
    counts = []
    for place in (reference.oulu, reference.hailuoto, reference.vaala):
        begin_interview(survey, place, source="phone", post="sihteeri", by=cast.kaisa.user)
        note_call(survey, place, "no_answer", by=cast.kaisa.user)
        with CaptureQueriesContext(connection) as queries:
            kaisa.get(CALLS)
        counts.append(len(queries))

    assert len(set(counts)) == 1, counts


# --- The screen ------------------------------------------------------------------------------------------------------


def test_an_interview_begins_with_who_and_how(survey, kaisa, cast):
    assert asked(kaisa) == address("haastattelu/aloita/")
    form = kaisa.get(address("haastattelu/aloita/")).context["form"]
    assert (form["source"].value(), form["post"].value()) == ("phone", POST)
    assert kaisa.post(address("haastattelu/aloita/"), {"source": "phone", "post": ""}).status_code == 422
    assert not Response.objects.exists()

    kaisa.post(address("haastattelu/aloita/"), {"source": "meeting", "post": "sivistysjohtaja", "best_time": "aamulla"})

    held, response = Interview.objects.get(), Response.objects.get()
    assert (held.source, held.post, held.interviewer) == ("meeting", "sivistysjohtaja", cast.kaisa.user)
    assert (response.respondent, response.respondent_post) == (cast.leena, POST)
    assert asked(kaisa) == "teksti"


def test_answers_carry_the_post_of_who_speaks_and_follow_the_conditions(interview, kaisa, cast):
    assert say(kaisa, teksti="Talo").headers["Location"] == address(TALK)
    assert asked(kaisa) == "valinta"
    say(kaisa, valinta="yes")
    assert asked(kaisa) == "jatko"
    say(kaisa, go="before")
    assert asked(kaisa) == "valinta"
    say(kaisa, valinta="no")
    assert asked(kaisa) == "luku"

    saved = Answer.objects.get(question__indicator__key="teksti")
    assert (saved.value, saved.answered_by) == ({"text": "Talo"}, cast.kaisa.user)
    assert states() == dict.fromkeys(("teksti", "valinta"), ("phone", POST, "", ""))


def test_one_jumps_by_the_overview_and_an_error_keeps_what_was_typed(interview, kaisa):
    page = kaisa.get(address(f"{TALK}?kysymys=luku"))
    mark = page.context["form"].asked[0].standing.mark

    refused = kaisa.post(address(f"{TALK}?kysymys=luku"), {"luku": "seitsemän", "luku--seen": mark, "go": "next"})

    assert (page.context["screen"].question.key, refused.status_code) == ("luku", 422)
    assert 'value="seitsemän"' in refused.content.decode()
    assert not Answer.objects.exists()


def test_the_interviewers_note_is_for_coordinators_alone(interview, kaisa, leena, cast):
    say_everything(kaisa, teksti__private="Kuulosti epävarmalta.")

    assert InterviewNote.objects.get().text == "Kuulosti epävarmalta."
    assert "Kuulosti epävarmalta." in kaisa.get(address(f"{TALK}?kysymys=teksti")).content.decode()
    finish_interview(Interview.objects.get(), by=cast.kaisa.user)
    pages = [leena.get(address(page)).content.decode() for page in ("tarkista/", "tilat/", "")]
    assert all("Kuulosti" not in page for page in pages)
    assert "Talo" in pages[0]


def test_somebody_elses_newer_answer_is_never_overwritten(interview, kaisa, cast, survey):
    seen = kaisa.get(address(TALK)).context["form"].asked[0].standing.mark
    response = Response.objects.get()
    words = Reading(state="answered", value={"text": "Liesi"})
    save_answers(response, {survey.teksti.pk: words}, by=cast.leena.user, versions={})

    answer = kaisa.post(address(TALK), {"teksti": "Kuultu", "teksti--seen": seen, "go": "next"})

    assert answer.headers["Location"] == f"{address(TALK)}#choose"
    page = kaisa.get(address(TALK)).content.decode()
    assert all(text in page for text in ("Kuultu", "Liesi"))
    kaisa.post(address(TALK), {"settle": "yes", "teksti--pick": "mine", "teksti--version": "1"})
    assert states()["teksti"] == ("phone", POST, "", "")


def test_what_is_sent_after_the_session_is_kept_and_stands_beside_what_is_saved(interview, kaisa, cast):
    page = kaisa.get(address(TALK))
    data = {"token": page.context["page"].token, "teksti": "Kuultu", "go": "next"}
    data["teksti--seen"] = page.context["form"].asked[0].standing.mark

    assert Client().post(address(TALK), data).status_code == 403

    assert not Answer.objects.exists()
    assert PendingSave.objects.get().account == cast.kaisa.user
    assert "Kuultu" in client_of(cast.kaisa.user).get(address(TALK)).content.decode()


def test_a_dropped_call_goes_on_where_it_was_left_on_the_next_day(interview, kaisa, cast):
    say(kaisa, teksti="Talo")

    answer = say(kaisa, go="later")

    assert answer.headers["Location"] == CALLS
    assert "Oulu" in groups(kaisa)["later"]
    assert log()[-1][2:4] == ("Jatka haastattelua", TOMORROW)
    Interview.objects.update(call_on=TODAY)
    assert groups(kaisa)["going_on"] == ["Oulu"]
    assert asked(kaisa) == "valinta"


def test_the_interview_cannot_be_sent_in_while_something_required_is_missing(interview, kaisa):
    refused = kaisa.post(address("haastattelu/paata/"), {"go": "send"})

    assert refused.status_code == 422
    assert f"{address(TALK)}?kysymys=valinta" in refused.content.decode()
    assert Response.objects.get().submitted_at is None
    assert say_everything(kaisa).headers["Location"] == address("haastattelu/paata/")
    assert kaisa.post(address("haastattelu/paata/"), {"go": "send"}).headers["Location"] == address(TALK)
    assert Response.objects.get().submitted_post == "koordinaattori"


def test_after_the_end_the_screen_takes_no_answers(finished, kaisa):
    told = kaisa.get(address(TALK)).content.decode()

    kaisa.post(address(TALK), {"teksti": "Muu", "teksti--seen": "1-x", "go": "next"})

    assert "Leena Liesi" in told
    assert Answer.objects.get(question__indicator__key="teksti").value == {"text": "Talo"}
    assert groups(kaisa)["waiting"] == ["Oulu"]


def test_a_round_of_a_former_region_is_not_the_new_coordinators(interview, reference, cast):
    factories.CoordinatorFactory(person=cast.kaisa, region=reference.keski_suomi)
    cast.kaisa.coordinations.filter(region=reference.pohjois_pohjanmaa).delete()

    assert client_of(cast.kaisa.user).get(address(TALK)).status_code == 404


def test_an_interview_begins_only_where_answers_are_taken(survey, reference, cast):
    said = {"source": "phone", "post": "sihteeri", "by": cast.kaisa.user}
    with pytest.raises(ValidationError) as refused:
        begin_interview(survey, reference.jyvaskyla, **said)
    assert refused.value.code == "elsewhere"
    type(survey).objects.filter(pk=survey.pk).update(closed_at=timezone.now())
    survey.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        begin_interview(survey, reference.oulu, **said)
    assert refused.value.code == "not_open"
    assert not Interview.objects.exists()


# --- What can always be said -----------------------------------------------------------------------------------------


def test_that_somebody_did_not_want_to_say_can_be_said_to_any_question(interview, kaisa, survey):
    """The form of the question does not offer it; what was said stays when the liaison saves the theme untouched."""
    page = kaisa.get(address(TALK))
    assert page.context["page"].question.offered_states == ["do_not_know"]
    assert "Ei halunnut sanoa, tai tietoa ei saatu" in page.content.decode()

    say(kaisa, teksti__state="not_obtained")

    assert Answer.objects.get().state == "not_obtained"


def test_what_an_interviewer_wrote_down_survives_the_liaisons_form_and_a_form_cannot_say_it(
    interview, kaisa, leena, cast
):
    say(kaisa, teksti__state="not_obtained")
    leena.post(address("tilat/"), typed(leena, luku="7"))
    answers = {answer.question.key: answer for answer in Answer.objects.select_related("question__indicator")}
    assert {key: (row.state, row.source) for key, row in answers.items()} == {
        "teksti": ("not_obtained", "phone"), "luku": ("answered", "form"),
    }  # fmt: skip

    refused = leena.post(address("tilat/"), typed(leena, huomio__state="not_obtained"))

    assert refused.status_code == 422
    assert Answer.objects.count() == 2


def test_the_same_as_last_year_goes_on_by_one_button(finished, kaisa, cast, survey, reference):
    days = {"opens_on": survey.opens_on, "closes_on": survey.closes_on}
    later = copy_round(survey, survey.year + 1, **days, by=cast.kaisa.user)
    Round.objects.filter(pk=survey.pk).update(closed_at=timezone.now())
    Round.objects.filter(pk=later.pk).update(opened_at="2020-01-01T00:00Z")
    later = Round.objects.get(pk=later.pk)
    begin_interview(later, reference.oulu, source="meeting", post=POST, by=cast.kaisa.user)
    url = address(TALK, year=later.year)
    assert f"{survey.year}: lähetetty" in kaisa.get(CALLS).content.decode()
    page = kaisa.get(url)
    assert "Talo" in page.content.decode()
    mark = page.context["form"].asked[0].standing.mark

    assert kaisa.post(url, {"unchanged": "teksti", "teksti--seen": mark}).headers["Location"] == url

    saved = Answer.objects.get(response__round=later)
    assert (saved.value, saved.is_unchanged, saved.source) == ({"text": "Talo"}, True, "meeting")
    assert kaisa.get(url).context["screen"].question.key == "valinta"
