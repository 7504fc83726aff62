"""A round of an earlier year, made to bring in what was answered before the registry."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.authoring import copy_structure, new_round_like
from surveys.comparing import changes_between
from surveys.models import Comparability, Question, Round


@transaction.atomic
def copy_as_earlier_round(from_round, year, *, opens_on, closes_on, by):
    """Make and return a draft of an earlier `year` that asks what `from_round` asks; then it is made to what was asked.

    Where the region's next later round is still a draft, its questions are known as the
    same as the new round's, so that the answers stand beside them. Opened, the round is
    closed at once, because its last day has passed. Raises ValidationError with code
    "not_past" for days that have not, "order" for a year that is not earlier, or as
    `new_round_like` does.
    """
    if closes_on >= timezone.localdate():
        raise ValidationError(_("The last day has not passed: such a round is opened and answered."), code="not_past")
    if year >= from_round.year:
        raise ValidationError(_("Choose a year before %(year)s.") % {"year": from_round.year}, code="order")
    made = new_round_like(from_round, year, opens_on=opens_on, closes_on=closes_on, by=by)
    copy_structure(from_round, made)
    _compare_with(Round.objects.filter(region=made.region_id, year__gt=year).order_by("year").first(), made)
    return made


def year_without_round(survey_round):
    """Return the nearest earlier year of which the region has no round."""
    years = set(Round.objects.filter(region=survey_round.region_id).values_list("year", flat=True))
    return next(year for year in range(survey_round.year - 1, 0, -1) if year not in years)


def _compare_with(later, made):
    """Let the questions of a later draft that have no earlier one and read the same follow those of `made`."""
    if later is None or not later.is_draft:
        return
    earlier = {(each.indicator_id, each.audience): each for each in _questions_of(made)}
    for question in _questions_of(later):
        before = earlier.get((question.indicator_id, question.audience))
        has_one = Comparability.objects.filter(to_question=question).exists()
        if before is not None and not has_one and not changes_between(before, question):
            Comparability.objects.create(
                round=later, from_question=before, to_question=question, verdict=Comparability.Verdict.SAME
            )


def _questions_of(survey_round):
    rows = Question.objects.in_round(survey_round).in_order().with_structure()
    return rows.select_related("criterion", "area__group", "size_class", "indicator", "round_theme__theme")
