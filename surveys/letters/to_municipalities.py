"""Letters to the respondents of a round's municipalities: shown before they go, queued once, asked again when sent.

A letter goes to one person for each municipality (surveys/respondents.py). Its kind says
in `refusal` to whom it is of no use: asked for the preview, and once more when the
letter is sent (rule 15 of docs/rules.md).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from common.days import short_day
from mailing.kinds import NotWantedError
from mailing.mass import Recipient, queue_mailing
from mailing.models import Letter
from mailing.writing import write
from registry.letters.recipients import answers_for, person_of, preview_letters, today
from registry.models import Municipality, Task
from registry.tasks import complete_task
from surveys.letters import survey_address
from surveys.models import Response, Round
from surveys.respondents import respondent_of, respondents_of
from surveys.responses import places_of

# Of these one at a time waits for a municipality, whichever day it was for.
REMINDING = ("survey_reminder", "survey_closing")


@dataclass(frozen=True)
class RoundLetter:
    """A kind of letter to the municipalities of a round.

    `refusal(survey_round, response)` returns the code for which a municipality has no use for it, or "".
    `is_time(survey_round)` says whether it may be queued now. One that is `repeated` goes
    once for each day on which it is due. With `waits` somebody who was written to
    lately gets it later; else not at all. `url_name` is its page, `explanation` what stands there.
    `recipients(letter, survey_round, places)` yields whom it concerns, by default each municipality's respondent.
    """

    kind: str
    title: str
    explanation: str
    url_name: str
    refusal: Callable
    is_time: Callable
    not_its_time: str
    is_repeated: bool = False
    waits: bool = False
    not_before: Callable = lambda _survey_round: None
    recipients: Callable | None = None

    def key_prefix(self, survey_round, on):
        """Return what the keys of one sending begin with: one sending a day of what is repeated, else one in all."""
        return f"{self.kind}:{survey_round.pk}:{on}" if self.is_repeated else f"{self.kind}:{survey_round.pk}"


def preview_round_letter(letter, survey_round, *, places=None, on=None):
    """Return the Preview of who gets a RoundLetter, who does not and why; None where there is nobody at all.

    Of the municipalities `places`, by default all that the round asks; `on` is the day for
    which a repeated letter is due, by default today. A fixed number of queries.
    """
    on = on or today()
    places = places_of(survey_round) if places is None else places
    recipients = list((letter.recipients or _respondents)(letter, survey_round, places))
    prefix, opens = letter.key_prefix(survey_round, on), letter.not_before(survey_round)
    previews = preview_letters(letter.kind, recipients, key_prefix=prefix, waits=letter.waits, not_before=opens)
    return previews[0] if previews else None


@transaction.atomic
def send_round_letter(letter, survey_round, *, by, places=None, on=None):
    """Queue the letters of `preview_round_letter`; return how many are new, and mark the tasks to send them done.

    Safe to run twice: each municipality has one letter for each sending. Raises
    ValidationError: "not_its_time" when it may not go now, "nobody" when nobody would get it.
    """
    locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    if not letter.is_time(locked):
        raise ValidationError(letter.not_its_time, code="not_its_time")
    preview = preview_round_letter(letter, locked, places=places, on=on)
    if preview is None or not preview.going:
        raise ValidationError(_("Nobody would get this letter."), code="nobody")
    n_queued = queue_mailing(preview, key_prefix=letter.key_prefix(locked, on or today()), by=by)
    if places is None:
        for task in open_tasks(letter, locked):
            complete_task(task, by=by)
    return n_queued


def open_tasks(letter, survey_round):
    """Return the open tasks to send a letter of a round."""
    return Task.objects.open().filter(url_name=letter.url_name, url_args=[survey_round.pk])


def _respondents(letter, survey_round, places):
    """Yield one Recipient for each of `places`."""
    responses = {response.municipality_id: response for response in survey_round.responses.with_reply()}
    waiting = _where_one_waits(letter, survey_round)
    for each in respondents_of(places, today()):
        place, person = each.municipality, each.person
        unreachable = each.passed_over[0] if person is None and each.passed_over else None
        known = unreachable.appointment.person if unreachable else person
        reasons = (
            letter.refusal(survey_round, responses.get(place.pk)),
            unreachable.reason if unreachable else "",
            "nobody_known" if person is None else "",
            "reminder_waits" if place.pk in waiting else "",
        )
        yield Recipient(
            key=str(place.pk),
            name=f"{place.name}: {known.name}" if known else place.name,
            address=person.email if person else "",
            language=person.language if person else "fi",
            scope=f"region:{survey_round.region_id}",
            arguments={"person": person.pk, "municipality": place.pk, "round": survey_round.pk} if person else {},
            left_out=next(filter(None, reasons), ""),
        )


def _where_one_waits(letter, survey_round):
    """Return the municipalities for which a repeated letter of the round waits already, from another day."""
    if not letter.is_repeated:
        return set()
    waiting = Letter.objects.arguments_of_waiting(REMINDING, scope=f"region:{survey_round.region_id}")
    return {each["municipality"] for each in waiting if each.get("round") == survey_round.pk}


def as_respondent(person, place):
    """Return the Respondent of `place` today if `person` is, or None."""
    respondent = respondent_of(place, today())
    return respondent if respondent.person == person else None


def write_round_letter(kind, letter, refusal, *, role_of=as_respondent, **more):
    """Return the Message of a queued `letter`; `more` are functions of (round, place, role) for more values.

    `role_of(person, place)` returns in which role the letter still concerns somebody, by default as
    the municipality's respondent, or None. Raises NotWantedError: what `refusal` says now,
    "role_ended" for who has no such role any more, or as `person_of` does.
    """
    person = person_of(letter)
    survey_round = Round.objects.select_related("region").filter(pk=letter.arguments["round"]).first()
    place = Municipality.objects.get(pk=letter.arguments["municipality"])
    response = Response.objects.of_place(survey_round, place)
    reason = refusal(survey_round, response) if survey_round else "not_open"
    if reason:
        raise NotWantedError(reason)
    role = role_of(person, place)
    if role is None:
        raise NotWantedError("role_ended")
    coordinator = answers_for(survey_round.region, place)
    values = {
        "name": person.name,
        "municipality": place.name,
        "title": str(survey_round),
        "link": survey_address(place, survey_round),
        "coordinator": f"{coordinator.name}, {coordinator.email}" if coordinator else _("the region's coordinator"),
        "last_day": short_day(survey_round.closes_on),
    }
    values |= {key: value(survey_round, place, role) for key, value in more.items()}
    thread = f"survey:{survey_round.pk}:{place.pk}"
    return write(kind, values, reply_to=coordinator.email if coordinator else "", thread=thread)
