"""Rows of the public tables, prepared as plain values so that templates only loop."""

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.formats import number_format

from registry.figures import Share
from registry.models import Appointment, Situation

LIAISON_SERIES = "liaison_named"


@dataclass(frozen=True)
class MunicipalityRow:
    """One municipality in a region's list."""

    name: str
    slug: str
    url: str
    situation: Situation
    population: int | None
    residents: str
    population_year: int | None
    size_key: str | None
    size_name: str | None
    is_in_area: bool

    def matches(self, choices):
        """Whether the row is within the reader's choices of area, size class and situation."""
        return (
            self.is_in_area
            and (not choices.get("koko") or self.size_key == choices["koko"])
            and (not choices.get("tilanne") or self.situation == choices["tilanne"])
        )


def municipality_rows(region, municipalities):
    """Return a MunicipalityRow for each municipality annotated with situation and population."""
    return [
        MunicipalityRow(
            name=municipality.name,
            slug=municipality.slug,
            url=reverse("municipality_detail", args=[region.slug, municipality.slug]),
            situation=Situation(municipality.situation),
            population=municipality.population,
            residents=residents_in_words(municipality.population),
            population_year=municipality.population_year,
            size_key=municipality.size_class_key,
            size_name=municipality.size_class_name,
            is_in_area=getattr(municipality, "is_in_area", True),
        )
        for municipality in municipalities
    ]


def size_choices(rows):
    """Return (key, name) of the size classes that occur among MunicipalityRows, the smallest first."""
    by_size = sorted((row for row in rows if row.size_key), key=lambda row: row.population)
    return list(dict.fromkeys((row.size_key, row.size_name) for row in by_size))


def residents_in_words(population):
    """Return a number of residents with its thousands apart, or "" when it is not known."""
    return "" if population is None else number_format(population, force_grouping=True)


def situation_counts(point):
    """Return (situation, number of municipalities) for those that occur, best known first."""
    return [(situation, point.counts[situation]) for situation in Situation if point.counts.get(situation)]


def sector_rows(point, unknown):
    """Return (sector's name, number of persons), the largest first; `unknown` names a sector that is not known."""
    rows = [(point.sector_names[sector] or unknown, n) for sector, n in point.persons_by_sector.items()]
    return sorted(rows, key=lambda row: (-row[1], str(row[0])))


@dataclass(frozen=True)
class HistoryRow:
    """The liaison situation of a region at one time: published once, or computed from dated roles."""

    when: object
    named: Share
    n_persons: int | None
    source: str
    source_url: str
    is_published: bool


def liaison_history(points, figures):
    """Return the rows of the liaison situation over time, oldest first.

    Published figures stand beside computed ones, each under its own source, and
    are never added to them.
    """
    published = [
        HistoryRow(
            when=figure.published_on,
            named=Share(int(figure.value), figure.out_of),
            n_persons=None,
            source=figure.source,
            source_url=figure.source_url,
            is_published=True,
        )
        for figure in figures
        if figure.series.key == LIAISON_SERIES
    ]
    computed = [
        HistoryRow(
            when=point.on, named=point.named, n_persons=point.n_persons, source="", source_url="", is_published=False
        )
        for point in points
    ]
    return sorted(published + computed, key=lambda row: row.when)


@dataclass(frozen=True)
class PublishedRow:
    """A published figure with everything a reader needs beside it."""

    name: str
    explanation: str
    year: int
    value: str
    share: Share | None
    base: str
    unit: str
    note: str
    source: str
    source_url: str
    published_on: object
    is_derived: bool
    is_corrected: bool
    is_correction: bool


def published_rows(figures):
    """Return a PublishedRow for each figure of one query; corrections are told from the rows themselves."""
    figures = list(figures)
    corrected = {figure.supersedes_id for figure in figures}
    return [
        PublishedRow(
            name=figure.series.name,
            explanation=figure.series.explanation,
            year=figure.reference_year,
            value=_plain_number(figure.value),
            share=Share(int(figure.value), figure.out_of) if figure.has_share else None,
            base=figure.base,
            unit=figure.unit,
            note=figure.note,
            source=figure.source,
            source_url=figure.source_url,
            published_on=figure.published_on,
            is_derived=figure.is_derived,
            is_corrected=figure.pk in corrected,
            is_correction=figure.supersedes_id is not None,
        )
        for figure in figures
    ]


def _plain_number(value, decimals=2):
    """Return a decimal as people write it: no needless zeros, thousands apart."""
    places = 0 if value == value.to_integral_value() else decimals
    return number_format(value.quantize(Decimal(1).scaleb(-places)), decimal_pos=places, force_grouping=True)


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
    return ContactCard(
        name=person.name if person and appointment.is_name_public else "",
        title=appointment.title,
        sector=appointment.sector.name if appointment.sector else "",
        reason=appointment.fallback_reason,
        email=person.email if person and appointment.is_email_public else "",
        phone=person.phone if person and appointment.is_phone_public else "",
        mailbox_email=mailbox.email if mailbox else "",
        mailbox_post=mailbox.post if mailbox else "",
        since=appointment.start,
        until=appointment.end,
        hours_per_week=_plain_number(appointment.hours_per_week, 1) if appointment.hours_per_week else "",
        percent=_plain_number(appointment.percent, 1) if appointment.percent else "",
        job_description_url=appointment.job_description_url,
        checked_on=person.contact_checked_on if person else None,
    )


def dialled(phone):
    """Return a phone number without its spaces and hyphens."""
    return "".join(c for c in phone if c.isdigit() or c == "+")


@dataclass(frozen=True)
class AgentCard:
    """What a volunteer has allowed to be shown, and nothing else of them."""

    name: str
    stage: str
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
    return [
        AgentCard(
            name=f"{agent.public_given_name} {agent.public_family_name}" if agent.public_given_name else "",
            stage=agent.stage_on(on).label,
            association=agent.association.name if agent.association and agent.public_given_name else "",
            email=agent.public_email or "",
            phone=agent.public_phone or "",
        )
        for agent in agents
    ]
