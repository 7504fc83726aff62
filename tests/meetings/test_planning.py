"""From a draft to a closed meeting."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from meetings.agenda import minutes_over, points_of
from meetings.models import AgendaItem, AgendaTemplateItem, Meeting, MeetingChange, MeetingTheme
from meetings.planning import (
    cancel_meeting,
    close_meeting,
    copy_meeting,
    delete_draft,
    move_meeting,
    plan_meeting,
    publish_meeting,
)
from registry.models import SiteState
from tests.factories import MunicipalityFactory, RegionFactory, UserFactory
from tests.meetings.factories import KindFactory, MeetingFactory, VenueFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


def codes_of(refused):
    return {error.code for error in refused.value.error_list} if not hasattr(refused.value, "error_dict") else {
        error.code for errors in refused.value.error_dict.values() for error in errors
    }  # fmt: skip


def evening(**values):
    """Return an unsaved evening and the municipality that hosts it."""
    region = RegionFactory()
    kind = KindFactory(municipal=True)
    host = MunicipalityFactory(name_fi="Saarikunta", slug="saarikunta", region=region)
    return Meeting(kind=kind, region=region, **values), host


def steps_of(meeting):
    return list(meeting.changes.order_by("pk").values_list("step", "sequence"))


def test_a_new_evening_has_its_kinds_name_and_agenda_and_an_address_of_its_own():
    meeting, host = evening(starts_at=at("2026-10-08 17.30"), ends_at=at("2026-10-08 20.00"))
    AgendaTemplateItem.objects.create(kind=meeting.kind, position=1, title_fi="Kahvit", title_sv="Kaffe", minutes=15)
    by = UserFactory()

    plan_meeting(meeting, hosts=[host], by=by)

    assert (meeting.title_fi, meeting.title_sv, meeting.title_en) == (
        "Yhdistysilta", "Föreningskväll", "Association evening",
    )  # fmt: skip
    assert meeting.slug == "saarikunta-yhdistysilta-2026"
    assert meeting.state == Meeting.State.DRAFT
    assert [each.municipality for each in meeting.hosts.all()] == [host]
    assert list(meeting.agenda.values_list("title_fi", "title_sv", "minutes")) == [("Kahvit", "Kaffe", 15)]
    assert meeting.history.get().history_user == by

    second, _host = Meeting(kind=meeting.kind, region=meeting.region, starts_at=meeting.starts_at), None
    second.ends_at = meeting.ends_at
    assert plan_meeting(second, hosts=[host], by=by).slug == "saarikunta-yhdistysilta-2026-2"


def test_an_evening_needs_a_host_and_nothing_is_saved_without():
    meeting, _host = evening()
    with pytest.raises(ValidationError) as refused:
        plan_meeting(meeting, hosts=[], by=None)
    assert codes_of(refused) == {"no_host"}
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "registration_until", "code"),
    [
        ("2026-10-08 20.00", "2026-10-08 17.30", None, "ends_before_start"),
        ("2026-10-08 17.30", "2026-10-08 17.30", None, "ends_before_start"),
        ("2026-10-08 17.30", "2026-10-08 20.00", "2026-10-08 17.31", "registration_after_start"),
    ],
)
def test_times_in_the_wrong_order_are_refused(starts_at, ends_at, registration_until, code):
    until = registration_until and at(registration_until)
    meeting, host = evening(starts_at=at(starts_at), ends_at=at(ends_at), registration_until=until)
    with pytest.raises(ValidationError) as refused:
        plan_meeting(meeting, hosts=[host], by=None)
    assert code in codes_of(refused)
    assert not Meeting.objects.exists()


def test_a_copy_takes_everything_but_the_day():
    earlier = MeetingFactory(
        hosts=[MunicipalityFactory(slug="rantakunta")], title_sv="Kväll", description_fi="Tervetuloa.", capacity=40,
        registration_until=at("2026-09-20 12.00"), remote_url="https://example.org/etä",
    )  # fmt: skip
    AgendaItem.objects.create(meeting=earlier, position=1, title_fi="Tulokset", minutes=30, speaker="Aino Esimerkki")
    kept = MeetingTheme.objects.create(key="kept", name_fi="Avustukset")
    earlier.themes.set([kept, MeetingTheme.objects.create(key="old", name_fi="Vanha", is_offered=False)])

    copy = copy_meeting(earlier, starts_at=at("2027-03-31 18.00"), by=None)

    assert copy.state == Meeting.State.DRAFT
    assert copy.copied_from == earlier
    assert (copy.title_fi, copy.title_sv, copy.description_fi) == (earlier.title_fi, "Kväll", "Tervetuloa.")
    assert (copy.venue, copy.capacity, copy.remote_url) == (earlier.venue, 40, earlier.remote_url)
    assert (copy.starts_at, copy.ends_at) == (at("2027-03-31 18.00"), at("2027-03-31 20.30"))
    assert copy.registration_until is None
    assert copy.uid != earlier.uid
    assert copy.slug != earlier.slug
    assert [each.municipality.slug for each in copy.hosts.all()] == ["rantakunta"]
    assert list(copy.themes.all()) == [kept]
    # Whoever spoke last time has not promised to speak again.
    assert list(copy.agenda.values_list("title_fi", "minutes", "speaker")) == [("Tulokset", 30, "")]


def test_a_copy_without_a_day_leaves_it_open_and_a_place_no_longer_offered_out():
    earlier = MeetingFactory(venue=VenueFactory(is_offered=False))
    copy = copy_meeting(earlier, by=None)
    assert (copy.starts_at, copy.ends_at, copy.venue) == (None, None, None)


def test_publishing_says_everything_that_is_missing():
    meeting, host = evening()
    plan_meeting(meeting, hosts=[host], by=None)
    with pytest.raises(ValidationError) as refused:
        publish_meeting(meeting, by=None)
    assert codes_of(refused) == {"unfinished"}
    assert len(refused.value.messages) == 2
    meeting.refresh_from_db()
    assert meeting.is_draft
    assert steps_of(meeting) == []


def test_publishing_twice_is_harmless_and_makes_public_pages_anew():
    meeting = MeetingFactory(published_at=None)
    version = SiteState.objects.get().version
    by = UserFactory()

    published = publish_meeting(meeting, by=by)
    publish_meeting(meeting, by=by)

    assert published.state == Meeting.State.PUBLISHED
    assert steps_of(meeting) == [("published", 0)]
    assert SiteState.objects.get().version != version


def test_moving_raises_the_number_and_keeps_how_it_stood():
    meeting = MeetingFactory(registration_until=at("2026-09-24 12.00"))
    old_place, new_place = meeting.venue, VenueFactory()

    moved = move_meeting(
        meeting, starts_at=at("2026-09-23 18.00"), ends_at=at("2026-09-23 20.00"), venue=new_place, by=None
    )
    move_meeting(moved, starts_at=moved.starts_at, ends_at=moved.ends_at, venue=new_place, by=None)

    moved.refresh_from_db()
    assert (moved.starts_at, moved.venue, moved.sequence) == (at("2026-09-23 18.00"), new_place, 1)
    assert moved.registration_until == moved.starts_at
    change = moved.changes.get()
    assert (change.step, change.sequence) == (MeetingChange.Step.MOVED, 1)
    assert (change.was_from, change.was_until) == (at("2026-09-24 17.30"), at("2026-09-24 20.00"))
    assert change.was_at == str(old_place)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"published_at": None}, "draft"),
        ({"cancelled_at": at("2026-08-30 9.00")}, "cancelled"),
        ({"starts_at": at("2026-08-24 17.30"), "ends_at": at("2026-08-24 20.00")}, "over"),
    ],
)
def test_only_a_coming_published_meeting_moves(given, code):
    meeting = MeetingFactory(**given)
    with pytest.raises(ValidationError) as refused:
        move_meeting(meeting, starts_at=at("2026-10-01 18.00"), ends_at=at("2026-10-01 20.00"), venue=None, by=None)
    assert codes_of(refused) == {code}
    assert not MeetingChange.objects.exists()


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "code"),
    [
        ("2026-08-31 18.00", "2026-08-31 20.00", "past"),
        ("2026-10-01 18.00", "2026-10-01 17.00", "ends_before_start"),
    ],
)
def test_moving_to_an_impossible_time_changes_nothing(starts_at, ends_at, code):
    meeting = MeetingFactory()
    with pytest.raises(ValidationError) as refused:
        move_meeting(meeting, starts_at=at(starts_at), ends_at=at(ends_at), venue=meeting.venue, by=None)
    assert code in codes_of(refused)
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.sequence) == (at("2026-09-24 17.30"), 0)


def test_a_cancelled_meeting_stays_to_be_seen_and_cancelling_twice_is_harmless():
    meeting = MeetingFactory()
    cancelled = cancel_meeting(meeting, because={"fi": "Sali suljettu."}, by=None)
    cancel_meeting(meeting, because={"fi": "Muu syy."}, by=None)

    cancelled.refresh_from_db()
    assert cancelled.state == Meeting.State.CANCELLED
    assert (cancelled.cancelled_because_fi, cancelled.sequence) == ("Sali suljettu.", 1)
    assert steps_of(cancelled) == [("cancelled", 1)]
    assert list(Meeting.objects.public()) == [cancelled]


def test_a_meeting_is_held_when_it_is_over_and_only_then_closed():
    meeting = MeetingFactory()
    with pytest.raises(ValidationError) as refused:
        close_meeting(meeting, by=None)
    assert codes_of(refused) == {"not_held"}
    with time_machine.travel(at("2026-09-24 20.00")):
        assert meeting.state == Meeting.State.HELD
        closed = close_meeting(meeting, by=None)
        close_meeting(meeting, by=None)
    assert closed.state == Meeting.State.CLOSED
    assert steps_of(closed) == [("closed", 0)]


def test_a_draft_is_deleted_and_a_published_meeting_is_not():
    draft, published = MeetingFactory(published_at=None), MeetingFactory()
    delete_draft(draft)
    with pytest.raises(ValidationError) as refused:
        delete_draft(published)
    assert codes_of(refused) == {"published"}
    assert list(Meeting.objects.all()) == [published]


def test_points_begin_when_those_before_them_have_taken_their_minutes():
    items = [
        AgendaItem(title_fi="Kahvit", minutes=15),
        AgendaItem(title_fi="Pöytä on katettu koko illan", minutes=0),
        AgendaItem(title_fi="Työpaja", minutes=50, speaker="Kunnan hyvinvointikoordinaattori"),
    ]
    points = points_of(at("2026-09-24 17.30"), items)
    assert [each.at and f"{each.at:%H.%M}" for each in points] == ["17.30", None, "17.45"]
    assert [each.at for each in points_of(None, items)] == [None, None, None]


def test_an_agenda_over_the_change_of_the_clock_shows_the_clock_on_the_wall():
    night = [AgendaItem(title_fi="Yö", minutes=60), AgendaItem(title_fi="Aamu", minutes=60)]
    spring = points_of(at("2027-03-28 2.30"), night)
    autumn = points_of(at("2026-10-25 3.30"), night)
    assert [f"{each.at:%H.%M}" for each in spring] == ["02.30", "04.30"]
    assert [f"{each.at:%H.%M}" for each in autumn] == ["03.30", "03.30"]


def test_an_agenda_longer_than_the_meeting_is_told():
    meeting = MeetingFactory.build(starts_at=at("2026-09-24 17.30"), ends_at=at("2026-09-24 18.30"))
    items = [AgendaItem(minutes=45), AgendaItem(minutes=30)]
    assert minutes_over(meeting, items) == 15
    assert minutes_over(meeting, items[:1]) == 0
    assert minutes_over(Meeting(), items) == 0


def test_a_coming_meeting_is_coming_until_the_end_of_its_last_day():
    meeting = MeetingFactory()
    day = dt.date(2026, 9, 24)
    assert list(Meeting.objects.coming(day)) == [meeting]
    assert list(Meeting.objects.past(day)) == []
    assert list(Meeting.objects.coming(day + dt.timedelta(days=1))) == []
    assert list(Meeting.objects.past(day + dt.timedelta(days=1))) == [meeting]


def test_only_published_public_meetings_of_regions_in_use_are_public():
    shown = MeetingFactory()
    MeetingFactory(published_at=None)
    MeetingFactory(is_public=False)
    MeetingFactory(region=RegionFactory(records_from=None))
    assert list(Meeting.objects.public()) == [shown]
