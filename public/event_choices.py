"""What is asked of a region's events by an address, and what it shows."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from meetings.events import (
    events_in_year,
    events_of,
    kinds_of_events,
    municipalities_of_events,
    years_of_events,
)
from public.event_forms import EventChoicesForm
from public.event_months import last_day_of, month_asked, month_of
from public.event_rows import by_month, event_rows
from registry.page_reads import RegionFacts, region_at

ON_A_PAGE = 60
BY_MONTH = "kuukausi"


@dataclass(frozen=True)
class EventsPage:
    """One page of a list: its events by month, and the addresses of the pages beside it; empty where there is none."""

    groups: list
    before: str
    after: str


@dataclass(frozen=True)
class EventChoices:
    """The events of a region that an address asks for."""

    region: RegionFacts
    query: QueryDict
    form: EventChoicesForm
    years: list
    today: date

    @classmethod
    def of(cls, region_slug, query, today):
        """Return what the address asks for, with four queries; None for a region without pages."""
        region = region_at(region_slug)
        if region is None:
            return None
        years = years_of_events(region)
        past = [year for year in years if year <= today.year]
        places, kinds = municipalities_of_events(region, today), kinds_of_events(region)
        form = EventChoicesForm(query, years=past, municipalities=places, kinds=kinds)
        return cls(region, query, form, years, today)

    @cached_property
    def events(self):
        """The public meetings that are chosen."""
        return events_of(self.region, municipality=self.form.municipality, kind=self.form.kind)

    @property
    def title(self):
        """What the events are called together: the region's, of a municipality or a kind alone."""
        names = [words for _label, words in self.form.in_words()]
        return ", ".join([_("Events in %(region)s") % {"region": self.region.name}, *names])

    @property
    def year(self):
        """The year that has passed, or None for what is coming."""
        return self.form.cleaned_data.get("vuosi")

    @property
    def is_month(self):
        """Whether the month view is asked for."""
        return self.query.get("nakyma") == BY_MONTH

    @cached_property
    def month(self):
        """The Month that is asked for, or None for one that there is not."""
        first = month_asked(self.query.get("kuukausi", ""), self.years, self.today)
        if first is None:
            return None
        meetings = self.events.between(first, last_day_of(first)).with_what_is_shown()
        return month_of(first, event_rows(meetings), self.years, self.today)

    @cached_property
    def listed(self):
        """The EventsPage that is asked for, or None for one that there is not."""
        text = self.query.get("sivu", "1")
        if self.query.get("nakyma") or not (text.isascii() and text.isdecimal() and len(text) < 4 and int(text)):
            return None
        number = int(text)
        year = self.year
        events = events_in_year(self.events, year, self.today) if year else self.events.coming(self.today)
        start = (number - 1) * ON_A_PAGE
        # One more than is shown tells whether there is a next page.
        rows = event_rows(events.with_what_is_shown()[start : start + ON_A_PAGE + 1])
        if not rows and number > 1:
            return None
        here = {"vuosi": year} if year else {}
        return EventsPage(
            by_month(rows[:ON_A_PAGE]),
            self._address(**here, sivu=number - 1) if number > 1 else "",
            self._address(**here, sivu=number + 1) if len(rows) > ON_A_PAGE else "",
        )

    def _address(self, name="region_events", **choices):
        query = urlencode({**self.form.chosen, **choices})
        return reverse(name, args=[self.region.slug]) + (f"?{query}" if query else "")

    @property
    def list_address(self):
        """The address of the list of what is coming, with municipality and kind kept."""
        return self._address()

    @property
    def month_address(self):
        """The address of this month, with municipality and kind kept."""
        return self._address(nakyma=BY_MONTH)

    @property
    def before_address(self):
        """The address of the month before, or an empty text."""
        return self._address(nakyma=BY_MONTH, kuukausi=self.month.before) if self.month.before else ""

    @property
    def after_address(self):
        """The address of the next month, or an empty text."""
        return self._address(nakyma=BY_MONTH, kuukausi=self.month.after) if self.month.after else ""

    @property
    def past_addresses(self):
        """(year, address) of each year of which something may have been held, the latest first."""
        return [(year, self._address(vuosi=year)) for year in self.years if year <= self.today.year]

    @property
    def calendar_address(self):
        """The address of the calendar of what is chosen."""
        return self._address("region_calendar")

    @property
    def feed_address(self):
        """The address of the Atom feed of what is chosen."""
        return self._address("region_feed")
