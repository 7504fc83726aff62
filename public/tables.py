"""Rows of the public tables, prepared as plain values so that templates only loop."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format

from registry.figures import Share
from registry.models import Appointment, Situation, SizeClass

LIAISON_SERIES = "liaison_named"


@dataclass(frozen=True)
class MunicipalityRow:
    """One municipality in a region's list."""

    name: str
    slug: str
    situation: Situation
    population: int | None
    population_year: int | None
    size_class: SizeClass | None
    is_in_area: bool

    def matches(self, choices):
        """Whether the row is within the reader's choices of area, size class and situation."""
        return (
            self.is_in_area
            and (not choices.get("koko") or (self.size_class is not None and self.size_class.key == choices["koko"]))
            and (not choices.get("tilanne") or self.situation == choices["tilanne"])
        )


def municipality_rows(municipalities, size_classes):
    """Return a MunicipalityRow for each municipality annotated with situation and population."""
    return [
        MunicipalityRow(
            name=municipality.name,
            slug=municipality.slug,
            situation=Situation(municipality.situation),
            population=municipality.population,
            population_year=municipality.population_year,
            size_class=SizeClass.of(municipality.population, size_classes),
            is_in_area=getattr(municipality, "is_in_area", True),
        )
        for municipality in municipalities
    ]


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


def _plain_number(value):
    """Return a decimal as people write it: no needless zeros, thousands apart."""
    places = 0 if value == value.to_integral_value() else 2
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
