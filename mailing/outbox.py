"""The outbox: letters are queued in the transaction of what caused them, and sent after it (docs/adr/0012)."""

import datetime as dt
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone, translation

from mailing.models import Letter

STALE_AFTER = dt.timedelta(minutes=10)
ATTEMPTS = 8
_kinds = {}


@dataclass(frozen=True)
class Message:
    """What a letter says: subject, text and simple HTML, and to whom a reply goes."""

    subject: str
    text: str
    html: str = ""
    reply_to: str = ""


def letter_kind(kind):
    """Register the decorated function as the one that makes letters of `kind`.

    It is called with the Letter, in the letter's language, inside a transaction, when
    the letter is sent; it returns a Message, or None when nobody wants the letter any
    more (rule 15 of docs/rules.md).
    """

    def register(make):
        if _kinds.setdefault(kind, make) is not make:
            raise ValueError(f"Letters of kind {kind} are made elsewhere already.")
        return make

    return register


def letter_kinds():
    """Return the names of all kinds of letters."""
    return sorted(_kinds)


def queue_letter(kind, *, key, address, language, arguments=None, scope="", not_before=None):
    """Write a letter down to be sent after the present transaction; return it, or None when it was queued before.

    `key` says what makes this letter the same letter as another. `arguments` holds
    ids only. Nothing is sent when the transaction is rolled back.
    """
    letter, is_new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "address": address,
            "language": language,
            "scope": scope,
            "arguments": arguments or {},
            "not_before": not_before or timezone.now(),
        },
    )
    if not is_new:
        return None
    transaction.on_commit(partial(send_letter, letter.pk), robust=True)
    return letter


def send_letter(pk):
    """Send the letter if it waits and nobody else is sending it; return its state, or None."""
    now = timezone.now()
    claimed = Letter.objects.waiting().filter(pk=pk).update(state=Letter.State.SENDING, claimed_at=now)
    if not claimed:
        return None
    letter = Letter.objects.get(pk=pk)
    letter.attempts += 1
    try:
        with translation.override(letter.language), transaction.atomic():
            message = _kinds[letter.kind](letter)
        if message is None:
            return _end(letter, Letter.State.NOT_WANTED)
        _hand_over(letter, message)
    except OSError as problem:  # every failure of a mail server: refused, hung up, unreachable, timed out
        return _wait_or_give_up(letter, problem)
    return _end(letter, Letter.State.SENT)


def _hand_over(letter, message):
    """Give the letter to the mail server."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[letter.address],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={"Message-ID": f"<{letter.message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.send()


def _end(letter, state):
    letter.state, letter.problem = state, ""
    if state == Letter.State.SENT:
        letter.sent_at = timezone.now()
    letter.save()
    return state


def _wait_or_give_up(letter, problem):
    """Try again later, each time twice as late; after the last attempt the letter has failed."""
    is_last = letter.attempts >= ATTEMPTS
    letter.state = Letter.State.FAILED if is_last else Letter.State.WAITING
    letter.problem = type(problem).__name__
    letter.not_before = timezone.now() + dt.timedelta(minutes=2**letter.attempts)
    letter.save()
    return letter.state


def send_waiting(*, at_most=100):
    """Send what waits, the oldest first; return {state: how many}. Safe to run twice at once.

    A letter whose sending began long ago and did not end may have arrived: it is
    marked doubtful for a person to decide, and never sent again by itself.
    """
    stale = Letter.objects.filter(state=Letter.State.SENDING, claimed_at__lt=timezone.now() - STALE_AFTER)
    counts = {}
    if n_stale := stale.update(state=Letter.State.DOUBTFUL):
        counts[Letter.State.DOUBTFUL.value] = n_stale
    for pk in Letter.objects.waiting().order_by("not_before", "pk").values_list("pk", flat=True)[:at_most]:
        if state := send_letter(pk):
            counts[state] = counts.get(state, 0) + 1
    return counts
