"""How the municipalities of a region answered each question, counted for an edition of results."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from surveys.models import Answer, Kind, Question, QuestionResult
from surveys.models.questions import CHOICES, MATRICES, NUMBERS

State = Answer.State
# Of a question that is public as counts alone fewer would tell who answered what.
LEAST_AS_COUNTS = 3


def question_results(edition, read, responses):
    """Save the QuestionResults of the public and counted questions, counted over these responses of a ReadRound."""
    return QuestionResult.objects.bulk_create(counted_results(edition, read, responses))


def counted_results(edition, read, responses):
    """Return what `question_results` saves."""
    asked = {response.pk: read.asked(response) for response in responses}
    rows = []
    for question in read.questions:
        if not question.is_asked or question.publicity == Question.Publicity.PRIVATE:
            continue
        answers = [read.answers[pk].get(question.pk) for pk, keys in asked.items() if question.pk in keys]
        rows.append(_result(edition, question, answers))
    return rows


def _result(edition, question, answers):
    """Return the counts of one question; `answers` has None where there is no row."""
    said = [answer for answer in answers if answer is not None and answer.state == State.ANSWERED]
    row = QuestionResult(edition=edition, question=question, n_asked=len(answers), n_answered=len(said))
    if question.publicity == Question.Publicity.COUNTS and len(said) < LEAST_AS_COUNTS:
        return row
    states = Counter(State.UNANSWERED if answer is None else State(answer.state) for answer in answers)
    row.states = {state.value: n for state, n in states.items() if state != State.ANSWERED}
    row.n_unchanged = sum(answer.is_unchanged for answer in said)
    row.counts = counts_of(question, [answer.value for answer in said])
    return row


def counts_of(question, values):
    """Return the `counts` of a QuestionResult for what was answered."""
    if question.kind in CHOICES:
        counts = {"chosen": _each(question, Counter(key for value in values for key in value.get("chosen", ())))}
        if question.kind == Kind.RANKING:
            counts["first"] = _each(question, Counter(value["chosen"][0] for value in values if value.get("chosen")))
        return counts
    if question.kind in MATRICES:
        return {"rows": {row.key: _each(question, _of_row(row.key, values)) for row in question.rows.all()}}
    if question.kind in NUMBERS and values:
        return {"numbers": numbers_of([Decimal(value["number"]) for value in values])}
    return {}


def _each(question, counter):
    """Return {option's key: how many} of every option, in order, also of those that nobody chose."""
    return {option.key: counter[option.key] for option in question.options.all()}


def _of_row(key, values):
    return Counter(option for value in values for option in value.get("rows", {}).get(key, ()))


def numbers_of(numbers):
    """Return least, median, mean, most and total of at least one Decimal, exact but for four decimals at most."""
    ordered = sorted(numbers)
    middle, n = len(ordered) // 2, len(ordered)
    median = ordered[middle] if n % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    figures = {
        "least": ordered[0], "median": median, "mean": Fraction(sum(ordered)) / n, "most": ordered[-1],
        "total": sum(ordered),
    }  # fmt: skip
    return {name: _as_text(Fraction(figure)) for name, figure in figures.items()}


def _as_text(exact):
    """Return a figure as text with four decimals at most, halves up, without needless zeros."""
    rounded = Decimal((exact * 10**4 + Fraction(1, 2)).__floor__()).scaleb(-4)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
