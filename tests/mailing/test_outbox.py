"""A letter goes out once, after what caused it is saved; a refused one waits, a lost one is for a person to decide."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from mailing.models import Letter
from mailing.kinds import letter_kind
from mailing.outbox import queue_letter
from mailing.sending import ATTEMPTS, send_letter, send_waiting
from mailing.writing import Block, Message

pytestmark = pytest.mark.django_db
NOBODY_LISTENS = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_PORT": 9, "EMAIL_TIMEOUT": 2}


@letter_kind("test", label="test", why="%(site)s", is_duty=True, folder=None)
def _letter(letter):
    if letter.arguments.get("is_late"):
        return None
    blocks = (Block("paragraph", (f"n:o {letter.arguments['n']}",)),)
    return Message(gettext("Welcome"), blocks, reply_to="kaisa@example.org")


def queue(n=1, **more):
    return queue_letter("test", key=f"test:{n}", address="leena@example.org", language="sv", arguments={"n": n, **more})


def no_mail_server(settings):
    settings.EMAIL_HOST = "127.0.0.1"
    for name, value in NOBODY_LISTENS.items():
        setattr(settings, name, value)


def test_a_letter_goes_after_the_transaction_in_the_recipients_language(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        letter = queue()
        assert mail.outbox == []
    letter.refresh_from_db()
    sent = mail.outbox[0]
    with translation.override("sv"):
        assert (letter.state, sent.subject, sent.to) == ("sent", gettext("Welcome"), ["leena@example.org"])
    assert sent.reply_to == ["kaisa@example.org"]
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert str(letter.message_id) in sent.extra_headers["Message-ID"]


def test_the_same_letter_is_queued_and_sent_once():
    letter = queue()
    assert queue() is None
    assert (send_letter(letter.pk), send_letter(letter.pk), send_waiting()) == ("sent", None, {})
    assert len(mail.outbox) == 1


def test_nothing_is_left_of_a_letter_whose_cause_was_undone():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert Letter.objects.count() == 0


def test_a_letter_nobody_wants_any_more_is_not_sent():
    letter = queue(is_late=True)
    assert (send_letter(letter.pk), mail.outbox) == ("not_wanted", [])


def test_a_refused_letter_waits_each_time_twice_as_long_and_at_last_fails(settings, capsys):
    letter = queue()
    no_mail_server(settings)
    waits, moment = [], dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    for _attempt in range(ATTEMPTS):
        Letter.objects.filter(pk=letter.pk).update(not_before=moment)
        with time_machine.travel(moment, tick=False):
            send_waiting()
        letter.refresh_from_db()
        waits.append((letter.not_before - moment) // dt.timedelta(minutes=1))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256]
    assert (letter.state, letter.problem, letter.attempts) == ("failed", "ConnectionRefusedError", 8)
    call_command("send_letters")
    assert capsys.readouterr().out == "nothing waits\n"


def test_a_letter_whose_sending_never_ended_is_doubtful_and_not_sent_again(capsys):
    letter = queue()
    began = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    Letter.objects.filter(pk=letter.pk).update(state="sending", claimed_at=began)
    with time_machine.travel(began + dt.timedelta(minutes=9), tick=False):
        assert send_waiting() == {}
    with time_machine.travel(began + dt.timedelta(minutes=11), tick=False):
        call_command("send_letters")
    letter.refresh_from_db()
    assert (letter.state, mail.outbox, capsys.readouterr().out) == ("doubtful", [], "doubtful 1\n")
