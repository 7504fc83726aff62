"""Who has taken lists with people's data out of the registry: to read, and for nobody to change."""

from django.apps import apps
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.tables import FORMATS
from registry.admin.base import RegistryAdmin
from registry.admin.filters import OwnRelatedFilter
from registry.models import ExportLog


@admin.register(ExportLog)
class ExportLogAdmin(RegistryAdmin):
    """Coordinators see their region's rows, administrators all."""

    list_display = ["exported_at", "list_name", "format_name", "n_rows", "choices", "exported_by", "region"]
    list_filter = [("region", OwnRelatedFilter)]
    list_select_related = ["region", "exported_by"]
    search_fields = ["choices", "exported_by__email"]
    sortable_by = ["exported_at", "n_rows"]
    fields = ["exported_at", "list_name", "format_name", "n_rows", "choices", "exported_by", "region"]
    readonly_fields = fields

    @admin.display(description=_("list"))
    def list_name(self, log):
        """Return the name of the list, as the front page has it."""
        try:
            return capfirst(apps.get_model(log.table)._meta.verbose_name_plural)
        except (LookupError, ValueError):
            return log.table

    @admin.display(description=_("format"))
    def format_name(self, log):
        """Return the name of the format, as its button has it."""
        return FORMATS[log.file_format].label if log.file_format in FORMATS else log.file_format

    def has_add_permission(self, request):
        """The log is written by taking a list out."""
        return False

    def has_change_permission(self, request, obj=None):
        """The log stays as it was written."""
        return False

    def has_delete_permission(self, request, obj=None):
        """The log goes when its time is over."""
        return False
