"""Sending one letter after another: claimed and committed first, so that a crash never sends twice (docs/adr/0014).

    waiting ──claim──▶ sending ──made──▶ handed over ──▶ sent
                          │                   ├─ refused for now ──▶ waiting, later
                          │                   ├─ refused for good ──▶ failed
                          │                   └─ the end is unknown ──▶ doubtful: a person decides
                          ├─ nobody wants it ──▶ not wanted
                          └─ may not go now ──▶ waiting

A worker that dies before the handing over leaves a letter that is certainly not sent:
it waits again. One that dies afterwards leaves a doubtful one.
"""

import datetime as dt
import logging
import random
import time

from django.core.mail import get_connection
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation

from mailing.bounces import record_bounce
from mailing.frame import compose, gather
from mailing.kinds import NotWantedError, find_kind, gatherable_kinds
from mailing.models import Bounce, Letter, Unsubscription
from mailing.models.letters import lease_from
from mailing.outcomes import AGAIN, REFUSED, outcome_of
from mailing.reach import may_receive
from mailing.rules import next_moment_for
from mailing.unsubscribing import hash_of, token_of

ATTEMPTS = 10
LONGEST_WAIT = dt.timedelta(hours=8)
State, SERVER = Letter.State, Bounce.Source.SERVER
logger = logging.getLogger(__name__)


class LostClaimError(Exception):
    """Somebody took the letter from a worker that was slow: it must not hand it over."""


def send_waiting(*, at_most=1000, seconds=None):
    """Send what waits, the oldest first; return {state: how many}. Any number of workers may run it at once.

    It ends after `at_most` letters, or when `seconds` are over.
    """
    counts = release_stale()
    ends = time.monotonic() + seconds if seconds else None
    for _n in range(at_most):
        if ends and time.monotonic() > ends:
            break
        letter = claim()
        if letter is None:
            break
        state = _send_claimed(letter)
        counts[state] = counts.get(state, 0) + 1
    return counts


def send_letter(pk):
    """Send the letter if it waits and nobody is sending to its address; return its state, or None."""
    letter = claim(pk=pk)
    return _send_claimed(letter) if letter else None


def send_now(kind, address, message):
    """Send a letter that is never stored, because it holds a code; the reader asks for another when it is lost.

    Return whether it was handed over. Outside production it goes to listed addresses alone.
    """
    if not may_receive(address):
        logger.warning(
            "A letter of kind %s was not sent: this installation writes to listed addresses only.", kind.name
        )
        return False
    compose(message, kind=kind, address=address, connection=get_connection()).send()
    return True


def claim(pk=None):
    """Take the next letter that may be sent (or the one with `pk`) and commit that; return it, or None.

    PostgreSQL's workers step over each other's rows. Two that take letters to one
    address at the same moment are told apart by a constraint.
    """
    while True:
        try:
            with transaction.atomic():
                rows = Letter.objects.claimable().select_for_update(skip_locked=True, of=("self",))
                letter = (rows.filter(pk=pk) if pk else rows).first()
                if letter is None:
                    return None
                now = timezone.now()
                letter.state, letter.claimed_at, letter.lease_until = State.SENDING, now, lease_from(now)
                letter.handed_over_at = None
                letter.save(update_fields=["state", "claimed_at", "lease_until", "handed_over_at"])
                return letter
        except IntegrityError:
            if pk:
                return None


def release_stale():
    """Settle the letters whose worker died: those never handed over wait again, the others are doubtful.

    Return {state: how many}, without zeros.
    """
    stale = Letter.objects.stale()
    doubtful = stale.filter(handed_over_at__isnull=False).update(state=State.DOUBTFUL, reason="worker_died")
    again = stale.filter(handed_over_at__isnull=True).update(state=State.WAITING, attempts=F("attempts") + 1)
    return {state.value: n for state, n in ((State.DOUBTFUL, doubtful), (State.WAITING, again)) if n}


def _send_claimed(letter):
    """Send a letter that this process has claimed; return its new state."""
    kind = find_kind(letter.kind)
    try:
        with translation.override(letter.language):
            _ask_in_general(letter, kind)
            verdict = next_moment_for(kind, address=letter.address, scope=letter.scope)
            if verdict.reason:
                return _hold(letter, verdict)
            message, gathered = _make(letter, kind)
            mail = compose(message, kind=kind, address=letter.address, letter=letter, connection=get_connection())
    except NotWantedError as nobody:
        return _drop(letter, nobody.reason)
    except Exception as problem:  # a fault in what makes the letter must not stop the others
        # Its words may hold what the letter would have said: only the class is kept.
        logger.error("Letter %s of kind %s could not be made: %s", letter.pk, letter.kind, type(problem).__name__)
        return _again(letter, type(problem).__name__, "broken")
    try:
        _hand_over(letter, gathered, mail)
    except LostClaimError:
        return "lost"
    except Exception as problem:
        return _settle(letter, outcome_of(problem))
    return _end(letter, State.SENT, sent_at=timezone.now())


def _make(letter, kind):
    """Return (Message, letters gathered into it); raise NotWantedError when nobody wants the letter."""
    message = _made(letter, kind)
    messages, gathered = [message], []
    if kind.can_be_gathered:
        for other in Letter.objects.gatherable(letter, gatherable_kinds()).order_by("created_at", "pk"):
            other_kind = find_kind(other.kind)
            try:
                _ask_in_general(other, other_kind)
                messages.append(_made(other, other_kind))
                gathered.append(other)
            except NotWantedError as nobody:
                Letter.objects.filter(pk=other.pk).exclude(state=State.SENDING).update(
                    state=State.NOT_WANTED, reason=nobody.reason, gathered_into=None
                )
    return (gather(messages) if gathered else message), gathered


def _made(letter, kind):
    with transaction.atomic():
        message = kind.make(letter)
    if message is None:
        raise NotWantedError
    return message


def _ask_in_general(letter, kind):
    """Raise NotWantedError for what holds for every kind: unsubscribed, not reached from here."""
    if not may_receive(letter.address):
        raise NotWantedError("not_sent_here")
    if not kind.is_duty and Unsubscription.objects.covers(letter.address, kind.group):
        raise NotWantedError("unsubscribed")


def _hand_over(letter, gathered, mail):
    """Write down that the letter goes now, commit, and give it to the mail server.

    Raises LostClaimError, before anything is sent, when the claim is no longer ours.
    """
    now = timezone.now()
    going = {"handed_over_at": now, "lease_until": lease_from(now), "stop_hash": hash_of(token_of(letter))}
    with transaction.atomic():
        mine = Letter.objects.filter(pk=letter.pk, state=State.SENDING, claimed_at=letter.claimed_at)
        if not mine.update(**going):
            raise LostClaimError
        free = Letter.objects.filter(pk__in=[other.pk for other in gathered], state=State.WAITING)
        free.update(state=State.GATHERED, gathered_into=letter, claimed_at=letter.claimed_at)
    mail.send()


def _settle(letter, outcome):
    """Do what the outcome of a failed handing over asks for; return the new state."""
    if outcome.verdict == AGAIN:
        return _again(letter, outcome.problem, "again")
    if outcome.verdict == REFUSED:
        if outcome.bounce:
            event_id = f"server:{letter.message_id}:{letter.attempts}"
            record_bounce(letter.address, outcome.bounce, SERVER, event_id=event_id, letter=letter, code=outcome.code)
        return _end(letter, State.FAILED, reason="refused", problem=outcome.problem, attempts=letter.attempts + 1)
    return _end(letter, State.DOUBTFUL, reason="unknown_end", problem=outcome.problem, attempts=letter.attempts + 1)


def _again(letter, problem, reason):
    """Let the letter wait, each time twice as long; after the last attempt it has failed."""
    attempts = letter.attempts + 1
    if attempts >= ATTEMPTS:
        return _end(letter, State.FAILED, reason="gave_up", problem=problem, attempts=attempts)
    not_before = timezone.now() + pause_after(attempts)
    return _end(letter, State.WAITING, reason=reason, problem=problem, attempts=attempts, not_before=not_before)


def pause_after(attempts):
    """Return how long a letter waits after so many attempts: 2, 4, 8 … minutes, up to a quarter more by chance.

    Chance keeps a thousand letters that one server refused from coming back in one minute.
    """
    pause = min(dt.timedelta(minutes=2**attempts), LONGEST_WAIT)
    return pause * (1 + random.random() / 4)  # noqa: S311 - no secret


def _hold(letter, verdict):
    """Let the letter wait until it may go; that is no attempt."""
    return _end(letter, State.WAITING, reason=verdict.reason, not_before=verdict.moment)


def _drop(letter, reason):
    """Nobody wants the letter; what had been gathered into it waits for itself again."""
    Letter.objects.filter(gathered_into=letter, state=State.GATHERED).update(
        state=State.WAITING, gathered_into=None, claimed_at=None
    )
    return _end(letter, State.NOT_WANTED, reason=reason)


def _end(letter, state, *, reason="", problem="", **values):
    """Write the end of this turn, if the letter is still ours; return the state."""
    values |= {"state": state, "reason": reason, "problem": problem}
    mine = Letter.objects.filter(pk=letter.pk, state=State.SENDING, claimed_at=letter.claimed_at)
    if not mine.update(**values):
        # Slow beyond the lease: what was decided meanwhile stands, unless the server has certainly taken it.
        Letter.objects.filter(pk=letter.pk, state=State.DOUBTFUL, claimed_at=letter.claimed_at).update(**values)
    return state.value if hasattr(state, "value") else state
