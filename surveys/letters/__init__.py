"""Letters of the survey: of a round to its municipalities, and of one response to those who answered it."""

from pathlib import Path

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mailing.kinds import Placeholder
from registry.letters.recipients import site_address

FOLDER = Path(__file__).parent
# What a reader stops at once by asking for no more of them.
GROUP = {"group": "survey", "group_label": _("Letters about the survey")}
PLACES = {
    "name": Placeholder(_("the recipient's name"), "Leena Liesi"),
    "municipality": Placeholder(_("the municipality"), "Esimerkkilä", is_required=True),
    "title": Placeholder(_("the survey's name"), "Järjestöyhteistyön kartoitus 2026"),
    "link": Placeholder(_("the address of the survey in the portal"), "https://…/", is_required=True),
    "coordinator": Placeholder(_("who answers for it: name and address"), "…"),
}
LAST_DAY = {"last_day": Placeholder(_("the last day to answer"), "15.10.2026", is_required=True)}
REASONS = {
    "answered": _("has sent in the answers"),
    "confirmed": _("has confirmed the answers"),
    "declined": _("has said that it does not answer"),
    "not_sent_in": _("has not sent in the answers"),
    "reminder_waits": _("a reminder waits to be sent already"),
    "still_open": _("the survey still takes answers"),
    "nobody_known": _("nobody is known who answers"),
    "not_open": _("the survey does not take answers"),
    "opened_again": pgettext_lazy("of a response", "it has been opened again"),
    "agreed": _("has agreed with the results"),
    "comments_over": _("the days for comments are over"),
    "published": _("the results have been published"),
    "not_published": _("the results have not been published"),
    "taken_back": _("the comment has been taken back"),
}


def survey_address(municipality, survey_round):
    """Return the whole address of the page where a municipality answers a round."""
    return site_address(reverse("portal_survey", args=[municipality.slug, survey_round.year]))


def public_results_address(municipality, survey_round):
    """Return the whole address of a municipality's published results of a round."""
    return site_address(
        reverse("municipality_results", args=[survey_round.region.slug, survey_round.year, municipality.slug])
    )


def results_address(municipality, survey_round):
    """Return the whole address of the page where a municipality sees its own results of a round."""
    return site_address(reverse("portal_survey_results", args=[municipality.slug, survey_round.year]))
