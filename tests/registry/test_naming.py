"""How people are recognised in texts: what is found, what is somebody else, what is out of reach."""

import re

import pytest

from registry.naming import OtherPeople, email_pattern, name_pattern, phone_pattern
from registry.subjects import Subject
from tests import factories


def found(pattern, text):
    """Return what both regular expressions find: the database's must find all that Python's does."""
    exact, stored = pattern
    hit = re.search(exact, text)
    assert not hit or re.search(stored, text, re.IGNORECASE), "the database would not have found it"
    return hit[0] if hit else None


def name(given, family, **more):
    return tuple(name_pattern(given, family, is_stored=is_stored, **more) for is_stored in (False, True))


@pytest.mark.parametrize(
    ("given", "family", "text", "hit"),
    [
        ("Äijä", "Öhman", "kiitos ÄIJÄ ÖHMANILLE avusta", "ÄIJÄ ÖHMAN"),
        ("Äijä", "Öhman", "Aija Ohman soitti", "Aija Ohman"),
        ("Äijä", "Öhman", "A\u0308ija\u0308 O\u0308hman", "A\u0308ija\u0308 O\u0308hman"),
        ("Aija", "Ohman", "Äijä Öhman", "Äijä Öhman"),
        ("Renée", "Åberg", "Renee Abergs svar", "Renee Aberg"),
        ("Matti", "Virtanen", "Virtanen, Matti", "Virtanen, Matti"),
        ("Matti", "Virtanen", "Matti\u00a0Virtanen", "Matti\u00a0Virtanen"),
        ("Matti", "Virtanen", "Matti Juhani Virtanen", "Matti Juhani Virtanen"),
        ("Matti", "Virtanen", "Matti J. Virtanen", "Matti J. Virtanen"),
        ("Anna Maria", "Lehto", "Anna Lehdon ja Anna Lehtoa", "Anna Lehto"),
        ("Anna Maria", "Lehto", "Anna-Maria Lehto", "Anna-Maria Lehto"),
        ("Anna-Maria", "Lehto", "Anna Maria Lehto", "Anna Maria Lehto"),
        ("Anna Maria", "Lehto", "Lehto Anna Maria, puheenjohtaja", "Lehto Anna Maria"),
        ("Uusi", "D'Arc", "Uusi D’Arc", "Uusi D’Arc"),
        ("Liisa", "Mäki-Petäjä", "Liisa Mäki Petäjä", "Liisa Mäki Petäjä"),
        # Other people.
        ("Matti", "Aho", "Matti Ahonen", None),
        ("Matti", "Aho", "Matti Ahola", None),
        ("Matti", "Virtanen", "Matti ja Pekka Virtanen", None),
        ("Matti", "Virtanen", "Hematti Virtanen", None),
        ("Äijä", "Öhman", "Pekka Öhman ja Äijä", None),
        # Out of reach, as docs/privacy.md says.
        ("Matti", "Virtanen", "Matti Virtasen", None),
        ("Matti", "Virtanen", "M. Virtanen", None),
    ],
)
def test_a_name_is_found_however_it_is_written_and_nobody_elses(given, family, text, hit):
    assert found(name(given, family), text) == hit


@pytest.mark.parametrize("ending", ["n", "lla", "lle", "ssa", "sta", "lta", "a", "on", "na", "ksi", "s", ":n", ""])
def test_endings_of_cases_may_follow(ending):
    assert found(name("Matti", "Aho"), f"Matti Aho{ending} tuli") == "Matti Aho"


def test_of_a_near_namesake_only_the_whole_name_is_found():
    only_whole = name("Anna", "Lehto", takes_middle=False)
    assert (found(only_whole, "Anna Lehto"), found(only_whole, "Anna Liisa Lehto")) == ("Anna Lehto", None)


def test_json_is_searched_as_it_is_stored():
    stored = name_pattern("Äijä", "Öhman", is_stored=True)
    assert re.search(stored, r'{"a": "\u00c4ij\u00e4\u00a0\u00d6hman"}', re.IGNORECASE)
    assert re.search(stored, r'["\u00c4ij\u00e4", "\u00d6hman"]', re.IGNORECASE)


def test_an_address_is_no_part_of_a_longer_one():
    pattern = email_pattern("aija@example.org"), email_pattern("aija@example.org", is_stored=True)
    assert found(pattern, "Kysy: AIJA@Example.org.") == "AIJA@Example.org"
    assert [found(pattern, text) for text in ("maija@example.org", "m.aija@example.org", "aija@example.organi")] == [
        None
    ] * 3


@pytest.mark.parametrize("text", ["050 000 0077", "0500000077", "+358 50 0000077", "00358500000077", "050-000 0077"])
def test_a_phone_is_found_with_and_without_its_country(text):
    assert re.search(phone_pattern("050 000 0077"), f"Soita {text} heti")
    assert not re.search(phone_pattern("050 000 0077"), f"1{text}8")


def test_others_are_masked_and_oneself_is_not():
    person = factories.PersonFactory.build(
        given_name="Anna", family_name="Lehto", phone="050 000 0077", email="anna@example.org", region=None
    )
    subject = Subject(person, frozenset({1}), frozenset(), frozenset({"anna@example.org"}))
    text = (
        "Anna Lehto (anna@example.org, 050 000 0077) ja Pekka Lehdon sisko Liisa Malmi, liisa@example.org, "
        "040 123 4567, tapasivat 01.02.2026 klo 14. Anna Liisa Lehto ei tullut. Kirjaamo: kirjaamo@example.org"
    )
    others = OtherPeople(
        subject,
        {("Liisa", "Malmi"), ("Anna Liisa", "Lehto"), ("Anna", "Muu")},
        shared=["Kirjaamo@example.org"],
        mask="[*]",
    )
    others.read(text)
    assert others.masked({"a": [text]}) == {
        "a": [
            "Anna Lehto (anna@example.org, 050 000 0077) ja Pekka Lehdon sisko [*], [*], "
            "[*], tapasivat 01.02.2026 klo 14. [*] ei tullut. Kirjaamo: kirjaamo@example.org"
        ]
    }
