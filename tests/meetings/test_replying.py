"""Invitees reply, wait, move up, send a deputy: what stands in the list, and which letters that asks for."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from meetings.models import DietCount, Invitation, Reply
from meetings.planning import move_meeting, save_meeting
from meetings.replying import Wanted, diets_of, register, save_reply, withdraw_invitation
from meetings.seats import advance_queue, free_seats, move_queues
from tests.meetings.guests import evening, guest, in_days, letters

pytestmark = pytest.mark.django_db
COMES, REMOTE, NO, DEPUTY = Reply.Answer.COMES, Reply.Answer.REMOTE, Reply.Answer.NO, Reply.Answer.DEPUTY
Seat = Reply.Seat


def seat_of(invitation):
    return Reply.objects.get(invitation=invitation).seat


def refusal(function, *args, **kwargs):
    with pytest.raises(ValidationError) as refused:
        function(*args, **kwargs)
    if hasattr(refused.value, "error_dict"):
        return {error.code for group in refused.value.error_dict.values() for error in group}
    return {error.code for error in refused.value.error_list}


def test_a_full_meeting_has_a_waiting_list_that_moves_by_itself():
    meeting = evening(capacity=3)
    first, second, third = (guest(meeting, name) for name in ("A", "B", "C"))
    save_reply(first, Wanted(COMES, n_people=2))
    save_reply(second, Wanted(COMES, n_people=2))
    save_reply(third, Wanted(COMES))

    # Two do not fit in the last place, one does.
    assert [seat_of(each) for each in (first, second, third)] == [Seat.IN, Seat.WAITING, Seat.IN]
    assert letters() == []

    save_reply(first, Wanted(NO))

    offer = Reply.objects.get(invitation=second)
    assert (offer.seat, free_seats(meeting)) == (Seat.OFFERED, 0)
    assert offer.offered_until - timezone.now() > dt.timedelta(hours=47)
    assert [(each.kind, each.arguments["invitation"]) for each in letters()] == [("meeting_offer", second.pk)]

    save_reply(second, Wanted(COMES, n_people=2))
    assert seat_of(second) == Seat.IN


def test_an_offer_that_nobody_takes_in_time_goes_to_the_next():
    meeting = evening(capacity=1)
    first, second, third = (guest(meeting) for _n in range(3))
    for each in (first, second, third):
        save_reply(each, Wanted(COMES))
    save_reply(first, Wanted(NO))
    assert move_queues() == {"offers lapsed": 0}

    with time_machine.travel(timezone.now() + dt.timedelta(days=2, minutes=1)):
        assert move_queues() == {"offers lapsed": 1}
        assert [seat_of(each) for each in (second, third)] == [Seat.LAPSED, Seat.OFFERED]
        # Too late: the place is another's, and the queue begins anew for who still wants to come.
        assert save_reply(second, Wanted(COMES)).seat == Seat.WAITING


def test_a_late_answer_to_an_offer_counts_as_late_before_the_clock_has_gone_round():
    meeting = evening(capacity=1)
    first, second, third = (guest(meeting) for _n in range(3))
    for each in (first, second, third):
        save_reply(each, Wanted(COMES))
    save_reply(first, Wanted(NO))

    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        save_reply(second, Wanted(COMES))

    assert [seat_of(each) for each in (second, third)] == [Seat.WAITING, Seat.OFFERED]


def test_nobody_is_offered_a_place_just_before_the_beginning():
    meeting = evening(days=5, capacity=1)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES))
    save_reply(second, Wanted(COMES))
    with time_machine.travel(meeting.starts_at - dt.timedelta(hours=2, minutes=30)):
        save_reply(first, Wanted(NO))
        assert (seat_of(second), letters()) == (Seat.WAITING, [])
    with time_machine.travel(meeting.starts_at - dt.timedelta(hours=20)):
        assert advance_queue(meeting) == 1
        assert Reply.objects.get(invitation=second).offered_until == meeting.starts_at - dt.timedelta(hours=2)


def test_a_party_grows_only_where_there_is_room_and_keeps_its_places_else():
    meeting = evening(capacity=4, party_at_most=5)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES, n_people=2))
    save_reply(second, Wanted(COMES))
    assert save_reply(first, Wanted(COMES, n_people=3)).seat == Seat.IN
    assert refusal(save_reply, first, Wanted(COMES, n_people=4)) == {"no_room"}
    kept = Reply.objects.get(invitation=first)
    assert (kept.seat, kept.n_people) == (Seat.IN, 3)


def test_a_larger_hall_lets_the_queue_move():
    meeting = evening(capacity=1)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES))
    save_reply(second, Wanted(COMES))
    meeting.capacity = 2
    save_meeting(meeting, seen=0, by=None)
    assert seat_of(second) == Seat.OFFERED


def test_a_deputy_comes_instead_and_goes_when_somebody_changes_their_mind():
    meeting = evening(capacity=1)
    invited = guest(meeting, organisation="Martat")
    save_reply(invited, Wanted(COMES))
    save_reply(invited, Wanted(DEPUTY, deputy=("Dora Deputy", "dora@example.org")))

    deputy = Invitation.objects.get(deputy_for=invited)
    assert (deputy.name, deputy.organisation, seat_of(deputy)) == ("Dora Deputy", "Martat", Seat.IN)
    assert [(each.kind, each.address) for each in letters()] == [("meeting_receipt", "dora@example.org")]
    # The same deputy again is nothing new.
    save_reply(invited, Wanted(DEPUTY, deputy=("Dora Deputy", "Dora@example.org")))
    assert len(letters()) == 1

    assert save_reply(invited, Wanted(COMES)).seat == Seat.IN
    deputy.refresh_from_db()
    assert deputy.withdrawn_at
    assert [each.kind for each in letters()] == ["meeting_receipt", "meeting_withdrawn"]


def test_what_cannot_be_is_refused_with_a_reason():
    meeting = evening(party_at_most=2)
    invited = guest(meeting)
    assert refusal(save_reply, invited, Wanted(REMOTE)) == {"not_remotely"}
    assert refusal(save_reply, invited, Wanted(COMES, n_people=3)) == {"party"}
    assert refusal(save_reply, invited, Wanted(DEPUTY)) == {"deputy"}
    assert not Reply.objects.exists()
    save_reply(invited, Wanted(COMES))
    assert refusal(save_reply, invited, Wanted(NO), seen=0) == {"changed"}
    with time_machine.travel(meeting.starts_at):
        assert refusal(save_reply, invited, Wanted(NO)) == {"not_open"}
    withdraw_invitation(invited)
    assert refusal(save_reply, invited, Wanted(COMES)) == {"withdrawn"}


def test_diets_are_counts_of_nobody_and_follow_a_changed_mind():
    meeting = evening()
    invited = guest(meeting)
    save_reply(invited, Wanted(COMES, n_people=2, diets={"vegan": 1, "nut_free": 2}))
    assert diets_of(invited) == {"vegan": 1, "nut_free": 2}
    save_reply(invited, Wanted(COMES, n_people=2, diets={"vegan": 2}))
    assert list(DietCount.objects.values_list("diet", "n")) == [("vegan", 2)]
    # No column tells whose it is.
    relations = {field.name for field in DietCount._meta.get_fields() if field.is_relation}
    assert relations == {"meeting"}
    assert invited.uid.hex not in DietCount.objects.get().key
    save_reply(invited, Wanted(NO))
    assert not DietCount.objects.exists()


def test_somebody_registers_and_the_same_address_registers_once():
    meeting = evening(takes_registrations=True)
    person = {"name": "Rauha Rekisteri", "organisation": "Kuoro", "email": "rauha@example.org", "language": "sv"}
    made = register(meeting, Wanted(COMES, n_people=2), **person)
    assert (made.invitee, seat_of(made)) == ("Rauha Rekisteri (Kuoro)", Seat.IN)
    assert register(meeting, Wanted(COMES), **(person | {"email": "RAUHA@example.org"})) is None
    assert register(meeting, Wanted(COMES), **person) is None
    assert [(each.kind, each.address, each.language) for each in letters()] == [
        ("meeting_receipt", "rauha@example.org", "sv"),
        ("meeting_receipt", "rauha@example.org", "sv"),
    ]
    assert Reply.objects.get().n_people == 2


def test_registration_is_closed_in_time_and_where_it_is_not_taken():
    person = {"name": "Rauha", "organisation": "", "email": "rauha@example.org", "language": "fi"}
    assert refusal(register, evening(), Wanted(COMES), **person) == {"closed"}
    meeting = evening(takes_registrations=True, registration_until=in_days(10))
    with time_machine.travel(in_days(10)):
        assert refusal(register, meeting, Wanted(COMES), **person) == {"closed"}
    assert not Invitation.objects.exists()


def test_a_meeting_moved_to_the_net_takes_those_along_who_were_to_come():
    meeting = evening(capacity=1, remote_url="https://example.org/etakokous")
    comes, waits, remotely = (guest(meeting) for _n in range(3))
    save_reply(comes, Wanted(COMES))
    save_reply(waits, Wanted(COMES))
    save_reply(remotely, Wanted(REMOTE))
    times = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at}

    move_meeting(meeting, **times, venue=None, remote_url=meeting.remote_url, by=None)
    assert set(Reply.objects.values_list("answer", "seat")) == {(REMOTE, "")}

    move_meeting(meeting, **times, venue=meeting.venue, remote_url="", by=None)
    assert not Reply.objects.exists(), "who was to take part remotely is asked again"
    assert [each.kind for each in letters()] == ["meeting_moved"] * 6
