"""What public pages show of the two people of a merger, before it and after it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.numbers import dialled
from registry.merging.roles import OPENNESS
from registry.models import Agent, Appointment, Consent, Coordinator

DETAILS = ("name", "email", "phone")


@dataclass(frozen=True)
class Fact:
    """One detail of one person, shown today beside one role."""

    role: str
    place: str
    detail: str
    value: str

    @property
    def plain(self):
        """The detail with its value as two writings of the same are compared."""
        return self.detail, plain(self.detail, self.value)

    def __str__(self):
        words = {
            "role": self.role, "place": self.place, "detail": Consent.Field(self.detail).label, "value": self.value,
        }  # fmt: skip
        return _("%(role)s, %(place)s: %(detail)s %(value)s") % words


def plain(detail, value):
    """Return a name, an e-mail or a phone number as two writings of the same are compared."""
    return dialled(value) if detail == "phone" else " ".join(value.casefold().split())


def details_of(person):
    """Return {detail: value} of a person, "" for what is not known."""
    return {detail: getattr(person, detail) for detail in DETAILS}


def open_details(role, consents):
    """Return which details of its holder a role shows: those open in an appointment, those with a consent in force."""
    match role:
        case Appointment():
            return [detail for column, detail in OPENNESS.items() if getattr(role, column)]
        case Agent():
            return [consent.field for consent in consents if consent.is_in_force]
    return DETAILS


def public_facts(person, roles, consents):
    """Return the Facts of `person` that these of their roles, and these of their consents, show today."""
    values = details_of(person)
    return {
        Fact(_role_name(role), _place(role), detail, values[detail])
        for role in roles
        if role.is_current
        for detail in open_details(role, consents)
        if values[detail]
    }


def _role_name(role):
    return str(role.get_kind_display() if isinstance(role, Appointment) else role._meta.verbose_name)


def _place(role):
    return str((role.area or role.region) if isinstance(role, Coordinator) else role.municipality)
