"""One theme of a round for whoever answers: its form, what stands beside each question, what waits for a choice."""

from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.days import clock_time, plain_day
from common.kept import kept_in_each_language
from surveys.answering import Outcome, confirm_unchanged, locked_sheet, save_on, seen_mark, version_in
from surveys.forms import build_theme_form
from surveys.models import Answer, Comparability, Delegation, PendingSave, Question
from surveys.models.questions import Kind
from surveys.pending import FormToken, check_choices, choices_of, keep_conflicts, settle
from surveys.sheet import Sheet
from surveys.told import confirmed_in_words, source_in_words, told
from surveys.uploads import put_files_beside, take_files


@dataclass(frozen=True)
class Answerer:
    """Who answers, and how it came: an account with a role there, or a colleague by a link.

    `post` is whose words an interviewer writes down.
    """

    account: User | None = None
    delegation: Delegation | None = None
    source: str = Answer.Source.FORM
    post: str = ""

    @property
    def said(self):
        """What the functions of answering take."""
        return {"by": self.account, "source": self.source, "delegation": self.delegation, "post": self.post}

    @property
    def owner(self):
        """Whose unsaved forms are in question."""
        return {"account": self.account, "delegation": self.delegation}


@dataclass(frozen=True)
class Standing:
    """What stands beside a question: the mark of what its field shows, who said that, and what was said last year."""

    mark: str
    who: str
    is_unchanged: bool
    earlier: list = field(default_factory=list)
    earlier_who: str = ""
    may_confirm: bool = False
    not_compared: str = ""

    @property
    def shape(self):
        """What of its markup differs, besides texts."""
        return bool(self.who), self.is_unchanged, len(self.earlier), self.may_confirm, self.not_compared


class ThemePage:
    """A theme of a `sheet` for an Answerer; with `may_write` its form may be filled in.

    Without `names` posts stand beside the answers, without `private` no answer that is for the coordinator alone.
    `facts` are what the registry knows, {question's id: Beside}; `file_url` makes the address of an AnswerFile.
    """

    is_numbered = True

    def __init__(self, sheet, round_theme, answerer, *, may_write, names=True, private=True, facts=None, file_url=None):
        self.sheet, self.theme, self.answerer, self.private = sheet, round_theme, answerer, private
        self.may_write = may_write and sheet.round.is_open and not sheet.response.is_submitted
        self.names = names
        self.facts, self.file_url = facts or {}, file_url or (lambda _file: "")

    @property
    def response(self):
        """The municipality's Response."""
        return self.sheet.response

    @cached_property
    def questions(self):
        """What the theme asks of the municipality, in order."""
        return [question for question in self.sheet.questions if question.round_theme_id == self.theme.pk]

    @property
    def name(self):
        """The theme's name, which may change at any time."""
        return next(theme.theme.name for theme in self.sheet.themes if theme.pk == self.theme.pk)

    @cached_property
    def progress(self):
        """How far the theme is."""
        return next(each for each in self.sheet.progress() if each.theme.pk == self.theme.pk)

    @cached_property
    def choices(self):
        """The versions between which the answerer has to choose."""
        if not getattr(self.response, "has_waiting", True):
            return []
        rows = PendingSave.objects.waiting_for(self.response, **self.answerer.owner)
        return choices_of(self.sheet, [row for row in rows if row.round_theme_id == self.theme.pk])

    @property
    def token(self):
        """What lets the form outlive its session; empty for a link, which has none."""
        if self.answerer.account is None:
            return ""
        return FormToken(self.answerer.account.pk, self.response.pk, self.theme.pk).signed()

    @property
    def of_files(self):
        """The questions that are answered with files."""
        return [question for question in self.questions if question.kind == Kind.FILE]

    def form(self, data=None, file_errors=None):
        """Return the ThemeForm as it is saved, or as it was sent in `data`, with what stands beside each question."""
        files = {pk: (answer.value or {}).get("files", ()) for pk, answer in self.sheet.answers.items()}
        is_spoken = self.answerer.source in Answer.SPOKEN
        said = {"answers": self.sheet.answers, "data": data, "files": files}
        form = build_theme_form(self.questions, **said, is_numbered=self.is_numbered, is_spoken=is_spoken)
        shown = self.sheet.shown if data is None else form.shown(self.sheet.questions, self.sheet.values)
        for asked in form.asked:
            asked.is_hidden = asked.question.pk not in shown
            asked.hides_note = self.answerer.delegation is not None
            if asked.question.is_asked:
                asked.standing = self._standing(asked.question, data)
        put_files_beside(form, self.sheet.answers, self.file_url, file_errors)
        return form

    def read(self):
        """Return the questions that are asked now with what has been answered, for reading."""
        return [
            ReadAnswer(
                question,
                self._lines(question, answer),
                self._who(answer),
                is_missing=question in self.sheet.missing,
                beside=self.facts.get(question.pk) if self._may_read(question) else None,
            )
            for question in self.questions
            if question.is_asked and question.pk in self.sheet.shown
            for answer in [self.sheet.answers.get(question.pk)]
        ]

    def _standing(self, question, data):
        answer = self.sheet.answers.get(question.pk)
        mark = seen_mark(answer, answer.version if answer else 0)
        earlier = self.sheet.earlier.get(question.pk)
        comparison = self.sheet.questionnaire.comparisons.get(question.pk)
        is_changed = comparison is not None and comparison.verdict == Comparability.Verdict.CHANGED
        return Standing(
            # What came with the form goes on with it, so that a second try still tells what was seen. Files are
            # saved although another field is wrong: theirs is that of the answer which is shown now.
            mark=mark if question.kind == Kind.FILE else (data or {}).get(f"{question.key}--seen", mark)[:40],
            who=self._who(answer),
            is_unchanged=bool(answer and answer.is_unchanged),
            earlier=told(question, earlier),
            earlier_who=said_by(earlier, names=False) if earlier else "",
            may_confirm=earlier is not None and question.kind != Kind.FILE and not (answer and answer.is_unchanged),
            not_compared=(comparison.reason or _("The question has changed.")) if is_changed else "",
        )

    def _lines(self, question, answer):
        lines = told(question, answer)
        if lines and not self._may_read(question):
            return [_("Answered; the coordinator and those who answer for the municipality read it.")]
        return lines

    def _may_read(self, question):
        return self.private or question.publicity != Question.Publicity.PRIVATE

    def _who(self, answer):
        return said_by(answer, names=self.names) if answer is not None else ""


@dataclass(frozen=True)
class ReadAnswer:
    """A question with its answer in words, who said so, whether it is missing, and what the registry knows."""

    question: object
    lines: list
    who: str
    is_missing: bool
    beside: object = None

    @property
    def anchor(self):
        """Where the question stands on its theme's page."""
        return f"q-{self.question.key}"


def said_by(answer, *, names):
    """Return by whom, how and when an Answer was given, and whether what was said aloud has been confirmed.

    By post; with `names` (`with_answerer`) also by the name of the account's person.
    """
    moment = timezone.localtime(answer.answered_at)
    name = answer.answerer_name if names else ""
    is_own = name and answer.answerer_post and answer.source not in Answer.SPOKEN
    who = f"{name}, {answer.answerer_post}" if is_own else answer.answerer_post
    if answer.source not in {Answer.Source.FORM, Answer.Source.DELEGATE}:
        who = f"{who} ({source_in_words(answer, recorder=name)})"
    said = _said_at(moment.date(), moment.hour, moment.minute) % {"who": who}
    return ", ".join(filter(None, [said, confirmed_in_words(answer)]))


@kept_in_each_language(4096)
def _said_at(day, hour, minute):
    words = {"who": "%(who)s", "day": plain_day(day), "time": clock_time(hour, minute)}
    return _("%(who)s, %(day)s at %(time)s") % words


def clock(moment):
    """Return the time of a moment as people write it."""
    moment = timezone.localtime(moment)
    return clock_time(moment.hour, moment.minute)


@dataclass
class Taken:
    """What became of a sent form: the Outcome, whether versions wait for a choice, and what was refused besides."""

    outcome: Outcome
    problem: str = ""
    file_errors: dict = field(default_factory=dict)

    @property
    def is_whole(self):
        """Whether everything is saved."""
        return not (self.outcome.invalid or self.outcome.conflicts or self.problem or self.file_errors)


@transaction.atomic
def take_form(read_page, data, files):
    """Save what a sent form says, its files too, and confirm what was said to be "unchanged".

    `read_page` is called inside the transaction and returns the ThemePage, with its response
    locked or not. Returns (the ThemePage, Taken). What lies beside somebody else's newer
    answers is kept until its person chooses.
    Raises ValidationError with code "not_open" or "submitted"; nothing is saved then.
    """
    page = read_page()
    key, mark, typed = data.get("unchanged", ""), "", data
    if key:  # what is said to be unchanged is not read from its field as well
        typed = data.copy()
        mark = typed.pop(f"{key}--seen", [""])[0]
    sheet = page.sheet if page.sheet.is_locked else locked_sheet(page.response)
    outcome = save_on(sheet, page.theme, typed, **page.answerer.said)
    taken = Taken(outcome)
    question = next((each for each in page.questions if key and each.key == key), None)
    if question is not None:
        try:
            with transaction.atomic():
                confirmed = confirm_unchanged(page.response, question, version=version_in(mark), **page.answerer.said)
            outcome.saved += confirmed.saved
            if confirmed.conflicts:
                taken.problem = _("Somebody else has answered this question meanwhile. Their answer stands now.")
        except ValidationError as refused:
            taken.problem = refused.messages[0]
    if outcome.conflicts:
        keep_conflicts(page.response, page.theme, typed, outcome.conflicts, **page.answerer.owner)
    if page.of_files:
        versions = {each.pk: version_in(data.get(f"{each.key}--seen", "")) for each in page.of_files}
        said = {"versions": versions, **page.answerer.said}
        taken.file_errors = take_files(page.response, page.of_files, data, files, **said)
    return page, taken


def appeared(page, names):
    """Return the name of the first of these questions that is asked now, after a save, or ""; `names` were hidden."""
    if not names:
        return ""
    shown = Sheet(page.sheet.round, page.sheet.municipality, page.response).shown
    return next((each.key for each in page.questions if each.key in names and each.pk in shown), "")


@transaction.atomic
def take_choice(page, data):
    """Save what was chosen between two versions; return the Outcome.

    Raises ValidationError with code "not_chosen", "not_open" or "submitted".
    """
    check_choices(page.choices, data)
    return settle(page.response, page.choices, data, **page.answerer.said)
