"""Meetings in the administration: a coordinator plans the region's, publishes, moves, cancels and copies them."""

import pytest
import time_machine
from django.urls import reverse

from meetings.models import Meeting, MeetingChange, MeetingKind
from tests.meetings.factories import KindFactory, MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


@pytest.fixture
def kaisa(cast):
    return client_of(cast.kaisa.user)


def step(name, meeting):
    return reverse(f"admin:meetings_meeting_{name}", args=[meeting.pk])


def network_meeting(reference, **values):
    kind = MeetingKind.objects.get(key="network-meeting")
    venue = VenueFactory(municipality=reference.oulu)
    return MeetingFactory(**{"kind": kind, "region": reference.pohjois_pohjanmaa, "venue": venue} | values)


def test_a_new_meeting_without_title_or_address_gets_them_from_its_kind(kaisa, reference):
    kind = MeetingKind.objects.get(key="network-meeting")
    typed = {
        "kind": kind.pk, "region": reference.pohjois_pohjanmaa.pk, "starts_at_0": "24.9.2026", "starts_at_1": "9.00",
        "ends_at_0": "24.9.2026", "ends_at_1": "12.00", "in_finnish": "on", "is_public": "on", "party_at_most": 3,
    }  # fmt: skip
    for prefix in ("hosts", "agenda"):
        typed |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    saved = kaisa.post(reverse("admin:meetings_meeting_add"), typed)
    assert saved.status_code == 302, saved.context["errors"]
    meeting = Meeting.objects.get()
    assert (meeting.title_fi, meeting.title_sv, meeting.slug) == (
        "Verkostotapaaminen", "Nätverksträff", "verkostotapaaminen-2026",
    )  # fmt: skip
    assert (meeting.starts_at, meeting.is_draft) == (at("2026-09-24 9.00"), True)


def test_publishing_moving_and_cancelling_are_asked_and_done(kaisa, reference, cast):
    meeting = network_meeting(reference, published_at=None)
    asked = kaisa.post(step("publish", meeting))
    assert Meeting.objects.get().is_draft
    assert asked.status_code == 200
    kaisa.post(step("publish", meeting), {"confirmed": "1"})
    assert Meeting.objects.get().state == Meeting.State.PUBLISHED

    moved = {
        "starts_at_0": "25.9.2026", "starts_at_1": "9.00", "ends_at_0": "25.9.2026", "ends_at_1": "12.00",
        "venue": meeting.venue.pk, "remote_url": "",
    }  # fmt: skip
    assert "25.9.2026" in kaisa.post(step("move", meeting), moved).content.decode()
    kaisa.post(step("move", meeting), moved | {"confirmed": "1"})
    assert Meeting.objects.get().starts_at == at("2026-09-25 9.00")

    kaisa.post(step("cancel", meeting), {"fi": "Lumimyrsky.", "confirmed": "1"})
    assert Meeting.objects.get().cancelled_because_fi == "Lumimyrsky."
    assert list(MeetingChange.objects.order_by("pk").values_list("step", "sequence", "by")) == [
        ("published", 0, cast.kaisa.user.pk), ("moved", 1, cast.kaisa.user.pk), ("cancelled", 2, cast.kaisa.user.pk),
    ]  # fmt: skip


def test_what_is_missing_is_told_instead_of_publishing(kaisa, reference):
    meeting = network_meeting(reference, published_at=None, venue=None, starts_at=None, ends_at=None)
    refused = kaisa.post(step("publish", meeting), {"confirmed": "1"})
    assert refused.status_code == 200
    assert "etälinkki tai molemmat" in refused.content.decode()
    assert Meeting.objects.get().is_draft
    # A draft without a day cannot be moved either, and says so instead of failing.
    moved = {
        "starts_at_0": "25.9.2026", "starts_at_1": "9.00", "ends_at_0": "25.9.2026", "ends_at_1": "12.00",
        "confirmed": "1",
    }  # fmt: skip
    assert kaisa.post(step("move", meeting), moved).status_code == 200
    assert Meeting.objects.get().starts_at is None


def test_a_published_meetings_time_is_not_in_its_form(kaisa, reference):
    meeting = network_meeting(reference)
    form = kaisa.get(step("change", meeting)).context["adminform"].form
    assert not {"starts_at", "ends_at", "venue", "slug", "kind"} & set(form.fields)


def test_a_copy_opens_as_a_draft(kaisa, reference):
    meeting = network_meeting(reference)
    opened = kaisa.post(step("copy", meeting), {"confirmed": "1"})
    copy = Meeting.objects.get(copied_from=meeting)
    assert opened.headers["Location"] == step("change", copy)
    assert (copy.is_draft, copy.starts_at) == (True, None)


def test_everybodys_kinds_are_read_and_a_regions_own_is_changed(kaisa, reference):
    everybodys = MeetingKind.objects.get(key="network-meeting")
    own = KindFactory(region=reference.pohjois_pohjanmaa)
    theirs = KindFactory(region=reference.keski_suomi)
    change = "admin:meetings_meetingkind_change"
    read = kaisa.get(reverse(change, args=[everybodys.pk]))
    assert not read.context["has_change_permission"]
    assert kaisa.get(reverse(change, args=[own.pk])).context["has_change_permission"]
    assert kaisa.get(reverse(change, args=[theirs.pk])).status_code == 302
    assert kaisa.post(reverse(change, args=[everybodys.pk]), {"name_fi": "Muu"}).status_code == 403
