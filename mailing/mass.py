"""Letters to many: shown first with who gets one, who does not and why (rule 16), then queued in short transactions."""

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mailing.kinds import find_kind, kinds_not_of_duty
from mailing.models import Bounce, Letter, Unsubscription
from mailing.outbox import wake_worker
from mailing.reasons import reason_in_words
from mailing.rules import next_moment, quiet_days_of

CHUNK = 250


@dataclass(frozen=True)
class Recipient:
    """Somebody who could get a mass letter.

    `key` tells recipients apart within the letter ("association:12"), `name` is what
    the preview shows, `left_out` the caller's own reason for leaving this one out
    (a code of mailing.reasons: "declined", "answered").
    """

    key: str
    name: str
    address: str
    language: str = "fi"
    scope: str = ""
    arguments: dict = field(default_factory=dict)
    left_out: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A recipient who does not get the letter, and why."""

    recipient: Recipient
    reason: str

    @property
    def words(self):
        """The reason in words, in the active language."""
        return reason_in_words(self.reason)


@dataclass(frozen=True)
class Preview:
    """Who gets a mass letter, who does not and why, and from when it goes."""

    kind: str
    going: tuple
    left_out: tuple
    goes_at: dt.datetime
    reason: str = ""  # what holds the letters back until then

    def by_reason(self):
        """Return [(reason in words, [LeftOut, …])], the most frequent reason first."""
        groups = {}
        for each in self.left_out:
            groups.setdefault(each.reason, []).append(each)
        ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        return [(reason_in_words(reason), group) for reason, group in ordered]


def preview_mailing(kind_name, recipients, *, not_before=None):
    """Return the Preview of letters of a kind to `recipients`; a fixed number of queries for each 500."""
    kind, recipients = find_kind(kind_name), list(recipients)
    now = timezone.now()
    addresses = {_plain(each.address) for each in recipients if each.address}
    stopped = set() if kind.is_duty else Unsubscription.objects.among(addresses, kind.group)
    returned = Bounce.objects.among(addresses)
    recent = (
        set() if kind.is_duty else _written_to_since(addresses, now - dt.timedelta(days=settings.MAIL_SPACING_DAYS))
    )
    going, left_out, seen = [], [], set()
    for each in recipients:
        address = _plain(each.address)
        reasons = (
            (each.left_out, bool(each.left_out)),
            ("no_address", not address),
            ("duplicate_address", address in seen),
            ("unsubscribed", address in stopped),
            ("bounced", address in returned),
            ("written_recently", address in recent),
        )
        reason = next((code for code, holds in reasons if holds), "")
        if reason:
            left_out.append(LeftOut(each, reason))
        else:
            seen.add(address)
            going.append(each)
    scope = going[0].scope if going else ""
    quiet_days = () if kind.is_duty else quiet_days_of(scope)
    opens = next_moment(not_before or now, kind=kind, quiet_days=quiet_days)
    return Preview(kind_name, tuple(going), tuple(left_out), opens.moment, opens.reason)


def _plain(address):
    return (address or "").strip().lower()


def _written_to_since(addresses, moment):
    """Return those of `addresses` to which a letter not of duty went, or perhaps went, since `moment`."""
    wanted, found = list(addresses), set()
    gone = [Letter.State.SENT, Letter.State.DOUBTFUL, Letter.State.SENDING]
    rows = Letter.objects.filter(kind__in=kinds_not_of_duty(), state__in=gone, claimed_at__gt=moment)
    for start in range(0, len(wanted), 500):
        found |= set(rows.filter(address__in=wanted[start : start + 500]).values_list("address", flat=True))
    return found


def queue_mailing(preview, *, key_prefix, by):
    """Queue the letters of `preview`; return how many are new. Safe to run twice: each recipient has one key.

    Written in chunks, each in a transaction of its own, so that other writers of
    SQLite wait for a moment only. The worker is woken once, at the end.
    """
    before = Letter.objects.in_batch(key_prefix).count()
    rows = [_letter_of(preview, recipient, key_prefix, by) for recipient in preview.going]
    for start in range(0, len(rows), CHUNK):
        with transaction.atomic():
            Letter.objects.bulk_create(rows[start : start + CHUNK], ignore_conflicts=True)
    wake_worker()
    return Letter.objects.in_batch(key_prefix).count() - before


def _letter_of(preview, recipient, key_prefix, by):
    return Letter(
        key=f"{key_prefix}:{recipient.key}",
        batch=key_prefix,
        kind=preview.kind,
        address=_plain(recipient.address),
        language=recipient.language,
        scope=recipient.scope,
        arguments=recipient.arguments,
        by=by,
        due_at=preview.goes_at,
        not_before=preview.goes_at,
        reason=preview.reason,
    )
