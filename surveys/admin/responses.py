"""Responses, to read: answering has its own pages."""

from django.contrib import admin

from registry.admin.base import HistoryAdmin
from registry.admin.filters import OwnRelatedFilter
from surveys.models import Response


@admin.register(Response)
class ResponseAdmin(HistoryAdmin):
    """Who has answered which round."""

    list_display = ["municipality", "round", "respondent_post", "started_at", "submitted_at"]
    list_filter = [("round", OwnRelatedFilter)]
    list_select_related = ["municipality", "round"]
    sortable_by = []

    def has_add_permission(self, request):
        """A response begins when it is answered."""
        return False

    def has_change_permission(self, request, obj=None):
        """Answers are given in the portal."""
        return False

    def has_delete_permission(self, request, obj=None):
        """What a municipality has answered is a record."""
        return False
