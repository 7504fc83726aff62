"""How a region's municipalities answered each question: counts with n, last year's beside where they compare."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from string import ascii_uppercase

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.numbers import plain_number, share_in_words
from registry.figures import Share
from surveys.models import Answer, OptionMatch, Question, QuestionResult
from surveys.models.questions import MATRICES, NUMBERS, ONE_CHOICE, Kind
from surveys.result_years import Link, Verdict
from surveys.results import DASH

_UNITS = {Kind.EURO: "€", Kind.PERCENT: "%"}


@dataclass(frozen=True)
class Line:
    """One option with how many chose it, of those who answered; `before` is the same of the year before."""

    key: str
    label: str
    share: Share
    before: Share | None = None

    @property
    def words(self):
        """The count with n: 19/30 (63 %)."""
        return share_in_words(self.share)

    @property
    def before_words(self):
        """The same of the year before; a dash where it does not compare or was not an option."""
        return share_in_words(self.before) if self.before else DASH

    @property
    def change(self):
        """The change in percentage points, or None."""
        if not self.before or not self.before.out_of or not self.share.out_of:
            return None
        return self.share.percent - self.before.percent

    @property
    def change_words(self):
        """The change with its sign, in percentage points; empty without one."""
        if self.change is None:
            return ""
        sign = "+" if self.change > 0 else "−" if self.change < 0 else "±"
        return _("%(change)s percentage points") % {"change": f"{sign}{abs(self.change)}"}

    @property
    def bar(self):
        """The share as the length of a bar of 100."""
        return self.share.percent or 0


@dataclass(frozen=True)
class Group:
    """Lines that belong together: those of the question, or of one row of a matrix."""

    label: str
    lines: tuple

    @property
    def has_before(self):
        """Whether something of the year before stands beside a line."""
        return any(line.before for line in self.lines)


@dataclass(frozen=True)
class QuestionFigure:
    """A question with its distribution; `n` is who answered of who was asked."""

    question: Question
    n: Share
    groups: tuple
    numbers: tuple
    numbers_before: tuple
    states: tuple
    n_unchanged: int
    link: Link | None
    year_before: int | None
    n_before: Share | None
    together: tuple = ()

    @property
    def key(self):
        """The indicator's key, by which addresses name it."""
        return self.question.key

    @property
    def wording(self):
        """The question as it was asked."""
        return self.question.wording or self.question.key

    @property
    def lettered(self):
        """(letter, label) of each option, as a map of answers names them."""
        return [(ascii_uppercase[place % 26], str(each)) for place, each in enumerate(self.question.options.all())]

    @property
    def n_words(self):
        """How many answered of those asked."""
        return share_in_words(self.n)

    @property
    def has_before(self):
        """Whether last year's counts stand beside."""
        return self.n_before is not None

    @property
    def why_not_before(self):
        """Why last year's do not; empty where they do, or where there is no such year."""
        if self.link is None or self.link.is_comparable:
            return ""
        return ": ".join(filter(None, [self.link.words, self.link.reason]))

    @property
    def has_picture(self):
        """Whether there is a chart of it: of options, not of a matrix by rows."""
        return bool(self.groups) and not self.groups[0].label

    @property
    def picture(self):
        """The word of its chart's address."""
        return f"kuvio-{self.key}"

    @property
    def is_in_words(self):
        """Whether it has been answered in words alone, which are not counted."""
        return not self.groups and not self.numbers

    @property
    def is_too_few(self):
        """Whether it is public as counts alone and fewer than three have answered."""
        return self.question.publicity == Question.Publicity.COUNTS and not self.groups and bool(self.n.count)


def question_figures(results, years, counted=()):
    """Return the QuestionFigure of each public or counted question of an EditionResults, in order; two queries.

    `years` are its Years, or None: then nothing stands beside. `counted` are the QuestionResults of
    an edition that has not been saved.
    """
    editions = [each for each in (results.edition, results.before) if each and each.pk]
    counted = [*counted, *QuestionResult.objects.filter(edition__in=editions)]
    rows = {(row.edition_id, row.question_id): row for row in counted}
    matches = _matches(results.edition.round) if years else {}
    figures = []
    for question in results.questions:
        row = rows.get((results.edition.pk, question.pk))
        if row is not None:
            link = years.links[question.pk] if years else None
            earlier = link.earlier if link and link.is_comparable else None
            before = rows.get((results.before.pk, earlier.pk)) if earlier else None
            figures.append(_figure(question, row, before, link, matches.get(question.pk, []), years and years.year))
    return figures


def _matches(survey_round):
    """Return {question's id: [(earlier option's key, later option's key)]} where a person has matched options."""
    found = defaultdict(list)
    for question, earlier, later in OptionMatch.objects.for_results(survey_round):
        found[question].append((earlier, later))
    return found


def _figure(question, row, before, link, matches, year):
    # What was reworded with a round between is told by its years, not option by option.
    is_set_beside = before and before.counts and (link.is_direct or link.verdict == Verdict.SAME)
    was = Before(link.earlier, before, matches) if is_set_beside else None
    return QuestionFigure(
        question=question,
        n=Share(row.n_answered, row.n_asked),
        groups=tuple(_groups(question, row, was)),
        numbers=tuple(_numbers(question, row.counts.get("numbers", {}))),
        numbers_before=tuple(_numbers(question, was.row.counts.get("numbers", {}))) if was else (),
        states=tuple((capfirst(str(Answer.State(state).label)), n) for state, n in row.states.items() if n),
        n_unchanged=row.n_unchanged,
        link=link,
        year_before=year,
        n_before=Share(before.n_answered, before.n_asked) if was else None,
        together=tuple(_together(question, row, was)) if was else (),
    )


@dataclass(frozen=True)
class Before:
    """The earlier year's question with its counts, and which of its options a person has matched with later ones."""

    question: Question
    row: QuestionResult
    matches: list

    def key_of(self, later):
        """Return the key of the one earlier option that says the same as the later one, or None."""
        mine = [earlier for earlier, match in self.matches if match == later]
        if not mine:
            return None if later in {earlier for earlier, _match in self.matches} else later
        is_alone = len(mine) == 1 and sum(earlier == mine[0] for earlier, _match in self.matches) == 1
        return mine[0] if is_alone else None


def _groups(question, row, was):
    counts, counts_before = row.counts, was.row.counts if was else {}
    if "chosen" in counts:
        yield Group("", _lines(question, counts["chosen"], row.n_answered, was, counts_before.get("chosen")))
        if question.kind == Kind.RANKING and "first" in counts:
            lines = _lines(question, counts["first"], row.n_answered, was, counts_before.get("first"))
            yield Group(_("In the first place"), lines)
    elif question.kind in MATRICES:
        for part in question.rows.all():
            chosen = counts.get("rows", {}).get(part.key)
            if chosen is not None:
                # How many answered just this row is known where each of them chose one.
                n = sum(chosen.values()) if question.kind == Kind.MATRIX_SINGLE else row.n_answered
                yield Group(part.label, _lines(question, chosen, n, None, None))


def _lines(question, chosen, n, was, chosen_before):
    lines = []
    for option in question.options.all():
        key = was.key_of(option.key) if chosen_before else None
        before = Share(chosen_before[key], was.row.n_answered) if key in (chosen_before or {}) else None
        lines.append(Line(option.key, str(option), Share(chosen.get(option.key, 0), n), before))
    return tuple(lines)


def _together(question, row, was):
    """Yield in words an earlier option that became several: how many chose it, and how many any of these now."""
    if question.kind not in ONE_CHOICE or not was.matches:
        return
    chosen, before = row.counts.get("chosen", {}), was.row.counts.get("chosen", {})
    labels = {option.key: str(option) for option in was.question.options.all()}
    for earlier in dict.fromkeys(each for each, _later in was.matches):
        later = [match for each, match in was.matches if each == earlier]
        if len(later) > 1 and earlier in before:
            now = Share(sum(chosen.get(key, 0) for key in later), row.n_answered)
            yield _("“%(option)s” before: %(before)s; the options that say the same now together: %(now)s.") % {
                "option": labels.get(earlier, earlier), "now": share_in_words(now),
                "before": share_in_words(Share(before[earlier], was.row.n_answered)),
            }  # fmt: skip


def _numbers(question, numbers):
    """Yield (what, figure in words) of numbers: the region's mean, median and ends, over those who answered."""
    if not numbers or question.kind not in NUMBERS:
        return
    unit = question.unit or _UNITS.get(question.kind, "")
    names = {"median": _("median"), "mean": _("mean"), "least": _("least"), "most": _("most")}
    for key, name in names.items():
        if key in numbers:
            number = Decimal(numbers[key])
            words = numbers[key] if question.kind == Kind.YEAR else plain_number(number, 2)
            yield name, f"{words} {unit}".strip()


def stuck_share(figure):
    """Return the Share of those whose answer gives no points yet, of those who answered; None where it has no points.

    Only of questions with one choice: of others the counts do not tell who gets none.
    """
    if not figure.groups:
        return None
    return share_without_points(figure.question, {line.key: line.share.count for line in figure.groups[0].lines})


def share_without_points(question, counts):
    """Return what `stuck_share` does, of a question and its {option's key: how many chose it}."""
    return _share_with(question, counts, lambda points: points == 0)


def share_with_most_points(question, counts):
    """Return the Share of those whose answer gives all the points that it can, like `share_without_points`."""
    return _share_with(question, counts, lambda points: points == question.most_points)


def _share_with(question, counts, is_meant):
    if question.kind not in ONE_CHOICE or not counts or not question.is_scored:
        return None
    options = [each for each in question.options.all() if each.points is not None]
    n = sum(counts.get(each.key, 0) for each in options)
    return Share(sum(counts.get(each.key, 0) for each in options if is_meant(each.points)), n) if n else None
