"""The outbox: letters are queued in the transaction of what caused them, and sent after it (docs/adr/0012, 0014)."""

from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.kinds import find_kind
from mailing.models import Letter
from mailing.rules import next_moment, quiet_days_of
from mailing.tasks import deliver, deliver_waiting


def queue_letter(kind, *, key, address, language, arguments=None, scope="", not_before=None, by=None, batch=""):
    """Write a letter down to be sent after the present transaction; return it, or None when it was queued before.

    `key` says what makes this letter the same letter as another, `scope` whose it is
    ("region:17"), `batch` to which mass letter it belongs, `by` which account asked for
    it. `arguments` holds ids only. A letter that is not of duty gets the next moment at
    which letters go. Nothing is sent when the transaction is rolled back.
    """
    due_at = not_before or timezone.now()
    # Spacing is asked at the moment of sending: until then other letters may have gone.
    opens = next_moment(due_at, kind=find_kind(kind), quiet_days=_quiet_days(kind, scope))
    letter, is_new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "address": address.strip().lower(),
            "language": language,
            "scope": scope,
            "batch": batch,
            "arguments": arguments or {},
            "by": by,
            "due_at": due_at,
            "not_before": opens.moment,
            "reason": opens.reason,
        },
    )
    if not is_new:
        return None
    if letter.not_before <= timezone.now():
        transaction.on_commit(partial(deliver.enqueue, letter.pk), robust=True)
    return letter


def _quiet_days(kind, scope):
    return () if find_kind(kind).is_duty else quiet_days_of(scope)


@transaction.atomic
def resend_letter(letter, *, by):
    """Let a failed or perhaps sent `letter` be sent once more, with the same Message-ID; return it.

    Only a person decides this. Raises ValidationError ("not_failed") for any other.
    """
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if not letter.can_be_sent_again:
        raise ValidationError(_("Only a letter that failed or was perhaps sent can be sent again."), code="not_failed")
    _wait_again(letter)
    _decide(letter, Letter.Decision.AGAIN, by)
    transaction.on_commit(partial(deliver.enqueue, letter.pk), robust=True)
    return letter


@transaction.atomic
def leave_letter(letter, *, by):
    """Record that a failed or perhaps sent `letter` stays as it is, because somebody has seen to it; return it.

    Raises ValidationError ("not_failed") for any other.
    """
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if not letter.can_be_sent_again:
        raise ValidationError(
            _("Only a letter that failed or was perhaps sent can be left as it is."), code="not_failed"
        )
    _decide(letter, Letter.Decision.LEFT, by)
    return letter


def _decide(letter, decision, by):
    letter.decision, letter.decided_by, letter.decided_at = decision, by, timezone.now()
    letter.save()


def _wait_again(letter):
    letter.state, letter.attempts, letter.reason, letter.problem = Letter.State.WAITING, 0, "", ""
    letter.not_before = letter.due_at = timezone.now()
    letter.claimed_at = letter.lease_until = letter.handed_over_at = None


@transaction.atomic
def cancel_letter(letter, *, by):
    """Take a waiting `letter` out of the outbox; return it. Raises ValidationError ("not_waiting") for any other."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.state != Letter.State.WAITING:
        raise ValidationError(_("Only a letter that waits can be cancelled."), code="not_waiting")
    letter.state, letter.reason, letter.by = Letter.State.NOT_WANTED, "cancelled", by or letter.by
    letter.save()
    return letter


def wake_worker():
    """Let a worker send what waits, after the present transaction."""
    transaction.on_commit(deliver_waiting.enqueue, robust=True)
