"""One button beside an answer that differs from the registry: propose that the registry is updated."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.returning import return_address
from portal.forms import PortalForm
from registry.access import COORDINATOR, FALLBACK, OFFICERS, municipality_gate
from surveys.facts import propose_update
from surveys.models import Response
from surveys.sheet import Sheet


@require_POST
@municipality_gate(writers=OFFICERS | {FALLBACK, COORDINATOR})
def portal_survey_fact(request, access, year, question):
    """Make a task of the difference between an answer and the registry."""
    response = Response.objects.of_year(access.municipality, year)
    if response is None:
        raise Http404
    form = PortalForm(request.POST, access=access)
    if form.is_valid():
        try:
            with transaction.atomic():
                propose_update(Sheet(response.round, access.municipality, response), question, by=request.user)
                form.write_down("portal_survey_fact", by=request.user)
            messages.success(request, _("Proposed. Whoever keeps this fact right has it on their list."))
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
    else:
        messages.error(request, form.errors["source"][0])
    return redirect(return_address(request, reverse("portal_overview", args=[access.municipality.slug])))
