"""Published aggregates come in with source, day and n; what was published stays, corrections are dated rows."""

import datetime as dt

import pytest

from registry.imports.targets import targets_for
from registry.models import FigureSeries, PublishedFigure
from tests.registry.imports.files import bring, counts, read, verdicts

pytestmark = pytest.mark.django_db
HEAD = ["avain", "sarja", "julkaistu", "vuosi", "tunnusluku", "arvo", "n", "yksikkö", "lähde", "korjaa"]


def rows(*figures):
    series = FigureSeries.objects.order_by("position").first().key
    return [HEAD, *([key, series, on, "2018", "lukumäärä", value, n, "kuntaa", "Raportti 2018, s. 4", before]
                    for key, on, value, n, before in figures)]  # fmt: skip


def test_figures_come_in_with_source_day_and_n_and_a_correction_stands_beside_the_first_edition(reference, cast):
    region = reference.pohjois_pohjanmaa
    file = rows(
        ("oma-1", "24.9.2018", "6", "30", ""),
        ("oma-2", "1.3.2019", "5", "30", "oma-1"),
        ("oma-3", "1.3.2019", "8", "", ""),
    )

    run = bring("published-figures", file, region=region, by=cast.kaisa.user)

    assert counts(run) == {"created": 3}
    first, second, third = PublishedFigure.objects.filter(key__startswith="oma-").order_by("key")
    assert (first.value, first.out_of, first.source, first.region) == (6, 30, "Raportti 2018, s. 4", region)
    assert (second.supersedes, second.published_on) == (first, dt.date(2019, 3, 1))
    assert (first.has_share, third.has_share) == (True, False)
    assert first not in PublishedFigure.objects.latest_editions()
    assert first in PublishedFigure.objects.for_region_page(region)
    assert counts(read("published-figures", file, region=region)) == {"unchanged": 3}


def test_what_was_published_is_not_changed_and_what_cannot_be_is_refused(reference, cast):
    region = reference.pohjois_pohjanmaa
    bring("published-figures", rows(("oma-1", "24.9.2018", "6", "30", "")), region=region, by=cast.kaisa.user)
    file = rows(
        ("oma-1", "24.9.2018", "7", "30", ""),
        ("oma-2", "1.3.2019", "31", "30", ""),
        ("oma-3", "1.3.2018", "5", "30", "oma-1"),
        ("oma-4", "1.3.2019", "5", "30", "tuntematon"),
    )

    said = verdicts(read("published-figures", file, region=region))

    assert [verdict for verdict, _messages in said.values()] == ["refused"] * 4
    columns = [messages[0].split("”")[1] for _verdict, messages in said.values()]
    assert columns == ["arvo", "arvo", "julkaistu", "korjaa"]
    assert PublishedFigure.objects.get(key="oma-1").value == 6
    elsewhere = read("published-figures", rows(("oma-1", "24.9.2018", "6", "30", "")), region=reference.keski_suomi)
    assert set(counts(elsewhere)) == {"refused"}


def test_coordinators_bring_figures_in_and_change_none(cast):
    assert "published-figures" in {target.key for target in targets_for(cast.kaisa.user)}
    assert "published-figures" not in {target.key for target in targets_for(cast.leena.user)}
    assert not cast.kaisa.user.has_perm("registry.change_publishedfigure")
