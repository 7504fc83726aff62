"""An interview of Oulu: the round of survey_world, the coordinator's browser, and Leena who answers."""

import re

import pytest
from django.core import mail
from django.test import Client

from surveys.interviewing import begin_interview, finish_interview
from surveys.models import Answer, Interview
from tests.accounts.helpers import after_commit
from tests.portal.survey_world import address

POST = "vapaa-aikasihteeri"
CALLS = "/oma/haastattelut/"
TALK = "haastattelu/"


@pytest.fixture
def kaisa(cast):
    """The coordinator's browser."""
    client = Client()
    client.force_login(cast.kaisa.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def interview(survey, reference, cast):
    """Oulu's interview by phone, begun."""
    return begin_interview(survey, reference.oulu, source="phone", post=POST, by=cast.kaisa.user)


def asked(client):
    """Return the key of the question that the screen asks now, or where it leads instead."""
    page = client.get(address(TALK))
    return page.context["screen"].question.key if page.status_code == 200 else page.headers["Location"]


def say(client, *, go="next", **inputs):
    """Send the screen's form with `inputs` (`a__b` is `a--b`); return the answer."""
    page = client.get(address(TALK))
    data = {"go": go, "token": page.context["page"].token}
    for each in page.context["form"].asked:
        data[f"{each.name}--seen"] = each.standing.mark
        data |= {name: each.typed.data.getlist(name) for name in each.typed.data}
    return client.post(address(TALK), data | {name.replace("__", "--"): value for name, value in inputs.items()})


def say_everything(client, **more):
    """Answer the questions of survey_world in order: the follow-up is not asked after "no"; `more` with the first."""
    say(client, teksti="Talo", **more)
    say(client, valinta="no")
    say(client, luku="7")
    say(client, huomio__state="do_not_know")
    return say(client, toinen="Paljon")


@pytest.fixture
def finished(interview, kaisa, cast):
    """Oulu's response after the whole interview; the letter has gone."""
    say_everything(kaisa)
    with after_commit():
        return finish_interview(Interview.objects.get(), by=cast.kaisa.user)


def link_of_letter():
    """Return the address of the latest link that a letter brought."""
    links = [re.search(r"http://testserver(/(?:sv/|en/)?y/[\w-]+/)", letter.body) for letter in mail.outbox]
    return [link[1] for link in links if link][-1]


def states():
    """Return {question's key: (source, post, confirmed how, by post)} of all answers."""
    rows = Answer.objects.select_related("question__indicator")
    return {row.question.key: (row.source, row.answerer_post, row.confirmed_how, row.confirmed_post) for row in rows}
