"""What was agreed at a meeting: written down, settled, opened again, and carried to the meeting made from it."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from meetings.decisions import (
    CARRIED,
    Outcome,
    add_decision,
    agreed_at,
    carried_point,
    open_of,
    remove_decision,
    reopen_decision,
    settle_decision,
)
from meetings.models import AgendaProposal, Decision, Meeting
from meetings.planning import cancel_meeting, copy_meeting, publish_meeting
from meetings.proposing import proposals_for, settle_computed
from registry.privacy import enforce_retention
from tests.factories import UserFactory
from tests.meetings.factories import KindFactory, MeetingFactory, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 26)


@pytest.fixture(autouse=True)
def _two_days_later():
    with time_machine.travel(at("2026-09-26 12.00"), tick=False):
        yield


@pytest.fixture
def meeting():
    """A meeting that was held on 24.9.2026."""
    return MeetingFactory(kind=KindFactory(municipal=True))


def agree(meeting, text="Julkaistaan vuorot", **more):
    return add_decision(meeting, text=text, **{"by": None} | more)


def code_of(call, *args, **kwargs):
    """Return the code of what a call is refused with, and beside which field."""
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        call(*args, **kwargs)
    if hasattr(refused.value, "error_dict"):
        ((field, (error,)),) = refused.value.error_dict.items()
        return field, error.code
    return refused.value.code


# --- Writing down -----------------------------------------------------------------------------------------------------


def test_points_stand_in_the_order_in_which_they_were_agreed_with_who_and_by_when(meeting):
    account = UserFactory()
    first = agree(meeting, doer="Vapaa-aikasihteeri", due_on=dt.date(2026, 10, 31), by=account)
    second = agree(meeting, "Kysytään yhdistyksiltä")
    assert agree(meeting, "Kysytään yhdistyksiltä") == second  # the button pressed twice
    assert [(each.position, each.text, each.doer, each.due_on) for each in agreed_at(meeting).own] == [
        (1, "Julkaistaan vuorot", "Vapaa-aikasihteeri", dt.date(2026, 10, 31)),
        (2, "Kysytään yhdistyksiltä", "", None),
    ]
    assert (first.standing, str(first), first.history.get().history_user) == ("auki", "Julkaistaan vuorot", account)
    # As of a speaker, history knows that somebody was named and not who.
    assert first.history.get().doer.startswith("~")


def test_nothing_is_agreed_at_a_draft_or_a_cancelled_meeting_or_before_it_begins():
    kind = KindFactory()
    draft = MeetingFactory(kind=kind, published_at=None)
    coming = MeetingFactory(kind=kind, starts_at=at("2026-10-01 17.00"), ends_at=at("2026-10-01 19.00"))
    cancelled = MeetingFactory(kind=kind, cancelled_at=at("2026-09-20 9.00"))
    for each in (draft, coming, cancelled):
        assert code_of(agree, each) == "not_begun"
    with time_machine.travel(at("2026-10-01 17.00"), tick=False):
        agree(coming)  # from its first minute on
    assert Decision.objects.count() == 1


def test_a_day_before_the_meeting_and_too_long_a_text_are_refused_beside_their_fields(meeting):
    assert code_of(agree, meeting, due_on=dt.date(2026, 9, 23)) == ("due_on", "due_before")
    agree(meeting, due_on=dt.date(2026, 9, 24))
    assert code_of(agree, meeting, "x" * 301) == ("text", "max_length")
    assert code_of(agree, meeting, " ") == ("text", "blank")
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "done"}, {"settled_on": TODAY}, {"outcome": "dropped", "settled_on": TODAY}, {"text": ""},
        {"outcome": "open", "settled_on": TODAY},
    ],
)  # fmt: skip
def test_the_database_itself_refuses_what_cannot_be(meeting, wrong):
    decision = agree(meeting)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**wrong)


# --- Settling ---------------------------------------------------------------------------------------------------------


def test_done_with_or_without_a_word_let_go_only_with_one(meeting):
    first, second, third = (agree(meeting, f"Asia {number}") for number in range(3))
    account = UserFactory()
    done = settle_decision(first, Outcome.DONE, by=account)
    told = settle_decision(second, Outcome.DONE, note=" Vuorot ovat verkossa. ", by=account)
    assert code_of(settle_decision, third, Outcome.DROPPED, note=" ", by=account) == ("note", "no_note")
    gone = settle_decision(third, Outcome.DROPPED, note="Ei ole varaa.", by=account)
    assert [(each.outcome, each.settled_on, each.note, each.standing) for each in (done, told, gone)] == [
        ("done", TODAY, "", "tehty 26.9.2026"),
        ("done", TODAY, "Vuorot ovat verkossa.", "tehty 26.9.2026"),
        ("dropped", TODAY, "Ei ole varaa.", "luovuttu 26.9.2026"),
    ]
    assert gone.history.first().history_user == account
    assert open_of(meeting) == []


def test_settling_twice_is_harmless_and_otherwise_is_refused_until_it_is_opened_again(meeting):
    decision = agree(meeting)
    settle_decision(decision, Outcome.DONE, note="Ensin", by=None)
    assert settle_decision(decision, Outcome.DONE, note="Toiseen kertaan", by=None).note == "Ensin"
    assert code_of(settle_decision, decision, Outcome.DROPPED, note="x", by=None) == "settled"
    for outcome in (Outcome.OPEN, "", "poista"):
        assert code_of(settle_decision, decision, outcome, by=None) == "no_outcome"
    again = reopen_decision(decision, by=None)
    assert (again.outcome, again.settled_on, again.note) == ("open", None, "")
    assert reopen_decision(decision, by=None).history.count() == 3  # pressed twice


def test_a_mistake_is_taken_away_while_no_later_meeting_carries_it(meeting):
    mistake, carried = agree(meeting, "Näppäilyvirhe"), agree(meeting)
    remove_decision(mistake, by=None)
    assert Decision.history.filter(id=mistake.pk).count() == 2
    copy_meeting(meeting, by=None)
    assert code_of(remove_decision, carried, by=None) == "carried"
    assert agreed_at(meeting).own == [carried]


def test_it_is_settled_after_the_meeting_was_closed_too(meeting):
    decision = agree(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(closed_at=at("2026-09-25 9.00"))
    assert settle_decision(decision, Outcome.DONE, by=None).outcome == "done"


# --- Carrying ---------------------------------------------------------------------------------------------------------


def test_a_copy_carries_what_is_open_of_the_earlier_one_and_of_those_before_it(meeting):
    old, settled = agree(meeting, "Vanha"), agree(meeting, "Hoidettu")
    settle_decision(settled, Outcome.DONE, by=None)
    second = publish_meeting(copy_meeting(meeting, starts_at=at("2026-10-01 17.00"), by=None), by=None)
    with time_machine.travel(at("2026-10-02 9.00"), tick=False):
        new = agree(second, "Uusi")
        third = copy_meeting(second, by=None)
        assert (agreed_at(second).own, agreed_at(second).carried) == ([new], [old])
        assert agreed_at(third).carried == open_of(third) == [old, new]
        assert agreed_at(third).own == []
        # The same row: settled at the one it is settled at all of them, and not carried on.
        settle_decision(open_of(third)[0], Outcome.DONE, by=None)
        assert [each.standing for each in agreed_at(second).carried] == ["tehty 2.10.2026"]
        assert agreed_at(copy_meeting(third, by=None)).carried == [new]
    assert agreed_at(meeting).own == [old, settled]


@pytest.mark.parametrize("n", [1, 3])
def test_copying_and_reading_take_the_same_queries_for_any_number(meeting, n, django_assert_num_queries):
    for number in range(n):
        agree(meeting, f"Asia {number}")
    copy = copy_meeting(meeting, by=None)
    with django_assert_num_queries(1):
        assert agreed_at(copy).n_open == n
    with django_assert_num_queries(1):
        assert [each.meeting.title for each in agreed_at(copy).carried] == [meeting.title] * n
    with django_assert_num_queries(1):
        assert len(open_of(copy)) == n
    with django_assert_num_queries(1):
        assert len(list(carried_point(copy, TODAY))) == 1


def test_meetings_of_others_carry_and_show_nothing_of_it(meeting):
    agree(meeting)
    other = MeetingFactory(kind=meeting.kind, region=meeting.region)
    assert agreed_at(other) == agreed_at(copy_meeting(other, by=None))
    assert agreed_at(other).n_open == 0
    assert list(carried_point(other, TODAY)) == []


# --- On the agenda ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [{"municipal": True}, {}])
def test_what_is_carried_is_proposed_for_the_agenda_of_evenings_and_network_meetings(kind):
    meeting = MeetingFactory(kind=KindFactory(**kind))
    agree(meeting, "Julkaistaan vuorot", due_on=dt.date(2026, 9, 25))
    agree(meeting, "Kysytään yhdistyksiltä")
    copy = copy_meeting(meeting, starts_at=at("2026-11-01 17.00"), by=None)

    (proposed,) = proposals_for(copy, TODAY).computed
    assert (proposed.key, proposed.why, proposed.minutes) == (
        CARRIED, "2 kohtaa on auki, niistä myöhässä 1: Julkaistaan vuorot; Kysytään yhdistyksiltä", 15,
    )  # fmt: skip
    assert proposed.titles == {
        "fi": "Mitä 24.9.2026 sovittiin ja miten se etenee",
        "sv": "Vad vi kom överens om 24.9.2026 och hur det går",
        "en": "What was agreed on 24.9.2026, and how it goes",
    }
    settle_computed(copy, CARRIED, is_taken=True, on=TODAY, by=None)
    assert copy.agenda.get().title_sv == proposed.titles["sv"]
    assert proposals_for(copy, TODAY).computed == []


def test_what_was_dropped_from_the_agenda_does_not_come_back_and_what_is_settled_is_not_proposed(meeting):
    decision = agree(meeting)
    copy, other = copy_meeting(meeting, by=None), copy_meeting(meeting, by=None)
    settle_computed(copy, CARRIED, is_taken=False, on=TODAY, by=None)
    assert proposals_for(copy, TODAY).computed == []
    assert AgendaProposal.objects.get().outcome == "dropped"
    settle_decision(decision, Outcome.DONE, by=None)
    assert proposals_for(other, TODAY).computed == []


def test_one_title_for_what_several_meetings_left_open(meeting):
    agree(meeting)
    second = publish_meeting(copy_meeting(meeting, starts_at=at("2026-10-01 17.00"), by=None), by=None)
    with time_machine.travel(at("2026-10-02 9.00"), tick=False):
        for number in range(9):
            agree(second, f"Asia {number} " + "x" * 200)
        (proposed,) = carried_point(copy_meeting(second, by=None), TODAY)
    assert proposed.titles["fi"] == "Mitä 1.10.2026 ja sitä ennen sovittiin ja miten se etenee"
    assert (len(proposed.why), proposed.minutes) == (400, 30)


def test_a_cancelled_copy_carries_what_it_carried_to_the_next_one(meeting):
    decision = agree(meeting)
    copy = publish_meeting(copy_meeting(meeting, starts_at=at("2026-11-01 17.00"), by=None), by=None)
    cancel_meeting(copy, by=None)
    assert open_of(copy_meeting(copy, by=None)) == [decision]


# --- Kept and forgotten -----------------------------------------------------------------------------------------------


def test_who_sees_to_it_is_forgotten_24_months_after_it_was_settled_or_while_open_after_the_meeting():
    kind = KindFactory()
    for day in ("2024-06-14", "2024-06-15"):
        held = MeetingFactory(kind=kind, starts_at=at(f"{day} 17.30"), ends_at=at(f"{day} 20.00"))
        agree(held, f"avoin {day}", doer="Aino")
        done = agree(held, f"tehty {day}", doer="Aino")
        Decision.objects.filter(pk=done.pk).update(outcome="done", settled_on=day)
        late = agree(held, f"vasta tehty {day}", doer="Aino")
        settle_decision(late, Outcome.DONE, by=None)
    today = dt.date(2026, 6, 15)
    assert enforce_retention(today=today, preview=True)["decision"] == 2
    assert enforce_retention(today=today)["decision"] == 2
    assert enforce_retention(today=today)["decision"] == 0
    forgotten = Decision.objects.filter(doer="").values_list("text", flat=True)
    assert sorted(forgotten) == ["avoin 2024-06-14", "tehty 2024-06-14"]
