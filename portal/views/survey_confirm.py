"""What a coordinator wrote down is confirmed: in the portal, or by the link of a letter without an account."""

from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.forms import posted
from portal.interview_forms import WrongForm
from portal.views.survey import round_page
from registry.access import municipality_gate
from surveys.answering import post_of
from surveys.confirm_page import ConfirmPage
from surveys.confirming import asked_by_link, confirm_answers, confirm_by_link, report_wrong
from surveys.models import Answer
from surveys.round_page import CONFIRMERS


@require_POST
@municipality_gate(writers=CONFIRMERS)
def portal_survey_confirm(request, access, year):
    """Confirm everything that was said aloud, as the page showed it."""
    page = round_page(request, access, year)
    if page.response is not None:
        how, post = Answer.Means.PORTAL, post_of(request.user, access.municipality)
        digest = request.POST.get("digest", "")
        try:
            confirm_answers(page.response, digest=digest, how=how, post=post, by=request.user)
            messages.success(request, _("Thank you: the answers are confirmed."))
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
    return redirect("portal_survey_review", access.municipality.slug, year)


def survey_confirm(request, found):
    """Show all the answers; one button says that they are right, a form what is wrong. None when it is not theirs."""
    response, role = asked_by_link(found)
    if response is None:
        return None
    if request.method == "POST" and not ratelimit.consume(request, action="survey_link", key=str(found.pk)):
        return render(request, "429.html", {"page_path": ""}, status=429)
    is_wrong = "wrong" in request.POST
    form = WrongForm(posted(request) if is_wrong else None)
    problems = []
    try:
        if is_wrong and form.is_valid():
            report_wrong(response, form.cleaned_data["message"], person=role.person)
            return redirect(f"{request.path}?kerrottu")
        if request.method == "POST" and not is_wrong:
            confirm_by_link(found, request.POST.get("digest", ""))
            return redirect(request.path)
    except ValidationError as refused:
        problems = refused.messages
    context = {"page_path": "", "page": ConfirmPage(response), "form": form, "problems": problems}
    context["is_told"] = "kerrottu" in request.GET
    return render(request, "links/link_survey_confirm.html", context, status=422 if problems or form.errors else 200)
