"""A speaker's name goes from the agenda when its time is over."""

import datetime as dt

import pytest

from meetings.models import AgendaItem
from registry.privacy import enforce_retention
from tests.meetings.factories import MeetingFactory, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)


def test_speakers_are_forgotten_24_months_after_the_meeting_and_their_points_stay():
    for day in ("2024-06-14", "2024-06-15"):
        meeting = MeetingFactory(starts_at=at(f"{day} 17.30"), ends_at=at(f"{day} 20.00"))
        AgendaItem.objects.create(meeting=meeting, title_fi="Alustus", speaker=f"Aino {day}")

    assert enforce_retention(today=TODAY, preview=True)["agendaitem"] == 1
    assert enforce_retention(today=TODAY)["agendaitem"] == 1
    assert enforce_retention(today=TODAY)["agendaitem"] == 0

    assert list(AgendaItem.objects.order_by("pk").values_list("title_fi", "speaker")) == [
        ("Alustus", ""), ("Alustus", "Aino 2024-06-15"),
    ]  # fmt: skip
    # History has never known the name, only that there was one.
    assert not AgendaItem.history.filter(speaker__contains="Aino").exists()
