"""A recorded step is undone as one: rows and their histories come back byte for byte, or nothing happens."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation

from registry import models
from registry.change_sets import Recording, undo_change_set
from tests import factories
from tests.registry.helpers import codes, everything_stored

pytestmark = pytest.mark.django_db
OWN_TABLES = ("registry_changeset.", "registry_changedrow.", "registry_sitestate.")


def stored():
    """Return everything in the database but the steps themselves and the version of the public pages."""
    return {column: text for column, text in everything_stored().items() if not column.startswith(OWN_TABLES)}


def save(recording, by=None, **counts):
    return recording.save(kind=models.ChangeSet.Kind.MERGE, subject="test", by=by, counts=counts or {"changed": 1})


@pytest.fixture
def world(reference):
    """An agent with tasks, a person and the municipality of Oulu."""
    with time_machine.travel(dt.datetime(2026, 1, 5, 9, 30, 15, 123_456, tzinfo=dt.UTC), tick=False):
        person = factories.PersonFactory(region=reference.pohjois_pohjanmaa)
        agent = factories.AgentFactory(person=person, municipality=reference.oulu)
    agent.tasks.set(models.AgentTask.objects.all()[:2])
    return person, agent


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_undoing_brings_every_row_and_its_history_back(world, reference, cast, language):
    person, agent = world
    before = stored()
    links = models.Agent.tasks.through.objects.filter(agent=agent)

    with translation.override(language):
        recording = Recording()
        recording.watch([person])
        recording.watch(models.Municipality.objects.filter(pk=reference.oulu.pk))
        recording.watch(links)
        recording.watch(models.Agent.objects.filter(pk=agent.pk))
        person.family_name, person.phone = "Uusi", "050 000 0077"
        person.save()
        reference.oulu.website = "https://oulu.example.org"
        reference.oulu.save()
        agent.delete()
        added = factories.PersonFactory(region=reference.pohjois_pohjanmaa)
        recording.add([added])
        step = save(recording, by=cast.kaisa.user)
        assert stored() != before

        undo_change_set(step, by=cast.outi.user)

    assert stored() == before
    step.refresh_from_db()
    assert (step.done_by, step.undone_by, step.is_undone) == (cast.kaisa.user, cast.outi.user, True)


def test_a_watched_row_that_did_not_change_leaves_no_trace(world):
    person, agent = world
    recording = Recording()
    recording.watch([person])
    recording.watch([agent])
    agent.own_tasks = "Kahvit"
    agent.save()

    step = save(recording)

    assert list(step.rows.values_list("table", "row_pk")) == [("registry.agent", agent.pk)]


def test_a_row_changed_since_is_named_and_nothing_is_undone(world):
    person, agent = world
    recording = Recording()
    recording.watch([person])
    recording.watch([agent])
    agent.own_tasks, person.phone = "Kahvit", "050 000 0077"
    agent.save()
    person.save()
    step = save(recording)
    person.phone = "050 000 0078"
    person.save()
    before = stored()

    with pytest.raises(ValidationError) as refused:
        undo_change_set(step, by=None)

    assert codes(refused) == ["changed_since"]
    assert person.name in refused.value.messages[0]
    assert stored() == before


def test_a_row_changed_there_and_back_counts_as_changed(world):
    person, _agent = world
    recording = Recording()
    recording.watch([person])
    person.phone = "050 000 0077"
    person.save()
    step = save(recording)
    for phone in ("1", "050 000 0077"):
        person.phone = phone
        person.save()

    with pytest.raises(ValidationError) as refused:
        undo_change_set(step, by=None)

    assert codes(refused) == ["changed_since"]


def test_a_created_row_in_use_is_not_taken_away(reference):
    person = factories.PersonFactory(region=reference.pohjois_pohjanmaa)
    recording = Recording()
    recording.add([person])
    step = save(recording)
    factories.AppointmentFactory(person=person, municipality=reference.oulu)
    before = stored()

    with pytest.raises(ValidationError) as refused:
        undo_change_set(step, by=None)

    assert codes(refused) == ["in_use"]
    assert stored() == before


def test_a_step_is_undone_once(world):
    person, _agent = world
    recording = Recording()
    recording.watch([person])
    person.phone = "050 000 0077"
    person.save()
    step = undo_change_set(save(recording), by=None)

    with pytest.raises(ValidationError) as refused:
        undo_change_set(step, by=None)

    assert codes(refused) == ["undone"]


def test_a_step_whose_rows_are_no_longer_kept_says_so(world):
    person, _agent = world
    recording = Recording()
    recording.watch([person])
    person.phone = "050 000 0077"
    person.save()
    step = save(recording)
    step.rows.all().delete()

    with pytest.raises(ValidationError) as refused:
        undo_change_set(step, by=None)

    assert codes(refused) == ["too_old"]
