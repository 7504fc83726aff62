from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse

from public.decorators import public_page
from public.views.results import edition_asked
from surveys.document_files import DOCX, docx_of
from surveys.press import published_municipality_release
from surveys.published import published_edition, published_municipality
from surveys.result_files import open_file
from surveys.statements import statement_pdf


@public_page
def results_file(request, region_slug, year, name, extension):
    """What is published of a round as a file; `?painos=` is an edition, the latest without one."""
    results = published_edition(region_slug, year, edition_asked(request.GET))
    file = results and open_file(results, f"{name}.{extension}")
    if not file:
        raise Http404
    return _attachment(file.name, file.content_type, file.content)


@public_page
def results_release(request, region_slug, year, municipality_slug):
    """The draft of a press release about a municipality that answered, to finish in a word processor."""
    published = _answered(request, region_slug, year, municipality_slug)
    name = f"{municipality_slug}-{year}-{published.edition.number}-tiedote.docx"
    return _attachment(name, DOCX, docx_of(published_municipality_release(published)))


def _attachment(name, content_type, content):
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def _answered(request, region_slug, year, municipality_slug):
    """Return the PublishedMunicipality of the address; 404 for one that did not answer."""
    published = published_municipality(region_slug, year, municipality_slug, edition_asked(request.GET))
    if published is None or not published.page.has_answered:
        raise Http404
    return published


@public_page
def results_statement(request, region_slug, year, municipality_slug):
    """The results of a municipality that answered, on one page for its board, as a tagged PDF."""
    published = _answered(request, region_slug, year, municipality_slug)
    here = reverse("region_detail", args=[region_slug])
    address = f"{settings.SITE_URL}{here}kysely/{year}/{municipality_slug}/"
    return HttpResponse(statement_pdf(published, address), content_type="application/pdf")
