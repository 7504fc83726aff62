"""Letters of results: ready to be looked at, and published; who gets them, who does not, asked again when sent."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError

from jobs.registry import find_job
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.models import Municipality, Task
from registry.roles import end_role
from surveys.letters.results import RESULTS_PUBLISHED, RESULTS_READY
from surveys.letters.to_municipalities import preview_round_letter, send_round_letter
from surveys.models import Response, Round
from surveys.publishing import publish_results
from surveys.replying import agree_with_results
from tests import factories as people
from tests.registry.helpers import day
from tests.surveys.small_round import small_round

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def autumn():
    """Two days after the round has closed; fourteen are for comments."""
    with time_machine.travel(dt.datetime(2025, 10, 17, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


@pytest.fixture
def oulu(reference, cast):
    """What Oulu has sent in to a closed round of Pohjois-Pohjanmaa."""
    return small_round(reference.pohjois_pohjanmaa, [reference.oulu]).responses.get()


def liaison_in(name):
    place = Municipality.objects.get(name_fi=name)
    person = people.PersonFactory(region=place.memberships.first().region, email=f"{name.lower()}@example.org")
    people.AppointmentFactory(municipality=place, person=person)
    return place


def reasons(letter, survey_round):
    preview = preview_round_letter(letter, survey_round)
    left_out = {each.recipient.name.partition(":")[0]: each.reason for each in preview.left_out}
    return [each.address for each in preview.going], left_out


def states(kind):
    return {each.address: (each.state, each.reason) for each in Letter.objects.filter(kind=kind)}


def test_who_has_sent_in_and_not_agreed_is_asked_to_look_and_nobody_else(oulu, cast):
    declined, agreed, begun = (liaison_in(name) for name in ("Vaala", "Hailuoto", "Kempele"))
    now = dt.datetime.now(dt.UTC)
    Response.objects.create(round=oulu.round, municipality=declined, declined_at=now, decline_reason="x")
    Response.objects.create(round=oulu.round, municipality=begun, started_at=now)
    theirs = Response.objects.create(round=oulu.round, municipality=agreed, started_at=now, submitted_at=now)
    agree_with_results(theirs, by=cast.kaisa.user)

    going, left_out = reasons(RESULTS_READY, oulu.round)

    assert going == [cast.leena.email]
    assert {name: left_out[name] for name in ("Vaala", "Hailuoto", "Kempele", "Ii")} == {
        "Vaala": "declined", "Hailuoto": "agreed", "Kempele": "not_sent_in", "Ii": "not_sent_in",
    }  # fmt: skip
    send_round_letter(RESULTS_READY, oulu.round, by=cast.kaisa.user)
    with pytest.raises(ValidationError) as twice:
        send_round_letter(RESULTS_READY, oulu.round, by=cast.kaisa.user)
    assert twice.value.code == "nobody"
    send_waiting()
    (letter,) = mail.outbox
    assert letter.to == [cast.leena.email]
    assert "/oma/oulu/kysely/2025/tulokset/" in letter.body
    assert "29.10.2025" in letter.body


@pytest.mark.parametrize("meanwhile", ["agreed", "left", "over", "published"])
def test_a_look_that_nobody_wants_any_more_is_not_asked_for(oulu, cast, autumn, meanwhile):
    send_round_letter(RESULTS_READY, oulu.round, by=cast.kaisa.user)
    if meanwhile in {"agreed", "published"}:
        agree_with_results(oulu, by=cast.leena.user)
    if meanwhile == "published":
        publish_results(oulu.round, by=None)
        Response.objects.get().reply.delete()
    if meanwhile == "left":
        end_role(cast.leena_in_oulu, on=day("2025-10-16"), by=None)
    if meanwhile == "over":
        autumn.move_to(dt.datetime(2025, 10, 30, 9, tzinfo=dt.UTC))
    send_waiting()

    told = {"agreed": "agreed", "left": "role_ended", "over": "comments_over", "published": "published"}
    assert states("survey_results_ready") == {cast.leena.email: ("not_wanted", told[meanwhile])}


def test_the_clock_proposes_the_look_when_the_spacing_after_the_thanks_is_over(oulu, cast, autumn):
    def proposed():
        find_job("survey_letters").run()
        return Task.objects.filter(url_name=RESULTS_READY.url_name)

    assert not proposed().exists()
    autumn.move_to(dt.datetime(2025, 10, 19, 9, tzinfo=dt.UTC))
    (task,) = proposed()
    assert (task.url_args, task.assigned_to) == ([oulu.round_id], cast.kaisa)
    assert proposed().count() == 1


def test_every_liaison_and_agent_hears_of_the_publication_once_also_where_nobody_answered(oulu, cast, reference):
    liaison_in("Vaala")
    people.AppointmentFactory(municipality=reference.hailuoto, person=cast.leena)  # the same person elsewhere
    with pytest.raises(ValidationError) as refused:
        send_round_letter(RESULTS_PUBLISHED, oulu.round, by=cast.kaisa.user)
    assert refused.value.code == "not_its_time"
    agree_with_results(oulu, by=cast.leena.user)
    publish_results(oulu.round, by=None)

    going, _left_out = reasons(RESULTS_PUBLISHED, oulu.round)
    send_round_letter(RESULTS_PUBLISHED, Round.objects.get(pk=oulu.round_id), by=cast.kaisa.user)
    end_role(cast.ahti_in_oulu, on=day("2025-10-16"), by=None)
    send_waiting()

    assert sorted(going) == sorted([cast.leena.email, cast.ahti.email, "vaala@example.org"])
    assert "/pohjois-pohjanmaa/kysely/2025/" in mail.outbox[-1].body
    assert states("survey_published") == {
        cast.leena.email: ("sent", ""), "vaala@example.org": ("sent", ""),
        cast.ahti.email: ("not_wanted", "role_ended"),
    }  # fmt: skip
