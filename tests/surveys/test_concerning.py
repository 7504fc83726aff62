"""Which questions a municipality gets."""

import datetime as dt

import pytest

from registry.models import Area, AreaMembership, Municipality, Population, SizeClass
from surveys.concerning import questions_for
from surveys.models import Question
from tests.surveys import factories

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 9, 1)


def test_a_municipality_gets_what_concerns_it(reference, django_assert_num_queries):
    theme = factories.RoundThemeFactory()
    area = AreaMembership.objects.filter(municipality=reference.oulu).first().area
    own = AreaMembership.objects.filter(municipality=reference.oulu)
    other = Area.objects.exclude(pk__in=own.values("area")).first()
    Population.objects.update_or_create(
        municipality=reference.oulu, year=2025, defaults={"residents": 220_000, "source": "test"}
    )
    large = SizeClass.objects.order_by("-lower_bound").first()
    small = SizeClass.objects.order_by("lower_bound").first()
    made = {
        "all": factories.question(theme),
        "own area": factories.question(theme, concerns="area", area=area),
        "other area": factories.question(theme, concerns="area", area=other),
        "large": factories.question(theme, concerns="size_class", size_class=large),
        "small": factories.question(theme, concerns="size_class", size_class=small),
        "bilingual": factories.question(theme, concerns="bilingual"),
    }
    names = {question.pk: name for name, question in made.items()}
    questions = list(Question.objects.in_round(theme.round).in_order().with_structure())

    with django_assert_num_queries(2):
        found = questions_for(questions, reference.oulu, ON)
    assert [names[question.pk] for question in found] == ["all", "own area", "large"]

    Municipality.objects.filter(pk=reference.oulu.pk).update(languages="fi-sv")
    found = questions_for(questions, reference.oulu, ON)
    assert [names[question.pk] for question in found] == ["all", "own area", "large", "bilingual"]
