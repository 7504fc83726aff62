"""Figures over time as plain values: published once beside computed, each with its source."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.charts import Chart, ChartRow
from common.numbers import plain_number, share_in_words
from registry.figures import Share

LIAISON_SERIES = "liaison_named"


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
        if figure.series_key == LIAISON_SERIES
    ]
    computed = [
        HistoryRow(
            when=point.on, named=point.named, n_persons=point.n_persons, source="", source_url="", is_published=False
        )
        for point in points
    ]
    return sorted(published + computed, key=lambda row: row.when)


def liaison_chart(history):
    """Return the Chart of HistoryRows whose n is known."""
    rows = [
        ChartRow(
            label=date_format(row.when, "SHORT_DATE_FORMAT"),
            share=row.named.count / row.named.out_of,
            figure=share_in_words(row.named),
            is_published=row.is_published,
        )
        for row in history
        if row.named.out_of
    ]
    if not rows:
        return None
    first, last = rows[0], rows[-1]
    return Chart(
        title=_("Municipalities with a named liaison"),
        reading=_("%(first_day)s: %(first)s. %(last_day)s: %(last)s.")
        % {"first_day": first.label, "first": first.figure, "last_day": last.label, "last": last.figure},
        rows=tuple(rows),
        source=_("Hatched bars: published figures, sources in the table. Solid bars: computed by this registry."),
    )


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
    corrected = {figure.supersedes_id for figure in figures}
    return [
        PublishedRow(
            name=figure.series_name,
            explanation=figure.explanation,
            year=figure.reference_year,
            value=plain_number(figure.value),
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
