"""What changed oddly from the year before: looked at before publication, for a typing error is easier to mend then.

Numbers that grew or shrank to more than three times, that came from zero or went to it, and
scores that moved more than 25 points; only where the two years may be compared
(surveys/result_years.py), and only against what has been published.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from common.numbers import plain_number
from registry.models import Municipality
from surveys.models import Answer, ResultAnswer
from surveys.models.questions import NUMBERS, Kind
from surveys.result_years import Years
from surveys.results import standings_of
from surveys.scoring import SCORING_VERSION

MOST_TIMES = 3
MOST_POINTS = 25


@dataclass(frozen=True)
class Jump:
    """One odd change: of which municipality, what, before and now, in words; `key` is the question's, if it is one."""

    place: Municipality
    what: str
    before: str
    now: str
    key: str = ""


def jumps_from(edition, read, responses, questions_before):
    """Return the Jumps of these sent-in responses of a ReadRound from an earlier year's edition, in two queries.

    `questions_before` are those of the edition's round. By municipality in the order of the responses.
    """
    years = Years(
        read.questions, questions_before, [], edition.scoring_version == SCORING_VERSION, edition.round.year
    )  # fmt: skip
    numbers = defaultdict(dict)
    for place, question, value in ResultAnswer.objects.numbers_of(edition):
        numbers[place][question] = Decimal(value["number"])
    scores = {each.municipality: each.scores for each in standings_of([edition])[edition.pk]}
    themes = {}
    found = []
    for response in responses:
        place = read.places[response.municipality_id]
        found += _of_numbers(place, read.answers[response.pk], read.asked(response), numbers[place.pk], read, years)
        before = scores.get(place.pk, {})
        for score in read.scores(response).themes if before else ():
            subject = "theme", score.subject.theme.key
            if subject not in themes:
                themes[subject] = not years.why_not(subject)
            was = before[subject].value if subject in before else None
            if themes[subject] and is_score_jump(was, score.value):
                found.append(Jump(place, str(score.subject), plain_number(was, 1), plain_number(score.value, 1)))
    return found


def _of_numbers(place, answers, asked, before, read, years):
    """Yield the Jumps of a municipality's public numbers."""
    for question in read.questions if before else ():
        answer, link = answers.get(question.pk), years.links[question.pk]
        if question.pk not in asked or question.kind not in NUMBERS - {Kind.YEAR} or not link.is_comparable:
            continue
        was = before.get(link.earlier.pk)
        if was is None or answer is None or answer.state != Answer.State.ANSWERED:
            continue
        now = Decimal(answer.value["number"])
        if is_number_jump(was, now):
            yield Jump(place, question.wording or question.key, _plain(was), _plain(now), question.key)


def is_number_jump(was, now):
    """Whether a number changed oddly: from or to zero, its sign, or to more than three times or less than a third."""
    if was == now:
        return False
    if not was or not now or (was < 0) != (now < 0):
        return True
    small, large = sorted((abs(was), abs(now)))
    return large > MOST_TIMES * small


def is_score_jump(was, now):
    """Whether a score moved more than 25 points; never where one of the two is missing."""
    return was is not None and now is not None and abs(now - was) > MOST_POINTS


def _plain(number):
    n_decimals = max(0, -number.normalize().as_tuple().exponent)
    return plain_number(number, n_decimals)
