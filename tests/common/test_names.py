"""Names sort a–z å ä ö and are found without accents, whatever the database's collation."""

import pytest
from django.utils import translation

from common.names import fold, language_suffix, sort_key
from registry.models import Municipality
from tests.factories import MunicipalityFactory


def in_order(*names):
    return sorted(names, key=sort_key) == list(names)


def test_sort_key_puts_a_ring_and_umlauts_last_in_finnish_order():
    assert in_order("Alavieska", "Oulu", "Ylivieska", "Zeta", "Åbo", "Äänekoski", "Öja")


def test_sort_key_sorts_every_letter_of_the_alphabet():
    alphabet = "abcdefghijklmnopqrstuvwxyzåäö"

    assert sorted(set(alphabet), key=sort_key) == list(alphabet)


def test_sort_key_puts_digits_before_letters():
    assert in_order("4H-yhdistys", "9. kylä", "Aapa")


def test_sort_key_puts_the_shorter_name_and_the_word_boundary_first():
    assert in_order("Ii", "Ii joki", "Iijoki")


def test_sort_key_reads_a_hyphen_as_a_space_and_skips_other_marks():
    assert sort_key("Pohjois-Pohjanmaa") == sort_key("pohjois pohjanmaa") == sort_key(" “Pohjois – Pohjanmaa” ")


def test_sort_key_takes_no_notice_of_case_and_foreign_accents():
    assert sort_key("ÉCOLE") == sort_key("ecole")
    assert sort_key("Müller") == sort_key("Myller")
    assert sort_key("Ærø") == sort_key("Ärö")
    assert sort_key("Weiß") == sort_key("Weiss")


def test_sort_key_reads_composed_and_decomposed_letters_alike():
    assert sort_key("A\u0308a\u0308nekoski") == sort_key("Äänekoski")
    assert sort_key("A\u030abo") == sort_key("Åbo") != sort_key("Abo")


def test_sort_key_puts_letters_of_other_alphabets_last():
    assert in_order("Öja", "Жуков")


@pytest.mark.parametrize("text", ["", "   ", "–!?"])
def test_sort_key_of_nothing_is_empty(text):
    assert sort_key(text) == ""


def test_sort_key_has_digits_only_so_that_no_collation_matters():
    assert sort_key("Åbo 4 – Ёж").isdigit()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Äänekoski", "aanekoski"),
        ("  Pyhä-  JÄRVI ", "pyha jarvi"),
        ("A\u0308a\u0308nekoski", "aanekoski"),
        ("Åbo", "abo"),
        ("Ärö & Ærø", "aro aro"),
        ("leena@example.org", "leena example org"),
        ("", ""),
    ],
)
def test_fold_is_lower_case_without_accents(text, folded):
    assert fold(text) == folded


def test_names_are_listed_in_finnish_order_by_the_database(without_reference):
    for name in ["Öja", "Oulu", "Åbo", "Äänekoski", "Abborrfors", "Zeta"]:
        MunicipalityFactory(name_fi=name)

    names = list(Municipality.objects.by_name().values_list("name_fi", flat=True))

    assert names == ["Abborrfors", "Oulu", "Zeta", "Åbo", "Äänekoski", "Öja"]


def test_names_are_listed_under_the_name_of_the_readers_language(without_reference):
    MunicipalityFactory(name_fi="Turku", name_sv="Åbo")
    MunicipalityFactory(name_fi="Vaasa", name_sv="Vasa")
    MunicipalityFactory(name_fi="Ii")

    with translation.override("sv"):
        in_swedish = [municipality.name for municipality in Municipality.objects.by_name()]

    assert in_swedish == ["Ii", "Vasa", "Åbo"]
    assert [municipality.name for municipality in Municipality.objects.by_name()] == ["Ii", "Turku", "Vaasa"]


def test_matching_finds_a_name_written_without_dots_in_either_language(without_reference):
    abo = MunicipalityFactory(name_fi="Turku", name_sv="Åbo")
    aanekoski = MunicipalityFactory(name_fi="Äänekoski")

    assert list(Municipality.objects.matching("AANE")) == [aanekoski]
    assert list(Municipality.objects.matching("äänek")) == [aanekoski]
    assert list(Municipality.objects.matching("abo")) == [abo]
    assert list(Municipality.objects.matching("oulu")) == []


def test_sort_key_and_search_follow_a_changed_name(without_reference):
    one, other = MunicipalityFactory(name_fi="Alku"), MunicipalityFactory(name_fi="Keski")
    one.name_fi = "Öja"

    one.save()

    assert list(Municipality.objects.matching("oja")) == [one]
    assert list(Municipality.objects.by_name()) == [other, one]


@pytest.mark.parametrize(("language", "suffix"), [("fi", "fi"), ("sv", "sv"), ("en", "en"), ("en-gb", "en")])
def test_language_suffix_is_the_active_language(language, suffix):
    with translation.override(language):
        assert language_suffix() == suffix
