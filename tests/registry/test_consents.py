"""A volunteer's details are public field by field, from the consent until its withdrawal."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from registry.consents import give_consent, withdraw_consent
from registry.models import Agent, Consent
from tests import factories
from tests.registry.helpers import codes

pytestmark = pytest.mark.django_db
NAME, EMAIL, PHONE = Consent.Field.NAME, Consent.Field.EMAIL, Consent.Field.PHONE
NOW = dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _midsummer():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ahti(db):
    person = factories.PersonFactory(
        given_name="Ahti", family_name="Aapa", email="ahti@example.org", phone="050 000 0022"
    )
    factories.AgentFactory(person=person)
    return person


def give(person, field, **how):
    return give_consent(person, field, **({"means": Consent.Means.PAPER, "given_on": TODAY, "by": None} | how))


def shown():
    """What the public sees of the agents, one row each."""
    rows = Agent.objects.with_public_fields().order_by("pk")
    return [(row.public_given_name, row.public_family_name, row.public_email, row.public_phone) for row in rows]


def test_nothing_is_shown_without_a_consent(ahti):
    assert shown() == [(None, None, None, None)]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (NAME, ("Ahti", "Aapa", None, None)),
        (EMAIL, (None, None, "ahti@example.org", None)),
        (PHONE, (None, None, None, "050 000 0022")),
    ],
)
def test_a_consent_shows_its_own_field_and_its_own_person_only(ahti, field, expected):
    factories.AgentFactory()

    give(ahti, field)

    assert shown() == [expected, (None, None, None, None)]


def test_a_consent_records_how_when_and_by_whom(ahti):
    secretary = factories.UserFactory()

    consent = give(ahti, PHONE, means=Consent.Means.PHONE, given_on=dt.date(2026, 6, 1), by=secretary)

    saved = Consent.objects.get()
    assert saved == consent
    assert (saved.person, saved.field, saved.means, saved.given_on, saved.recorded_by, saved.withdrawn_at) == (
        ahti, "phone", "phone", dt.date(2026, 6, 1), secretary, None,
    )  # fmt: skip
    assert [(row.history_type, row.history_user) for row in saved.history.all()] == [("+", secretary)]
    assert saved.is_in_force


def test_a_consent_given_twice_stays_the_first(ahti):
    first = give(ahti, NAME, given_on=dt.date(2026, 5, 1))

    assert give(ahti, NAME, means=Consent.Means.EMAIL) == first
    assert Consent.objects.values_list("given_on", "means").get() == (dt.date(2026, 5, 1), "paper")


def test_a_consent_cannot_be_given_tomorrow(ahti):
    with pytest.raises(ValidationError) as refused:
        give(ahti, NAME, given_on=dt.date(2026, 6, 16))

    assert codes(refused) == ["future"]
    assert not Consent.objects.exists()


def test_today_is_the_day_in_helsinki(ahti):
    with time_machine.travel(dt.datetime(2026, 6, 15, 21, 1, tzinfo=dt.UTC), tick=False):
        give(ahti, NAME, given_on=dt.date(2026, 6, 16))
        assert shown() == [("Ahti", "Aapa", None, None)]


@pytest.mark.parametrize(("field", "means"), [("photo", Consent.Means.PAPER), (NAME, "dream"), ("", "")])
def test_a_consent_for_something_else_or_by_other_means_is_refused(ahti, field, means):
    with pytest.raises(ValidationError) as refused:
        give(ahti, field, means=means)

    assert set(codes(refused)) <= {"invalid_choice", "blank"}
    assert not Consent.objects.exists()


def test_a_withdrawn_field_is_gone_at_once_and_the_others_stay(ahti):
    for field in (NAME, EMAIL, PHONE):
        give(ahti, field)
    assert shown() == [("Ahti", "Aapa", "ahti@example.org", "050 000 0022")]

    withdraw_consent(ahti, PHONE, by=None)

    assert shown() == [("Ahti", "Aapa", "ahti@example.org", None)]


def test_a_withdrawal_is_a_dated_fact_with_its_author_and_may_be_repeated(ahti):
    officer = factories.UserFactory()
    give(ahti, NAME)

    withdraw_consent(ahti, NAME, by=officer)
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        withdraw_consent(ahti, NAME, by=None)
        withdraw_consent(ahti, EMAIL, by=None)

    consent = Consent.objects.get()
    assert (consent.withdrawn_at, consent.is_in_force) == (NOW, False)
    assert [(row.history_type, row.history_user) for row in consent.history.all()] == [("~", officer), ("+", None)]


def test_a_consent_given_again_after_a_withdrawal_is_a_new_row(ahti):
    first = give(ahti, NAME)
    withdraw_consent(ahti, NAME, by=None)

    second = give(ahti, NAME)

    assert first != second
    assert list(Consent.objects.in_force()) == [second]
    assert shown() == [("Ahti", "Aapa", None, None)]
