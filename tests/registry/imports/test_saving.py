"""Saving an import: nothing before it is accepted, everything as one step, and the same file again changes nothing."""

import pytest

from mailing.models import Letter
from registry import models
from registry.imports.saving import undo_import
from tests import factories
from tests.registry.imports.files import bring, counts, read, verdicts
from tests.registry.test_change_sets import stored as stored_rows

pytestmark = pytest.mark.django_db
OWN_TABLES = ("registry_importrun.", "registry_importrow.", "registry_importmapping.")


def stored():
    """Return everything in the database but the imports themselves, the steps and the version of the public pages."""
    return {column: text for column, text in stored_rows().items() if not column.startswith(OWN_TABLES)}


FILES = {
    "municipalities": [
        ["koodi", "nimi", "namn", "verkkosivut", "lat", "lon", "maakunta", "jäsenyyden alku", "kieli"],
        ["009", "Alavieska", "Alavieska", "www.uusi.example.org", "64,2", "24.3", "17", "", "suomi"],
        ["998", "Esimerkkilä", "Exempelby", "https://example.org", "64,5", "25,5", "17", "1.1.2027", "kaksikielinen"],
        ["997", "Esimerkkilä", "", "", "", "", "", "", ""],
    ],
    "populations": [
        ["kuntakoodi", "vuosi", "asukkaat", "lähde"],
        ["564", "2025", "217 000", "Esimerkki"],
        ["564", "2022", "123", ""],
        ["72", "2025", "960", ""],
    ],
    "appointments": [
        ["kuntakoodi", "tehtävä", "etunimi", "sukunimi", "sähköposti", "puhelin", "nimike", "toimiala", "alkaen",
         "asti", "työaika", "lähde"],
        ["564", "", "Leena", "Liesi-Uusi", "LEENA.tyo@example.org", "050 000 0099", "johtaja", "vapaa-aika",
         "1.1.2022", "30.6.2026", "3,5", ""],
        ["72", "yhdyshenkilö", "Hilla", "Esimerkki", "hilla@example.org", "", "sihteeri", "", "9/2025", "", "3", "§ 1"],
        ["785", "tehtävät", "Hilla", "Esimerkki", "hilla@example.org", "", "", "", "syksy 2025", "", "", ""],
        ["785", "liaison", "", "", "", "", "", "", "2018", "2020", "", ""],
        ["785", "sijainen", "Ei", "Sähköpostia", "", "", "", "", "2025", "31.12.2030", "", ""],
    ],
    "agents": [
        ["kuntakoodi", "nimi", "sähköposti", "alkaen", "koulutettu", "asti"],
        ["564", "Ahti Aapa", "ahti.tyo@example.org", "1.1.2022", "3/2023", "31.12.2025"],
        ["564", "Uusi Vapaaehtoinen", "uusi@example.org", "2025", "", ""],
    ],
    "associations": [
        ["rekisterinumero", "nimi", "kunta", "toimiala", "verkkosivut"],
        ["123.456", "Uusi nimi ry", "072", "kulttuuri", "www.example.org"],
        ["201.23", "Numerollinen ry", "564", "", ""],
        ["", "Rekisteröimätön ryhmä", "564", "", ""],
    ],
    "association-contacts": [
        ["rekisterinumero", "sähköposti", "nimi", "lähde", "peruste", "saatu"],
        ["123456", "vanha@example.org", "Kaisu Kuvitelma", "puhelu", "given", "1.9.2026"],
        ["123.456", "uusi@example.org", "", "puhelu", "suostumus", "1.9.2026"],
    ],
    "premises": [
        ["kunta", "nimi", "osoite", "hinta"],
        ["564", "talo", "Katu 1", "maksuton"],
        ["564", "Sali", "", "paid"],
    ],
    "grant-periods": [
        ["kunta", "nimi", "haku alkaa", "haku päättyy"],
        ["564", "Avustus", "1.2.2027", "31.3.2027"],
        ["564", "Avustus", "1.2.2026", "31.3.2026"],
    ],
}  # fmt: skip
EXPECTED = {
    "municipalities": {"created": 2, "changed": 1},
    "populations": {"created": 2, "changed": 1},
    "appointments": {"created": 4, "changed": 1},
    "agents": {"created": 1, "changed": 1},
    "associations": {"created": 2, "changed": 1},
    "association-contacts": {"created": 1, "changed": 1},
    "premises": {"created": 1, "changed": 1},
    "grant-periods": {"created": 1, "changed": 1},
}


@pytest.fixture
def world(cast, reference):
    """Rows that the files change, and what saving a role ends: a statement, a pair, a deputy."""
    oulu, vaala = reference.oulu, reference.hailuoto
    factories.PairingFactory(appointment=cast.leena_in_oulu, agent=cast.ahti_in_oulu)
    factories.SituationStatementFactory(municipality=vaala)
    association = factories.AssociationFactory(register_number="123.456", municipality=oulu)
    models.AssociationContact.objects.create(
        association=association, email="vanha@example.org", source="x", basis="given", obtained_on="2026-01-01"
    )
    models.Premises.objects.create(municipality=oulu, name="Talo")
    models.GrantPeriod.objects.create(municipality=oulu, name="Avustus", closes_on="2027-03-31")
    return cast


@pytest.mark.parametrize("key", FILES)
def test_file_is_saved_once_and_undone_byte_for_byte(world, reference, key):
    region = None if key in {"municipalities", "populations"} else reference.pohjois_pohjanmaa
    before = stored()

    run = read(key, FILES[key], region=region, by=world.kaisa.user)
    assert counts(run) == EXPECTED[key], verdicts(run)
    assert stored() == before

    run = bring(key, FILES[key], region=region, by=world.kaisa.user)
    assert stored() != before
    again = read(key, FILES[key], region=region)
    assert counts(again) == {"unchanged": len(FILES[key]) - 1}, verdicts(again)

    undo_import(run, by=world.kaisa.user)
    assert stored() == before


def test_people_read_from_a_file_are_not_sent_letters_nobody_has_looked_at(cast, reference):
    rows = [
        ["kuntakoodi", "tehtävä", "etunimi", "sukunimi", "sähköposti", "alkaen", "lähde"],
        ["072", "yhdyshenkilö", "Uusi", "Henkilö", "uusi@example.org", "1.1.2026", "sähköposti"],
    ]
    run = bring("appointments", rows, region=reference.pohjois_pohjanmaa, by=cast.kaisa.user)
    assert counts(run) == {"created": 1}
    assert (Letter.objects.count(), models.Person.objects.get(email="uusi@example.org").user) == (0, None)
