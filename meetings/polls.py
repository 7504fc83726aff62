"""A date poll: a draft whose day is open asks its invitees which of some days suits, by a link without an account."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.mass import queue_mailing
from meetings.inviting import invitations_for, preview_inviting
from meetings.models import DateOption, DateVote, Invitation
from meetings.planning import set_time
from meetings.seats import hold_meeting
from meetings.wording import when_in_words

MOST_DAYS = 8
# Two kinds, as of invitations: associations stop theirs in another group.
POLL, POLL_OF_ASSOCIATION = "meeting_poll", "association_poll"


@dataclass(frozen=True)
class PollRow:
    """A proposed day with what was said of it."""

    option: DateOption
    is_best: bool

    @property
    def words(self):
        """The day and the time, in words."""
        return when_in_words(self.option.starts_at, self.option.ends_at)


def refuse_unless_asked(meeting):
    """Raise ValidationError (code "not_asked") unless the day of the meeting is open and days are proposed."""
    if not meeting.is_draft or meeting.starts_at is not None:
        raise ValidationError(_("The day has been chosen."), code="not_asked")


@transaction.atomic
def propose_days(meeting, times):
    """Propose these days, [(beginning, end), …] of aware datetimes, in place of those before; return how many.

    A day that stays keeps what was said of it. Raises ValidationError: "not_asked", "none", "too_many", "past".
    """
    meeting = hold_meeting(meeting)
    refuse_unless_asked(meeting)
    wanted = set(times)
    if not wanted:
        raise ValidationError(_("Propose at least one day."), code="none")
    if len(wanted) > MOST_DAYS:
        raise ValidationError(_("Propose at most %(n)s days.") % {"n": MOST_DAYS}, code="too_many")
    if any(starts_at <= timezone.now() for starts_at, _ends_at in wanted):
        raise ValidationError(_("Choose a time to come."), code="past")
    there = {(each.starts_at, each.ends_at): each for each in meeting.date_options.all()}
    for times_of, option in there.items():
        if times_of not in wanted:
            option.delete()
    for starts_at, ends_at in wanted - set(there):
        option = DateOption(meeting=meeting, starts_at=starts_at, ends_at=ends_at)
        option.full_clean()
        option.save()
    return len(wanted)


@transaction.atomic
def ask_days(meeting, audiences, *, fields=(), by):
    """Ask everybody of `audiences` which proposed day suits; return how many letters are new.

    They are on the list, but not yet invited: the invitation follows when the day is known. Safe to run twice. Raises
    ValidationError: "not_asked", "none" (no day has been proposed), "nobody".
    """
    meeting = hold_meeting(meeting)
    refuse_unless_asked(meeting)
    if not meeting.date_options.exists():
        raise ValidationError(_("Propose at least one day."), code="none")
    kinds = (POLL, POLL_OF_ASSOCIATION)
    inviting = preview_inviting(meeting, audiences, fields=fields, kinds=kinds)
    if not inviting.candidates:
        raise ValidationError(_("There is nobody new to invite."), code="nobody")
    n_queued = 0
    for preview in invitations_for(meeting, inviting, kinds=kinds, is_invited=False, by=by):
        n_queued += queue_mailing(preview, key_prefix=f"{preview.kind}:{meeting.pk}", by=by)
    return n_queued


@transaction.atomic
def vote(invitation, answers):
    """Save what an invitee says of the days, {option's id: answer}, in place of what was said before; return how many.

    Options that are no longer proposed are passed over. Raises ValidationError: "not_asked", "withdrawn", "answer".
    """
    meeting = hold_meeting(invitation.meeting)
    refuse_unless_asked(meeting)
    if Invitation.objects.filter(pk=invitation.pk, withdrawn_at__isnull=False).exists():
        raise ValidationError(_("This invitation has been taken back."), code="withdrawn")
    if not set(answers.values()) <= set(DateVote.Answer.values):
        raise ValidationError(_("Choose one."), code="answer")
    n_saved = 0
    for option in meeting.date_options.all():
        if answer := answers.get(option.pk):
            DateVote.objects.update_or_create(option=option, invitation=invitation, defaults={"answer": answer})
            n_saved += 1
    return n_saved


@transaction.atomic
def choose_day(meeting, option, *, by):
    """Give the draft the proposed day; return the meeting. The days and what was said of them are deleted.

    Raises ValidationError: "not_asked" (it has its day), and as `set_time`.
    """
    held = hold_meeting(meeting)
    refuse_unless_asked(held)
    meeting = set_time(held, starts_at=option.starts_at, ends_at=option.ends_at, seen=held.version, by=by)
    DateOption.objects.filter(meeting=meeting).delete()
    return meeting


def rows_of_poll(meeting):
    """Return the PollRows of a meeting, the earliest day first; best is what suits most, in doubt more “if need be”."""
    options = list(DateOption.objects.filter(meeting=meeting).with_counts())
    best = max(((each.n_yes, each.n_maybe) for each in options), default=(0, 0))
    return [PollRow(each, best[0] > 0 and (each.n_yes, each.n_maybe) == best) for each in options]


def votes_of(invitation):
    """Return what an invitee has said: {option's id: answer}."""
    return dict(DateVote.objects.filter(invitation=invitation).values_list("option", "answer"))
