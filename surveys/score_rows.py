"""Scores in words: one line for each theme and criterion, and below it every question from which it comes."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.numbers import plain_number, share_in_words
from surveys.scoring import SCORING_VERSION

DASH = "–"


@dataclass(frozen=True)
class DerivationRow:
    """How one question counts, in words."""

    wording: str
    answer: str
    points: str
    maximum: str
    weight: str
    outcome: str
    is_counted: bool


@dataclass(frozen=True)
class ScoreRow:
    """A theme's, a criterion's or the total's score in words; `why` tells why there is none, `rows` whence."""

    name: str
    value: str
    coverage: str
    band: str
    why: str
    points: str = ""
    maximum: str = ""
    rows: tuple[DerivationRow, ...] = ()


@dataclass(frozen=True)
class ScoreRows:
    """Everything about the scores of one response, in words."""

    version: str
    themes: list[ScoreRow]
    criteria: list[ScoreRow]
    total: ScoreRow | None


def score_rows(scores):
    """Return the ScoreRows of a Scores in the active language."""
    total = scores.total and _row(scores.total, _("All themes"))
    return ScoreRows(
        SCORING_VERSION,
        [_with_derivation(each) for each in scores.themes],
        [_with_derivation(each) for each in scores.criteria],
        total,
    )


def _row(score, name, **more):
    value, band = score.value, score.band
    return ScoreRow(
        name=name,
        value=DASH if value is None else plain_number(value, 1),
        coverage=share_in_words(score.coverage) if score.coverage.out_of else DASH,
        band=str(band.name) if band else "",
        why=_why(score),
        **more,
    )


def _why(score):
    """Return why there is no score, or no word for it; empty where there is."""
    if not score.coverage.out_of:
        return _("Nothing that gives points applies to the municipality.")
    if score.value is None:
        return _("Nothing is known of what gives points.")
    return "" if score.band else _("Less than half is known: too little for a word.")


def _with_derivation(score):
    return _row(
        score,
        str(score.subject),
        points=exact_in_words(score.points),
        maximum=exact_in_words(score.maximum),
        rows=tuple(_derivation_row(each) for each in score.questions),
    )


def _derivation_row(each):
    answer = "; ".join(map(str, each.answer_lines)) or DASH
    if each.by_registry:
        answer = _("What the registry knows: %(answer)s") % {"answer": answer}
    return DerivationRow(
        wording=each.question.wording or each.question.key,
        answer=answer,
        points=exact_in_words(each.points) if each.is_counted else DASH,
        maximum=plain_number(each.maximum),
        weight=plain_number(each.question.weight),
        outcome=each.outcome.label,
        is_counted=each.is_counted,
    )


def exact_in_words(exact):
    """Return an exact number with at most two decimals; one that has more is marked as rounded."""
    number = Decimal(exact.numerator) / Decimal(exact.denominator)
    words = plain_number(number, 2)
    return words if number == round(number, 2) else f"≈ {words}"
