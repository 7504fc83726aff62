import difflib

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

from common.names import fold
from public.forms import SearchForm
from registry.models import Municipality


@login_not_required
def page_not_found(request, exception):
    """Say that there is no such page, and offer the municipalities whose names are near the address."""
    words = [word for word in request.path_info.split("/") if word]
    context = {"form": SearchForm(), "found": _near(words[-1][:80]) if words else []}
    return render(request, "404.html", context, status=404)


def _near(word):
    """Return up to five municipalities whose name or address resembles `word`, with one query."""
    municipalities = list(Municipality.objects.with_current_region(timezone.localdate()).by_name())
    by_name = {}
    for municipality in municipalities:
        by_name.setdefault(municipality.slug, municipality)
        by_name.setdefault(fold(municipality.name), municipality)
    names = difflib.get_close_matches(fold(word), by_name, n=5, cutoff=0.75)
    return list(dict.fromkeys(by_name[name] for name in names if by_name[name].region_has_pages))


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
