"""The people of Oulu's portal, besides the cast: two with other appointments, two whose role is over."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from common.partial_dates import PartialDate
from meetings.models import Invitation, MeetingKind
from registry import models
from surveys.answering import start_response
from surveys.models import Answer, AnswerFile, Delegation, PaperBatch, ReplyComment, Response, Round
from surveys.open_links import make_open_link
from tests import factories
from tests.meetings.factories import MeetingFactory, VenueFactory
from tests.portal.association_world import side  # noqa: F401
from tests.portal.interview_world import finished, interview, kaisa  # noqa: F401
from tests.portal.survey_world import begun, leena, survey, without_july  # noqa: F401
from tests.surveys import factories as survey_factories

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(account):
    """A browser in which `account` has signed in."""
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def sent_in(municipality):
    """Return the response that a municipality sent in to a round of 2025."""
    survey_round = survey_factories.RoundFactory(region=models.Region.objects.get(code="17"), year=2025)
    moment = dt.datetime(2025, 9, 10, 9, tzinfo=dt.UTC)
    return Response.objects.create(
        round=survey_round, municipality=municipality, started_at=moment, submitted_at=moment, submitted_post="sihteeri"
    )


def file_of(response):
    """Return a file that was given as an answer."""
    asked = survey_factories.question(survey_factories.RoundThemeFactory(round=response.round), "file")
    answer = Answer.objects.create(response=response, question=asked)
    file = ContentFile(b"%PDF-1.7", name="ohje.pdf")
    return AnswerFile.objects.create(
        answer=answer, file=file, name="ohje.pdf", size=8, content_type="application/pdf", digest="ab" * 32
    )


def commented(response):
    """Close the response's round yesterday, so that its results are looked at; return a comment on them."""
    yesterday = dt.date.today() - dt.timedelta(days=1)
    Round.objects.filter(pk=response.round_id).update(opened_at=timezone.now(), closes_on=yesterday)
    return ReplyComment.objects.create(response=response, text="Luku on vanha.")


def begun_survey(cast, reference):
    """Return Oulu's begun response to an open round, in which something required is missing, and its theme."""
    today = dt.date.today()
    theme = survey_factories.RoundThemeFactory(
        round=survey_factories.RoundFactory(
            region=reference.pohjois_pohjanmaa, year=today.year, opens_on=today, closes_on=today
        ),
        theme=survey_factories.ThemeFactory(key="tilat"),
    )
    survey_factories.question(theme, "yes_no", ["yes", "no"], is_required=True)
    survey_factories.question(theme, "yes_no", ["yes", "no"], audience="associations")
    Round.objects.filter(pk=theme.round_id).update(opened_at=timezone.now())
    return start_response(theme.round, reference.oulu, by=cast.leena.user), theme


def coming_evening(reference):
    """Return a published evening of Oulu in three weeks."""
    begins = timezone.now() + dt.timedelta(days=21)
    return MeetingFactory(
        kind=MeetingKind.objects.get(key="association-evening"), region=reference.pohjois_pohjanmaa, slug="oulun-ilta",
        starts_at=begins, ends_at=begins + dt.timedelta(hours=2), hosts=[reference.oulu],
        venue=VenueFactory(municipality=reference.oulu),
    )  # fmt: skip


@pytest.fixture
def portal(cast, reference):
    """A client for each role towards Oulu, and a row of everything that Oulu's addresses name."""
    return make_portal(cast, reference)


def make_portal(cast, reference):
    """Make and return what the fixture `portal` gives."""
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
    past = sent_in(oulu)
    file = file_of(past)

    response, round_theme = begun_survey(cast, reference)
    make_open_link(response.round, oulu, by=None)
    evening = coming_evening(reference)
    batch = PaperBatch.objects.create(
        round=response.round, municipality=oulu, label="Yhdistysilta", collected_on=today, n_papers=9
    )
    return SimpleNamespace(
        clients={"anonymous": Client()} | clients,
        year=SimpleNamespace(pk=today.year),
        delegation=Delegation.objects.create(
            response=response, round_theme=round_theme, post="sihteeri", email="sihteeri@example.org"
        ),
        grant=models.GrantPeriod.objects.create(municipality=oulu, name="Toiminta-avustus", closes_on=tomorrow.last),
        letter=models.AssociationLetter.objects.create(municipality=oulu, subject="Avustukset", text="Hae nyt."),
        batch=batch.key,
        past_year=past.round.year,
        file=file.key,
        evening=evening.slug,
        guest=Invitation.objects.create(meeting=evening, audience="guest", name="Veera Vieras"),
        comment=commented(past),
        task=models.Task.objects.create(audience="pair", municipality=oulu, title="Soita", is_proposal=True),
        appointment=cast.leena_in_oulu,
        handover=models.Handover.objects.create(
            region=reference.pohjois_pohjanmaa,
            appointment=models.Appointment.objects.get(person__user=accounts["former"]),
            successor=cast.leena,
        ),
        elsewhere=models.Appointment.objects.get(person__user=accounts["elsewhere"]),
    )
