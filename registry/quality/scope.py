"""What the checks of data quality look at: some regions on a day, each table read at most once."""

from functools import cached_property

from django.db.models import Exists, OuterRef, Subquery

from common.partial_dates import PartialDate
from registry.models import (
    Agent,
    Appointment,
    Consent,
    Coordinator,
    Municipality,
    Pairing,
    Region,
    RegionMembership,
    SituationStatement,
)


class Scope:
    """The regions with pages among `region_ids`, and their municipalities on day `on`.

    Several checks share what is read here; a check that needs something else reads it
    itself, starting from `municipality_rows`. A region that is a name without pages has
    nothing to check.
    """

    def __init__(self, region_ids, on):
        self.on = on
        self._region_ids = frozenset(region_ids)

    @cached_property
    def regions(self):
        """The regions by id, in alphabetical order."""
        return {region.pk: region for region in Region.objects.with_pages().in_regions(self._region_ids).by_name()}

    @property
    def _members(self):
        has_pages = {"region__in": self._region_ids, "region__records_from__isnull": False}
        return RegionMembership.objects.current_on(self.on).filter(**has_pages).order_by()

    @property
    def municipality_rows(self):
        """The ids of the municipalities as a subquery, for `municipality__in`."""
        return self._members.values("municipality")

    @cached_property
    def municipalities(self):
        """The municipalities by id, in alphabetical order, each with `situation` and `region_id_now`."""
        region = self._members.filter(municipality=OuterRef("pk")).values("region")
        rows = Municipality.objects.filter(pk__in=self.municipality_rows).with_situation(self.on).by_name()
        return {row.pk: row for row in rows.annotate(region_id_now=Subquery(region[:1]))}

    @cached_property
    def appointments(self):
        """The appointments that count on the day, with their people, mailboxes and whom a deputy stands in for."""
        rows = Appointment.objects.current_on(self.on).filter(municipality__in=self.municipality_rows)
        return list(rows.select_related("person", "mailbox", "deputy_for").order_by("person__sort_key", "pk"))

    @property
    def liaisons(self):
        """The named liaisons of the day."""
        return [each for each in self.appointments if each.kind == Appointment.Kind.LIAISON]

    @cached_property
    def statements(self):
        """The statements on the situation that are in force on the day."""
        rows = SituationStatement.objects.current_on(self.on).filter(municipality__in=self.municipality_rows)
        return list(rows.order_by("pk"))

    @cached_property
    def agents(self):
        """The agents of the day whose person is known, each with `has_public_name`."""
        rows = Agent.objects.current_on(self.on).filter(municipality__in=self.municipality_rows, person__isnull=False)
        consents = Consent.objects.filter(
            person=OuterRef("person"), field=Consent.Field.NAME, given_on__lte=self.on, withdrawn_at__isnull=True
        )
        rows = rows.annotate(has_public_name=Exists(consents))
        return list(rows.select_related("person").order_by("person__sort_key", "pk"))

    @cached_property
    def pairings(self):
        """The working pairs of all times, with both roles and their people."""
        rows = Pairing.objects.filter(agent__municipality__in=self.municipality_rows)
        return list(rows.select_related("appointment__person", "agent__person").order_by("pk"))

    @cached_property
    def coordinators(self):
        """The coordinators of the day whose record one of the regions keeps, by whatever region they coordinate."""
        rows = Coordinator.objects.current_on(self.on).filter(person__region__in=self.regions)
        return list(rows.select_related("person").order_by("person__sort_key", "pk"))

    def in_municipality(self, municipality_id):
        """Return what a Finding says of its place: region, municipality and name."""
        municipality = self.municipalities[municipality_id]
        return {
            "region_id": municipality.region_id_now,
            "places": (municipality.pk,),
            "place_names": municipality.name,
        }


def since_day(day):
    """Return a plain day, or None, as the `since` of a Finding."""
    return PartialDate.day(day) if day else None
