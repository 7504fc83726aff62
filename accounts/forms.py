"""The library's forms of signing in, with the lock and the log."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.events import record_event
from accounts.locking import count_wrong_code, forget_wrong_codes, refuse_locked
from accounts.models import SignInEvent


class RequestCodeForm(RequestLoginCodeForm):
    """Asks for a code by letter, unless the address is locked."""

    def clean_email(self):
        """Return the address. Raises ValidationError when it is locked or has asked too often."""
        address = super().clean_email()
        refuse_locked(address)
        return address


class ConfirmCodeForm(ConfirmLoginCodeForm):
    """Takes the code; ten wrong ones lock the address, whether it has an account or not."""

    def clean_code(self):
        """Return the code. Raises ValidationError when it is wrong or the address is locked."""
        login = context.request._login_stage.login
        refuse_locked(login.email)
        try:
            code = super().clean_code()
            if login.user and login.user.email != login.email.lower():
                # Asked for before the account got another address.
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            is_locked = count_wrong_code(login.email)
            kind = SignInEvent.Kind.LOCKED if is_locked else SignInEvent.Kind.REFUSED
            record_event(login.user, kind, request=context.request, means="code")
            refuse_locked(login.email)
            raise
        forget_wrong_codes(login.email)
        return code


class SecondFactorForm(AuthenticateForm):
    """Takes the code of the authenticator application, or a recovery code."""

    def clean_code(self):
        """Return the code. Raises ValidationError when it is wrong or too many have been."""
        try:
            return super().clean_code()
        except ValidationError:
            record_event(self.user, SignInEvent.Kind.REFUSED, request=context.request, means="second_factor")
            raise


class AddPasskeyForm(AddWebAuthnForm):
    """Adds a passkey; the library leaves its name's label in English, and speaks of operations."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["passwordless"].label = _("Sign in with this passkey alone")
        self.fields["passwordless"].help_text = _(
            "No code or password is asked then. The device makes sure that it is you: by fingerprint, face or PIN."
        )


class RenamePasskeyForm(EditWebAuthnForm):
    """Renames a passkey."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
