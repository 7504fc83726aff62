"""The coordinator's calls: today's list, and what became of each."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.forms import posted
from portal.interview_forms import CallForm
from registry.access import COORDINATOR, municipality_gate
from registry.models.scope import coordinated_region_ids
from surveys.call_list import call_lists
from surveys.interviewing import note_call
from surveys.round_page import sheet_for

# An interview is the coordinator's own work: nobody's place is taken, and it is logged as a contact.
interview_gate = municipality_gate(readers={COORDINATOR}, writers={COORDINATOR}, is_own_work=True)


@require_safe
def portal_interviews(request):
    """Show a coordinator whom to call today, and everybody else of the open rounds; 404 to those who are none."""
    if not coordinated_region_ids(request.user):
        raise Http404
    lists = call_lists(request.user, timezone.localdate(), wanted=request.GET.get("alue"))
    return render(request, "portal/portal_interviews.html", {"lists": lists, "form": CallForm.empty()})


def sheet_of_coordinator(request, access, year):
    """Return the Sheet of a round that the coordinator's region asks of the municipality; 404 otherwise."""
    sheet = sheet_for(access.municipality, year, request.user)
    if sheet is None or sheet.round.region_id not in coordinated_region_ids(request.user):
        raise Http404
    return sheet


@require_http_methods(["GET", "HEAD", "POST"])
@interview_gate
def portal_interview_call(request, access, year):
    """Record what became of a call: no answer, a time agreed, not wanted."""
    sheet = sheet_of_coordinator(request, access, year)
    form = CallForm(request.POST) if posted(request) is not None else CallForm.empty()
    if form.is_valid() and _noted(sheet, form, by=request.user):
        messages.success(request, _("Recorded: %(place)s.") % {"place": access.municipality.name})
        return redirect(f"{reverse('portal_interviews')}#{access.municipality.slug}")
    context = {"place": access.municipality, "round": sheet.round, "form": form}
    return render(request, "portal/portal_interview_call.html", context, status=422 if form.errors else 200)


def _noted(sheet, form, *, by):
    """Record what the valid form says; what is refused stands in the form."""
    said = form.cleaned_data
    try:
        note_call(
            sheet.round, sheet.municipality, said["outcome"],
            on=said["day"], at=said["time"], words=said["words"], by=by,
        )  # fmt: skip
    except ValidationError as refused:
        form.add_error("day" if getattr(refused, "code", "") in {"when", "past"} else None, refused.messages)
        return False
    return True
