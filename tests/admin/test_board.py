"""The board: cells for each situation, what to do next, whose board it is, sorting, filters, few queries."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry import models
from registry.board import URGENCY, Board, BoardColumn, Cell, Need, register_column, unregister_column
from registry.models import Area, ContactEntry, Municipality, Task
from registry.work_areas import choose_work_area
from tests import factories
from tests.registry.helpers import day

NOW = dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 15)
LONG_AGO, LATELY = dt.date(2025, 9, 10), dt.date(2026, 5, 1)
PAGE = "/en/hallinta/"
COLUMNS = ["yhdyshenkilo", "yhdistysagentti", "tyopari", "tarkistettu", "yhteys", "tehtavat"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def shown(reference, place):
    """Return the board's row of one municipality: {column: (text, state)}, its needs and what is next."""
    region = reference.pohjois_pohjanmaa
    board = Board(region, TODAY)
    chosen = [one for one in board.chosen() if one.pk == place.pk]
    (row,) = board.rows(chosen)
    cells = {column.key: (cell.text, cell.state) for column, cell in zip(board.columns, row.cells, strict=True)}
    return cells, [need.key for need in chosen[0].needs], row.next


def log(reference, place, on, **fields):
    return ContactEntry.objects.create(
        region=reference.pohjois_pohjanmaa, municipality=place, happened_on=on, about="x", **fields
    )


def check(person, on):
    models.Person.objects.filter(pk=person.pk).update(contact_checked_on=on)


# --- Cells and what to do next ---------------------------------------------------------------------------------------


def test_everything_in_order(cast, reference):
    models.Agent.objects.filter(pk=cast.ahti_in_oulu.pk).update(
        active_first=LONG_AGO, active_last=LONG_AGO, active_precision="day"
    )
    factories.PairingFactory(appointment=cast.leena_in_oulu, agent=cast.ahti_in_oulu, start=day("2025-03-01"))
    check(cast.leena, LATELY)
    log(reference, reference.oulu, LATELY)

    cells, needs, first = shown(reference, reference.oulu)

    assert cells == {
        "yhdyshenkilo": ("Leena Liesi", "ok"),
        "yhdistysagentti": ("Ahti Aapa", "ok"),
        "tyopari": ("1.3.2025 alkaen", "ok"),
        "tarkistettu": ("1.5.2026", "ok"),
        "yhteys": ("1.5.2026", "ok"),
        "tehtavat": ("ei ole", ""),
    }
    assert (needs, first) == ([], None)


def test_nothing_known(cast, reference):
    cells, needs, first = shown(reference, reference.hailuoto)

    assert cells == {
        "yhdyshenkilo": ("ei tietoa", "missing"),
        "yhdistysagentti": ("ei yhdistysagenttia", "missing"),
        "tyopari": ("ei vielä mahdollinen", ""),
        "tarkistettu": ("ei tarkistettavaa", ""),
        "yhteys": ("ei kirjattu", "missing"),
        "tehtavat": ("ei ole", ""),
    }
    assert needs == ["liaison", "touch", "agent"]
    assert first.label == "Selvitä, onko järjestöyhdyshenkilöä"
    assert first.url == f"/hallinta/registry/contactentry/add/?municipality={reference.hailuoto.pk}"


def test_everything_late(cast, reference):
    check(cast.leena, LONG_AGO)
    log(reference, reference.oulu, LONG_AGO)
    log(reference, reference.oulu, LATELY, is_reached=False)
    task = Task.objects.create(
        title="Soita", region=reference.pohjois_pohjanmaa, municipality=reference.oulu, due_on=LATELY
    )

    cells, needs, first = shown(reference, reference.oulu)

    assert cells == {
        "yhdyshenkilo": ("Leena Liesi", "ok"),
        "yhdistysagentti": ("Ahti Aapa (ehdokas)", "half"),
        "tyopari": ("ei työparia", "missing"),
        "tarkistettu": ("10.9.2025, vanhentunut", "late"),
        "yhteys": ("10.9.2025, 9 kuukautta sitten; ei tavoitettu 1.5.2026", "late"),
        "tehtavat": ("1 avoin, myöhässä", "late"),
    }
    assert needs == ["task", "checked", "touch", "pair"]
    assert first.label == "Myöhässä: Soita"
    assert first.url == f"/hallinta/registry/task/{task.pk}/change/"


@pytest.mark.parametrize(
    ("kind", "text", "state", "step"),
    [
        ("none", "ei järjestö\xadyhdyshenkilöä", "missing", "Nimeä järjestöyhdyshenkilö"),
        ("being_named", "nimeäminen kesken", "half", "Kysy, miten järjestöyhdyshenkilön nimeäminen etenee"),
    ],
)
def test_what_is_stated_decides_the_step(cast, reference, kind, text, state, step):
    factories.SituationStatementFactory(municipality=reference.hailuoto, kind=kind)
    cells, _needs, first = shown(reference, reference.hailuoto)
    assert cells["yhdyshenkilo"] == (text, state)
    assert first.label == step


def test_duties_without_a_title_are_told_with_the_name(cast, reference):
    officer = factories.PersonFactory(given_name="Tuuli", family_name="Toimi", contact_checked_on=LATELY)
    factories.AppointmentFactory(municipality=reference.hailuoto, person=officer, kind="duties")
    cells, _needs, first = shown(reference, reference.hailuoto)
    assert cells["yhdyshenkilo"] == ("tehtävä ilman nimikettä: Tuuli Toimi", "half")
    assert cells["tarkistettu"] == ("1.5.2026", "ok")
    assert first.url == f"/hallinta/registry/appointment/add/?municipality={reference.hailuoto.pk}"


def test_of_two_liaisons_the_one_checked_longest_ago_counts_and_a_stand_in_not_at_all(cast, reference):
    check(cast.leena, LATELY)
    other = factories.PersonFactory(contact_checked_on=None)
    factories.AppointmentFactory(municipality=reference.oulu, person=other, kind="fallback", fallback_reason="x")
    assert shown(reference, reference.oulu)[0]["tarkistettu"] == ("1.5.2026", "ok")
    factories.AppointmentFactory(municipality=reference.oulu, person=other)
    cells, needs, _first = shown(reference, reference.oulu)
    assert cells["tarkistettu"] == ("ei koskaan tarkistettu", "missing")
    assert "checked" in needs


@pytest.mark.parametrize(
    ("on", "is_late"), [(dt.date(2025, 12, 15), False), (dt.date(2025, 12, 14), True)], ids=["on the day", "after it"]
)
def test_six_months_to_the_day(cast, reference, on, is_late):
    check(cast.leena, on)
    log(reference, reference.oulu, on)
    needs = shown(reference, reference.oulu)[1]
    assert {"checked", "touch"} & set(needs) == ({"checked", "touch"} if is_late else set())


def test_a_contact_never_reached_asks_to_call_again(cast, reference):
    check(cast.leena, LATELY)
    log(reference, reference.oulu, LATELY, is_reached=False)
    cells, _needs, first = shown(reference, reference.oulu)
    assert cells["yhteys"] == ("ei tavoitettu 1.5.2026", "missing")
    assert first.label == "Soita uudelleen: ketään ei ole tavoitettu"


def test_months_without_contact_are_whole(cast, reference):
    check(cast.leena, LATELY)
    log(reference, reference.oulu, dt.date(2025, 10, 16))
    assert shown(reference, reference.oulu)[2].label == "Soita: ei yhteyttä 7 kuukauteen"


# --- The page --------------------------------------------------------------------------------------------------------


def names(answer):
    return [row.name for row in answer.context["board"].rows]


def test_the_board_is_of_the_own_region_alone(as_kaisa, as_outi, cast, reference):
    Task.objects.create(title="Salainen tehtävä", region=reference.pohjois_pohjanmaa, municipality=reference.oulu)
    log(reference, reference.oulu, LATELY)
    text = as_kaisa.get(PAGE).content.decode()
    assert all(word in text for word in ("Leena Liesi", "Ahti Aapa", "Salainen tehtävä", "Hailuoto"))
    for address in (PAGE, f"{PAGE}?maakunta=pohjois-pohjanmaa", f"{PAGE}?alue=oulu"):
        text = as_outi.get(address).content.decode()
        assert not [word for word in ("Leena", "Aapa", "Salainen", "Hailuoto") if word in text]


def test_an_administrator_chooses_the_region_first(as_aino, cast, reference):
    answer = as_aino.get(PAGE)
    assert answer.context["region"] is None
    assert '<a href="?maakunta=keski-suomi">' in answer.content.decode()
    chosen = as_aino.get(f"{PAGE}?maakunta=keski-suomi")
    assert "Jyväskylä" in names(chosen)
    assert "maakunta=keski-suomi" in chosen.context["board"].heads[0].url
    models.Region.objects.filter(pk=reference.keski_suomi.pk).update(records_from=None)
    assert as_aino.get(PAGE).context["region"] == reference.pohjois_pohjanmaa


def test_without_a_region_the_page_says_what_will_stand_here(as_aino, as_kaisa, cast, reference):
    models.Region.objects.update(records_from=None)
    for client in (as_aino, as_kaisa):
        answer = client.get(PAGE)
        assert answer.context["region"] is None
        assert "Here will stand every municipality" in answer.content.decode()


def test_all_tables_are_one_click_away(as_kaisa, cast):
    assert 'href="/en/hallinta/taulut/"' in as_kaisa.get(PAGE).content.decode()
    text = as_kaisa.get("/en/hallinta/taulut/").content.decode()
    assert reverse("admin:registry_pairing_changelist") in text
    assert reverse("admin:registry_premises_changelist") in text


def test_the_address_sorts_and_what_is_not_known_stands_last_both_ways(as_kaisa, cast, reference):
    log(reference, reference.oulu, LATELY)
    log(reference, reference.hailuoto, LONG_AGO)
    everybody = sorted(names(as_kaisa.get(PAGE)))
    for order, first in (("yhteys", ["Hailuoto", "Oulu"]), ("-yhteys", ["Oulu", "Hailuoto"])):
        answer = as_kaisa.get(f"{PAGE}?jarjestys={order}")
        assert names(answer)[:2] == first
        assert sorted(names(answer)) == everybody
        assert answer.content.decode().count("aria-sort=") == 1
    assert names(as_kaisa.get(f"{PAGE}?jarjestys=-kunta")) == names(as_kaisa.get(PAGE))[::-1]
    assert names(as_kaisa.get(f"{PAGE}?jarjestys=yhdyshenkilo"))[0] == "Oulu"
    for key in [*COLUMNS, "seuraava"]:
        for sign in ("", "-"):
            assert sorted(names(as_kaisa.get(f"{PAGE}?jarjestys={sign}{key}"))) == everybody


@pytest.mark.parametrize("query", ["jarjestys=x", "puute=x", "alue=x", "sivu=x", "sivu=0", "sivu=999999", "alue=%00"])
def test_what_the_address_does_not_know_is_left_out(as_kaisa, cast, query):
    assert names(as_kaisa.get(f"{PAGE}?{query}")) == names(as_kaisa.get(PAGE))


def test_the_filter_shows_those_that_miss_something(as_kaisa, cast, reference):
    assert names(as_kaisa.get(f"{PAGE}?puute=pair")) == ["Oulu"]
    assert names(as_kaisa.get(f"{PAGE}?puute=checked")) == ["Oulu"]
    assert "Oulu" not in names(as_kaisa.get(f"{PAGE}?puute=agent"))
    assert "No municipality matches" in as_kaisa.get(f"{PAGE}?puute=task").content.decode()


# --- The area that is remembered -------------------------------------------------------------------------------------


@pytest.fixture
def area(reference):
    return Area.objects.get(group__key__startswith="coordinators", memberships__municipality=reference.hailuoto)


def test_an_area_is_remembered_by_a_button_and_a_get_changes_nothing(as_kaisa, cast, reference, area):
    everybody = names(as_kaisa.get(PAGE))
    of_area = names(as_kaisa.get(f"{PAGE}?alue={area.address_key}"))
    assert "Hailuoto" in of_area
    assert len(of_area) < len(everybody)
    assert names(as_kaisa.get(PAGE)) == everybody
    address = "/en/hallinta/tyoalue/"
    assert as_kaisa.get(address).status_code == 405

    answer = as_kaisa.post(address, {"alue": area.address_key, "next": f"{PAGE}?alue={area.address_key}"})

    assert answer.url == f"{PAGE}?alue={area.address_key}"
    assert names(as_kaisa.get(PAGE)) == of_area
    assert names(as_kaisa.get(f"{PAGE}?alue=")) == everybody
    assert as_kaisa.post(address, {"alue": "", "next": "//example.org"}).url == PAGE
    assert names(as_kaisa.get(PAGE)) == everybody


def test_an_area_of_another_region_is_not_remembered(as_outi, cast, area):
    for key in (area.address_key, "x", "x.y"):
        assert as_outi.post("/en/hallinta/tyoalue/", {"alue": key}).status_code == 404
    assert not models.WorkArea.objects.exists()


def test_an_area_of_a_region_left_behind_is_forgotten(as_kaisa, cast, reference, area):
    choose_work_area(cast.kaisa.user, area)
    models.Coordinator.objects.filter(person=cast.kaisa).update(region=reference.keski_suomi)
    assert "Jyväskylä" in names(as_kaisa.get(PAGE))


# --- Tasks above -----------------------------------------------------------------------------------------------------


def test_my_tasks_stand_first_the_overdue_before_the_rest(as_kaisa, cast, reference):
    row = {"region": reference.pohjois_pohjanmaa}
    Task.objects.create(**row, title="Joskus", assigned_to=cast.kaisa)
    Task.objects.create(**row, title="Myöhässä", assigned_to=cast.kaisa, due_on=LATELY)
    Task.objects.create(**row, title="Tehty", assigned_to=cast.kaisa, done_at=NOW)
    others = Task.objects.create(**row, title="Kollegan", assigned_to=cast.ahti, municipality=reference.oulu)
    Task.objects.create(**row, title="Ei kenenkään")

    answer = as_kaisa.get(PAGE)

    (mine, has_more), (rest, _more) = answer.context["mine"], answer.context["others"]
    assert [(task.label, task.is_overdue) for task in mine] == [("Myöhässä", True), ("Joskus", False)]
    assert not has_more
    assert [(task.label, task.who) for task in rest] == [("Kollegan", "Ahti Aapa"), ("Ei kenenkään", "")]
    assert as_kaisa.post(rest[0].done_url, {"next": PAGE}).url == PAGE
    others.refresh_from_db()
    assert others.done_by == cast.kaisa.user


def test_other_tasks_are_those_of_the_area(as_kaisa, cast, reference, area):
    row = {"region": reference.pohjois_pohjanmaa}
    Task.objects.create(**row, title="Hailuodon", municipality=reference.hailuoto)
    Task.objects.create(**row, title="Maakunnan")
    answer = as_kaisa.get(f"{PAGE}?alue={area.address_key}")
    assert [task.label for task in answer.context["others"][0]] == ["Hailuodon"]


# --- Columns of later floors -----------------------------------------------------------------------------------------


def test_a_later_floor_adds_its_column(as_kaisa, cast, reference):
    register_column(
        BoardColumn(
            key="kokeilu",
            label="Kokeilusarake",
            read=lambda board: {reference.hailuoto.pk: 7},
            cell=lambda _place, known: Cell(f"{known} vastausta", "ok") if known else Cell("–"),
            sort_value=lambda known: known,
            need=lambda place, known: Need("kokeilu", "Pyydä vastaus", 5, "admin:index") if known else None,
            missing={"kokeilu": "vastaus puuttuu"},
        )
    )
    try:
        text = as_kaisa.get(PAGE).content.decode()
        assert "Kokeilusarake" in text
        assert "7 vastausta" in text
        assert names(as_kaisa.get(f"{PAGE}?puute=kokeilu")) == ["Hailuoto"]
        assert names(as_kaisa.get(f"{PAGE}?jarjestys=kokeilu"))[0] == "Hailuoto"
        assert shown(reference, reference.hailuoto)[2].label == "Pyydä vastaus"
    finally:
        unregister_column("kokeilu")
    assert "Kokeilusarake" not in as_kaisa.get(PAGE).content.decode()


def test_the_urgencies_are_all_different():
    assert len(set(URGENCY.values())) == len(URGENCY)


# --- Few queries -----------------------------------------------------------------------------------------------------


def fill(region, n):
    for _number in range(n):
        place = factories.MunicipalityFactory(region=region)
        for _time in range(n):
            person = factories.PersonFactory(region=region)
            appointment = factories.AppointmentFactory(municipality=place, person=person)
            agent = factories.AgentFactory(municipality=place)
            factories.PairingFactory(appointment=appointment, agent=agent)
            ContactEntry.objects.create(region=region, municipality=place, about="x")
            Task.objects.create(title="x", region=region, municipality=place, assigned_to=person)


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_board_takes_the_same_few_queries_for_any_number_of_municipalities(as_aino, as_kaisa, cast):
    one, three, many = (factories.RegionFactory(slug=slug) for slug in ("yksi", "kolme", "monta"))
    fill(one, 1)
    fill(three, 3)
    municipalities = Municipality.objects.bulk_create(
        Municipality(code=f"{5000 + n}", name=f"Kunta {n}", name_fi=f"Kunta {n}", slug=f"paikka-{n}")
        for n in range(308)
    )
    models.RegionMembership.objects.bulk_create(
        models.RegionMembership(municipality=municipality, region=many) for municipality in municipalities
    )
    counts = {slug: queries(as_aino, f"{PAGE}?maakunta={slug}") for slug in ("yksi", "kolme", "monta")}
    assert len(set(counts.values())) == 1
    assert counts["monta"] <= 15
    assert queries(as_kaisa, PAGE) <= 15


def test_308_municipalities_stand_in_parts_of_fifty_sorted_over_all(as_aino, cast):
    many = factories.RegionFactory(slug="monta")
    for number in range(52):
        factories.MunicipalityFactory(region=many, name_fi=f"Kunta {number:02}", slug=f"paikka-{number}")
    first = as_aino.get(f"{PAGE}?maakunta=monta")
    assert len(names(first)) == 50
    assert "52 of 52 municipalities, shown 1–50" in " ".join(first.content.decode().split())
    assert names(as_aino.get(f"{PAGE}?maakunta=monta&sivu=2")) == ["Kunta 50", "Kunta 51"]
    assert names(as_aino.get(f"{PAGE}?maakunta=monta&jarjestys=-kunta"))[0] == "Kunta 51"
