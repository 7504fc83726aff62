"""Oulu's and Hailuoto's associations in an open round with two questions, and what they send."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client

from surveys.models import Round
from surveys.open_links import make_open_link, token_of
from tests.portal.survey_world import without_july  # noqa: F401
from tests.surveys import factories

TODAY = dt.date.today()


@pytest.fixture
def side(reference, cast, without_july):  # noqa: F811
    """An open round that asks associations two things, and Oulu's open link."""
    survey_round = factories.RoundFactory(
        region=reference.pohjois_pohjanmaa, year=TODAY.year, title_fi="Kartoitus", has_swedish=True,
        opens_on=TODAY - dt.timedelta(days=3), closes_on=TODAY + dt.timedelta(days=3),
    )  # fmt: skip
    theme = factories.RoundThemeFactory(round=survey_round, theme=factories.ThemeFactory(key="tilat"))
    ask = {"audience": "associations", "offers_not_applicable": True}
    for key in ("tilat", "avustukset"):
        factories.question(
            theme, "yes_no", ["yes", "no"], indicator=factories.IndicatorFactory(key=key), wording_fi=f"{key}?", **ask
        )
    factories.question(theme, "yes_no", ["yes", "no"], wording_fi="Vain kunnalta?")
    Round.objects.filter(pk=survey_round.pk).update(opened_at="2020-01-01T00:00Z")
    survey_round.refresh_from_db()
    link = make_open_link(survey_round, reference.oulu, by=cast.leena.user)
    return SimpleNamespace(round=survey_round, link=link, address=f"/y/{token_of(link)}/")


def send(side, client=None, *, page=None, **answers):
    """Answer by the link as a browser does, with the mark of the page that it opens; return (client, answer)."""
    client = client or Client()
    page = page or client.get(side.address)
    data = {"mark": page.context["mark"], **answers}
    return client, client.post(side.address, data)
