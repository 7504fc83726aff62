"""A round of Oulu's with two themes, and the clients of those who answer it."""

import datetime as dt

import pytest
from django.test import Client

from surveys.answering import start_response
from surveys.models import ConditionTerm, Round
from tests.surveys import factories

TODAY = dt.date.today()


@pytest.fixture
def without_july(monkeypatch):
    """The days around today may be asked about whenever the tests run."""
    monkeypatch.setattr("surveys.models.rounds.HOLIDAY_MONTH", 0)


@pytest.fixture
def survey(reference, cast, without_july):
    """An open round: a text, a required choice, what follows from "yes", a number, a private text; another theme."""
    survey_round = factories.RoundFactory(
        region=reference.pohjois_pohjanmaa, year=TODAY.year, title_fi="Kartoitus",
        opens_on=TODAY - dt.timedelta(days=3), closes_on=TODAY + dt.timedelta(days=3),
    )  # fmt: skip
    one, two = (
        factories.RoundThemeFactory(
            round=survey_round, theme=factories.ThemeFactory(key=key, name_fi=name), position=place
        )
        for place, (key, name) in enumerate([("tilat", "Tilat"), ("avustukset", "Avustukset")])
    )

    def ask(theme, kind, key, options=(), **fields):
        indicator = factories.IndicatorFactory(key=key, theme=theme.theme)
        made = factories.question(theme, kind, options, indicator=indicator, wording_fi=f"Kysymys {key}?", **fields)
        setattr(survey_round, key, made)
        return made

    ask(one, "short_text", "teksti")
    choice = ask(one, "yes_no", "valinta", ["yes", "no"], is_required=True)
    follow_up = ask(one, "short_text", "jatko", is_required=True)
    ask(one, "integer", "luku")
    ask(one, "short_text", "huomio", asks_note=True, publicity="private")
    ask(two, "long_text", "toinen")
    ConditionTerm.objects.create(
        question=follow_up, earlier=choice, operator="has", option=choice.options.get(key="yes"), group=0
    )
    survey_round.one, survey_round.two = one, two
    Round.objects.filter(pk=survey_round.pk).update(opened_at="2020-01-01T00:00Z")
    survey_round.refresh_from_db(fields=["opened_at"])
    return survey_round


@pytest.fixture
def begun(survey, reference, cast):
    """Oulu's response, which Leena has begun."""
    return start_response(survey, reference.oulu, by=cast.leena.user)


@pytest.fixture
def leena(cast):
    """Leena's browser."""
    client = Client()
    client.force_login(cast.leena.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(page="", year=TODAY.year, municipality="oulu"):
    """Return the address of a page of the round."""
    return f"/oma/{municipality}/kysely/{year}/{page}"


def typed(client, theme="tilat", **inputs):
    """Return what the theme's form sends: everything that it shows, with `inputs` typed over it (`a__b` is `a--b`)."""
    form = client.get(address(f"{theme}/")).context["form"]
    page = client.get(address(f"{theme}/")).context["page"]
    data = {"token": page.token, "go": "here"}
    for asked in form.asked:
        if asked.standing:
            data[f"{asked.name}--seen"] = asked.standing.mark
        data |= {name: asked.typed.data.getlist(name) for name in asked.typed.data}
    return data | {name.replace("__", "--"): value for name, value in inputs.items()}


def one(client, key, data):
    """Send one answer as the script does."""
    mine = {name: value for name, value in data.items() if name in {key, "token"} or name.startswith(f"{key}--")}
    answer = client.post(address("tilat/"), mine, headers={"Accept": "application/json"})
    return answer.status_code, answer.json()
