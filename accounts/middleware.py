"""The door to the administration has two locks."""

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse


class SecondFactorMiddleware:
    """Leads those who work in the administration to choose a second factor before anything of it is shown."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        """Redirect to the choice of a second factor when a page of the administration is asked for without one."""
        if not settings.SECOND_FACTOR_REQUIRED or request.resolver_match.namespace != "admin":
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff or get_adapter().is_mfa_enabled(user):
            return None
        return redirect(reverse("mfa_index"))
