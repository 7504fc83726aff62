"""What is public of people, as plain values: a template given these alone cannot show more."""

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.numbers import dialled, plain_number
from registry.models import Agent, Appointment
from registry.public_details import officer_details, volunteer_details


@dataclass(frozen=True)
class PastLiaison:
    """A liaison of the past, without the name: the office is history, the person is not."""

    start: object
    end: object
    title: str
    sector: str


def liaison_past(appointments, today):
    """Return the ended appointments of named liaisons, newest first, without names."""
    return [
        PastLiaison(
            start=appointment.start,
            end=appointment.end,
            title=appointment.title,
            sector=appointment.sector.name if appointment.sector else "",
        )
        for appointment in appointments
        if appointment.kind == Appointment.Kind.LIAISON and appointment.end_last and appointment.end_last < today
    ]


@dataclass(frozen=True)
class ContactCard:
    """What is public of an officer in a task: a template given this alone cannot show more."""

    name: str
    title: str
    sector: str
    reason: str
    email: str
    phone: str
    mailbox_email: str
    mailbox_post: str
    since: object
    until: object
    hours_per_week: str
    percent: str
    job_description_url: str
    told_on: object
    checked_on: object

    @property
    def has_contact(self):
        """Whether there is any way to reach the person."""
        return bool(self.email or self.phone or self.mailbox_email)

    @property
    def phone_link(self):
        """The number as a link dials it."""
        return dialled(self.phone)


def contact_cards(appointments):
    """Return a ContactCard for each appointment, with the holder's public details (rule 9 of docs/rules.md)."""
    return [_contact_card(appointment) for appointment in appointments]


def _contact_card(appointment):
    person, mailbox = appointment.person, appointment.mailbox
    details = officer_details(appointment)
    return ContactCard(
        name=details.name,
        title=appointment.title,
        sector=appointment.sector.name if appointment.sector else "",
        reason=appointment.fallback_reason,
        email=details.email,
        phone=details.phone,
        mailbox_email=mailbox.email if mailbox else "",
        mailbox_post=mailbox.post if mailbox else "",
        since=appointment.start,
        until=appointment.end,
        hours_per_week=plain_number(appointment.hours_per_week, 1) if appointment.hours_per_week else "",
        percent=plain_number(appointment.percent, 1) if appointment.percent else "",
        job_description_url=appointment.job_description_url,
        told_on=appointment.associations_told_on,
        checked_on=person.contact_checked_on if person else None,
    )


class Way(NamedTuple):
    """One way to reach somebody, as a link."""

    kind: str
    link: str
    words: str


@dataclass(frozen=True)
class CoordinatorCard:
    """One coordinator with everything looked after: a person with two areas is one card."""

    name: str
    title: str
    areas: str
    email: str
    phone: str

    @property
    def ways(self):
        """The Ways that are known: a call first."""
        ways = Way("phone", f"tel:{dialled(self.phone)}", self.phone), Way("mail", f"mailto:{self.email}", self.email)
        return [way for way in ways if way.words]


def coordinator_cards(roles):
    """Return a CoordinatorCard for each person of the current `roles`, those of the whole region first."""
    by_person = {}
    for role in sorted(roles, key=lambda role: role.area_id is not None):
        if role.person:
            by_person.setdefault(role.person, []).append(role)
    return [
        CoordinatorCard(
            name=person.name,
            title=next((role.title for role in own if role.title), ""),
            areas=", ".join(role.area.name if role.area else _("the whole region") for role in own),
            email=person.email,
            phone=person.phone,
        )
        for person, own in by_person.items()
    ]


@dataclass(frozen=True)
class AgentCard:
    """What a volunteer has allowed to be shown, and nothing else of them."""

    name: str
    stage: str
    is_active: bool
    association: str
    email: str
    phone: str

    @property
    def has_contact(self):
        """Whether there is any way to reach the volunteer."""
        return bool(self.email or self.phone)

    @property
    def phone_link(self):
        """The number as a link dials it."""
        return dialled(self.phone)


def agent_cards(agents, on):
    """Return an AgentCard for each agent annotated with public fields.

    The association is told only beside a name: alone it could tell who the agent is.
    """
    return [_agent_card(agent, volunteer_details(agent), on) for agent in agents]


def _agent_card(agent, details, on):
    return AgentCard(
        name=details.name,
        stage=agent.stage_on(on).label,
        is_active=agent.stage_on(on) == Agent.Stage.ACTIVE,
        association=agent.association.name if agent.association and details.name else "",
        email=details.email,
        phone=details.phone,
    )


@dataclass(frozen=True)
class StandingRow:
    """One structure of the cooperation: whether it is there, what that rests on, and if not, who can add it."""

    subject: str
    shape: str
    words: str
    basis: str
    url: str = ""


def standing_rows(liaisons, agents):
    """Return what is in place, from the ContactCards of named liaisons and the AgentCards; nothing without a liaison.

    What nobody has recorded is "not recorded", never "no".
    """
    if not liaisons:
        return []
    timed = [card for card in liaisons if card.hours_per_week or card.percent]
    times = [f"{card.title}: {_working_time(card)}" if len(timed) > 1 else _working_time(card) for card in timed]
    described = next((card.job_description_url for card in liaisons if card.job_description_url), "")
    told_on = max((card.told_on for card in liaisons if card.told_on), default=None)
    told = date_format(told_on, "SHORT_DATE_FORMAT") if told_on else ""
    return [
        _row(_("Working time"), times, _("assigned"), ", ".join(times)),
        _row(_("Job description"), described, _("published"), _("Read the job description"), url=described),
        _row(_("Associations informed"), told_on, _("informed"), told),
        _agent_row(agents),
    ]


def _agent_row(agents):
    """Return the row of the association agents: the tick is for one who is active."""
    if not agents:
        return StandingRow(
            _("Association agent"),
            "no_information",
            _("not recorded"),
            _("Interested? Ask the coordinator."),
            url="#coordinator",
        )
    furthest = next((agent for agent in agents if agent.is_active), agents[0])
    counted = ngettext("%(n)s volunteer", "%(n)s volunteers", len(agents)) % {"n": len(agents)}
    shape = "named" if furthest.is_active else "being_named"
    return StandingRow(_("Association agent"), shape, furthest.stage, counted)


def _row(subject, is_there, words, basis, *, url=""):
    if is_there:
        return StandingRow(subject, "named", words, basis, url)
    return StandingRow(subject, "no_information", _("not recorded"), _("The liaison or the coordinator can add this."))


def _working_time(card):
    if card.hours_per_week:
        return _("%(hours)s h a week") % {"hours": card.hours_per_week}
    return _("%(percent)s%% of the working time") % {"percent": card.percent}
