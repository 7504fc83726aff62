"""The library's forms of signing in, with the lock and the log."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
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


def _refuse_used(account, code):
    """Raise ValidationError when an application's code has been taken before.

    The library remembers it for one period only, and takes it for three: whoever has
    looked over a shoulder could give it once more half a minute later.
    """
    key = f"totp:{salted_hmac('accounts.forms', f'{account.pk}:{normalize_user_code(code)}').hexdigest()}"
    periods = 2 * app_settings.TOTP_TOLERANCE + 1
    if not cache.add(key, 1, (periods + 1) * app_settings.TOTP_PERIOD):
        raise get_adapter().validation_error("incorrect_code")


class SecondFactorForm(AuthenticateForm):
    """Takes the code of the authenticator application, or a recovery code; each once."""

    def clean_code(self):
        """Return the code. Raises ValidationError when it is wrong, used, or too many have been."""
        try:
            code = super().clean_code()
            _refuse_used(self.user, code)
            return code
        except ValidationError:
            record_event(self.user, SignInEvent.Kind.REFUSED, request=context.request, means="second_factor")
            raise


class RepeatedSecondFactorForm(ReauthenticateForm):
    """Takes a code before a sensitive step, as when signing in."""

    def clean_code(self):
        """Return the code. Raises ValidationError when it is wrong, used, or too many have been."""
        code = super().clean_code()
        _refuse_used(self.user, code)
        return code


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
