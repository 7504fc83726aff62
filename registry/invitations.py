"""An account comes with a role: whoever gets one is invited, nobody registers."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.links import make_link, revoke_links
from accounts.models import SignInEvent, User
from accounts.readdressing import change_sign_in_address
from mailing.kinds import Placeholder, letter_kind
from mailing.outbox import queue_letter
from mailing.writing import write
from registry.models import Person, SharedMailbox

PURPOSE = "invitation"
LIFETIME = dt.timedelta(days=14)
LETTERS = Path(__file__).parent / "letters"


def _scope(person):
    return f"person:{person.pk}"


@transaction.atomic
def invite(person, *, by):
    """Give `person` an account for the contact address when there is none, and queue the invitation; return it.

    Links of earlier invitations stop working. Asked twice within a minute, one letter
    goes out and None is returned. Raises ValidationError: "no_address", "no_role",
    "shared_mailbox" (rule 9: several people read it), "taken" (the address is
    somebody else's account); nothing is saved then.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not roles_in_words(person):
        raise ValidationError(gettext_lazy("Give the person a role first."), code="no_role")
    if person.user is None:
        _give_account(person, by)
    else:
        _follow_corrected_address(person, by)
    revoke_links(purpose=PURPOSE, scope=_scope(person))
    SignInEvent.objects.create(account=person.user, kind=SignInEvent.Kind.INVITED, by=by)
    return queue_letter(
        PURPOSE,
        key=f"{PURPOSE}:{person.pk}:{timezone.now():%Y-%m-%dT%H:%M}",
        address=person.user.email,
        language=person.language,
        scope=f"region:{person.region_id}",
        arguments={"person": person.pk, "by": by.pk if by else None},
        by=by,
    )


def _give_account(person, by):
    if not person.email:
        raise ValidationError(gettext_lazy("Record the person's e-mail first."), code="no_address")
    _refuse_others_address(person)
    person.user = User.objects.create_user(person.email)
    person._history_user = by
    person.save(update_fields=["user"])


def _refuse_others_address(person):
    """Raise ValidationError when the person's contact address is read or signed in with by others."""
    if SharedMailbox.objects.filter(email__iexact=person.email).exists():
        raise ValidationError(
            gettext_lazy("Several people read this address. Record the person's own e-mail first."),
            code="shared_mailbox",
        )
    if User.objects.filter(email__iexact=person.email).exists():
        raise ValidationError(gettext_lazy("Somebody else signs in with this address already."), code="taken")


def _follow_corrected_address(person, by):
    """Let an account that nobody has used yet have the contact address as corrected since the first invitation.

    Otherwise the next invitation, too, would go to whoever reads the wrong address.
    """
    account = person.user
    is_used = account.last_login is not None or account.has_usable_password()
    if is_used or not person.email or person.email.lower() == account.email:
        return
    try:
        _refuse_others_address(person)
    except ValidationError:
        return
    change_sign_in_address(account, person.email, by=by)


def invite_newcomer(role, *, by):
    """Invite the holder of a new `role` who has an address and no account; return the letter, or None.

    What stands in the way is left for the coordinator, who sees it when inviting.
    """
    person = getattr(role, "person", None)
    goes_on = role.end_last is None or role.end_last >= timezone.localdate()
    if person is None or person.user_id is not None or not person.email or not goes_on:
        return None
    try:
        with transaction.atomic():
            return invite(person, by=by)
    except ValidationError:
        return None


def roles_in_words(person):
    """Return the roles that `person` has today or will have, each in words with its place."""
    words = []
    for role in person.appointments.open_or_future().select_related("municipality"):
        words.append(f"{role.get_kind_display()}, {role.municipality}")
    for role in person.agencies.open_or_future().select_related("municipality"):
        words.append(f"{role._meta.verbose_name}, {role.municipality}")
    for role in person.coordinations.open_or_future().select_related("region", "area"):
        words.append(f"{role._meta.verbose_name}, {role.area or role.region}")
    return words


@letter_kind(
    PURPOSE,
    label=gettext_lazy("Invitation"),
    why=gettext_lazy("You get this letter because a role of yours has been recorded in %(site)s."),
    is_duty=True,
    folder=LETTERS,
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Leena Liesi"),
        "who_recorded": Placeholder(gettext_lazy("a sentence that says who recorded the person"), "…"),
        "roles": Placeholder(gettext_lazy("list of the recipient's roles"), ("…",), is_required=True),
        "link": Placeholder(gettext_lazy("the address that opens the pages"), "https://…/y/…/", is_required=True),
        "address": Placeholder(gettext_lazy("the sign-in address"), "leena@example.org"),
        "sign_in_address": Placeholder(gettext_lazy("the address of the sign-in page"), "https://…/kirjaudu/"),
    },
)
def invitation_letter(letter):
    """Write an invitation with a link made now; None when the person has no role or account any more.

    Also when the account has another address by now: the link opens it.
    """
    person = Person.objects.select_related("user").filter(pk=letter.arguments["person"], user__isnull=False).first()
    roles = roles_in_words(person) if person else []
    if not roles or not person.user.is_active or letter.address != person.user.email:
        return None
    revoke_links(purpose=PURPOSE, scope=_scope(person))
    _link, token = make_link(PURPOSE, _scope(person), lifetime=LIFETIME, account=person.user)
    inviter = Person.objects.filter(user=letter.arguments["by"]).first() if letter.arguments["by"] else None
    if inviter:
        who = _("%(inviter)s has recorded you in %(site)s:") % {"inviter": inviter.name, "site": settings.SITE_NAME}
    else:
        who = _("You have been recorded in %(site)s:") % {"site": settings.SITE_NAME}
    values = {
        "name": person.name,
        "who_recorded": who,
        "roles": roles,
        "link": f"{settings.SITE_URL}{reverse('link', args=[token])}",
        "address": person.user.email,
        "sign_in_address": f"{settings.SITE_URL}{reverse('account_login')}",
    }
    return write(PURPOSE, values, reply_to=inviter.email if inviter else "", thread=_scope(person))


def invited_person(link):
    """Return the person whom an invitation's `link` invites, or None when no role of theirs goes on."""
    person = Person.objects.filter(user=link.account).first() if link.account else None
    return person if person and roles_in_words(person) else None
