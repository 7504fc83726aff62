"""What of two published years may be compared, and why not where it may not (rule 3 of docs/rules.md, docs/adr/0032).

A question compares with the one from which it came where a person has said that the two are the
same or reworded but comparable; over rounds between them the weakest verdict holds. A score
compares where all its questions do, none is new or left out, and weights and points are as they were.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.numbers import plain_number
from surveys.comparing import STRENGTH
from surveys.models import Comparability, Question
from surveys.scoring import scored_questions

Verdict = Comparability.Verdict


@dataclass(frozen=True)
class Link:
    """How a question compares with the earlier year's: the Verdict, the reader's reason, and the earlier question."""

    verdict: Verdict
    reason: str = ""
    earlier: Question | None = None

    @property
    def is_comparable(self):
        """Whether a difference between the two years may be shown."""
        return self.verdict in {Verdict.SAME, Verdict.REWORDED}

    @property
    def words(self):
        """The verdict in words."""
        return str(self.verdict.label)


@dataclass(frozen=True)
class Change:
    """The change of a score from one published year to the next, in points."""

    points: Decimal
    year: int
    earlier: Decimal

    @property
    def signed(self):
        """The change with its sign: +8,3."""
        return f"{'+' if self.points > 0 else '−' if self.points < 0 else '±'}{plain_number(abs(self.points), 1)}"

    @property
    def words(self):
        """The change in words, with what it is from."""
        values = {"year": self.year, "points": plain_number(abs(self.points), 1)}
        if not self.points:
            return _("as in %(year)s") % values
        if self.points > 0:
            return _("%(points)s points more than in %(year)s") % values
        return _("%(points)s points less than in %(year)s") % values


@dataclass(frozen=True)
class Years:
    """An edition's questions beside those of the edition of the year before."""

    questions: list
    questions_before: list
    questions_between: list
    same_scoring: bool
    year: int

    @cached_property
    def links(self):
        """{question's id: Link} of each of this year's questions."""
        earlier = {each.pk: each for each in self.questions_before}
        between = {each.pk: each for each in self.questions_between}
        return {each.pk: _link(each, earlier, between) for each in self.questions}

    @cached_property
    def _before(self):
        return {each.pk: each for each in scored_questions(self.questions_before)}

    @cached_property
    def _now(self):
        return scored_questions(self.questions)

    def why_not(self, subject):
        """Return why a subject's scores of the two years are not compared; empty where they are."""
        if not self.same_scoring:
            return _("The scores of %(year)s were counted by other rules.") % {"year": self.year}
        now = [each for each in self._now if subject in _subjects(each)]
        before = {pk for pk, each in self._before.items() if subject in _subjects(each)}
        if not before:
            return _("%(year)s has no such score.") % {"year": self.year}
        kept, n_other = set(), 0
        for question in now:
            link = self.links[question.pk]
            was = self._before.get(link.earlier.pk) if link.is_comparable and link.earlier else None
            if was is None or was.pk not in before or _weighs(was) != _weighs(question):
                n_other += 1
            else:
                kept.add(was.pk)
        n_other += len(before - kept - {self.links[each.pk].earlier.pk for each in now if self.links[each.pk].earlier})
        if not n_other:
            return ""
        return ngettext(
            "Not compared with %(year)s: %(n)s question is new, asked otherwise, weighs otherwise or was left out.",
            "Not compared with %(year)s: %(n)s questions are new, asked otherwise, weigh otherwise or were left out.",
            n_other,
        ) % {"year": self.year, "n": n_other}

    def change(self, subject, now, earlier):
        """Return the Change between two printed scores; None where there is not both, or they are not compared."""
        if now is None or earlier is None or self.why_not(subject):
            return None
        return Change(now - earlier, self.year, earlier)


def _subjects(question):
    """Yield the subjects whose score the question is in."""
    yield "theme", question.round_theme.theme.key
    yield "total", ""
    if question.criterion_id:
        yield "criterion", question.criterion.key


def _weighs(question):
    return question.weight, question.most_points, question.round_theme.weight


def _link(question, earlier, between):
    """Return the Link of a question to one of the `earlier` ones, by way of those of rounds `between`."""
    verdicts, at = [], question
    while at is not None:
        row = getattr(at, "comparability", None)
        if row is None or row.from_question_id is None:
            break
        verdicts.append(row)
        if row.from_question_id in earlier:
            weakest = max(verdicts, key=lambda each: STRENGTH.index(each.verdict))
            return Link(Verdict(weakest.verdict), weakest.reason, earlier[row.from_question_id])
        at = between.get(row.from_question_id)
    return Link(Verdict.NEW)


def years_of(results):
    """Return the Years of an EditionResults, or None where there is no year before."""
    if results.before is None:
        return None
    return Years(
        results.questions,
        results.questions_before,
        results.questions_between,
        results.before.scoring_version == results.edition.scoring_version,
        results.before.round.year,
    )
