"""What published rounds tell together, and what is taken from them to be used elsewhere."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from public.decorators import public_page
from public.views.results import edition_asked, results_context, words_language
from registry.models.site import demo_label
from surveys.published import published_municipality
from surveys.result_grants import grants_of
from surveys.result_stories import stories_of
from surveys.results import results_of
from surveys.wellbeing_text import wellbeing_text as wellbeing_text_of


@public_page
def result_stories(request, region_slug):
    """What a region's published rounds tell together: around naming a liaison, climbers, the stuck, the unchanged."""
    region_results = _results(region_slug)
    stories = stories_of(region_results)
    context = {"region": stories.region, "stories": stories, "words_language": _language_of(region_results)}
    return render(request, "public/result_stories.html", context)


@public_page
def result_grants(request, region_slug):
    """Grants per resident over the years: the region's, and each municipality's of the latest year by name."""
    region_results = _results(region_slug)
    grants = grants_of(region_results)
    context = {"region": grants.region, "grants": grants, "words_language": _language_of(region_results)}
    return render(request, "public/result_grants.html", context)


@public_page
def municipality_grants(request, region_slug, municipality_slug):
    """One municipality's grants per resident over the years, with what they come from."""
    region_results = _results(region_slug)
    grants = grants_of(region_results, municipality_slug)
    if not grants:
        raise Http404
    context = {
        "region": grants.region,
        "municipality": grants.municipality,
        "grants": grants,
        "words_language": _language_of(region_results),
    }
    return render(request, "public/municipality_grants.html", context)


@public_page
def wellbeing_text(request, region_slug, year, municipality_slug):
    """The municipality's results as text to copy into its wellbeing report."""
    published = _answered(request, region_slug, year, municipality_slug)
    context = {
        **results_context(published.results),
        "name": published.page.name,
        "slug": municipality_slug,
        "text": _text(request, published),
    }
    return render(request, "public/wellbeing_text.html", context)


@public_page
def wellbeing_file(request, region_slug, year, municipality_slug):
    """The same text as a file."""
    published = _answered(request, region_slug, year, municipality_slug)
    name = f"{municipality_slug}-kysely-{year}-{published.edition.number}-hyvinvointikertomus.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(_text(request, published), content_type="text/plain; charset=utf-8", headers=headers)


def _results(region_slug):
    """Return the region's published results; 404 where there are none."""
    region_results = results_of(region_slug)
    if region_results is None:
        raise Http404
    return region_results


def _answered(request, region_slug, year, municipality_slug):
    """Return the PublishedMunicipality of the edition asked for; 404 where it has not answered or nothing is public."""
    published = published_municipality(region_slug, year, municipality_slug, edition_asked(request.GET))
    if published is None or not published.page.has_answered:
        raise Http404
    return published


def _text(request, published):
    survey_round = published.edition.round
    place = [survey_round.region.slug, survey_round.year, published.standing.slug]
    address = settings.SITE_URL + reverse("municipality_results", args=place)
    return wellbeing_text_of(published, address, demo_label(request.site_state))


def _language_of(region_results):
    return words_language(region_results.latest[0].round)
