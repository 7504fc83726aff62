"""The address by which a municipality's associations answer: made, shown again, renewed (docs/adr/0026)."""

import base64
import datetime as dt
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.links import make_link, opens, revoke_links
from surveys.models import OpenLink, Round

PURPOSE = "association_side"
# A poster hangs on long after the round: until then its address says that the survey has closed.
SAYS_CLOSED_FOR = dt.timedelta(days=400)


@transaction.atomic
def make_open_link(survey_round, municipality, *, by):
    """Make the address of a municipality's associations in an opened round, or return the one that is there.

    Returns the OpenLink. Raises ValidationError with code "draft" or "not_asked".
    """
    locked = _locked(survey_round)
    found = OpenLink.objects.of_place(locked, municipality).first()
    return found or _with_new_token(OpenLink(round=locked, municipality=municipality), by)


@transaction.atomic
def renew_open_link(open_link, *, by):
    """Close the address that has been given out and make another; return the OpenLink."""
    locked = OpenLink.objects.select_for_update(of=("self",)).select_related("round", "municipality")
    found = locked.get(pk=open_link.pk)
    revoke_links(purpose=PURPOSE, scope=_scope(found))
    return _with_new_token(found, by)


def token_of(open_link):
    """Return the token of an open link, or None when the installation's secret key has changed since."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _token(open_link.seed, key)
        if open_link.link_id and opens(open_link.link, token):
            return token
    return None


def address_of(open_link):
    """Return the whole address to share, in the active language, or None when it can only be renewed."""
    token = token_of(open_link)
    return f"{settings.SITE_URL}{reverse('link', args=[token])}" if token else None


def _locked(survey_round):
    locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    if locked.is_draft:
        raise ValidationError(_("The round has not been opened."), code="draft")
    if not locked.questions.for_associations().exists():
        raise ValidationError(_("The round asks associations nothing."), code="not_asked")
    return locked


def _with_new_token(open_link, by):
    open_link.seed = secrets.token_hex(32)
    ends = dt.datetime.combine(open_link.round.closes_on, dt.time(), tzinfo=timezone.get_current_timezone())
    open_link.link, _token_once = make_link(
        PURPOSE,
        _scope(open_link),
        lifetime=max(ends, timezone.now()) + SAYS_CLOSED_FOR - timezone.now(),
        token=_token(open_link.seed, settings.SECRET_KEY),
    )
    open_link.made_at, open_link.made_by = timezone.now(), by
    open_link.save()
    return open_link


def _scope(open_link):
    return f"round:{open_link.round_id}:municipality:{open_link.municipality_id}"


def _token(seed, key):
    digest = salted_hmac("surveys.open_links", seed, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
