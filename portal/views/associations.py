"""The associations' side for a municipality's people: the address to share, on a poster too, papers, what is shown."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.codes import code_png, code_svg
from portal.forms import PortalForm, posted
from portal.paper_forms import CorrectionForm, PapersForm, WithdrawForm
from registry.access import AGENT, COORDINATOR, OFFICERS, municipality_gate
from surveys.association_answers import association_questions, correct_papers, enter_papers, withdraw_papers
from surveys.association_page import AssociationPage, round_for_associations
from surveys.models import PaperBatch
from surveys.open_links import make_open_link, renew_open_link
from surveys.posters import paper_form_pdf, poster_pdf

SHARERS = OFFICERS | {AGENT, COORDINATOR}
_PRINTS = {"juliste": poster_pdf, "lomake": paper_form_pdf}
_CODES = {"svg": ("image/svg+xml", code_svg), "png": ("image/png", code_png)}


def _page(access, year):
    """Return the AssociationPage of the municipality; 404 when no round of the year was asked of it."""
    survey_round = round_for_associations(access.municipality, year)
    if survey_round is None:
        raise Http404
    return AssociationPage(survey_round, access.municipality)


def _batch(page, key):
    return get_object_or_404(PaperBatch.objects.of_place(page.round, page.municipality).in_force(), key=key)


@require_safe
@never_cache
@municipality_gate(writers=SHARERS)
def portal_associations(request, access, year):
    """Show the address to share, how many have answered, the papers, and what the latest edition shows."""
    context = {"access": access, "page": _page(access, year), "button": PortalForm(access=access)}
    return render(request, "portal/portal_associations.html", context)


@require_POST
@municipality_gate(writers=SHARERS)
def portal_associations_link(request, access, year):
    """Make the address, or with `renew` another one in its place."""
    page = _page(access, year)
    form = PortalForm(request.POST, access=access)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["source"][0])
        with transaction.atomic():
            made = make_open_link(page.round, page.municipality, by=request.user)
            if "renew" in request.POST:
                renew_open_link(made, by=request.user)
            form.write_down("portal_associations_link", by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect("portal_associations", access.municipality.slug, year)


@require_safe
@never_cache
@municipality_gate(writers=SHARERS)
def portal_associations_code(request, access, year, kind):
    """Hand over the QR code of the address as a picture."""
    page = _page(access, year)
    if kind not in _CODES or page.address is None:
        raise Http404
    content_type, draw = _CODES[kind]
    return HttpResponse(draw(page.address), content_type=content_type)


@require_safe
@never_cache
@municipality_gate(writers=SHARERS)
def portal_associations_print(request, access, year, what):
    """Hand over the poster or the form on paper as a PDF, in the language of the address."""
    page = _page(access, year)
    if what not in _PRINTS or not page.asks_something or (what == "juliste" and page.address is None):
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="{what}-{access.municipality.slug}-{year}.pdf"'}
    return HttpResponse(_PRINTS[what](page), content_type="application/pdf", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=SHARERS, for_writing=True)
def portal_associations_papers(request, access, year):
    """Take the sums of papers that somebody has counted."""
    page = _page(access, year)
    form = PapersForm(posted(request), access=access, questions=association_questions(page.round))

    def enter(data, counts):
        names = ("label", "collected_on", "n_papers")
        said = {name: data[name] for name in names}
        enter_papers(page.round, page.municipality, **said, counts=counts, by=request.user)

    return _counted(request, access, page, form, enter, "portal_associations_papers")


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=SHARERS, for_writing=True)
def portal_associations_paper(request, access, year, key):
    """Take the sums of papers counted again; what was typed before is shown to nobody (docs/adr/0026)."""
    page = _page(access, year)
    batch = _batch(page, key)
    form = CorrectionForm(
        posted(request), access=access, questions=association_questions(page.round),
        initial={"n_papers": batch.n_papers},
    )  # fmt: skip

    def correct(data, counts):
        correct_papers(batch, n_papers=data["n_papers"], counts=counts, reason=data["reason"], by=request.user)

    return _counted(request, access, page, form, correct, "portal_associations_paper", batch=batch)


def _counted(request, access, page, form, save, step, batch=None):
    """Save what was counted, or show the form again with what is wrong."""
    if form.is_valid() and _saved(form, lambda: save(form.cleaned_data, form.counts()), step, by=request.user):
        messages.success(request, _("Saved. The sums are shown in the next edition, where there are at least five."))
        return redirect("portal_associations", access.municipality.slug, page.round.year)
    context = {"access": access, "page": page, "form": form, "batch": batch}
    return render(request, "portal/portal_associations_papers.html", context, status=422 if form.errors else 200)


def _saved(form, save, step, *, by):
    """Save and write down who did it; what is refused stands in the form."""
    try:
        with transaction.atomic():
            save()
            form.write_down(step, by=by)
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=SHARERS, for_writing=True)
def portal_associations_withdraw(request, access, year, key):
    """Ask why, and let papers that should not have been entered count no more."""
    page = _page(access, year)
    batch = _batch(page, key)
    form = WithdrawForm(posted(request), access=access)

    def withdraw():
        withdraw_papers(batch, reason=form.cleaned_data["reason"], by=request.user)

    if form.is_valid() and _saved(form, withdraw, "portal_associations_withdraw", by=request.user):
        messages.success(request, _("Withdrawn."))
        return redirect("portal_associations", access.municipality.slug, year)
    heading = _("Withdraw: %(papers)s") % {"papers": batch.label}
    context = {"access": access, "form": form, "heading": heading}
    return render(request, "portal/portal_form.html", context, status=422 if form.errors else 200)
