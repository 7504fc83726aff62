"""What public pages show of people, by one rule: the pages and the administration's notes beside fields both ask here.

An officer's work contact is public unless limited field by field; a volunteer's field
only with a consent in force; a coordinator's contact always (rule 9 of docs/rules.md).
"""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Appointment, Consent, Municipality

NAME, EMAIL, PHONE = FIELDS = ("name", "email", "phone")


@dataclass(frozen=True)
class PublicDetails:
    """A person's details in one role as the public sees them; what is not public is empty."""

    name: str = ""
    email: str = ""
    phone: str = ""


def officer_details(appointment):
    """Return the PublicDetails of an appointment's holder."""
    person = appointment.person
    return PublicDetails(
        name=person.name if person and appointment.is_name_public else "",
        email=person.email if person and appointment.is_email_public else "",
        phone=person.phone if person and appointment.is_phone_public else "",
    )


def volunteer_details(agent):
    """Return the PublicDetails of an agent annotated by `with_public_fields`."""
    return PublicDetails(
        name=f"{agent.public_given_name} {agent.public_family_name}" if agent.public_given_name else "",
        email=agent.public_email or "",
        phone=agent.public_phone or "",
    )


def coordinator_details(role):
    """Return the PublicDetails of a coordinator."""
    return PublicDetails(role.person.name, role.person.email, role.person.phone)


def duties_shown(kinds):
    """Return which of the current kinds of appointment a municipality's page shows.

    Deputies always; duties without a title only where no liaison is named, a
    fallback respondent only where there is neither.
    """
    order = [Appointment.Kind.LIAISON, Appointment.Kind.DUTIES, Appointment.Kind.FALLBACK]
    first = next((kind for kind in order if kind in kinds), None)
    return {kind for kind in kinds if kind in {first, Appointment.Kind.DEPUTY}}


@dataclass(frozen=True)
class Standing:
    """A role as its public page shows it: `url` is "" and `hidden` says why when no page shows it today.

    `reasons` says for each detail that is not shown why.
    """

    role: str
    place: str
    url: str
    hidden: str
    details: PublicDetails
    reasons: dict


def standings_of(person, *, on=None):
    """Return a Standing for each role that `person` has today, in a fixed number of queries."""
    on = on or timezone.localdate()
    appointments = person.appointments.current_on(on).select_related("municipality", "person")
    agents = person.agencies.current_on(on).with_public_fields().select_related("municipality", "person")
    coordinations = person.coordinations.current_on(on).select_related("region", "area", "person")
    rows = [*appointments, *agents]
    pages = _Pages({row.municipality_id for row in rows}, on)
    standings = [pages.standing(row) for row in rows]
    return standings + [_coordinator_standing(role) for role in coordinations]


def standing_of(role, *, on=None):
    """Return the Standing of one Appointment or Agent (annotated by `with_public_fields`), also of one not current."""
    return _Pages({role.municipality_id}, on or timezone.localdate()).standing(role)


class _Pages:
    """The public pages of some municipalities, and which duties each shows; two queries."""

    def __init__(self, municipality_ids, on):
        municipalities = Municipality.objects.with_current_region(on).filter(pk__in=municipality_ids)
        self.on = on
        self.urls = {each.pk: each.public_url for each in municipalities}
        self.kinds = {}
        current = Appointment.objects.current_on(on).filter(municipality__in=municipality_ids).order_by()
        for municipality_id, kind in current.values_list("municipality", "kind"):
            self.kinds.setdefault(municipality_id, set()).add(kind)

    def standing(self, role):
        is_officer = isinstance(role, Appointment)
        hidden = self._why_hidden(role, is_officer)
        details = officer_details(role) if is_officer else volunteer_details(role)
        person = role.person
        reasons = {}
        for field in FIELDS:
            if person is not None and not getattr(details, field):
                is_recorded = bool(getattr(person, field))
                limited = _("limited in this appointment") if is_officer else _("no consent in force")
                reasons[field] = limited if is_recorded else _("not recorded")
        return Standing(
            role=str(role.get_kind_display() if is_officer else role._meta.verbose_name),
            place=role.municipality.name,
            url="" if hidden else self.urls[role.municipality_id],
            hidden=hidden,
            details=PublicDetails() if hidden else details,
            reasons=reasons,
        )

    def _why_hidden(self, role, is_officer):
        """Return why no page shows the role today, or "" when one does."""
        if not role.is_current_on(self.on):
            return _("the role does not count today")
        if not self.urls.get(role.municipality_id):
            return _("the municipality has no public page")
        if is_officer and role.kind not in duties_shown(self.kinds.get(role.municipality_id, set())):
            return _("the page shows the named liaison or another duty instead")
        return ""


def _coordinator_standing(role):
    has_page = role.region.has_pages
    details = coordinator_details(role)
    missing = {field: _("not recorded") for field in FIELDS if not getattr(details, field)}
    return Standing(
        role=str(role._meta.verbose_name),
        place=role.region.name,
        url=role.region.get_absolute_url() if has_page else "",
        hidden="" if has_page else _("the region has no public page"),
        details=details if has_page else PublicDetails(),
        reasons=missing,
    )


def mailbox_pages(mailbox, *, on=None):
    """Return the addresses, by municipality's name, of the pages that show a shared mailbox's e-mail today."""
    on = on or timezone.localdate()
    appointments = list(mailbox.appointments.current_on(on).select_related("municipality", "person"))
    pages = _Pages({each.municipality_id for each in appointments}, on)
    standings = [pages.standing(each) for each in appointments]
    return {each.place: each.url for each in standings if each.url}


@dataclass(frozen=True)
class VolunteerField:
    """One detail of a volunteer: its key and name, what is recorded, and whether a consent in force shows it."""

    key: str
    label: str
    value: str
    is_shown: bool


def public_fields_of(person):
    """Return a VolunteerField for each detail that needs a volunteer's consent, in one query."""
    given = set(person.consents.in_force().values_list("field", flat=True))
    return [VolunteerField(key, str(label), getattr(person, key), key in given) for key, label in Consent.Field.choices]
