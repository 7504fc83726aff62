"""Rows that are refused: each with a sentence that names the column, and nothing of another region told."""

import pytest
from django.core.exceptions import ValidationError

from registry import models
from registry.imports.saving import save_import
from registry.imports.staging import choose_columns
from tests import factories
from tests.registry.helpers import codes
from tests.registry.imports.files import bring, counts, csv_file, read, verdicts
from tests.registry.imports.test_saving import stored

pytestmark = pytest.mark.django_db
ROLE_HEADINGS = ["kuntakoodi", "tehtävä", "etunimi", "sukunimi", "sähköposti", "alkaen", "asti", "työaika"]


@pytest.fixture(autouse=True)
def in_english():
    from django.utils import translation

    with translation.override("en"):
        yield


def refused(run):
    """Return {row number: reasons} of the refused rows."""
    return {number: messages for number, (verdict, messages) in verdicts(run).items() if verdict == "refused"}


def test_three_wrong_rows_of_thirty_change_nothing_until_accepted_and_are_named(cast, reference):
    rows = [["kunta", "nimi", "hinta", "varaus"]]
    rows += [["564", f"Sali {n}", "maksuton", "https://example.org"] for n in range(27)]
    rows += [["564", "Väärä hinta", "kallis", ""], ["179", "Muualla", "", ""], ["564", "Väärä linkki", "", "ei linkki"]]
    before = stored()

    run = read("premises", rows, region=reference.pohjois_pohjanmaa)

    assert counts(run) == {"created": 27, "refused": 3}
    assert refused(run) == {
        29: ["Column “hinta”: Choose one of these: free for associations, partly free, paid, price not known."],
        30: ["Column “kunta”: The municipality 179 is not in your region."],
        31: ["Column “varaus”: Enter a valid URL."],
    }
    assert stored() == before
    save_import(run, by=cast.kaisa.user)
    assert models.Premises.objects.filter(name__startswith="Sali").count() == 27
    assert models.Premises.objects.count() == 27


def test_municipalities_are_found_by_code_alone(cast, reference):
    rows = [["kunta", "nimi"], ["72", "Yksi"], ["Oulu", "Kaksi"], ["999", "Kolme"], ["kyllä", "Neljä"], ["", "Viisi"]]

    run = read("premises", rows, region=reference.pohjois_pohjanmaa)

    assert verdicts(run) == {
        2: ("created", ["Code 72 was read as 072 Hailuoto: its zeros were missing."]),
        3: ("refused", ["Column “kunta”: A municipality is given by its official code. Did you mean 564 Oulu?"]),
        4: ("refused", ["Column “kunta”: The municipality 999 is not in your region."]),
        5: ("refused", ["Column “kunta”: A municipality is given by its official code, for example 009."]),
        6: ("refused", ["Column “kunta”: This must not be empty."]),
    }


def test_code_that_may_mean_two_is_refused(reference):
    factories.MunicipalityFactory(code="0072", name_fi="Toinen")

    run = read("populations", [["koodi", "vuosi", "asukkaat"], ["72", "2025", "10"]])

    assert refused(run) == {2: ["Column “koodi”: Code 72 can mean 072 Hailuoto, 0072 Toinen. Write the whole code."]}


def test_another_regions_municipality_is_told_of_no_more_than_one_that_is_not(cast, reference):
    rows = [["kunta", "nimi"], ["179", "Talo"], ["998", "Talo"]]

    run = read("premises", rows, region=reference.pohjois_pohjanmaa)

    assert refused(run) == {
        2: ["Column “kunta”: The municipality 179 is not in your region."],
        3: ["Column “kunta”: The municipality 998 is not in your region."],
    }


def test_people_are_never_matched_by_name_alone(cast, reference):
    rows = [
        ROLE_HEADINGS,
        ["072", "", "Leena", "Liesi", "", "2025", "", ""],
        ["072", "", "Uusi", "Nimi", "", "2025", "", ""],
        ["785", "duties", "Uusi", "Nimi", "", "2025", "", ""],
        ["072", "duties", "Ville", "Viras", "leena.tyo@example.org", "2025", "", ""],
        ["072", "duties", "", "Yksin", "", "2025", "", ""],
        ["072", "duties", "", "", "tuntematon@example.org", "2025", "", ""],
    ]

    run = read("appointments", rows, region=reference.pohjois_pohjanmaa)

    known = "Somebody of the same name is already known, and people are matched by e-mail alone. Give the e-mail."
    assert refused(run) == {
        2: [f"Column “sähköposti”: {known}"],
        4: [f"Column “sähköposti”: {known}"],
        5: [
            "Column “sähköposti”: In the registry this e-mail is of Leena Liesi. "
            "If it is a shared mailbox, record it as one."
        ],
        6: ["Column “etunimi”: Write both the given name and the family name."],
        7: ["Column “sähköposti”: Nobody in the registry has this e-mail. Give the name too."],
    }


def test_a_person_of_another_region_is_neither_found_nor_told_of(cast, reference):
    rows = [ROLE_HEADINGS, ["564", "duties", "Outi", "Ohjaaja", "outi.tyo@example.org", "2025", "", ""]]

    bring("appointments", rows, region=reference.pohjois_pohjanmaa)

    people = models.Person.objects.filter(email="outi.tyo@example.org")
    assert sorted(person.region.code for person in people) == ["13", "17"]


def test_roles_that_the_registry_would_refuse_are_refused_in_the_preview(cast, reference):
    rows = [
        ROLE_HEADINGS,
        ["564", "", "Leena", "Liesi", "leena.tyo@example.org", "2018", "2019", ""],
        ["564", "", "Leena", "Liesi", "leena.tyo@example.org", "1.1.2019", "1.1.2023", ""],
        ["564", "sijainen", "A", "B", "a@example.org", "2025", "", ""],
        ["564", "fallback", "A", "B", "a@example.org", "2025", "", ""],
        ["564", "fallback", "", "", "", "2025", "", ""],
        ["564", "duties", "A", "B", "a@example.org", "2025", "2024", ""],
        ["564", "duties", "C", "D", "c@example.org", "2025", "2099", ""],
        ["564", "duties", "E", "F", "e@example.org", "pian", "", "100"],
    ]

    run = read("appointments", rows, region=reference.pohjois_pohjanmaa)

    assert refused(run) == {
        3: ["Column “alkaen”: Row 2 has the same post of the same person at the same time."],
        4: ["Column “asti”: A deputy's appointment needs its last day."],
        5: ["Column “reason for the fallback”: Write why somebody else than a liaison answers."],
        6: [
            "Column “reason for the fallback”: Write why somebody else than a liaison answers.",
            "Column “sähköposti”: A deputy or a fallback respondent needs a known person.",
        ],
        7: ["Column “asti”: The end is before the start."],
        8: [
            "Column “asti”: Give the exact day of the end, because rights end on it. "
            "A month or a year will do for what is past."
        ],
        9: [
            "Column “alkaen”: Write the date as 24.9.2020, or if you do not know the day: 9/2020, autumn 2020 or 2020.",
            "Column “työaika”: Ensure this value is less than or equal to 60.",
        ],
    }


def test_one_key_on_two_rows_refuses_both_and_names_the_other(reference):
    rows = [["koodi", "vuosi", "asukkaat"], ["072", "2025", "1"], ["564", "2025", "2"], ["72", "2025", "3"]]

    run = read("populations", rows)

    assert refused(run) == {
        2: ["Column “koodi”: The same stands on row 4 of the file. Keep one of them."],
        4: ["Column “koodi”: The same stands on row 2 of the file. Keep one of them."],
    }


def test_associations_without_a_number_are_only_added(cast, reference):
    factories.AssociationFactory(name="Kylän Väki ry", municipality=reference.oulu)
    factories.AssociationFactory(register_number="999.111", municipality=reference.jyvaskyla)
    rows = [
        ["rekisterinumero", "nimi", "kunta", "verkkosivut"],
        ["", "kylän väki", "564", "https://example.org"],
        ["", "Kylän Väki ry", "072", ""],
        ["", "Kylän Väki ry", "564", ""],
        ["999111", "Toisen maakunnan ry", "564", ""],
        ["abc", "Väärä numero", "564", ""],
    ]

    run = read("associations", rows, region=reference.pohjois_pohjanmaa)

    by_row = verdicts(run)
    assert {number: verdict for number, (verdict, _messages) in by_row.items()} == {
        2: "refused", 3: "created", 4: "refused", 5: "refused", 6: "refused",
    }  # fmt: skip
    assert by_row[5][1] == ["Column “rekisterinumero”: This association is not in your region."]


def test_municipality_rows_that_tell_otherwise_of_the_past_are_refused(cast, reference):
    rows = [
        ["koodi", "nimi", "osoite sivustolla", "maakunta", "jäsenyyden alku"],
        ["564", "Oulu", "oulunkaupunki", "", ""],
        ["785", "Vaala", "", "13", ""],
        ["072", "Hailuoto", "", "17", "1.1.2020"],
        ["99", "Liian lyhyt", "", "", ""],
        ["998", "", "", "", ""],
        ["997", "Palaute", "palaute", "", ""],
        ["996", "Uusi", "oulu", "77", ""],
    ]

    run = read("municipalities", rows)

    assert refused(run) == {
        2: ["Column “osoite sivustolla”: An address is printed on paper, so an import does not change it."],
        3: ["Column “maakunta”: The municipality belongs to another region in the registry. Move it on its own page."],
        4: ["Column “jäsenyyden alku”: The registry has another beginning: always."],
        5: ["Column “koodi”: Code 99 is too short: did you mean 099? Write its zeros."],
        6: ["Column “nimi”: A new municipality needs its Finnish name."],
        7: [
            "Column “osoite sivustolla”: “palaute” is a page of the site itself, so it cannot be an address here. "
            "Choose another."
        ],
        8: ["Column “maakunta”: There is no region with the code 77."],
    }


def test_columns_that_do_not_fit_are_refused(reference):
    from registry.imports.staging import start_import
    from registry.imports.targets import find_target

    run, _warnings = start_import(
        csv_file([["A", "B"], ["564", "Talo"]]), target=find_target("premises"), region=None, source="x", by=None
    )
    wrong = {}
    for name, columns in {
        "required": {"name": "B"},
        "unknown": {"name": "B", "municipality": "C"},
        "twice": {"name": "B", "municipality": "B"},
    }.items():
        with pytest.raises(ValidationError) as caught:
            choose_columns(run, columns)
        wrong[name] = codes(caught)
    assert wrong == {name: [name] for name in wrong}
    assert models.ImportMapping.objects.count() == 0
