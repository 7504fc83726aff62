"""Roles begin, change and end through one door: what it checks, what it ends along, and what it leaves alone."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from registry.models import (
    Agent,
    Appointment,
    Coordinator,
    Municipality,
    Pairing,
    SituationStatement,
)
from registry.roles import end_role, save_role
from tests import factories
from tests.registry.helpers import codes, date, day, month_ends

pytestmark = pytest.mark.django_db

LIAISON, DUTIES, DEPUTY = Appointment.Kind.LIAISON, Appointment.Kind.DUTIES, Appointment.Kind.DEPUTY
BEING_NAMED, NONE = SituationStatement.Kind.BEING_NAMED, SituationStatement.Kind.NONE


@pytest.fixture(autouse=True)
def _midsummer():
    with time_machine.travel(dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def hailuoto(db):
    """A municipality where nothing has happened, of a region with records from 2021."""
    return factories.MunicipalityFactory(name_fi="Hailuoto", region=factories.RegionFactory())


@pytest.fixture
def leena(db):
    """Somebody without a role."""
    return factories.PersonFactory(given_name="Leena", family_name="Liesi")


def appointed(municipality, person, start, end=None, **fields):
    return Appointment(municipality=municipality, person=person, start=start, end=end, source="test", **fields)


def situation(municipality, on):
    return Municipality.objects.with_situation(on).get(pk=municipality.pk).situation


def periods(model, **where):
    return [(str(row.start), str(row.end or "–")) for row in model.objects.filter(**where).order_by("start_last", "pk")]


# --- Saving ----------------------------------------------------------------------------------------------------------


def test_save_role_appoints_a_liaison_and_records_who_did_it(hailuoto, leena, cast):
    role = save_role(appointed(hailuoto, leena, day("2026-05-01")), by=cast.kaisa.user)

    assert situation(hailuoto, dt.date(2026, 4, 30)) == "no_information"
    assert situation(hailuoto, dt.date(2026, 5, 1)) == "named"
    assert [(row.history_type, row.history_user, row.start_last) for row in role.history.all()] == [
        ("+", cast.kaisa.user, dt.date(2026, 5, 1))
    ]


def test_history_records_each_change_under_its_author(hailuoto, leena, cast):
    role = save_role(appointed(hailuoto, leena, day("2026-05-01")), by=cast.kaisa.user)
    role.title = "vapaa-aikasihteeri"
    save_role(role, by=cast.aino)
    end_role(role, on=day("2026-06-10"), by=None)

    assert [(row.history_type, row.history_user, row.title, row.end_last) for row in role.history.all()] == [
        ("~", None, "vapaa-aikasihteeri", dt.date(2026, 6, 10)),
        ("~", cast.aino, "vapaa-aikasihteeri", None),
        ("+", cast.kaisa.user, "", None),
    ]


@pytest.mark.parametrize("end", ["6/2026", "2026", "kesä 2026", "2027"])
def test_an_end_today_or_later_must_be_known_to_the_day(hailuoto, leena, end):
    with pytest.raises(ValidationError) as refused:
        save_role(appointed(hailuoto, leena, day("2026-01-01"), date(end)), by=None)

    assert codes(refused) == ["end_needs_day"]
    assert not Appointment.objects.filter(municipality=hailuoto).exists()


@pytest.mark.parametrize("end", ["15.6.2026", "14.6.2026", "31.12.2030", "5/2026", "kevät 2026", "2025"])
def test_a_past_end_may_be_known_to_a_year_and_a_coming_one_to_the_day(hailuoto, leena, end):
    save_role(appointed(hailuoto, leena, day("2024-01-01"), date(end)), by=None)

    assert Appointment.objects.get(municipality=hailuoto).end == date(end)


def test_the_same_person_cannot_hold_the_same_post_twice(cast, reference):
    with pytest.raises(ValidationError) as refused:
        save_role(appointed(reference.oulu, cast.leena, day("2026-01-01")), by=None)

    assert codes(refused) == ["overlap"]
    assert periods(Appointment, municipality=reference.oulu) == [("1.1.2022", "–")]


@pytest.mark.parametrize("end", ["1.1.2022", "31.12.2023", "2/2026"])
def test_a_post_with_an_end_overlaps_an_open_one(cast, reference, end):
    with pytest.raises(ValidationError) as refused:
        save_role(appointed(reference.oulu, cast.leena, day("2021-06-01"), date(end)), by=None)

    assert codes(refused) == ["overlap"]


def test_another_person_another_post_and_an_unknown_holder_may_hold_at_the_same_time(cast, reference):
    save_role(appointed(reference.oulu, cast.ahti, day("2022-01-01")), by=None)
    save_role(appointed(reference.oulu, cast.leena, day("2022-01-01"), kind=DUTIES), by=None)
    save_role(appointed(reference.hailuoto, cast.leena, day("2022-01-01")), by=None)
    save_role(appointed(reference.oulu, None, day("2022-01-01")), by=None)
    save_role(appointed(reference.oulu, None, day("2022-01-01")), by=None)

    assert Appointment.objects.current().count() == 6


def test_consecutive_posts_known_to_a_year_are_allowed(hailuoto, leena):
    save_role(appointed(hailuoto, leena, date("2018"), date("2020")), by=None)
    save_role(appointed(hailuoto, leena, date("2020"), date("2022")), by=None)
    save_role(appointed(hailuoto, leena, day("2023-01-01")), by=None)

    assert periods(Appointment, municipality=hailuoto) == [("2018", "2020"), ("2020", "2022"), ("1.1.2023", "–")]


@pytest.mark.parametrize("start", ["2019", "1.1.2020", "syksy 2019"])
def test_posts_that_certainly_overlap_by_the_year_are_refused(hailuoto, leena, start):
    save_role(appointed(hailuoto, leena, date("2018"), date("5/2020")), by=None)

    with pytest.raises(ValidationError) as refused:
        save_role(appointed(hailuoto, leena, date(start), date("2021")), by=None)

    assert codes(refused) == ["overlap"]


def test_saving_a_role_again_does_not_overlap_itself(cast):
    cast.leena_in_oulu.title = "sivistysjohtaja"

    assert save_role(cast.leena_in_oulu, by=None).title == "sivistysjohtaja"


def test_every_kind_of_row_refuses_its_own_overlap(cast, reference):
    oulu, north = reference.oulu, reference.pohjois_pohjanmaa
    pair = factories.PairingFactory(appointment=cast.leena_in_oulu, agent=cast.ahti_in_oulu, start=day("2022-02-01"))
    factories.SituationStatementFactory(municipality=oulu, kind=NONE, start=day("2021-01-01"))
    again = [
        Agent(municipality=oulu, person=cast.ahti, start=day("2020-01-01"), end=day("2022-01-01")),
        Pairing(appointment=pair.appointment, agent=pair.agent, start=day("2020-01-01"), end=day("2022-02-01")),
        Coordinator(person=cast.kaisa, region=north, start=day("2020-01-01"), end=day("2022-01-01")),
        SituationStatement(municipality=oulu, kind=NONE, source="x", start=day("2020-01-01"), end=day("2021-01-01")),
    ]
    for role in again:
        with pytest.raises(ValidationError) as refused:
            save_role(role, by=None)
        assert codes(refused) == ["overlap"], role
    for role in again:
        role.end = day("2020-12-31")
        save_role(role, by=None)
        assert role.pk is not None


def test_a_role_after_a_merger_is_refused_even_when_the_merger_came_meanwhile(reference, leena):
    municipality = Municipality.objects.get(pk=reference.hailuoto.pk)
    Municipality.objects.filter(pk=municipality.pk).update(successor=reference.oulu, merged_on=dt.date(2026, 1, 1))

    for end in (None, day("2026-01-01")):
        with pytest.raises(ValidationError) as refused:
            save_role(appointed(municipality, leena, day("2024-01-01"), end), by=None)
        assert codes(refused) == ["merged"]

    save_role(appointed(municipality, leena, day("2024-01-01"), day("2025-12-31")), by=None)


def test_a_pair_works_in_one_municipality(cast, reference):
    elsewhere = factories.AgentFactory(person=cast.ahti, municipality=reference.hailuoto)

    with pytest.raises(ValidationError) as refused:
        save_role(Pairing(appointment=cast.leena_in_oulu, agent=elsewhere, start=day("2024-01-01")), by=None)

    assert codes(refused) == ["other_municipality"]
    assert not Pairing.objects.exists()


def test_a_coordinators_area_is_in_the_coordinators_region(cast, reference):
    area = reference.keski_suomi.area_groups.first().areas.first()
    role = Coordinator(person=cast.kaisa, region=reference.pohjois_pohjanmaa, area=area, start=day("2024-01-01"))

    with pytest.raises(ValidationError) as refused:
        save_role(role, by=None)

    assert codes(refused) == ["other_region"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"start": day("2025-01-01"), "end": day("2024-12-31")}, ["ends_before_start"]),
        ({"kind": DEPUTY}, ["deputy_without_end"]),
        ({"kind": Appointment.Kind.FALLBACK}, ["fallback_without_reason"]),
        ({"kind": DEPUTY, "person": None}, ["deputy_without_end", "holder_unknown"]),
        ({"hours_per_week": 3, "percent": 10}, ["working_time_twice"]),
        ({"percent": 101}, ["max_value"]),
        ({"source": ""}, ["blank"]),
        ({"kind": "mayor"}, ["invalid_choice"]),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_own_code(hailuoto, leena, fields, expected):
    row = {"municipality": hailuoto, "person": leena, "start": day("2024-01-01"), "source": "test"} | fields

    with pytest.raises(ValidationError) as refused:
        save_role(Appointment(**row), by=None)

    assert codes(refused) == expected
    assert not Appointment.objects.filter(municipality=hailuoto).exists()


# --- What a naming and an end bring along ----------------------------------------------------------------------------


def test_naming_ends_what_was_said_of_the_municipality_on_the_day_before(hailuoto, leena, cast):
    none = factories.SituationStatementFactory(municipality=hailuoto, kind=NONE, start=day("2023-01-01"))
    coming = factories.SituationStatementFactory(
        municipality=hailuoto, kind=BEING_NAMED, start=day("2026-02-01"), end=day("2026-12-31")
    )
    over = factories.SituationStatementFactory(
        municipality=hailuoto, kind=NONE, start=date("2021"), end=date("kevät 2022")
    )

    role = save_role(appointed(hailuoto, leena, day("2026-05-01")), by=cast.kaisa.user)
    end_role(role, on=day("2026-06-10"), by=None)

    ends = {row.pk: row.end for row in hailuoto.statements.all()}
    assert ends == {none.pk: day("2026-04-30"), coming.pk: day("2026-04-30"), over.pk: date("kevät 2022")}
    assert none.history.first().history_user == cast.kaisa.user
    days = ["2026-01-31", "2026-02-01", "2026-04-30", "2026-05-01", "2026-06-10", "2026-06-11"]
    assert [situation(hailuoto, dt.date.fromisoformat(on)) for on in days] == [
        "none", "being_named", "being_named", "named", "named", "no_information",
    ]  # fmt: skip


def test_naming_leaves_what_is_said_of_a_later_time_and_of_other_municipalities(hailuoto, leena, reference):
    later = factories.SituationStatementFactory(municipality=hailuoto, kind=NONE, start=day("2026-05-01"))
    elsewhere = factories.SituationStatementFactory(municipality=reference.oulu, kind=NONE, start=day("2023-01-01"))
    consecutive = factories.SituationStatementFactory(
        municipality=hailuoto, kind=BEING_NAMED, start=date("2025"), end=day("2026-04-30")
    )

    save_role(appointed(hailuoto, leena, day("2026-05-01")), by=None)

    assert [SituationStatement.objects.get(pk=row.pk).end for row in (later, elsewhere, consecutive)] == [
        None, None, day("2026-04-30"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [DUTIES, DEPUTY])
def test_only_a_liaison_ends_what_was_said(hailuoto, leena, kind):
    none = factories.SituationStatementFactory(municipality=hailuoto, kind=NONE, start=day("2023-01-01"))

    save_role(appointed(hailuoto, leena, day("2026-05-01"), day("2026-07-01"), kind=kind), by=None)

    assert SituationStatement.objects.get(pk=none.pk).end is None


@pytest.fixture
def oulu_team(cast, reference):
    """Leena with her deputy and her pair, who also has an ended pair and one that starts after summer."""
    liaison, agent = cast.leena_in_oulu, cast.ahti_in_oulu
    other = factories.AgentFactory(municipality=reference.oulu)
    cast.deputy = factories.AppointmentFactory(
        municipality=reference.oulu, kind=DEPUTY, deputy_for=liaison, start=day("2026-06-01"), end=day("2026-08-31")
    )
    cast.pair = factories.PairingFactory(appointment=liaison, agent=agent, start=day("2023-01-01"))
    cast.old_pair = factories.PairingFactory(
        appointment=liaison, agent=other, start=day("2022-02-01"), end=date("syksy 2022")
    )
    return cast


def ends_of(*rows):
    return [type(row).objects.get(pk=row.pk).end for row in rows]


def test_pairs_and_deputies_end_with_the_liaison(oulu_team):
    team = oulu_team

    end_role(team.leena_in_oulu, on=day("2026-06-30"), by=team.kaisa.user)

    assert ends_of(team.leena_in_oulu, team.deputy, team.pair, team.old_pair, team.ahti_in_oulu) == [
        day("2026-06-30"), day("2026-06-30"), day("2026-06-30"), date("syksy 2022"), None,
    ]  # fmt: skip
    assert team.pair.history.first().history_user == team.kaisa.user


def test_pairs_end_with_the_agent_and_the_liaison_goes_on(oulu_team):
    team = oulu_team

    end_role(team.ahti_in_oulu, on=day("2026-06-14"), by=None)

    assert ends_of(team.ahti_in_oulu, team.pair, team.leena_in_oulu, team.deputy) == [
        day("2026-06-14"), day("2026-06-14"), None, day("2026-08-31"),
    ]  # fmt: skip


def test_end_role_says_how_the_municipality_stands_from_the_next_day(cast, reference):
    end_role(cast.leena_in_oulu, on=day("2026-06-14"), by=cast.aino, then=BEING_NAMED, source="puhelu 14.6.")

    statement = reference.oulu.statements.get()
    assert (statement.kind, statement.start, statement.end, statement.source) == (
        "being_named", day("2026-06-15"), None, "puhelu 14.6.",
    )  # fmt: skip
    assert statement.history.get().history_user == cast.aino
    assert situation(reference.oulu, dt.date(2026, 6, 14)) == "named"
    assert situation(reference.oulu, dt.date(2026, 6, 15)) == "being_named"


def test_an_end_without_a_word_is_no_information_and_never_none(cast, reference):
    end_role(cast.leena_in_oulu, on=day("2026-06-14"), by=None)

    assert situation(reference.oulu, dt.date(2026, 6, 15)) == "no_information"


def test_nothing_is_half_saved_when_the_statement_after_the_end_is_refused(oulu_team, reference):
    team = oulu_team
    standing = factories.SituationStatementFactory(
        municipality=reference.oulu, kind=NONE, start=day("2026-06-01"), end=day("2026-12-31")
    )
    before = [list(model.objects.order_by("pk").values()) for model in (Appointment, Pairing, SituationStatement)]
    n_history = [model.history.count() for model in (Appointment, Pairing, SituationStatement)]

    with pytest.raises(ValidationError) as refused:
        end_role(team.leena_in_oulu, on=day("2026-06-14"), by=None, then=NONE)

    assert codes(refused) == ["overlap"]
    assert [
        list(model.objects.order_by("pk").values()) for model in (Appointment, Pairing, SituationStatement)
    ] == before
    assert [model.history.count() for model in (Appointment, Pairing, SituationStatement)] == n_history
    assert ends_of(standing) == [day("2026-12-31")]


def test_an_end_that_is_refused_leaves_pairs_and_deputies_as_they_were(oulu_team):
    with pytest.raises(ValidationError) as refused:
        end_role(oulu_team.leena_in_oulu, on=date("2026"), by=None)

    assert codes(refused) == ["end_needs_day"]
    assert ends_of(oulu_team.leena_in_oulu, oulu_team.deputy, oulu_team.pair) == [None, day("2026-08-31"), None]


def test_ending_changes_today_and_no_earlier_date(oulu_team, reference):
    past = month_ends(2021, 2026)[:65]  # up to 31.5.2026
    everything = [dict(Municipality.objects.with_situation(on).values_list("code", "situation")) for on in past]
    assert everything[-1]["564"] == "named"

    end_role(oulu_team.leena_in_oulu, on=day("2026-06-14"), by=None, then=NONE)

    assert [dict(Municipality.objects.with_situation(on).values_list("code", "situation")) for on in past] == everything
    assert situation(reference.oulu, dt.date(2026, 6, 15)) == "none"


def test_a_role_ends_at_midnight_in_helsinki(cast, reference):
    end_role(cast.leena_in_oulu, on=day("2026-06-30"), by=None)

    with time_machine.travel(dt.datetime(2026, 6, 30, 20, 59, tzinfo=dt.UTC), tick=False):
        assert Appointment.objects.get(pk=cast.leena_in_oulu.pk).is_current
        assert list(Appointment.objects.current()) == [cast.leena_in_oulu]
    with time_machine.travel(dt.datetime(2026, 6, 30, 21, 1, tzinfo=dt.UTC), tick=False):
        assert not Appointment.objects.get(pk=cast.leena_in_oulu.pk).is_current
        assert list(Appointment.objects.current()) == []


def test_an_agents_stage_follows_its_dates(reference):
    agent = factories.AgentFactory(
        municipality=reference.oulu, start=day("2024-01-01"), trained=date("kevät 2024"), active=day("2024-09-01"),
        end=day("2026-06-14"),
    )  # fmt: skip

    days = ["2024-05-30", "2024-05-31", "2024-08-31", "2024-09-01", "2026-06-14", "2026-06-15"]
    assert [agent.stage_on(dt.date.fromisoformat(on)) for on in days] == [
        "candidate", "trained", "trained", "active", "active", "ended",
    ]  # fmt: skip
    assert agent.stage == "ended"
