"""A lost second factor: another administrator resets it, it is written down, and the person is told."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.events import record_event
from accounts.letters import ABOUT_ACCOUNT, FOLDER
from accounts.models import SignInEvent
from mailing.kinds import letter_kind
from mailing.outbox import queue_letter
from mailing.writing import write


@transaction.atomic
def reset_second_factor(account, *, by):
    """Remove every second factor of `account`, end its sessions and tell the person by letter; return the event.

    Raises ValidationError with the code "own" for one's own account: somebody else has
    to see who is asking; and "none" when there is nothing to reset.
    """
    if account.pk == by.pk:
        raise ValidationError(_("Ask another administrator to reset your own second factor."), code="own")
    removed, _tables = Authenticator.objects.filter(user=account).delete()
    if not removed:
        raise ValidationError(_("This account has no second factor."), code="none")
    end_sessions(account)
    event = record_event(account, SignInEvent.Kind.FACTOR_RESET, by=by)
    queue_letter(
        "second_factor_reset",
        key=f"second_factor_reset:{event.pk}",
        address=account.email,
        language=_language_of(account),
        arguments={"event": event.pk},
        by=by,
    )
    return event


def end_sessions(account):
    """Sign `account` out everywhere."""
    for session in UserSession.objects.filter(user=account):
        session.end()


def _language_of(account):
    """Return the language of letters to the person of `account`; who has no row as a person gets Finnish."""
    return getattr(getattr(account, "person", None), "language", settings.LANGUAGE_CODE)


@letter_kind(
    "second_factor_reset",
    label=_("A second factor that was reset"),
    why=ABOUT_ACCOUNT,
    is_duty=True,
    folder=FOLDER,
)
def second_factor_reset_letter(letter):
    """Tell the person that an administrator has removed their second factor."""
    if not SignInEvent.objects.filter(pk=letter.arguments["event"]).exists():
        return None
    return write("second_factor_reset", {})
