"""Answering a round: begun, saved question by question, sent in, reopened.

Forms save through `save_typed`, everything else through `save_answers`. Savers of one
response wait for each other at its row; whoever saves names the version of each answer
that they saw, and an answer that has changed since is never overwritten without a choice.
Acknowledged is what has been committed: who calls these functions tells of a save after them.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from common.prepared import Prepared
from registry.models import Agent, Appointment
from surveys.letters.responses import queue_receipts, queue_reopened, revoke_confirm_links
from surveys.models import Answer, Question, Response, Round
from surveys.models.questions import Kind
from surveys.reading import Reading, read_answer
from surveys.retyping import typed_of
from surveys.sheet import Sheet
from surveys.writing import write_rows

CONTENT = ("state", "value", "evidence_url", "note", "may_be_quoted")


@dataclass(frozen=True)
class Conflict:
    """An answer that somebody changed after it was shown: what was typed now, and what is saved."""

    question: Question
    typed: Reading
    saved: Answer


@dataclass
class Outcome:
    """What became of a save: the Answers that changed, and the Conflicts that wait for a choice.

    `invalid` holds the Readings of a form that cannot be saved as they are, by the question's id.
    """

    saved: list = field(default_factory=list)
    conflicts: list = field(default_factory=list)
    invalid: dict = field(default_factory=dict)


@transaction.atomic
def start_response(survey_round, municipality, *, by):
    """Begin the municipality's response to an open round, or return the one that has begun.

    Whoever begins is the respondent, if they have an appointment there. Raises
    ValidationError with code "not_open", or "elsewhere" when the region does not ask this municipality.
    """
    locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    _check_open(locked)
    sheet = Sheet(locked, municipality)
    if not sheet.is_of_region:
        raise ValidationError(_("The survey is not asked of this municipality."), code="elsewhere")
    if sheet.response is not None and sheet.response.started_at is not None:
        return sheet.response
    role = _appointment_of(by, municipality)
    # One that has not begun is there when the municipality had said that it does not answer.
    response = sheet.response or Response(round=locked, municipality=municipality)
    response.started_at, response.declined_at, response.decline_reason = timezone.now(), None, ""
    if role is not None:
        response.respondent_id, response.respondent_post = role.person_id, post_in(role)
        response.language, response.fallback_reason = role.person.language, role.fallback_reason
    response._history_user = by
    response.save()
    return response


@transaction.atomic
def save_answers(response, answers, *, by, versions, source=Answer.Source.FORM, delegation=None, post=""):
    """Save `answers`, {question's id: Reading}, and return the Outcome.

    `versions` are those that were seen, {question's id: number}; 0 or nothing where there
    was no answer. What is already saved just so is left as it is, whatever the version.
    An answer that changed since it was seen stays, as a Conflict; the others are saved.
    Beside an answer stands the post of `by`, or `post` when `by` writes down what another said.
    Raises ValidationError with code "not_open", "submitted", "question" (not asked of this
    municipality) or "value" (nothing that the question's form could have said).
    """
    sheet = locked_sheet(response)
    questions = sheet.asked(list(answers))
    for pk, reading in answers.items():
        if pk not in questions:
            raise ValidationError(_("The question is not asked of this municipality."), code="question")
        check_value(questions[pk], reading, also=_also(source, sheet.answers.get(pk)))
    outcome, changed = Outcome(), {}
    for pk, reading in answers.items():
        saved = sheet.answers.get(pk)
        if (_content(saved) if saved else _NOTHING) == _content(reading):
            continue
        if saved is not None and saved.version != versions.get(pk, 0):
            outcome.conflicts.append(Conflict(questions[pk], reading, saved))
        else:
            changed[pk] = _values(reading)
    outcome.saved = write_answers(sheet, changed, by=by, source=source, delegation=delegation, post=post)
    return outcome


def seen_mark(said, version):
    """Return what a form carries beside a question: the version that it shows, and a digest of what that says.

    By the digest a field that nobody has touched is told from one that was typed to be
    the same, so that somebody else's newer answer is no conflict for it.
    """
    content = json.dumps(_content(said) if said else _NOTHING, sort_keys=True)
    return f"{version}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def version_in(mark):
    """Return the version of a `seen_mark`; 0 for anything else."""
    version = str(mark).partition("-")[0]
    return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0


@transaction.atomic
def save_typed(response, round_theme, data, *, by, source=Answer.Source.FORM, delegation=None, post=""):
    """Read what a form of a theme says and save what is valid, and return the Outcome.

    `data` is the sent form; it has `<key>--seen` (`seen_mark`) for each question that it
    showed, and only these are read. What nobody has touched is left alone. A colleague's
    answers by a link come with their `delegation` and without an account. Files are
    saved by their own function. Raises ValidationError with code "not_open" or "submitted".
    """
    said = {"by": by, "source": source, "delegation": delegation, "post": post}
    return save_on(locked_sheet(response), round_theme, data, **said)


def save_on(sheet, round_theme, data, *, by, source, delegation, post=""):
    """Do the work of `save_typed` on a Sheet whose response the caller has locked.

    What is saved already is read only where it matters: the statement that writes leaves
    alone what has changed since it was seen.
    """
    outcome, typed = Outcome(), {}
    for question in sheet.questions:
        mark = data.get(f"{question.key}--seen")
        of_theme = question.round_theme_id == round_theme.pk
        if mark is None or not of_theme or not question.is_asked or question.kind == Kind.FILE:
            continue
        reading = read_answer(question, data, also=_also(source, None))
        if reading.errors:  # a state that is saved already may be sent again
            reading = read_answer(question, data, also=_also(source, sheet.answers.get(question.pk)))
        if delegation is not None:
            # The note to the coordinator is not shown to a colleague, and stays.
            reading.note = getattr(sheet.answers.get(question.pk), "note", "")
        if reading.errors:
            outcome.invalid[question.pk] = reading
            continue
        version = version_in(mark)
        is_nothing = not version and _content(reading) == _NOTHING
        if not is_nothing and seen_mark(reading, version) != mark:
            typed[question.pk] = question, reading, version
    changed = {pk: _values(reading) for pk, (_question, reading, _seen) in typed.items()}
    seen = {pk: version for pk, (_question, _reading, version) in typed.items()}
    said = {"by": by, "source": source, "delegation": delegation, "post": post}
    outcome.saved = write_answers(sheet, changed, seen=seen, **said)
    for pk in typed.keys() - {answer.question_id for answer in outcome.saved}:
        question, reading, _seen = typed[pk]
        if _content(sheet.answers[pk]) != _content(reading):
            outcome.conflicts.append(Conflict(question, reading, sheet.answers[pk]))
    return outcome


@transaction.atomic
def confirm_unchanged(response, question, *, by, version, source=Answer.Source.FORM, delegation=None, post=""):
    """Record as one step that last year's answer still holds, and return the Outcome.

    Raises ValidationError with code "not_comparable" when there is no comparable earlier
    answer that the question would still take, and with those of `save_answers`.
    """
    sheet = locked_sheet(response)
    asked = sheet.asked([question.pk]).get(question.pk)
    earlier = sheet.earlier.get(question.pk)
    if asked is None or earlier is None:
        raise ValidationError(_("There is no earlier answer that compares with this question."), code="not_comparable")
    reading = Reading(state=earlier.state, value=earlier.value, evidence_url=earlier.evidence_url)
    if not asked.asks_evidence:
        reading.evidence_url = ""
    try:
        check_value(asked, reading, also=_also(source, sheet.answers.get(asked.pk)))
    except ValidationError as error:
        message = _("The earlier answer does not fit this year's question: answer it anew.")
        raise ValidationError(message, code="not_comparable") from error
    saved = sheet.answers.get(asked.pk)
    if saved is not None and saved.is_unchanged and saved.carried_from_id == earlier.pk:
        return Outcome()
    if saved is not None and saved.version != version:
        return Outcome(conflicts=[Conflict(asked, reading, saved)])
    values = {"state": reading.state, "value": reading.value, "evidence_url": reading.evidence_url}
    values |= {"is_unchanged": True, "carried_from_id": earlier.pk}
    said = {"by": by, "source": source, "delegation": delegation, "post": post}
    return Outcome(saved=write_answers(sheet, {asked.pk: values}, **said))


@transaction.atomic
def submit_response(response, *, by):
    """Send the response in: lock it, queue the receipts, return it. One that has been sent in already stays as it is.

    Raises ValidationError with code "not_open", or one with code "missing" for each
    required question that has neither an answer nor a reason.
    """
    locked = locked_response(response)
    if locked.is_submitted:
        return locked
    _check_open(locked.round)
    missing = Sheet(locked.round, locked.municipality, locked).missing
    if missing:
        message = _("An answer is missing: %(question)s")
        raise ValidationError(
            [ValidationError(message, code="missing", params={"question": each.wording}) for each in missing]
        )
    locked.submitted_at, locked.submitted_by = timezone.now(), by
    locked.started_at = locked.started_at or locked.submitted_at
    locked.submitted_post = post_of(by, locked.municipality)
    locked._history_user = by
    locked.save()
    queue_receipts(locked, by=by)
    return locked


@transaction.atomic
def reopen_response(response, *, reason, by):
    """Open a response that was sent in for correction, tell who sent it in, and return it.

    The earlier sending stays in history, and what has been confirmed stays so until it is changed;
    links that ask to confirm open nothing any more.
    Raises ValidationError with code "not_submitted", "reason", or "not_open": after the
    round has closed it is the round that is opened again first.
    """
    locked = locked_response(response)
    if not locked.is_submitted:
        raise ValidationError(_("The response has not been sent in."), code="not_submitted")
    if not reason.strip():
        raise ValidationError(_("Write why the response is opened again."), code="reason")
    _check_open(locked.round)
    submitted_by = locked.submitted_by
    locked.submitted_at, locked.submitted_by, locked.submitted_post = None, None, ""
    locked.reopened_at, locked.reopened_by, locked.reopen_reason = timezone.now(), by, reason.strip()
    locked.clean_fields(exclude=["respondent"])
    locked._history_user = by
    locked.save()
    revoke_confirm_links(locked)
    queue_reopened(locked, submitted_by=submitted_by, by=by)
    return locked


def post_of(account, municipality):
    """Return in which post an account acts in a municipality today, in words: a title or a role, never a name."""
    role = _appointment_of(account, municipality)
    if role is not None:
        return post_in(role)
    is_agent = Agent.objects.current().filter(person__user=account, municipality=municipality).exists()
    return _post_without_appointment(is_agent)


def _post_without_appointment(is_agent):
    return str(Agent._meta.verbose_name) if is_agent else _("coordinator")


def _appointment_of(account, municipality):
    if account is None:
        return None
    roles = Appointment.objects.current().filter(person__user=account, municipality=municipality)
    return roles.select_related("person").first()


def post_in(appointment):
    """Return what the record says of an officer who answers: the post, never the name."""
    return appointment.title or str(appointment.get_kind_display())


def locked_response(response):
    """Return the response with its row locked until the step is over."""
    rows = Response.objects.select_for_update(of=("self",), no_key=True).with_round()
    return rows.get(pk=response.pk).with_its_correction()


def locked_sheet(response):
    """Return the Sheet of a response that may be answered now, with its row locked until the save is over.

    Raises ValidationError with code "not_open" or "submitted".
    """
    return _sheet_of_locked(locked_response(response))


def sheet_for_saving(municipality, year, account):
    """Return the Sheet of the municipality's response to the round of a year, locked as by `locked_sheet`; one query.

    It knows the `post` in which `account` saves. None before the response has begun.
    """
    for locked in _locked_for(municipality.pk, year, account.pk, timezone.localdate()):
        sheet = _sheet_of_locked(locked.with_its_correction())
        kind = str(Appointment.Kind(locked.account_kind).label) if locked.account_kind else ""
        sheet.post = locked.account_title or kind or _post_without_appointment(locked.is_agent)
        return sheet
    return None


@Prepared
def _locked_for(municipality: int, year: int, account: int, on: dt.date):
    # The answers cannot come along: PostgreSQL would give those of the moment at which it began to wait for the lock.
    here = {"person__user": account, "municipality": OuterRef("municipality")}
    posts = Appointment.objects.current_on(on).filter(**here)
    rows = Response.objects.for_answering(municipality, year, account).annotate(
        account_title=Subquery(posts.values("title")[:1]),
        account_kind=Subquery(posts.values("kind")[:1]),
        is_agent=Exists(Agent.objects.current_on(on).filter(**here).order_by()),
    )
    return rows.select_for_update(of=("self",), no_key=True)


def _sheet_of_locked(locked):
    _check_open(locked.round)
    if locked.is_submitted:
        raise ValidationError(
            _("The response has been sent in. Ask the coordinator to open it again."), code="submitted"
        )
    if locked.declined_at:  # whoever answers has thought better of it
        locked.declined_at, locked.decline_reason = None, ""
        locked.save()
    sheet = Sheet(locked.round, locked.municipality, locked)
    sheet.is_locked = True
    return sheet


def _check_open(survey_round):
    if not survey_round.is_open:
        raise ValidationError(_("The survey does not take answers now."), code="not_open")


def _also(source, saved):
    """Return the states that are taken though a question does not offer them: what is said aloud, what is saved."""
    said = Answer.SAID_INSTEAD if source in Answer.SPOKEN else ()
    return {*said, saved.state} if saved is not None else set(said)


def check_value(question, reading, files=(), also=()):
    """Refuse what no form of the question could have said: forged keys, a state that is not offered, a wrong type.

    `files` are the keys of the answer's files, `also` as for `read_answer`. Raises ValidationError with code "value".
    """
    try:
        typed = typed_of(question, Answer(question=question, **dict(zip(CONTENT, _content(reading), strict=True))))
        again = read_answer(question, typed, files=files, also=also)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValidationError(_("This is not an answer to the question."), code="value") from error
    if reading.errors or again.errors or _content(again) != _content(reading):
        raise ValidationError(_("This is not an answer to the question."), code="value")


_content = attrgetter(*CONTENT)  # what is said, of a Reading or an Answer
_NOTHING = _content(Reading())


def _values(reading):
    return dict(zip(CONTENT, _content(reading), strict=True))


def write_answers(sheet, changed, *, by, source, delegation=None, post="", seen=None):
    """Write {question's id: values} with history, in a fixed number of queries; return the Answers that were written.

    Values that are not given stay as they are. With `seen`, {question's id: version}, an
    answer that has another version is left alone; without, whatever is saved is written over.
    A changed answer is no longer confirmed, nor is the response when it was said aloud.
    """
    if not changed:
        return []
    said = {
        "response_id": sheet.response.pk,
        "source": source,
        "answered_by_id": by.pk if by else None,
        "answerer_post": delegation.post if delegation else post or sheet.post or post_of(by, sheet.municipality),
        "answered_at": timezone.now(),
        "confirmed_at": None,
        "confirmed_by_id": None,
        "confirmed_how": "",
        "confirmed_post": "",
    }
    rows = []
    for pk, values in changed.items():
        row = {"question_id": pk, "is_unchanged": False, "carried_from_id": None} | values
        if seen is None:
            saved = sheet.answers.get(pk) or Answer(version=0)
            row = _values(saved) | row | {"version": saved.version + 1}
        else:
            row["version"] = seen[pk] + 1
        rows.append(row)
    written = write_rows(rows, said, by=by)
    if written and source in Answer.SPOKEN and sheet.response.confirmed_at is not None:
        sheet.response.confirmed_at, sheet.response._history_user = None, by
        sheet.response.save(update_fields=["confirmed_at"])
    return written
