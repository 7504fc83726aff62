"""What was typed and could not be saved at once is kept until its person has chosen (rule 12 of docs/rules.md).

A form that outlives its session carries a token: for whom it was made and of which theme.
What comes with it after the session is kept for that account, and shown to nobody else.
"""

from dataclasses import dataclass

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from surveys.answering import save_answers, seen_mark, version_in
from surveys.models import Answer, PendingSave, Question, Response, RoundTheme
from surveys.reading import Reading, read_answer
from surveys.told import told

_SALT = "surveys.pending"
TOKEN_DAYS = 30
MINE, SAVED = "mine", "saved"


@dataclass(frozen=True)
class FormToken:
    """For whom a form was made, and of which response and theme; numbers alone."""

    account: int
    response: int
    round_theme: int

    def signed(self):
        """Return the token as it stands in the form."""
        return signing.dumps([self.account, self.response, self.round_theme], salt=_SALT)


def read_token(text):
    """Return the FormToken of a form, or None for one that is forged or older than 30 days."""
    try:
        return FormToken(*signing.loads(text, salt=_SALT, max_age=TOKEN_DAYS * 24 * 60 * 60))
    except (signing.BadSignature, TypeError, ValueError):
        return None


@transaction.atomic
def keep_expired(token, data):
    """Keep for the account of `token` what came in when its session was over; return the PendingSave, or None.

    None when the response or the account is gone, or nothing came. Nothing is read or
    saved of it: that is for the person, when they have signed in again.
    """
    response = Response.objects.select_for_update(no_key=True).filter(pk=token.response).first()
    round_theme = RoundTheme.objects.filter(pk=token.round_theme, round=getattr(response, "round_id", None)).first()
    if response is None or round_theme is None or not User.objects.filter(pk=token.account).exists():
        return None
    asked = Question.objects.for_municipalities().filter(round_theme=round_theme).select_related("indicator")
    keys = [question.key for question in asked if f"{question.key}--seen" in data]
    return _keep(response, round_theme, data, keys, PendingSave.Cause.EXPIRED, {"account_id": token.account})


@transaction.atomic
def keep_conflicts(response, round_theme, data, conflicts, *, account=None, delegation=None):
    """Keep what was typed beside somebody else's newer answers; return the PendingSave, or None without conflicts."""
    keys = [conflict.question.key for conflict in conflicts]
    owner = {"account": account, "delegation": delegation}
    return _keep(response, round_theme, data, keys, PendingSave.Cause.CONFLICT, owner)


def _keep(response, round_theme, data, keys, cause, owner):
    """Write the inputs of these questions down, over what was kept of the same questions before."""
    body = {key: _inputs_of(key, data) for key in keys}
    if not body:
        return None
    which = {"response": response, "round_theme": round_theme, "settled_at": None, **owner}
    pending = PendingSave.objects.filter(**which).first() or PendingSave(body={}, **which)
    pending.body |= body
    pending.cause, pending.received_at = cause, timezone.now()
    pending.versions |= {key: data.get(f"{key}--seen", "")[:40] for key in keys}
    pending.save()
    return pending


def _inputs_of(key, data):
    """Return the inputs of one question with everything that stood in them."""
    return {
        name: [text.replace("\x00", "\ufffd") for text in data.getlist(name)]
        for name in data
        if (name == key or name.startswith(f"{key}--")) and not name.endswith("--seen")
    }


@dataclass(frozen=True, eq=False)
class Choice:
    """Two versions of one answer beside each other: what waits, and what is saved."""

    question: Question
    pending: PendingSave
    reading: Reading
    saved: Answer | None
    raw: tuple[str, ...]

    @property
    def name(self):
        """The name of its radio buttons."""
        return f"{self.question.key}--pick"

    @property
    def version(self):
        """The version of the saved answer that is shown."""
        return self.saved.version if self.saved else 0

    @property
    def is_open(self):
        """Whether there is something to choose: it was touched, and is not what is saved anyway."""
        mark = self.pending.versions.get(self.question.key, "")
        is_untouched = seen_mark(self.reading, version_in(mark)) == mark
        is_same = seen_mark(self.reading, 0) == seen_mark(self.saved, 0)
        return bool(self.reading.errors) or not (is_untouched or is_same)

    @property
    def typed_lines(self):
        """What waits, in words; as it was typed where it cannot be read."""
        if self.reading.errors:
            return list(self.raw)
        return told(self.question, self.reading) or [_("left empty")]

    @property
    def saved_lines(self):
        """What is saved, in words."""
        return told(self.question, self.saved) or [_("no answer")]

    @property
    def problem(self):
        """Why what waits cannot be saved as it is; empty when it can."""
        return next(iter(self.reading.errors.values()), "")


def choices_of(sheet, pendings):
    """Return the Choices of what waits, in the order of the questions; what is saved already just so is no choice."""
    found = [
        _choice(question, pending, pending.body[question.key], sheet.answers.get(question.pk))
        for question in sheet.questions
        for pending in pendings
        if question.key in pending.body
    ]
    return [choice for choice in found if choice.is_open]


def _choice(question, pending, inputs, saved):
    data = QueryDict(mutable=True)
    for name, texts in inputs.items():
        data.setlist(name, texts)
    raw = tuple(text for texts in inputs.values() for text in texts if text)
    return Choice(question, pending, read_answer(question, data, also=Answer.SAID_INSTEAD), saved, raw)


@transaction.atomic
def settle(response, choices, data, *, by, source, delegation=None, post=""):
    """Save what was chosen of `choices` and forget what was not; return the Outcome.

    `data` has "mine" or "saved" under each choice's name, and the version of the saved
    answer that was shown beside it. What was not chosen, and what somebody has changed
    once more meanwhile, waits on. Raises ValidationError as `save_answers` does.
    """
    picks = {choice: data.get(choice.name) for choice in choices}
    mine = {choice.question.pk: choice for choice, pick in picks.items() if pick == MINE and not choice.reading.errors}
    outcome = save_answers(
        response,
        {pk: choice.reading for pk, choice in mine.items()},
        by=by,
        versions={pk: _version(data, choice) for pk, choice in mine.items()},
        source=source,
        delegation=delegation,
        post=post,
    )
    again = {conflict.question.pk for conflict in outcome.conflicts}
    settled = {choice for choice, pick in picks.items() if pick == SAVED}
    settled |= {choice for pk, choice in mine.items() if pk not in again}
    _forget(choices, settled)
    return outcome


def _version(data, choice):
    text = data.get(f"{choice.question.key}--version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _forget(choices, settled):
    """Keep of the forms only what still waits for a choice; a form without any is settled and holds nothing."""
    for pending in {choice.pending.pk: choice.pending for choice in choices}.values():
        open_keys = {choice.question.key for choice in choices if choice not in settled}
        pending.body = {key: inputs for key, inputs in pending.body.items() if key in open_keys}
        if not pending.body:
            pending.settled_at = timezone.now()
        pending.save(update_fields=["body", "settled_at"])


def check_choices(choices, data):
    """Raise ValidationError (code "not_chosen") when no version was chosen of any."""
    if not any(data.get(choice.name) in {MINE, SAVED} for choice in choices):
        raise ValidationError(_("Choose which version stays."), code="not_chosen")
