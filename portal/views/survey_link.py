"""A colleague answers one theme of the survey by a link, without an account: just that theme, while the link opens."""

from functools import partial

from allauth.core import ratelimit
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.survey_posting import answer_choice, answer_form, told_words, typed_texts, wants_words
from surveys.delegating import delegation_of, finish_request, sheet_of
from surveys.models import Answer
from surveys.theme_page import Answerer, ThemePage, appeared


def survey_theme(request, found):
    """Show the theme; its form saves as the portal's does, and the last button says that all is done."""
    if request.method == "POST" and not ratelimit.consume(request, action="survey_link", key=str(found.pk)):
        return _too_many(request)
    delegation = delegation_of(found)
    page = _page(delegation) if delegation and delegation.is_usable else None
    if page is None or not page.may_write:
        return survey_theme_gone(request, found)
    show = partial(_show, request, delegation)
    if request.method != "POST":
        return show()
    if "settle" in request.POST:
        return answer_choice(lambda: page, request, show=show, done=lambda _page: redirect(request.path))
    return answer_form(lambda: page, request, show=show, done=partial(_done, request, delegation))


def _page(delegation):
    answerer = Answerer(delegation=delegation, source=Answer.Source.DELEGATE)
    return ThemePage(sheet_of(delegation), delegation.round_theme, answerer, may_write=True, names=False)


def _show(request, delegation, *, data=None, problems=(), file_errors=None):
    page = _page(delegation)
    form = page.form(data, file_errors)
    context = {"page_path": "", "delegation": delegation, "page": page, "form": form, "problems": problems}
    status = 422 if problems or form.errors else 200
    return render(request, "links/link_survey_theme.html", context, status=status)


def _done(request, delegation, page):
    """Stay on the page, or close the link when the colleague is done."""
    name = appeared(page, request.POST.get("unseen", "").split())
    if "finish" in request.POST and not name:
        finish_request(delegation)
    key = request.POST.get("unchanged", "") or name
    return redirect(f"{request.path}#q-{key}" if key else request.path)


def survey_theme_gone(request, found):
    """Say why the link takes no answers now: done, withdrawn, sent in, closed, too old; with what was still typed."""
    delegation = delegation_of(found)
    if wants_words(request):
        return told_words("closed", _("This link takes no more answers. Copy what you wrote before you leave."), 409)
    is_done = delegation is not None and delegation.finished_at is not None and found.revoked_at is None
    if is_done and request.method != "POST":
        return render(request, "links/link_survey_done.html", {"page_path": "", "delegation": delegation})
    context = {"page_path": "", "delegation": delegation, "typed": typed_texts(request.POST)}
    return render(request, "links/link_survey_gone.html", context, status=410)


def _too_many(request):
    if wants_words(request):
        return told_words("later", _("Too much at once: it is tried again in a moment."), 429)
    return render(request, "429.html", {"page_path": ""}, status=429)
