"""The demo world: every situation is there, everything invented looks invented, and every page says so."""

import datetime as dt
import re
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from config.demo import PASSWORD
from config.demo_guests import DAY_OF_RAAHE
from config.demo_meetings import NEXT_IN_OULU
from jobs.models import JobRun
from mailing.models import Letter
from meetings.models import AgendaProposal, DateVote, Decision, Meeting, MeetingChange, Reply
from registry import models
from registry.merging import preview_person_merge
from registry.models import Appointment, Municipality, Region, Situation
from surveys.call_list import CallList
from surveys.comparing import round_differences
from surveys.editions import association_counts_for, association_counts_of_region
from surveys.facts import beside_answers
from surveys.models import ReplyComment, ResultAnswer, ResultEdition, Round
from surveys.publication_page import PublicationPage
from surveys.responses import LINE_STATES
from surveys.round_board import RoundBoard
from surveys.sheet import Sheet
from tests.demo_world import load_demo

TODAY = dt.date.today()
SIGN_INS = {
    "admin@example.org",
    "coordinator@example.org",
    "coordinator.keski-suomi@example.org",
    "liaison.oulu@example.org",
    "liaison.hailuoto@example.org",
    "liaison.jyvaskyla@example.org",
    "agent.oulu@example.org",
}


@pytest.fixture
def demo(reference):
    load_demo()
    return reference


def test_demo_has_a_municipality_in_every_situation(demo):
    members = Municipality.objects.members_of(demo.pohjois_pohjanmaa, TODAY).with_situation(TODAY)
    assert set(members.values_list("situation", flat=True)) == set(Situation.values)
    in_oulu = Appointment.objects.current().liaisons().filter(municipality=demo.oulu)
    assert in_oulu.count() == 2
    without_data = members.get(code="832")
    assert not without_data.appointments.exists()
    assert not without_data.statements.exists()
    assert demo.vaala.memberships.count() == 2
    regions = Region.objects.with_pages().values_list("code", flat=True)
    assert set(regions) == {"17", "13"}


def test_demo_people_look_invented(demo):
    people = list(models.Person.objects.all())
    assert len(people) > 100
    addresses = [person.email for person in people]
    addresses += models.AssociationContact.objects.values_list("email", flat=True)
    addresses += models.SharedMailbox.objects.values_list("email", flat=True)
    assert all(address.endswith("@example.org") for address in addresses)
    assert all(re.fullmatch(r"(050 000 00\d\d)?", person.phone) for person in people)


def test_demo_sign_ins_are_those_of_the_readme(demo, client):
    assert set(User.objects.values_list("email", flat=True)) == SIGN_INS
    for email in SIGN_INS:
        is_staff = User.objects.get(email=email).is_staff
        assert is_staff is email.startswith(("admin", "coordinator"))
        assert client.login(username=email, password=PASSWORD)


def test_demo_has_agents_at_every_stage_and_with_and_without_consent(demo):
    stages = {agent.stage for agent in models.Agent.objects.all()}
    assert stages == {models.Agent.Stage.CANDIDATE, models.Agent.Stage.TRAINED, models.Agent.Stage.ACTIVE}
    shown = models.Agent.objects.with_public_fields().values_list("public_given_name", flat=True)
    assert None in shown
    assert any(shown)
    assert models.Pairing.objects.current().exists()


def test_demo_has_a_round_half_way_and_last_years_answered_while_it_was_open(demo):
    this_year, last_year, *_earlier = Round.objects.filter(region=demo.pohjois_pohjanmaa)
    by_form = this_year.responses.filter(declined_at=None).exclude(municipality__interviews__round=this_year)
    assert {row.municipality.code: row.is_submitted for row in by_form} == {"564": False, "072": True, "009": False}
    board = RoundBoard(this_year, QueryDict(), dt.date.today())
    states = {row.place.code: row.line.state for row in board.rows}
    assert (states["564"], states["072"], states["009"]) == ("begun", "submitted", "reopened")
    assert set(states.values()) == set(LINE_STATES)
    assert any(row.troubles for row in board.rows)
    assert board.rate.earlier == last_year
    assert len({day.before.count for day in board.rate.days}) > 5
    sent_in = last_year.responses.submitted()
    assert (sent_in.count(), last_year.responses.count()) == (23, 24)
    assert all(last_year.is_open_on(row.submitted_at.date()) for row in sent_in)
    half = Sheet(this_year, demo.oulu)
    assert 5 < sum(half.has_answer(question) for question in half.counted) < len(half.counted) - 5
    assert this_year.responses.get(municipality=demo.hailuoto).answers.filter(is_unchanged=True).count() > 5


def test_demo_has_todays_calls_and_interviews_in_each_state(demo):
    this_year, last_year, *_earlier = Round.objects.filter(region=demo.pohjois_pohjanmaa)
    calls = CallList(this_year, timezone.localdate())
    groups = {key: len(found) for key, _title, found in calls.today_groups + calls.other_groups}
    assert {key: n for key, n in groups.items() if key not in {"unreached", "reached", "again", "agreed"}} == {
        "going_on": 4, "themselves": 2, "not_wanted": 2, "waiting": 3, "done": 3,
    }  # fmt: skip
    assert groups["agreed"] == groups["again"] == 1
    assert last_year.responses.waiting_for_confirmation().count() == 1


def test_demo_has_two_rows_of_one_person_to_be_merged(demo):
    twin = models.Person.objects.get(tasks__title="Kysy, onko toimenkuva julkaistu")
    other = models.Person.objects.filter(sort_key=twin.sort_key).exclude(pk=twin.pk).get()
    preview = preview_person_merge(twin, other, by=User.objects.get(email="coordinator@example.org"))
    assert (preview.reasons, len(preview.joined), len(preview.moved)) == ([], 1, 2)


def test_demo_has_a_handover_with_its_pack_topics_and_own_data(demo, client):
    client.login(username="liaison.oulu@example.org", password=PASSWORD)
    overview = client.get("/oma/oulu/")
    (pack,) = overview.context["packs"]
    page = client.get(f"/oma/oulu/luovutus/paketti/{pack.pk}/")
    assert pack.note in page.content.decode()
    assert {section.key: bool(rows) for section, rows in page.context["sections"]}["tasks"]
    directory = client.get("/oma/oulu/hakemisto/?aihe=premises").context["directory"]
    assert 1 < len(directory.roles) < directory.n_all
    own = {table.key for table in client.get("/oma/tiedot/").context["tables"]}
    assert {"registry.person", "registry.appointment", "registry.handover", "accounts.user"} <= own


def test_demo_board_is_alive(demo, client):
    client.login(username="coordinator@example.org", password=PASSWORD)
    answer = client.get("/hallinta/")
    board = answer.context["board"]
    urgencies = {row.next and row.next.key for row in board.rows}
    assert {None, "task", "liaison", "checked", "touch", "agent", "pair"} <= urgencies
    assert answer.context["mine"][0]
    assert answer.context["others"][0]
    vacancy = models.Task.objects.get(kind="vacancy", region=demo.pohjois_pohjanmaa)
    assert vacancy.done_at is None
    assert {entry.is_reached for entry in models.ContactEntry.objects.all()} == {True, False}


def test_demo_is_marked_so_that_every_page_says_so(demo, client):
    assert models.SiteState.objects.load().has_demo_data
    assert "Esittelyaineisto, vastaukset keksittyjä" in client.get("/pohjois-pohjanmaa/ii/").content.decode()


def test_demo_command_refuses_a_database_that_holds_something(reference, capsys):
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo")
    call_command("demo", "--if-empty")
    assert capsys.readouterr().out == ""
    assert not User.objects.exists()


def test_deployment_check_refuses_demo_data(demo):
    from config.checks import no_demo_data

    assert [error.id for error in no_demo_data(None, databases=["default"])] == ["rinnalla.E002"]
    models.SiteState.objects.filter(pk=1).update(has_demo_data=False)
    assert no_demo_data(None, databases=["default"]) == []


def test_demo_has_last_years_round_closed_and_this_years_beside_it(demo):
    rounds = {(each.region.code, each.year): each for each in Round.objects.select_related("region")}
    last, now, written = rounds["17", TODAY.year - 1], rounds["17", TODAY.year], rounds["13", TODAY.year + 1]

    assert (last.is_closed, now.is_draft, written.is_draft) == (True, False, True)
    assert now.copied_from == last
    assert [(each.key, each.verdict_words) for each in round_differences(now)] == [
        ("theme_question", "muuttunut, ei verrattavissa")
    ]


def test_demo_has_a_response_opened_again_and_a_difference_from_the_registry(demo):
    survey_round = Round.objects.get(region__code="17", year=TODAY.year)
    reopened = survey_round.responses.exclude(reopened_at=None)

    # In and near July the demo's survey waits for the autumn.
    assert reopened.count() == (1 if survey_round.is_open else 0)
    for response in reopened:
        sheet = Sheet(survey_round, response.municipality)
        assert (response.is_submitted, sheet.missing) == (False, [])
        assert [each.question.key for each in beside_answers(sheet).values() if each.is_proposed] == ["premises_cost"]


def test_demo_has_meetings_held_coming_moved_cancelled_remote_and_a_draft(demo):
    meetings = Meeting.objects.select_related("kind", "region", "venue").prefetch_related("hosts")
    networks = [each for each in meetings if each.kind.key == "network-meeting"]
    for region in Region.objects.with_pages():
        states = [each.state for each in networks if each.region == region]
        assert Counter(states)["published"] == 1
        assert len(states) == 5
    evenings = [each for each in meetings if each.kind.key == "association-evening"]
    assert {each.state for each in evenings} == {"draft", "published", "cancelled", "closed"}
    assert any(len(each.hosts.all()) == 2 for each in evenings)
    assert [each.step for each in MeetingChange.objects.all()].count("moved") == 1
    (webinar,) = [each for each in meetings if each.venue is None and not each.is_draft]
    assert webinar.is_remote_public
    for each in meetings:
        assert each.venue is None or "Esimerkki" in each.venue.name
        assert all("//example.org/" in url for url in (each.remote_url, each.registration_url) if url)
        # Nothing is told to have happened later than now, or after the day.
        told = list(each.changes.order_by("pk").values_list("at", flat=True))
        assert told == sorted(told)
        assert all(at <= timezone.now() for at in told)
        assert each.is_draft or each.published_at < each.starts_at


def test_demo_has_invitees_who_reply_and_wait_a_poll_and_attendances(demo, client):
    evening = Meeting.objects.get(slug=NEXT_IN_OULU)
    seats = set(Reply.objects.of_meeting(evening).values_list("seat", flat=True))
    assert {"in", "waiting"} <= seats
    assert Reply.objects.of_meeting(evening).n_seats_taken(evening) <= evening.capacity
    asked = Meeting.objects.get(slug=DAY_OF_RAAHE)
    assert asked.date_options.count() == 3
    assert DateVote.objects.filter(option__meeting=asked).exists()
    assert "osallistuttu" in client.get("/pohjois-pohjanmaa/oulu/").content.decode()
    closed = Meeting.objects.filter(kind__key="association-evening", closed_at__isnull=False).first()
    page = client.get(f"/{closed.region.slug}/tapahtumat/{closed.slug}/").content.decode()
    assert "Muistio ja aineistot" in page


def test_demo_has_proposals_an_agent_who_helps_and_a_calendar_of_ones_own(demo, client):
    outcomes = sorted((row.is_computed, row.outcome) for row in AgendaProposal.objects.all())
    assert outcomes == [(False, "dropped"), (False, "open"), (False, "open"), (False, "taken"), (True, "dropped")]
    client.login(username="agent.oulu@example.org", password=PASSWORD)
    assert client.get(f"/oma/oulu/illat/{NEXT_IN_OULU}/muuta/").status_code == 200
    client.login(username="liaison.oulu@example.org", password=PASSWORD)
    assert "/kalenteri.ics" in client.get("/oma/kalenteri/").content.decode()
    year = client.get("/pohjois-pohjanmaa/oulu/vuosikello/").context["clock"]
    assert len({row.what for month in year.months for row in month.rows}) > 4


def test_demo_has_what_was_agreed_done_let_go_and_open_and_the_next_meetings_carry_it(demo, client):
    assert Counter(Decision.objects.values_list("outcome", flat=True)) == {"open": 3, "done": 2, "dropped": 1}
    carried = Decision.objects.filter(carried_to__isnull=False)
    assert Counter(carried.values_list("carried_to__kind__key", "outcome")) == {
        ("association-evening", "open"): 2, ("network-meeting", "open"): 1,
    }  # fmt: skip
    held = Decision.objects.filter(outcome="dropped").get().meeting
    page = client.get(f"/{held.region.slug}/tapahtumat/{held.slug}/").content.decode()
    assert all(each.text in page for each in held.decisions.all())
    client.login(username="liaison.oulu@example.org", password=PASSWORD)
    page = client.get(f"/oma/oulu/illat/{NEXT_IN_OULU}/").content.decode()
    assert "Auki viime kerrasta" in page
    assert "sovittiin ja miten se etenee" in page


def test_demo_has_three_years_of_published_results_with_a_correction_and_what_stands_beside_them(demo):
    _this_year, last_year, first, earliest = Round.objects.filter(region=demo.pohjois_pohjanmaa)
    editions = ResultEdition.objects.published().values_list("round__year", "number", "correction_sv")
    assert {(year, number): bool(words) for year, number, words in editions} == {
        (earliest.year, 1): False, (first.year, 1): False, (last_year.year, 1): False, (last_year.year, 2): True,
    }  # fmt: skip
    latest = ResultEdition.objects.latest_of(last_year)
    states = Counter(latest.results.values_list("state", flat=True))
    assert states == {"answered": 23, "declined": 1, "missing": 6}
    before, after = (
        ResultAnswer.objects.get(
            result__edition=edition, result__municipality=demo.oulu, question__indicator__key="convenes_regularly"
        ).value
        for edition in last_year.result_editions.order_by("number")
    )
    assert before != after
    both = set(latest.results.filter(state="answered").values_list("municipality__code", flat=True)) & set(
        first.responses.submitted().values_list("municipality__code", flat=True)
    )
    assert len(both) > 12
    answers = ResultAnswer.objects.of_edition(latest)
    assert answers.filter(is_unchanged=True).exists()
    assert answers.exclude(evidence_url="").exists()
    assert answers.filter(may_be_quoted=True).exists()
    beside = ReplyComment.objects.shown_beside().filter(response__round=last_year)
    assert {(each.decision, each.is_public) for each in beside} == {("kept", True), ("under_review", False)}


def test_demo_has_a_round_in_its_days_for_comments_for_its_liaison_and_its_coordinator(demo, client):
    survey_round = Round.objects.filter(region__code="13").exclude(opened_at=None).get()
    assert survey_round.is_closed
    assert not ResultEdition.objects.filter(round=survey_round).exists()
    page = PublicationPage(survey_round)
    assert (page.n_sent_in, page.n_agreed) == (6, 1)
    assert Counter(each.decision for each in page.comments) == {"": 1, "kept": 1}
    client.login(username="liaison.jyvaskyla@example.org", password=PASSWORD)
    own = client.get(f"/oma/jyvaskyla/kysely/{survey_round.year}/tulokset/").context["page"]
    # Soon after July its days for comments are over.
    assert own.is_there
    assert own.may_be_agreed_with
    assert bool(own.days_left) == (TODAY.month not in {7, 8})


def test_demo_has_letters_that_wait_and_jobs_that_have_run(demo):
    kinds = dict(Letter.objects.values_list("kind").annotate(n=Count("pk")))
    assert kinds["contact_check"] > 5
    assert kinds["vacancy"] >= 1
    assert not Letter.objects.exclude(address__endswith="@example.org").exists()
    runs = {run.name: run.state for run in JobRun.objects.all()}
    assert set(runs) >= {"ask_to_check_contacts", "tell_vacancies", "coordinators_week", "liaisons_month"}
    assert set(runs.values()) == {JobRun.State.DONE}


def test_demo_has_associations_answers_many_and_fewer_than_five_and_papers_of_an_evening(demo):
    this_year, last_year, *_earlier = Round.objects.filter(region=demo.pohjois_pohjanmaa)
    sheets = dict(last_year.association_tallies.values_list("municipality__code", "n_sheets"))
    assert sheets == {"564": 23, "678": 8, "072": 3, "139": 4}
    assert this_year.paper_batches.get().n_papers == 12
    edition = last_year.association_editions.get()
    region, places = association_counts_of_region(edition)
    assert {place.code for place, _counts in places} == {"564", "678"}
    assert any(each.n_of_rest >= 5 for each in region)
    oulu = association_counts_for(edition, demo.oulu)
    assert all(each.n > each.n_on_paper >= 5 for each in oulu)
