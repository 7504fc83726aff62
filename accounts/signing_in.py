"""Signing in by a link that support has made; the page of /y/<token>/ calls it when its button is pressed."""

import datetime as dt

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.utils import perform_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseNotAllowed
from django.utils.translation import gettext_lazy as _

from accounts.events import record_event
from accounts.links import make_link, use_link
from accounts.models import SignInEvent

PURPOSE, INVITATION = "signin", "invitation"
LIFETIME = dt.timedelta(hours=1)


@transaction.atomic
def make_sign_in_link(account, *, by=None):
    """Make a link that signs `account` in once within the hour, write that down, and return its token.

    Raises ValidationError (code "closed") for an account that may not sign in.
    """
    if not account.is_active:
        raise ValidationError(_("This account is closed."), code="closed")
    _link, token = make_link(PURPOSE, f"account:{account.pk}", lifetime=LIFETIME, account=account)
    record_event(account, SignInEvent.Kind.LINK_PRINTED, by=by)
    return token


def sign_in_by_link(request, link):
    """Use `link` up and sign its account in; return the response, which asks for the second factor if there is one.

    Answers a POST only: opening the link signs nobody in. Whoever was signed in before
    is signed out. Raises ValidationError (code "not_usable") when the link no longer
    works or its account is closed.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    account = link.account
    if link.purpose not in {PURPOSE, INVITATION} or account is None or not account.is_active:
        raise ValidationError(_("This link has been used or is too old. Ask for a new one."), code="not_usable")
    use_link(link)
    logout(request, show_message=False)
    record_authentication(request, account, method="link")
    return perform_login(request, account)
