"""A municipality is interviewed by its coordinator: called, begun, interrupted, gone on with, finished.

Answers are saved as everybody's (surveys/answering.py), with the source "phone" or
"meeting" and the post of who speaks; contacts go to the registry's log, whose task of
the next step is done when the next contact is recorded.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.contact_log import record_contact
from registry.models import ContactEntry
from registry.tasks import complete_task
from surveys.answering import locked_response, post_in, start_response, submit_response
from surveys.letters.responses import post_there, queue_confirm
from surveys.models import Interview, InterviewNote, Response, Round
from surveys.respondents import respondent_of
from surveys.sheet import Sheet

NO_ANSWER, AGREED, NOT_WANTED = "no_answer", "agreed", "not_wanted"
LONGEST_NOTE = 2000


@transaction.atomic
def begin_interview(survey_round, municipality, *, source, post, best_time="", by):
    """Begin the municipality's interview, or go on with other words about who and how; return it.

    Begins the response, too; who answers for the municipality becomes its respondent, who
    is asked to confirm. Raises ValidationError with code "post" (nobody is named),
    "submitted", "not_open" or "elsewhere".
    """
    if not post.strip():
        raise ValidationError(_("Write the post of whom you speak with."), code="post")
    response = locked_response(start_response(survey_round, municipality, by=by))
    if response.is_submitted:
        raise ValidationError(_("The answers have been sent in already."), code="submitted")
    if response.respondent_id is None:
        _name_respondent(response, by=by)
    interview = _interview_of(survey_round, municipality)
    interview.source, interview.post, interview.interviewer = source, post.strip(), by
    interview.best_time = best_time.strip() or interview.best_time
    interview.begun_at = interview.begun_at or timezone.now()
    interview.finished_at = interview.declined_at = None
    interview.clean_fields(exclude=["at_question", "entry", "interviewer"])
    return _save(interview, by=by)


def _name_respondent(response, *, by):
    """Make who answers for the municipality today the response's respondent, if anybody does."""
    role = respondent_of(response.municipality, timezone.localdate()).appointment
    if role is None:
        return
    response.respondent, response.respondent_post = role.person, post_in(role)
    response.language, response.fallback_reason = role.person.language, role.fallback_reason
    response._history_user = by
    response.save()


@transaction.atomic
def note_call(survey_round, municipality, outcome, *, on=None, at=None, words="", by):
    """Record what became of a call and when the municipality is called next; return its Interview.

    `outcome` is NO_ANSWER (again on day `on`, or tomorrow), AGREED (day and time) or
    NOT_WANTED, after which it is on no day's list. Raises ValidationError with code
    "when" (a time agreed without day or time), "past", "outcome", or those of the contact log.
    """
    today = timezone.localdate()
    if outcome not in {NO_ANSWER, AGREED, NOT_WANTED}:
        raise ValidationError(_("Choose what became of the call."), code="outcome")
    if outcome == AGREED and (on is None or at is None):
        raise ValidationError(_("Write the day and the time that you agreed."), code="when")
    if on is not None and on < today:
        raise ValidationError(_("This day is over."), code="past")
    interview = _interview_of(survey_round, municipality)
    interview.declined_at = timezone.now() if outcome == NOT_WANTED else None
    interview.call_at = at if outcome == AGREED else None
    interview.call_on = None if outcome == NOT_WANTED else on or today + dt.timedelta(days=1)
    about, step = _in_log(outcome, at)
    return _record(interview, about, words=words, step=step, is_reached=outcome != NO_ANSWER, by=by)


def _in_log(outcome, at):
    if outcome == NO_ANSWER:
        return _("Interview for the survey: no answer."), _("Call again for the interview")
    if outcome == AGREED:
        step = _("Interview for the survey at %(time)s") % {"time": f"{at:%-H.%M}"}
        return _("Interview for the survey: a time was agreed."), step
    return _("Interview for the survey: not wanted."), ""


@transaction.atomic
def leave_interview(interview, *, question=None, on=None, by):
    """Stop in the middle: it goes on at `question`, on day `on` or tomorrow; return the Interview."""
    locked = _interview_of(interview.round, interview.municipality)
    locked.at_question = question or locked.at_question
    locked.call_on, locked.call_at = on or timezone.localdate() + dt.timedelta(days=1), None
    response = Response.objects.filter(round=locked.round, municipality=locked.municipality).first()
    progress = Sheet(locked.round, locked.municipality, response).progress()
    n, m = sum(each.n_answered for each in progress), sum(each.n_asked for each in progress)
    about = _("Interview for the survey was interrupted: %(n)s of %(m)s answered.") % {"n": n, "m": m}
    return _record(locked, about, step=_("Go on with the interview"), by=by)


@transaction.atomic
def finish_interview(interview, *, by):
    """Send the answers in, by which who was interviewed is asked to confirm them; return the Response.

    Finished twice is harmless. Raises ValidationError as `submit_response` does.
    """
    locked = _interview_of(interview.round, interview.municipality)
    response = Response.objects.select_related("round", "municipality").get(
        round=locked.round, municipality=locked.municipality
    )
    response = submit_response(response, by=by)
    if locked.finished_at is None:
        locked.finished_at = timezone.now()
        locked.call_on = locked.call_at = locked.at_question = None
        _record(locked, _("Interview for the survey: done."), by=by)
    return response


@transaction.atomic
def ask_to_confirm(response, *, by):
    """Send the respondent, or who answers after them, the letter with the link, at most once a day; return the Letter.

    Raises ValidationError with code "not_waiting" (nothing waits to be confirmed),
    "nobody" (no respondent with an address) or "today" (it has been sent today).
    """
    locked = locked_response(response)
    if not Response.objects.waiting_for_confirmation().filter(pk=locked.pk).exists():
        raise ValidationError(_("Nothing waits to be confirmed."), code="not_waiting")
    person = locked.respondent
    if person is None or post_there(person, locked.municipality) is None:
        person = respondent_of(locked.municipality, timezone.localdate()).person
    if person is None or not person.email:
        raise ValidationError(_("Nobody is known to whom the letter could go."), code="nobody")
    letter = queue_confirm(locked, by=by, person=person)
    if letter is None:
        raise ValidationError(_("The letter has been sent today already."), code="today")
    return letter


def move_to(interview, question):
    """Remember at which question the interview goes on; a bookmark, which is not kept in history."""
    Interview.objects.filter(pk=interview.pk).update(at_question=question)


@transaction.atomic
def keep_note(interview, question, text, *, by):
    """Keep the interviewer's note on a question; an empty one is taken away. Return it or None."""
    note = InterviewNote.objects.select_for_update().of_question(interview, question)
    text = text.replace("\r\n", "\n").replace("\x00", "\ufffd").strip()[:LONGEST_NOTE]
    if not text:
        if note is not None:
            note._history_user = by
            note.delete()
        return None
    if note is not None and note.text == text:
        return note
    note = note or InterviewNote(interview=interview, question=question)
    note.text, note.written_by, note.written_at, note._history_user = text, by, timezone.now(), by
    note.save()
    return note


def _interview_of(survey_round, municipality):
    """Return the municipality's Interview, or a new one; the round's row is held, so that there is one."""
    Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    rows = Interview.objects.select_for_update(of=("self",))
    return rows.of_round(survey_round, municipality) or Interview(round=survey_round, municipality=municipality)


def _save(interview, *, by):
    interview._history_user = by
    interview.save()
    return interview


def _record(interview, about, *, words="", step="", is_reached=True, by):
    """Write a contact into the registry's log and save the interview; the earlier contact's next step is done."""
    before = interview.entry
    person = respondent_of(interview.municipality, timezone.localdate()).person
    is_meeting = interview.begun_at is not None and interview.source == Interview.Source.MEETING
    entry = ContactEntry(
        municipality=interview.municipality,
        person=person,
        means=ContactEntry.Means.MEETING if is_meeting else ContactEntry.Means.PHONE,
        is_reached=is_reached,
        about=f"{about} {words.strip()}".strip()[:2000],
        next_step=step,
        next_step_on=interview.call_on if step else None,
    )
    interview.entry = record_contact(entry, by=by)
    if before is not None and before != interview.entry and before.task is not None:
        complete_task(before.task, by=by)
    return _save(interview, by=by)
