"""What municipalities offer to associations."""

from django.contrib import admin

from registry.admin.base import HistoryAdmin
from registry.admin.filters import AreaFilter, OwnRelatedFilter, RegionFilter, TimeFilter
from registry.models import Channel, GrantPeriod, Premises


class OfferAdmin(HistoryAdmin):
    """Dated facts of a municipality."""

    list_filter = [RegionFilter, AreaFilter, TimeFilter, ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality"]
    search_fields = ["municipality__search", "name"]
    ordering = ["municipality__sort_key_fi", "pk"]
    sortable_by = ["municipality", "checked_on", "closes_on", "valid_to"]


@admin.register(GrantPeriod)
class GrantPeriodAdmin(OfferAdmin):
    """When grants can be applied for."""

    list_display = ["municipality", "name", "kind", "opens_on", "closes_on", "checked_on", "valid_to"]
    list_filter = ["kind", *OfferAdmin.list_filter]
    ordering = ["municipality__sort_key_fi", "closes_on", "pk"]
    checkbox_fields = ["fields"]


@admin.register(Premises)
class PremisesAdmin(OfferAdmin):
    """Places that associations can use."""

    list_display = ["municipality", "name", "price", "checked_on", "valid_to"]
    list_filter = ["price", *OfferAdmin.list_filter]


@admin.register(Channel)
class ChannelAdmin(OfferAdmin):
    """Where the municipality tells of associations or hears them."""

    list_display = ["municipality", "name", "kind", "url", "checked_on", "valid_to"]
    list_filter = ["kind", *OfferAdmin.list_filter]
