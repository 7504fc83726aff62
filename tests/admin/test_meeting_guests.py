"""A coordinator invites to the region's meeting, writes replies down, and afterwards how many came."""

import pytest
import time_machine
from django.urls import reverse

from mailing.models import Letter
from meetings.models import Attendance, Invitation, MeetingKind, Reply
from meetings.replying import Wanted, save_reply
from tests.meetings.guests import evening, guest
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def kaisa(cast):
    return client_of(cast.kaisa.user)


@pytest.fixture
def meeting(cast, reference):
    kind = MeetingKind.objects.get(key="network-meeting")
    return evening(hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, kind=kind)


def step(name, meeting, invitation=None):
    address = reverse(f"admin:meetings_meeting_{name}", args=[meeting.pk])
    return f"{address}?kutsu={invitation.pk}" if invitation else address


def test_liaisons_and_agents_of_the_region_are_invited_after_a_look_at_who_gets_it(kaisa, meeting, cast):
    asked = kaisa.post(step("invite", meeting), {"audiences": ["liaisons", "agents"]})
    assert not Letter.objects.filter(kind="meeting_invitation").exists()
    assert {cast.leena.name, cast.ahti.name} <= set(asked.context["effects"])
    kaisa.post(step("invite", meeting), {"audiences": ["liaisons", "agents"], "confirmed": "yes"})
    invited = {each.person for each in Invitation.objects.with_invitee()}
    assert {cast.leena, cast.ahti} <= invited
    assert Letter.objects.filter(kind="meeting_invitation").count() == len(invited)


def test_the_list_says_from_which_municipalities_somebody_comes(kaisa, meeting, cast, reference):
    for place in (reference.oulu, reference.hailuoto):
        guest(meeting, f"Joku {place.slug}", municipality=place)
    save_reply(Invitation.objects.get(name="Joku oulu"), Wanted("comes"))
    page = kaisa.get(step("guests", meeting))
    assert [(place.slug, n, silent) for place, n, silent in page.context["guests"].municipalities] == [
        ("hailuoto", 0, True), ("oulu", 1, False),
    ]  # fmt: skip


def test_a_reply_by_telephone_and_an_invitation_taken_back(kaisa, meeting, cast):
    invited = guest(meeting, "Veera Vieras")
    typed = {"answer": "comes", "n_people": 1}
    kaisa.post(step("guest", meeting, invited), typed)
    assert not Reply.objects.exists()
    kaisa.post(step("guest", meeting, invited), typed | {"confirmed": "yes"})
    assert (Reply.objects.get().source, Reply.objects.get().by) == ("behalf", cast.kaisa.user)
    kaisa.post(step("guest_remove", meeting, invited), {"confirmed": "yes"})
    assert kaisa.get(step("guest", meeting, invited)).status_code == 404
    other = guest(evening())
    assert kaisa.get(step("guest", meeting, other)).status_code == 404


def test_how_many_came_begins_with_what_was_replied_and_is_told_on_the_municipalitys_page(
    kaisa, client, meeting, reference, cast
):
    region = reference.pohjois_pohjanmaa
    guest(meeting, "Joku", municipality=reference.oulu)
    save_reply(Invitation.objects.get(), Wanted("comes", n_people=2))
    early = kaisa.post(step("attendance", meeting), {f"n_{reference.oulu.pk}": 3, "confirmed": "yes"})
    assert early.status_code == 200
    assert not Attendance.objects.exists()
    with time_machine.travel(meeting.ends_at):
        kaisa = client_of(cast.kaisa.user)
        asked = kaisa.get(step("attendance", meeting))
        assert asked.context["form"].fields[f"n_{reference.oulu.pk}"].initial == 2
        kaisa.post(step("attendance", meeting), {f"n_{reference.oulu.pk}": 3, "confirmed": "yes"})
    assert list(Attendance.objects.values_list("municipality__slug", "n_people")) == [("oulu", 3)]
    with time_machine.travel(meeting.ends_at.replace(hour=9) + (meeting.ends_at - meeting.starts_at) * 10):
        assert "osallistuttu" in client.get(f"/{region.slug}/oulu/").content.decode()
        assert "osallistuttu" not in client.get(f"/{region.slug}/hailuoto/").content.decode()
