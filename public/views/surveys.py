from django.http import Http404
from django.shortcuts import render

from public.decorators import public_page
from surveys.method import method_of, state_in_words
from surveys.models import Round


@public_page
def survey_method(request, region_slug, year):
    """What a round asks, how answers become figures, and what the figures do not tell; before the round opens, too."""
    survey_round = Round.objects.for_method_page(region_slug, year)
    if survey_round is None:
        raise Http404
    context = {
        "region": survey_round.region,
        "survey_round": survey_round,
        "state": state_in_words(survey_round),
        "method": method_of(survey_round),
    }
    return render(request, "public/survey_method.html", context)
