"""Inviting: first shown who gets the letter, who does not and why; then everybody at once, each one time."""

from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.mass import Preview, Recipient, queue_mailing
from meetings.invitees import candidates_of, still_concerned
from meetings.models import Invitation
from meetings.replying import refuse_unless_open, withdraw_invitation
from meetings.seats import hold_meeting
from meetings.telling import INVITATION, INVITATION_OF_ASSOCIATION, recipient_of
from registry.letters.recipients import preview_letters

LETTERS = (INVITATION, INVITATION_OF_ASSOCIATION)
CHUNK = 250


@dataclass(frozen=True)
class Inviting:
    """Who would be invited: `people` and `associations` are the Previews of their letters, `candidates` all of them.

    Who has no address or whose letters come back is among the candidates: to be telephoned.
    """

    candidates: tuple
    people: Preview
    associations: Preview

    @property
    def n_going(self):
        """How many letters would go."""
        return len(self.people.going) + len(self.associations.going)

    @property
    def going(self):
        """The Recipients of the letters."""
        return [*self.people.going, *self.associations.going]

    @property
    def left_out(self):
        """[(reason in words, [LeftOut, …])] of both, each reason once."""
        groups = {}
        for words, group in (*self.people.by_reason(), *self.associations.by_reason()):
            groups.setdefault(words, []).extend(group)
        return list(groups.items())

    @property
    def goes_at(self):
        """When the letters go at the earliest."""
        return max(self.people.goes_at, self.associations.goes_at)


def preview_inviting(meeting, audiences, *, fields=(), kinds=LETTERS):
    """Return the Inviting of `audiences` (codes of KindAudience), associations of `fields` alone where some are given.

    `kinds` are the kinds of the letters to people and to associations. A fixed number of queries for each 500.
    """
    refusals = _refusals(meeting, is_asking=kinds != LETTERS)
    candidates = candidates_of(meeting, audiences, fields=fields, on=timezone.localdate())
    recipients = {True: [], False: []}
    for each in candidates:
        address = each.source.email.strip().lower()
        left_out = refusals.get(each.key) or refusals.get(address) or _refusal(each)
        recipients[each.contact is not None].append(_recipient(each, meeting, left_out))
    return Inviting(
        tuple(each for each in candidates if each.key not in refusals and not _refusal(each)),
        _preview(kinds[0], recipients[False], meeting),
        _preview(kinds[1], recipients[True], meeting),
    )


def _refusals(meeting, *, is_asking):
    """Return {a candidate's key, or an address that was written here: why it is not invited (again)}.

    Whose invitation was taken back is not invited a second time: calendars would take the event for the cancelled one.
    Who was only asked for a day is invited, but not asked again.
    """
    rows = Invitation.objects.filter(meeting=meeting, deputy_for=None)
    rows = rows.values_list("person", "contact", "email", "invited_at", "withdrawn_at")
    found = {}
    for person, contact, email, invited_at, withdrawn_at in rows:
        key = f"person:{person}" if person else f"contact:{contact}" if contact else email.lower()
        is_refused = invited_at or is_asking if withdrawn_at is None else person or contact
        if key and is_refused:
            found[key] = "invitation_withdrawn" if withdrawn_at else "invited_before"
    return found


def _preview(kind, recipients, meeting):
    """Return the Preview of letters of a meeting; who was written to lately gets theirs when the spacing is over."""
    previews = preview_letters(kind, recipients, key_prefix=f"{kind}:{meeting.pk}", waits=True)
    return previews[0] if previews else Preview(kind, (), (), timezone.now())


def _refusal(candidate):
    return "unsubscribed" if candidate.contact and candidate.contact.no_letters_since else ""


def _recipient(candidate, meeting, left_out):
    source = candidate.source
    return Recipient(
        key=candidate.key, name=candidate.name, address=source.email, language=source.language,
        scope=f"region:{meeting.region_id}", left_out=left_out,
    )  # fmt: skip


@transaction.atomic
def invite(meeting, audiences, *, fields=(), by):
    """Invite everybody of `preview_inviting`, with a letter where one can go; return how many letters are new.

    Who has no working address is on the list all the same, to be telephoned. Safe to run twice. Raises
    ValidationError: "not_open", "nobody".
    """
    meeting = hold_meeting(meeting)
    refuse_unless_open(meeting)
    inviting = preview_inviting(meeting, audiences, fields=fields)
    if not inviting.candidates:
        raise ValidationError(_("There is nobody new to invite."), code="nobody")
    n_queued = 0
    for preview in invitations_for(meeting, inviting, by=by):
        n_queued += queue_mailing(preview, key_prefix=f"{preview.kind}:{meeting.pk}", by=by)
    return n_queued


def invitations_for(meeting, inviting, *, by, kinds=LETTERS, is_invited=True):
    """Put the candidates of an Inviting on the list; return the Previews of their letters that somebody gets.

    Without `is_invited` they are only asked for a day. The caller holds the meeting.
    """
    rows = _put_on_list(meeting, inviting, by, is_invited=is_invited)
    going = {each.key for each in inviting.going}
    previews = []
    for kind, of_association in zip(kinds, (False, True), strict=True):
        recipients = [
            replace(recipient_of(row, meeting), key=key)
            for key, row in rows.items()
            if key in going and (row.contact_id is not None) == of_association
        ]
        previews.append(_preview(kind, recipients, meeting))
    return [preview for preview in previews if preview.going]


def _put_on_list(meeting, inviting, by, *, is_invited):
    """Write the invitations of the candidates; return {candidate's key: Invitation}."""
    # Who has no working address is telephoned; for any other reason to be left out there is no place on the list.
    left_out = {
        each.recipient.key
        for preview in (inviting.people, inviting.associations)
        for each in preview.left_out
        if each.reason not in {"no_address", "bounced", "unsubscribed"}
    }
    asked = {
        f"person:{each.person_id}" if each.person_id else f"contact:{each.contact_id}": each
        for each in Invitation.objects.filter(meeting=meeting, invited_at=None).standing().with_invitee()
    }
    now = timezone.now() if is_invited else None
    rows = {}
    for each in inviting.candidates:
        if each.key not in left_out:
            rows[each.key] = asked.get(each.key) or Invitation(
                meeting=meeting, audience=each.audience, municipality_id=each.municipality_id, person=each.person,
                contact=each.contact, language=each.source.language, invited_by=by, invited_at=now,
            )  # fmt: skip
    Invitation.objects.bulk_create([row for row in rows.values() if row.pk is None], batch_size=CHUNK)
    if is_invited:
        Invitation.objects.filter(pk__in=[row.pk for key, row in asked.items() if key in rows]).update(
            invited_at=now, invited_by=by
        )
    return rows


@transaction.atomic
def invite_guest(meeting, *, name, organisation="", email="", language="fi", municipality=None, by):
    """Put somebody who is not in the registry on the list, and write to the address, if any; return the Invitation.

    Raises ValidationError: "not_open", and what the model refuses (an address that is on the list).
    """
    meeting = hold_meeting(meeting)
    refuse_unless_open(meeting)
    guest = Invitation(
        meeting=meeting, audience=Invitation.Audience.GUEST, name=name, organisation=organisation, email=email,
        language=language, municipality=municipality, invited_by=by,
    )  # fmt: skip
    if email and Invitation.objects.filter(meeting=meeting).of_address(email):
        raise ValidationError({"email": ValidationError(_("This address is on the list already."), code="invited")})
    guest.full_clean(exclude=["link"])
    guest.save()
    queue_mailing(
        _preview(INVITATION, [recipient_of(guest, meeting)], meeting), key_prefix=f"{INVITATION}:{meeting.pk}", by=by
    )
    return guest


def drop_ended_roles():
    """Take back, without a letter, invitations to coming meetings of who no longer is what they were invited as.

    Returns {what: how many}. Their places go to the next in the queue. Who only wants no more letters stays on the
    list: they may be coming.
    """
    today, n_dropped = timezone.localdate(), 0
    coming = Invitation.objects.standing().filter(meeting__starts_at__gt=timezone.now(), meeting__cancelled_at=None)
    for each in coming.with_invitee().select_related("meeting").order_by("pk"):
        if still_concerned(each, today) not in {"", "unsubscribed"}:
            withdraw_invitation(each, tells=False)
            n_dropped += 1
    return {"invitations dropped": n_dropped}
