"""Calendar objects: two parsers read them, a store follows them, clocks agree."""

import datetime as dt

import icalendar
import pytest
import time_machine
import vobject
from django.utils import translation

from meetings.calendar import calendar_feed, calendar_object
from meetings.events import events_for_calendar, events_of, public_event
from meetings.models import Meeting
from meetings.models.meetings import HELSINKI
from meetings.planning import cancel_meeting, move_meeting
from tests.factories import MunicipalityFactory, RegionFactory
from tests.meetings.factories import MeetingFactory, VenueFactory, at

pytestmark = pytest.mark.django_db
ORGANIZER = ("Koordinaattori, Esimerkki; ry", "coordinator@example.org")
ATTENDEE = ("Åke Ärlig", "ake@example.org")


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


def meeting_with_awkward_words(**values):
    """Return a published meeting whose words need escaping and folding."""
    venue = VenueFactory(name="Kirjasto; sali A, B", street_address="Tie 1\\2", directions_fi="Linja 3,\r\novi B")
    values = {"title_fi": "Yhdistysilta: tilat, avustukset; viestintä – åäö " + "ä" * 60, **values}
    return MeetingFactory(venue=venue, description_fi="Ensin **kahvit**,\r\nsitten työ\\paja.", **values)


class Store:
    """What a calendar program keeps of the objects that it gets: one event for each UID, the newest (RFC 5546)."""

    def __init__(self):
        self.events = {}

    def take(self, content):
        parsed = vobject.readOne(content.decode())
        event = parsed.vevent
        uid, number = event.uid.value, int(event.sequence.value)
        kept = self.events.get(uid)
        if kept is None or number >= int(kept.sequence.value):
            self.events[uid] = event
        return parsed.method.value


def lines_of(content):
    """Return the lines of an object, unfolded; fail on what RFC 5545 forbids."""
    assert content.endswith(b"\r\n")
    raw = content.split(b"\r\n")[:-1]
    assert not any(b"\n" in line or b"\r" in line for line in raw)
    assert all(len(line) <= 75 for line in raw)
    for line in raw:
        line.decode()  # folding cuts no letter in two
    lines = []
    for line in raw:
        if line[:1] in {b" ", b"\t"}:
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.decode() for line in lines]


@pytest.mark.parametrize(
    ("method", "people"),
    [("PUBLISH", {}), ("REQUEST", {"organizer": ORGANIZER, "attendee": ATTENDEE}),
     ("CANCEL", {"organizer": ORGANIZER, "attendee": ATTENDEE})],
)  # fmt: skip
def test_two_parsers_read_the_same_and_every_line_is_as_the_rules_ask(method, people):
    meeting = meeting_with_awkward_words()
    content = calendar_object(meeting, method=method, **people)

    lines = lines_of(content)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert [line for line in lines if line.startswith(("BEGIN", "END"))][1:-1] == [
        "BEGIN:VTIMEZONE", "BEGIN:DAYLIGHT", "END:DAYLIGHT", "BEGIN:STANDARD", "END:STANDARD", "END:VTIMEZONE",
        "BEGIN:VEVENT", "END:VEVENT",
    ]  # fmt: skip
    for name in ("VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "SEQUENCE", "STATUS", "LOCATION", "URL"):
        assert sum(line.partition(":")[0] == name for line in lines) == 1
    first, second = icalendar.Calendar.from_ical(content), vobject.readOne(content.decode())
    assert (str(first["METHOD"]), second.method.value) == (method, method)
    (one,), other = first.walk("VEVENT"), second.vevent
    assert str(one["SUMMARY"]) == other.summary.value == meeting.title_fi
    place = f"Kirjasto; sali A, B, Tie 1\\2, {meeting.venue.municipality.name}"
    assert str(one["LOCATION"]) == other.location.value == place
    assert str(one["DESCRIPTION"]) == other.description.value
    assert "Ensin kahvit,\nsitten työ\\paja." in other.description.value
    assert one.decoded("DTSTART") == other.dtstart.value == at("2026-09-24 17.30")
    assert one.decoded("DTEND") == other.dtend.value == at("2026-09-24 20.00")
    assert str(one["UID"]) == other.uid.value == f"{meeting.uid}@testserver"
    if people:
        # The letter's link is the reply: no answer is asked by mail.
        assert other.attendee.params["RSVP"] == ["FALSE"]
        assert (other.attendee.value, other.organizer.value) == (
            "mailto:ake@example.org",
            "mailto:coordinator@example.org",
        )
        assert str(one["ORGANIZER"].params["CN"]) == ORGANIZER[0]
    else:
        assert "ORGANIZER" not in one
        assert "ATTENDEE" not in one


def test_a_store_that_takes_request_change_and_cancel_has_one_event_at_the_new_time_then_cancelled():
    meeting = MeetingFactory()
    store, people = Store(), {"organizer": ORGANIZER, "attendee": ATTENDEE}
    first = calendar_object(meeting, method="REQUEST", **people)
    times = {"starts_at": at("2026-11-05 18.00"), "ends_at": at("2026-11-05 20.00")}
    meeting = move_meeting(meeting, venue=meeting.venue, by=None, **times)
    second = calendar_object(meeting, method="REQUEST", **people)
    meeting = cancel_meeting(meeting, because={"fi": "Sali on suljettu."}, by=None)
    third = calendar_object(meeting, method="CANCEL", **people)

    assert store.take(first) == "REQUEST"
    assert store.take(second) == "REQUEST"
    (event,) = store.events.values()
    assert (event.sequence.value, event.status.value) == ("1", "CONFIRMED")
    assert event.dtstart.value == at("2026-11-05 18.00")

    assert store.take(third) == "CANCEL"
    store.take(second)  # one that comes late changes nothing
    (event,) = store.events.values()
    assert (event.sequence.value, event.status.value) == ("2", "CANCELLED")
    assert event.dtstart.value == at("2026-11-05 18.00")
    assert "Sali on suljettu." in event.description.value


def test_a_weekly_series_keeps_its_time_over_the_changes_of_the_clock():
    """Each clock is asked by the zone's rules in the object itself, not by the reader's own zone database."""
    region = RegionFactory()
    evenings = [
        MeetingFactory(region=region, starts_at=at(f"{day} 17.30"), ends_at=at(f"{day} 20.00"))
        for start in (dt.date(2026, 10, 8), dt.date(2027, 3, 11))
        for day in (start + dt.timedelta(days=7 * week) for week in range(5))
    ]
    content = calendar_feed(Meeting.objects.order_by("starts_at"), name="Illat").decode()
    # As a program would that has never heard of Helsinki.
    events = vobject.readOne(content.replace("Europe/Helsinki", "Meetings/Here")).vevent_list
    assert [f"{event.dtstart.value:%H.%M}" for event in events] == ["17.30"] * 10
    assert [event.dtstart.value for event in events] == [evening.starts_at for evening in evenings]
    assert {event.dtstart.value.utcoffset() for event in events} == {dt.timedelta(hours=2), dt.timedelta(hours=3)}


@pytest.mark.parametrize("year", [1997, 2026, 2027, 2040])
def test_the_written_rules_say_the_same_as_helsinkis_clock_every_day(year):
    content = calendar_object(MeetingFactory()).decode().replace("Europe/Helsinki", f"Meetings/{year}")
    zone = vobject.readOne(content).vtimezone.tzinfo
    first = dt.datetime(year, 1, 1, 12)
    for day in range(365):
        noon = first + dt.timedelta(days=day)
        assert noon.replace(tzinfo=zone).utcoffset() == noon.replace(tzinfo=HELSINKI).utcoffset(), noon


def test_downloading_again_gives_the_same_bytes_until_something_changes(client):
    region = RegionFactory(slug="rantamaa")
    meeting = MeetingFactory(region=region, slug="ilta")
    addresses = ("/rantamaa/tapahtumat.ics", "/rantamaa/tapahtumat/ilta.ics")
    first = [client.get(address) for address in addresses]
    assert {response["Content-Type"] for response in first} == {"text/calendar; charset=utf-8"}
    with time_machine.travel(at("2026-09-03 12.00"), tick=False):
        for address, before in zip(addresses, first, strict=True):
            assert client.get(address).content == before.content
            assert client.get(address, headers={"if-none-match": before["ETag"]}).status_code == 304
        meeting.title_fi = "Uusi nimi"
        meeting.save()
        for address, before in zip(addresses, first, strict=True):
            event = vobject.readOne(client.get(address).content.decode()).vevent
            assert event.summary.value == "Uusi nimi"
            assert event.last_modified.value == event.dtstamp.value == at("2026-09-03 12.00")
            assert event.sequence.value == vobject.readOne(before.content.decode()).vevent.sequence.value


def test_a_cancelled_meeting_stays_in_the_feed_and_says_so_where_every_program_shows_it():
    meeting = MeetingFactory(title_fi="Verkostotapaaminen")
    cancel_meeting(meeting, by=None)
    meetings = events_for_calendar(events_of(meeting.region), dt.date(2026, 9, 1))
    event = vobject.readOne(calendar_feed(meetings, name="x").decode()).vevent
    assert (event.summary.value, event.status.value, event.transp.value) == (
        "PERUTTU: Verkostotapaaminen", "CANCELLED", "TRANSPARENT",
    )  # fmt: skip


def test_a_feed_holds_a_year_back_and_everything_coming():
    region = RegionFactory()
    for day in ("2025-08-31", "2025-09-01", "2026-08-01", "2029-01-01"):
        MeetingFactory(region=region, title_fi=day, starts_at=at(f"{day} 17.00"), ends_at=at(f"{day} 19.00"))
    meetings = events_for_calendar(events_of(region), dt.date(2026, 9, 1))
    assert sorted(each.title_fi for each in meetings) == ["2025-09-01", "2026-08-01", "2029-01-01"]
    empty = calendar_feed([], name="Tyhjä, mutta kelpo; silti", label="Esittelyaineisto")
    assert "NAME:Tyhjä\\, mutta kelpo\\; silti (Esittelyaineisto)" in lines_of(empty)


def test_words_are_in_the_language_of_the_address_and_in_another_where_there_is_none(client):
    region = RegionFactory(slug="rantamaa")
    MeetingFactory(region=region, slug="ilta", title_fi="Ilta", title_sv="Kväll")
    for prefix, title in (("", "Ilta"), ("/sv", "Kväll"), ("/en", "Ilta")):
        event = vobject.readOne(client.get(f"{prefix}/rantamaa/tapahtumat/ilta.ics").content.decode()).vevent
        assert event.summary.value == title
        assert event.url.value == f"http://testserver{prefix}/rantamaa/tapahtumat/ilta/"


def test_a_remote_link_is_told_to_those_who_are_coming_and_to_all_only_where_it_is_public():
    meeting = MeetingFactory(venue=None, remote_url="https://example.org/kokous")
    assert b"example.org/kokous" not in calendar_object(meeting)
    assert b"LOCATION:Et\xc3\xa4n\xc3\xa4" in calendar_object(meeting)
    assert b"example.org/kokous" in calendar_object(meeting, has_remote_link=True)
    meeting.is_remote_public = True
    assert b"example.org/kokous" in calendar_object(meeting)


def test_a_meeting_that_is_not_public_leads_nowhere():
    meeting = MeetingFactory(is_public=False)
    event = vobject.readOne(calendar_object(meeting, method="REQUEST", organizer=ORGANIZER).decode()).vevent
    assert not hasattr(event, "url")
    assert (
        event.classification.value
        if hasattr(event, "classification")
        else event.contents["class"][0].value == "PRIVATE"
    )


def test_demo_data_says_so_in_calendars(client):
    from registry.models import SiteState

    region = RegionFactory(slug="rantamaa")
    MeetingFactory(region=region, slug="ilta", hosts=[MunicipalityFactory(region=region)])
    SiteState.objects.mark_demo()
    for address in ("tapahtumat.ics", "tapahtumat/ilta.ics", "tapahtumat.atom"):
        for prefix, words in (("", "Esittelyaineisto"), ("/sv", "Demomaterial"), ("/en", "Demo data")):
            content = client.get(f"{prefix}/rantamaa/{address}").content.decode().replace("\r\n ", "")
            assert words in content, (prefix, address)
    with translation.override("fi"):
        assert public_event("rantamaa", "ilta").slug == "ilta"
