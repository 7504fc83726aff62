"""What the registry knows of the one who has signed in: to read, to take along, to erase."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.confirming import confirm_first
from registry.own_data import erase_own_data, obstacles, own_data, own_data_file, own_subject


@never_cache
@require_safe
def portal_data(request):
    """Show everything that is kept about the person."""
    subject = own_subject(request.user)
    context = {"tables": own_data(subject), "subject": subject}
    return render(request, "portal/portal_data.html", context)


@never_cache
@require_safe
@confirm_first
def portal_data_file(request):
    """Hand the same over as a file."""
    subject = own_subject(request.user)
    response = HttpResponse(own_data_file(subject, own_data(subject)), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="omat-tiedot-{timezone.localdate()}.json"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@confirm_first(by_signing_in=False)
def portal_data_erase(request):
    """Say what goes and what stays, and erase by the button; whoever is erased is signed out."""
    if request.method == "POST":
        try:
            erase_own_data(request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return redirect("portal_data_erase")
        logout(request)
        return redirect("account_signed_out")
    subject = own_subject(request.user)
    context = {"obstacles": obstacles(request.user), "tables": own_data(subject), "subject": subject}
    return render(request, "portal/portal_data_erase.html", context)
