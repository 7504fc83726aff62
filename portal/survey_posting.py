"""What a sent form of a theme is answered with: a page, the next page, or a few words for the script."""

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.answering import seen_mark
from surveys.theme_page import clock, take_choice, take_form


def wants_words(request):
    """Whether the script sent the form, which saves one answer and stays on the page."""
    return request.headers.get("Accept") == "application/json"


def answer_choice(read_page, request, *, show, done):
    """Save what was chosen between two versions; `show` shows the page again, `done(page)` leads on."""
    try:
        page = read_page()
        take_choice(page, request.POST)
    except ValidationError as problem:
        return show(problems=problem.messages)
    return done(page)


def answer_form(read_page, request, *, show, done, saved=lambda: None):
    """Save what the form says; `show` shows the page again with what is wrong, `done(page)` leads on.

    `read_page` returns the ThemePage, inside the transaction of the save. `saved` is
    called when something was saved, to write down who did it.
    """
    try:
        page, taken = take_form(read_page, request.POST, request.FILES)
    except ValidationError as problem:
        return refused(request, problem.messages, show=show)
    if taken.outcome.saved:
        saved()
    if wants_words(request):
        return _in_words(request, page, taken)
    if taken.is_whole:
        return done(page)
    if not (taken.outcome.invalid or taken.problem or taken.file_errors):
        return redirect(f"{request.path}#choose")
    problems = [taken.problem] if taken.problem else []
    return show(data=request.POST, problems=problems, file_errors=taken.file_errors)


def refused(request, problems, *, show):
    """Say why nothing was saved, with everything that was typed."""
    if wants_words(request):
        return told_words("closed", problems[0], 409)
    return show(data=request.POST, problems=problems)


_BESIDE = {"csrfmiddlewaretoken", "token", "go", "settle", "unchanged", "finish", "source", "unseen"}


def typed_texts(data):
    """Return what people typed or chose in a sent form, to be copied where it can no longer be saved."""
    names = [name for name in data if name not in _BESIDE and not name.endswith(("--seen", "--version", "--pick"))]
    return [text for name in names for text in data.getlist(name) if text.strip()]


def told_words(state, words, status=200, **more):
    """Return what the script tells beside the field."""
    return JsonResponse({"state": state, "told": words, **more}, status=status)


def _in_words(request, page, taken):
    outcome = taken.outcome
    if outcome.invalid:
        errors = [message for reading in outcome.invalid.values() for message in reading.errors.values()]
        return told_words("invalid", errors[0], 422)
    if outcome.conflicts:
        words = _("Somebody else has answered this meanwhile. Yours is kept: choose between the two.")
        return told_words("conflict", words, 409, url=f"{request.path}#choose", link=_("See both"))
    marks = {answer.question_id: seen_mark(answer, answer.version) for answer in outcome.saved}
    seen = {f"{question.key}--seen": marks[question.pk] for question in page.questions if question.pk in marks}
    return told_words("saved", _("saved %(time)s") % {"time": clock(timezone.now())}, seen=seen)
