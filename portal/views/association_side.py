"""An association answers its side of the survey by the open link: one page, no account, nothing kept of who answers.

The form is sent without a session and without Django's CSRF token, whose cookie would be set for reading alone.
Nothing of the browser's is used as authority: a forged post could do no more than whoever forges it can do by opening
the link. That it is sent once follows from the form's mark (surveys/association_answers.py).
"""

from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from surveys.association_answers import association_form, form_mark, take_sheet
from surveys.models import OpenLink
from surveys.models.rounds import LANGUAGES

THANKS = "kiitos"
# A field that people do not see: what fills in every field is no association.
TRAP = "lisatieto"


def association_side(request, found, token):
    """Show the form, or why it takes no answer; a sent one is counted, and the browser remembers that it was."""
    side = OpenLink.objects.of_link(found) if found.is_usable else None
    if side is None:
        return render(request, "links/association_gone.html", {"page_path": ""}, status=410)
    context = {"page_path": "", "side": side, "round": side.round, "municipality": side.municipality}
    if _cookie_of(side) in request.COOKIES or (THANKS in request.GET and request.method != "POST"):
        context["is_thanks"] = THANKS in request.GET and request.method != "POST"
        status = 409 if request.method == "POST" else 200
        return render(request, "links/association_answered.html", context, status=status)
    if not side.round.is_open:
        return render(request, "links/association_closed.html", context, status=410)
    if request.method != "POST":
        return _show(request, context, association_form(side.round))
    if not ratelimit.consume(request, action="association_side", key=str(found.pk)):
        problem = _("Very many are answering just now. Your answers are below: send again in a moment.")
        return _show(request, context, association_form(side.round, request.POST), [problem], status=429)
    return _take(request, context, token)


def _show(request, context, form, problems=(), status=422):
    context |= {"form": form, "mark": form_mark(context["side"]), "problems": problems, "trap": TRAP}
    status = status if problems or form.errors else 200
    return render(request, "links/association_side.html", context, status=status)


def _take(request, context, token):
    side, form = context["side"], association_form(context["round"], request.POST)
    try:
        if request.POST.get(TRAP):
            raise ValidationError(_("Leave the last field empty and send again."), code="trap")
        take_sheet(side, form, request.POST.get("mark", ""))
    except ValidationError as refused:
        return _show(request, context, form, [] if refused.code == "invalid" else refused.messages)
    return _remembered(HttpResponseRedirect(f"{request.path}?{THANKS}"), side, token)


def _cookie_of(side):
    """Return the name of the cookie; one round and municipality, nothing of the browser or the answers."""
    return f"answered-{side.round.year}-{side.municipality.code}-{translation.get_language()}"


def _remembered(response, side, token):
    """Let the browser remember, in each language of the page and for it alone, that it has answered."""
    lasts = (side.round.closes_on - timezone.localdate()).days + 1
    for language in LANGUAGES:
        with translation.override(language):
            response.set_cookie(
                _cookie_of(side), "1", max_age=lasts * 24 * 3600, path=reverse("link", args=[token]),
                secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
            )  # fmt: skip
    return response
