"""Associations, their fields and contacts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin.base import HistoryAdmin, RelatedList
from registry.admin.filters import AreaFilter, OwnRelatedFilter, RegionFilter
from registry.admin.merging import MergeSteps
from registry.admin.returned import ReturnedFilter, ReturnedMail
from registry.admin.roles import WordListAdmin
from registry.merging import merge_associations, preview_association_merge
from registry.models import Agent, Association, AssociationContact, AssociationField

admin.site.register(AssociationField, WordListAdmin)


@admin.register(Association)
class AssociationAdmin(MergeSteps, HistoryAdmin):
    """Associations of the region."""

    list_display = ["title", "municipality", "field", "register_number", "ended_on"]
    list_filter = [
        RegionFilter,
        AreaFilter,
        "field",
        ("ended_on", admin.EmptyFieldListFilter),
        ("municipality", OwnRelatedFilter),
    ]
    list_select_related = ["municipality", "field"]
    search_fields = ["search"]
    sortable_by = ["title", "municipality", "field", "ended_on"]
    fields = ["name", "register_number", "municipality", "field", "website", "ended_on"]
    merge_columns = ["title", "municipality", "register_number", "field", "ended_on"]
    preview_merge = staticmethod(preview_association_merge)
    merge_rows = staticmethod(merge_associations)
    related_lists = [
        RelatedList(AssociationContact, "association", ("name", "email", "phone", "checked_on", "no_letters_since")),
        RelatedList(Agent, "association", ("person", "municipality", "start", "end")),
    ]

    @admin.display(description=_("name"), ordering="sort_key")
    def title(self, association):
        """Return the name, sorted as Finnish is."""
        return association.name


@admin.register(AssociationContact)
class AssociationContactAdmin(ReturnedMail, HistoryAdmin):
    """Whom to write to; never public."""

    list_display = ["association", "name", "email", "phone", "basis", "checked_on", "no_letters_since"]
    list_filter = [
        RegionFilter,
        AreaFilter,
        ReturnedFilter,
        "basis",
        "language",
        ("no_letters_since", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["association"]
    search_fields = ["association__search", "name", "email"]
    municipality_path = "association__municipality"
    sortable_by = ["association", "checked_on", "no_letters_since"]
    fieldsets = [
        (
            None,
            {
                "description": _("Never shown in public: for invitations and letters only."),
                "fields": ["association", "name", "email", "phone", "language"],
            },
        ),
        (_("Where it comes from"), {"fields": ["source", "basis", "obtained_on", "checked_on", "no_letters_since"]}),
    ]
