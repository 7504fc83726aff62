"""What came back: written down once, taken note of by the registry, forgiven when the address is put right."""

from django.db import transaction
from django.utils import timezone

from mailing.models import Bounce
from mailing.models.bounces import SOFT_AT_MOST


def record_bounce(address, kind, source, *, event_id, letter=None, code="", at=None):
    """Write down that a letter to `address` came back; return the Bounce, or None when the event is known already.

    A full mailbox or a slow server is no reason to give up; the third such letter within a
    month is written down as "repeated", which stops letters as a hard bounce does.
    """
    address = address.strip().lower()
    if kind == Bounce.Kind.SOFT and Bounce.objects.soft_lately(address).count() >= SOFT_AT_MOST:
        kind = Bounce.Kind.REPEATED
    bounce, is_new = Bounce.objects.get_or_create(
        event_id=event_id,
        defaults={
            "address": address,
            "kind": kind,
            "source": source,
            "letter": letter,
            "code": code[:20],
            "at": at or timezone.now(),
        },
    )
    return bounce if is_new else None


def pull_bounces(take):
    """Call `take(bounce)` with every bounce that nobody has taken note of, each in a transaction of its own.

    The bounce is marked in the same transaction, so that it is taken once; what
    `take` raises goes on to the caller and leaves the bounce for the next time.
    Return how many there were.
    """
    n_taken = 0
    for pk in list(Bounce.objects.unpulled().values_list("pk", flat=True)):
        with transaction.atomic():
            bounce = Bounce.objects.select_for_update(of=("self",)).filter(pk=pk, pulled_at=None).first()
            if bounce is None:
                continue
            take(bounce)
            bounce.pulled_at = timezone.now()
            bounce.save(update_fields=["pulled_at"])
            n_taken += 1
    return n_taken


def forgive(address):
    """Let letters go to `address` again, because somebody has put it right or confirmed it; return how many bounces."""
    rows = Bounce.objects.filter(address=address.strip().lower(), forgiven_at__isnull=True)
    return rows.update(forgiven_at=timezone.now())
