"""Telling each municipality's respondent that a round takes answers."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from mailing.kinds import Placeholder, letter_kind
from mailing.rules import HELSINKI, OPENS
from surveys.completeness import estimate_minutes
from surveys.letters import FOLDER, GROUP, LAST_DAY, PLACES
from surveys.letters.to_municipalities import RoundLetter, write_round_letter

KIND = "survey_opened"


def _refusal(survey_round, response):
    if not (survey_round.is_open or survey_round.is_waiting):
        return "not_open"
    if response is None:
        return ""
    return "answered" if response.is_submitted else "declined" if response.declined_at else ""


def _first_morning(survey_round):
    return dt.datetime.combine(survey_round.opens_on, OPENS, HELSINKI) if survey_round.is_waiting else None


OPENED = RoundLetter(
    kind=KIND,
    title=_("Tell the municipalities by letter"),
    explanation=_(
        "Each municipality's respondent gets one letter with the way to the survey. Whoever has sent in the answers "
        "meanwhile, or no longer answers, gets none."
    ),
    url_name="admin:surveys_round_tell",
    refusal=_refusal,
    is_time=lambda survey_round: survey_round.is_open or survey_round.is_waiting,
    not_its_time=_("The survey does not take answers now."),
    waits=True,
    not_before=_first_morning,
)


@letter_kind(
    KIND,
    label=_("The survey has been opened"),
    why=_("You get this letter because you answer the survey for a municipality in %(site)s."),
    is_duty=False,
    folder=FOLDER,
    placeholders=PLACES
    | LAST_DAY
    | {
        "why_you": Placeholder(_("why just the recipient is asked"), "…"),
        "minutes": Placeholder(_("how many minutes answering takes"), "45"),
    },
    **GROUP,
)
def survey_opened_letter(letter):
    """Write that the round is open; not to who does not answer for the municipality now, nor after sending in."""
    return write_round_letter(
        KIND,
        letter,
        _refusal_when_sent,
        why_you=lambda _round, _place, respondent: respondent.why,
        minutes=lambda survey_round, _place, _respondent: estimate_minutes(survey_round),
    )


def _refusal_when_sent(survey_round, response):
    return _refusal(survey_round, response) if survey_round.is_open else "not_open"
