"""Published results as tables show them: headings that sort by a link."""

from typing import NamedTuple

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from public.region_list import SortHead
from surveys.result_compare import MOST_COMPARED


def region_heads(query, page, order):
    """Return the headings of a round's table of themes by municipality; a link turns the order of its own column."""
    columns = [("nimi", _("Municipality")), *((each.key, each.name) for each in page.themes)]
    heads = []
    for key, label in columns:
        # Scores begin with the highest.
        asked = "nimi" if key == "nimi" else f"-{key}"
        turned = key if asked.startswith("-") else f"-{key}"
        is_own = (order.removeprefix("-") or "nimi") == key
        wanted = turned if (order or "nimi") == asked else asked
        params = {**dict(query.lists()), "jarjestys": wanted}
        direction = "descending" if order.startswith("-") else "ascending"
        heads.append(
            SortHead(label, f"?{urlencode(params, doseq=True)}#themes", direction if is_own else "", key != "nimi")
        )
    if page.results.has_total:
        heads.append(SortHead(_("All themes"), "", "", is_number=True))
    return heads


class ChoiceField(NamedTuple):
    """One list of municipalities to choose from: (address, name, whether chosen)."""

    number: int
    options: list


def comparison_fields(comparison):
    """Return the four ChoiceFields of a Comparison's form, with what is shown chosen in each."""
    chosen = [each.slug for each in comparison.chosen]
    fields = []
    for place in range(MOST_COMPARED):
        own = chosen[place] if place < len(chosen) else ""
        options = [(each.slug, each.name, each.slug == own) for each in comparison.choosable]
        fields.append(ChoiceField(place + 1, options))
    return fields


# The pages of each of them that are published: a region's, a round's, a municipality's in a round, over the years.
_OF_REGION = ("result_rounds", "result_stories", "result_grants", "compare_municipalities")
_OF_RESULT = ("municipality_results", "evening_sheet")


def result_addresses(published):
    """Return (URL name, arguments) of every page of published (region's slug, year, municipality's slug) rows."""
    rows = list(published)
    rounds = list(dict.fromkeys((region, year) for region, year, _municipality in rows))
    regions = list(dict.fromkeys(region for region, _year in rounds))
    places = list(dict.fromkeys((region, municipality) for region, _year, municipality in rows))
    return [
        *((name, [region]) for region in regions for name in _OF_REGION),
        *(("round_results", [*each]) for each in rounds),
        *((name, [*each]) for each in rows for name in _OF_RESULT),
        *(("municipality_grants", [*each]) for each in places),
    ]
