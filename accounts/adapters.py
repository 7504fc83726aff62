"""What of signing in is ours: who may, where it leads, what is written down, how its letters go out (docs/adr/0013)."""

import base64
import hashlib
from functools import partial

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.events import record_event
from accounts.letters import ACCOUNT_CHANGED, CONFIRMING_CODE, SIGN_IN_CODE, UNKNOWN_ACCOUNT
from accounts.models import SignInEvent, User
from mailing.sending import send_now
from mailing.writing import write

NO_ADDRESS = "::"
# What the library tells the person by letter is also what the log says.
EVENTS = {
    "mfa/email/totp_activated": (SignInEvent.Kind.FACTOR_ADDED, "app"),
    "mfa/email/totp_deactivated": (SignInEvent.Kind.FACTOR_REMOVED, "app"),
    "mfa/email/webauthn_added": (SignInEvent.Kind.FACTOR_ADDED, "passkey"),
    "mfa/email/webauthn_removed": (SignInEvent.Kind.FACTOR_REMOVED, "passkey"),
    "mfa/email/recovery_codes_generated": (SignInEvent.Kind.FACTOR_ADDED, "recovery_codes"),
    "account/email/password_changed": (SignInEvent.Kind.PASSWORD_CHANGED, ""),
    "account/email/password_set": (SignInEvent.Kind.PASSWORD_CHANGED, ""),
}
LETTERS = {
    "account/email/login_code": SIGN_IN_CODE,
    "account/email/confirming_code": CONFIRMING_CODE,
    "account/email/unknown_account": UNKNOWN_ACCOUNT,
}


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers: an account comes with a role. Letters go out when what caused them is saved."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many tries in a short time. Wait a quarter of an hour, then try again."),
        "incorrect_code": _("This code is wrong, or a newer one has been sent. Write the code of the latest letter."),
    }

    def is_open_for_signup(self, request):
        """Nobody makes an account for themselves."""
        return False

    def get_client_ip(self, request):
        """Return the address for limiting tries; "::" while the library would write it down."""
        return NO_ADDRESS if getattr(request, "writes_down_session", False) else super().get_client_ip(request)

    def login(self, request, user):
        """Sign in; the list of the person's sessions that the library keeps gets no network address."""
        request.writes_down_session = True
        super().login(request, user)

    def post_login(self, request, user, **details):
        """Write the sign-in down and lead on."""
        record_event(user, SignInEvent.Kind.SIGNED_IN, request=request, means=_means(request, user))
        return super().post_login(request, user, **details)

    def logout(self, request):
        """Sign out, and write it down."""
        record_event(request.user, SignInEvent.Kind.SIGNED_OUT, request=request)
        super().logout(request)

    def set_password(self, user, password):
        """Set the password; the session that goes on is written down anew, without a network address."""
        self.request.writes_down_session = True
        super().set_password(user, password)

    def authentication_failed(self, request, **credentials):
        """Write a wrong password down for the account of the address, if there is one."""
        account = User.objects.filter(email__iexact=credentials.get("email", "")).first()
        record_event(account, SignInEvent.Kind.REFUSED, request=request, means="password")

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Write a change of the account down, and tell the person."""
        kind, means = EVENTS[template_prefix]
        event = record_event(user, kind, request=self.request, means=means)
        change = f"{event.get_kind_display()}: {event.means_words}" if means else event.get_kind_display()
        self._send(ACCOUNT_CHANGED, email or user.email, {"change": change})

    def get_reauthentication_methods(self, user):
        """Return the library's ways to show once more that it is oneself, and a code by letter.

        Whoever has a second factor does not get by with less than it.
        """
        methods = super().get_reauthentication_methods(user)
        if user.is_authenticated and not get_mfa_adapter().is_mfa_enabled(user):
            code = {
                "id": "code",
                "description": _("Get a code by e-mail"),
                "url": reverse("account_reauthenticate_code"),
            }
            methods.append(code)
        return methods

    def send_mail(self, template_prefix, email, context):
        """Send a letter that the library asks for. Raises KeyError for one whose page is not in use."""
        self._send(LETTERS[template_prefix], email, {"code": context.get("code", ""), "address": email})

    def _send(self, kind, address, values):
        """Send the letter after the present transaction; it is never stored, because it may hold a code."""
        transaction.on_commit(partial(send_now, kind, address, write(kind.name, values)), robust=True)

    def get_login_redirect_url(self, request):
        """Lead those who work in the administration there, everybody else to the portal."""
        return reverse("admin:index") if request.user.is_staff else reverse("portal_start")

    def get_logout_redirect_url(self, request):
        """Lead to a page that says so."""
        return reverse("account_signed_out")


def _means(request, user):
    """Return in one word how `user` has just signed in."""
    records = get_authentication_records(request, user)
    if any(record.get("passwordless") for record in records):
        return "passkey"
    return next((record["method"] for record in records if record["method"] != "mfa"), "")


class MFAAdapter(DefaultMFAAdapter):
    """Keeps the keys of one-time codes encrypted: a copy of the database alone opens no account."""

    @staticmethod
    def _cipher():
        key = hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text):
        """Return `text` encrypted with a key made from SECRET_KEY."""
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """Return what `encrypt` was given. Raises cryptography's InvalidToken when SECRET_KEY has changed."""
        return self._cipher().decrypt(encrypted_text.encode()).decode()
