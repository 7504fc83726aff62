"""Merging two rows of one person in invented worlds: nothing is lost, nothing shown that was not, all comes back.

What is counted and what the public sees is worked out here anew, in plain Python from
stored rows, without the code that merges.
"""

import datetime as dt
import random

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.partial_dates import PartialDate
from registry import models
from registry.change_sets import undo_change_set
from registry.figures import situation_over_time
from registry.merging import merge_people, preview_person_merge
from registry.models import Agent, Appointment, Consent, Coordinator, Municipality, Person
from tests import factories
from tests.registry.test_change_sets import stored

FIRST_YEAR, LAST_YEAR = 2019, 2028
ROLES = (Appointment, Agent, Coordinator)
EMAILS = ("sama@example.org", "SAMA@example.org", "toinen@example.org", "", "")
PHONES = ("050 000 0001", "0500000001", "050 000 0002", "", "")
THOROUGH = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


# --- An invented world ------------------------------------------------------------------------------------------------


class World:
    """Two rows of one person and somebody else, with roles, pairs, consents, tasks and accounts by chance."""

    def __init__(self, pick):
        self.pick = pick
        self.region = factories.RegionFactory(records_from=dt.date(2019, 6, 1))
        self.towns = [factories.MunicipalityFactory(region=self.region) for _town in range(2)]
        self.association = factories.AssociationFactory(municipality=self.towns[0])
        self.sectors = [models.Sector.objects.create(key=f"sector-{n}", name_fi=f"Toimiala {n}") for n in range(2)]
        self.agent_tasks = [models.AgentTask.objects.create(key=f"task-{n}", name_fi=f"Tehtävä {n}") for n in range(3)]
        self.gone, self.kept, self.other = (self.person() for _person in range(3))
        people = (self.gone, self.kept, self.gone, self.kept, self.other)
        self.roles = [role for _n in range(pick.randrange(2, 10)) if (role := self.role(pick.choice(people)))]
        self.add_dependents()
        for person in people[:2]:
            self.add_consents(person)
            self.add_work(person)

    def person(self):
        account = factories.UserFactory() if self.pick.random() < 0.4 else None
        return factories.PersonFactory(
            region=self.region,
            given_name=self.pick.choice(["Maija", "maija", "Maria"]),
            family_name="Meikäläinen",
            email=self.pick.choice(EMAILS),
            phone=self.pick.choice(PHONES),
            contact_checked_on=self.pick.choice([None, dt.date(2025, 1, 1), dt.date(2026, 1, 1)]),
            user=account,
        )

    def date(self):
        year, month = self.pick.randrange(FIRST_YEAR, LAST_YEAR), self.pick.randrange(1, 13)
        shape = self.pick.choice(["day", "day", "day", "month", "spring", "autumn", "year", "year"])
        if shape == "day":
            return PartialDate.day(dt.date(year, month, self.pick.randrange(1, 29)))
        return PartialDate.of(year, shape, month)

    def span(self, must_end=False):
        start, end = self.date(), self.date()
        if end.last < start.first:
            start, end = end, start
        return {"start": start, "end": end if must_end or self.pick.random() < 0.6 else None}

    def role(self, person):
        """Make a role that the checks of roles would have let in, or none."""
        pick = self.pick
        model = pick.choice([Appointment, Appointment, Agent, Agent, Coordinator])
        town = pick.choice(self.towns)
        if model is Coordinator:
            role = Coordinator(person=person, region=self.region, title=pick.choice(["", "a"]), **self.span())
            rivals = Coordinator.objects.filter(person=person, region=self.region)
        elif model is Agent:
            role = Agent(
                person=person, municipality=town, own_tasks=pick.choice(["", "kahvit"]),
                recruited_by=pick.choice([None, self.gone, self.kept]), trained=pick.choice([None, self.date()]),
                association=pick.choice([None, self.association]), **self.span(),
            )  # fmt: skip
            rivals = Agent.objects.filter(person=person, municipality=town)
        else:
            kind = pick.choice(["liaison", "liaison", "duties", "deputy", "fallback"])
            role = Appointment(
                person=person, municipality=town, kind=kind, source=pick.choice(["a", "b"]), fallback_reason="syy",
                sector=pick.choice([None, *self.sectors]), title=pick.choice(["", "sihteeri"]),
                hours_per_week=pick.choice([None, 3]), is_name_public=pick.random() < 0.7,
                is_email_public=pick.random() < 0.7, is_phone_public=pick.random() < 0.7,
                **self.span(must_end=kind == "deputy"),
            )  # fmt: skip
            if role.hours_per_week is None:
                role.percent = pick.choice([None, 20])
            rivals = Appointment.objects.filter(person=person, municipality=town, kind=kind)
        if rivals.overlapping(role).exists():
            return None
        role.save()
        return role

    def add_dependents(self):
        appointments = [role for role in self.roles if isinstance(role, Appointment)]
        agents = [role for role in self.roles if isinstance(role, Agent)]
        for deputy in appointments:
            liaisons = [
                role for role in appointments if role.kind == "liaison" and role.municipality == deputy.municipality
            ]
            if deputy.kind == "deputy" and liaisons:
                deputy.deputy_for = self.pick.choice(liaisons)
                deputy.save()
        for agent in agents:
            agent.tasks.set(self.pick.sample(self.agent_tasks, self.pick.randrange(0, 3)))
            for _n in range(self.pick.randrange(0, 3)):
                models.AgentTraining.objects.create(
                    agent=agent, name=self.pick.choice(["Alku", "Jatko"]), completed=PartialDate.of(2024)
                )
            for appointment in appointments:
                if appointment.municipality == agent.municipality and self.pick.random() < 0.6:
                    self.pair(appointment, agent)
                    self.pair(appointment, agent)

    def pair(self, appointment, agent):
        pair = models.Pairing(appointment=appointment, agent=agent, **self.span())
        if not models.Pairing.objects.filter(appointment=appointment, agent=agent).overlapping(pair).exists():
            pair.save()

    def add_consents(self, person):
        for field in Consent.Field.values:
            for state in self.pick.choice([(), ("in force",), ("withdrawn",), ("withdrawn", "in force")]):
                given_on = dt.date(2025, self.pick.randrange(1, 13), 1)
                withdrawn = timezone.make_aware(dt.datetime(2026, self.pick.randrange(1, 10), 1, 12))
                Consent.objects.create(
                    person=person, field=field, means="paper", given_on=given_on,
                    withdrawn_at=withdrawn if state == "withdrawn" else None,
                )  # fmt: skip

    def add_work(self, person):
        place = {"region": self.region, "url_name": "admin:registry_person_change", "url_args": [person.pk]}
        models.Task.objects.create(title="Soita", assigned_to=person, **place)
        models.ContactEntry.objects.create(region=self.region, person=person, about="x")
        for subject in (
            f"person-{person.pk}",
            f"person-{min(self.other.pk, person.pk)}-{max(self.other.pk, person.pk)}",
        ):
            if self.pick.random() < 0.5:
                models.QualityException.objects.create(
                    region=self.region, check_key="x", subject=subject, until=dt.date(2030, 1, 1), reason="x"
                )


# --- The slow recount -------------------------------------------------------------------------------------------------


def counts(role, on):
    """Whether a role counts on a day: from the last day of its start up to the last day of its end."""
    if role.end_last is not None and role.end_last < role.start_last:
        return on == role.end_last
    return role.start_last <= on and (role.end_last is None or on <= role.end_last)


def holders(days, same_person=None):
    """Return {day: {(table, place, duty, person)}}; `same_person` (id, id) says who is counted as whom."""
    rows = [(model, row) for model in ROLES for row in model.objects.all()]
    found = {}
    for on in days:
        found[on] = set()
        for model, row in rows:
            person = row.person_id
            if same_person and person == same_person[0]:
                person = same_person[1]
            place = row.region_id if model is Coordinator else row.municipality_id
            if counts(row, on):
                found[on].add((model.__name__, place, getattr(row, "kind", ""), person))
    return found


def pairs(days, same_person=None):
    """Return {day: {(liaison, agent, municipality)}} by persons."""
    found = {on: set() for on in days}
    for pair in models.Pairing.objects.select_related("appointment", "agent"):
        who = [pair.appointment.person_id, pair.agent.person_id]
        if same_person:
            who = [same_person[1] if each == same_person[0] else each for each in who]
        for on in days:
            if counts(pair, on):
                found[on].add((*who, pair.agent.municipality_id, pair.appointment.kind))
    return found


def days_that_matter(pick):
    """Return today and some of the days around every boundary of the world."""
    edges = {timezone.localdate()}
    for model in (*ROLES, models.Pairing):
        for row in model.objects.all():
            edges |= {day for day in (row.start_first, row.start_last, row.end_first, row.end_last) if day}
    days = sorted({edge + dt.timedelta(days=n) for edge in edges for n in (-1, 0, 1)})
    return sorted({timezone.localdate(), *pick.sample(days, min(len(days), 30))})


def situations(days):
    return {on: dict(Municipality.objects.with_situation(on).values_list("pk", "situation")) for on in days}


def n_persons(region, days):
    return {point.on: point.n_persons for point in situation_over_time(region, days)}


def plain(text):
    return "".join(text.split()).casefold()


def allowed_and_shown(people):
    """Return what consents allow and roles show of these people, and what roles show, as {(detail, value)}."""
    today = timezone.localdate()
    allowed, shown = set(), set()
    for person in Person.objects.filter(pk__in=[person.pk for person in people]):
        values = {"name": person.name, "email": person.email, "phone": person.phone}
        values = {detail: plain(value) for detail, value in values.items() if value}
        own = {
            (consent.field, values[consent.field])
            for consent in person.consents.filter(withdrawn_at__isnull=True, given_on__lte=today)
            if consent.field in values
        }
        allowed |= own
        for agent in person.agencies.with_public_fields():
            if not counts(agent, today):
                continue
            name = f"{agent.public_given_name} {agent.public_family_name}" if agent.public_given_name else ""
            seen = {"name": name, "email": agent.public_email, "phone": agent.public_phone}
            shown |= {(detail, plain(value)) for detail, value in seen.items() if value}
        for role in person.appointments.all():
            if counts(role, today):
                shown |= {each for each in values.items() if getattr(role, f"is_{each[0]}_public")}
        if any(counts(role, today) for role in person.coordinations.all()):
            shown |= set(values.items())
    return allowed | shown, shown


def pointing_at(model, pk):
    """Return the columns of living tables that hold this id as a key of `model`."""
    found = []
    for table in apps.get_models(include_auto_created=True):
        if hasattr(table, "history_object"):
            continue
        for field in table._meta.concrete_fields:
            if field.related_model is model and table._base_manager.filter(**{field.attname: pk}).exists():
                found.append(f"{table.__name__}.{field.name}")
    return found


def n_overlaps():
    rows = [row for model in ROLES for row in model.objects.all()]
    places = ["municipality_id", "region_id", "area_id", "kind", "person_id"]
    found = 0
    for row in rows:
        post = {name: getattr(row, name) for name in places if hasattr(row, name)}
        found += type(row).objects.filter(**post).overlapping(row).count()
    for pair in models.Pairing.objects.all():
        same = models.Pairing.objects.filter(appointment=pair.appointment_id, agent=pair.agent_id)
        found += same.overlapping(pair).count()
    return found


# --- The comparison ---------------------------------------------------------------------------------------------------


def merge_and_undo(pick):
    """Merge in a world by chance, compare, undo and compare; return whether it was merged."""
    world = World(pick)
    gone, kept = world.gone, world.kept
    days = days_that_matter(pick)
    before = {
        "stored": stored(), "holders": holders(days, (gone.pk, kept.pk)), "situations": situations(days),
        "pairs": pairs(days, (gone.pk, kept.pk)), "persons": n_persons(world.region, days),
        "each": holders(days), "allowed": allowed_and_shown([gone, kept])[0],
        "history": {model: model.history.filter(id=row.pk).count() for model, row in [(Person, gone)]},
    }  # fmt: skip
    preview = preview_person_merge(gone, kept, by=None)
    assert stored() == before["stored"]
    if preview.refusals:
        assert [refusal.code for refusal in preview.refusals] == ["would_show"]
        return False

    step = merge_people(gone, kept, by=None, seen=preview_person_merge(gone, kept, by=None).digest)
    connection.check_constraints()

    assert pointing_at(Person, gone.pk) == []
    assert not Person.objects.filter(pk=gone.pk).exists()
    assert Person.history.filter(id=gone.pk).count() == before["history"][Person] + 1
    assert n_overlaps() == 0
    assert holders(days) == before["holders"]
    assert pairs(days) == before["pairs"]
    assert situations(days) == before["situations"]
    duplicates = {
        on: int({gone.pk, kept.pk} <= {person for _table, _town, duty, person in each if duty == "liaison"})
        for on, each in before["each"].items()
    }
    kept_from = world.region.records_from
    expected = {on: n - duplicates[on] if on >= kept_from else 0 for on, n in before["persons"].items()}
    assert n_persons(world.region, days) == expected
    assert allowed_and_shown([kept])[1] <= before["allowed"]

    undo_change_set(step, by=None)
    connection.check_constraints()

    assert stored() == before["stored"]
    return True


def merge_and_forget(seed):
    with transaction.atomic():
        try:
            return merge_and_undo(random.Random(seed))
        finally:
            transaction.set_rollback(True)


@settings(max_examples=6, **THOROUGH)
@given(seed=st.integers(0, 10**9))
def test_merging_loses_nothing_shows_nothing_new_and_is_undone(without_reference, seed):
    merge_and_forget(seed)


@pytest.mark.slow
@settings(max_examples=400, **THOROUGH)
@given(seed=st.integers(0, 10**9))
def test_merging_in_many_worlds(without_reference, seed):
    merge_and_forget(seed)


def test_most_worlds_are_merged(without_reference):
    """Worlds in which everything is refused would prove nothing."""
    assert sum(merge_and_forget(seed) for seed in range(10)) >= 6


def test_refused_writes_leave_no_half_merger(without_reference):
    with transaction.atomic():
        world = World(random.Random(1))
        before = stored()
        with pytest.raises(ValidationError):
            merge_people(world.gone, world.kept, by=None, seen="another")
        assert stored() == before
        transaction.set_rollback(True)
