"""The coordinators' page of letters: what went to whom, what waits, what a person decides; what runs by the clock."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mailing.outbox import leave_letter, resend_letter
from registry.letter_page import DECIDE, GROUPS, SENT, counts_of, job_rows, letters_for, next_letters, rows_of

GROUP, SEARCH, PAGE = "tila", "osoite", "sivu"
LONGEST_SEARCH = 100


def mail(request):
    """Show the letters of one's regions: first those about which a person decides, else those that went."""
    letters = letters_for(request.user)
    text = request.GET.get(SEARCH, "").replace("\x00", "")[:LONGEST_SEARCH]
    letters = letters.to_addresses_with(text) if text else letters
    counts = counts_of(letters)
    group = request.GET.get(GROUP) or (DECIDE if counts[DECIDE] else SENT)
    if group not in GROUPS:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": _("Letters"),
        "text": text,
        "group": group,
        "groups": [(key, name, counts[key], _address(key, text)) for key, name in GROUPS.items()],
        "page": rows_of(letters, group, request.GET.get(PAGE)),
        "own_url": _address(group, text),
        "back": urlencode({GROUP: group, SEARCH: text}),
    }
    return TemplateResponse(request, "admin/letters/mail.html", context)


def _address(group, text):
    return f"{reverse('mail')}?{urlencode({GROUP: group, SEARCH: text})}"


def mail_jobs(request):
    """Show what runs by the clock: the latest run of each job, what it did and left out, and the next one."""
    context = {
        **admin.site.each_context(request),
        "title": _("What runs by the clock"),
        "rows": job_rows(timezone.now()),
    }
    return TemplateResponse(request, "admin/letters/jobs.html", context)


def mail_next(request):
    """Show whom the next run of the letters by the clock asks, whom not and why; nothing is queued by looking."""
    context = {
        **admin.site.each_context(request),
        "title": _("Who is asked next"),
        "letters": next_letters(request.user),
    }
    return TemplateResponse(request, "admin/letters/next.html", context)


@require_POST
def mail_decide(request, pk):
    """Send a failed or perhaps sent letter once more, or leave it as it is; who decided is written down."""
    letter = get_object_or_404(letters_for(request.user), pk=pk)
    decide, told = {
        "again": (resend_letter, _("The letter is on its way again.")),
        "leave": (leave_letter, _("The letter stays as it is.")),
    }.get(request.POST.get("decision"), (None, ""))
    if decide is None:
        raise Http404
    try:
        decide(letter, by=request.user)
        messages.success(request, told)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(f"{reverse('mail')}?{request.GET.urlencode()}")


_in_admin = admin.site.admin_view
urlpatterns = [
    path("", _in_admin(require_safe(mail)), name="mail"),
    path("ajot/", _in_admin(require_safe(mail_jobs)), name="mail_jobs"),
    path("seuraavaksi/", _in_admin(require_safe(mail_next)), name="mail_next"),
    path("<int:pk>/", _in_admin(mail_decide), name="mail_decide"),
]
