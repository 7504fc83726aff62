"""What hardly ever happens to an invitation, and must not leave anybody without a word or a place."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.partial_dates import PartialDate
from mailing.sending import send_waiting
from mailing.unsubscribing import unsubscribe
from meetings.inviting import drop_ended_roles, invite, preview_inviting
from meetings.models import DietCount, Invitation, Reply
from meetings.planning import cancel_meeting, move_meeting
from meetings.replying import Wanted, register, save_reply, withdraw_invitation
from meetings.telling import tell_new_addresses
from registry.association_letters import GROUP, stop_letters
from registry.models import AssociationContact
from tests.factories import AppointmentFactory, AssociationFactory, PersonFactory
from tests.meetings.guests import evening, guest, letters
from tests.meetings.test_letters import calendar_of

pytestmark = pytest.mark.django_db
COMES, REMOTE, NO, DEPUTY = Reply.Answer.COMES, Reply.Answer.REMOTE, Reply.Answer.NO, Reply.Answer.DEPUTY
BEHALF = Reply.Source.BEHALF
WEEK = dt.timedelta(days=7)
LINK = "https://example.org/etakokous"


@pytest.fixture(autouse=True)
def _on_a_working_day():
    with time_machine.travel(dt.datetime(2026, 10, 6, 7, 0, tzinfo=dt.UTC)):
        yield


def sent():
    """Send what waits; return [(address, kind of letter)] of what goes now."""
    before = {each.pk for each in letters() if each.state == "sent"}
    send_waiting()
    return [(each.address, each.kind) for each in letters() if each.state == "sent" and each.pk not in before]


def move(meeting, later=WEEK, **columns):
    times = {"starts_at": meeting.starts_at + later, "ends_at": meeting.ends_at + later}
    values = times | {"venue": meeting.venue, "remote_url": meeting.remote_url} | columns
    return move_meeting(meeting, by=None, **values)


def association(meeting, name="Kuoro", **columns):
    place = meeting.hosts.get().municipality
    contact = AssociationContact.objects.create(
        association=AssociationFactory(municipality=place, name=name), source="lomake", basis="given",
        obtained_on=dt.date(2026, 1, 1), **({"email": "kuoro@example.org"} | columns),
    )  # fmt: skip
    return guest(meeting, "", email="", contact=contact, audience="association", municipality=place)


def test_whose_invitation_was_taken_back_is_not_invited_again_and_is_no_crash():
    meeting = evening()
    place = meeting.hosts.get().municipality
    AppointmentFactory(municipality=place, person=PersonFactory(email=""))
    invite(meeting, ["liaisons"], by=None)
    withdraw_invitation(Invitation.objects.get())
    (left_out,) = preview_inviting(meeting, ["liaisons"]).people.left_out
    assert left_out.reason == "invitation_withdrawn"
    with pytest.raises(ValidationError) as refused:
        invite(meeting, ["liaisons"], by=None)
    assert [each.code for each in refused.value.error_list] == ["nobody"]


def test_an_association_that_comes_and_wants_no_more_letters_keeps_its_place():
    meeting = evening(capacity=1)
    invited = association(meeting)
    save_reply(invited, Wanted(COMES))
    stop_letters("kuoro@example.org", [GROUP])
    assert drop_ended_roles() == {"invitations dropped": 0}
    assert Reply.objects.n_seats_taken(meeting) == 1


def test_a_deputy_is_told_when_the_role_of_who_sent_them_ends():
    meeting = evening()
    role = AppointmentFactory(municipality=meeting.hosts.get().municipality)
    invited = guest(
        meeting, "", email="", person=role.person, audience="liaison", municipality=role.municipality
    )  # fmt: skip
    save_reply(invited, Wanted(DEPUTY, deputy=("Dora", "dora@example.org")))
    sent()
    role.end = PartialDate.day(timezone.localdate() - dt.timedelta(days=1))
    role.save()
    drop_ended_roles()
    assert sent() == [("dora@example.org", "meeting_withdrawn")]


def test_who_let_an_offered_place_go_is_not_made_to_come_by_a_move_and_nobody_eats_at_home():
    meeting = evening(capacity=1, remote_url=LINK)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES, diets={"vegan": 1}))
    save_reply(second, Wanted(COMES))
    Reply.objects.filter(invitation=second).update(seat="lapsed")
    move(meeting, venue=None)
    assert dict(Reply.objects.values_list("invitation", "seat")) == {first.pk: "", second.pk: "lapsed"}
    assert not DietCount.objects.exists()


def test_a_reply_that_a_move_took_out_does_not_swallow_the_letters_of_the_next():
    meeting = evening(capacity=1, remote_url=LINK)
    venue, invited, other = meeting.venue, guest(meeting), guest(meeting)
    save_reply(invited, Wanted(REMOTE), source=BEHALF)
    meeting = move(meeting, remote_url="")
    assert venue == meeting.venue
    sent()
    save_reply(other, Wanted(COMES))
    save_reply(invited, Wanted(COMES), source=BEHALF)
    assert sent() == [(invited.email, "meeting_receipt")]
    save_reply(other, Wanted(NO))
    assert sent() == [(invited.email, "meeting_offer")]


def test_who_was_invited_and_registers_gets_the_link_and_what_it_says_of_them_is_true():
    meeting = evening(takes_registrations=True)
    invited = association(meeting)
    person = {"name": "Kuka Vain", "organisation": "", "email": "Kuoro@example.org", "language": "fi"}
    assert register(meeting, Wanted(COMES), **person) is None
    assert sent() == [("kuoro@example.org", "meeting_receipt")]
    assert not Reply.objects.exists(), "a stranger may have written the address"
    assert "/y/" in mail.outbox[0].body
    # The letter goes also to who wants no others, once a day: they, or somebody in their name, asked for it.
    stop_letters("kuoro@example.org", [GROUP])
    assert register(meeting, Wanted(COMES), **person) is None
    assert sent() == []
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        register(meeting, Wanted(COMES), **person)
        assert sent() == [("kuoro@example.org", "meeting_receipt")]
    assert invited.the_reply is None


def test_who_wants_no_letters_and_registers_hears_how_to_cancel():
    meeting = evening(takes_registrations=True)
    unsubscribe("rauha@example.org", ["meetings"])
    person = {"name": "Rauha", "organisation": "", "email": "rauha@example.org", "language": "fi"}
    register(meeting, Wanted(COMES), **person)
    assert sent() == [("rauha@example.org", "meeting_receipt")]
    move(meeting)
    assert sent() == []


def test_who_was_taken_off_the_list_just_before_the_meeting_was_cancelled_hears_of_it():
    meeting = evening()
    invited = guest(meeting)
    save_reply(invited, Wanted(COMES))
    withdraw_invitation(invited)
    cancel_meeting(meeting, by=None)
    assert sent() == [(invited.email, "meeting_withdrawn")]


def test_an_offer_that_could_not_be_sent_in_time_is_not_sent_late():
    meeting = evening(capacity=1)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES))
    save_reply(second, Wanted(COMES))
    save_reply(first, Wanted(NO))
    with time_machine.travel(timezone.now() + dt.timedelta(days=2, seconds=1)):
        assert sent() == []


def test_two_associations_with_one_address_each_hear_of_a_move():
    meeting = evening()
    one, other = association(meeting), association(meeting, "Seura")
    for each in (one, other):
        save_reply(each, Wanted(COMES))
    move(meeting)
    save_reply(one, Wanted(NO))
    assert sent() == [("kuoro@example.org", "meeting_moved")]
    assert "Seura" in mail.outbox[0].body


def test_who_comes_after_all_gets_the_new_time_into_their_calendar():
    meeting = evening()
    invited = guest(meeting)
    save_reply(invited, Wanted(NO))
    moved = move(meeting)
    assert sent() == []
    save_reply(invited, Wanted(COMES))
    assert sent() == [(invited.email, "meeting_receipt")]
    event = calendar_of(mail.outbox[0])[1]
    assert (event["sequence"], event.decoded("dtstart")) == (1, moved.starts_at)


def test_the_letter_of_a_second_move_tells_also_what_the_first_changed():
    meeting = evening()
    venue, invited = meeting.venue, guest(meeting)
    save_reply(invited, Wanted(COMES))
    moved = move(meeting)
    move(moved, later=dt.timedelta(0), venue=None, remote_url=LINK)
    assert sent() == [(invited.email, "meeting_moved")]
    body = mail.outbox[0].body
    assert "26.10.2026 klo 17.30" in body, "the time of which they knew"
    assert venue.name in body
    move(moved, later=2 * WEEK, venue=None, remote_url=LINK)
    sent()
    assert "26.10.2026" not in mail.outbox[1].body
    assert "2.11.2026 klo 17.30" in mail.outbox[1].body


def test_a_letter_follows_to_an_address_that_changed_meanwhile():
    meeting = evening()
    invited = association(meeting)
    save_reply(invited, Wanted(COMES))
    move(meeting)
    AssociationContact.objects.update(email="uusi@example.org")
    assert sent() == []
    assert tell_new_addresses() == {"letters to new addresses": 1}
    assert tell_new_addresses() == {"letters to new addresses": 0}
    assert sent() == [("uusi@example.org", "meeting_moved")]
    AssociationContact.objects.update(email="uudempi@example.org")
    assert tell_new_addresses() == {"letters to new addresses": 0}, "who has heard it hears it once"


def test_who_waits_takes_a_place_that_is_free_when_it_is_too_late_for_letters():
    meeting = evening(capacity=1)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES))
    save_reply(second, Wanted(COMES))
    with time_machine.travel(meeting.starts_at - dt.timedelta(hours=2)):
        assert save_reply(second, Wanted(COMES)).seat == "waiting"
        save_reply(first, Wanted(NO))
        assert save_reply(second, Wanted(COMES)).seat == "in"


def test_of_two_calendar_objects_under_one_number_the_later_is_newer():
    meeting = evening()
    invited = guest(meeting)
    save_reply(invited, Wanted(COMES), source=BEHALF)
    sent()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1)):
        withdraw_invitation(invited)
        sent()
    (first, told), (second, taken) = (calendar_of(each) for each in mail.outbox)
    assert (first, second, told["sequence"], taken["sequence"]) == ("REQUEST", "CANCEL", 0, 0)
    assert told.decoded("dtstamp") < taken.decoded("dtstamp")
