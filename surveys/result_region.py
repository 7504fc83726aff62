"""A region's page of results: what stands out in words, themes by municipality, questions with counts and n."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.numbers import plain_number, share_in_words
from registry.figures import Share
from surveys.models import MunicipalityResult, ReplyComment
from surveys.result_questions import question_figures, stuck_share
from surveys.result_years import Years, years_of
from surveys.results import LEAST_COMPARED, TOTAL, EditionResults, Mean, Printed, mean_of
from surveys.scoring import rounded

_State = MunicipalityResult.State
_MOST_STUCK = 3


@dataclass(frozen=True)
class RegionChange:
    """How the municipalities with a score in both years have changed: n of them, how many rose, fell, stayed."""

    mean: object
    n: int
    n_up: int
    n_down: int
    year: int

    @property
    def words(self):
        """The change in words, with counts."""
        n_same = self.n - self.n_up - self.n_down
        sign = "+" if self.mean > 0 else "−" if self.mean < 0 else "±"
        return _(
            "Mean change from %(year)s %(mean)s points over the %(n)s municipalities that have a score in both years: "
            "%(up)s up, %(same)s as before, %(down)s down."
        ) % {
            "year": self.year, "mean": f"{sign}{plain_number(abs(self.mean), 1)}", "n": self.n, "up": self.n_up,
            "same": n_same, "down": self.n_down,
        }  # fmt: skip


@dataclass(frozen=True)
class ThemeFigure:
    """A theme in the region: the mean of printed scores, their spread, and the change where it compares."""

    key: str
    name: str
    mean: Mean
    least: object
    most: object
    change: RegionChange | None
    why_no_change: str

    @property
    def spread(self):
        """How far the highest score is from the lowest; None where too few have one."""
        return None if self.mean.value is None else self.most - self.least

    @property
    def bar(self):
        """The mean as the length of a bar of 100; None without one."""
        return None if self.mean.value is None else round(self.mean.value)

    @property
    def spread_words(self):
        """From which score to which; a dash where too few have one."""
        return "–" if self.spread is None else f"{plain_number(self.least, 1)}–{plain_number(self.most, 1)}"


@dataclass(frozen=True)
class TableRow:
    """A municipality in the table: its cells are Printeds in the order of themes, empty where it did not answer."""

    name: str
    slug: str
    state: str
    state_words: str
    is_under_review: bool
    cells: tuple[Printed, ...]

    @property
    def is_known(self):
        """Whether it has cells."""
        return bool(self.cells)


@dataclass(frozen=True)
class RegionPage:
    """Everything that a round's page tells of its region."""

    results: EditionResults
    years: Years | None
    themes: tuple
    questions: list
    under_review: frozenset

    @property
    def taking_part(self):
        """How many sent in their answers, of those that were asked."""
        return Share(len(self.results.answered), len(self.results.standings))

    @property
    def taking_part_words(self):
        """The same in words."""
        return share_in_words(self.taking_part)

    @cached_property
    def by_theme(self):
        """[(name, QuestionFigures)] in order."""
        found = {}
        for each in self.questions:
            found.setdefault(each.question.round_theme, []).append(each)
        return [(theme.theme.key, str(theme), some) for theme, some in found.items()]

    def rows(self, order=""):
        """Return the TableRows by name, or by a theme's score where `order` is its key, falling with a “-” before.

        Who has no score stands last in both directions.
        """
        standings = self.results.standings
        key, is_falling = order.removeprefix("-"), order.startswith("-")
        if key in {each.key for each in self.themes}:
            subject = "theme", key
            known = sorted((each for each in standings if each.value(subject) is not None),
                           key=lambda each: each.value(subject), reverse=is_falling)  # fmt: skip
            standings = [*known, *(each for each in standings if each.value(subject) is None)]
        elif order == "-nimi":
            standings = standings[::-1]
        return [self._row(each) for each in standings]

    def _row(self, standing):
        subjects = [("theme", each.key) for each in self.themes]
        if self.results.has_total:
            subjects.append(TOTAL)
        return TableRow(
            standing.name,
            standing.slug,
            standing.state,
            standing.state_words,
            standing.municipality in self.under_review,
            tuple(standing.scores[each] for each in subjects if each in standing.scores),
        )

    @property
    def sentences(self):
        """What stands out, in sentences with counts and n."""
        return [*_taking_part(self), *_themes(self), *_changes(self), *_stuck(self), *_unchanged(self)]


def region_page(results, counted=()):
    """Return the RegionPage of an EditionResults, in two queries; `counted` as in `question_figures`."""
    years = years_of(results)
    themes = tuple(_theme_figure(results, years, each) for each in results.themes)
    under_review = frozenset(ReplyComment.objects.municipalities_under_review(results.edition.round_id))
    return RegionPage(results, years, themes, question_figures(results, years, counted), under_review)


def _theme_figure(results, years, round_theme):
    subject = "theme", round_theme.theme.key
    values = [value for each in results.standings if (value := each.value(subject)) is not None]
    return ThemeFigure(
        key=round_theme.theme.key,
        name=capfirst(str(round_theme)),
        mean=mean_of(results.standings, subject),
        least=min(values, default=None),
        most=max(values, default=None),
        change=_region_change(results, years, subject) if years else None,
        why_no_change=years.why_not(subject) if years else "",
    )


def _region_change(results, years, subject):
    """Return the RegionChange over those with a score in both years; None where it is not compared or they are few."""
    if years.why_not(subject):
        return None
    before = {each.municipality: each.value(subject) for each in results.standings_before}
    steps = [
        value - was
        for each in results.standings
        if (value := each.value(subject)) is not None and (was := before.get(each.municipality)) is not None
    ]
    if len(steps) < LEAST_COMPARED:
        return None
    mean = rounded(sum(map(Fraction, steps)) / len(steps))
    return RegionChange(mean, len(steps), sum(step > 0 for step in steps), sum(step < 0 for step in steps), years.year)


# --- What stands out -------------------------------------------------------------------------------------------------


def _taking_part(page):
    states = [each.state for each in page.results.standings]
    yield _("%(share)s municipalities sent in their answers.") % {"share": page.taking_part_words}
    rest = []
    if n := states.count(_State.DECLINED):
        rest.append(ngettext("%(n)s did not take part", "%(n)s did not take part", n) % {"n": n})
    if n := states.count(_State.MISSING):
        rest.append(ngettext("%(n)s did not answer", "%(n)s did not answer", n) % {"n": n})
    if rest:
        yield _("%(rest)s; of them nothing is known here, which is not 0.") % {"rest": capfirst(", ".join(rest))}


def _themes(page):
    known = [each for each in page.themes if each.mean.value is not None]
    if len(known) < 2:
        return
    best = max(known, key=lambda each: each.mean.value)
    yield _("The region is furthest in “%(theme)s”: mean %(mean)s over %(n)s municipalities.") % {
        "theme": best.name, "mean": best.mean.words, "n": best.mean.n,
    }  # fmt: skip
    least = min(known, key=lambda each: each.mean.value)
    yield _("The most is still to be done in “%(theme)s”: mean %(mean)s over %(n)s municipalities.") % {
        "theme": least.name, "mean": least.mean.words, "n": least.mean.n,
    }  # fmt: skip
    wide = max(known, key=lambda each: each.spread)
    yield _("Municipalities differ most in “%(theme)s”: scores from %(least)s to %(most)s.") % {
        "theme": wide.name, "least": plain_number(wide.least, 1), "most": plain_number(wide.most, 1),
    }  # fmt: skip


def _changes(page):
    changed = [each for each in page.themes if each.change and each.change.mean]
    if changed:
        most = max(changed, key=lambda each: abs(each.change.mean))
        yield f"{most.name}: {most.change.words}"
    lines = [
        (each, line)
        for each in page.questions
        for group in each.groups
        if not group.label
        for line in group.lines
        if line.change and _is_told(page, min(line.share.out_of, line.before.out_of))
    ]
    if lines:
        figure, line = max(lines, key=lambda pair: abs(pair[1].change))
        yield _("The answers changed most in “%(question)s”: “%(option)s” %(now)s, in %(year)s %(before)s.") % {
            "question": figure.wording, "option": line.label, "now": line.words, "year": figure.year_before,
            "before": line.before_words,
        }  # fmt: skip


def stuck(page):
    """Return [(QuestionFigure, Share)] of the questions in which the most answers give no points yet; three at most."""
    found = [(each, share) for each in page.questions if (share := stuck_share(each)) and share.count]
    found.sort(key=lambda pair: -pair[1].count / pair[1].out_of)
    return [pair for pair in found if _is_told(page, pair[1].out_of)][:_MOST_STUCK]


def _is_told(page, n):
    """Whether so many answers are enough for a sentence: half of those that took part, and never fewer than three."""
    return n >= LEAST_COMPARED and 2 * n >= page.taking_part.count


def _stuck(page):
    if found := stuck(page):
        figure, share = found[0]
        yield _("Where the most are stuck: “%(question)s”. In %(share)s the answer gives no points yet.") % {
            "question": figure.wording, "share": share_in_words(share),
        }  # fmt: skip


def unchanged(page):
    """Return how many of all answers were said to be unchanged since the year before, as a Share."""
    return Share(sum(each.n_unchanged for each in page.questions), sum(each.n.count for each in page.questions))


def _unchanged(page):
    share = unchanged(page)
    if share.count:
        yield _("%(share)s of all answers were said to be unchanged.") % {"share": share_in_words(share)}
