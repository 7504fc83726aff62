"""Figures that were published before the registry."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from registry.admin.base import HistoryAdmin, OwnRegion
from registry.admin.filters import OwnRelatedFilter
from registry.models import FigureSeries, PublishedFigure


@admin.register(FigureSeries)
class FigureSeriesAdmin(OwnRegion, TranslationAdmin):
    """What published figures count."""

    list_display = ["name", "key", "explanation", "position"]
    search_fields = ["name_fi", "name_sv", "name_en", "key"]
    sortable_by = []


@admin.register(PublishedFigure)
class PublishedFigureAdmin(HistoryAdmin, TranslationAdmin):
    """Each figure as it was published on a day."""

    list_display = ["key", "series", "region", "reference_year", "statistic", "value", "out_of", "published_on"]
    list_filter = [("region", OwnRelatedFilter), "statistic", "series", "reference_year"]
    list_select_related = ["series", "region"]
    search_fields = ["key", "series__name_fi", "source", "municipality__search"]
    sortable_by = ["key", "series", "region", "reference_year", "published_on"]
    checkbox_fields = ["named_municipalities"]
    fieldsets = [
        (None, {"fields": ["key", "series", "region", "municipality", "named_municipalities"]}),
        (_("Figure"), {"fields": ["reference_year", "statistic", "value", "out_of", "base", "unit"]}),
        (_("In the survey"), {"fields": ["indicator_key", "options"]}),
        (
            _("Where it comes from"),
            {"fields": ["published_on", "source", "source_url", "is_derived", "supersedes", "note"]},
        ),
    ]
