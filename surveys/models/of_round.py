"""Rows that belong to a round, and so to the region that asked."""

from registry.models.scope import ScopedQuerySet


class OfRoundQuerySet(ScopedQuerySet):
    """Rows that belong to the region that asked, also when the municipality has moved since."""

    round_path = "response__round"

    def in_regions(self, region_ids):
        """Return the rows of these regions' rounds."""
        return self.filter(**{f"{self.round_path}__region__in": region_ids})
