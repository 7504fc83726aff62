"""A colleague is asked to answer a theme of the survey by a link; who was asked, and withdrawing it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.forms import ColleagueForm, PortalForm, posted
from portal.views.survey import round_page
from registry.access import municipality_gate
from surveys.delegating import ask_colleague, withdraw_request
from surveys.models import Delegation
from surveys.round_page import RESPONDENTS


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=RESPONDENTS, for_writing=True)
def portal_survey_ask(request, access, year, theme):
    """Ask a colleague to answer one theme; the letter holds a link that opens just that."""
    page = round_page(request, access, year)
    round_theme = page.theme(theme)
    if round_theme is None:
        raise Http404
    if page.response is None or not page.is_open_for_answers:
        return redirect("portal_survey", access.municipality.slug, year)
    form = ColleagueForm(posted(request), access=access, initial={"language": get_language()})
    if form.is_valid() and _asked(page, round_theme, form, by=request.user):
        messages.success(request, _("The letter with the link is on its way."))
        return redirect("portal_survey_ask", access.municipality.slug, year, theme)
    asked = Delegation.objects.for_theme(page.response, round_theme)
    context = {"access": access, "page": page, "theme": round_theme, "form": form, "asked": asked}
    context["button"] = PortalForm(access=access)
    return render(request, "portal/portal_survey_ask.html", context, status=422 if form.errors else 200)


def _asked(page, round_theme, form, *, by):
    """Ask as the valid form says; what is refused stands in the form."""
    names = ("name", "post", "email", "message", "language")
    try:
        with transaction.atomic():
            asked = {name: form.cleaned_data[name] for name in names}
            ask_colleague(page.response, round_theme, **asked, by=by)
            form.write_down("portal_survey_ask", by=by)
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return False
    return True


@require_POST
@municipality_gate(writers=RESPONDENTS)
def portal_survey_withdraw(request, access, year, pk):
    """Take a request back: its link opens nothing any more, what was answered stays."""
    page = round_page(request, access, year)
    if page.response is None:
        raise Http404
    delegation = get_object_or_404(Delegation.objects.of_response(page.response), pk=pk)
    form = PortalForm(request.POST, access=access)
    if form.is_valid():
        with transaction.atomic():
            withdraw_request(delegation, by=request.user)
            form.write_down("portal_survey_ask", by=request.user)
        messages.success(request, _("Withdrawn. The link opens nothing any more; what was answered stays."))
    else:
        messages.error(request, form.errors["source"][0])
    return redirect("portal_survey_ask", access.municipality.slug, year, delegation.round_theme.theme.key)
