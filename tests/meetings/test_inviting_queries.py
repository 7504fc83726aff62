"""Inviting costs the same number of queries however many are invited."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.inviting import invite, preview_inviting
from meetings.models import Invitation
from meetings.planning import move_meeting
from registry.models import AssociationContact
from tests.factories import AssociationFactory
from tests.meetings.guests import evening

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


def costs(n):
    """Return how many queries showing, inviting and moving take with `n` associations."""
    meeting = evening()
    for number in range(n):
        association = AssociationFactory(municipality=meeting.hosts.get().municipality)
        AssociationContact.objects.create(
            association=association, email=f"a{n}.{number}@example.org", source="x", basis="given",
            obtained_on=dt.date(2026, 1, 1),
        )  # fmt: skip
    times = {"starts_at": meeting.starts_at + WEEK, "ends_at": meeting.ends_at + WEEK}
    numbers = []
    for run in (
        lambda: preview_inviting(meeting, ["associations", "liaisons"]),
        lambda: invite(meeting, ["associations", "liaisons"], by=None),
        lambda: move_meeting(meeting, venue=meeting.venue, by=None, **times),
    ):
        with CaptureQueriesContext(connection) as caught:
            run()
        numbers.append(len(caught))
    assert Invitation.objects.filter(meeting=meeting).count() == n
    return numbers


@time_machine.travel(dt.datetime(2026, 10, 6, 18, 0, tzinfo=dt.UTC))
def test_one_three_and_308_cost_the_same(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    costs(1)
    one = costs(1)
    assert costs(3) == one
    many = costs(308)
    # Rows are written some hundreds at a time.
    assert many[0] == one[0]
    assert max(many) <= max(one) + 30
