from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from bench.comparators.models import Answer, Draft, Place

YEAR = 2025
N_FIELDS = 40


def hello(request):
    """The least that the middlewares let through."""
    return HttpResponse("Hello, World!", content_type="text/plain")


def rows(request):
    """Thirty rows of nine columns, about 28 kB, from one query."""
    return render(request, "comparators/rows.html", {"places": Place.objects.order_by("pk")[:30]})


def detail(request, slug):
    """One place and its forty answers, from two queries."""
    place = get_object_or_404(Place, slug=slug)
    answers = Answer.objects.filter(place=place, year=YEAR).order_by("question")
    return render(request, "comparators/detail.html", {"place": place, "answers": answers})


class SurveyForm(forms.Form):
    """Forty fields of four kinds."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = (
            lambda label: forms.ChoiceField(
                label=label, required=False, choices=[("", "–"), ("y", "Yes"), ("n", "No"), ("p", "In part")]
            ),
            lambda label: forms.IntegerField(label=label, required=False, min_value=0),
            lambda label: forms.DateField(label=label, required=False),
            lambda label: forms.CharField(label=label, required=False, widget=forms.Textarea),
        )
        for number in range(N_FIELDS):
            self.fields[f"q{number + 1}"] = kinds[number % 4](f"Question {number + 1}")


@login_required
def survey(request, slug):
    """Show the form to somebody signed in; save what is sent as one JSON."""
    place = get_object_or_404(Place, slug=slug)
    if request.method == "POST":
        form = SurveyForm(request.POST)
        if form.is_valid():
            answers = {name: str(value or "") for name, value in form.cleaned_data.items()}
            with transaction.atomic():
                Draft.objects.update_or_create(
                    place=place, year=YEAR + 1, defaults={"answers": answers, "user": request.user}
                )
            return HttpResponseRedirect(request.path)
    else:
        draft = Draft.objects.filter(place=place, year=YEAR + 1).first()
        form = SurveyForm(initial=draft.answers if draft else None)
    return render(request, "comparators/survey.html", {"place": place, "form": form})
