"""Reminders to those who have not sent in the answers, and the letter of the last days."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mailing.kinds import Placeholder, letter_kind
from surveys.letters import FOLDER, GROUP, LAST_DAY, PLACES
from surveys.letters.to_municipalities import RoundLetter, write_round_letter
from surveys.sheet import Sheet

REMINDER, CLOSING = "survey_reminder", "survey_closing"
_WHY = _("You get this letter because you answer the survey for a municipality in %(site)s.")
_PROGRESS = {"progress": Placeholder(_("how much has been answered"), "Vastattu 12/40.")}
_NOT_OPEN = _("The survey does not take answers now.")


def not_submitted(survey_round, response):
    """Return why a municipality is not reminded of a round, "" when it is: opened again counts as not sent in."""
    if not survey_round.is_open:
        return "not_open"
    if response is None:
        return ""
    return "answered" if response.is_submitted else "declined" if response.declined_at else ""


_REMINDING = {
    "refusal": not_submitted,
    "is_time": lambda survey_round: survey_round.is_open,
    "not_its_time": _NOT_OPEN,
    "is_repeated": True,
}
REMINDERS = RoundLetter(
    kind=REMINDER,
    title=_("Remind those who have not answered"),
    explanation=_(
        "The respondents of the municipalities that have not sent in the answers get one letter. Whoever sends them in "
        "before it goes gets none, nor who was written to in the last days."
    ),
    url_name="admin:surveys_round_remind",
    **_REMINDING,
)
LAST_DAYS = RoundLetter(
    kind=CLOSING,
    title=_("Tell that the survey closes in a few days"),
    explanation=_(
        "The last reminder: the respondents of the municipalities that have not sent in the answers read by when they "
        "can, and that they can also answer by phone."
    ),
    url_name="admin:surveys_round_remind_last",
    **_REMINDING,
)


def _progress(survey_round, place, _respondent):
    sheet = Sheet(survey_round, place)
    if sheet.response is not None and sheet.response.reopened_at:
        return _now("The answers were opened again and have not been sent in since.")
    counted = sheet.counted
    n = sum(sheet.has_answer(question) for question in counted)
    if not n:
        return _now("Nothing has been answered yet.")
    told = ngettext("%(n)s question of %(all)s has been answered.", "%(n)s questions of %(all)s have been answered.", n)
    return told % {"n": n, "all": len(counted)}


@letter_kind(
    REMINDER, label=_("Reminder of the survey"), why=_WHY, is_duty=False, is_reminder=True, folder=FOLDER,
    placeholders=PLACES | LAST_DAY | _PROGRESS, **GROUP,
)  # fmt: skip
def survey_reminder_letter(letter):
    """Write that the answers are waited for; not after sending in, declining, closing, nor to who has left."""
    return write_round_letter(REMINDER, letter, not_submitted, progress=_progress)


@letter_kind(
    CLOSING, label=_("The survey closes soon"), why=_WHY, is_duty=False, is_reminder=True, folder=FOLDER,
    placeholders=PLACES | LAST_DAY | _PROGRESS, **GROUP,
)  # fmt: skip
def survey_closing_letter(letter):
    """Write that the survey closes in a few days; as a reminder, to those who have not sent the answers in."""
    return write_round_letter(CLOSING, letter, not_submitted, progress=_progress)
