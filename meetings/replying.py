"""Invitees reply, and change their minds until the meeting begins: by the link, by telephone, by the public page."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from meetings.models import DietCount, Invitation, Reply
from meetings.seats import Seat, advance_queue, free_seats, hold_meeting, lapse_offers, seat_for
from meetings.telling import tell_again, tell_receipt, tell_withdrawn

Answer = Reply.Answer


@dataclass(frozen=True)
class Wanted:
    """What somebody replies: the answer, and for who comes how many, diets {code: how many} and a question.

    `deputy` is (name, e-mail or "") for who sends one.
    """

    answer: str
    n_people: int = 1
    question: str = ""
    diets: dict = field(default_factory=dict)
    deputy: tuple = ("", "")


@transaction.atomic
def save_reply(invitation, wanted, *, seen=None, source=Reply.Source.LINK, by=None):
    """Save what an invitee replies, with a place or one on the waiting list; return the Reply.

    `seen` is the version of the reply that was on the page (0: none); `by` is the account that writes a reply
    down for somebody, who is told so. Who gives a place up lets the next in the queue move. Raises
    ValidationError: "withdrawn", "not_open" (a draft, cancelled, begun), "changed" (another reply was given
    meanwhile), "not_on_the_spot", "not_remotely", "party", "no_room" (a larger party than has room; the old place
    stays), "deputy" (without a name), and what the models refuse.
    """
    meeting = hold_meeting(invitation.meeting)
    invitation = Invitation.objects.select_related("person", "contact").get(pk=invitation.pk)
    refuse_unless_open(meeting)
    if invitation.withdrawn_at:
        raise ValidationError(_("This invitation has been taken back."), code="withdrawn")
    lapse_offers(meeting)
    reply = Reply.objects.filter(invitation=invitation).first() or Reply(invitation=invitation, version=0)
    if seen is not None and seen != reply.version:
        raise ValidationError(
            _("Another reply was given meanwhile. See it below and reply again if needed."), code="changed"
        )
    _check(meeting, wanted)
    was_away = bool(reply.pk) and not reply.comes_along
    has_deputy = _keep_deputy(invitation, wanted)
    _seat(meeting, reply, wanted)
    comes = wanted.answer in {Answer.COMES, Answer.REMOTE}
    reply.answer, reply.question = wanted.answer, wanted.question if comes else ""
    reply.source, reply.by, reply.replied_at, reply.version = source, by, timezone.now(), reply.version + 1
    reply.full_clean()
    reply.save()
    _write_diets(meeting, invitation, wanted.diets if wanted.answer == Answer.COMES else {})
    if wanted.answer == Answer.DEPUTY and not has_deputy:
        _send_deputy(meeting, invitation, wanted, by)
    advance_queue(meeting)
    # Who comes after all may have missed a move while they did not: the letter brings their calendar up to date.
    missed_move = was_away and reply.comes_along and meeting.sequence > 0
    if source != Reply.Source.LINK or missed_move:
        tell_receipt(invitation, reply)
    return reply


def refuse_unless_open(meeting):
    """Raise ValidationError (code "not_open") unless replies to the meeting can be given and changed now."""
    if meeting.is_draft:
        raise ValidationError(_("The meeting has not been published yet."), code="not_open")
    if meeting.is_cancelled:
        raise ValidationError(_("The meeting has been cancelled."), code="not_open")
    if meeting.has_begun:
        raise ValidationError(_("The meeting has begun: replies can no longer be changed."), code="not_open")


def _check(meeting, wanted):
    if wanted.answer == Answer.COMES and meeting.venue_id is None:
        raise ValidationError(
            {"answer": ValidationError(_("The meeting is held remotely only."), code="not_on_the_spot")}
        )
    if wanted.answer == Answer.REMOTE and not meeting.remote_url:
        raise ValidationError({"answer": ValidationError(_("One cannot take part remotely."), code="not_remotely")})
    if not 1 <= wanted.n_people <= meeting.party_at_most:
        words = ngettext("Only one can come with this reply.", "At most %(n)s can come.", meeting.party_at_most)
        raise ValidationError({"n_people": ValidationError(words % {"n": meeting.party_at_most}, code="party")})
    if wanted.answer == Answer.DEPUTY and not wanted.deputy[0].strip():
        raise ValidationError({"deputy_name": ValidationError(_("Write your deputy's name."), code="deputy")})


def _seat(meeting, reply, wanted):
    """Give the reply its place: kept, taken, or on the waiting list; refuse a larger party than has room."""
    had = reply.n_people if reply.seat in Reply.HOLDING else 0
    reply.n_people = wanted.n_people if wanted.answer in {Answer.COMES, Answer.REMOTE} else 1
    was, reply.offered_until = reply.seat, None
    if wanted.answer != Answer.COMES:
        reply.seat, reply.queued_at = "", None
        return
    # Who waits and asks again gets a place that could be offered to nobody before them: too small, or too late.
    reply.seat = seat_for(meeting, reply.n_people, kept=had)
    if was == reply.seat == Seat.WAITING:
        return
    if had and reply.seat == Seat.WAITING:
        n = had + free_seats(meeting)
        words = ngettext("There is room for one of you only.", "There is room for %(n)s of you.", n)
        raise ValidationError({"n_people": ValidationError(words % {"n": n}, code="no_room")})
    reply.queued_at = timezone.now() if reply.seat == Seat.WAITING else None


def _write_diets(meeting, invitation, diets):
    """Replace what this party wants to eat; only counts are kept, under a key that names nobody."""
    key = diet_key(invitation)
    DietCount.objects.filter(meeting=meeting, key=key).delete()
    rows = [DietCount(meeting=meeting, key=key, diet=diet, n=n) for diet, n in diets.items() if n]
    for row in rows:
        row.full_clean(validate_unique=False)
    DietCount.objects.bulk_create(rows)


def diet_key(invitation):
    """Return under which key a party's diets are counted: known to who has the site's secret key alone."""
    return salted_hmac("meetings.diets", str(invitation.uid), algorithm="sha256").hexdigest()


def diets_of(invitation):
    """Return what the party of an invitation has said of diets: {code: how many}."""
    rows = DietCount.objects.filter(meeting=invitation.meeting_id, key=diet_key(invitation))
    return dict(rows.values_list("diet", "n"))


def _keep_deputy(invitation, wanted):
    """Take back the deputy who was sent before, with the place, unless the same is sent now; return whether so."""
    before = Invitation.objects.filter(deputy_for=invitation).standing().first()
    if before is None:
        return False
    name, email = (part.strip() for part in wanted.deputy)
    if wanted.answer == Answer.DEPUTY and (before.name, before.email.lower()) == (name, email.lower()):
        return True
    _take_back(before)
    return False


def _send_deputy(meeting, invitation, wanted, by):
    """Put the deputy on the list with a reply of their own, in the place that has just come free."""
    name, email = (part.strip() for part in wanted.deputy)
    deputy = Invitation(
        meeting=meeting, audience=Invitation.Audience.DEPUTY, municipality_id=invitation.municipality_id,
        deputy_for=invitation, name=name, email=email, invited_by=by, organisation=_represented(invitation),
        language=invitation.letters_in,
    )  # fmt: skip
    deputy.full_clean(exclude=["link"])
    deputy.save()
    answer = Answer.COMES if meeting.venue_id else Answer.REMOTE
    reply = Reply(invitation=deputy, answer=answer, source=Reply.Source.BEHALF, by=by)
    _seat(meeting, reply, Wanted(answer))
    reply.save()
    tell_receipt(deputy, reply)


def _represented(invitation):
    return invitation.contact.association.name[:120] if invitation.contact_id else invitation.organisation


@transaction.atomic
def withdraw_invitation(invitation, *, tells=True):
    """Take an invitation back, with its deputies; who was coming or had not declined is told. Return the invitation.

    Without `tells` the invitee gets no letter; a deputy, who would come in vain, does. The place goes to the next in
    the queue. Harmless when repeated.
    """
    meeting = hold_meeting(invitation.meeting)
    locked = Invitation.objects.get(pk=invitation.pk)
    if locked.withdrawn_at is None:
        _take_back(locked, tells=tells)
        for deputy in Invitation.objects.filter(deputy_for=locked).standing():
            _take_back(deputy)
        advance_queue(meeting)
    return locked


def _take_back(invitation, *, tells=True):
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    DietCount.objects.filter(meeting=invitation.meeting_id, key=diet_key(invitation)).delete()
    if tells:
        tell_withdrawn(invitation)


@transaction.atomic
def register(meeting, wanted, *, name, organisation, email, language):
    """Register somebody from the public page; return the Invitation, or None when the address was on the list already.

    Either way one letter goes to the address, with the state of the registration and the link by which it is changed:
    the page need not tell a stranger who is registered. Raises ValidationError: "closed" (registration is not taken
    here, has not begun or has ended), and as `save_reply`.
    """
    meeting = hold_meeting(meeting)
    if why := why_no_registration(meeting):
        raise ValidationError(why, code="closed")
    if known := Invitation.objects.filter(meeting=meeting).of_address(email):
        tell_again(known)
        return None
    invitation = Invitation(
        meeting=meeting, audience=Invitation.Audience.REGISTERED, name=name, organisation=organisation,
        email=email, language=language,
    )  # fmt: skip
    invitation.full_clean(exclude=["link"])
    invitation.save()
    reply = save_reply(invitation, wanted)
    tell_receipt(invitation, reply, is_asked_for=True)
    return invitation


def why_no_registration(meeting, now=None):
    """Return why nobody can register on the public page at the moment `now`, as a sentence; empty when one can."""
    now, until = now or timezone.now(), meeting.registration_until
    if not meeting.takes_registrations or not meeting.is_public or meeting.is_draft:
        return _("Registration is not taken here.")
    if meeting.is_cancelled:
        return _("The meeting has been cancelled.")
    if until and until <= now:
        day = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")
        return _("Registration ended on %(day)s.") % {"day": day}
    return _("The meeting has begun.") if meeting.starts_at <= now else ""


def adapt_replies(meeting, before):
    """Let replies follow a meeting that was moved: held remotely only, or no longer remotely. Return nothing.

    Who was to come to a place that is no more takes part remotely; who was to take part remotely is asked again.
    The caller holds the meeting; `before` tells its old place and remote link.
    """
    replies = Reply.objects.of_meeting(meeting)
    if before.venue_id and not meeting.venue_id:
        # Who let an offered place go is not to come by this, either: they hear nothing of it.
        coming = replies.filter(answer=Answer.COMES).exclude(seat=Seat.LAPSED)
        coming.update(answer=Answer.REMOTE, seat="", queued_at=None, offered_until=None)
        DietCount.objects.filter(meeting=meeting).delete()
    if before.remote_url and not meeting.remote_url:
        replies.filter(answer=Answer.REMOTE).delete()
    advance_queue(meeting)
