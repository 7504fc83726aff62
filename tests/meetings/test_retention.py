"""What is known of people goes when its time is over: a speaker's name, and what was proposed for an agenda."""

import datetime as dt

import pytest

from meetings.models import AgendaItem, AgendaProposal
from registry.models import SiteState
from registry.privacy import enforce_retention
from tests.factories import MunicipalityFactory
from tests.meetings.factories import MeetingFactory, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)


def test_speakers_are_forgotten_24_months_after_the_meeting_and_their_points_stay():
    for day in ("2024-06-14", "2024-06-15"):
        meeting = MeetingFactory(starts_at=at(f"{day} 17.30"), ends_at=at(f"{day} 20.00"))
        AgendaItem.objects.create(meeting=meeting, title_fi="Alustus", speaker=f"Aino {day}")

    assert enforce_retention(today=TODAY, preview=True)["agendaitem"] == 1
    version = SiteState.objects.get().version
    assert enforce_retention(today=TODAY)["agendaitem"] == 1
    assert SiteState.objects.get().version != version, "pages with the name are made anew"
    assert enforce_retention(today=TODAY)["agendaitem"] == 0

    assert list(AgendaItem.objects.order_by("pk").values_list("title_fi", "speaker")) == [
        ("Alustus", ""), ("Alustus", "Aino 2024-06-15"),
    ]  # fmt: skip
    # History has never known the name, only that there was one.
    assert not AgendaItem.history.filter(speaker__contains="Aino").exists()


def test_proposals_go_24_months_after_the_meeting_or_of_a_draft_without_a_day_after_they_were_made():
    for day in ("2024-06-14", "2024-06-15"):
        dated = MeetingFactory(starts_at=at(f"{day} 17.30"), ends_at=at(f"{day} 20.00"))
        draft = MeetingFactory(starts_at=None, ends_at=None, published_at=None)
        for meeting in (dated, draft):
            AgendaProposal.objects.create(
                meeting=meeting, municipality=MunicipalityFactory(), title=day, proposed_at=at(f"{day} 9.00")
            )

    assert enforce_retention(today=TODAY, preview=True)["agendaproposal"] == 2
    assert enforce_retention(today=TODAY)["agendaproposal"] == 2

    assert list(AgendaProposal.objects.values_list("title", flat=True)) == ["2024-06-15"] * 2
