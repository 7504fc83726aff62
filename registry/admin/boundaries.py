"""Boundaries of municipalities, as `import_boundaries` has saved them. For administrators, to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin.base import RegistryAdmin
from registry.models import MunicipalityBoundary


@admin.register(MunicipalityBoundary)
class MunicipalityBoundaryAdmin(RegistryAdmin):
    """Which municipalities have a boundary, whose it is and how detailed."""

    list_display = ["municipality", "n_points", "attribution", "imported_at"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__search", "attribution"]
    fields = ["municipality", "n_points", "attribution", "imported_at"]
    readonly_fields = ["n_points"]

    @admin.display(description=_("points"))
    def n_points(self, boundary):
        """Return how many points the outline has."""
        return sum(map(len, boundary.rings))

    def has_add_permission(self, request):
        """Boundaries come from a file."""
        return False

    def has_change_permission(self, request, obj=None):
        """Boundaries fit together only as they came; deleting them is possible, and takes the map away."""
        return False
