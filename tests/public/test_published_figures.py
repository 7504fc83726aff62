"""What was published before the registry: recomputed where the municipalities are named, else as its row says."""

import csv
from decimal import Decimal

import pytest
from django.conf import settings

from registry.models import Municipality, PublishedFigure

pytestmark = pytest.mark.django_db
REGION = "/pohjois-pohjanmaa/"


@pytest.fixture
def stated():
    """The rows of the reference data's file, by their key."""
    with (settings.BASE_DIR / "registry/data/published_figures.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_a_count_whose_municipalities_are_named_is_the_number_of_their_rows(reference):
    named = PublishedFigure.objects.exclude(named_municipalities=None).distinct()

    recomputed = {figure.key: figure.named_municipalities.count() for figure in named}

    assert recomputed == {figure.key: int(figure.value) for figure in named} == {"f01": 7, "f13": 9, "f31": 4}
    # The liaisons, the free premises and the documents also stand on each municipality's own page.
    utajarvi = Municipality.objects.get(code="889")
    assert {"f01", "f13", "f31"} <= {row.key for row in PublishedFigure.objects.for_municipality_page(utajarvi)}


def test_grants_per_resident_are_rows_of_their_municipalities_the_highest_first(reference):
    rows = PublishedFigure.objects.filter(series__key="grants_eur_per_resident").order_by("-value")

    assert [(row.municipality.name_fi, row.value, row.has_share) for row in rows] == [
        ("Sievi", Decimal("26.47"), False), ("Utajärvi", Decimal("23.72"), False),
        ("Pyhäjärvi", Decimal("22.18"), False), ("Siikalatva", Decimal("20.54"), False),
    ]  # fmt: skip


def test_every_other_figure_equals_its_row_and_shows_its_source(client, reference, stated):
    figures = {figure.key: figure for figure in PublishedFigure.objects.select_related("series")}

    assert figures.keys() == stated.keys()
    for key, row in stated.items():
        figure = figures[key]
        out_of = int(row["out_of"]) if row["out_of"] else None
        assert (figure.value, figure.out_of, figure.source) == (Decimal(row["value"]), out_of, row["source"])
    shown = client.get(REGION).context["published"]
    of_region = [row for row in stated.values() if row["region_code"] == "17" and not row["municipality_code"]]
    assert sorted((row.year, row.source_words.split(". ")[0]) for row in shown) == sorted(
        (int(row["reference_year"]), row["source"]) for row in of_region
    )


def test_improved_cooperation_of_2018_and_2020_is_not_compared_and_has_no_share(client, reference):
    shown = {row.name: row for row in client.get(REGION).context["published"]}

    for name, value, reason in (
        ("Yhteistyö parantunut viime vuoden aikana", "19", "lukua ei voi verrata vuoden 2020 lukuun"),
        ("Yhteistyö parantunut kolmen viime vuoden aikana", "23", "lukua ei voi verrata vuoden 2018 lukuun"),
    ):
        row = shown[name]
        assert (row.words, row.share, row.year) == (value, None, 2018 if value == "19" else 2020)
        assert reason in row.source_words
        assert "ei ole julkaistu" in row.of_what


def test_the_corrected_figure_of_2017_shows_both_editions(client, reference):
    shown = client.get(REGION).context["published"]

    of_2017 = [
        (row.words.replace("\xa0", " "), row.correction)
        for row in shown
        if row.year == 2017 and "maksul" in row.name.lower()
    ]

    assert [row for row in of_2017 if row[1]] == [
        ("6/30 (20 %)", "Korjattu myöhemmin"), ("5/30 (17 %)", "Korjaa aiemman luvun"),
    ]  # fmt: skip
