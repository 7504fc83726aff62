"""What has been published of a region's rounds, read into plain rows: no HTML, no request, never what is staged.

Everything that shows results begins here: `results_of` a region, one edition of a year, and how
each municipality stands in it. A municipality's own page is surveys/result_page.py, the
region's surveys/result_region.py, what compares years surveys/result_years.py.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext as _

from common.numbers import plain_number, share_in_words
from registry.figures import Share
from surveys.models import MunicipalityResult, Question, ResultEdition
from surveys.scoring import band_of, rounded, scored_questions

# A mean over fewer tells of single municipalities (rule 6 of docs/rules.md).
LEAST_COMPARED = 3
DASH = "–"
TOTAL = ("total", "")
State = MunicipalityResult.State


# --- Editions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RegionResults:
    """A region's published editions, the latest year's latest edition first; there is at least one."""

    editions: tuple

    @property
    def region(self):
        """The region that asked."""
        return self.editions[0].round.region

    @cached_property
    def latest(self):
        """The latest edition of each round, the latest year first."""
        return list({each.round_id: each for each in reversed(self.editions)}.values())[::-1]

    def of_year(self, year):
        """Return the editions of a year, the latest first: its log."""
        return [each for each in self.editions if each.round.year == year]

    def at(self, year, number=None):
        """Return the edition of a year with this number, the latest without one; None where it is not published."""
        return next((each for each in self.of_year(year) if number in {None, each.number}), None)

    def before(self, edition):
        """Return the latest edition of the nearest earlier published round, or None."""
        return next((each for each in self.latest if each.round.year < edition.round.year), None)


def results_of(region_slug):
    """Return the RegionResults of the region with pages at this address, None where nothing is published; one query."""
    editions = tuple(ResultEdition.objects.for_region(region_slug))
    return RegionResults(editions) if editions else None


# --- How municipalities stand ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Printed:
    """A score as it was printed, with its coverage: of a theme, of a criterion, or over all themes."""

    value: Decimal | None
    coverage: Share
    points: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def band(self):
        """The Band in which it lies; None where too little is known."""
        return band_of(self.value, self.coverage)

    @property
    def words(self):
        """The score as it is written, a dash without one."""
        return DASH if self.value is None else plain_number(self.value, 1)

    @property
    def band_words(self):
        """The band's word; empty where too little is known."""
        return str(self.band.name) if self.band else ""

    @property
    def coverage_words(self):
        """Of how many of those that apply something is known."""
        return share_in_words(self.coverage) if self.coverage.out_of else DASH

    @property
    def why(self):
        """Why there is no score, or no word for it; empty where there is."""
        if not self.coverage.out_of:
            return _("Nothing that gives points applies to the municipality.")
        if self.value is None:
            return _("Nothing is known of what gives points.")
        return "" if self.band else _("Less than half is known: too little for a word.")


NOTHING = Printed(None, Share(0, 0))


@dataclass
class Standing:
    """How a municipality stands in an edition; `scores` is {(kind, key): Printed}, kind one of theme, criterion, total.

    Those that did not answer or take part have none.
    """

    pk: int
    municipality: int
    name: str
    slug: str
    latitude: Decimal | None
    longitude: Decimal | None
    tile: tuple | None
    state: str
    size_key: str | None
    size_name: str | None
    population: int | None
    n_unconfirmed: int
    scores: dict = field(default_factory=dict)

    @property
    def has_answered(self):
        """Whether it sent in its answers."""
        return self.state == State.ANSWERED

    @property
    def state_words(self):
        """What it did, in words."""
        return str(State(self.state).label)

    def value(self, subject):
        """Return the printed score of a subject, or None."""
        return self.scores.get(subject, NOTHING).value


def standings_of(editions):
    """Return {edition's id: [Standing of each municipality, by name]}, in one query."""
    found = {edition.pk: {} for edition in editions}
    for edition, pk, place, name, slug, latitude, longitude, row, column, *more in MunicipalityResult.objects.standings(
        editions
    ):
        state, size_key, size_name, population, n_unconfirmed, *score = more
        standing = found[edition].get(pk)
        if standing is None:
            standing = found[edition][pk] = Standing(
                pk, place, name, slug, latitude, longitude, None if row is None else (row, column), state,
                size_key, size_name, population, n_unconfirmed,
            )  # fmt: skip
        theme, criterion, value, n_known, n_applying, points, maximum, score_pk = score
        if score_pk is not None:
            subject = ("theme", theme) if theme else ("criterion", criterion) if criterion else TOTAL
            standing.scores[subject] = Printed(value, Share(n_known, n_applying), points, maximum)
    return {edition: list(standings.values()) for edition, standings in found.items()}


class Mean(NamedTuple):
    """The mean of printed scores, and over how many municipalities; `value` is None for too few."""

    value: Decimal | None
    n: int

    @property
    def words(self):
        """The mean as it is written, a dash for too few."""
        return DASH if self.value is None else plain_number(self.value, 1)


def mean_of(standings, subject):
    """Return the Mean of a subject's printed scores over the Standings that have one; none for fewer than three."""
    values = [value for each in standings if (value := each.value(subject)) is not None]
    if len(values) < LEAST_COMPARED:
        return Mean(None, len(values))
    return Mean(rounded(sum(map(Fraction, values)) / len(values)), len(values))


# --- An edition with its questions -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class EditionResults:
    """An edition with its municipalities and questions, and the edition of the year before, if there is one.

    `standings` and `questions` are lists of this edition, `standings_before` and `questions_before` of the other one;
    `questions_between` are those of rounds between the two, through which verdicts on them lead.
    """

    region_results: RegionResults
    edition: ResultEdition
    before: ResultEdition | None
    standings: list
    standings_before: list
    questions: list
    questions_before: list
    questions_between: list

    @cached_property
    def themes(self):
        """The RoundThemes that have a score, in order."""
        return list(dict.fromkeys(each.round_theme for each in self.scored))

    @cached_property
    def criteria(self):
        """The Criteria by which the same points are counted, in order."""
        found = {each.criterion for each in self.scored if each.criterion}
        return sorted(found, key=lambda criterion: (criterion.position, criterion.key))

    @cached_property
    def scored(self):
        """The questions that can give points."""
        return scored_questions(self.questions)

    @property
    def answered(self):
        """The Standings of those that sent in their answers."""
        return [each for each in self.standings if each.has_answered]

    @property
    def has_total(self):
        """Whether the round shows a total over the themes."""
        return self.edition.round.shows_total

    @property
    def is_latest(self):
        """Whether no later edition of the same round has been published."""
        return self.region_results.at(self.edition.round.year) == self.edition


def read_edition(region_results, edition):
    """Return the EditionResults of an edition, in six queries."""
    before = region_results.before(edition)
    standings = standings_of([each for each in (edition, before) if each])
    this, first = edition.round, (before or edition).round
    questions = defaultdict(list)
    for question in Question.objects.for_results(this.region_id, first.year, this.year):
        questions[question.round_id].append(question)
    return EditionResults(
        region_results,
        edition,
        before,
        standings[edition.pk],
        standings[before.pk] if before else [],
        questions.pop(this.pk, []),
        questions.pop(first.pk, []) if before else [],
        [question for each in questions.values() for question in each],
    )
