"""A municipality's answers beside the associations' view of the same, and beside the region's other municipalities.

Associations' counts come from the latest edition through `association_counts_for`, which shows no group under five
(rule 7 of docs/rules.md): nothing here is live.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.numbers import share_in_words
from registry.figures import Share
from surveys.editions import ShownCounts, association_counts_for
from surveys.models import AssociationEdition, MunicipalityResult, Question, QuestionResult, ResultAnswer, ResultEdition
from surveys.models.questions import ONE_CHOICE
from surveys.result_page import AnswerFigure
from surveys.results import RegionResults, results_of
from surveys.suppression import LEAST


@dataclass(frozen=True)
class Side:
    """One indicator asked on both sides; `counts` are None where no edition of associations' answers has been made."""

    answer: AnswerFigure
    counts: ShownCounts | None
    region: str

    @property
    def name(self):
        """The indicator's short name."""
        return str(self.answer.question.indicator)

    @property
    def is_shown(self):
        """Whether something of the associations' answers may be shown."""
        return self.counts is not None and bool(self.counts.n)

    @property
    def lines(self):
        """[(option, count of n in words)] of the associations."""
        return [(label, share_in_words(Share(n, self.counts.n))) for label, n in self.counts.lines]

    @property
    def gap(self):
        """How far the two sides are from each other, in words; why nothing is told where it is not."""
        if not self.is_shown:
            return _("Of the associations' view nothing is shown: it takes at least %(n)s answers.") % {"n": LEAST}
        most, n_most = max(self.counts.lines, key=lambda line: line[1])
        often = _("Associations say most often “%(option)s”: %(share)s.") % {
            "option": most, "share": share_in_words(Share(n_most, self.counts.n)),
        }  # fmt: skip
        key = self._own_key
        if key is None:
            return often
        options = [option.key for option in self.counts.question.options.all()]
        same = Share(self.counts.lines[options.index(key)][1], self.counts.n)
        words = _("The same as the municipality say %(share)s of the associations.") % {"share": share_in_words(same)}
        return words if n_most == same.count else f"{words} {often}"

    @property
    def _own_key(self):
        """The municipality's option, where associations could choose the same one."""
        chosen = (self.answer.answer.value or {}).get("chosen", []) if self.answer.is_known else []
        if len(chosen) != 1 or self.answer.question.kind not in ONE_CHOICE:
            return None
        return chosen[0] if any(each.key == chosen[0] for each in self.counts.question.options.all()) else None


@dataclass(frozen=True)
class EveningSheet:
    """What an association evening looks at together; `counted_on` is the day of the associations' edition."""

    region_results: RegionResults
    edition: ResultEdition
    result: MunicipalityResult
    sides: list
    counted_on: object


def evening_sheet_of(region_slug, year, municipality_slug):
    """Return the EveningSheet of a municipality in the latest edition of a year, or None where nothing is public.

    Ten queries.
    """
    region_results = results_of(region_slug)
    edition = region_results and region_results.at(year)
    result = edition and MunicipalityResult.objects.at(edition, municipality_slug)
    if not result:
        return None
    questions = list(Question.objects.for_sides(edition.round))
    of_associations = [each for each in questions if each.audience == Question.Audience.ASSOCIATIONS]
    both = {each.indicator_id for each in of_associations}
    own = {each.pk: each for each in questions if each.indicator_id in both and each not in of_associations}
    counted = AssociationEdition.objects.latest_of(edition.round)
    shown = association_counts_for(counted, result.municipality_id, of_associations) if counted else []
    by_indicator = {counts.question.indicator_id: counts for counts in shown}
    in_region = {row.question_id: row for row in QuestionResult.objects.of_editions([edition])}
    sides = []
    for answer in ResultAnswer.objects.of_results([result]):
        if question := own.get(answer.question_id):
            answer.question = question
            figure = AnswerFigure(question, answer)
            region = _in_region(figure, in_region.get(question.pk))
            sides.append(Side(figure, by_indicator.get(question.indicator_id), region))
    sides.sort(key=lambda side: side.answer.question.place)
    return EveningSheet(region_results, edition, result, sides, counted and counted.made_at)


def _in_region(figure, row):
    """Return in words how many of the region's municipalities answer the same; empty where it cannot be told."""
    chosen = (figure.answer.value or {}).get("chosen", []) if figure.is_known else []
    if row is None or len(chosen) != 1 or figure.question.kind not in ONE_CHOICE:
        return ""
    n = row.counts.get("chosen", {}).get(chosen[0], 0)
    return _("The same is answered by %(share)s of the region's municipalities.") % {
        "share": share_in_words(Share(n, row.n_answered))
    }
