"""The link of a letter by which an invitee replies: the same in each letter, known to the invitee alone."""

import base64
import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.links import make_link, opens, revoke_links

PURPOSE = "meeting_reply"
# After the meeting the link still shows what it was and what was replied.
OPENS_AFTER = dt.timedelta(days=90)


def reply_address(invitation):
    """Return the whole address of an invitation's page in the active language; its link is made when first asked for.

    The token follows from the invitation's seed and the site's secret key, so that each letter has the same one
    and the database alone opens nothing. A link that would end before the meeting gets more time.
    """
    token = _token(invitation.seed)
    expires_at = _expires_at(invitation.meeting)
    # A changed secret key makes another token: the link of before goes on opening the page, too.
    if invitation.link_id is None or not opens(invitation.link, token):
        invitation.link, _same_token = make_link(
            PURPOSE, _scope(invitation), lifetime=expires_at - timezone.now(), token=token
        )  # fmt: skip
        invitation.save(update_fields=["link"])
    elif invitation.link.expires_at < expires_at:
        invitation.link.expires_at = expires_at
        invitation.link.save(update_fields=["expires_at"])
    return f"{settings.SITE_URL}{reverse('link', args=[token])}"


def revoke_link(invitation):
    """Let an invitation's link open nothing any more; return how many links there were."""
    return revoke_links(purpose=PURPOSE, scope=_scope(invitation))


def _expires_at(meeting):
    return max(meeting.ends_at or timezone.now(), timezone.now()) + OPENS_AFTER


def _scope(invitation):
    return f"invitation:{invitation.pk}"


def _token(seed):
    digest = salted_hmac("meetings.links", seed, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
