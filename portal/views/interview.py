"""The screen made for speaking: who and how, one question at a time, interrupted, gone on with, sent in."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.forms import posted
from portal.interview_forms import BeginInterviewForm
from portal.survey_posting import answer_choice, answer_form, wants_words
from portal.views.interviews import interview_gate, sheet_of_coordinator
from portal.views.survey_theme import outlives_session
from surveys.answering import post_in
from surveys.confirming import confirmation_state
from surveys.interview_page import InterviewPage, following
from surveys.interviewing import (
    ask_to_confirm,
    begin_interview,
    finish_interview,
    keep_note,
    leave_interview,
    move_to,
)
from surveys.models import Interview
from surveys.respondents import respondent_of

SEEN = "--seen"


@require_http_methods(["GET", "HEAD", "POST"])
@outlives_session
@interview_gate
def portal_interview(request, access, year):
    """Ask the next question and save its answer; before the beginning ask who and how, after the end tell how it is."""
    screen = _screen(request, access, year)
    if screen.response and (screen.response.is_submitted or not screen.round.is_open):
        return _over(request, screen)
    if screen.response is None or not screen.interview or not screen.interview.is_going_on or "kuka" in request.GET:
        return redirect("portal_interview_begin", access.municipality.slug, year)
    if screen.question is None:
        return redirect("portal_interview_finish", access.municipality.slug, year)
    if request.method != "POST":
        return _show(request, screen)
    show, done = partial(_show_again, request, access, year), partial(_done, request, screen)
    if "settle" in request.POST:
        return answer_choice(lambda: screen.page, request, show=show, done=partial(_stay, screen))
    if not wants_words(request):
        move_to(screen.interview, screen.question)
    note = request.POST.get(f"{screen.question.key}--private")
    if note is not None:
        keep_note(screen.interview, screen.question, note, by=request.user)
    return answer_form(lambda: screen.page, request, show=show, done=done)


def _screen(request, access, year):
    """Return the InterviewPage at the question that was sent, or is asked for by the address."""
    sheet = sheet_of_coordinator(request, access, year)
    interview = Interview.objects.of_round(sheet.round, sheet.municipality)
    sent = next((name.removesuffix(SEEN) for name in request.POST if name.endswith(SEEN)), "")
    slug = access.municipality.slug
    return InterviewPage(
        sheet, interview, request.user, key=sent or request.GET.get("kysymys", ""),
        file_url=lambda file: reverse("portal_survey_file", args=[slug, year, file.key]),
    )  # fmt: skip


def _show(request, screen, *, data=None, problems=(), file_errors=None):
    form = screen.page.form(data, file_errors)
    context = {"screen": screen, "page": screen.page, "form": form, "problems": problems}
    return render(request, "portal/portal_interview.html", context, status=422 if problems or form.errors else 200)


def _show_again(request, access, year, **more):
    """Show the question as it stands after a save; `more` is what was sent and what is wrong with it."""
    screen = _screen(request, access, year)
    return _over(request, screen) if screen.response.is_submitted else _show(request, screen, **more)


def _stay(screen, _page):
    return redirect("portal_interview", screen.municipality.slug, screen.round.year)


def _done(request, screen, _page):
    """Lead on: to the next question, the one before, the list when the call dropped, the end after the last."""
    slug, year, go = screen.municipality.slug, screen.round.year, request.POST.get("go", "next")
    if go == "later":
        return _leave(request, screen, question=screen.question)
    to = screen.before if go == "before" else following(screen.sheet, screen.question)
    if to is None and go != "before":
        return redirect("portal_interview_finish", slug, year)
    move_to(screen.interview, to or screen.question)
    return redirect("portal_interview", slug, year)


def _leave(request, screen, *, question=None):
    leave_interview(screen.interview, question=question, by=request.user)
    said = _("Saved. %(place)s is on tomorrow's list, and the interview goes on where it was left.")
    messages.success(request, said % {"place": screen.municipality.name})
    return redirect("portal_interviews")


def _over(request, screen):
    """Tell that the answers have been sent in, and whether they have been confirmed."""
    context = {"screen": screen, "state": confirmation_state(screen.response)}
    return render(request, "portal/portal_interview_over.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@interview_gate
def portal_interview_begin(request, access, year):
    """Ask how one speaks and with whom, and begin or go on."""
    screen = _screen(request, access, year)
    role = respondent_of(access.municipality, screen.round.opens_on).appointment
    known = screen.interview
    initial = {
        "source": known.source if known else Interview.Source.PHONE,
        "post": (known and known.post) or (post_in(role) if role else ""),
        "best_time": known.best_time if known else "",
    }
    form = BeginInterviewForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            begin_interview(screen.round, access.municipality, **form.cleaned_data, by=request.user)
            return redirect("portal_interview", access.municipality.slug, year)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    context = {"screen": screen, "form": form, "role": role}
    return render(request, "portal/portal_interview_begin.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@interview_gate
def portal_interview_finish(request, access, year):
    """Show what is still open, and send the answers in, or go on another day."""
    screen = _screen(request, access, year)
    if screen.response is None or screen.response.is_submitted or not screen.interview:
        return redirect("portal_interview", access.municipality.slug, year)
    if request.method == "POST" and request.POST.get("go") == "later":
        return _leave(request, screen)
    problems = []
    if request.method == "POST":
        try:
            finish_interview(screen.interview, by=request.user)
            return redirect("portal_interview", access.municipality.slug, year)
        except ValidationError as refused:
            problems = refused.messages
    context = {"screen": screen, "problems": problems}
    return render(request, "portal/portal_interview_finish.html", context, status=422 if problems else 200)


@require_POST
@interview_gate
def portal_interview_ask(request, access, year):
    """Send the letter that asks to confirm once more."""
    screen = _screen(request, access, year)
    try:
        if screen.response is None:
            raise ValidationError(_("The answers have not been sent in."))
        ask_to_confirm(screen.response, by=request.user)
        messages.success(request, _("The letter is on its way."))
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect("portal_interview", access.municipality.slug, year)
