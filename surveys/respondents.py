"""Who answers for a municipality, and why just that person is asked (docs/surveys.md).

The order, and who is passed over because letters come back, is registry/respondents.py's.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry import respondents
from registry.models import Appointment, Municipality


@dataclass(frozen=True)
class Respondent:
    """A municipality and the appointment of whoever answers for it, or None where nobody can be reached.

    `passed_over` are those who come before and cannot be written to (registry.respondents.PassedOver).
    """

    municipality: Municipality
    appointment: Appointment | None
    passed_over: tuple = ()

    @property
    def person(self):
        """Whoever answers, or None."""
        return self.appointment.person if self.appointment else None

    @property
    def why(self):
        """Why just this person is asked, in words."""
        if self.passed_over:
            return _("You are asked because letters to whoever comes before you do not arrive.")
        if self.appointment.kind != Appointment.Kind.FALLBACK:
            return _("You are asked as %(role)s.") % {"role": self.appointment.get_kind_display()}
        if not self.appointment.fallback_reason:
            return _("You are asked because the municipality has no liaison.")
        return _("You are asked in place of a liaison: %(reason)s.") % {
            "reason": self.appointment.fallback_reason.rstrip(". ")
        }


def respondents_of(municipalities, on):
    """Return the Respondent of each municipality on day `on`, in their order; two queries."""
    municipalities = list(municipalities)
    found = respondents.respondents_of(municipalities, on)
    return [Respondent(place, found[place.pk].appointment, found[place.pk].passed_over) for place in municipalities]


def respondent_of(municipality, on):
    """Return the Respondent of one municipality."""
    return respondents_of([municipality], on)[0]
