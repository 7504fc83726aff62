"""Up to four municipalities beside each other: themes, criteria and public answers of the region's latest edition."""

from dataclasses import dataclass

from surveys.models import Question, ResultAnswer
from surveys.nearest import nearest
from surveys.result_page import AnswerFigure
from surveys.results import NOTHING, EditionResults, read_edition, results_of

MOST_COMPARED = 4


@dataclass(frozen=True)
class ComparedRow:
    """A theme, a criterion or a question with one cell for each municipality, in their order."""

    name: str
    cells: tuple
    is_same: bool = False


@dataclass(frozen=True)
class Comparison:
    """The chosen municipalities (Standings), and who may be chosen; `by_default` are those the formula added.

    `is_narrowed` when more was asked for than is shown: a fifth, or somebody whom the edition does not know.
    """

    results: EditionResults
    choosable: list
    chosen: list
    by_default: list
    is_narrowed: bool
    themes: list
    criteria: list
    answers: list

    @property
    def edition(self):
        """The edition."""
        return self.results.edition

    @property
    def nobody_near(self):
        """Whether one was chosen and the formula found nobody comparable in the region."""
        return len(self.chosen) == 1 and not self.by_default


def comparison_of(region_slug, slugs):
    """Return the Comparison of the municipalities at these addresses, or None where nothing is public.

    Of one alone the three nearest stand beside it (surveys/nearest.py). An address that the region's
    latest edition does not know, and a fifth, is passed over, and said to be. At most eleven queries.
    """
    region_results = results_of(region_slug)
    if region_results is None:
        return None
    results = read_edition(region_results, region_results.latest[0])
    by_slug = {each.slug: each for each in results.standings}
    asked = list(dict.fromkeys(slugs))
    chosen = [by_slug[slug] for slug in asked if slug in by_slug][:MOST_COMPARED]
    added = []
    if len(chosen) == 1:
        others = [each for each in results.answered if each is not chosen[0]]
        added = nearest(chosen[0], others, at_most=MOST_COMPARED - 1)
    shown = [*chosen, *added]
    return Comparison(
        results,
        results.standings,
        shown,
        added,
        len(chosen) < len(asked),
        [_row(str(each), ("theme", each.theme.key), shown) for each in results.themes] if shown else [],
        [_row(str(each), ("criterion", each.key), shown) for each in results.criteria] if shown else [],
        _answers(results, shown) if shown else [],
    )


def _row(name, subject, shown):
    return ComparedRow(name, tuple(each.scores.get(subject, NOTHING) for each in shown))


def _answers(results, shown):
    """Return [(theme's key, name, ComparedRows)] of the public questions, in order."""
    said = {(each.result_id, each.question_id): each for each in ResultAnswer.objects.of_results(shown)}
    themes = {}
    for question in results.questions:
        if question.is_asked and question.publicity == Question.Publicity.PUBLIC:
            cells = [_cell(question, said.get((each.pk, question.pk)), each) for each in shown]
            known = {cell for cell, is_known in cells if is_known}
            is_same = len(known) == 1 and all(is_known for _cell, is_known in cells)
            row = ComparedRow(question.wording or question.key, tuple(cells), is_same)
            themes.setdefault(question.round_theme, []).append(row)
    return [(theme.theme.key, str(theme), rows) for theme, rows in themes.items()]


def _cell(question, answer, standing):
    """Return (the answer in words, whether it is known)."""
    if answer is None:
        return standing.state_words, False
    answer.question = question
    told = AnswerFigure(question, answer)
    return "; ".join(told.lines), told.is_known
