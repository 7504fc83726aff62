"""That a municipality does not answer a round: said by it, recorded by the coordinator, and taken back."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.models import Response, Round
from surveys.sheet import Sheet


@transaction.atomic
def decline_response(survey_round, municipality, *, reason, by):
    """Record that the municipality does not answer an open round, with its reason; return the Response.

    What has been answered stays; nobody is reminded. Harmless when repeated. Raises ValidationError
    with code "not_open", "elsewhere" (the region does not ask it), "reason" or "submitted".
    """
    locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    if not (locked.is_open or locked.is_waiting):
        raise ValidationError(_("The survey does not take answers now."), code="not_open")
    sheet = Sheet(locked, municipality)
    if not sheet.is_of_region:
        raise ValidationError(_("The survey is not asked of this municipality."), code="elsewhere")
    if not reason.strip():
        raise ValidationError(_("Write why it does not answer."), code="reason")
    response = sheet.response or Response(round=locked, municipality=municipality)
    if response.is_submitted:
        raise ValidationError(_("The answers have been sent in already."), code="submitted")
    if response.declined_at and response.decline_reason == reason.strip():
        return response
    response.declined_at, response.decline_reason = timezone.now(), reason.strip()
    response.clean_fields(exclude=["respondent"])
    response._history_user = by
    response.save()
    return response


@transaction.atomic
def take_back_declining(response, *, by):
    """Record that the municipality answers after all; return the Response. Harmless when repeated."""
    locked = Response.objects.select_for_update(of=("self",), no_key=True).get(pk=response.pk)
    if locked.declined_at:
        locked.declined_at, locked.decline_reason = None, ""
        locked._history_user = by
        locked.save()
    return locked
