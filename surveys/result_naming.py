"""Themes' scores in the years around the one in which a municipality first named a liaison (docs/adr/0034).

Municipalities are set under each other by their year of naming: 0 is that year itself, in which the survey may
have been answered before or after the naming. A naming known to a season or a year has its year all the same.
Nothing here says that the naming is the cause.
"""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.charts import DotChart, DotColumn
from common.numbers import plain_number
from surveys.results import DASH, LEAST_COMPARED
from surveys.scoring import rounded

STEPS = (-2, -1, 0, 1, 2)
_FACT = "liaison"


@dataclass(frozen=True)
class Step:
    """The scores that municipalities have so many years from their naming; none where they are fewer than three."""

    years: int
    scores: tuple

    @property
    def mark(self):
        """The step as a sign: −1."""
        return f"{'−' if self.years < 0 else '+' if self.years > 0 else ''}{abs(self.years)}"

    @property
    def name(self):
        """The step in words."""
        n = abs(self.years)
        if not n:
            return _("the year of naming")
        if self.years < 0:
            return ngettext("%(n)s year before", "%(n)s years before", n) % {"n": n}
        return ngettext("%(n)s year after", "%(n)s years after", n) % {"n": n}

    @property
    def n_words(self):
        """How many municipalities there are, or that they are too few."""
        return f"n = {len(self.scores)}" if self.scores else _("under 3")

    @property
    def mean(self):
        """The mean of the printed scores; None without them."""
        return rounded(sum(map(Fraction, self.scores)) / len(self.scores)) if self.scores else None

    @property
    def mean_words(self):
        """The mean as it is written."""
        return plain_number(self.mean, 1) if self.scores else DASH

    @property
    def spread_words(self):
        """From the lowest score to the highest."""
        if not self.scores:
            return DASH
        return f"{plain_number(min(self.scores), 1)}–{plain_number(max(self.scores), 1)}"


@dataclass(frozen=True)
class Naming:
    """A theme around the naming; `pairs` are (before, after) of the municipalities that have both.

    `years` are those that compare with the latest one, oldest first, and `left_out` says why others do not.
    `holds_naming` tells that the naming gives points in the theme itself.
    """

    key: str
    name: str
    steps: tuple
    pairs: tuple
    years: tuple
    left_out: str
    holds_naming: bool

    @property
    def is_told(self):
        """Whether there is anything to show: years that compare, and a step with at least three municipalities."""
        return len(self.years) > 1 and any(step.scores for step in self.steps)

    @property
    def words(self):
        """What the picture shows, in words."""
        if len(self.pairs) < LEAST_COMPARED:
            return _(
                "Fewer than three municipalities have a score both before and after the naming: no change is told."
            )
        n_up = sum(after > before for before, after in self.pairs)
        n_down = sum(after < before for before, after in self.pairs)
        before, after = (
            plain_number(rounded(sum(map(Fraction, side)) / len(side)), 1) for side in zip(*self.pairs, strict=True)
        )
        return _(
            "%(n)s municipalities have a score both before and after the naming: their mean was %(before)s before and "
            "%(after)s after; %(up)s up, %(same)s as before, %(down)s down."
        ) % {
            "n": len(self.pairs), "before": before, "after": after, "up": n_up, "down": n_down,
            "same": len(self.pairs) - n_up - n_down,
        }  # fmt: skip

    @property
    def chart(self):
        """The DotChart of the steps."""
        columns = tuple(
            DotColumn(
                step.mark, step.n_words, tuple(float(score) / 100 for score in step.scores),
                float(step.mean) / 100 if step.scores else None,
            )
            for step in self.steps
        )  # fmt: skip
        source = _("Each dot is a municipality's score, the line is their mean. 0 is the year of naming.")
        return DotChart(_("%(theme)s around the naming") % {"theme": self.name}, self.words, columns, source)


def comparable_years(editions, pairs, subject):
    """Return (the editions whose scores of a subject compare with the latest one's, oldest first; why no more do)."""
    kept = [editions[-1]]
    for edition in reversed(editions[1:]):
        if why := pairs[edition.pk].why_not(subject):
            return kept[::-1], f"{edition.round.year}: {why}"
        kept.append(editions[editions.index(edition) - 1])
    return kept[::-1], ""


def naming_of(theme, name, questions, years, left_out, scores, named_in):
    """Return the Naming of a theme by its key, made of what has been read: no query.

    `questions` are the latest ones that give points in it, `years` {edition's id: year} of those that compare,
    `scores` {(edition's id, municipality's id): score} and `named_in` {municipality's id: year}.
    """
    at = {}
    for (edition, place), score in scores.items():
        if edition in years and place in named_in:
            at.setdefault(place, {})[years[edition] - named_in[place]] = score
    steps = []
    for step in STEPS:
        found = tuple(each[step] for each in at.values() if step in each)
        steps.append(Step(step, found if len(found) >= LEAST_COMPARED else ()))
    return Naming(
        key=theme,
        name=name,
        steps=tuple(steps),
        pairs=tuple(pair for each in at.values() if (pair := _before_and_after(each))),
        years=tuple(sorted(years.values())),
        left_out=left_out,
        holds_naming=any(each.registry_fact == _FACT for each in questions),
    )


def _before_and_after(by_step):
    """Return the score nearest before and the one nearest after the year of naming; None without both."""
    before = next((by_step[step] for step in (-1, -2) if step in by_step), None)
    after = next((by_step[step] for step in (1, 2) if step in by_step), None)
    return None if before is None or after is None else (before, after)
