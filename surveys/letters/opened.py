"""Telling each municipality's respondent that a round takes answers: a mass letter, shown before it goes."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.mass import Recipient, queue_mailing
from mailing.rules import HELSINKI, OPENS
from mailing.writing import write
from registry.letters.recipients import answers_for, person_of, preview_letters, today
from registry.models import Municipality
from surveys.completeness import estimate_minutes
from surveys.letters import FOLDER, survey_address
from surveys.models import Response, Round
from surveys.respondents import respondent_of, respondents_of
from surveys.responses import places_of

KIND = "survey_opened"


def preview_opened(survey_round):
    """Return the Preview of who is told that the round is open, who is not and why; None where there is nobody at all.

    It goes on the round's first day, or now.
    """
    opens = dt.datetime.combine(survey_round.opens_on, OPENS, HELSINKI) if survey_round.is_waiting else None
    recipients = _recipients(survey_round)
    previews = preview_letters(
        KIND, recipients, key_prefix=_key_prefix(survey_round), waits=True, not_before=opens
    )  # fmt: skip
    return previews[0] if previews else None


@transaction.atomic
def tell_opened(survey_round, *, by):
    """Queue the letters of `preview_opened`; return how many are new. Safe to run twice: each municipality has one.

    Raises ValidationError: "not_open" when the round takes no answers and will not, "nobody" when nobody would get it.
    """
    locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    if not (locked.is_open or locked.is_waiting):
        raise ValidationError(_("The survey does not take answers now."), code="not_open")
    preview = preview_opened(locked)
    if preview is None or not preview.going:
        raise ValidationError(_("Nobody would get this letter."), code="nobody")
    return queue_mailing(preview, key_prefix=_key_prefix(locked), by=by)


def _key_prefix(survey_round):
    return f"{KIND}:{survey_round.pk}"


def _recipients(survey_round):
    """Return one Recipient for each municipality that the round asks."""
    submitted = set(survey_round.responses.submitted().values_list("municipality", flat=True))
    for each in respondents_of(places_of(survey_round), today()):
        person, place = each.person, each.municipality
        reasons = (("answered", place.pk in submitted), ("nobody_known", person is None))
        yield Recipient(
            key=str(place.pk),
            name=f"{place.name}: {person.name}" if person else place.name,
            address=person.email if person else "",
            language=person.language if person else "fi",
            scope=f"region:{survey_round.region_id}",
            arguments={"person": person.pk, "municipality": place.pk, "round": survey_round.pk} if person else {},
            left_out=next((code for code, holds in reasons if holds), ""),
        )


@letter_kind(
    KIND,
    label=gettext_lazy("The survey has been opened"),
    why=gettext_lazy("You get this letter because you answer the survey for a municipality in %(site)s."),
    is_duty=False,
    folder=FOLDER,
    group="survey",
    group_label=gettext_lazy("Letters about the survey"),
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Leena Liesi"),
        "municipality": Placeholder(gettext_lazy("the municipality"), "Esimerkkilä", is_required=True),
        "title": Placeholder(gettext_lazy("the survey's name"), "Järjestöyhteistyön kartoitus 2026"),
        "why_you": Placeholder(gettext_lazy("why just the recipient is asked"), "…"),
        "last_day": Placeholder(gettext_lazy("the last day to answer"), "15.10.2026", is_required=True),
        "minutes": Placeholder(gettext_lazy("how many minutes answering takes"), "45"),
        "link": Placeholder(gettext_lazy("the address of the survey in the portal"), "https://…/", is_required=True),
        "coordinator": Placeholder(gettext_lazy("who answers for it: name and address"), "…"),
    },
)
def survey_opened_letter(letter):
    """Write that the round is open; not to who does not answer for the municipality now, nor after sending in."""
    person = person_of(letter)
    survey_round = Round.objects.select_related("region").filter(pk=letter.arguments["round"]).first()
    place = Municipality.objects.get(pk=letter.arguments["municipality"])
    if survey_round is None or not survey_round.is_open:
        raise NotWantedError("not_open")
    if Response.objects.submitted().filter(round=survey_round, municipality=place).exists():
        raise NotWantedError("answered")
    respondent = respondent_of(place, today())
    if respondent.person != person:
        raise NotWantedError("role_ended")
    coordinator = answers_for(survey_round.region, place)
    values = {
        "name": person.name,
        "municipality": place.name,
        "title": str(survey_round),
        "why_you": respondent.why,
        "last_day": short_day(survey_round.closes_on),
        "minutes": estimate_minutes(survey_round),
        "link": survey_address(place, survey_round),
        "coordinator": f"{coordinator.name}, {coordinator.email}" if coordinator else _("the region's coordinator"),
    }
    thread = f"survey:{survey_round.pk}:{place.pk}"
    return write(KIND, values, reply_to=coordinator.email if coordinator else "", thread=thread)
