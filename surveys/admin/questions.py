"""Questions with their options, rows, columns, thresholds and conditions."""

from django.contrib import admin
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline

from registry.admin.base import HistoryAdmin
from registry.admin.filters import OwnRelatedFilter
from surveys.admin.rounds import FrozenInline
from surveys.models import ConditionTerm, Option, Question, QuestionRow, TableColumn, Threshold


class OptionInline(FrozenInline, TranslationTabularInline):
    """Options."""

    model = Option


class RowInline(FrozenInline, TranslationTabularInline):
    """Rows of a matrix or a table."""

    model = QuestionRow


class ColumnInline(FrozenInline, TranslationTabularInline):
    """Columns of a table."""

    model = TableColumn


class ThresholdInline(FrozenInline, admin.TabularInline):
    """Points of a number."""

    model = Threshold


class ConditionInline(FrozenInline, admin.TabularInline):
    """When the question is asked."""

    model = ConditionTerm
    fk_name = "question"


@admin.register(Question)
class QuestionAdmin(HistoryAdmin, TranslationAdmin):
    """Questions of the region's rounds."""

    list_display = ["wording", "round", "round_theme", "kind"]
    list_filter = [("round", OwnRelatedFilter), "kind"]
    list_select_related = ["round", "round_theme__theme", "indicator"]
    sortable_by = []
    inlines = [OptionInline, RowInline, ColumnInline, ThresholdInline, ConditionInline]
