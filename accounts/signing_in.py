"""Signing in by a link; the page of /y/<token>/ calls it when its button is pressed."""

from allauth.account.utils import perform_login
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.links import use_link


def sign_in_by_link(request, link):
    """Use `link` up and sign its account in; return the response.

    Raises ValidationError (code "not_usable") when the link no longer works or its
    account is closed.
    """
    if link.account is None or not link.account.is_active:
        raise ValidationError(_("This link has been used or is too old. Ask for a new one."), code="not_usable")
    use_link(link)
    return perform_login(request, link.account)
