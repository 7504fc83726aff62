"""What invitees hear by letter, queued in the transaction of what happened: once each, by its key."""

from django.utils import timezone

from mailing.mass import Recipient, preview_mailing, queue_mailing
from mailing.outbox import queue_letter
from meetings.models import Invitation, MeetingChange, Reply

RECEIPT, OFFER, WITHDRAWN = "meeting_receipt", "meeting_offer", "meeting_withdrawn"
MOVED, CANCELLED = "meeting_moved", "meeting_cancelled"
OF_CHANGE = {MeetingChange.Step.MOVED: MOVED, MeetingChange.Step.CANCELLED: CANCELLED}


def tell_receipt(invitation, reply, *, is_asked_again=False):
    """Queue what somebody registered, or what was written down for them; when asked again, once a day at most."""
    if is_asked_again:
        return _queue(RECEIPT, invitation, f"again:{timezone.localdate()}", again=True)
    return _queue(RECEIPT, invitation, reply.version) if reply.answer != Reply.Answer.NO else None


def tell_offer(meeting, invitation):
    """Queue the offer of a place that has come free."""
    invitation.meeting = meeting
    return _queue(OFFER, invitation, invitation.reply.version)


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
    return queue_mailing(preview, key_prefix=f"{preview.kind}:{change.pk}", by=by) if preview.going else 0


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
