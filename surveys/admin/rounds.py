"""Survey rounds: when, in which languages, in which themes."""

from django.contrib import admin
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from registry.admin.base import HistoryAdmin
from registry.admin.filters import OwnRelatedFilter
from surveys.models import Round, RoundTheme


class FrozenInline:
    """Rows of a round's structure: read only once it has been opened."""

    extra = 0

    def _is_frozen(self, obj):
        owner = getattr(obj, "round", obj)
        return owner is not None and not owner.is_draft

    def has_add_permission(self, request, obj=None):
        """Nothing is added to an opened round."""
        return super().has_add_permission(request, obj) and not self._is_frozen(obj)

    def has_change_permission(self, request, obj=None):
        """Nothing changes in an opened round."""
        return super().has_change_permission(request, obj) and not self._is_frozen(obj)

    def has_delete_permission(self, request, obj=None):
        """Nothing is taken out of an opened round."""
        return super().has_delete_permission(request, obj) and not self._is_frozen(obj)


class RoundThemeInline(FrozenInline, TranslationStackedInline):
    """The round's themes with their weights and introductions."""

    model = RoundTheme
    fields = ["theme", "position", "is_scored", "weight", "introduction"]


@admin.register(Round)
class RoundAdmin(HistoryAdmin, TranslationAdmin):
    """Survey rounds of the region."""

    list_display = ["year", "region", "title", "state", "opens_on", "closes_on"]
    list_filter = [("region", OwnRelatedFilter)]
    list_select_related = ["region"]
    sortable_by = ["year"]
    fieldsets = [
        (None, {"fields": ["region", "year", "title", "introduction"]}),
        (None, {"fields": ["opens_on", "closes_on", "reply_days"]}),
        (None, {"fields": ["has_finnish", "has_swedish", "has_english"]}),
    ]
    inlines = [RoundThemeInline]

    @admin.display(description="state")
    def state(self, survey_round):
        """Return how the round stands."""
        return survey_round.state_words
