"""What the registry knows of the one who has signed in: to read, to take along, to erase."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.confirming import confirm_first
from accounts.events import record_event
from accounts.models import SignInEvent
from registry.own_data import ask_to_erase, erase_own_data, obstacles, own_data, own_data_file, own_subject


@never_cache
@require_safe
def portal_data(request):
    """Show everything that is kept about the person."""
    subject = own_subject(request.user)
    context = {"tables": own_data(subject), "subject": subject}
    return render(request, "portal/portal_data.html", context)


@never_cache
@require_POST
@confirm_first
def portal_data_file(request):
    """Hand the same over as a file; the person reads in the log of the account that it was taken."""
    record_event(request.user, SignInEvent.Kind.DATA_TAKEN, request=request)
    subject = own_subject(request.user)
    response = HttpResponse(own_data_file(subject, own_data(subject)), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="omat-tiedot-{timezone.localdate()}.json"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@confirm_first(by_signing_in=False)
def portal_data_erase(request):
    """Say what goes and what stays, and erase by the button; whoever is erased is signed out.

    Whoever is still needed asks the coordinator by the button instead.
    """
    if request.method == "POST":
        try:
            if "ask" in request.POST:
                task = ask_to_erase(request.user)
                told = _("Your request is with the coordinator, who answers by %(day)s.")
                messages.success(request, told % {"day": date_format(task.due_on, "SHORT_DATE_FORMAT")})
                return redirect("portal_data_erase")
            erase_own_data(request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return redirect("portal_data_erase")
        logout(request)
        return redirect("account_signed_out")
    subject = own_subject(request.user)
    context = {"obstacles": obstacles(request.user), "tables": own_data(subject), "subject": subject}
    return render(request, "portal/portal_data_erase.html", context)
