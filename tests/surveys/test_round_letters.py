"""Letters of a round by the clock: reminders, last days, thanks; proposed or queued, asked again when they are sent."""

import datetime as dt

import pytest
import time_machine
from django.core import mail

from jobs.registry import find_job
from mailing.bounces import record_bounce
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.models import Task
from surveys import models
from surveys.answering import reopen_response, start_response, submit_response
from surveys.authoring import close_round, reopen_round
from surveys.declining import decline_response
from surveys.letters.reminders import LAST_DAYS, REMINDERS
from surveys.letters.thanks import THANKS
from surveys.letters.to_municipalities import preview_round_letter, send_round_letter
from tests import factories as people
from tests.surveys import factories

pytestmark = pytest.mark.django_db
JOB = "survey_letters"


def at(day, hour=9):
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), dt.UTC)


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(at("2026-09-10"), tick=False) as travel:
        yield travel


@pytest.fixture
def asked(reference, cast):
    """A round of Pohjois-Pohjanmaa from 1.9. to 15.10.2026: reminder on 1.10., last days on 12.10., by itself."""
    survey_round = factories.RoundFactory(region=reference.pohjois_pohjanmaa, title_fi="Kartoitus 2026")
    factories.question(factories.RoundThemeFactory(round=survey_round), "short_text")
    models.Round.objects.filter(pk=survey_round.pk).update(opened_at=at("2026-09-01"), letters_by_themselves=True)
    return models.Round.objects.get(pk=survey_round.pk)


def run():
    return find_job(JOB).run().line


def sent(kind):
    return {
        letter.address: (letter.state, letter.reason) for letter in Letter.objects.filter(kind=kind)
    }  # fmt: skip


def test_each_letter_goes_on_its_day_once_and_to_those_whom_it_concerns(asked, reference, cast, autumn):
    vaala = people.PersonFactory(region=reference.pohjois_pohjanmaa, email="vaala@example.org", given_name="Vappu")
    people.AppointmentFactory(municipality=reference.vaala, person=vaala)
    submit_response(start_response(asked, reference.vaala, by=cast.kaisa.user), by=cast.kaisa.user)
    lines = {}
    for day in (
        "2026-09-30",
        "2026-10-01",
        "2026-10-02",
        "2026-10-12",
        "2026-10-13",
        "2026-10-15",
        "2026-10-16",
        "2026-10-17",
    ):
        autumn.move_to(at(day))
        lines[day] = run()
        send_waiting()

    assert lines == dict.fromkeys(lines, "nothing to do") | {
        "2026-10-01": "letters queued 1", "2026-10-12": "letters queued 1", "2026-10-16": "letters queued 1",
    }  # fmt: skip
    kinds = ("survey_reminder", "survey_closing", "survey_thanks")
    assert [sent(kind) for kind in kinds] == [
        {cast.leena.email: ("sent", "")}, {cast.leena.email: ("sent", "")}, {"vaala@example.org": ("sent", "")},
    ]  # fmt: skip
    reminder, last, thanks = [
        letter for letter in mail.outbox if letter.subject.startswith(("Muistutus", "Kysely sulk", "Kiitos"))
    ]
    assert "Mihinkään ei ole vielä vastattu." in reminder.body.replace("\u00ad", "") or "Nothing" in reminder.body
    assert "15.10.2026" in last.subject
    assert "29.10.2026" in thanks.body


def test_without_the_coordinators_word_a_task_is_made_once_and_done_when_the_letters_are_sent(asked, cast, autumn):
    models.Round.objects.filter(pk=asked.pk).update(letters_by_themselves=False)
    autumn.move_to(at("2026-10-01"))

    assert run() == "letters proposed 1"
    assert run() == "nothing to do"
    (task,) = Task.objects.filter(url_name="admin:surveys_round_remind")
    assert (task.url_args, task.assigned_to, task.due_on) == ([asked.pk], cast.kaisa, dt.date(2026, 10, 1))
    assert not Letter.objects.filter(kind="survey_reminder").exists()
    send_round_letter(REMINDERS, models.Round.objects.get(pk=asked.pk), by=cast.kaisa.user)
    task.refresh_from_db()
    assert task.done_at is not None
    assert run() == "nothing to do"


def test_a_day_on_which_nothing_ran_is_made_up_for_but_not_much_later(asked, cast, autumn):
    autumn.move_to(at("2026-10-03"))
    assert run() == "letters queued 1"
    Letter.objects.all().delete()
    autumn.move_to(at("2026-10-05"))
    assert run() == "nothing to do"


@pytest.mark.parametrize("meanwhile", ["answered", "declined", "closed", "left"])
def test_a_reminder_that_nobody_wants_any_more_is_not_sent(asked, reference, cast, meanwhile):
    send_round_letter(REMINDERS, asked, by=cast.kaisa.user)
    if meanwhile == "answered":
        submit_response(start_response(asked, reference.oulu, by=cast.kaisa.user), by=cast.kaisa.user)
    elif meanwhile == "declined":
        decline_response(asked, reference.oulu, reason="Ei ehditä.", by=cast.kaisa.user)
    elif meanwhile == "closed":
        close_round(asked, by=cast.kaisa.user)
    else:
        record_bounce(cast.leena.email, "hard", "server", event_id="1")
    send_waiting()

    reason = {"answered": "answered", "declined": "declined", "closed": "not_open", "left": "bounced"}[meanwhile]
    assert sent("survey_reminder") == {cast.leena.email: ("not_wanted", reason)}


def test_what_was_opened_again_is_reminded_as_not_sent_in(asked, reference, cast):
    response = submit_response(start_response(asked, reference.oulu, by=cast.leena.user), by=cast.leena.user)
    assert not preview_round_letter(REMINDERS, asked).going
    reopen_response(response, reason="Summa.", by=cast.kaisa.user)
    assert [each.address for each in preview_round_letter(REMINDERS, asked).going] == [cast.leena.email]
    send_round_letter(REMINDERS, asked, by=cast.kaisa.user)
    send_waiting()
    assert "avattiin" in mail.outbox[-1].body or "opened again" in mail.outbox[-1].body


def test_a_fallback_gets_the_reminder_when_letters_to_the_liaison_come_back(asked, reference, cast):
    second = people.PersonFactory(region=reference.pohjois_pohjanmaa, email="hyte@example.org")
    people.AppointmentFactory(municipality=reference.oulu, person=second, kind="fallback", fallback_reason="x",
                              fallback_post="1_wellbeing")  # fmt: skip
    record_bounce(cast.leena.email, "hard", "server", event_id="1")

    assert [each.address for each in preview_round_letter(REMINDERS, asked).going] == ["hyte@example.org"]


def test_at_the_weekend_a_reminder_waits_and_no_second_one_joins_it(asked, cast, autumn):
    autumn.move_to(at("2026-09-12"))  # a Saturday
    send_round_letter(REMINDERS, asked, by=cast.kaisa.user)
    assert Letter.objects.get().not_before == at("2026-09-14", 5)
    autumn.move_to(at("2026-09-13"))
    preview = preview_round_letter(LAST_DAYS, asked)
    assert not preview.going
    assert {each.reason for each in preview.left_out} == {"reminder_waits", "nobody_known"}


def test_who_was_written_to_lately_is_not_reminded(asked, cast, autumn):
    send_round_letter(REMINDERS, asked, by=cast.kaisa.user)
    send_waiting()
    autumn.shift(dt.timedelta(days=1))
    (reason,) = {each.reason for each in preview_round_letter(REMINDERS, asked).left_out} - {"nobody_known"}
    assert reason == "written_recently"


def test_thanks_are_not_sent_when_the_round_has_been_opened_again(asked, reference, cast):
    submit_response(start_response(asked, reference.oulu, by=cast.leena.user), by=cast.leena.user)
    closed = close_round(asked, by=cast.kaisa.user)
    send_round_letter(THANKS, closed, by=cast.kaisa.user)
    reopen_round(closed, dt.date(2026, 10, 20), reason="Kaksi puuttuu.", by=cast.kaisa.user)
    send_waiting()

    assert sent("survey_thanks") == {cast.leena.email: ("not_wanted", "still_open")}
