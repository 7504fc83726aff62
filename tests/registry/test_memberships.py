"""Municipalities move between regions and merge; what was, stays, and an old address leads on."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from registry.figures import situation_over_time
from registry.memberships import merge_municipality, move_municipality, save_membership
from registry.models import (
    Agent,
    Appointment,
    Area,
    AreaMembership,
    Municipality,
    Pairing,
    Region,
    RegionMembership,
    SituationStatement,
    Task,
)
from registry.places import Place, find_place
from tests import factories
from tests.registry.helpers import codes, day, month_ends

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)
MERGED_ON = dt.date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _midsummer():
    with time_machine.travel(dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC), tick=False):
        yield


def n_members(region, on):
    return Municipality.objects.members_of(region, on).count()


def home(municipality, on):
    return str(municipality.memberships.current_on(on).get().region)


def stays(municipality):
    rows = municipality.memberships.order_by("-valid_to")
    return sorted((str(row.region), str(row.valid_from), str(row.valid_to)) for row in rows)


# --- Belonging and moving --------------------------------------------------------------------------------------------


def test_vaala_was_in_kainuu_until_2015_and_made_the_region_thirty(reference):
    assert home(reference.vaala, dt.date(2015, 12, 31)) == "Kainuu"
    assert home(reference.vaala, dt.date(2016, 1, 1)) == "Pohjois-Pohjanmaa"
    assert n_members(reference.pohjois_pohjanmaa, dt.date(2015, 12, 31)) == 29
    assert n_members(reference.pohjois_pohjanmaa, dt.date(2016, 1, 1)) == 30


def test_kuhmoinen_left_keski_suomi_with_twenty_two(reference):
    assert home(reference.kuhmoinen, dt.date(2020, 12, 31)) == "Keski-Suomi"
    assert home(reference.kuhmoinen, dt.date(2021, 1, 1)) == "Pirkanmaa"
    assert n_members(reference.keski_suomi, dt.date(2020, 12, 31)) == 23
    assert n_members(reference.keski_suomi, dt.date(2021, 1, 1)) == 22
    members = Municipality.objects.members_of(reference.keski_suomi, dt.date(2021, 1, 1))
    assert (reference.kuhmoinen in members, members.count()) == (False, 22)


def test_a_municipality_moves_and_its_roles_and_past_stay(cast, reference):
    north, central, oulu = reference.pohjois_pohjanmaa, reference.keski_suomi, reference.oulu
    move_municipality(oulu, central, on=dt.date(2026, 7, 1), by=cast.aino, note="laki 1/2026")

    assert stays(oulu) == [("Keski-Suomi", "2026-07-01", "None"), ("Pohjois-Pohjanmaa", "None", "2026-06-30")]
    assert [n_members(north, on) for on in (dt.date(2026, 6, 30), dt.date(2026, 7, 1))] == [30, 29]
    assert not AreaMembership.objects.filter(municipality=oulu).current_on(dt.date(2026, 7, 1)).exists()
    assert AreaMembership.objects.filter(municipality=oulu).current_on(dt.date(2026, 6, 30)).count() > 0
    assert Appointment.objects.get(pk=cast.leena_in_oulu.pk).end is None
    assert {row.history.first().history_user for row in oulu.memberships.all()} == {cast.aino}
    assert oulu.memberships.get(region=central).note == "laki 1/2026"


@pytest.mark.parametrize(
    ("since", "until"),
    [(None, None), (None, "2016-01-01"), ("2016-01-01", None), ("2019-01-01", "2019-01-01"), ("2030-01-01", None)],
)
def test_a_municipality_cannot_belong_to_two_regions_on_one_day(reference, since, until):
    north, vaala = reference.pohjois_pohjanmaa, reference.vaala
    before = stays(vaala)
    membership = RegionMembership(
        municipality=vaala,
        region=north,
        valid_from=since and dt.date.fromisoformat(since),
        valid_to=until and dt.date.fromisoformat(until),
    )

    with pytest.raises(ValidationError) as refused:
        save_membership(membership, by=None)

    assert set(codes(refused)) == {"overlap"}
    assert stays(vaala) == before


def test_a_stay_is_changed_without_overlapping_itself(reference):
    kainuu = reference.vaala.memberships.get(valid_from=None)
    kainuu.valid_to = dt.date(2015, 6, 30)

    save_membership(kainuu, by=None)

    assert stays(reference.vaala)[0] == ("Kainuu", "None", "2015-06-30")


def test_an_end_before_the_start_is_refused_with_its_code(reference):
    membership = reference.vaala.memberships.get(valid_to=None)
    membership.valid_to = dt.date(2015, 12, 31)

    with pytest.raises(ValidationError) as refused:
        save_membership(membership, by=None)

    assert codes(refused) == ["ends_before_start"]


def test_one_area_of_a_grouping_at_a_time_and_areas_of_several_groupings_at_once(reference):
    own = reference.oulu.area_memberships.filter(area__group__key="seutukunnat-17").get()
    sibling = Area.objects.filter(group=own.area.group).exclude(pk=own.area_id).first()

    with pytest.raises(ValidationError) as refused:
        save_membership(AreaMembership(municipality=reference.oulu, area=sibling), by=None)

    assert codes(refused) == ["overlap"]
    own.valid_to = dt.date(2025, 12, 31)
    save_membership(own, by=None)
    save_membership(AreaMembership(municipality=reference.oulu, area=sibling, valid_from=dt.date(2026, 1, 1)), by=None)
    assert reference.oulu.area_memberships.current().filter(area__group=sibling.group).get().area == sibling
    assert reference.oulu.area_memberships.current().count() > 1


def test_a_move_into_a_planned_later_stay_is_refused_and_nothing_ends(reference):
    before = stays(reference.vaala)

    with pytest.raises(ValidationError) as refused:
        move_municipality(reference.vaala, reference.keski_suomi, on=dt.date(2015, 6, 1), by=None)

    assert set(codes(refused)) == {"overlap"}
    assert stays(reference.vaala) == before
    assert RegionMembership.history.filter(municipality_id=reference.vaala.pk).count() == 2


# --- Merging ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def busy_hailuoto(cast, reference):
    """Hailuoto with one of everything: current, past and known to a year only."""
    hailuoto = reference.hailuoto
    cast.liaison = factories.AppointmentFactory(municipality=hailuoto, person=cast.leena, start=day("2024-03-01"))
    factories.AppointmentFactory(municipality=hailuoto, start=day("2021-01-01"), end=day("2023-05-31"))
    factories.SituationStatementFactory(municipality=hailuoto, start=day("2023-06-01"), end=day("2024-02-29"))
    factories.SituationStatementFactory(municipality=hailuoto, kind="being_named", start=day("2024-02-01"))
    cast.agent = factories.AgentFactory(municipality=hailuoto, start=day("2024-05-01"))
    factories.AgentFactory(municipality=hailuoto, start=day("2021-02-01"), end=day("2022-02-01"))
    cast.pair = factories.PairingFactory(appointment=cast.liaison, agent=cast.agent, start=day("2024-06-01"))
    return hailuoto


def the_past(region, last):
    """Everything that can be told of the days up to `last`."""
    days = [on for on in month_ends(2015, 2025)[2::3] if on <= last]
    return {
        "situations": [list(Municipality.objects.with_situation(on).values_list("code", "situation")) for on in days],
        "figures": situation_over_time(region, days),
        "members": [list(RegionMembership.objects.current_on(on).values_list("municipality", "region")) for on in days],
        "areas": [set(AreaMembership.objects.current_on(on).values_list("municipality", "area")) for on in days],
        "roles": [
            [sorted(model.objects.current_on(on).values_list("pk", flat=True)) for on in days]
            for model in (Appointment, SituationStatement, Agent, Pairing)
        ],
    }


def test_a_merger_moves_nothing_out_of_the_past(busy_hailuoto, reference):
    region, last = reference.pohjois_pohjanmaa, MERGED_ON - dt.timedelta(days=1)
    before = the_past(region, last)
    assert before["figures"][-1].counts == {"named": 2, "no_information": 28}

    merge_municipality(busy_hailuoto, reference.oulu, on=MERGED_ON, by=None)

    assert the_past(region, last) == before
    assert situation_over_time(region, [MERGED_ON])[0].counts == {"named": 1, "no_information": 28}


def test_a_merger_ends_what_was_in_force_the_day_before_and_names_the_successor(busy_hailuoto, cast, reference):
    merge_municipality(busy_hailuoto, reference.oulu, on=MERGED_ON, by=cast.aino)

    merged = Municipality.objects.get(pk=busy_hailuoto.pk)
    assert (merged.successor, merged.merged_on, merged.code) == (reference.oulu, MERGED_ON, "072")
    assert merged.history.first().history_user == cast.aino
    last_day = day("2025-12-31")
    for rows in (merged.appointments, merged.statements, merged.agents, Pairing.objects):
        assert not rows.current_on(MERGED_ON).exists()
        assert all(row.end == last_day for row in rows.current_on(last_day.last))
    assert stays(merged) == [("Pohjois-Pohjanmaa", "None", "2025-12-31")]
    assert cast.pair.history.first().history_user == cast.aino
    assert Appointment.objects.get(pk=cast.leena_in_oulu.pk).end is None


def test_a_merger_asks_the_coordinators_to_appoint_anew(busy_hailuoto, cast, reference):
    merge_municipality(busy_hailuoto, reference.oulu, on=MERGED_ON, by=cast.aino)

    tasks = Task.objects.order_by("url_name")
    assert [(t.kind, t.title, t.region, t.municipality, t.due_on, t.url_name, t.url_args) for t in tasks] == [
        ("merged_role", "Hailuoto → Oulu", reference.pohjois_pohjanmaa, reference.oulu, MERGED_ON, *where)
        for where in [
            ("admin:registry_agent_change", [cast.agent.pk]),
            ("admin:registry_appointment_change", [cast.liaison.pk]),
        ]
    ]
    assert {task.created_by for task in tasks} == {cast.aino}


def test_a_merger_that_cannot_be_is_refused_and_nothing_changes(reference, cast):
    oulu, hailuoto, vaala = reference.oulu, reference.hailuoto, reference.vaala
    homeless = factories.MunicipalityFactory()
    merge_municipality(vaala, oulu, on=MERGED_ON, by=None)
    before = the_past(reference.pohjois_pohjanmaa, dt.date(2025, 12, 31))

    for municipality, successor, code in [
        (hailuoto, hailuoto, "own_successor"),
        (hailuoto, vaala, "merged"),
        (vaala, hailuoto, "merged"),
        (hailuoto, homeless, "no_membership"),
    ]:
        with pytest.raises(ValidationError) as refused:
            merge_municipality(municipality, successor, on=MERGED_ON, by=None)
        assert codes(refused) == [code]

    assert the_past(reference.pohjois_pohjanmaa, dt.date(2025, 12, 31)) == before
    assert Municipality.objects.filter(successor__isnull=False).get() == vaala
    assert stays(hailuoto) == [("Pohjois-Pohjanmaa", "None", "None")]


def test_a_second_merger_is_refused_also_to_somebody_with_an_old_copy(reference):
    old_copy = Municipality.objects.get(pk=reference.hailuoto.pk)
    merge_municipality(reference.hailuoto, reference.oulu, on=MERGED_ON, by=None)

    with pytest.raises(ValidationError) as refused:
        merge_municipality(old_copy, reference.vaala, on=MERGED_ON, by=None)

    assert codes(refused) == ["merged"]
    assert Municipality.objects.get(pk=old_copy.pk).successor == reference.oulu


# --- Addresses after a move or a merger ------------------------------------------------------------------------------


def found(region_slug, slug, on=TODAY):
    return find_place(region_slug, slug, on)


def test_find_place_knows_the_present_address_with_the_situation(cast, reference):
    place = found("pohjois-pohjanmaa", "oulu")

    assert place == Place(reference.oulu, reference.pohjois_pohjanmaa, is_old=False)
    assert (place.municipality.situation, place.municipality.population_year) == ("named", 2022)


def test_find_place_leads_from_a_former_region_to_the_present_one(reference):
    assert found("kainuu", "vaala") == Place(reference.vaala, reference.pohjois_pohjanmaa, is_old=True)


def test_find_place_leads_from_a_merged_municipality_to_its_successor(reference):
    merge_municipality(reference.hailuoto, reference.oulu, on=MERGED_ON, by=None)
    home = Place(reference.oulu, reference.pohjois_pohjanmaa, is_old=True)
    own = Place(reference.hailuoto, reference.pohjois_pohjanmaa, is_old=False)

    assert found("pohjois-pohjanmaa", "hailuoto", MERGED_ON) == home
    assert found("pohjois-pohjanmaa", "hailuoto", MERGED_ON - dt.timedelta(days=1)) == own


def test_find_place_follows_a_chain_of_mergers_with_two_queries_more_for_each(reference, django_assert_num_queries):
    merge_municipality(reference.hailuoto, reference.vaala, on=dt.date(2024, 1, 1), by=None)
    merge_municipality(reference.vaala, reference.oulu, on=dt.date(2025, 1, 1), by=None)
    last = Place(reference.oulu, reference.pohjois_pohjanmaa, is_old=True)

    for region_slug, slug, n_queries in [
        ("pohjois-pohjanmaa", "oulu", 1),
        ("pohjois-pohjanmaa", "vaala", 3),
        ("kainuu", "vaala", 3),
        ("pohjois-pohjanmaa", "hailuoto", 5),
    ]:
        with django_assert_num_queries(n_queries):
            place = found(region_slug, slug)
        assert (place.municipality, place.region) == (last.municipality, last.region)
        assert place.is_old is (slug != "oulu")
    assert found("pohjois-pohjanmaa", "hailuoto", dt.date(2024, 6, 1)).municipality == reference.vaala


def test_find_place_tells_only_the_past_of_one_that_left_to_a_region_without_pages(reference):
    past = Place(reference.kuhmoinen, None, is_old=True, last_region=reference.keski_suomi, last_year=2020)

    assert found("keski-suomi", "kuhmoinen") == past
    assert found("pirkanmaa", "kuhmoinen") == past


def test_find_place_tells_the_past_of_one_merged_into_a_region_without_pages(reference):
    outside = factories.MunicipalityFactory(region=Region.objects.get(slug="pirkanmaa"))
    merge_municipality(reference.jyvaskyla, outside, on=MERGED_ON, by=None)

    assert found("keski-suomi", "jyvaskyla") == Place(
        reference.jyvaskyla, None, is_old=True, last_region=reference.keski_suomi, last_year=2025
    )


@pytest.mark.parametrize(
    ("region_slug", "slug"),
    [
        ("keski-suomi", "oulu"),
        ("kainuu", "oulu"),
        ("pohjois-pohjanmaa", "atlantis"),
        ("atlantis", "oulu"),
        ("pohjois-pohjanmaa", "OULU"),
        ("pirkanmaa", "outside"),
        ("", ""),
    ],
)
def test_find_place_knows_no_address_that_never_was(reference, region_slug, slug):
    factories.MunicipalityFactory(slug="outside", region=Region.objects.get(slug="pirkanmaa"))

    assert found(region_slug, slug) is None


def test_a_merger_is_refused_while_a_role_would_begin_after_it(reference):
    start = day(str(MERGED_ON + dt.timedelta(days=5)))
    role = factories.AppointmentFactory(municipality=reference.hailuoto, start=start)

    with pytest.raises(ValidationError) as refused:
        merge_municipality(reference.hailuoto, reference.oulu, on=MERGED_ON, by=None)

    assert refused.value.code == "role_after"
    role.refresh_from_db()
    assert role.end is None
    assert reference.hailuoto.memberships.get().valid_to is None
