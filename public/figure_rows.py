"""Figures over time as plain values: published once beside computed, each with its source."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from common.charts import Chart, ChartRow
from common.days import short_day
from common.kept import kept_in_each_language
from common.numbers import plain_number, share_in_words
from registry.figures import Share

LIAISON_SERIES = "liaison_named"


class HistoryRow(NamedTuple):
    """The liaison situation of a region at one time: published once, or computed from dated roles."""

    when: object
    day: str
    named: Share
    words: str
    n_persons: int | None
    persons: str
    source: str
    origin: str
    is_published: bool


def liaison_history(points, figures):
    """Return the rows of the liaison situation over time: those published first, then those computed, oldest first.

    Published figures stand beside computed ones, each under its own source, and
    are never added to them.
    """
    published_words, own_words, not_published = _("published:"), _("this registry"), _("not published")
    published = [
        HistoryRow(
            when=figure.published_on,
            day=short_day(figure.published_on),
            named=(named := Share(int(figure.value), figure.out_of)),
            words=share_in_words(named),
            n_persons=None,
            persons=not_published,
            source=figure.source,
            origin=f"{published_words} {figure.source}",
            is_published=True,
        )
        for figure in figures
        if figure.series_key == LIAISON_SERIES
    ]
    computed = [
        HistoryRow(
            when=point.on,
            day=short_day(point.on),
            named=point.named,
            words=share_in_words(point.named),
            n_persons=point.n_persons,
            persons=str(point.n_persons),
            source="",
            origin=own_words,
            is_published=False,
        )
        for point in points
    ]
    return [*sorted(published, key=lambda row: row.when), *sorted(computed, key=lambda row: row.when)]


def liaison_chart(history, begins_on):
    """Return the Chart of HistoryRows whose n is known; the registry's own records begin on `begins_on`.

    Published and computed figures are two groups with no reading across: the registry
    knows only what has been recorded in it, so its first years would look like a fall.
    """
    counted = [row for row in history if row.named.out_of]
    published = [_chart_row(row) for row in counted if row.is_published]
    computed = [_chart_row(row) for row in counted if not row.is_published]
    if not counted:
        return None
    begins = _("The registry begins on %(day)s") % {"day": short_day(begins_on)}
    readings = []
    for heading, rows in ((_("Published elsewhere"), published), (begins, computed)):
        if rows:
            rows[0] = rows[0]._replace(heading=heading)
            readings.append(f"{heading}: {_from_first_to_last(rows)}.")
    if published and computed:
        readings.append(_("The two are counted in different ways and are not one series."))
    return Chart(
        title=_("Municipalities with a named liaison"),
        reading=" ".join(readings),
        rows=(*published, *computed),
        source=_("Hatched bars: published figures, sources in the table. Solid bars: computed by this registry."),
    )


def _chart_row(row):
    return ChartRow(
        label=row.day,
        share=row.named.count / row.named.out_of,
        figure=row.words,
        is_published=row.is_published,
    )


def _from_first_to_last(rows):
    """Return the first and the last of ChartRows in words."""
    return ", ".join(dict.fromkeys(f"{row.label} {row.figure}" for row in (rows[0], rows[-1])))


class PublishedRow(NamedTuple):
    """A published figure with everything a reader needs beside it."""

    name: str
    explanation: str
    year: int
    value: str
    share: Share | None
    words: str
    of_what: str
    source_words: str
    is_corrected: bool
    is_correction: bool

    @property
    def correction(self):
        """What corrections have to do with the figure, in words."""
        words = [_("Corrected later")] if self.is_corrected else []
        return " ".join([*words, _("Corrects an earlier figure")] if self.is_correction else words)


def published_rows(figures):
    """Return a PublishedRow for each figure of one query; corrections are told from the rows themselves."""
    corrected = {figure.supersedes_id for figure in figures}
    return [_published_row(figure, figure.pk in corrected) for figure in figures]


@kept_in_each_language(1024)
def _published_row(figure, is_corrected):
    value = plain_number(figure.value)
    share = Share(int(figure.value), figure.out_of) if figure.has_share else None
    of_what = figure.base if share else f"{figure.unit} ({figure.base})" if figure.base else figure.unit
    derived = _("Count derived from what was published.") if figure.is_derived else ""
    return PublishedRow(
        name=figure.series_name,
        explanation=figure.explanation,
        year=figure.reference_year,
        value=value,
        share=share,
        words=share_in_words(share) if share else value,
        of_what=of_what,
        source_words=f"{figure.source}. {figure.note or derived}",
        is_corrected=is_corrected,
        is_correction=figure.supersedes_id is not None,
    )
