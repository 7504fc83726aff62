"""An account's sign-in address changes: nothing that was sent or connected under the old one opens it any more."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.events import record_event
from accounts.links import revoke_links
from accounts.models import SignInEvent
from accounts.resetting import end_sessions


@transaction.atomic
def change_sign_in_address(account, email, *, by):
    """Let `account` sign in with `email` from now on; return it.

    Its links are revoked, its sessions end, and a municipality's sign-in finds it anew by
    the new address. Raises ValidationError with the codes of the field, such as
    "unique"; nothing is changed then.
    """
    account.email = email.strip().lower()
    account.full_clean(exclude=["password"])
    account.save(update_fields=["email"])
    revoke_links(account=account)
    SocialAccount.objects.filter(user=account).delete()
    EmailAddress.objects.filter(user=account).delete()
    end_sessions(account)
    record_event(account, SignInEvent.Kind.ADDRESS_CHANGED, by=by)
    return account
