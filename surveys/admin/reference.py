"""Themes, criteria and indicators."""

from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from registry.admin.base import OwnRegion, is_administrator
from registry.admin.filters import OwnRelatedFilter
from surveys.models import Criterion, Indicator, Theme


class NamedAdmin(OwnRegion, TranslationAdmin):
    """A word list in three languages, in an order of its own."""

    sortable_by = []

    def get_readonly_fields(self, request, obj=None):
        """A key stays what it was."""
        return [*super().get_readonly_fields(request, obj), "key"] if obj else super().get_readonly_fields(request)


@admin.register(Theme)
class ThemeAdmin(NamedAdmin):
    """Themes of the survey."""

    list_display = ["name", "key", "is_scored", "position"]
    fields = ["name", "description", "key", "position", "is_scored"]


@admin.register(Criterion)
class CriterionAdmin(NamedAdmin):
    """The associations' own criteria."""

    list_display = ["name", "key", "position"]
    fields = ["name", "key", "position"]


@admin.register(Indicator)
class IndicatorAdmin(NamedAdmin):
    """Indicators: everybody's, and a region's own."""

    list_display = ["name", "key", "theme", "criterion", "region"]
    list_filter = ["theme", "criterion", ("region", OwnRelatedFilter)]
    list_select_related = ["theme", "criterion", "region"]
    search_fields = ["name_fi", "name_sv", "name_en", "key"]
    fields = ["name", "key", "theme", "criterion", "region"]

    def has_change_permission(self, request, obj=None):
        """What every region uses is changed by administrators alone."""
        is_everybodys = obj is not None and obj.region_id is None
        return super().has_change_permission(request, obj) and (is_administrator(request) or not is_everybodys)

    def get_form(self, request, obj=None, **kwargs):
        """Ask a coordinator for the region: an indicator without one is everybody's."""
        form = super().get_form(request, obj, **kwargs)
        if not is_administrator(request) and "region" in form.base_fields:
            form.base_fields["region"].required = True
        return form
