"""Asking for no more letters of a group, by the link in each letter that is not of duty; and for them again."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from mailing.kinds import find_kind
from mailing.models import Letter, Unsubscription
from mailing.models.stops import address_hash

# What a mail program sends by itself when its reader presses "unsubscribe" (RFC 8058).
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def token_of(letter):
    """Return the token of the letter's unsubscribe link: the same at each attempt, only its hash is stored.

    It is made with SECRET_KEY from the letter's random number, so that it cannot be
    guessed, nor read from the database.
    """
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"unsubscribe" + letter.message_id.bytes, "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def hash_of(token):
    """Return the hash that is stored of `token`."""
    return hashlib.sha256(token.encode()).hexdigest()


def unsubscribe_address(letter):
    """Return the whole address of the letter's unsubscribe link, in the active language."""
    return f"{settings.SITE_URL}{reverse('link', args=[token_of(letter)])}"


@dataclass(frozen=True)
class StopLink:
    """What an unsubscribe link is about: an address, and the groups of letters of the letter that it stood in."""

    address: str
    groups: tuple
    labels: tuple

    @property
    def is_stopped(self):
        """Whether none of these letters go to the address any more."""
        return all(Unsubscription.objects.covers(self.address, group) for group in self.groups)


def find_stop_link(token):
    """Return the StopLink of `token`, or None when no letter has it (any more)."""
    letter = Letter.objects.filter(stop_hash=hash_of(token)).exclude(stop_hash="").first()
    if letter is None:
        return None
    names = [letter.kind, *letter.gathered.values_list("kind", flat=True)]
    kinds = [kind for kind in map(find_kind, dict.fromkeys(names)) if not kind.is_duty]
    groups = {kind.group: kind.group_label for kind in kinds}
    return StopLink(letter.address, tuple(groups), tuple(groups.values()))


@transaction.atomic
def unsubscribe(address, groups):
    """Write down that `address` wants no letters of `groups`; harmless when it has said so before."""
    for group in groups:
        Unsubscription.objects.get_or_create(address_hash=address_hash(address), group=group)


def resubscribe(address, groups):
    """Forget that `address` wanted no letters of `groups`; return how many groups it was."""
    rows = Unsubscription.objects.filter(address_hash=address_hash(address), group__in=groups)
    return rows.delete()[0]
