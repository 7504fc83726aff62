"""The installation: texts of its pages, and whether it holds demo data. For administrators."""

from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from registry.admin.base import HistoryAdmin, RegistryAdmin
from registry.models import PageText, SiteState


@admin.register(PageText)
class PageTextAdmin(HistoryAdmin, TranslationAdmin):
    """Texts of the site's own pages, in three languages."""

    list_display = ["key", "updated_on"]
    search_fields = ["key", "body_fi", "body_sv", "body_en"]
    fields = ["key", "body"]

    def get_readonly_fields(self, request, obj=None):
        """A page keeps its place."""
        return ["key"] if obj else []


@admin.register(SiteState)
class SiteStateAdmin(RegistryAdmin):
    """The one row about the installation."""

    list_display = ["__str__", "has_demo_data"]
    fields = ["has_demo_data"]

    def has_add_permission(self, request):
        """There is one row at most."""
        return super().has_add_permission(request) and not SiteState.objects.filter(pk=1).exists()

    def has_delete_permission(self, request, obj=None):
        """The row stays."""
        return False

    def save_model(self, request, obj, form, change):
        """Save as the one row; every public page says anew whether it shows demo data."""
        obj.pk = 1
        super().save_model(request, obj, form, change)
        SiteState.objects.touch()
