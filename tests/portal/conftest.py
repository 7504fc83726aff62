"""The people of Oulu's portal, besides the cast: two with other appointments, two whose role is over."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from common.partial_dates import PartialDate
from registry import models
from surveys.models import Answer, AnswerFile, Response
from tests import factories
from tests.surveys.factories import RoundFactory, RoundThemeFactory, question

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(account):
    """A browser in which `account` has signed in."""
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def sent_in(municipality):
    """Return the response that a municipality sent in to a round of 2025."""
    survey_round = RoundFactory(region=models.Region.objects.get(code="17"), year=2025)
    moment = dt.datetime(2025, 9, 10, 9, tzinfo=dt.UTC)
    return Response.objects.create(
        round=survey_round, municipality=municipality, started_at=moment, submitted_at=moment, submitted_post="sihteeri"
    )


def file_of(response):
    """Return a file that was given as an answer."""
    asked = question(RoundThemeFactory(round=response.round), "file")
    answer = Answer.objects.create(response=response, question=asked)
    file = ContentFile(b"%PDF-1.7", name="ohje.pdf")
    return AnswerFile.objects.create(
        answer=answer, file=file, name="ohje.pdf", size=8, content_type="application/pdf", digest="ab" * 32
    )


@pytest.fixture
def portal(cast, reference):
    """A client for each role towards Oulu, and a row of everything that Oulu's addresses name."""
    oulu = reference.oulu
    today = dt.date.today()
    yesterday, tomorrow = (PartialDate.day(today + dt.timedelta(days=days)) for days in (-1, 1))

    def appoint(word, **role):
        person = factories.PersonFactory(
            user=factories.UserFactory(email=f"{word}@example.org"), region=reference.pohjois_pohjanmaa
        )
        factories.AppointmentFactory(**{"municipality": oulu, "person": person} | role)
        return person.user

    deputy = {"kind": models.Appointment.Kind.DEPUTY, "deputy_for": cast.leena_in_oulu}
    accounts = {
        "stranger": cast.stranger,
        "elsewhere": appoint("muualla", municipality=reference.hailuoto),
        "former": appoint("entinen", end=yesterday),
        "past_deputy": appoint("ent.sijainen", end=yesterday, **deputy),
        "other_coordinator": cast.outi.user,
        "administrator": cast.aino,
        "liaison": cast.leena.user,
        "deputy": appoint("sijainen", end=tomorrow, **deputy),
        "agent": cast.ahti.user,
        "fallback": appoint("vara", kind=models.Appointment.Kind.FALLBACK, fallback_reason="syy"),
        "coordinator": cast.kaisa.user,
    }
    clients = {role: client_of(account) for role, account in accounts.items()}
    clients["looking"] = client_of(cast.kaisa.user)
    clients["looking"].post("/oma/oulu/katso/")
    response = sent_in(oulu)
    return SimpleNamespace(
        clients={"anonymous": Client()} | clients,
        grant=models.GrantPeriod.objects.create(municipality=oulu, name="Toiminta-avustus", closes_on=tomorrow.last),
        letter=models.AssociationLetter.objects.create(municipality=oulu, subject="Avustukset", text="Hae nyt."),
        year=response.round.year,
        file=file_of(response).key,
        task=models.Task.objects.create(audience="pair", municipality=oulu, title="Soita", is_proposal=True),
        appointment=cast.leena_in_oulu,
        handover=models.Handover.objects.create(
            region=reference.pohjois_pohjanmaa,
            appointment=models.Appointment.objects.get(person__user=accounts["former"]),
            successor=cast.leena,
        ),
        elsewhere=models.Appointment.objects.get(person__user=accounts["elsewhere"]),
    )
