"""Who answers for a municipality: one respondent, in the order in which one is looked for (docs/surveys.md)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry.models import Appointment, Municipality

_ORDER = [Appointment.Kind.LIAISON, Appointment.Kind.DUTIES, Appointment.Kind.FALLBACK]


@dataclass(frozen=True)
class Respondent:
    """A municipality and the appointment of whoever answers for it, or None where nobody is known."""

    municipality: Municipality
    appointment: Appointment | None

    @property
    def person(self):
        """Whoever answers, or None."""
        return self.appointment.person if self.appointment else None

    @property
    def why(self):
        """Why just this person is asked, in words."""
        if self.appointment.kind != Appointment.Kind.FALLBACK:
            return _("You are asked as %(role)s.") % {"role": self.appointment.get_kind_display()}
        if not self.appointment.fallback_reason:
            return _("You are asked because the municipality has no liaison.")
        return _("You are asked in place of a liaison: %(reason)s.") % {
            "reason": self.appointment.fallback_reason.rstrip(". ")
        }


def respondents_of(municipalities, on):
    """Return the Respondent of each municipality on day `on`, in their order; one query.

    The liaison who has been so the longest, else who has the duties, else the fallback
    respondent in the order of posts; a deputy in place of whoever they stand in for.
    """
    municipalities = list(municipalities)
    roles = Appointment.objects.current_on(on).filter(municipality__in=municipalities, person__isnull=False)
    regular, deputies = {}, {}
    for role in roles.select_related("person").order_by("start_last", "pk"):
        if role.kind == Appointment.Kind.DEPUTY:
            deputies.setdefault(role.deputy_for_id, role)
        else:
            regular.setdefault(role.municipality_id, []).append(role)
    found = []
    for place in municipalities:
        first = min(regular.get(place.pk, ()), key=_place_of, default=None)
        found.append(Respondent(place, deputies.get(first.pk, first) if first else None))
    return found


def respondent_of(municipality, on):
    """Return the Respondent of one municipality."""
    return respondents_of([municipality], on)[0]


def _place_of(role):
    return _ORDER.index(role.kind), role.fallback_post
