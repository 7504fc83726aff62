"""The few pages of signing in that are not the library's."""

from allauth.account.internal.flows.signup import send_unknown_account_mail
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.views import BaseReauthenticateView
from allauth.account.views import ConfirmLoginCodeView as LibraryConfirmLoginCodeView
from allauth.account.views import RequestLoginCodeView as LibraryRequestLoginCodeView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.confirming import ConfirmingCode, ConfirmingCodeForm
from accounts.models import SignInEvent, User

EVENTS_SHOWN = 200


def _ask_as_for_an_account(request):
    """Ask the database once where the library reads the account of a code: without one it would not ask."""
    pending = request.session.get(LOGIN_SESSION_KEY)
    if isinstance(pending, dict) and pending.get("user_pk") is None:
        User.objects.filter(pk=0).first()


@method_decorator(login_not_required, name="dispatch")
class RequestLoginCodeView(LibraryRequestLoginCodeView):
    """The library's page, which answers alike whether the address has an account or not."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            _ask_as_for_an_account(request)
        return super().dispatch(request, *args, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class ConfirmLoginCodeView(LibraryConfirmLoginCodeView):
    """The library's page, which answers alike and sends as many letters whether the address has an account or not."""

    def dispatch(self, request, *args, **kwargs):
        _ask_as_for_an_account(request)
        return super().dispatch(request, *args, **kwargs)

    def _resend_form_valid(self, form):
        """Send again: to an address without an account, that it has none."""
        if self._process.user is None:
            send_unknown_account_mail(self.request, self._process.state["email"])
        return super()._resend_form_valid(form)


request_login_code = RequestLoginCodeView.as_view()
confirm_login_code = ConfirmLoginCodeView.as_view()


@method_decorator(never_cache, name="dispatch")
class ReauthenticateCodeView(BaseReauthenticateView):
    """Show that it is oneself by a code that one button sends and the next one gives."""

    form_class = ConfirmingCodeForm
    template_name = "account/reauthenticate_code.html"

    def dispatch(self, request, *args, **kwargs):
        self.process = ConfirmingCode.resume(request)
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, form_class=None):
        return super().get_form(form_class) if self.process else None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"process": self.process}

    def post(self, request, *args, **kwargs):
        """Send a code, or take it."""
        if "send" in request.POST or self.process is None:
            return self._send()
        return super().post(request, *args, **kwargs)

    def _send(self):
        try:
            if self.process is None:
                ConfirmingCode.begin(self.request)
            elif self.process.can_resend:
                self.process.resend()
        except ValidationError as problem:
            messages.error(self.request, problem.messages[0])
        return redirect(self.passthrough_next_url(self.request.path))

    def form_valid(self, form):
        self.process.finish()
        return super().form_valid(form)

    def get_context_data(self, **kwargs):
        can_resend = self.process is not None and self.process.can_resend
        return super().get_context_data(**kwargs) | {"can_resend": can_resend}


reauthenticate_code = ReauthenticateCodeView.as_view()


@login_not_required
@never_cache
@require_safe
def account_signed_out(request):
    """Say that nobody is signed in here any more."""
    return render(request, "account/account_signed_out.html")


@never_cache
@require_safe
def account_log(request):
    """Show the person what has happened at the door of their own account."""
    events = SignInEvent.objects.for_log_page(request.user, at_most=EVENTS_SHOWN)
    return render(request, "account/account_log.html", {"events": events})
