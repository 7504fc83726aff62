"""The pages of published results, each read in a fixed number of queries: what public views and files begin from."""

from dataclasses import dataclass
from string import ascii_uppercase

from django.utils.text import capfirst

from surveys.models import MunicipalityResult, Question, ReplyComment, ResultAnswer, ResultScore
from surveys.models.questions import ONE_CHOICE
from surveys.nearest import done_by, nearest
from surveys.publishing import MunicipalityRows
from surveys.result_page import AnswerFigure, Around, MunicipalityPage, municipality_page
from surveys.result_questions import QuestionFigure, question_figures
from surveys.result_years import years_of
from surveys.results import EditionResults, Standing, read_edition, results_of


@dataclass(frozen=True)
class PublishedMunicipality:
    """A municipality's published page, with the edition, the nearest others and who does already what is missing.

    `done_by` is {question's id: DoneBy}, `nearest` are Standings of the region.
    """

    results: EditionResults
    standing: Standing
    page: MunicipalityPage
    nearest: list
    done_by: dict

    @property
    def edition(self):
        """The edition."""
        return self.results.edition

    @property
    def missing(self):
        """[(AnswerFigure, DoneBy)] of what is missing, in order."""
        return [(each, self.done_by[each.question.pk]) for each in self.page.missing]

    @property
    def why_nobody(self):
        """Why nobody comparable does any of what is missing, where that is for one and the same reason; else empty."""
        whys = {"" if done.neighbours else done.why for _figure, done in self.missing}
        return whys.pop() if len(whys) == 1 else ""


def published_edition(region_slug, year, number=None):
    """Return the EditionResults of a year, of its latest edition or of one by number; None where nothing is public."""
    region_results = results_of(region_slug)
    edition = region_results and region_results.at(year, number)
    return read_edition(region_results, edition) if edition else None


def published_municipality(region_slug, year, municipality_slug, number=None):
    """Return the PublishedMunicipality at this address, or None where nothing is public; at most eleven queries."""
    region_results = results_of(region_slug)
    edition = region_results and region_results.at(year, number)
    result = edition and MunicipalityResult.objects.at(edition, municipality_slug)
    if not result:
        return None
    results = read_edition(region_results, edition)
    standing = next(each for each in results.standings if each.pk == result.pk)
    page = municipality_page(*_rows_and_around(results, result, standing))
    return PublishedMunicipality(
        results=results,
        standing=standing,
        page=page,
        nearest=nearest(standing, [each for each in results.answered if each is not standing]),
        done_by=done_by(standing, edition, [each.question for each in page.missing]),
    )


@dataclass(frozen=True)
class AnswerRow:
    """What a municipality answered to one question; `letters` name the options that it chose."""

    standing: Standing
    lines: list
    who: str
    letters: str
    evidence_url: str
    is_known: bool

    @property
    def name(self):
        """The municipality's name."""
        return self.standing.name


@dataclass(frozen=True)
class PublishedQuestion:
    """A question of an edition with its counts and, where the answers are public, with every municipality's."""

    results: EditionResults
    figure: QuestionFigure
    rows: list

    @property
    def is_mapped(self):
        """Whether a map tells the answers: each is one of a few options, which have letters."""
        return bool(self.rows) and self.figure.question.kind in ONE_CHOICE


def published_question(region_slug, year, key, number=None):
    """Return the PublishedQuestion of an indicator's key in a year, or None where nothing is public; ten queries."""
    results = published_edition(region_slug, year, number)
    figures = question_figures(results, years_of(results)) if results else []
    figure = next((each for each in figures if each.key == key), None)
    if figure is None:
        return None
    rows = []
    if figure.question.publicity == Question.Publicity.PUBLIC:
        said = {each.result_id: each for each in ResultAnswer.objects.of_question(results.edition, figure.question)}
        rows = [_answer_row(figure.question, each, said.get(each.pk)) for each in results.standings]
    return PublishedQuestion(results, figure, rows)


def _answer_row(question, standing, answer):
    if answer is None:
        return AnswerRow(standing, [capfirst(standing.state_words)], "", "", "", is_known=False)
    answer.question = question
    told = AnswerFigure(question, answer)
    letters = {option.key: ascii_uppercase[place % 26] for place, option in enumerate(question.options.all())}
    chosen = (answer.value or {}).get("chosen", []) if question.kind in ONE_CHOICE else []
    return AnswerRow(
        standing,
        told.lines,
        told.who,
        "".join(letters.get(key, "") for key in chosen),
        answer.evidence_url,
        told.is_known,
    )


def _rows_and_around(results, result, standing):
    """Return the MunicipalityRows of what is published of a municipality, and its Around."""
    before = results.before
    questions = {each.pk: each for each in [*results.questions, *results.questions_before]}
    rows, answers_before = MunicipalityRows(result), {}
    editions = [each for each in (results.edition, before) if each]
    for answer in ResultAnswer.objects.of_municipality(result.municipality_id, editions):
        answer.question = questions[answer.question_id]
        if answer.result_id == result.pk:
            rows.answers.append(answer)
        else:
            answers_before[answer.question_id] = answer
    rows.answers.sort(key=lambda answer: answer.question.place)
    rows.scores = scores_in(results, result, standing)
    was = next((each for each in results.standings_before if each.municipality == result.municipality_id), None)
    around = Around(
        standings=results.standings,
        scores_before=was.scores if was else {},
        answers_before=answers_before,
        years=years_of(results),
        comments=list(ReplyComment.objects.beside(results.edition.round_id, result.municipality_id)),
    )
    return rows, around


def scores_in(results, result, standing):
    """Return the ResultScores of a Standing, with their themes and criteria as the questions have them."""
    subjects = [(("theme", each.theme.key), {"round_theme": each}) for each in results.themes]
    subjects += [(("criterion", each.key), {"criterion": each}) for each in results.criteria]
    scores = []
    for subject, named in [*subjects, (("total", ""), {})]:
        if printed := standing.scores.get(subject):
            scores.append(
                ResultScore(
                    result=result, value=printed.value, points=printed.points, maximum=printed.maximum,
                    n_known=printed.coverage.count, n_applying=printed.coverage.out_of, **named,
                )
            )  # fmt: skip
    return scores
