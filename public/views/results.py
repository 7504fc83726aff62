from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from public.decorators import public_page
from public.figure_rows import published_rows
from public.maps import answer_map
from public.result_rows import comparison_fields, region_heads
from registry.page_reads import figures_of_region
from surveys.published import published_edition, published_municipality, published_question
from surveys.result_compare import comparison_of
from surveys.result_history import history_of
from surveys.result_region import region_page
from surveys.result_sides import evening_sheet_of
from surveys.results import results_of
from surveys.used_elsewhere import grants_key, national_items


def edition_asked(query):
    """Return the number of the edition that the address names, None for the latest; 404 for what is no number."""
    number = query.get("painos", "")
    if number and not (number.isascii() and number.isdecimal() and len(number) < 5):
        raise Http404
    return int(number) if number else None


def words_language(survey_round):
    """Return the language of the round's words where it is not asked in the page's own; else an empty text."""
    languages = survey_round.languages
    return "" if get_language() in languages else languages[0]


def results_context(results):
    """Return what every page of an edition shows: the region, the round, the edition, its log and the years beside."""
    edition = results.edition
    return {
        "words_language": words_language(edition.round),
        "text_language": edition.round.languages[0],
        "region": edition.round.region,
        "survey_round": edition.round,
        "edition": edition,
        "is_latest": results.is_latest,
        "log": results.region_results.of_year(edition.round.year),
        "other_years": [each.round.year for each in results.region_results.latest if each.round_id != edition.round_id],
    }


@public_page
def round_results(request, region_slug, year):
    """What a round tells of its region: in words, by theme and municipality, question by question."""
    results = published_edition(region_slug, year, edition_asked(request.GET))
    if results is None:
        raise Http404
    page = region_page(results)
    order = request.GET.get("jarjestys", "")
    context = {
        **results_context(results),
        "page": page,
        "heads": region_heads(request.GET, page, order),
        "rows": page.rows(order),
    }
    return render(request, "public/round_results.html", context)


@public_page
def question_results(request, region_slug, year, key):
    """One question of a round: how many answered what, and who, as a map and an equal table."""
    found = published_question(region_slug, year, key, edition_asked(request.GET))
    if found is None:
        raise Http404
    context = {
        **results_context(found.results),
        "figure": found.figure,
        "rows": found.rows,
        "national": national_items({key}),
        "is_grants": key == grants_key(),
        "map": answer_map(found.rows, reverse("round_results", args=[region_slug, year])) if found.is_mapped else None,
    }
    return render(request, "public/question_results.html", context)


@public_page
def municipality_results(request, region_slug, year, municipality_slug):
    """What a round tells of one municipality: its themes, answers, strengths, and who does already what is missing."""
    found = published_municipality(region_slug, year, municipality_slug, edition_asked(request.GET))
    if found is None:
        raise Http404
    context = {
        **results_context(found.results),
        "found": found,
        "page": found.page,
        "standing": found.standing,
        "question_url": f"{reverse('round_results', args=[region_slug, year])}kysymys/",
    }
    return render(request, "public/municipality_results.html", context)


@public_page
def compare_municipalities(request, region_slug):
    """Up to four municipalities of a region beside each other; the choice is in the address."""
    asked = request.GET.getlist("kunnat")
    slugs = [slug for each in asked for slug in each.split(",") if slug]
    comparison = comparison_of(region_slug, slugs)
    if comparison is None:
        raise Http404
    context = {
        **results_context(comparison.results),
        "comparison": comparison,
        "fields": comparison_fields(comparison),
        "round_url": reverse("round_results", args=[region_slug, comparison.edition.round.year]),
    }
    return render(request, "public/compare_municipalities.html", context)


@public_page
def result_rounds(request, region_slug):
    """A region's published rounds, and what can be told of their years beside each other."""
    region_results = results_of(region_slug)
    if region_results is None:
        raise Http404
    history = history_of(region_results)
    context = {
        "region": history.region,
        "history": history,
        "published": published_rows(figures_of_region(history.region)),
        "words_language": words_language(region_results.latest[0].round),
    }
    return render(request, "public/result_rounds.html", context)


@public_page
def evening_sheet(request, region_slug, year, municipality_slug):
    """What an association evening looks at together: the municipality and its associations side by side."""
    sheet = evening_sheet_of(region_slug, year, municipality_slug)
    if sheet is None:
        raise Http404
    survey_round = sheet.edition.round
    context = {
        "region": survey_round.region,
        "survey_round": survey_round,
        "sheet": sheet,
        "name": sheet.result.municipality.name,
        "slug": municipality_slug,
        "words_language": words_language(survey_round),
    }
    return render(request, "public/evening_sheet.html", context)
