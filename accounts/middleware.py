"""The door to the administration has two locks."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# These only lead to the one sign-in of the site.
OPEN = {"admin:login", "admin:logout"}


class SecondFactorMiddleware:
    """Leads those who work in the administration to choose a second factor before anything of it is shown."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        """Redirect to the choice of a second factor when a page of the administration is asked for without one."""
        # By the path: not every page of the administration is in the namespace of Django's.
        if not settings.SECOND_FACTOR_REQUIRED or not request.path_info.startswith(reverse("admin:index")):
            return None
        if request.resolver_match.view_name in OPEN:
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff or get_adapter().is_mfa_enabled(user, FACTORS):
            return None
        return redirect(reverse("mfa_index"))
