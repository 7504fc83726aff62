"""What municipalities offer to associations."""

from django.contrib import admin

from registry.admin.base import HistoryAdmin, municipality_page
from registry.admin.filters import AreaFilter, OwnRelatedFilter, RegionFilter, TimeFilter
from registry.models import Channel, GrantPeriod, Premises


class OfferAdmin(HistoryAdmin):
    """Dated facts of a municipality."""

    list_filter = [RegionFilter, AreaFilter, TimeFilter, ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality"]
    search_fields = ["municipality__search", "name"]
    ordering = ["municipality__sort_key_fi", "pk"]
    sortable_by = ["municipality", "checked_on", "closes_on", "valid_to"]

    def view_on_site(self, offer):
        """Return the address of the municipality's page, where the offer stands."""
        return municipality_page(offer.municipality_id)


@admin.register(GrantPeriod)
class GrantPeriodAdmin(OfferAdmin):
    """When grants can be applied for."""

    fields = [
        "municipality",
        "name",
        "kind",
        "opens_on",
        "closes_on",
        "url",
        "fields",
        "checked_on",
        "valid_from",
        "valid_to",
    ]
    list_display = ["municipality", "name", "kind", "opens_on", "closes_on", "checked_on", "valid_to"]
    list_filter = ["kind", *OfferAdmin.list_filter]
    ordering = ["municipality__sort_key_fi", "closes_on", "pk"]
    checkbox_fields = ["fields"]


@admin.register(Premises)
class PremisesAdmin(OfferAdmin):
    """Places that associations can use."""

    fields = [
        "municipality",
        "name",
        "address",
        "price",
        "price_note",
        "booking_url",
        "accessibility",
        "checked_on",
        "valid_from",
        "valid_to",
    ]
    list_display = ["municipality", "name", "price", "checked_on", "valid_to"]
    list_filter = ["price", *OfferAdmin.list_filter]


@admin.register(Channel)
class ChannelAdmin(OfferAdmin):
    """Where the municipality tells of associations or hears them."""

    fields = ["municipality", "kind", "name", "url", "checked_on", "valid_from", "valid_to"]
    list_display = ["municipality", "name", "kind", "url", "checked_on", "valid_to"]
    list_filter = ["kind", *OfferAdmin.list_filter]
