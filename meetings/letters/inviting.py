"""The invitation, and the reminder to who has not replied; for people with a role and for associations apart."""

from django.utils.translation import gettext_lazy as _

from mailing.kinds import NotWantedError, Placeholder, letter_kind
from meetings.letters import (
    ABOUT,
    FOLDER,
    GROUP,
    OF_ASSOCIATIONS,
    PLACES,
    REPLY_BY,
    invitation_of,
    write_letter,
)

_WHY = _("You get this letter because you have been invited to a meeting in %(site)s.")
_WHY_ASSOCIATION = _("You get this letter because %(site)s has this address as an association's contact.")
_PLACES = PLACES | ABOUT | REPLY_BY
_REMOTELY = {"remotely": Placeholder(_("the remote link, for who comes"), "…")}


def _write(kind, letter):
    invitation = invitation_of(letter)
    if invitation.the_reply:
        raise NotWantedError("replied")
    return write_letter(kind, letter, invitation, method="REQUEST")


@letter_kind(
    "meeting_invitation", label=_("Invitation to a meeting"), why=_WHY, is_duty=False, folder=FOLDER,
    placeholders=_PLACES, **GROUP,
)  # fmt: skip
def meeting_invitation(letter):
    """Invite somebody with a role, or a guest; not who has replied meanwhile."""
    return _write("meeting_invitation", letter)


@letter_kind(
    "association_invitation", label=_("Invitation of an association to a meeting"), why=_WHY_ASSOCIATION, is_duty=False,
    folder=FOLDER, placeholders=_PLACES, **OF_ASSOCIATIONS,
)  # fmt: skip
def association_invitation(letter):
    """Invite an association; not one that has replied meanwhile, nor one that asked for no letters."""
    return _write("association_invitation", letter)


@letter_kind(
    "meeting_reminder", label=_("Reminder to reply to an invitation"), why=_WHY, is_duty=False, is_reminder=True,
    folder=FOLDER, placeholders=_PLACES, **GROUP,
)  # fmt: skip
def meeting_reminder(letter):
    """Remind somebody with a role, or a guest, who has not replied."""
    return _write("meeting_reminder", letter)


@letter_kind(
    "association_reminder", label=_("Reminder to an association to reply to an invitation"), why=_WHY_ASSOCIATION,
    is_duty=False, is_reminder=True, folder=FOLDER, placeholders=_PLACES, **OF_ASSOCIATIONS,
)  # fmt: skip
def association_reminder(letter):
    """Remind an association that has not replied."""
    return _write("association_reminder", letter)


@letter_kind(
    "meeting_coming", label=_("Reminder to those who come to a meeting"), why=_WHY, is_duty=True, folder=FOLDER,
    placeholders=PLACES | _REMOTELY,
)  # fmt: skip
def meeting_coming(letter):
    """Remind who comes of the day, with how to come and the remote link."""
    invitation = invitation_of(letter)
    if not (invitation.the_reply and invitation.the_reply.comes_along):
        raise NotWantedError("does_not_come")
    return write_letter("meeting_coming", letter, invitation)
