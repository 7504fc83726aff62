"""Surveys that are asked now or soon, in words, for what is next in a region."""

from dataclasses import dataclass

from django.urls import reverse

from surveys.method import state_in_words


@dataclass(frozen=True)
class ComingSurvey:
    """A round with its days in words, and where its method stands."""

    title: str
    state: str
    url: str


def coming_surveys(region_slug, rounds):
    """Return a ComingSurvey of each of these rounds of the region."""
    return [
        ComingSurvey(str(each), state_in_words(each), reverse("survey_method", args=[region_slug, each.year]))
        for each in rounds
    ]
