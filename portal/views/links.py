"""Links that work without signing in: a GET shows, the button on the page does, once."""

from copy import copy
from functools import wraps

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.links import find_link
from accounts.signing_in import sign_in_by_link
from mailing.unsubscribing import ONE_CLICK, find_stop_link
from meetings.links import PURPOSE as MEETING_REPLY
from portal.forms import AssociationCheckForm
from portal.views import association_side, meeting_link, survey_confirm, survey_link
from registry.association_letters import stop_letters, take_letters_again
from registry.invitations import invited_person, roles_in_words
from registry.letters.association_check import checked_contact, confirm_association_by_link, propose_by_link
from registry.letters.association_check import details_of as association_details
from registry.letters.contact_check import checked_person, confirm_by_link, details_of
from surveys.open_links import PURPOSE


def _kept_to_itself(view):
    """Tell the page's address to nobody: it is the key.

    The policy "no-referrer" would take the origin from the form's POST, too, which is
    how a forged one is told from a real one; "strict-origin" tells no path to anyone.
    """

    @wraps(view)
    def kept(request, token):
        response = view(request, token)
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return kept


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt
@_kept_to_itself
def link(request, token):
    """Open a link of a letter; used, revoked, expired ones and tokens that no letter has all get the same page.

    What a mail program posts by itself to unsubscribe (RFC 8058) has neither cookie
    nor CSRF token: the one exception of rule 14. Nor has what an association answers, which sets
    no cookie before it is sent. Every other form is checked as usual.
    """
    if request.method == "POST" and request.POST.dict() == ONE_CLICK and (stop := find_stop_link(token)):
        stop_letters(stop.address, stop.groups)
        return HttpResponse(status=200, content_type="text/plain")
    found = find_link(token)
    if found and found.purpose == PURPOSE:
        return association_side.association_side(request, found, token)
    return _checked_link(request, token, found)


@csrf_protect
def _checked_link(request, token, found):
    if found is None and (stop := find_stop_link(token)):
        return _stop(request, stop)
    pages = _PAGES if found and found.is_usable else _PAGES_OF_USED
    page = pages.get(found.purpose) if found else None
    answer = page(request, found) if page else None
    return answer or _nothing(request, is_known=found is not None)


def _nothing(request, *, is_known):
    """Say that the link opens nothing any more, or, to a token that no letter has, that there is nothing here.

    The page is the same. Who tries many tokens is told to wait. It is without its path: the footer's link to
    feedback would carry the token on.
    """
    guess = copy(request)
    guess.method = "POST"  # the library counts no GET, and a guess is one
    if not is_known and not ratelimit.consume(guess, action="link_guess"):
        return render(request, "429.html", {"page_path": ""}, status=429)
    return render(request, "links/link_gone.html", {"page_path": ""}, status=410 if is_known else 404)


def _stop(request, stop):
    """Show from which letters the link unsubscribes; one button stops them, another brings them back."""
    if request.method == "POST":
        act = take_letters_again if request.POST.get("wish") == "again" else stop_letters
        act(stop.address, stop.groups)
        return redirect(request.path)
    return render(request, "links/link_stop.html", {"page_path": "", "stop": stop, "is_stopped": stop.is_stopped})


def _invitation(request, found):
    """Show to what somebody has been invited; the button signs in. None when no role goes on."""
    person = invited_person(found)
    if person is None:
        return None
    if request.method == "POST":
        return _sign_in(request, found)
    context = {"page_path": "", "person": person, "roles": roles_in_words(person)}
    return render(request, "links/link_sign_in.html", context)


def _support(request, found):
    """Show whom a link made by support signs in; the button does."""
    if request.method == "POST":
        return _sign_in(request, found)
    return render(request, "links/link_sign_in.html", {"page_path": "", "address": found.account.email})


def _sign_in(request, found):
    """Sign in by the button; None when the link has been used meanwhile."""
    try:
        return sign_in_by_link(request, found)
    except ValidationError:
        return None


def _contact_check(request, found):
    """Show somebody's details; the button says that all are right. None when no role goes on."""
    person, roles = checked_person(found)
    if person is None:
        return None
    if request.method == "POST":
        try:
            confirm_by_link(found)
        except ValidationError:
            return None
        return redirect(request.path)
    context = {"page_path": "", "person": person, "details": details_of(person, roles), "place": roles[0].municipality}
    return render(request, "links/link_contact_check.html", context)


def _contact_checked(request, found):
    """Thank for the answer, however often the page is read again; None for a link that was not used."""
    if found.used_at is None:
        return None
    return render(request, "links/link_contact_checked.html", {"page_path": "", "day": found.used_at})


def _association_check(request, found):
    """Show an association's details: a button says that all are right, a form proposes changes. None when gone."""
    contact = checked_contact(found)
    if contact is None:
        return None
    is_proposal = request.method == "POST" and request.POST.get("wish") == "changed"
    form = AssociationCheckForm(request.POST if is_proposal else None, contact=contact)
    if request.method == "POST" and (not is_proposal or form.is_valid()):
        try:
            propose_by_link(found, form.changes()) if is_proposal else confirm_association_by_link(found)
        except ValidationError:
            return None
        return redirect(request.path)
    context = {"page_path": "", "contact": contact, "details": association_details(contact), "form": form}
    return render(request, "links/link_association_check.html", context, status=422 if form.errors else 200)


def _association_checked(request, found):
    """Thank for the answer, however often the page is read again; None for a link that was not used."""
    if found.used_at is None:
        return None
    return render(request, "links/link_association_checked.html", {"page_path": "", "day": found.used_at})


_PAGES = {
    "invitation": _invitation,
    "signin": _support,
    "contact_check": _contact_check,
    "association_check": _association_check,
    MEETING_REPLY: meeting_link.meeting_reply,
    "survey_theme": survey_link.survey_theme,
    "survey_confirm": survey_confirm.survey_confirm,
}
# What was done with the button once is done: reading the page again, or pressing twice, says so.
_PAGES_OF_USED = {
    "contact_check": _contact_checked,
    "association_check": _association_checked,
    "survey_theme": survey_link.survey_theme_gone,
}
