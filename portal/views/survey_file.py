"""A file that was given as an answer, for those who answer for the municipality."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from registry.access import COORDINATOR, FALLBACK, OFFICERS, municipality_gate
from surveys.models import AnswerFile
from surveys.uploads import file_response


@require_safe
@municipality_gate(readers=OFFICERS | {FALLBACK, COORDINATOR})
def portal_survey_file(request, access, year, key):
    """Hand over a file of the municipality's own answers as an attachment."""
    files = AnswerFile.objects.of_municipality(access.municipality, year)
    return file_response(get_object_or_404(files, key=key))
