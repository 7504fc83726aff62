"""A municipality's answers as a PDF, once they have been sent in."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from registry.access import municipality_gate
from surveys.copies import answers_pdf
from surveys.models import Response
from surveys.round_page import RESPONDENTS


@require_safe
@municipality_gate(readers=RESPONDENTS)
def portal_survey_copy(request, access, year):
    """Hand over the PDF of what the municipality has sent in to the round of a year."""
    response = Response.objects.submitted().of_year(access.municipality, year)
    if response is None:
        raise Http404
    name, content = answers_pdf(response)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
