"""Letters about one response: a receipt when it has been sent in, and word when it is opened again.

They are queued in the transaction of the step itself, to who sent it in and to the
respondent, and belong to what these have done themselves: letters of duty.
"""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.outbox import queue_letter
from mailing.writing import write
from registry.letters.recipients import answers_for, person_of
from registry.models import Person
from surveys.letters import FOLDER, LAST_DAY, PLACES, survey_address
from surveys.models import Response

RECEIPT, REOPENED = "survey_receipt", "survey_reopened"
_OF_DUTY = {"is_duty": True, "folder": FOLDER}


def queue_receipts(response, *, by):
    """Queue the receipts of a response that has been sent in just now by the account `by`."""
    _queue(RECEIPT, response, by, response.submitted_at, by=by)


def queue_reopened(response, *, submitted_by, by):
    """Queue word of a response just opened again: to `submitted_by`, who sent it in, and its respondent."""
    _queue(REOPENED, response, submitted_by, response.reopened_at, by=by)


def _queue(kind, response, account, moment, *, by):
    """Queue a letter to the person of an account and to the respondent; the moment tells one sending from the next."""
    people = {response.respondent} if response.respondent_id else set()
    if account is not None:
        people |= set(Person.objects.filter(user=account))
    for person in sorted(people, key=lambda each: each.pk):
        if person.email:
            queue_letter(
                kind,
                key=f"{kind}:{response.pk}:{moment.timestamp()}:{person.pk}",
                address=person.email,
                language=person.language,
                scope=f"region:{response.round.region_id}",
                arguments={"person": person.pk, "response": response.pk, "moment": moment.isoformat()},
                by=by,
            )


def _response_of(letter, moment_name, *, otherwise):
    """Return the response that the letter is about; not wanted for the reason `otherwise` when things have moved on."""
    rows = Response.objects.select_related("round__region", "municipality")
    response = rows.filter(pk=letter.arguments["response"]).first()
    moment = getattr(response, moment_name, None)
    if moment is None or moment.isoformat() != letter.arguments["moment"]:
        raise NotWantedError(otherwise)
    return response


def _values(response, person, coordinator):
    return {
        "name": person.name,
        "municipality": response.municipality.name,
        "title": str(response.round),
        "link": survey_address(response.municipality, response.round),
        "coordinator": f"{coordinator.name}, {coordinator.email}" if coordinator else _("the region's coordinator"),
    }


def _written(kind, response, person, **more):
    coordinator = answers_for(response.round.region, response.municipality)
    return write(
        kind,
        _values(response, person, coordinator) | more,
        reply_to=coordinator.email if coordinator else "",
        thread=f"survey:{response.round_id}:{response.municipality_id}",
    )


@letter_kind(
    RECEIPT,
    label=gettext_lazy("Receipt: the answers have come in"),
    why=gettext_lazy("You get this letter because answers to the survey were sent in in %(site)s."),
    placeholders=PLACES
    | {
        "day": Placeholder(gettext_lazy("the day of sending in"), "24.9.2026", is_required=True),
        "time": Placeholder(gettext_lazy("the time of sending in"), "14.30"),
        "post": Placeholder(gettext_lazy("the post of who sent it in"), "vapaa-aikasihteeri"),
    },
    **_OF_DUTY,
)
def survey_receipt_letter(letter):
    """Write that the answers have come in; not when they have been opened again meanwhile."""
    response = _response_of(letter, "submitted_at", otherwise="opened_again")
    moment = timezone.localtime(response.submitted_at)
    return _written(
        RECEIPT,
        response,
        person_of(letter),
        day=short_day(moment.date()),
        time=f"{moment:%-H.%M}",
        post=response.submitted_post,
    )


@letter_kind(
    REOPENED,
    label=gettext_lazy("The answers have been opened again"),
    why=gettext_lazy("You get this letter because answers to the survey were sent in in %(site)s."),
    placeholders=PLACES
    | LAST_DAY
    | {
        "reason": Placeholder(
            gettext_lazy("why they are opened again"), "Avustusten summa on väärin.", is_required=True
        ),
    },
    **_OF_DUTY,
)
def survey_reopened_letter(letter):
    """Write why the answers are opened again; not when they have been sent in meanwhile."""
    response = _response_of(letter, "reopened_at", otherwise="opened_again")
    if response.is_submitted:
        raise NotWantedError("answered")
    last_day = short_day(response.round.closes_on)
    return _written(REOPENED, response, person_of(letter), reason=response.reopen_reason, last_day=last_day)
