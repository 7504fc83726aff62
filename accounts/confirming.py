"""Before a sensitive step the person shows once more that it is them: by password, second factor, or a mailed code.

The library knows the first two, and lets whoever has neither pass. Here an account that
signs in by code gets a code by the same rules as when signing in (docs/adr/0013).
"""

import time
from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.forms import BaseConfirmCodeForm
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.events import record_event
from accounts.locking import count_wrong_code, forget_wrong_codes, refuse_locked
from accounts.models import SignInEvent

SESSION_KEY = "confirming_code"


def is_confirmed(request, *, by_signing_in=True):
    """Whether the person has shown within the quarter of an hour that it is them.

    A code that was given when signing in is the same proof as one given here, and counts
    unless `by_signing_in` is off, where an account has nothing stronger.
    """
    records = get_authentication_records(request, request.user)
    fresh = [record for record in records if time.time() - record["at"] < REAUTHENTICATION_TIMEOUT]
    if any(record.get("reauthenticated") for record in fresh):
        return True
    methods = {method["id"] for method in get_adapter().get_reauthentication_methods(request.user)}
    return by_signing_in and methods == {"code"} and any(record["method"] == "code" for record in fresh)


def confirm_first(view=None, *, by_signing_in=True):
    """Ask whoever is signed in to show that it is them before `view` is shown or does anything.

    Raises ReauthenticationRequired, which the library's middleware turns into the page
    where that is done; it leads back. See `is_confirmed` for `by_signing_in`.
    """

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not is_confirmed(request, by_signing_in=by_signing_in):
                raise ReauthenticationRequired
            return view(request, *args, **kwargs)

        return guarded

    return decorate(view) if view else decorate


class ConfirmingCode(AbstractCodeVerificationProcess):
    """A code on its way to somebody who is signed in; kept in the session, as the library keeps those of signing in."""

    def __init__(self, request, state):
        self.request = request
        limits = {
            "max_attempts": settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS,
            "timeout": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
        }
        super().__init__(state=state, user=request.user, **limits)

    @classmethod
    def begin(cls, request):
        """Send the first code; return the process. Raises ValidationError ("locked") while the address is locked."""
        refuse_locked(request.user.email)
        process = cls(request, cls.initial_state(user=request.user, email=request.user.email))
        process.send()
        return process

    @classmethod
    def resume(cls, request):
        """Return the process of this session, or None when no code is on its way or it is too old."""
        state = request.session.get(SESSION_KEY)
        return cls(request, state).abort_if_invalid() if state else None

    def send(self):
        """Send a new code; the earlier one is worth nothing."""
        self.state["code"] = get_adapter().generate_login_code()
        get_adapter().send_mail("account/email/confirming_code", self.user.email, {"code": self.code})
        self.persist()

    def resend(self):
        """Send once more, as often as when signing in."""
        self.record_resend()
        self.send()

    @property
    def can_resend(self):
        """Whether another code may be sent."""
        return not self.is_resend_quota_reached(settings.ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND)

    def persist(self):
        """Keep the state in the session."""
        self.request.session[SESSION_KEY] = self.state

    def abort(self):
        """Forget the code."""
        self.request.session.pop(SESSION_KEY, None)

    def finish(self):
        """Write down that the person has shown who they are."""
        self.abort()
        record_authentication(self.request, self.user, method="code", email=self.user.email, reauthenticated=True)


class ConfirmingCodeForm(BaseConfirmCodeForm):
    """Takes the code; ten wrong ones lock the address, together with those of signing in."""

    def __init__(self, *args, process, **kwargs):
        super().__init__(*args, code=process.code, **kwargs)
        self.process = process

    def clean_code(self):
        """Return the code. Raises ValidationError when it is wrong or the address is locked."""
        account, request = self.process.user, self.process.request
        refuse_locked(account.email)
        try:
            code = super().clean_code()
        except ValidationError:
            self.process.record_invalid_attempt()
            kind = SignInEvent.Kind.LOCKED if count_wrong_code(account.email) else SignInEvent.Kind.REFUSED
            record_event(account, kind, request=request, means="code")
            refuse_locked(account.email)
            raise
        forget_wrong_codes(account.email)
        return code
