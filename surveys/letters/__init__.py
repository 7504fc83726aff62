"""Letters of the survey: a round has been opened, a response has come in, a response has been opened again."""

from pathlib import Path

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.letters.recipients import site_address

FOLDER = Path(__file__).parent
REASONS = {
    "answered": _("has sent in the answers"),
    "confirmed": _("has confirmed the answers"),
    "nobody_known": _("nobody is known who answers"),
    "not_open": _("the survey does not take answers"),
    "opened_again": pgettext_lazy("of a response", "it has been opened again"),
}


def survey_address(municipality, survey_round):
    """Return the whole address of the page where a municipality answers a round."""
    return site_address(reverse("portal_survey", args=[municipality.slug, survey_round.year]))
