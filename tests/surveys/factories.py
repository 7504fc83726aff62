"""Rounds and questions for tests, without surprises: what a test relies on it names itself."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from surveys import models
from tests.factories import RegionFactory


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = models.Theme

    key = factory.Sequence(lambda n: f"teema-{n}")
    name_fi = factory.Sequence(lambda n: f"Teema {n}")
    position = factory.Sequence(lambda n: 100 + n)


class IndicatorFactory(DjangoModelFactory):
    class Meta:
        model = models.Indicator

    key = factory.Sequence(lambda n: f"indicator-{n}")
    name_fi = factory.Sequence(lambda n: f"Mittari {n}")
    theme = factory.SubFactory(ThemeFactory)


class RoundFactory(DjangoModelFactory):
    """A draft of autumn 2026 in Finnish."""

    class Meta:
        model = models.Round

    region = factory.SubFactory(RegionFactory)
    year = 2026
    title_fi = "Kartoitus"
    opens_on = dt.date(2026, 9, 1)
    closes_on = dt.date(2026, 10, 15)


class RoundThemeFactory(DjangoModelFactory):
    class Meta:
        model = models.RoundTheme

    round = factory.SubFactory(RoundFactory)
    theme = factory.SubFactory(ThemeFactory)
    position = factory.Sequence(lambda n: n)


class QuestionFactory(DjangoModelFactory):
    """A question of a round theme; its round follows from `round_theme`."""

    class Meta:
        model = models.Question

    round_theme = factory.SubFactory(RoundThemeFactory)
    round = factory.SelfAttribute("round_theme.round")
    indicator = factory.SubFactory(IndicatorFactory, theme=factory.SelfAttribute("..round_theme.theme"))
    position = factory.Sequence(lambda n: n)
    kind = "single"
    wording_fi = factory.Sequence(lambda n: f"Kysymys {n}?")


class OptionFactory(DjangoModelFactory):
    class Meta:
        model = models.Option

    question = factory.SubFactory(QuestionFactory)
    key = factory.Sequence(lambda n: f"option-{n}")
    label_fi = factory.Sequence(lambda n: f"Vaihtoehto {n}")
    position = factory.Sequence(lambda n: n)


def question(round_theme, kind="single", options=(), **fields):
    """Make and return a question with options of these keys, best first."""
    made = QuestionFactory(round_theme=round_theme, kind=kind, **fields)
    for position, key in enumerate(options, start=1):
        OptionFactory(question=made, key=key, label_fi=key.capitalize(), position=position)
    return made


def rows_of_tables(region, municipality):
    """Return one row of every table of the survey that the administration shows, all of `region`."""
    survey_round = RoundFactory(region=region)
    round_theme = RoundThemeFactory(round=survey_round)
    asked = question(round_theme, options=["yes", "no"], indicator=IndicatorFactory(region=region))
    return {
        "indicator": asked.indicator,
        "question": asked,
        "response": models.Response.objects.create(round=survey_round, municipality=municipality),
        "round": survey_round,
        "theme": round_theme.theme,
        "criterion": models.Criterion.objects.create(key="kriteeri", name_fi="Kriteeri"),
    }
