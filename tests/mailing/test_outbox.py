"""A letter goes out once, after what caused it is saved; a refused one waits, a lost one is for a person to decide."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from mailing.kinds import letter_kind
from mailing.models import Letter
from mailing.outbox import queue_letter, resend_letter
from mailing.sending import ATTEMPTS, send_letter, send_waiting
from mailing.writing import Block, Message

pytestmark = pytest.mark.django_db
NOBODY_LISTENS = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_PORT": 9, "EMAIL_TIMEOUT": 2}


@letter_kind("test", label="test", why="%(site)s", is_duty=True, folder=None)
def _letter(letter):
    if letter.arguments.get("is_late"):
        return None
    if who := letter.arguments.get("is_broken"):
        raise RuntimeError(who)
    if letter.arguments.get("is_taken"):  # as if it had taken so long that somebody else settled the letter
        Letter.objects.filter(pk=letter.pk).update(claimed_at=timezone.now() + dt.timedelta(hours=1))
    blocks = (Block("paragraph", (f"n:o {letter.arguments['n']}",)),)
    return Message(gettext("Welcome"), blocks, reply_to="kaisa@example.org")


def queue(n=1, **more):
    return queue_letter("test", key=f"test:{n}", address="leena@example.org", language="sv", arguments={"n": n, **more})


def no_mail_server(settings):
    settings.EMAIL_HOST, settings.MAIL_REACHES_EVERYBODY = "127.0.0.1", True
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
    shortest = [2, 4, 8, 16, 32, 64, 128, 256, 480]
    assert all(least <= wait <= least * 5 // 4 for least, wait in zip(shortest, waits, strict=False))
    assert (letter.state, letter.reason, letter.problem) == ("failed", "gave_up", "ConnectionRefusedError")
    assert letter.attempts == ATTEMPTS
    call_command("send_letters")
    assert capsys.readouterr().out == "nothing waits\n"


BEGAN = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def _worker_dies(letter, **values):
    lease = BEGAN + dt.timedelta(minutes=5)
    Letter.objects.filter(pk=letter.pk).update(state="sending", claimed_at=BEGAN, lease_until=lease, **values)


def test_a_letter_whose_worker_died_after_handing_it_over_is_doubtful_and_not_sent_again(capsys):
    letter = queue()
    _worker_dies(letter, handed_over_at=BEGAN)
    with time_machine.travel(BEGAN + dt.timedelta(minutes=4), tick=False):
        assert send_waiting() == {}
    with time_machine.travel(BEGAN + dt.timedelta(minutes=6), tick=False):
        call_command("send_letters")
    letter.refresh_from_db()
    assert (letter.state, mail.outbox, capsys.readouterr().out) == ("doubtful", [], "doubtful 1\n")


def test_a_letter_whose_worker_died_before_handing_it_over_goes_later():
    letter = queue()
    _worker_dies(letter)
    Letter.objects.filter(pk=letter.pk).update(not_before=BEGAN)
    with time_machine.travel(BEGAN + dt.timedelta(minutes=6), tick=False):
        assert send_waiting() == {"waiting": 1, "sent": 1}
    assert len(mail.outbox) == 1


def test_a_worker_that_was_too_slow_sends_nothing():
    letter = queue()
    Letter.objects.filter(pk=letter.pk).update(arguments={"n": 1, "is_taken": True})

    assert send_letter(letter.pk) == "lost"

    assert mail.outbox == []


def test_two_letters_to_one_address_are_never_on_their_way_at_once():
    first, second = queue(1), queue(2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk__in=[first.pk, second.pk]).update(state="sending")
    _worker_dies(first)
    Letter.objects.filter(pk=first.pk).update(lease_until=timezone.now() + dt.timedelta(minutes=1))
    assert send_letter(second.pk) is None
    assert mail.outbox == []


def test_a_letter_that_cannot_be_made_stops_no_other(caplog):
    broken, well = queue(1, is_broken="salainen@example.org"), queue(2)
    Letter.objects.filter(pk=well.pk).update(address="toinen@example.org")

    assert send_waiting() == {"waiting": 1, "sent": 1}

    broken.refresh_from_db()
    assert (broken.reason, broken.problem) == ("broken", "RuntimeError")
    assert "salainen" not in caplog.text


def test_a_person_lets_a_doubtful_letter_go_once_more_and_no_other(cast, django_capture_on_commit_callbacks):
    letter, sent = queue(1), queue(2)
    Letter.objects.filter(pk=letter.pk).update(state="doubtful")
    send_letter(sent.pk)

    with django_capture_on_commit_callbacks(execute=True):
        resend_letter(letter, by=cast.aino)
    letter.refresh_from_db()

    assert (letter.state, letter.by, letter.decision, letter.decided_by) == ("sent", None, "again", cast.aino)
    assert str(letter.message_id) in mail.outbox[-1].extra_headers["Message-ID"]
    with pytest.raises(ValidationError) as refused:
        resend_letter(sent, by=cast.aino)
    assert refused.value.code == "not_failed"


def test_outside_production_only_listed_addresses_get_letters(settings):
    no_mail_server(settings)
    settings.MAIL_REACHES_EVERYBODY, settings.MAIL_ALLOW_ONLY = False, ["ok@example.org", "@koe.example"]
    for address, state in [
        ("leena@example.org", "not_wanted"),
        ("OK@example.org", "waiting"),
        ("a@koe.example", "waiting"),
    ]:
        letter = queue_letter("test", key=address, address=address, language="fi", arguments={"n": 1})
        assert send_letter(letter.pk) == state
        letter.refresh_from_db()
        assert letter.reason == ("not_sent_here" if state == "not_wanted" else "again")
