"""Asking which day suits; for people with a role and for associations apart."""

from django.utils.translation import gettext_lazy as _

from mailing.kinds import NotWantedError, Placeholder, letter_kind
from meetings.letters import FOLDER, GROUP, OF_ASSOCIATIONS, PLACES, invitation_of, write_letter
from meetings.polls import POLL, POLL_OF_ASSOCIATION, votes_of
from meetings.wording import when_in_words

_PLACES = {name: place for name, place in PLACES.items() if name not in {"when", "where"}} | {
    "days": Placeholder(_("the proposed days"), ("torstai 24.9.2026 klo 17.30–20.00",), is_required=True)
}


def _write(kind, letter):
    """Write the question; not to who has answered it meanwhile, nor when the day has been chosen."""
    invitation = invitation_of(letter)
    meeting = invitation.meeting
    options = list(meeting.date_options.all())
    if meeting.starts_at is not None or not options:
        raise NotWantedError("day_chosen")
    if votes_of(invitation):
        raise NotWantedError("replied")
    days = [when_in_words(each.starts_at, each.ends_at) for each in options]
    return write_letter(kind, letter, invitation, days=days)


@letter_kind(
    POLL, label=_("Question which day suits"), is_duty=False, folder=FOLDER, placeholders=_PLACES,
    why=_("You get this letter because a meeting is planned to which you will be invited in %(site)s."), **GROUP,
)  # fmt: skip
def meeting_poll(letter):
    """Ask somebody with a role."""
    return _write(POLL, letter)


@letter_kind(
    POLL_OF_ASSOCIATION, label=_("Question to an association which day suits"), is_duty=False, folder=FOLDER,
    placeholders=_PLACES,
    why=_("You get this letter because %(site)s has this address as an association's contact."), **OF_ASSOCIATIONS,
)  # fmt: skip
def association_poll(letter):
    """Ask an association."""
    return _write(POLL_OF_ASSOCIATION, letter)
