"""A municipality's own results before they are published: looked at, agreed with by one button, commented on."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.forms import CommentForm, PortalForm, posted
from registry.access import municipality_gate
from surveys.models import ReplyComment
from surveys.replying import agree_with_results, comment_results, take_back_comment
from surveys.results_page import results_page_of
from surveys.round_page import RESPONDENTS


def _page(access, year):
    page = results_page_of(access.municipality, year)
    if page is None:
        raise Http404
    return page


@require_safe
@municipality_gate(writers=RESPONDENTS)
def portal_survey_results(request, access, year):
    """Show the municipality's page as it will be published, until when it can comment, and what was decided."""
    context = {"access": access, "page": _page(access, year), "button": PortalForm(access=access)}
    return render(request, "portal/portal_survey_results.html", context)


@require_POST
@municipality_gate(writers=RESPONDENTS)
def portal_survey_agree(request, access, year):
    """Agree with the results as the page showed them."""
    page, form = _page(access, year), PortalForm(request.POST, access=access)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["source"][0])
        if page.response is None:
            raise Http404
        with transaction.atomic():
            agree_with_results(page.response, by=request.user, seen=request.POST.get("seen", ""))
            form.write_down("portal_survey_results", by=request.user)
        messages.success(request, _("Thank you: the municipality agrees with its results."))
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect("portal_survey_results", access.municipality.slug, year)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=RESPONDENTS, for_writing=True)
def portal_survey_comment(request, access, year):
    """Comment on one answer, or on the whole page."""
    page = _page(access, year)
    if not page.may_be_commented_on:
        return redirect("portal_survey_results", access.municipality.slug, year)
    about = {"question": request.GET.get("kysymys", "")}
    form = CommentForm(posted(request), access=access, questions=page.questions, initial=about)
    if form.is_valid() and _commented(page, form, by=request.user):
        messages.success(request, _("Thank you: the coordinator answers your comment."))
        return redirect("portal_survey_results", access.municipality.slug, year)
    context = {"access": access, "page": page, "form": form}
    return render(request, "portal/portal_survey_comment.html", context, status=422 if form.errors else 200)


def _commented(page, form, *, by):
    """Save the comment of the valid form; what is refused stands in the form."""
    said = form.cleaned_data
    try:
        with transaction.atomic():
            comment_results(page.response, form.chosen, said["text"], said["is_public"], by=by)
            form.write_down("portal_survey_comment", by=by)
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return False
    return True


@require_POST
@municipality_gate(writers=RESPONDENTS)
def portal_survey_comment_withdraw(request, access, year, pk):
    """Take a comment back."""
    page, form = _page(access, year), PortalForm(request.POST, access=access)
    if page.response is None:
        raise Http404
    comment = get_object_or_404(ReplyComment, response=page.response, pk=pk)
    if form.is_valid():
        with transaction.atomic():
            take_back_comment(comment, by=request.user)
            form.write_down("portal_survey_comment", by=request.user)
        messages.success(request, _("The comment has been taken back."))
    else:
        messages.error(request, form.errors["source"][0])
    return redirect("portal_survey_results", access.municipality.slug, year)
