"""Regions, their areas, municipalities, and who belongs where when."""

import datetime as dt

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationAdmin

from common.partial_dates import PartialDate
from registry.admin.base import HistoryAdmin, OwnRegion, RegistryAdmin, RelatedList, Step, is_administrator, is_id
from registry.admin.filters import AreaFilter, OwnRelatedFilter, RegionFilter, TimeFilter
from registry.forms import MembershipForm, MergeForm, MoveForm
from registry.memberships import merge_municipality, move_municipality, save_membership
from registry.models import (
    Agent,
    Appointment,
    Area,
    AreaGroup,
    AreaMembership,
    Association,
    Channel,
    ContactEntry,
    Coordinator,
    Directory,
    GrantPeriod,
    Municipality,
    Population,
    Premises,
    Region,
    RegionMembership,
    SharedMailbox,
    Situation,
    SituationStatement,
    SizeClass,
)
from registry.work_areas import choose_work_area


@admin.register(Directory)
class DirectoryAdmin(RegistryAdmin):
    """Directories of associations kept outside the registry."""

    list_display = ["name", "url"]
    search_fields = ["name", "url"]
    ordering = ["pk"]
    sortable_by = []


class NamedAdmin(OwnRegion, TranslationAdmin):
    """A table whose rows have a name in three languages."""


@admin.register(SizeClass)
class SizeClassAdmin(NamedAdmin):
    """Size classes by residents."""

    list_display = ["name", "lower_bound", "key"]
    search_fields = ["name_fi", "name_sv", "name_en"]
    ordering = ["lower_bound"]
    sortable_by = ["lower_bound"]


@admin.register(Region)
class RegionAdmin(HistoryAdmin, TranslationAdmin):
    """Regions: their names, words for the roles, languages, and from when their records are kept."""

    list_display = ["title", "code", "records_from", "directory"]
    list_filter = [("records_from", admin.EmptyFieldListFilter)]
    list_select_related = ["directory"]
    search_fields = ["name_fi", "name_sv", "name_en", "code"]
    administrators_fields = ["code", "slug", "records_from"]
    fieldsets = [
        (None, {"fields": ["name", "code", "slug", "records_from", "directory"]}),
        (_("Words for the roles"), {"fields": ["liaison_label", "agent_label", "coordinator_label"]}),
        (_("The year"), {"fields": ["document_review_month"]}),
        (_("Languages"), {"fields": ["has_finnish", "has_swedish", "has_english"]}),
    ]
    related_lists = [
        RelatedList(Coordinator, "region", ("person", "area", "title", "start", "end")),
        RelatedList(AreaGroup, "region", ("name", "key")),
        RelatedList(RegionMembership, "region", ("municipality", "valid_from", "valid_to")),
    ]

    @admin.display(description=_("name"), ordering="sort_key_fi")
    def title(self, region):
        """Return the name, sorted as Finnish is."""
        return region.name

    def view_on_site(self, region):
        """Return the address of the region's page, when it has one."""
        return region.get_absolute_url() if region.has_pages else None


class AreaInOrder:
    """Names that stand in the order their owners chose."""

    sortable_by = []


@admin.register(AreaGroup)
class AreaGroupAdmin(AreaInOrder, NamedAdmin):
    """Ways of dividing a region."""

    list_display = ["name", "region", "key", "position"]
    list_filter = [("region", OwnRelatedFilter)]
    list_select_related = ["region"]
    search_fields = ["name_fi", "name_sv", "name_en", "key"]
    related_lists = [RelatedList(Area, "group", ("name", "code", "position"))]


@admin.register(Area)
class AreaAdmin(AreaInOrder, NamedAdmin):
    """Areas of the groupings."""

    list_display = ["name", "group", "code", "position"]
    list_filter = [RegionFilter, ("group", OwnRelatedFilter)]
    list_select_related = ["group__region"]
    search_fields = ["name_fi", "name_sv", "name_en", "code"]
    related_lists = [
        RelatedList(AreaMembership, "area", ("municipality", "valid_from", "valid_to")),
        RelatedList(Coordinator, "area", ("person", "title", "start", "end")),
    ]

    def get_urls(self):
        view = self.admin_site.admin_view(self.choose)
        return [path("choose/", view, name="registry_area_choose"), *super().get_urls()]

    def choose(self, request):
        """Remember the area in which the user works, or forget it when none is given; return to the list."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        chosen = request.POST.get("area", "")
        area = get_object_or_404(self.get_queryset(request), pk=chosen) if is_id(chosen) else None
        choose_work_area(request.user, area)
        done = _("Lists now open with the area %s.") % area if area else _("Lists now open with all areas.")
        self.message_user(request, done, messages.SUCCESS)
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return redirect(back if is_ours else reverse("admin:index"))


class MembershipAdmin(HistoryAdmin):
    """Dated memberships, which are written by registry/memberships.py alone."""

    form = MembershipForm
    search_fields = ["municipality__search"]

    def save_model(self, request, obj, form, change):
        """Save as every membership is saved."""
        save_membership(obj, by=request.user)


@admin.register(RegionMembership)
class RegionMembershipAdmin(MembershipAdmin):
    """Which municipality belonged to which region when."""

    list_display = ["municipality", "region", "valid_from", "valid_to", "note"]
    list_filter = [("region", OwnRelatedFilter), TimeFilter]
    list_select_related = ["municipality", "region"]
    sortable_by = ["municipality", "region", "valid_from", "valid_to"]


@admin.register(AreaMembership)
class AreaMembershipAdmin(MembershipAdmin):
    """Which municipality was in which area when."""

    list_display = ["municipality", "area", "group", "valid_from", "valid_to"]
    list_filter = [("area__group", OwnRelatedFilter), ("area", OwnRelatedFilter), TimeFilter]
    list_select_related = ["municipality", "area__group"]
    sortable_by = ["municipality", "valid_from", "valid_to"]

    @admin.display(description=_("grouping"))
    def group(self, membership):
        """Return the grouping of the area."""
        return membership.area.group


@admin.register(Population)
class PopulationAdmin(RegistryAdmin):
    """Residents at the end of each year."""

    list_display = ["municipality", "year", "residents", "source"]
    list_filter = [RegionFilter, AreaFilter, "year", ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality"]
    search_fields = ["municipality__search", "source"]


class SituationFilter(admin.SimpleListFilter):
    """Filters municipalities by how they stand with their liaison today."""

    title = _("situation")
    parameter_name = "situation"

    def lookups(self, request, model_admin):
        return Situation.choices

    def queryset(self, request, queryset):
        return queryset.filter(situation=self.value()) if self.value() in Situation.values else queryset


_OF_MUNICIPALITY = [
    RelatedList(RegionMembership, "municipality", ("region", "valid_from", "valid_to", "note")),
    RelatedList(Appointment, "municipality", ("kind", "person", "title", "start", "end")),
    RelatedList(SituationStatement, "municipality", ("kind", "start", "end", "source")),
    RelatedList(Agent, "municipality", ("person", "stage", "start", "end")),
    RelatedList(ContactEntry, "municipality", ("happened_on", "means", "person", "beginning", "next_step_on")),
    RelatedList(AreaMembership, "municipality", ("area", "group", "valid_from", "valid_to")),
    RelatedList(SharedMailbox, "municipality", ("post", "email", "checked_on")),
    RelatedList(GrantPeriod, "municipality", ("name", "kind", "opens_on", "closes_on")),
    RelatedList(Premises, "municipality", ("name", "price", "checked_on")),
    RelatedList(Channel, "municipality", ("name", "kind", "checked_on")),
    RelatedList(Association, "municipality", ("name", "field", "ended_on")),
    RelatedList(Population, "municipality", ("year", "residents", "source")),
]


@admin.register(Municipality)
class MunicipalityAdmin(HistoryAdmin, TranslationAdmin):
    """Municipalities, with everything that belongs to each."""

    list_display = ["title", "situation_today", "public_page", "website_checked_on", "region_today", "code"]
    list_filter = [RegionFilter, AreaFilter, SituationFilter, "languages"]
    search_fields = ["search"]
    municipality_path = ""
    administrators_fields = ["code", "slug", "tile_row", "tile_col"]
    readonly_fields = ["successor", "merged_on"]
    fieldsets = [
        (None, {"fields": ["name", "code", "slug", "languages", "municipality_type"]}),
        (_("On the web"), {"fields": ["website", "website_checked_on", "directory", "directory_url"]}),
        (_("On the map"), {"fields": ["latitude", "longitude", "tile_row", "tile_col"]}),
        (_("Merger"), {"fields": ["successor", "merged_on"]}),
    ]
    related_lists = _OF_MUNICIPALITY
    contact_fields = {"municipality": "pk"}

    def get_queryset(self, request):
        """Return the user's municipalities with their situation and region of today."""
        today = timezone.localdate()
        return super().get_queryset(request).with_situation(today).with_current_region(today)

    @admin.display(description=_("name"), ordering="sort_key_fi")
    def title(self, municipality):
        """Return the name, sorted as Finnish is."""
        return municipality.name

    @admin.display(description=_("situation"), ordering="situation")
    def situation_today(self, municipality):
        """Return how the municipality stands with its liaison."""
        return Situation(municipality.situation).label

    @admin.display(description=_("region"))
    def region_today(self, municipality):
        """Return the region of which the municipality is a member."""
        return municipality.region_name_now

    @admin.display(description=_("public page"))
    def public_page(self, municipality):
        """Return a link to the public page, when there is one."""
        url = self.view_on_site(municipality)
        link = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
        return format_html(link, url, _("Open"), municipality.name) if url else None

    def view_on_site(self, municipality):
        """Return the address of the public page, or None where the region has no pages."""
        return municipality.public_url or None

    # --- Merging and moving ---------------------------------------------------------------------------------------

    def get_urls(self):
        steps = [
            path("<int:object_id>/merge/", self.admin_site.admin_view(self.merge), name="registry_municipality_merge"),
            path("<int:object_id>/move/", self.admin_site.admin_view(self.move), name="registry_municipality_move"),
        ]
        return steps + super().get_urls()

    def get_steps(self, request, obj):
        """Offer merging and moving to administrators, and a look at the portal to coordinators, while it exists."""
        if obj.successor_id:
            return []
        if not is_administrator(request):
            return [Step(_("Look at the portal"), reverse("portal_look", args=[obj.slug]))]
        return [
            Step(_("Merge into another municipality"), self.step_url("merge", obj)),
            Step(_("Move to another region"), self.step_url("move", obj)),
        ]

    def merge(self, request, object_id):
        """Ask into which municipality and from when, say what will happen, and merge."""
        municipality = self.step_row(request, object_id, administrators_only=True)
        return self.ask_and_do(
            request,
            municipality,
            MergeForm(request.POST or None, municipality=municipality),
            title=_("Merge %s into another municipality") % municipality,
            effects=lambda successor, on: _effects_of_merger(municipality, successor, on),
            do=lambda successor, on: merge_municipality(municipality, successor, on=on, by=request.user),
        )

    def move(self, request, object_id):
        """Ask to which region and from when, say what will happen, and move."""
        municipality = self.step_row(request, object_id, administrators_only=True)
        return self.ask_and_do(
            request,
            municipality,
            MoveForm(request.POST or None),
            title=_("Move %s to another region") % municipality,
            effects=lambda region, on, note: _effects_of_move(municipality, region, on),
            do=lambda region, on, note: move_municipality(municipality, region, on=on, by=request.user, note=note),
        )


def _effects_of_merger(municipality, successor, on):
    """Return the sentences that say what a merger would do."""
    names = {"municipality": municipality, "successor": successor, "day": PartialDate.day(on)}
    n_roles = municipality.appointments.current_on(on).count() + municipality.agents.current_on(on).count()
    return [
        _("%(municipality)s becomes part of %(successor)s on %(day)s.") % names,
        _("Its membership in a region and its places in areas end on the day before."),
        ngettext(
            "%(n)s liaison or agent ends on the day before, and a task asks to appoint anew.",
            "%(n)s liaisons and agents end on the day before, and tasks ask to appoint anew.",
            n_roles,
        )
        % {"n": n_roles},
        _("The past stays under the old name and code, and the old address leads to %(successor)s.") % names,
        _("This cannot be undone here."),
    ]


def _effects_of_move(municipality, region, on):
    """Return the sentences that say what a move would do."""
    names = {"municipality": municipality, "region": region, "day": PartialDate.day(on)}
    last_day = on - dt.timedelta(days=1)
    in_areas = municipality.area_memberships.current_on(last_day).count()
    return [
        _("%(municipality)s belongs to %(region)s from %(day)s.") % names,
        _("Its present membership ends on the day before."),
        ngettext(
            "Its place in %(n)s area ends on the day before.",
            "Its places in %(n)s areas end on the day before.",
            in_areas,
        )
        % {"n": in_areas},
        _("Liaisons, agents and everything else stay with the municipality, and its new region's coordinators see it."),
    ]
