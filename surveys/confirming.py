"""What was said aloud and written down by a coordinator is confirmed by who said it, or something in it is wrong.

An answer says when it was confirmed, by which post and how; by the link of the letter
there is no account. What is confirmed is what was shown: a digest of all versions goes
along with the button (docs/adr/0025).
"""

import datetime as dt
import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.utils import bulk_update_with_history

from registry.contact_log import record_contact
from registry.models import ContactEntry, Person
from registry.tasks import responsible_coordinator
from surveys.answering import locked_response, post_in
from surveys.letters.responses import post_there
from surveys.models import Answer, Response
from surveys.sheet import Sheet

WAITING, CONFIRMED = "waiting", "confirmed"
STATES = {WAITING: gettext_lazy("not confirmed yet"), CONFIRMED: gettext_lazy("confirmed")}
CORRECT_WITHIN = dt.timedelta(days=7)
LONGEST_MESSAGE = 1500
_WHAT = ["confirmed_at", "confirmed_by", "confirmed_how", "confirmed_post"]


def confirmation_state(response):
    """Return how a Response stands, as a key of STATES; "" when it was not sent in, or nothing was said aloud.

    Without a query for rows from `with_unconfirmed`.
    """
    if response is None or not response.is_submitted:
        return ""
    if response.confirmed_at is not None:
        return CONFIRMED
    if not hasattr(response, "has_unconfirmed"):
        response.has_unconfirmed = Answer.objects.unconfirmed().filter(response=response).exists()
    return WAITING if response.has_unconfirmed else ""


def digest_of(sheet):
    """Return what tells the answers of a Sheet from what they become by any change."""
    versions = sorted((pk, answer.version) for pk, answer in sheet.answers.items())
    return hashlib.sha256(repr(versions).encode()).hexdigest()[:32]


def unconfirmed_in(sheet):
    """Return the answers of a Sheet that count, were said aloud and wait to be confirmed."""
    counted = [sheet.answers.get(question.pk) for question in sheet.counted]
    return [answer for answer in counted if answer is not None and answer.needs_confirming]


@transaction.atomic
def confirm_answers(response, *, digest, how, post, by=None):
    """Confirm everything in `response` that was said aloud, as it was shown; return how many answers it was.

    `digest` is that of the page (`digest_of`). Pressed twice is harmless. Raises
    ValidationError with code "changed" when an answer has changed since it was shown.
    """
    locked = locked_response(response)
    sheet = Sheet(locked.round, locked.municipality, locked)
    if digest != digest_of(sheet):
        raise ValidationError(
            _("Something has been changed since you opened the page. Look it through once more."), code="changed"
        )
    waiting, now = unconfirmed_in(sheet), timezone.now()
    for answer in waiting:
        answer.confirmed_at, answer.confirmed_by, answer.confirmed_how, answer.confirmed_post = now, by, how, post
    if waiting:
        bulk_update_with_history(waiting, Answer, _WHAT, default_user=by)
    if locked.confirmed_at is None:
        locked.confirmed_at, locked._history_user = now, by
        locked.save(update_fields=["confirmed_at"])
    return len(waiting)


@transaction.atomic
def report_wrong(response, message, *, person=None, by=None):
    """Write down in the contact log what somebody says is wrong, with the task to correct it; return the entry.

    The task goes to the interviewer, or to whoever answers for the municipality. Sent
    twice it is one. Raises ValidationError with code "empty" or those of the log.
    """
    if not message.strip():
        raise ValidationError(_("Write what is wrong."), code="empty")
    with translation.override(settings.LANGUAGE_CODE):
        step = _("Correct the answers to the survey: %(place)s") % {"place": response.municipality.name}
    entry = ContactEntry(
        municipality=response.municipality,
        person=person,
        means=ContactEntry.Means.OTHER,
        about=f"{response.round}: {message.strip()}"[:2000],
        next_step=step[:200],
        next_step_on=timezone.localdate() + CORRECT_WITHIN,
    )
    entry = record_contact(entry, by=by)
    if entry.task is not None:
        interviewer = Person.objects.filter(user__isnull=False, user=response.submitted_by).first()
        entry.task.assigned_to = interviewer or responsible_coordinator(entry.region, response.municipality)
        entry.task.save(update_fields=["assigned_to"])
    return entry


def asked_by_link(link):
    """Return (response, the appointment of who got the letter) of a link, (None, None) when it is not theirs any more.

    The response comes with what a Sheet needs.
    """
    _word, response_id, _word, person_id = link.scope.split(":")
    response = Response.objects.with_round().select_related("submitted_by__person").filter(pk=response_id).first()
    person = Person.objects.filter(pk=person_id).first()
    role = post_there(person, response.municipality) if response and person else None
    if role is None or not response.is_submitted:
        return None, None
    return response.with_its_correction(), role


def confirm_by_link(link, digest):
    """Confirm what the page of `link` showed; return how many answers. Raises ValidationError as `confirm_answers`."""
    response, role = asked_by_link(link)
    if response is None:
        raise ValidationError(_("This link no longer works."), code="role_ended")
    return confirm_answers(response, digest=digest, how=Answer.Means.LINK, post=post_in(role))
