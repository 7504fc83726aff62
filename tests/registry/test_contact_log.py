"""What was said is recorded once, and the next step is a task that stays in step with the entry."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from registry.contact_log import correct_contact, prefill_entry, record_contact
from registry.contacts import confirm_contact_details
from registry.models import ContactEntry, Task
from registry.tasks import complete_task
from tests import factories
from tests.registry.helpers import codes

NOW = dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC)
TODAY, SOON, LATER = dt.date(2026, 6, 15), dt.date(2026, 6, 30), dt.date(2026, 8, 15)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def entry(reference, **fields):
    row = {"municipality": reference.oulu, "happened_on": TODAY, "about": "Yhdistysilta"}
    return ContactEntry(**row | fields)


def tasks():
    return [
        (task.label, task.due_on, task.assigned_to, task.region, task.municipality, task.done_at is not None)
        for task in Task.objects.order_by("pk")
    ]


def test_a_contact_is_recorded_with_who_did_it_and_the_region_of_today(cast, reference):
    saved = record_contact(entry(reference, person=cast.leena), by=cast.kaisa.user)

    assert list(ContactEntry.objects.values("municipality", "person", "region", "means", "is_reached", "task")) == [
        {
            "municipality": reference.oulu.pk,
            "person": cast.leena.pk,
            "region": reference.pohjois_pohjanmaa.pk,
            "means": "phone",
            "is_reached": True,
            "task": None,
        }
    ]
    assert (saved.recorded_by, saved.recorded_at) == (cast.kaisa.user, NOW)
    assert saved.history.get().history_user == cast.kaisa.user
    assert cast.leena.contact_checked_on is None
    assert tasks() == []


def test_the_next_step_with_a_day_is_a_task_of_the_one_who_recorded_it(cast, reference):
    saved = record_contact(entry(reference, next_step="Lähetä ohje", next_step_on=SOON), by=cast.kaisa.user)

    north = reference.pohjois_pohjanmaa
    assert tasks() == [("Seuraava askel: Lähetä ohje", SOON, cast.kaisa, north, reference.oulu, False)]
    assert saved.task.url == f"/hallinta/registry/contactentry/{saved.pk}/change/"
    assert saved.task.created_by == cast.kaisa.user


def test_an_account_without_a_person_leaves_the_task_to_the_region(cast, reference):
    record_contact(entry(reference, next_step="Soita", next_step_on=SOON), by=cast.aino)
    assert Task.objects.get().assigned_to is None


def test_a_next_step_without_a_day_is_no_task(cast, reference):
    record_contact(entry(reference, next_step="Joskus"), by=cast.kaisa.user)
    assert tasks() == []


def test_the_same_sent_twice_is_one(cast, reference, clock):
    fields = {"person": cast.leena, "next_step": "Soita", "next_step_on": SOON}
    first = record_contact(entry(reference, **fields), by=cast.kaisa.user)
    assert record_contact(entry(reference, **fields), by=cast.kaisa.user) == first
    assert (ContactEntry.objects.count(), Task.objects.count()) == (1, 1)

    record_contact(entry(reference, **fields | {"about": "Muuta"}), by=cast.kaisa.user)
    record_contact(entry(reference, **fields), by=cast.aino)
    clock.shift(dt.timedelta(days=1))
    record_contact(entry(reference, **fields), by=cast.kaisa.user)
    assert ContactEntry.objects.count() == 4


def test_an_entry_about_a_person_belongs_to_the_one_municipality_of_their_roles(cast, reference):
    assert (
        record_contact(entry(reference, municipality=None, person=cast.leena), by=None).municipality == reference.oulu
    )
    factories.AgentFactory(person=cast.leena, municipality=reference.hailuoto)
    saved = record_contact(entry(reference, municipality=None, person=cast.leena, about="Toinen"), by=None)
    assert (saved.municipality, saved.region) == (None, reference.pohjois_pohjanmaa)


def test_the_form_begins_with_the_one_choice(cast, reference):
    assert prefill_entry(municipality=reference.oulu) == (reference.oulu, cast.leena)
    assert prefill_entry(municipality=reference.hailuoto) == (reference.hailuoto, None)
    factories.AppointmentFactory(municipality=reference.oulu)
    assert prefill_entry(municipality=reference.oulu) == (reference.oulu, None)
    assert prefill_entry(person=cast.ahti) == (reference.oulu, cast.ahti)
    assert prefill_entry(person=cast.kaisa) == (None, cast.kaisa)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"municipality": None}, None),
        ({"next_step_on": SOON}, None),
        ({"happened_on": SOON}, "future"),
        ({"about": ""}, "blank"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_saved(cast, reference, fields, code):
    with pytest.raises(ValidationError) as refused:
        record_contact(entry(reference, **fields), by=cast.kaisa.user, details_checked=True)
    assert code in codes(refused)
    assert (ContactEntry.objects.count(), Task.objects.count()) == (0, 0)


def test_a_municipality_that_is_gone_has_no_region_of_today(reference):
    with pytest.raises(ValidationError) as refused:
        record_contact(entry(reference, municipality=factories.MunicipalityFactory()), by=None)
    assert codes(refused) == ["no_region"]


# --- Contact details -------------------------------------------------------------------------------------------------


def test_details_are_checked_only_when_it_is_said(cast, reference):
    record_contact(entry(reference, person=cast.leena), by=cast.kaisa.user, details_checked=True)
    cast.leena.refresh_from_db()
    assert cast.leena.contact_checked_on == TODAY
    assert cast.leena.history.first().history_user == cast.kaisa.user


def test_an_older_check_does_not_undo_a_later_one(cast):
    confirm_contact_details(cast.leena, on=SOON, by=None)
    assert confirm_contact_details(cast.leena, on=TODAY, by=None).contact_checked_on == SOON


# --- Corrections -----------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(cast, reference):
    return record_contact(entry(reference, next_step="Soita", next_step_on=SOON), by=cast.kaisa.user)


def correct(recorded, **fields):
    again = ContactEntry.objects.get(pk=recorded.pk)
    for name, value in fields.items():
        setattr(again, name, value)
    return correct_contact(again, by=None)


def labels():
    return [(label, due_on, is_done) for label, due_on, _who, _region, _place, is_done in tasks()]


def test_another_day_moves_the_task(recorded, cast, reference):
    correct(recorded, next_step_on=LATER, next_step="Kirjoita", municipality=reference.hailuoto)
    assert tasks() == [
        (
            "Seuraava askel: Kirjoita", LATER, cast.kaisa, reference.pohjois_pohjanmaa, reference.hailuoto, False
        )
    ]  # fmt: skip


def test_a_day_taken_away_takes_the_task_away(recorded):
    assert correct(recorded, next_step_on=None).task is None
    assert labels() == []


def test_a_day_given_later_makes_the_task(cast, reference):
    correct(record_contact(entry(reference), by=None), next_step="Soita", next_step_on=SOON)
    assert labels() == [("Seuraava askel: Soita", SOON, False)]


def test_a_finished_task_leaves_the_entry_and_stays_as_it_was(recorded):
    complete_task(recorded.task, by=None)
    correct(recorded, about="Muuta")
    assert labels() == [("Seuraava askel: Soita", SOON, True)]
    after = correct(recorded, next_step_on=LATER)
    assert labels() == [("Seuraava askel: Soita", SOON, True), ("Seuraava askel: Soita", LATER, False)]
    assert after.task.due_on == LATER
    assert after.task.url_args == [recorded.pk]
