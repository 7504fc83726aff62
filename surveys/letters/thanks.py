"""Thanks after a round has closed: to those who sent in the answers, with what happens next."""

from django.utils.translation import gettext_lazy as _

from common.days import short_day
from mailing.kinds import Placeholder, letter_kind
from surveys.letters import FOLDER, GROUP, PLACES
from surveys.letters.to_municipalities import RoundLetter, write_round_letter

KIND = "survey_thanks"


def _refusal(survey_round, response):
    if not survey_round.is_closed:
        return "still_open"
    return "" if response is not None and response.is_submitted else "not_sent_in"


THANKS = RoundLetter(
    kind=KIND,
    title=_("Thank those who answered"),
    explanation=_(
        "The respondents of the municipalities that sent in the answers get one letter: thanks, and what happens next."
    ),
    url_name="admin:surveys_round_thank",
    refusal=_refusal,
    is_time=lambda survey_round: survey_round.is_closed,
    not_its_time=_("The survey still takes answers."),
    waits=True,
)


@letter_kind(
    KIND,
    label=_("Thanks for answering the survey"),
    why=_("You get this letter because you answer the survey for a municipality in %(site)s."),
    is_duty=False,
    folder=FOLDER,
    placeholders=PLACES | {"comment_day": Placeholder(_("the last day to comment on one's page"), "29.10.2026")},
    **GROUP,
)
def survey_thanks_letter(letter):
    """Write thanks and what happens next; not when the round or the answers have been opened again."""
    return write_round_letter(
        KIND,
        letter,
        _refusal,
        comment_day=lambda survey_round, _place, _respondent: short_day(survey_round.comments_until),
    )
