"""Everything of a round for its coordinators as XLSX, also what is private and not sent in; taking it out is logged.

Live, not as it was published: answers with their notes, scores as they would be counted now, counts of each question.
"""

from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.tables import Column, write_book
from registry.exports import log_export
from surveys.counts import counts_of
from surveys.models import Answer, Question, Response
from surveys.responses import STATES, state_of
from surveys.result_tables import keys_of, number_of
from surveys.scores import read_round
from surveys.told import confirmed_in_words, source_in_words, told


class _Said(NamedTuple):
    """A question in a municipality's response, with its Answer, or one that says nothing, and its QuestionScore."""

    place: object
    response: Response
    question: Question
    answer: Answer
    is_asked: bool
    counted: object


def everything_file(survey_round, *, by):
    """Return the bytes of an XLSX of every response of an opened round, and log that `by` took it out.

    A fixed number of queries whatever the number of municipalities.
    """
    responses = list(survey_round.responses.order_by("municipality__code"))
    read = read_round(survey_round, responses)
    said = [row for response in responses for row in _rows_of(read, response)]
    sheets = [
        (_("Answers"), _answer_columns(), said),
        (_("Scores"), _score_columns(), [row for response in responses for row in _scores_of(read, response)]),
        (_("Counts"), _count_columns(), list(_counts(said))),
    ]
    content = b"".join(write_book(sheets))
    log_export(Answer, "xlsx", len(said), by=by, choices=str(survey_round), region=survey_round.region)
    return content


def _rows_of(read, response):
    scores, asked = read.scores(response), read.asked(response)
    counted = {each.question.pk: each for score in scores.themes for each in score.questions}
    for question in read.questions:
        if question.is_asked:
            answer = read.answers[response.pk].get(question.pk) or Answer(question=question)
            place = read.places[response.municipality_id]
            yield _Said(place, response, question, answer, question.pk in asked, counted.get(question.pk))


def _scores_of(read, response):
    scores = read.scores(response)
    named = [(str(score.subject), score) for score in (*scores.themes, *scores.criteria)]
    for name, score in [*named, *([(_("All themes"), scores.total)] if scores.total else [])]:
        yield read.places[response.municipality_id], response, name, score


def _counts(said):
    """Yield (question, heading, n) over those that sent in their answers; numbers as their figures."""
    by_question = {}
    for row in said:
        if row.response.is_submitted and row.is_asked:
            by_question.setdefault(row.question, []).append(row.answer)
    for question, answers in by_question.items():
        labels = {option.key: str(option) for option in question.options.all()}
        counts = counts_of(question, [each.value for each in answers if each.state == Answer.State.ANSWERED])
        yield question, _("Asked"), len(answers)
        for name in ("chosen", "first"):
            for key, n in counts.get(name, {}).items():
                yield question, labels[key] if name == "chosen" else f"{labels[key]} (1.)", n
        for row, by_option in counts.get("rows", {}).items():
            for key, n in by_option.items():
                yield question, f"{row}: {labels[key]}", n
        for state in Answer.State:
            yield question, capfirst(state.label), sum(each.state == state for each in answers)


def _answer_columns():
    return [
        Column("code", _("Code"), lambda row: row.place.code),
        Column("municipality", _("Municipality"), lambda row: row.place.name),
        Column("response", _("State of the response"), lambda row: str(STATES[state_of(row.response)])),
        Column("theme", _("Theme"), lambda row: str(row.question.round_theme)),
        Column("question", _("Question's key"), lambda row: row.question.key),
        Column("wording", _("Question"), lambda row: row.question.wording),
        Column("publicity", _("Publicity"), lambda row: row.question.get_publicity_display()),
        Column("is_asked", _("Asked"), lambda row: row.is_asked),
        Column("state", _("State"), lambda row: row.answer.get_state_display()),
        Column("answer", _("Answer"), lambda row: "; ".join(map(str, told(row.question, row.answer)))),
        Column("options", _("Chosen options"), keys_of),
        Column("number", _("Number"), number_of),
        Column("evidence", _("Evidence"), lambda row: row.answer.evidence_url),
        Column("note", _("Note to the coordinator"), lambda row: row.answer.note),
        Column("may_be_quoted", _("May be quoted without a name"), lambda row: row.answer.may_be_quoted),
        Column("source", _("Source"), lambda row: source_in_words(row.answer) if row.answer.pk else ""),
        Column("post", _("Answerer's post"), lambda row: row.answer.answerer_post),
        Column("answered_at", _("Answered on"), lambda row: row.answer.pk and row.answer.answered_at),
        Column("confirmed", _("Confirmed"), lambda row: confirmed_in_words(row.answer) if row.answer.pk else ""),
        Column("outcome", _("How it counts"), lambda row: row.counted and str(row.counted.outcome.label)),
        Column("points", _("Points"), lambda row: _float(row.counted and row.counted.points)),
    ]


def _score_columns():
    return [
        Column("code", _("Code"), lambda row: row[0].code),
        Column("municipality", _("Municipality"), lambda row: row[0].name),
        Column("response", _("State of the response"), lambda row: str(STATES[state_of(row[1])])),
        Column("name", _("Theme or criterion"), lambda row: row[2]),
        Column("score", _("Score"), lambda row: row[3].value),
        Column("n_known", _("Questions known"), lambda row: row[3].coverage.count),
        Column("n_applying", _("Questions that apply"), lambda row: row[3].coverage.out_of),
    ]


def _count_columns():
    return [
        Column("question", _("Question's key"), lambda row: row[0].key),
        Column("wording", _("Question"), lambda row: row[0].wording),
        Column("what", _("What is counted"), lambda row: row[1]),
        Column("n", "n", lambda row: row[2]),
    ]


def _float(exact):
    return None if exact is None else float(exact)
