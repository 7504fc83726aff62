"""The yearly survey of a municipality: what is asked, how far it is, everything on one page, sent in, the receipt."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.forms import PortalForm
from registry.access import municipality_gate
from surveys.answering import start_response, submit_response
from surveys.round_page import RESPONDENTS, RoundPage, rounds_of, sheet_for


def round_page(request, access, year, *, locked=False):
    """Return the RoundPage of the municipality's round of a year, `locked` for a save; 404 when none was asked."""
    sheet = sheet_for(access.municipality, year, request.user, locked=locked)
    if sheet is None:
        raise Http404
    return RoundPage(sheet, access, request.user)


@require_safe
@municipality_gate(writers=RESPONDENTS)
def portal_surveys(request, access):
    """List the rounds that have been asked of the municipality."""
    context = {"access": access, "rounds": rounds_of(access.municipality)}
    return render(request, "portal/portal_surveys.html", context)


@require_safe
@municipality_gate(writers=RESPONDENTS)
def portal_survey(request, access, year):
    """Show what is asked, by when, how long it takes, and how far each theme is."""
    page = round_page(request, access, year)
    context = {"access": access, "page": page, "button": PortalForm(access=access)}
    return render(request, "portal/portal_survey.html", context)


@require_POST
@municipality_gate(writers=RESPONDENTS)
def portal_survey_begin(request, access, year):
    """Begin answering, and lead to the first theme in which something is open."""
    page = round_page(request, access, year)
    form = PortalForm(request.POST, access=access)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["source"][0])
        with transaction.atomic():
            start_response(page.round, access.municipality, by=request.user)
            form.write_down("portal_survey", by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("portal_survey", access.municipality.slug, year)
    return redirect("portal_survey_theme", access.municipality.slug, year, page.next_theme.theme.key)


@require_safe
@municipality_gate(writers=RESPONDENTS)
def portal_survey_review(request, access, year):
    """Show everything on one page: what has been answered, and what is missing."""
    page = round_page(request, access, year)
    if page.response is None:
        return redirect("portal_survey", access.municipality.slug, year)
    return _review(request, access, page, PortalForm(access=access))


def _review(request, access, page, form, problems=()):
    context = {"access": access, "page": page, "button": form, "problems": problems}
    return render(request, "portal/portal_survey_review.html", context, status=422 if problems else 200)


@require_POST
@municipality_gate(writers=RESPONDENTS)
def portal_survey_submit(request, access, year):
    """Send the answers in, which locks them; sent twice, the receipt is the same."""
    page = round_page(request, access, year)
    if page.response is None:
        return redirect("portal_survey", access.municipality.slug, year)
    form = PortalForm(request.POST, access=access)
    if not form.is_valid():
        return _review(request, access, page, form, form.errors["source"])
    try:
        with transaction.atomic():
            submit_response(page.response, by=request.user)
            form.write_down("portal_survey_submit", by=request.user)
    except ValidationError as refused:
        missing = any(error.code == "missing" for error in refused.error_list)
        problems = [_("Something required is still missing: see below.")] if missing else refused.messages
        return _review(request, access, page, form, problems)
    return redirect("portal_survey_receipt", access.municipality.slug, year)


@require_safe
@municipality_gate(writers=RESPONDENTS)
def portal_survey_receipt(request, access, year):
    """Show who sent the answers in and when, and how many they are; fit for printing."""
    page = round_page(request, access, year)
    if page.response is None or not page.response.is_submitted:
        return redirect("portal_survey", access.municipality.slug, year)
    return render(request, "portal/portal_survey_receipt.html", {"access": access, "page": page})
