"""The screen made for speaking: one question at a time, what is left, where to go on."""

from dataclasses import dataclass
from functools import cached_property

from surveys.models import InterviewNote
from surveys.sheet import Sheet
from surveys.theme_page import Answerer, ThemePage


class QuestionPage(ThemePage):
    """A theme's page with one of its questions; everything else is as there."""

    is_numbered = False

    def __init__(self, sheet, question, answerer, **more):
        super().__init__(sheet, question.round_theme, answerer, may_write=True, **more)
        self.question = question

    @property
    def questions(self):
        """The one question."""
        return [self.question]


@dataclass(frozen=True)
class Step:
    """A question in the overview."""

    question: object
    is_answered: bool
    is_here: bool


@dataclass(frozen=True)
class Part:
    """A theme in the overview."""

    theme: object
    steps: list

    @property
    def n_answered(self):
        """How many have an answer or a reason."""
        return sum(step.is_answered for step in self.steps)

    @property
    def is_here(self):
        """Whether the question that is being asked is among them."""
        return any(step.is_here for step in self.steps)


class InterviewPage:
    """An interview of a `sheet` for the interviewer, at the question with `key` or where it was left."""

    def __init__(self, sheet, interview, account, *, key="", file_url=None):
        self.sheet, self.interview, self.account, self.file_url = sheet, interview, account, file_url
        self.round, self.municipality, self.response = sheet.round, sheet.municipality, sheet.response
        self._key = key

    @cached_property
    def question(self):
        """The question that is asked now; None when all have been gone through."""
        counted = self.sheet.counted
        wanted = next((each for each in counted if each.key == self._key), None)
        if wanted is not None:
            return wanted
        here = self.interview.at_question_id
        at = next((each for each in self.sheet.questions if each.pk == here), None)
        if at is not None:
            # What it was left at may not be asked any more: the next one that is.
            return next((each for each in counted if each.place >= at.place), None)
        return next((each for each in counted if not self.sheet.has_answer(each)), None)

    @cached_property
    def page(self):
        """The QuestionPage of the question."""
        answerer = Answerer(self.account, source=self.interview.source, post=self.interview.post)
        return QuestionPage(self.sheet, self.question, answerer, file_url=self.file_url)

    @property
    def number(self):
        """Which of the questions that count it is."""
        return self.sheet.counted.index(self.question) + 1

    @property
    def n_asked(self):
        """How many count now."""
        return len(self.sheet.counted)

    @property
    def n_answered(self):
        """How many have an answer or a reason."""
        return sum(self.sheet.has_answer(question) for question in self.sheet.counted)

    @property
    def n_left(self):
        """How many are open."""
        return self.n_asked - self.n_answered

    @cached_property
    def before(self):
        """The question before this one, or None."""
        earlier = [each for each in self.sheet.counted if each.place < self.question.place]
        return earlier[-1] if earlier else None

    @property
    def explanations(self):
        """What is told right before the question."""
        told = []
        for each in self.sheet.questions:
            if each.pk == self.question.pk:
                return told
            if each.is_asked:
                told = [] if each.pk in self.sheet.shown else told
            elif each.pk in self.sheet.shown and each.round_theme_id == self.question.round_theme_id:
                told.append(each)
        return told

    @cached_property
    def note(self):
        """The interviewer's note on the question, or ""."""
        found = InterviewNote.objects.of_question(self.interview, self.question)
        return found.text if found else ""

    @cached_property
    def parts(self):
        """The overview: each theme with its questions."""
        parts = {theme.pk: Part(theme, []) for theme in self.sheet.themes}
        for question in self.sheet.counted:
            step = Step(question, self.sheet.has_answer(question), question == self.question)
            parts[question.round_theme_id].steps.append(step)
        return [part for part in parts.values() if part.steps]


def following(sheet, question):
    """Return the next question that is asked after `question` with the answers as they are saved now, or None."""
    fresh = Sheet(sheet.round, sheet.municipality, sheet.response)
    return next((each for each in fresh.counted if each.place > question.place), None)
