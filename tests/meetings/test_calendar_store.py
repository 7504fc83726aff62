"""Calendar objects of sent letters in a program's store, and what programs reply by mail although nobody asks."""

import datetime as dt
import itertools
from email.message import EmailMessage

import icalendar
import pytest
import time_machine
from django.core import mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailing import mailbox
from mailing.sending import send_waiting
from meetings.calendar import organizer_of, uid_of
from meetings.models import Invitation, Reply
from meetings.planning import cancel_meeting, move_meeting, plan_meeting, publish_meeting
from meetings.replying import Wanted, save_reply
from tests.factories import RegionFactory
from tests.meetings.calendar_store import Store, by_icalendar, by_vobject, object_of
from tests.meetings.factories import KindFactory, MeetingFactory, VenueFactory, at
from tests.meetings.guests import evening, guest, in_days, letters
from tests.meetings.khal import Khal

pytestmark = pytest.mark.django_db
COMES, NO = Reply.Answer.COMES, Reply.Answer.NO
PARSERS = [by_icalendar, by_vobject]


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(dt.datetime(2026, 10, 6, 7, 0, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def box(settings):
    """The letters' own mailbox, to which calendar programs reply."""
    settings.MAIL_BOUNCES_TO = "palautukset@example.org"


# --- Imported in any order --------------------------------------------------------------------------------------------


@pytest.fixture
def objects(_clock):
    """The objects of three letters as they were sent: written down, moved, cancelled; and when it is held now."""
    meeting = evening()
    save_reply(guest(meeting), Wanted(COMES), source=Reply.Source.BEHALF)
    later = meeting.starts_at + dt.timedelta(days=7)

    def send():
        send_waiting()
        _clock.shift(dt.timedelta(hours=1))

    send()
    move_meeting(meeting, starts_at=later, ends_at=later + dt.timedelta(hours=2), venue=meeting.venue, by=None)
    send()
    cancel_meeting(meeting, by=None)
    send()
    return [object_of(each) for each in mail.outbox], later


@pytest.mark.parametrize("read", PARSERS)
def test_a_program_has_one_event_at_the_new_time_then_cancelled(objects, read):
    contents, later = objects
    assert [(kept.method, kept.number) for kept in map(read, contents)] == [
        ("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2),
    ]  # fmt: skip
    store = Store(read)
    store.take(contents[0])
    store.take(contents[1])
    assert (store.event.begins, store.event.ends) == (later, later + dt.timedelta(hours=2))
    assert store.event.status == "CONFIRMED"
    store.take(contents[2])
    assert (store.event.status, store.event.begins) == ("CANCELLED", later)


@pytest.mark.parametrize("read", PARSERS)
def test_in_whatever_order_and_however_often_they_come_the_end_is_the_same(objects, read):
    contents, later = objects
    for order in itertools.permutations([*contents, *contents]):
        store = Store(read)
        for content in order:
            store.take(content)
        assert (store.event.number, store.event.status, store.event.begins) == (2, "CANCELLED", later)


def weekly_letters():
    """Send a letter for each of two weekly series, across the change to winter time and to summer time; return days."""
    region, venue, kind = RegionFactory(), VenueFactory(), KindFactory()
    days = [
        start + dt.timedelta(days=7 * week)
        for start in (dt.date(2026, 10, 15), dt.date(2027, 3, 18))
        for week in range(3)
    ]
    for day in days:
        meeting = MeetingFactory.build(region=region, venue=venue, kind=kind, published_at=None)
        meeting.starts_at, meeting.ends_at = at(f"{day} 17.30"), at(f"{day} 20.00")
        meeting = publish_meeting(plan_meeting(meeting, by=None), by=None)
        save_reply(guest(meeting), Wanted(COMES), source=Reply.Source.BEHALF)
    send_waiting()
    return days


@pytest.mark.parametrize("read", PARSERS)
def test_a_weekly_series_keeps_its_time_on_the_wall_in_letters(read):
    days = weekly_letters()
    store = Store(read)
    for each in mail.outbox:
        store.take(object_of(each))
    kept = sorted(store.events.values(), key=lambda event: event.begins)
    assert [f"{event.begins:%Y-%m-%d %H.%M}–{event.ends:%H.%M}" for event in kept] == [
        f"{day} 17.30–20.00" for day in days
    ]
    hours = [event.begins.utcoffset() // dt.timedelta(hours=1) for event in kept]
    assert hours == [3, 3, 2, 2, 2, 3]


@pytest.mark.parametrize(
    "name", ['Ra"uha', "Koe, kaksi; kolme: neljä", "\u202eäinhaR", "R\x01\x0b\x85auha", "Rauha" * 24]
)
def test_a_name_of_any_kind_breaks_no_letter_and_no_calendar(name):
    meeting = evening()
    invited = guest(meeting, name, organisation="Kuoro\r\nBcc: toinen@example.org")
    save_reply(invited, Wanted(COMES), source=Reply.Source.BEHALF)
    send_waiting()
    (told,) = mail.outbox
    assert (told.to, told.cc, told.bcc) == ([invited.email], [], [])
    assert {"bcc", "cc"}.isdisjoint(key.lower() for key in told.message())
    assert "\n" not in told.subject
    for read in PARSERS:
        assert read(object_of(told)).method == "REQUEST"
    assert b"ATTENDEE" in object_of(told).replace(b"\r\n ", b"")


# --- In a program that people use ------------------------------------------------------------------------------------


@pytest.fixture
def khal(tmp_path):
    return Khal(tmp_path)


def test_khal_has_one_event_at_the_new_time_then_cancelled(objects, khal):
    """In their order: khal asks no number, an object that comes late would change it. By the rules, the store above."""
    (first, moved, cancelled), later = objects
    uid, day = by_icalendar(first).uid, by_icalendar(first).begins.date()
    khal.take(first)
    assert [file.name for file in khal.files] == [f"{uid}.ics"]
    assert khal.files[0].read_bytes().count(b"BEGIN:VEVENT") == 1
    for content, status in ((moved, "CONFIRMED"), (cancelled, "CANCELLED")):
        khal.take(content)
        assert khal.events(day, 21) == [(uid, f"{later:%d.%m.%Y} 17.30", f"{later:%d.%m.%Y} 19.30", status)]
        assert [file.name for file in khal.files] == [f"{uid}.ics"]
    (event,) = icalendar.Calendar.from_ical(khal.files[0].read_bytes()).walk("VEVENT")
    assert (int(event["sequence"]), str(event["status"])) == (2, "CANCELLED")


def test_a_weekly_series_keeps_its_time_on_the_wall_in_khal(khal):
    days = weekly_letters()
    khal.take(*(object_of(each) for each in mail.outbox))
    shown = khal.events(days[0], 365)
    assert [(begins, ends) for _uid, begins, ends, _status in shown] == [
        (f"{day:%d.%m.%Y} 17.30", f"{day:%d.%m.%Y} 20.00") for day in days
    ]
    assert len({uid for uid, *_rest in shown}) == len(khal.files) == len(days)


# --- What programs reply ----------------------------------------------------------------------------------------------


def calendar_reply(invitation, partstat="ACCEPTED", *, to=None, sender=None, method="REPLY", **changed):
    """Return the bytes of a message in which a calendar program replies for an invitee."""
    meeting, (_name, organizer) = invitation.meeting, organizer_of(invitation)
    values = {
        "UID": uid_of(meeting), "SEQUENCE": meeting.sequence, "DTSTAMP": "20261006T070000Z",
        f"ATTENDEE;PARTSTAT={partstat}": f"mailto:{invitation.address}", "ORGANIZER": f"mailto:{organizer}",
    } | changed  # fmt: skip
    event = [f"{name}:{value}" for name, value in values.items() if value is not None]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        *event,
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    message = EmailMessage()
    message["From"], message["To"] = sender or invitation.address, to or organizer
    message["Subject"] = "Hyväksytty: Tapaaminen"
    message.set_content("Hyväksytty")
    message.add_alternative("\r\n".join(lines) + "\r\n", subtype="calendar", params={"method": method})
    return message.as_bytes()


@pytest.fixture
def invited(box):
    """Somebody with an invitation whom a program could answer for."""
    return guest(evening(), email="Rauha@example.org")


def answer_of(invitation):
    return Reply.objects.filter(invitation=invitation).values_list("answer", "source").first()


def test_accepted_and_declined_are_counted_and_perhaps_is_not(invited):
    assert mailbox.take(calendar_reply(invited, "TENTATIVE")) == "calendar"
    assert answer_of(invited) is None
    assert mailbox.take(calendar_reply(invited)) == "calendar reply"
    assert answer_of(invited) == ("comes", "calendar")
    assert mailbox.take(calendar_reply(invited, "DECLINED")) == "calendar reply"
    assert answer_of(invited) == ("no", "calendar")
    assert [each.kind for each in letters()] == ["meeting_receipt"]


def test_a_reply_to_a_meeting_that_has_been_moved_since_is_not_taken(invited):
    stale = calendar_reply(invited)
    meeting = invited.meeting
    move_meeting(meeting, starts_at=in_days(30), ends_at=in_days(30, 20), venue=meeting.venue, by=None)
    assert mailbox.take(stale) == "calendar"
    assert answer_of(invited) is None
    fresh = Invitation.objects.get(pk=invited.pk)
    assert mailbox.take(calendar_reply(fresh)) == "calendar reply"


def test_only_the_organisers_address_of_the_invitee_proves_who_replies(invited):
    other = guest(invited.meeting)
    forged = {
        "without the number": calendar_reply(invited, to="palautukset@example.org"),
        "with an invented number": calendar_reply(invited, to=f"palautukset+{'a' * 32}@example.org"),
        "with the meeting's number": calendar_reply(invited, to=f"palautukset+{invited.meeting.uid.hex}@example.org"),
        "of another event": calendar_reply(invited, UID="toinen@testserver"),
        "of no event": calendar_reply(invited, UID=None),
        "by a colleague to whom it was forwarded": calendar_reply(
            invited, **{"ATTENDEE;PARTSTAT=ACCEPTED": "mailto:kollega@example.org"}
        ),
        "for another invitee": calendar_reply(invited, to=organizer_of(other)[1]),
        "as a request": calendar_reply(invited, method="REQUEST"),
    }
    assert {why: mailbox.take(raw) for why, raw in forged.items()} == dict.fromkeys(forged, "calendar")
    assert not Reply.objects.exists()
    # Who sends it proves nothing either way: a forged sender is no help, an assistant's is no harm.
    assert mailbox.take(calendar_reply(invited, sender="sihteeri@example.org")) == "calendar reply"


def test_several_attendees_or_events_are_nobodys_reply(invited):
    twice = calendar_reply(invited, **{"ATTENDEE;PARTSTAT=DECLINED": "mailto:toinen@example.org"})
    whole = calendar_reply(invited)
    events = whole.replace(b"END:VCALENDAR", b"BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR")
    assert [mailbox.take(twice), mailbox.take(events)] == ["calendar", "calendar"]
    assert not Reply.objects.exists()


@pytest.mark.parametrize("sequence", ["abc", "", "1.5", "99999999999999999999999", "0\r\nSEQUENCE:1"])
def test_a_number_that_is_none_stops_nothing(invited, sequence):
    assert mailbox.take(calendar_reply(invited, SEQUENCE=sequence)) in {"calendar", "calendar reply"}


def test_what_is_no_calendar_stops_nothing(invited):
    whole = calendar_reply(invited)
    head, _sep, body = whole.partition(b"BEGIN:VCALENDAR")
    for broken in (
        b"",
        b"BEGIN:VCALENDAR",
        b"\xff\xfe\x00",
        b"BEGIN:VEVENT\r\n" * 3000,
        b"END:VCALENDAR\r\n" * 3,
        body[40:],
    ):
        assert mailbox.take(head + broken) == "calendar"
    assert not Reply.objects.exists()


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_bytes_changed_by_chance_never_stop_the_mailbox(invited, data):
    whole = bytearray(calendar_reply(invited))
    begins = whole.index(b"BEGIN:VCALENDAR")
    for _n in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(begins, len(whole) - 1))
        cut = data.draw(st.integers(0, 30))
        whole[place : place + cut] = data.draw(st.binary(max_size=8))
    assert mailbox.take(bytes(whole)) in {"calendar", "calendar reply"}


def test_who_declined_by_link_and_accepts_an_old_letter_again_is_told_what_stands(invited):
    save_reply(invited, Wanted(NO))
    assert mailbox.take(calendar_reply(invited)) == "calendar reply"
    assert answer_of(invited) == ("comes", "calendar")
    send_waiting()
    assert [each.to for each in mail.outbox] == [["rauha@example.org"]]
