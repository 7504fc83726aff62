"""What invitees hear once: a move, a cancelling, what was written down of them, a place that came free, taken back."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.models import Letter
from meetings.letters import FOLDER, PLACES, invitation_of, says_no, write_letter
from meetings.models import MeetingChange, Reply
from meetings.telling import CANCELLED, MOVED, OFFER, RECEIPT, WITHDRAWN, key_of_change
from meetings.wording import when_in_words, words_of

_WHY = gettext_lazy("You get this letter because of a meeting to which you were invited or registered in %(site)s.")
_REMOTELY = {"remotely": Placeholder(gettext_lazy("the remote link, for who comes"), "…")}


def _duty(name, label, **places):
    return letter_kind(name, label=label, why=_WHY, is_duty=True, folder=FOLDER, placeholders=PLACES | places)


@_duty(
    MOVED, gettext_lazy("A meeting has another time or place"), **_REMOTELY,
    what=Placeholder(gettext_lazy("what has changed"), "…", is_required=True),
)  # fmt: skip
def meeting_moved(letter):
    """Tell of the new time and place; only of the latest move, which makes the earlier letters needless."""
    invitation = _told_of_change(letter)
    change = MeetingChange.objects.get(pk=letter.arguments["change"])
    if change.sequence < invitation.meeting.sequence:
        raise NotWantedError("superseded")
    meeting = invitation.meeting
    what = _what_changed(meeting, _first_unheard(change, invitation)) or _what_changed(meeting, change)
    return write_letter(
        MOVED, letter, invitation, method="REQUEST", what=what or [_("The remote link has changed.")]
    )  # fmt: skip


def _first_unheard(change, invitation):
    """Return the earliest of the moves up to `change` since the last of which the invitee has had a letter."""
    moves = MeetingChange.objects.filter(meeting=invitation.meeting_id, step=MeetingChange.Step.MOVED)
    earlier = {key_of_change(each, invitation): each for each in moves.filter(sequence__lt=change.sequence)}
    states = dict(Letter.objects.filter(key__in=earlier).values_list("key", "state"))
    for key, each in sorted(earlier.items(), key=lambda pair: -pair[1].sequence):
        if states.get(key) in {None, Letter.State.SENT}:
            break
        change = each
    return change


def _what_changed(meeting, change):
    """Return in lines what differs from before `change`. A remote link of before is told to nobody."""
    lines = []
    if (change.was_from, change.was_until) != (meeting.starts_at, meeting.ends_at):
        lines.append(_("The time was to be: %(when)s") % {"when": when_in_words(change.was_from, change.was_until)})
    if change.was_at != str(meeting.venue or meeting.remote_url):
        old = "" if "://" in change.was_at else change.was_at
        lines.append(_("The place was to be: %(place)s") % {"place": old} if old else _("The place has changed."))
    return lines


@_duty(
    CANCELLED, gettext_lazy("A meeting has been cancelled"),
    because=Placeholder(gettext_lazy("why it was cancelled"), "…"),
)  # fmt: skip
def meeting_cancelled(letter):
    """Tell that the meeting will not be held."""
    invitation = _told_of_change(letter, also_cancelled=True)
    because = str(words_of(invitation.meeting, "cancelled_because"))
    return write_letter(CANCELLED, letter, invitation, method="CANCEL", because=because)


def _told_of_change(letter, **also):
    invitation = invitation_of(letter, **also)
    if says_no(invitation):
        raise NotWantedError("does_not_come")
    return invitation


@_duty(
    RECEIPT, gettext_lazy("What was registered or written down of somebody's coming"), **_REMOTELY,
    state=Placeholder(gettext_lazy("what has been written down"), "…", is_required=True),
)  # fmt: skip
def meeting_receipt(letter):
    """Tell what stands in the list now; with the calendar's event for who comes."""
    # Who registers on the public page, once more or although invited, gets the link in any case.
    is_asked_for = letter.arguments.get("asked", False)
    invitation = invitation_of(letter, is_asked_for=is_asked_for)
    reply = invitation.the_reply
    if not is_asked_for and (reply is None or says_no(invitation)):
        raise NotWantedError("does_not_come")
    method = "REQUEST" if reply and reply.comes_along else ""
    return write_letter(RECEIPT, letter, invitation, method=method, state=state_in_words(reply))


def state_in_words(reply):
    """Return how somebody's coming stands, as a sentence or two; `reply` may be None."""
    seat, answer = Reply.Seat, Reply.Answer
    if reply is None:
        return _("You have been invited and have not replied yet: nothing has been registered. Reply by the link.")
    if reply.answer == answer.REMOTE:
        return _("You take part remotely.")
    if reply.answer == answer.NO:
        return _("You do not come.")
    if reply.answer == answer.DEPUTY:
        return _("You send a deputy.")
    party = "" if reply.n_people == 1 else _("You are %(n)s people.") % {"n": reply.n_people}
    words = {
        seat.IN: _("You have a place."),
        seat.WAITING: _("The meeting is full: you are on the waiting list. We write to you when a place comes free."),
        seat.OFFERED: _("A place has come free for you. Take it by %(until)s.") % {"until": _until(reply)},
        seat.LAPSED: _("The place that was offered to you went to the next on the list."),
    }[reply.seat]
    return f"{words} {party}".strip()


def _until(reply):
    return date_format(timezone.localtime(reply.offered_until), "SHORT_DATETIME_FORMAT") if reply.offered_until else ""


@_duty(
    OFFER, gettext_lazy("A place has come free for somebody on the waiting list"),
    until=Placeholder(gettext_lazy("until when the place can be taken"), "22.9.2026 12.00", is_required=True),
)  # fmt: skip
def meeting_offer(letter):
    """Offer the place while it is kept."""
    invitation = invitation_of(letter)
    reply = invitation.the_reply
    if reply is None or reply.seat != Reply.Seat.OFFERED or reply.offered_until <= timezone.now():
        raise NotWantedError("offer_over")
    return write_letter(OFFER, letter, invitation, until=_until(reply))


@_duty(WITHDRAWN, gettext_lazy("An invitation has been taken back"))
def meeting_withdrawn(letter):
    """Tell that nobody waits for them any more, and take the event out of their calendar."""
    # Taken back before the meeting was cancelled: of the cancelling they hear nothing else.
    invitation = invitation_of(letter, also_withdrawn=True, also_cancelled=True)
    if invitation.withdrawn_at is None:
        raise NotWantedError
    return write_letter(WITHDRAWN, letter, invitation, method="CANCEL")
