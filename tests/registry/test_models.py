"""What must never be is refused by the database itself, whichever way a row is written.

Each case goes past every validation (bulk_create, update): only the constraint
stands in the way. A new constraint without a case fails here.
"""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from accounts.models import User
from registry.models import (
    ActingEntry,
    Agent,
    AgentTraining,
    Appointment,
    Area,
    AreaGroup,
    AreaMembership,
    AssociationContact,
    ChangedRow,
    ChangeSet,
    Channel,
    Consent,
    ContactEntry,
    Coordinator,
    FigureSeries,
    GrantPeriod,
    Handover,
    ImportMapping,
    ImportRow,
    ImportRun,
    Municipality,
    Pairing,
    Population,
    Premises,
    PublishedFigure,
    QualityException,
    Region,
    RegionMembership,
    SharedMailbox,
    SiteState,
    SituationStatement,
    Task,
)
from tests import factories
from tests.registry.helpers import date, day

pytestmark = pytest.mark.django_db
EARLIER, LATER = dt.date(2025, 1, 1), dt.date(2026, 1, 1)


@pytest.fixture
def world():
    """One row of everything that the cases change or repeat."""
    region = factories.RegionFactory()
    municipality = factories.MunicipalityFactory(region=region)
    person = factories.PersonFactory(region=region)
    area = Area.objects.create(
        group=AreaGroup.objects.create(key="g", region=region, name_fi="Jako"), code="a", name_fi="Alue"
    )
    appointment = factories.AppointmentFactory(municipality=municipality, person=person)
    agent = factories.AgentFactory(municipality=municipality, person=person)
    figure = PublishedFigure.objects.create(
        key="f", series=FigureSeries.objects.create(key="s", name_fi="Sarja"), region=region, published_on=LATER,
        reference_year=2025, statistic="count", value=7, out_of=30, unit_fi="kuntaa", source="x",
    )  # fmt: skip
    place = {"municipality": municipality}
    AreaMembership.objects.create(**place, area=area)
    Population.objects.create(**place, year=2020, residents=1, source="x")
    factories.SituationStatementFactory(**place)
    AgentTraining.objects.create(agent=agent, name="Alku", completed=day("2024-01-01"))
    factories.PairingFactory(appointment=appointment, agent=agent)
    factories.CoordinatorFactory(person=person, region=region)
    factories.CoordinatorFactory(person=person, region=region, area=area)
    Consent.objects.create(person=person, field="name", means="paper", given_on=LATER)
    SharedMailbox.objects.create(**place, post="x", email="x@example.org")
    GrantPeriod.objects.create(**place, name="Haku", closes_on=LATER)
    Premises.objects.create(**place, name="Tupa")
    Channel.objects.create(**place, name="Sivut", kind="website")
    AssociationContact.objects.create(
        association=factories.AssociationFactory(municipality=municipality), name="N", source="x", basis="given",
        obtained_on=LATER,
    )  # fmt: skip
    Handover.objects.create(region=region, appointment=appointment)
    ActingEntry.objects.create(region=region, **place, kind="looked")
    step = ChangeSet.objects.create(kind="merge", subject="x", region=region)
    ChangedRow.objects.create(change_set=step, table="x", row_pk=1, digest="x")
    ContactEntry.objects.create(region=region, **place, about="x")
    for where in (region, None):
        ImportMapping.objects.create(target="x", region=where, source="x")
    ImportRow.objects.create(run=ImportRun.objects.create(target="x", file_name="x"), number=1)
    QualityException.objects.create(region=region, check_key="x", subject="x", until=LATER, reason="x")
    Task.objects.create(kind="vacancy", title="x", region=region, **place)
    factories.UserFactory(email="sama@example.org")
    return SimpleNamespace(region=region, municipality=municipality, person=person, area=area, figure=figure)


def change(table, **columns):
    """A case that writes these columns into every row of `table`."""
    return lambda world: table.objects.update(**columns)


def repeat(table, **changes):
    """A case that writes a row of `table` once more, with other values where `changes` says so."""

    def case(world):
        row = table.objects.order_by("pk").last()
        row.pk = None
        for name, value in changes.items():
            setattr(row, name, value)
        table.objects.bulk_create([row])

    return case


def upside_down(prefix):
    """Columns of a date whose last day is before its first."""
    return {f"{prefix}_first": LATER, f"{prefix}_last": EARLIER, f"{prefix}_precision": "year"}


def ended_before(table):
    """A case in which a period ends before it began."""
    return change(table, start_first=LATER, start_last=LATER, end_first=EARLIER, end_last=EARLIER, end_precision="day")


def appoint(world, **fields):
    row = {"municipality": world.municipality, "person": factories.PersonFactory(), "start": factories.LONG_AGO}
    Appointment.objects.bulk_create([Appointment(**row | {"source": "x"} | fields)])


NOT_VALID = {"valid_from": LATER, "valid_to": EARLIER}
PERIODS = {Agent, Appointment, Coordinator, Pairing, SituationStatement}
VALIDITIES = {AreaMembership, Channel, GrantPeriod, Premises, RegionMembership, SharedMailbox}

CASES = {
    "account_address_once": lambda world: User.objects.bulk_create([User(email="SAMA@example.org")]),
    "acting_entry_source_of_acts": change(ActingEntry, source="phone"),
    "agent_active": change(Agent, **upside_down("active")),
    "agent_open_once": repeat(Agent),
    "agent_trained": change(Agent, **upside_down("trained")),
    "appointment_open_once": repeat(Appointment),
    "area_code_once_in_group": repeat(Area, name_fi="Toinen"),
    "area_membership_open_once": repeat(AreaMembership),
    "association_contact_says_something": change(AssociationContact, name="", email="", phone=""),
    "changed_row_once_in_step": repeat(ChangedRow),
    "changed_row_says_something": change(ChangedRow, digest=""),
    "consent_in_force_once": repeat(Consent, means="phone"),
    "contact_entry_next_step_named": change(ContactEntry, next_step_on=LATER),
    "contact_entry_with_somebody": change(ContactEntry, municipality=None),
    "coordinator_of_area_open_once": repeat(Coordinator),
    "coordinator_of_region_open_once": repeat(Coordinator, area=None),
    "deputy_has_expiry": lambda world: appoint(world, kind="deputy"),
    "fallback_has_reason": lambda world: appoint(world, kind="fallback", fallback_reason=""),
    "grant_period_in_order": change(GrantPeriod, opens_on=LATER, closes_on=EARLIER),
    "handover_of_one_role": change(Handover, appointment=None),
    "holder_known_where_needed": lambda world: appoint(world, kind="fallback", fallback_reason="x", person=None),
    "import_mapping_once_for_all": repeat(ImportMapping, region=None),
    "import_mapping_once_in_region": lambda world: ImportMapping.objects.bulk_create(
        [ImportMapping(target="x", region=world.region, source="x")]
    ),
    "import_row_once": repeat(ImportRow),
    "membership_open_once": repeat(RegionMembership, valid_from=LATER),
    "municipality_merger_whole": change(Municipality, merged_on=LATER),
    "municipality_not_own_successor": change(Municipality, merged_on=LATER, successor=models.F("pk")),
    "pairing_open_once": repeat(Pairing),
    "population_once_a_year": repeat(Population, residents=2),
    "published_count_within_n": change(PublishedFigure, value=31),
    "published_figure_not_own_correction": change(PublishedFigure, supersedes=models.F("pk")),
    "quality_exception_once": repeat(QualityException),
    "region_has_a_language": change(Region, has_finnish=False, has_swedish=False, has_english=False),
    "region_reviews_documents_in_a_month": change(Region, document_review_month=13),
    "site_state_one_row": lambda world: SiteState.objects.bulk_create([SiteState(pk=2)]),
    "statement_open_once": repeat(SituationStatement),
    "task_of_pair_has_municipality": lambda world: Task.objects.bulk_create([Task(title="x", audience="pair")]),
    "training_completed": change(AgentTraining, **upside_down("completed")),
    "vacancy_task_open_once": repeat(Task),
    "working_time_one_way": change(Appointment, hours_per_week=3, percent=10),
    **{f"registry_{table._meta.model_name}_start": change(table, **upside_down("start")) for table in PERIODS},
    **{f"registry_{table._meta.model_name}_end": change(table, **upside_down("end")) for table in PERIODS},
    **{f"registry_{table._meta.model_name}_not_ended_before": ended_before(table) for table in PERIODS},
    **{f"registry_{table._meta.model_name}_valid_in_order": change(table, **NOT_VALID) for table in VALIDITIES},
}


def constraints():
    return {
        constraint.name: constraint
        for app in ("registry", "accounts")
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }


def test_every_constraint_has_a_case():
    assert set(CASES) == set(constraints())


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_database_itself_refuses(world, name):
    constraint = constraints()[name]

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        CASES[name](world)

    if connection.vendor == "postgresql" or isinstance(constraint, models.CheckConstraint):
        assert re.search(rf"\b{name}\b", str(refused.value))
    else:  # SQLite names the columns of a unique index, or an index of expressions
        assert all(f".{column}" in str(refused.value) for column in constraint.fields) or name in str(refused.value)
        assert "UNIQUE" in str(refused.value)


# --- What the constraints must let through ---------------------------------------------------------------------------


def test_an_ended_row_does_not_stand_in_the_way_of_a_new_one(world):
    ended = {"end_first": LATER, "end_last": LATER, "end_precision": "day"}
    for table in PERIODS:
        table.objects.update(**ended)
        rows = list(table.objects.all())
        for row in rows:
            row.pk, row.end = None, None
        table.objects.bulk_create(rows)
        assert table.objects.filter(end_last__isnull=True).count() == len(rows), table


def test_two_liaisons_whose_names_are_not_known_may_stand_side_by_side(world):
    appoint(world, person=None)
    appoint(world, person=None)

    assert world.municipality.appointments.filter(person=None).count() == 2


def test_a_period_ends_at_the_earliest_on_the_first_day_on_which_it_may_have_begun(world):
    begun = {"start_first": EARLIER, "start_last": dt.date(2025, 12, 31), "start_precision": "year"}
    Appointment.objects.update(**begun, end_first=EARLIER, end_last=EARLIER, end_precision="day")

    row = Appointment.objects.get()
    assert (row.start, row.end) == (date("2025"), day("2025-01-01"))
    assert [row.is_current_on(EARLIER + dt.timedelta(days=n)) for n in (-1, 0, 1)] == [False, True, False]


def test_a_fact_that_holds_one_day_and_one_that_always_holds(world):
    Channel.objects.update(valid_from=LATER, valid_to=LATER)

    assert [Channel.objects.current_on(LATER + dt.timedelta(days=n)).exists() for n in (-1, 0, 1)] == [
        False,
        True,
        False,
    ]
    assert SharedMailbox.objects.get().is_valid_on(dt.date.min)
    assert SharedMailbox.objects.get().is_valid_on(dt.date.max)
