"""A municipality's page of results: from a MunicipalityRows, so that the preview and the edition show the same.

`municipality_page(rows)` is enough for the preview; what is published brings `Around` along: the
other municipalities, the year before, comments. Each figure opens to how it came about (rule 5 of docs/rules.md).
"""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.days import plain_day
from common.numbers import plain_number
from registry.figures import Share
from surveys.models import Answer, Kind, MunicipalityResult, Question, ResultAnswer
from surveys.models.questions import TEXTS
from surveys.result_years import Change, Link
from surveys.results import DASH, TOTAL, Mean, Printed, mean_of
from surveys.scoring import Outcome
from surveys.told import told

State = Answer.State


@dataclass(frozen=True)
class Said:
    """A public comment of the municipality, or that the coordinator looks at the figure again; never a name."""

    text: str
    who: str
    is_under_review: bool


@dataclass(frozen=True)
class AnswerFigure:
    """A public question with what became of it: the answer, who says so, and how it counts."""

    question: Question
    answer: ResultAnswer
    said: tuple = ()
    link: Link | None = None
    answer_before: ResultAnswer | None = None
    year_before: int | None = None

    @property
    def wording(self):
        """The question as it was asked."""
        return self.question.wording or self.question.key

    @property
    def is_known(self):
        """Whether there is an answer: a reason for having none is not one."""
        return self.answer.state == State.ANSWERED

    @cached_property
    def lines(self):
        """What was answered, line by line; a reason for having no answer in words."""
        return _lines(self.question, self.answer)

    @property
    def registry_words(self):
        """What the registry knows, where it counts in place of the answer; else empty."""
        if not self.answer.by_registry:
            return ""
        options = {option.key: str(option) for option in self.question.options.all()}
        return options.get(self.answer.by_registry, self.answer.by_registry)

    @property
    def counted_words(self):
        """What gives the points, in words: the answer, or what the registry knows where that counts."""
        return self.registry_words or "; ".join(self.lines)

    @property
    def who(self):
        """Who says so: the municipality itself, by which post, on which day, how, and whether it is confirmed."""
        if self.answer.state == State.UNANSWERED:
            return ""
        parts = [_("the municipality's own statement"), self.answer.answerer_post]
        parts.append(plain_day(self.answer.answered_on) if self.answer.answered_on else "")
        parts.append(str(self.answer.get_source_display()))
        if self.answer.is_confirmed is not None:
            parts.append(_("confirmed") if self.answer.is_confirmed else _("not confirmed yet"))
        if self.answer.is_unchanged:
            parts.append(_("said to be unchanged"))
        return ", ".join(filter(None, parts))

    @property
    def is_counted(self):
        """Whether it is in a score."""
        return self.answer.outcome == Outcome.COUNTED

    @property
    def is_free_text(self):
        """Whether the lines are the answerer's own words, in the answerer's language."""
        return self.is_known and self.question.kind in TEXTS

    @property
    def gives_points(self):
        """Whether the question can give points, to this municipality or to others."""
        asked = self.question
        return bool(self.answer.outcome and asked.round_theme.is_scored and asked.is_scored and asked.most_points > 0)

    @property
    def points_words(self):
        """The points, a dash where it does not count."""
        return plain_number(self.answer.points, 2) if self.is_counted else DASH

    @property
    def maximum_words(self):
        """What the best answer gives."""
        most = self.question.most_points
        return DASH if most is None else plain_number(most)

    @property
    def weight_words(self):
        """How much the question counts in its theme."""
        return plain_number(self.question.weight)

    @property
    def outcome_words(self):
        """What became of it in the score."""
        return str(Outcome(self.answer.outcome).label) if self.answer.outcome else ""

    @property
    def has_most(self):
        """Whether it gives all the points that it can: a strength."""
        return self.is_counted and self.answer.points >= self.question.most_points > 0

    @property
    def has_less(self):
        """Whether it counts and another answer would give more: something that is missing."""
        return self.is_counted and self.answer.points < self.question.most_points

    @property
    def lines_before(self):
        """What was answered the year before, where the two years compare; else none."""
        if self.answer_before is None or self.link is None or not self.link.is_comparable:
            return []
        return _lines(self.link.earlier, self.answer_before)

    @property
    def is_as_before(self):
        """Whether the answer reads as the year before."""
        return self.lines == self.lines_before

    @property
    def why_not_before(self):
        """Why nothing of the year before stands beside it; empty where it does, or where there is no such year."""
        if self.link is None or self.link.is_comparable:
            return ""
        return ": ".join(filter(None, [self.link.words, self.link.reason]))


def _lines(question, answer):
    """Return an answer in words, without its evidence, which is a link of its own."""
    if answer.state == State.UNANSWERED:
        if answer.outcome == Outcome.NOT_ASKED:
            return [_("Not asked after the earlier answers")]
        return [_("Asked of other municipalities") if answer.outcome == Outcome.NOT_CONCERNED else _("Not answered")]
    if question.kind == Kind.CONTACT and answer.state == State.ANSWERED:
        return [_("Contact details given; they are not shown here")]
    lines = [str(line) for line in told(question, answer)]
    return lines[:-1] if answer.state == State.ANSWERED and answer.evidence_url else lines


@dataclass(frozen=True)
class ScoreFigure:
    """A theme's, a criterion's or the total's score with everything that belongs beside it."""

    kind: str
    key: str
    name: str
    printed: Printed
    answers: tuple = ()
    region_mean: Mean | None = None
    size_mean: Mean | None = None
    change: Change | None = None
    why_no_change: str = ""

    @property
    def subject(self):
        """By what others are found: (kind, key)."""
        return self.kind, self.key

    @property
    def points_words(self):
        """The weighted points, with at most two decimals; "≈" before what is rounded."""
        return _weighed(self.printed.points)

    @property
    def maximum_words(self):
        """The most that the municipality could have got from what is known, as `points_words`."""
        return _weighed(self.printed.maximum)

    @property
    def bar(self):
        """The score as the length of a bar of 100; None without one."""
        return None if self.printed.value is None else round(self.printed.value)


def _weighed(number):
    if number is None:
        return DASH
    return plain_number(number, 2) if number == round(number, 2) else f"≈ {plain_number(number, 2)}"


@dataclass(frozen=True)
class ThemeAnswers:
    """The public answers of one theme, in order."""

    key: str
    name: str
    answers: tuple

    @property
    def n_known(self):
        """Of how many of the questions there is an answer."""
        return Share(sum(each.is_known for each in self.answers), len(self.answers))


@dataclass(frozen=True)
class Around:
    """What stands beside a municipality's own rows: the others' Standings, the year before, and comments.

    `answers_before` is {question's id: ResultAnswer} of the year before, `comments` are ReplyComments.
    """

    standings: list = field(default_factory=list)
    scores_before: dict = field(default_factory=dict)
    answers_before: dict = field(default_factory=dict)
    years: object = None
    comments: list = field(default_factory=list)


@dataclass(frozen=True)
class MunicipalityPage:
    """Everything that a municipality's page of results tells."""

    result: MunicipalityResult
    name: str
    themes: tuple
    criteria: tuple
    total: ScoreFigure | None
    answers: tuple
    said: tuple

    @property
    def has_answered(self):
        """Whether it sent in its answers."""
        return self.result.state == MunicipalityResult.State.ANSWERED

    @property
    def state_words(self):
        """What it did, in words."""
        return str(self.result.get_state_display())

    @property
    def size_name(self):
        """Its size class on the round's first day, or ""."""
        return str(self.result.size_class) if self.result.size_class_id else ""

    @property
    def n_known(self):
        """How many of the questions that it was asked it answered, as a Share."""
        return Share(self.result.n_answered, self.result.n_asked)

    @property
    def is_under_review(self):
        """Whether the coordinator looks at something here again."""
        return any(each.is_under_review for each in self.said) or any(
            said.is_under_review for theme in self.answers for each in theme.answers for said in each.said
        )

    @cached_property
    def all_answers(self):
        """Every AnswerFigure, in order."""
        return [each for theme in self.answers for each in theme.answers]

    @property
    def strengths(self):
        """The answers that give all the points that they can."""
        return [each for each in self.all_answers if each.has_most]

    @property
    def missing(self):
        """The answers that count and do not give all the points that they could."""
        return [each for each in self.all_answers if each.has_less]


def municipality_page(rows, around=None):
    """Return the MunicipalityPage of a MunicipalityRows; `around` (an Around) adds the others, years and comments.

    The rows' questions come with their structure, their scores with themes and criteria. Makes no query.
    """
    around = around or Around()
    said = {}
    for comment in around.comments:
        said.setdefault(comment.question_id, []).append(_said(comment))
    answers = [_answer(row, around, tuple(said.get(row.question_id, ()))) for row in rows.answers]
    scores = [_score(row, answers, rows.result, around) for row in rows.scores]
    by_theme = {}
    for each in answers:
        by_theme.setdefault(each.question.round_theme, []).append(each)
    return MunicipalityPage(
        result=rows.result,
        name=rows.result.municipality.name,
        themes=tuple(each for each in scores if each.kind == "theme"),
        criteria=tuple(each for each in scores if each.kind == "criterion"),
        total=next((each for each in scores if each.subject == TOTAL), None),
        answers=tuple(ThemeAnswers(each.theme.key, str(each), tuple(some)) for each, some in by_theme.items()),
        said=tuple(said.get(None, ())),
    )


def _said(comment):
    """Return a ReplyComment as it stands beside a figure: its words only where they are public and not taken back."""
    is_shown = comment.is_public and comment.withdrawn_at is None
    who = [comment.commented_post, plain_day(timezone.localdate(comment.commented_at))] if is_shown else []
    return Said(
        text=comment.text if is_shown else "",
        who=", ".join(filter(None, who)),
        is_under_review=comment.decision == comment.Decision.UNDER_REVIEW,
    )


def _answer(row, around, said):
    link = around.years.links.get(row.question_id) if around.years else None
    before = around.answers_before.get(link.earlier.pk) if link and link.earlier else None
    return AnswerFigure(row.question, row, said, link, before, around.years.year if around.years else None)


def _score(row, answers, result, around):
    if row.round_theme_id:
        kind, key, name = "theme", row.round_theme.theme.key, str(row.round_theme)
        own = [each for each in answers if each.question.round_theme_id == row.round_theme_id]
    elif row.criterion_id:
        kind, key, name = "criterion", row.criterion.key, str(row.criterion)
        own = [each for each in answers if each.question.criterion_id == row.criterion_id]
    else:
        (kind, key), name, own = TOTAL, _("All themes"), []
    subject = kind, key
    value = None if row.value is None else Decimal(row.value)
    printed = Printed(value, Share(row.n_known, row.n_applying), row.points, row.maximum)
    # Where no other stands beside it, as in a preview, there is nothing to compare with.
    same_size = [each for each in around.standings if each.size_key == _size_key(result) is not None]
    return ScoreFigure(
        kind,
        key,
        capfirst(name),
        printed,
        tuple(each for each in own if each.gives_points),
        mean_of(around.standings, subject) if around.standings else None,
        mean_of(same_size, subject) if around.standings and result.size_class_id else None,
        around.years.change(subject, value, _before(around, subject)) if around.years else None,
        around.years.why_not(subject) if around.years else "",
    )


def _size_key(result):
    return result.size_class.key if result.size_class_id else None


def _before(around, subject):
    printed = around.scores_before.get(subject)
    return printed and printed.value
