"""A region's published rounds beside each other: who took part, themes and indicators by year, breaks with why.

Nothing is subtracted here: counts and means stand in their year, and where a year does not compare with
the one before it, that is said. The mark of a break holds for everything on its other side.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.numbers import plain_number, share_in_words
from registry.figures import Share
from surveys.models import MunicipalityResult, Question, QuestionResult, ResultScore
from surveys.models.questions import ONE_CHOICE
from surveys.result_years import Years
from surveys.results import DASH, LEAST_COMPARED
from surveys.scoring import rounded, scored_questions


@dataclass(frozen=True)
class YearCell:
    """A figure of a year in words; `is_break` where it does not compare with the year before."""

    words: str
    n: str = ""
    is_break: bool = False


@dataclass(frozen=True)
class YearRow:
    """A theme or an indicator over the years, oldest first; `breaks` say why years do not compare."""

    name: str
    cells: tuple
    breaks: tuple
    key: str = ""
    option: str = ""


@dataclass(frozen=True)
class RoundRow:
    """A published round: its year, title, day of publication, and how many took part."""

    year: int
    title: str
    published_at: object
    taking_part: str


@dataclass(frozen=True)
class History:
    """A region's published rounds, the latest first, and figures over their years, the oldest first."""

    region: object
    rounds: list
    years: list
    themes: list
    indicators: list


def history_of(region_results):
    """Return the History of a RegionResults in the active language, in eight queries."""
    editions = region_results.latest[::-1]
    taking_part = {pk: Share(n, n_all) for pk, n, n_all in MunicipalityResult.objects.taking_part(editions)}
    questions, pairs = questions_and_years(editions)
    return History(
        region=region_results.region,
        rounds=[
            RoundRow(each.round.year, str(each.round), each.published_at, share_in_words(taking_part[each.pk]))
            for each in region_results.latest
        ],
        years=[each.round.year for each in editions],
        themes=_themes(editions, questions, pairs),
        indicators=_indicators(editions, questions, pairs),
    )


def questions_and_years(editions):
    """Return {round's id: its questions}, and {edition's id: Years to the one before} of each but the first."""
    first, last = editions[0].round, editions[-1].round
    by_round, year_of = defaultdict(list), {}
    for question in Question.objects.for_results(last.region_id, first.year, last.year).with_round():
        by_round[question.round_id].append(question)
        year_of[question.round_id] = question.round.year
    pairs = {}
    for before, after in pairwise(editions):
        between = [
            question
            for pk, some in by_round.items()
            if before.round.year < year_of[pk] < after.round.year
            for question in some
        ]
        same = before.scoring_version == after.scoring_version
        pairs[after.pk] = Years(by_round[after.round_id], by_round[before.round_id], between, same, before.round.year)
    return by_round, pairs


def _themes(editions, questions, pairs):
    sums = {(pk, key): (total, n) for pk, key, total, n in ResultScore.objects.sums_by_theme(editions)}
    names = {}
    for edition in reversed(editions):
        for question in scored_questions(questions[edition.round_id]):
            names.setdefault(question.round_theme.theme.key, capfirst(str(question.round_theme)))
    rows = []
    for key, name in names.items():
        cells, breaks = [], []
        for edition in editions:
            why = pairs[edition.pk].why_not(("theme", key)) if edition.pk in pairs else ""
            total, n = sums.get((edition.pk, key), (None, 0))
            is_break = bool(why) and bool(n)
            cells.append(YearCell(_mean_words(total, n), f"n = {n}" if n else "", is_break))
            if is_break:
                breaks.append(f"{edition.round.year}: {why}")
        rows.append(YearRow(name, tuple(cells), tuple(breaks), key))
    return rows


def _mean_words(total, n):
    """Return the mean of printed scores in words; a dash for fewer than three."""
    if n < LEAST_COMPARED:
        return DASH
    # Scores have one decimal: their sum is one of whole tenths, whatever the database added it as.
    tenths = (Decimal(str(total)) * 10).to_integral_value()
    return plain_number(rounded(Fraction(int(tenths), 10 * n)), 1)


def _indicators(editions, questions, pairs):
    """Return [(theme's key, name, YearRows)] of the latest year's questions with one choice that give points."""
    counts = {(row.edition_id, row.question_id): row for row in QuestionResult.objects.of_editions(editions)}
    by_key = {
        edition.pk: {each.key: each for each in questions[edition.round_id] if each.is_asked} for edition in editions
    }
    themes = {}
    for question in scored_questions(questions[editions[-1].round_id]):
        if question.kind in ONE_CHOICE:
            row = _indicator_row(question, editions, by_key, counts, pairs)
            themes.setdefault(question.round_theme, []).append(row)
    return [(theme.theme.key, capfirst(str(theme)), rows) for theme, rows in themes.items()]


def _indicator_row(question, editions, by_key, counts, pairs):
    """Return the row of one indicator: how many chose the option that gives the most points today, by its key."""
    best = max(question.options.all(), key=lambda option: option.points or 0)
    cells, breaks = [], []
    for edition in editions:
        asked = by_key[edition.pk].get(question.key)
        row = asked and counts.get((edition.pk, asked.pk))
        chosen = row.counts.get("chosen", {}) if row else {}
        if best.key not in chosen:
            cells.append(YearCell(DASH))
            continue
        link = pairs[edition.pk].links.get(asked.pk) if edition.pk in pairs else None
        is_break = link is not None and not link.is_comparable
        cells.append(YearCell(share_in_words(Share(chosen[best.key], row.n_answered)), "", is_break))
        if is_break and any(cell.words != DASH for cell in cells[:-1]):
            breaks.append(_("%(year)s: %(why)s") % {
                "year": edition.round.year, "why": ": ".join(filter(None, [link.words, link.reason])),
            })  # fmt: skip
    return YearRow(str(question.indicator), tuple(cells), tuple(breaks), question.key, str(best))
