"""One theme of the survey: answered, saved as one goes, chosen between two versions, kept when the session is over."""

from functools import partial, wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from portal.forms import PortalForm, posted
from portal.survey_posting import answer_choice, answer_form, refused, told_words, typed_texts, wants_words
from portal.views.survey import round_page
from registry.access import municipality_gate
from surveys.pending import keep_expired, read_token
from surveys.round_page import RESPONDENTS, RoundPage
from surveys.theme_page import Answerer, ThemePage, appeared, clock

# How a coordinator was asked, as the answers tell it; what came by letter came in writing, as a form does.
SOURCES = {"phone": "phone", "meeting": "meeting", "mail": "form"}


def outlives_session(view):
    """Keep what a form of `view` says when it is sent after its session was over (rule 12 of docs/rules.md).

    The form's signed token names its account, so it also stands in for the CSRF token,
    which changes with each sign-in: nobody else's page could have sent it. Without one
    everything is as for any other view.
    """
    protected = csrf_protect(view)

    @wraps(view)
    def kept(request, *args, **kwargs):
        token = read_token(request.POST.get("token", "")) if request.method == "POST" else None
        if token is not None and token.account != request.user.pk:
            return _signed_out(request, token)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return (view if token else protected)(request, *args, **kwargs)

    return login_not_required(csrf_exempt(kept))


def _signed_out(request, token):
    is_kept = keep_expired(token, request.POST) is not None
    sign_in = f"{resolve_url('account_login')}?{urlencode({'next': request.path})}"
    if wants_words(request):
        words = _("You have been signed out. What you write is kept: sign in again and choose.")
        return told_words("signed_out", words, 403, url=sign_in, link=_("Sign in"))
    context = {"is_kept": is_kept, "sign_in": sign_in, "is_another": request.user.is_authenticated}
    return render(request, "portal/survey_signed_out.html", context, status=403)


@require_http_methods(["GET", "HEAD", "POST"])
@outlives_session
@municipality_gate(writers=RESPONDENTS)
def portal_survey_theme(request, access, year, theme):
    """Show a theme; its form saves what is valid and keeps the rest, with and without the script."""
    button = PortalForm(posted(request), access=access)
    show = partial(_show, request, access, year, theme, button)
    if request.method != "POST":
        return show()
    if not button.is_valid():
        return refused(request, button.errors["source"], show=show)
    read_page = partial(_page_to_save, request, access, year, theme, button)
    done = partial(_done, request, access)
    if "settle" in request.POST:
        return answer_choice(read_page, request, show=show, done=done)
    saved = partial(button.write_down, "portal_survey", by=request.user)
    return answer_form(partial(read_page, locked=True), request, show=show, done=done, saved=saved)


def _page_to_save(request, access, year, theme, button, *, locked=False):
    """Return the ThemePage for a save, with the response locked or not."""
    whole = round_page(request, access, year, locked=locked)
    if whole.response is None:
        raise ValidationError(_("Nobody has begun to answer yet: begin on the survey's page."), code="not_begun")
    return _page(whole, theme, button)


def _page(whole, theme, button):
    """Return the theme's ThemePage; what a coordinator saves tells how it was asked for."""
    round_theme = whole.theme(theme)
    if round_theme is None:
        raise Http404
    asked_by = button.cleaned_data.get("source") if button.is_bound and button.is_valid() else None
    answerer = Answerer(whole.account, source=SOURCES.get(asked_by, "form"))
    may_write, slug, year = whole.access.may_write, whole.access.municipality.slug, whole.round.year
    return ThemePage(
        whole.sheet,
        round_theme,
        answerer,
        may_write=may_write,
        private=may_write,
        file_url=lambda file: reverse("portal_survey_file", args=[slug, year, file.key]),
    )


def _show(request, access, year, theme, button, *, data=None, problems=(), file_errors=None):
    """Show the theme as it stands; after a save that did not go through, what was sent and what is wrong with it."""
    whole = round_page(request, access, year)
    if whole.response is None:
        return redirect("portal_survey", access.municipality.slug, year)
    page = _page(whole, theme, button)
    before, after = whole.beside(page.theme)
    form = page.form(data, file_errors) if page.may_write else None
    context = {"access": access, "whole": whole, "page": page, "form": form, "before": before, "after": after}
    lost = typed_texts(data) if data and not page.may_write else []
    context |= {"button": button, "problems": problems, "lost": lost}
    is_wrong = problems or (form and form.errors)
    return render(request, "portal/portal_survey_theme.html", context, status=422 if is_wrong else 200)


def _done(request, access, page):
    """Lead to the theme that was asked for; back to this one for what was unchanged, or a follow-up not seen yet."""
    messages.success(request, _("Saved %(time)s.") % {"time": clock(timezone.now())})
    if name := appeared(page, request.POST.get("unseen", "").split()):
        messages.success(request, _("Your answers brought more questions, which stand here now."))
        return redirect(f"{request.path}#q-{name}")
    slug, year, go = access.municipality.slug, page.sheet.round.year, request.POST.get("go", "")
    if key := request.POST.get("unchanged"):
        return redirect(f"{request.path}#q-{key}")
    if go not in {"after", "before", "review"}:
        return redirect(request.path)
    before, after = RoundPage(page.sheet, access, request.user).beside(page.theme)
    if (go == "after" and after is None) or go == "review":
        return redirect("portal_survey_review", slug, year)
    to = {"after": after, "before": before}[go] or page.theme
    return redirect("portal_survey_theme", slug, year, to.theme.key)
