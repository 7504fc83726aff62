"""Rights follow from today's roles: before the role, while it lasts, after it; and reach the role's region only."""

import datetime as dt

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import WORK_IN_ADMIN, User
from registry import models
from registry.access import coordinators_rights
from registry.models.scope import ScopedQuerySet, coordinated_region_ids
from tests import factories
from tests.registry.helpers import day

pytestmark = pytest.mark.django_db
A_DAY = dt.date(2026, 1, 1)


def again(user):
    """The same account in a new request."""
    return User.objects.get(pk=user.pk)


# --- Permissions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "has_rights"),
    [
        ("2026-05-31T20:59", False),  # 31.5. at 23.59 in Helsinki
        ("2026-05-31T21:01", True),  # 1.6. at 0.01
        ("2026-06-15T09:00", True),
        ("2026-06-30T20:59", True),
        ("2026-06-30T21:01", False),
    ],
)
def test_permissions_last_as_long_as_the_role(moment, has_rights):
    account = factories.UserFactory()
    role = factories.CoordinatorFactory(person__user=account, start=day("2026-06-01"), end=day("2026-06-30"))

    with time_machine.travel(dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC), tick=False):
        user = again(account)
        assert user.get_all_permissions() == (set(coordinators_rights()) if has_rights else set())
        assert user.is_staff is has_rights
        assert user.has_perm(WORK_IN_ADMIN) is has_rights
        assert user.has_perm("registry.change_person") is has_rights
        assert user.has_module_perms("registry") is has_rights
        assert coordinated_region_ids(user) == ({role.region_id} if has_rights else set())
        assert list(models.Region.objects.editable_by(user)) == ([role.region] if has_rights else [])


def test_rights_given_in_the_frameworks_own_tables_count_for_nothing_and_are_not_even_read(cast):
    cast.stranger.user_permissions.add(Permission.objects.get(codename="work_in_admin"))
    stranger = again(cast.stranger)

    with CaptureQueriesContext(connection) as captured:
        assert (stranger.is_staff, stranger.has_module_perms("registry")) == (False, False)

    assert ["auth_" in query["sql"] for query in captured] == [False]


def test_a_coordinator_deletes_nothing_and_touches_no_accounts_or_reference_data(cast):
    kaisa = cast.kaisa.user

    # But of the survey's drafts, with which nothing has been asked yet.
    assert not {perm for perm in kaisa.get_all_permissions() if perm.startswith("registry.delete_")}
    for perm in [
        "registry.delete_person", "accounts.view_user", "accounts.change_user", "registry.add_region",
        "registry.change_publishedfigure", "registry.add_coordinator", "registry.change_coordinator",
        "registry.change_regionmembership", "registry.change_consent", "registry.add_municipality",
        "registry.change_pagetext",
    ]:  # fmt: skip
        assert not kaisa.has_perm(perm), perm
    assert not kaisa.has_module_perms("accounts")


@pytest.mark.parametrize("who", ["leena", "ahti", "stranger"])
def test_liaisons_agents_and_strangers_have_no_rights_in_the_administration(cast, who):
    user = getattr(cast, who)
    user = user if isinstance(user, User) else user.user

    assert user.get_all_permissions() == set()
    assert (user.is_staff, user.has_module_perms("registry")) == (False, False)
    assert not models.Person.objects.editable_by(user).exists()


def test_a_closed_account_has_no_rights_whatever_its_roles(cast):
    for user in (cast.kaisa.user, cast.aino):
        User.objects.filter(pk=user.pk).update(is_active=False)
        closed = again(user)

        assert (closed.is_staff, closed.has_perm("registry.view_person")) == (False, False)
        assert not models.Person.objects.editable_by(closed).exists()


def test_nobody_signed_in_edits_nothing(cast):
    assert not models.Municipality.objects.editable_by(AnonymousUser()).exists()
    assert not AnonymousUser().has_perm(WORK_IN_ADMIN)


def test_an_administrator_edits_everything(cast):
    assert cast.aino.is_staff
    assert models.Municipality.objects.editable_by(cast.aino).count() == 53
    assert models.Person.objects.editable_by(cast.aino).count() == 4


def test_a_coordinator_of_an_area_reaches_the_whole_region(cast, reference):
    area = reference.keski_suomi.area_groups.first().areas.first()
    factories.CoordinatorFactory(person__user=cast.stranger, region=reference.keski_suomi, area=area)

    assert models.Municipality.objects.editable_by(again(cast.stranger)).count() == 22


def test_a_municipality_that_moved_is_edited_where_it_is_today(cast, reference):
    for region, is_editable in ((reference.keski_suomi, False), (models.Region.objects.get(slug="pirkanmaa"), True)):
        user = factories.UserFactory()
        factories.CoordinatorFactory(person__user=user, region=region)
        assert models.Municipality.objects.editable_by(user).filter(code="291").exists() is is_editable


def test_roles_are_asked_from_the_database_once_a_request(cast):
    kaisa = again(cast.kaisa.user)

    with CaptureQueriesContext(connection) as queries:
        assert kaisa.is_staff
        assert kaisa.has_perm("registry.change_agent", None)
        assert kaisa.has_module_perms("registry")
        assert coordinated_region_ids(kaisa)
    assert sum("registry_coordinator" in query["sql"] for query in queries) == 1


# --- Whose rows ------------------------------------------------------------------------------------------------------


def one_of_everything(region):
    """Make one row of every scoped table in `region`; return {model: row}."""
    municipality = factories.MunicipalityFactory(region=region)
    person = factories.PersonFactory(region=region)
    group = models.AreaGroup.objects.create(key=f"g{region.pk}", region=region, name_fi="Jako")
    area = models.Area.objects.create(group=group, code="a", name_fi="Alue")
    appointment = factories.AppointmentFactory(municipality=municipality, person=person)
    agent = factories.AgentFactory(municipality=municipality, person=person)
    association = factories.AssociationFactory(municipality=municipality)
    series, _new = models.FigureSeries.objects.get_or_create(key="s", defaults={"name_fi": "Sarja"})
    rows = [
        region, group, area, municipality, person, appointment, agent, association,
        municipality.memberships.get(),
        models.AreaMembership.objects.create(municipality=municipality, area=area),
        models.Population.objects.create(municipality=municipality, year=2020, residents=1, source="x"),
        models.Consent.objects.create(person=person, field="name", means="paper", given_on=A_DAY),
        models.SharedMailbox.objects.create(municipality=municipality, post="Toimisto", email="t@example.org"),
        factories.SituationStatementFactory(municipality=municipality),
        models.AgentTraining.objects.create(agent=agent, name="Alku", completed=day("2022-01-01")),
        factories.PairingFactory(appointment=appointment, agent=agent),
        factories.CoordinatorFactory(region=region, person=person),
        models.AssociationContact.objects.create(
            association=association, name="N", source="x", basis="given", obtained_on=A_DAY
        ),
        models.GrantPeriod.objects.create(municipality=municipality, name="Haku", closes_on=A_DAY),
        models.Premises.objects.create(municipality=municipality, name="Tupa"),
        models.Channel.objects.create(municipality=municipality, name="Sivut", kind="website"),
        models.PublishedFigure.objects.create(
            key=f"own-{region.pk}", series=series, region=region, published_on=A_DAY, reference_year=2025,
            statistic="count", value=1, unit_fi="kpl", source="x",
        ),
        models.Feedback.objects.create(kind="other", region=region, message="x", answer_by=A_DAY),
        models.Task.objects.create(title="Tee", region=region),
        models.ContactEntry.objects.create(region=region, municipality=municipality, about="x"),
        models.Handover.objects.create(region=region, appointment=appointment),
        models.ActingEntry.objects.create(region=region, municipality=municipality, kind="looked"),
        models.ColleagueQuestion.objects.create(region=region, municipality=municipality, asker=person, text="x"),
        models.AssociationLetter.objects.create(municipality=municipality, subject="x", text="x"),
        models.ChangeSet.objects.create(kind="import", subject="x", region=region),
        models.ImportMapping.objects.create(target="x", region=region, source="x"),
        models.ImportRun.objects.create(target="x", region=region, file_name="x.csv"),
        models.ExportLog.objects.create(table="x", region=region, file_format="csv", n_rows=1),
        models.QualityException.objects.create(
            region=region, check_key="x", subject="x", until=A_DAY, reason="x"
        ),
    ]  # fmt: skip
    return {type(row): row for row in rows}


def scoped_models():
    tables = apps.get_app_config("registry").get_models()
    return {table for table in tables if isinstance(table._default_manager.all(), ScopedQuerySet)}


def test_every_scoped_table_shows_a_coordinator_the_rows_of_the_own_region_only():
    ours, theirs = (one_of_everything(factories.RegionFactory()) for _region in range(2))
    assert set(ours) == scoped_models()
    coordinator, both = factories.UserFactory(), factories.UserFactory()
    for user, rows in ((coordinator, ours), (both, ours), (both, theirs)):
        person, _new = models.Person.objects.get_or_create(
            user=user, defaults={"given_name": "K", "family_name": "K", "region": rows[models.Region]}
        )
        factories.CoordinatorFactory(region=rows[models.Region], person=person)

    for table in ours:
        editable = table.objects.editable_by(coordinator)
        assert ours[table] in editable, table
        assert theirs[table] not in editable, table
        assert editable.count() == len(set(editable)), table
        assert {ours[table], theirs[table]} <= set(table.objects.editable_by(both)), table
        assert not table.objects.editable_by(factories.UserFactory()).exists(), table


def test_feedback_and_tasks_of_no_region_are_for_administrators(cast):
    models.Feedback.objects.create(kind="other", message="x", answer_by=A_DAY)
    models.Task.objects.create(title="Tee")

    for table in (models.Feedback, models.Task):
        assert table.objects.editable_by(cast.aino).count() == 1
        assert table.objects.editable_by(cast.kaisa.user).count() == 0


def test_a_person_is_seen_where_the_record_is_kept_and_where_a_role_is_held(cast, reference):
    factories.AgentFactory(person=cast.ahti, municipality=reference.jyvaskyla)

    seen = {user: cast.ahti in models.Person.objects.editable_by(user.user) for user in (cast.kaisa, cast.outi)}

    assert seen == {cast.kaisa: True, cast.outi: True}
    assert cast.leena not in models.Person.objects.editable_by(cast.outi.user)
