from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse

from public.forms import SearchForm
from public.near_names import names_near_address


@login_not_required
def page_not_found(request, exception):
    """Say that there is no such page, and offer the municipalities whose names are near the address."""
    context = {"form": SearchForm(), "found": names_near_address(request.path_info)}
    return render(request, "404.html", context, status=404)


@login_not_required
def permission_denied(request, exception):
    """Say that the account's present roles do not reach here."""
    return render(request, "403.html", status=403)


@login_not_required
def bad_request(request, exception):
    """Say that the request could not be read; makes no query."""
    return SimpleTemplateResponse("400.html", status=400).render()


@login_not_required
def server_error(request):
    """Say that something broke on our side; makes no query and needs no context."""
    return SimpleTemplateResponse("500.html", status=500).render()


@login_not_required
def csrf_failure(request, reason=""):
    """Say that the form was too old to be taken, and how to send it again."""
    return render(request, "csrf_failure.html", status=403)
