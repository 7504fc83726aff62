"""It is right so, until: an accepted finding is not shown, comes back by the clock, and can be taken back."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from registry.models import QualityException
from registry.quality import Report, accept_finding, find_check, find_finding, usual_until, withdraw_acceptance
from tests import factories
from tests.registry.quality_towns import DAY, ON, Town, change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
NEXT_MAY = dt.date(2027, 5, 22)


@pytest.fixture
def frozen():
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def town():
    """A town whose liaison has no working time."""
    town = Town()
    change(town.liaison, hours_per_week=None)
    return town


def subject(town):
    return f"appointment-{town.liaison.pk}"


def accept(town, **details):
    details = {"until": NEXT_MAY, "reason": "Sovittu.", "by": None} | details
    return accept_finding(town.region, "working_time_missing", subject(town), **details)


def test_an_accepted_finding_is_shown_apart_up_to_its_last_day_and_comes_back_after_it(town):
    accept(town)
    change(town.municipality, website_checked_on=NEXT_MAY)
    for row in (town.grant, town.premises, town.channel, town.mailbox):
        change(row, checked_on=NEXT_MAY)
    for person in (town.liaison.person, town.agent.person):
        change(person, contact_checked_on=NEXT_MAY)
    change(town.grant, closes_on=NEXT_MAY + DAY)

    shown = {day: town.found(day) for day in (ON, NEXT_MAY, NEXT_MAY + DAY)}

    assert shown == {ON: set(), NEXT_MAY: set(), NEXT_MAY + DAY: {("working_time_missing", subject(town))}}


def test_the_report_has_the_accepted_finding_with_its_reason_and_who_said_so(town):
    account = factories.UserFactory()
    exception = accept(town, by=account)

    sections = {section.check.key: section for section in Report.of([town.region.pk], ON).sections}

    (accepted,) = sections["working_time_missing"].accepted
    assert accepted.finding == find_finding(town.region, find_check("working_time_missing"), subject(town), ON)
    assert accepted.exception == exception
    assert (exception.until, exception.reason, exception.accepted_by) == (NEXT_MAY, "Sovittu.", account)
    assert sections["working_time_missing"].open == ()


def test_accepting_again_moves_the_day_and_stays_one_row(town):
    accept(town)
    accept(town, until=ON, reason="Toinen syy.")

    assert list(QualityException.objects.values_list("until", "reason")) == [(ON, "Toinen syy.")]


def test_an_acceptance_taken_back_shows_the_finding_at_once_and_twice_is_harmless(town):
    accept(town)
    for _number in range(2):
        withdraw_acceptance(town.region, "working_time_missing", subject(town), by=None)

    assert town.found() == {("working_time_missing", subject(town))}
    assert not QualityException.objects.exists()


def test_an_acceptance_holds_for_its_own_finding_region_and_situation_alone(town):
    other = Town(town.region)
    change(other.liaison, hours_per_week=None)
    accept(town)
    accept_finding(factories.RegionFactory(), "working_time_missing", subject(other), until=ON, reason="x", by=None)
    accept_finding(town.region, "job_description_missing", subject(other), until=ON, reason="x", by=None)

    assert town.found() == {("working_time_missing", subject(other))}


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"until": ON - DAY}, "past"),
        ({"until": dt.date(2028, 11, 23)}, "too_long"),
        ({"reason": ""}, "blank"),
        ({"reason": "x" * 201}, "max_length"),
    ],
)
def test_what_cannot_be_accepted_is_refused_and_nothing_is_saved(town, details, code):
    with pytest.raises(ValidationError) as refused:
        accept(town, **details)

    assert [error.code for errors in refused.value.error_dict.values() for error in errors] == [code]
    assert not QualityException.objects.exists()


def test_an_unknown_check_is_refused(town):
    with pytest.raises(ValidationError) as refused:
        accept_finding(town.region, "no_such_check", "x", until=ON, reason="x", by=None)

    assert refused.value.code == "unknown"


@pytest.mark.parametrize("until", [ON, dt.date(2028, 11, 22)])
def test_the_first_and_the_last_possible_day_are_taken(town, until):
    assert accept(town, until=until).until == until


def test_half_a_year_is_offered(town):
    assert usual_until() == NEXT_MAY
    assert usual_until(dt.date(2026, 8, 31)) == dt.date(2027, 2, 28)
