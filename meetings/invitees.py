"""Whom a meeting can invite: by the roles that are current, and the associations of its municipalities."""

from dataclasses import dataclass

from meetings.models import Invitation, KindAudience
from registry.models import Agent, Appointment, AreaMembership, AssociationContact, Coordinator, Municipality

Audience = KindAudience.Audience
_As = Invitation.Audience
_INVITED_AS = {
    Audience.LIAISONS: _As.LIAISON,
    Audience.AGENTS: _As.AGENT,
    Audience.COORDINATORS: _As.COORDINATOR,
    Audience.ASSOCIATIONS: _As.ASSOCIATION,
}
# Who does a liaison's work is invited as one.
LIAISONS = (Appointment.Kind.LIAISON, Appointment.Kind.DUTIES)


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be invited, in which part, and from which municipality; a person or an association's contact."""

    audience: str
    municipality_id: int | None
    person: object = None
    contact: object = None

    @property
    def source(self):
        """The row that has the name, the address and the language."""
        return self.person or self.contact

    @property
    def name(self):
        """What the lists call them."""
        return self.person.name if self.person else str(self.contact.association)

    @property
    def key(self):
        """What tells candidates apart."""
        return f"person:{self.person.pk}" if self.person else f"contact:{self.contact.pk}"


def municipalities_of(meeting, on):
    """Return the municipalities from which a meeting invites: its hosts, or those of its region or area."""
    if meeting.kind.is_of_municipalities:
        return Municipality.objects.filter(hosted_meetings__meeting=meeting)
    if meeting.area_id:
        return Municipality.objects.filter(pk__in=AreaMembership.objects.members_on(meeting.area, on))
    return Municipality.objects.members_of(meeting.region, on)


def candidates_of(meeting, audiences, *, fields=(), on):
    """Return the Candidates of `audiences` (codes of KindAudience) on day `on`: each person and contact once.

    `fields` of associations choose among these; none means all. A query for each audience.
    """
    places = municipalities_of(meeting, on)
    found = {}
    for audience in Audience:
        if audience in audiences:
            for each in _OF_AUDIENCE[audience](meeting, places, fields, on):
                found.setdefault(each.key, each)
    return list(found.values())


def _liaisons(_meeting, places, _fields, on):
    rows = Appointment.objects.filter(municipality__in=places, kind__in=LIAISONS, person__isnull=False).current_on(on)
    return _people(rows.select_related("person").order_by("municipality__sort_key_fi", "pk"), _As.LIAISON)


def _agents(_meeting, places, _fields, on):
    rows = Agent.objects.filter(municipality__in=places, person__isnull=False).current_on(on)
    return _people(rows.select_related("person").order_by("municipality__sort_key_fi", "pk"), _As.AGENT)


def _people(roles, audience):
    return [Candidate(audience, role.municipality_id, person=role.person) for role in roles]


def _coordinators(meeting, _places, _fields, on):
    rows = Coordinator.objects.filter(region=meeting.region_id, person__isnull=False).current_on(on)
    return [
        Candidate(_As.COORDINATOR, None, person=role.person) for role in rows.select_related("person").order_by("pk")
    ]


def _contacts(_meeting, places, fields, on):
    rows = AssociationContact.objects.of_working(on).filter(association__municipality__in=places)
    rows = rows.filter(association__field__in=fields) if fields else rows
    rows = rows.select_related("association").order_by("association__sort_key", "pk")
    return [Candidate(_As.ASSOCIATION, row.association.municipality_id, contact=row) for row in rows]


_OF_AUDIENCE = {
    Audience.LIAISONS: _liaisons,
    Audience.AGENTS: _agents,
    Audience.COORDINATORS: _coordinators,
    Audience.ASSOCIATIONS: _contacts,
}


def still_concerned(invitation, on):
    """Return "" when an invitee still is what they were invited as on day `on`, else why not (a code of reasons).

    A role that ended ("role_ended"), an association that ended or lost the contact ("association_ended"), and an
    association that asked for no letters ("unsubscribed").
    """
    match invitation.audience:
        case _As.LIAISON:
            roles = Appointment.objects.filter(person=invitation.person_id)
            return "" if _is_current(roles, invitation, on) else "role_ended"
        case _As.AGENT:
            return (
                "" if _is_current(Agent.objects.filter(person=invitation.person_id), invitation, on) else "role_ended"
            )
        case _As.COORDINATOR:
            roles = Coordinator.objects.filter(person=invitation.person_id, region=invitation.meeting.region_id)
            return "" if roles.current_on(on).exists() else "role_ended"
        case _As.ASSOCIATION:
            contacts = AssociationContact.objects.of_working(on).filter(pk=invitation.contact_id)
            contact = contacts.first()
            if contact is None:
                return "association_ended"
            return "unsubscribed" if contact.no_letters_since else ""
    return ""


def _is_current(roles, invitation, on):
    return roles.filter(municipality=invitation.municipality_id).current_on(on).exists()
