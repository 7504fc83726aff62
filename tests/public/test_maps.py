"""The map says the same as the table beside it, as tiles and as real shapes."""

import re

import pytest
from django.utils import timezone

from registry.models import Municipality, MunicipalityBoundary
from registry.publicity import touch
from tests import factories

REGION = "/en/pohjois-pohjanmaa/"
LINK = r'<a href="[^"]*" tabindex="-1" class="([^"]*)"(?: transform="[^"]*")? aria-label="([^"]*): ([^"]*)"><title>'


def drawn(source):
    """Return {name: situation in words} as the map's links tell them."""
    figure = source.split('<figure class="tile-map">')[1].split("</figure>")[0]
    links = re.findall(LINK, figure)
    return {name: (words, classes) for classes, name, words in links}


def listed(response):
    """Return {name: situation in words} as the table's rows tell them."""
    return {row.name: str(row.situation.label) for row in response.context["rows"]}


@pytest.fixture
def situations(cast, reference):
    factories.SituationStatementFactory(municipality=reference.hailuoto)
    factories.SituationStatementFactory(municipality=reference.vaala, kind="being_named")


def squares(municipalities):
    """Give each municipality a square of its own in a row."""
    MunicipalityBoundary.objects.bulk_create(
        MunicipalityBoundary(
            municipality=municipality,
            rings=[[[n * 100, 0], [n * 100 + 100, 0], [n * 100 + 100, 100], [n * 100, 100]]],
            label_x=n * 100 + 50,
            label_y=50,
            attribution="Esimerkkiaineisto",
            imported_at=timezone.now(),
        )
        for n, municipality in enumerate(municipalities)
    )
    touch()


@pytest.mark.parametrize("has_boundaries", [False, True])
def test_map_says_what_the_table_says(client, situations, has_boundaries):
    if has_boundaries:
        squares(Municipality.objects.all())
    response = client.get(REGION)
    words = {name: words for name, (words, _classes) in drawn(response.content.decode()).items()}
    assert words == listed(response)
    assert set(words.values()) == {"liaison named", "no liaison", "being named", "no information"}
    assert ("Esimerkkiaineisto" in response.content.decode()) is has_boundaries


def test_map_dims_what_the_reader_has_left_out(client, situations):
    response = client.get(f"{REGION}?tilanne=named")
    clear = {name for name, (_words, classes) in drawn(response.content.decode()).items() if "dimmed" not in classes}
    assert clear == set(listed(response)) == {"Oulu"}


def test_tiles_stand_apart_and_are_named_apart(client, reference):
    tiles = client.get(REGION).context["map"].tiles
    assert len({(tile.x, tile.y) for tile in tiles}) == len({tile.label for tile in tiles}) == 30
    assert all(tile.name.startswith(tile.label) for tile in tiles)


def test_region_with_a_municipality_without_a_place_has_no_map(client, reference):
    factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa)
    source = client.get(REGION).content.decode()
    assert "tile-map" not in source
    assert source.count("<tr id=") == 31


def test_chart_says_what_its_table_says(client, situations):
    response = client.get(REGION)
    chart, history = response.context["chart"], response.context["history"]
    told = [(row.figure, row.is_published) for row in chart.rows]
    assert told == [
        (f"{row.named.count}/{row.named.out_of} ({row.named.percent}%)", row.is_published)
        for row in history
        if row.named.out_of
    ]
    assert [bar.width for bar in chart.bars][:3] == [round(160 * n / 30) for n in (7, 19, 27)]
    source = response.content.decode()
    figure = source.split('<figure class="chart">')[1].split("</figure>")[0]
    table = source.split('id="history-caption"')[1].split("</table>")[0]
    assert all(row.figure in figure and row.figure.split(" ")[0] in table for row in chart.rows)
    assert chart.reading.startswith("Published elsewhere: 11 Oct 2017 7/30 (23%),")


def test_new_boundaries_are_seen_on_the_next_request(client, reference):
    assert client.get(REGION).context["shapes"] is None
    squares(Municipality.objects.members_of(reference.pohjois_pohjanmaa, reference.pohjois_pohjanmaa.records_from))
    assert len(client.get(REGION).context["shapes"].shapes) == 30
