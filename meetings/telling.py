"""What invitees hear by letter, queued in the transaction of what happened: once each, by its key."""

import datetime as dt
import hashlib
from dataclasses import replace

from django.utils import timezone

from mailing.mass import Recipient, preview_mailing, queue_mailing
from mailing.models import Letter
from mailing.outbox import queue_letter
from meetings.models import Invitation, MeetingChange, Reply

RECEIPT, OFFER, WITHDRAWN = "meeting_receipt", "meeting_offer", "meeting_withdrawn"
MOVED, CANCELLED = "meeting_moved", "meeting_cancelled"
# Two kinds, because associations stop their letters in one, and people with a role in another.
INVITATION, INVITATION_OF_ASSOCIATION = "meeting_invitation", "association_invitation"
KINDS = (RECEIPT, OFFER, WITHDRAWN, MOVED, CANCELLED, INVITATION, INVITATION_OF_ASSOCIATION)
GONE = (Letter.State.SENDING, Letter.State.SENT, Letter.State.DOUBTFUL)
OF_CHANGE = {MeetingChange.Step.MOVED: MOVED, MeetingChange.Step.CANCELLED: CANCELLED}


def tell_receipt(invitation, reply, *, is_asked_for=False):
    """Queue what was written down for somebody, or (`is_asked_for`) what they registered themselves."""
    if reply.answer == Reply.Answer.NO:
        return None
    return _queue(RECEIPT, invitation, _mark(reply), **({"asked": True} if is_asked_for else {}))


def tell_again(invitation):
    """Queue how it stands for somebody whose address is registered again, once a day at most."""
    return _queue(RECEIPT, invitation, f"again:{timezone.localdate()}", asked=True)


def _mark(reply):
    """Return what tells a state of a reply from all others, also from those of a reply that was taken out."""
    return f"{reply.pk}:{reply.version}"


def tell_offer(meeting, invitation):
    """Queue the offer of a place that has come free."""
    invitation.meeting = meeting
    return _queue(OFFER, invitation, _mark(invitation.reply))


def tell_withdrawn(invitation):
    """Queue that an invitation was taken back, to who was coming or had not said no."""
    reply = Reply.objects.filter(invitation=invitation).first()
    if reply and reply.answer in {Reply.Answer.NO, Reply.Answer.DEPUTY}:
        return None
    return _queue(WITHDRAWN, invitation, "once")


def tell_change(meeting, change, *, by):
    """Queue a letter of a move or a cancelling to everybody whom it concerns; return how many.

    Who declined, sent a deputy or let an offer lapse hears nothing more.
    """
    invitations = Invitation.objects.filter(meeting=meeting).to_be_told().with_invitee().order_by("pk")
    recipients = [recipient_of(each, meeting, change=change.pk) for each in invitations]
    preview = preview_mailing(OF_CHANGE[change.step], recipients)
    # Several invitees of one address, each with a reply of their own: what one of them says stops no other's letter.
    same = [each.recipient for each in preview.left_out if each.reason == "duplicate_address"]
    preview = replace(preview, going=(*preview.going, *same))
    return queue_mailing(preview, key_prefix=_prefix(change), by=by) if preview.going else 0


def _prefix(change):
    return f"{OF_CHANGE[change.step]}:{change.pk}"


def key_of_change(change, invitation):
    """Return the key of the letter by which an invitee hears of a change."""
    return f"{_prefix(change)}:{invitation.pk}"


def tell_new_addresses(now=None):
    """Queue anew the letters that were not sent today because the invitee has another address. Return {what: how many}.

    Each goes once to each address.
    """
    now, n_queued = now or timezone.now(), 0
    lost = Letter.objects.filter(kind__in=KINDS, reason="address_changed", state=Letter.State.NOT_WANTED)
    for letter in lost.filter(claimed_at__gt=now - dt.timedelta(days=1)).order_by("pk"):
        invitation = Invitation.objects.with_invitee().filter(pk=letter.arguments["invitation"]).first()
        if invitation is None or not invitation.address or invitation.address.strip().lower() == letter.address:
            continue
        root = letter.key.partition("@")[0]
        if Letter.objects.filter(key__startswith=f"{root}@", state__in=GONE).exists():
            continue  # an address between has had it
        n_queued += bool(
            queue_letter(
                letter.kind, key=f"{root}@{_digest(invitation.address)}",
                address=invitation.address, language=invitation.letters_in, scope=letter.scope,
                arguments=letter.arguments, by=letter.by,
            )
        )  # fmt: skip
    return {"letters to new addresses": n_queued}


def _digest(address):
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()[:16]


def recipient_of(invitation, meeting, *, left_out="", **arguments):
    """Return an invitee as a Recipient; `arguments` are further ids that the letter holds."""
    return Recipient(
        key=str(invitation.pk),
        name=invitation.invitee,
        address=invitation.address,
        language=invitation.letters_in,
        scope=f"region:{meeting.region_id}",
        arguments={"invitation": invitation.pk, **arguments},
        left_out=left_out,
    )


def _queue(kind, invitation, mark, **arguments):
    if not invitation.address:
        return None
    return queue_letter(
        kind,
        key=f"{kind}:{invitation.pk}:{mark}",
        address=invitation.address,
        language=invitation.letters_in,
        scope=f"region:{invitation.meeting.region_id}",
        arguments={"invitation": invitation.pk, **arguments},
    )
