"""Publishing the method of a round before it opens: anyone reads what will be asked and how it is scored."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.models import Round


@transaction.atomic
def announce_method(survey_round, *, by):
    """Make a draft's method page public from today; returns the round. What changes in the draft changes there, too.

    Raises ValidationError with code "opened" (it is public already), "announced", or
    "empty" for a draft that asks nothing of municipalities.
    """
    locked = _locked_draft(survey_round)
    if locked.announced_on is not None:
        raise ValidationError(_("The method page is public already."), code="announced")
    if not locked.questions.for_municipalities().exists():
        raise ValidationError(_("The round has no questions."), code="empty")
    return _save(locked, timezone.localdate(), by)


@transaction.atomic
def withdraw_method(survey_round, *, by):
    """Take a draft's method page back; returns the round.

    Raises ValidationError with code "opened" (a round that has been opened keeps its
    page) or "not_announced".
    """
    locked = _locked_draft(survey_round)
    if locked.announced_on is None:
        raise ValidationError(_("The method page is not public."), code="not_announced")
    return _save(locked, None, by)


def _locked_draft(survey_round):
    locked = Round.objects.select_for_update().get(pk=survey_round.pk)
    if not locked.is_draft:
        raise ValidationError(_("The round has been opened: its method page is public and stays so."), code="opened")
    return locked


def _save(survey_round, announced_on, by):
    survey_round.announced_on = announced_on
    survey_round._history_user = by
    survey_round.save()
    return survey_round
