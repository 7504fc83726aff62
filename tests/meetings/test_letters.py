"""What invitees hear: whom an invitation goes to, what stands in it, and who hears nothing more."""

import datetime as dt
from email import policy
from email.parser import BytesParser

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone
from icalendar import Calendar

from common.partial_dates import PartialDate
from mailing.models import Letter
from mailing.reasons import reason_in_words
from mailing.sending import send_waiting
from meetings.inviting import drop_ended_roles, invite, invite_guest, preview_inviting
from meetings.models import Invitation, Reply
from meetings.planning import cancel_meeting, move_meeting
from meetings.reminding import queue_coming_reminders, queue_reply_reminders
from meetings.replying import Wanted, save_reply, withdraw_invitation
from registry.models import AssociationContact
from registry.roles import save_role
from tests.factories import (
    AgentFactory,
    AppointmentFactory,
    AssociationFactory,
    CoordinatorFactory,
    MunicipalityFactory,
    PersonFactory,
)
from tests.meetings.guests import evening, guest, in_days, letters

pytestmark = pytest.mark.django_db
COMES, NO = Reply.Answer.COMES, Reply.Answer.NO
EVERYBODY = ["liaisons", "agents", "associations"]


@pytest.fixture(autouse=True)
def _on_a_working_day():
    """Letters that are not of duty go at once on a Tuesday forenoon."""
    with time_machine.travel(dt.datetime(2026, 10, 6, 7, 0, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def world():
    """An evening of a municipality with a liaison, an agent and two associations, one of which wants no letters."""
    meeting = evening(capacity=10)
    place = meeting.hosts.get().municipality
    people = {name: PersonFactory(email=f"{name}@example.org", language="fi") for name in ("liisa", "anna")}
    AppointmentFactory(municipality=place, person=people["liisa"])
    AgentFactory(municipality=place, person=people["anna"])
    for name, stopped in (("kuoro", None), ("seura", dt.date(2026, 1, 1))):
        AssociationContact.objects.create(
            association=AssociationFactory(municipality=place, name=name.title()), email=f"{name}@example.org",
            source="lomake", basis="given", obtained_on=dt.date(2026, 1, 1), no_letters_since=stopped,
        )  # fmt: skip
    return meeting


def sent():
    """Send what waits and return {address: [subject, …]} of what has been sent since the beginning."""
    send_waiting()
    told = {}
    for each in mail.outbox:
        told.setdefault(each.to[0], []).append(each.subject)
    return told


def calendar_of(message):
    """Return the calendar that a letter carries, as its reader's program gets it: (method, event)."""
    parsed = BytesParser(policy=policy.default).parsebytes(message.message().as_bytes())
    part = next(part for part in parsed.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    assert part["Content-Type"].params["method"] == calendar["method"]
    attached = [each.get_payload(decode=True) for each in parsed.walk() if each.get_content_type() == "application/ics"]
    assert [Calendar.from_ical(each).to_ical() for each in attached] == [calendar.to_ical()]
    return str(calendar["method"]), calendar.walk("VEVENT")[0]


def test_it_is_shown_first_who_is_invited_and_who_is_not_and_why(world):
    guest(world, email="LIISA@example.org")
    inviting = preview_inviting(world, EVERYBODY)
    assert [each.address for each in inviting.going] == ["anna@example.org", "kuoro@example.org"]
    assert {
        each.reason: each.recipient.address for each in (*inviting.people.left_out, *inviting.associations.left_out)
    } == {
        "invited_before": "liisa@example.org",
        "unsubscribed": "seura@example.org",
    }


def test_everybody_is_invited_once_with_a_link_and_a_calendar_of_their_own(world):
    assert invite(world, EVERYBODY, by=None) == 3
    assert sorted(Invitation.objects.values_list("audience", flat=True)) == ["agent", "association", "liaison"]
    with pytest.raises(ValidationError) as refused:
        invite(world, EVERYBODY, by=None)
    assert [each.code for each in refused.value.error_list] == ["nobody"]
    assert Letter.objects.count() == 3
    again = preview_inviting(world, EVERYBODY)
    assert {str(words): len(group) for words, group in again.left_out} == {
        "on jo kutsuttu": 3, str(reason_in_words("unsubscribed")): 1,
    }  # fmt: skip

    told = sent()
    assert sorted(told) == ["anna@example.org", "kuoro@example.org", "liisa@example.org"]
    links = {each.to[0]: next(word for word in each.body.split() if "/y/" in word) for each in mail.outbox}
    assert len(set(links.values())) == 3
    method, event = calendar_of(mail.outbox[0])
    assert (method, event["sequence"], event["attendee"].params["RSVP"]) == ("REQUEST", 0, "FALSE")
    assert str(event["attendee"]) == f"mailto:{mail.outbox[0].to[0]}"
    association = next(each for each in mail.outbox if each.to == ["kuoro@example.org"])
    assert "Kuoro" in association.body
    assert "List-Unsubscribe" in association.message()


def test_who_has_replied_by_telephone_meanwhile_gets_no_invitation(world):
    invite(world, ["liaisons"], by=None)
    save_reply(Invitation.objects.get(), Wanted(NO), source=Reply.Source.BEHALF)
    assert sent() == {}
    assert Letter.objects.get().reason == "replied"


def test_a_move_is_told_once_to_everybody_whom_it_concerns(world):
    invite(world, EVERYBODY, by=None)
    sent()
    mail.outbox.clear()
    by_address = {each.address: each for each in Invitation.objects.with_invitee()}
    save_reply(by_address["anna@example.org"], Wanted(NO))
    save_reply(by_address["liisa@example.org"], Wanted(COMES))
    later = world.starts_at + dt.timedelta(days=7)

    move_meeting(world, starts_at=later, ends_at=later + dt.timedelta(hours=2), venue=world.venue, by=None)
    move_meeting(world, starts_at=later, ends_at=later + dt.timedelta(hours=3), venue=world.venue, by=None)

    told = sent()
    assert sorted(told) == ["kuoro@example.org", "liisa@example.org"]
    assert [len(subjects) for subjects in told.values()] == [1, 1], "the later move says it all"
    assert {each.reason for each in letters("meeting_moved") if each.state == "not_wanted"} == {"superseded"}
    method, event = calendar_of(mail.outbox[0])
    assert (method, event["sequence"], event.decoded("dtstart")) == ("REQUEST", 2, later)
    assert "klo 17.30–20.30" in mail.outbox[0].body


def test_a_cancelling_takes_the_event_out_of_calendars(world):
    invite(world, ["liaisons", "associations"], by=None)
    sent()
    mail.outbox.clear()
    cancel_meeting(world, because={"fi": "Sali on remontissa."}, by=None)
    assert sorted(sent()) == ["kuoro@example.org", "liisa@example.org"]
    method, event = calendar_of(mail.outbox[0])
    assert (method, event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 1)
    assert "Sali on remontissa." in mail.outbox[0].body


def test_nobody_whose_role_ended_or_who_asked_for_no_letters_hears_of_it(world):
    invite(world, EVERYBODY, by=None)
    sent()
    mail.outbox.clear()
    liaison = Invitation.objects.get(audience="liaison")
    save_reply(liaison, Wanted(COMES))
    role = liaison.person.appointments.get()
    role.end = PartialDate.day(timezone.localdate() - dt.timedelta(days=1))
    save_role(role, by=None)
    AssociationContact.objects.filter(email="kuoro@example.org").update(no_letters_since=timezone.localdate())

    move_meeting(world, starts_at=in_days(30), ends_at=in_days(30, 20), venue=world.venue, by=None)

    assert sorted(sent()) == ["anna@example.org"]
    assert {each.address: each.reason for each in letters("meeting_moved") if each.reason} == {
        "liisa@example.org": "role_ended",
        "kuoro@example.org": "unsubscribed",
    }
    assert drop_ended_roles() == {"invitations dropped": 1}, "the choir may come although it wants no letters"
    assert not Reply.objects.n_seats_taken(world)


def test_reminders_go_once_to_who_has_not_replied_and_to_who_comes(world):
    invite(world, EVERYBODY, by=None)
    by_address = {each.address: each for each in Invitation.objects.with_invitee()}
    save_reply(by_address["anna@example.org"], Wanted(NO))
    save_reply(by_address["liisa@example.org"], Wanted(COMES))
    assert queue_reply_reminders() == {"queued": 0}, "ten days before at the earliest"
    with time_machine.travel(in_days(11, 9)):
        assert queue_reply_reminders()["queued"] == 1
        assert queue_reply_reminders()["queued"] == 0
        assert queue_coming_reminders() == {"queued": 0}
    with time_machine.travel(in_days(18, 9)):
        assert queue_coming_reminders() == {"queued": 1}
        assert queue_coming_reminders()["queued"] == 0
    assert [
        (each.kind, each.address) for each in letters("association_reminder", "meeting_coming", "meeting_reminder")
    ] == [
        ("association_reminder", "kuoro@example.org"),
        ("meeting_coming", "liisa@example.org"),
    ]


def test_who_comes_gets_the_remote_link_and_who_has_not_replied_does_not(world):
    world.remote_url = "https://example.org/salainen"
    world.save()
    invite(world, ["liaisons"], by=None)
    sent()
    save_reply(Invitation.objects.get(), Wanted(Reply.Answer.REMOTE), source=Reply.Source.BEHALF)
    sent()
    asked, told = mail.outbox
    assert "salainen" not in asked.message().as_string()
    assert "https://example.org/salainen" in told.body
    assert "salainen" in str(calendar_of(told)[1]["description"])


def test_a_guest_is_invited_and_told_when_the_invitation_is_taken_back(world):
    invited = invite_guest(world, name="Ville Vieras", email="ville@example.org", by=None)
    with pytest.raises(ValidationError) as refused:
        invite_guest(world, name="Toinen", email="Ville@example.org", by=None)
    assert [each.code for each in refused.value.error_dict["email"]] == ["invited"]
    withdraw_invitation(invited)
    withdraw_invitation(invited)
    assert sorted(sent()) == ["ville@example.org"]
    assert [each.kind for each in letters() if each.state == "sent"] == ["meeting_withdrawn"]
    assert calendar_of(mail.outbox[-1])[0] == "CANCEL"


def test_a_network_meeting_invites_from_its_area_or_region_with_the_coordinator_to_reply_to(world):
    elsewhere = MunicipalityFactory(region=world.region)
    AppointmentFactory(municipality=elsewhere, person=PersonFactory(email="muu@example.org"))
    CoordinatorFactory(region=world.region, person=PersonFactory(email="kaisa@example.org"))
    world.kind.host = "region"
    world.kind.save()
    assert sorted(each.address for each in preview_inviting(world, ["liaisons"]).going) == [
        "liisa@example.org",
        "muu@example.org",
    ]
    invite(world, ["liaisons"], by=None)
    sent()
    assert {tuple(each.reply_to) for each in mail.outbox} == {("kaisa@example.org",)}
