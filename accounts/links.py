"""Links that work without an account: made, found, used, revoked."""

import hashlib
import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import SecretLink

TOKEN_BYTES = 24  # 192 bits; at least 128 are asked for (docs/rules.md, Addresses)


def _hash_of(token):
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(purpose, scope, *, lifetime, account=None, token=None):
    """Make a link for `purpose` and `scope`, valid for the timedelta `lifetime`; return (link, token).

    The token is told here once and kept as a hash only. Whoever must show it again gives one that they can compute
    anew (surveys/open_links.py).
    """
    token = token or secrets.token_urlsafe(TOKEN_BYTES)
    link = SecretLink.objects.create(
        token_hash=_hash_of(token), purpose=purpose, scope=scope, account=account, expires_at=timezone.now() + lifetime
    )
    return link, token


def find_link(token):
    """Return the link of `token`, usable or not, or None."""
    return SecretLink.objects.select_related("account").filter(token_hash=_hash_of(token)).first()


def opens(link, token):
    """Whether `token` is the one that opens `link`."""
    return secrets.compare_digest(link.token_hash, _hash_of(token))


@transaction.atomic
def use_link(link):
    """Mark `link` as used and return it; called when its button is pressed, never when it is opened.

    Raises ValidationError (code "not_usable") when it has been used or revoked or has expired.
    """
    link = SecretLink.objects.select_for_update().get(pk=link.pk)
    if not link.is_usable:
        raise ValidationError(_("This link has been used or is too old. Ask for a new one."), code="not_usable")
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link


def revoke_links(**which):
    """Make every usable link of these fields (purpose, scope, account) useless; return how many there were."""
    return SecretLink.objects.usable().filter(**which).update(revoked_at=timezone.now())
