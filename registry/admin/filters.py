"""Filters of lists; their values are limited to the user's own rows like everything else."""

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.admin.base import rows_for
from registry.models import Area, Region
from registry.models.periods import Period
from registry.work_areas import work_area_of

AS_SELECT = "admin/registry/select_filter.html"
LONGEST_AS_LINKS = 8
ALL = "all"


def other_choices(changelist, *own):
    """Return what else is chosen in the list's address, for the form of a filter to keep: names and values."""
    return [(name, value) for name, value in changelist.params.items() if name not in {*own, PAGE_VAR}]


class OwnRelatedFilter(admin.RelatedFieldListFilter):
    """Filters by a related row of the user's own: links when there are few, a drop-down list when there are many."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        if len(self.lookup_choices) > LONGEST_AS_LINKS:
            self.template = AS_SELECT

    def field_choices(self, field, request, model_admin):
        """Return the ids and names to choose from."""
        return [(row.pk, str(row)) for row in rows_for(field.remote_field.model, request.user)]

    def choices(self, changelist):
        """Return the choices, with what a drop-down list sends for each."""
        self.name = self.lookup_kwarg
        self.others = other_choices(changelist, self.lookup_kwarg, self.lookup_kwarg_isnull)
        values = ["", *(pk for pk, _name in self.lookup_choices)]
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "value": values[number] if number < len(values) else None}


class _RowFilter(admin.SimpleListFilter):
    """Filters by a row that the user may see; anything else in the address filters nothing."""

    model = None

    def lookups(self, request, model_admin):
        rows = [(str(row.pk), str(row)) for row in rows_for(self.model, request.user)]
        return rows if len(rows) > 1 else []

    def queryset(self, request, queryset):
        chosen = self.value()
        known = {key for key, _name in self.lookup_choices}
        return self.narrow(queryset, int(chosen)) if chosen in known else queryset

    def narrow(self, queryset, pk):
        """Return the rows that belong to the chosen one."""
        raise NotImplementedError


class RegionFilter(_RowFilter):
    """Filters by the region to which the rows belong today; for those who have several."""

    title = _("region")
    parameter_name = "in_region"
    model = Region

    def narrow(self, queryset, pk):
        return queryset.in_regions([pk])


class AreaFilter(_RowFilter):
    """Filters by the area in which the row's municipality is today.

    A list opens with the area that the user works in (registry/work_areas.py)
    unless its address says which area, or names one row to show the rows of.
    """

    title = _("area")
    parameter_name = "in_area"
    model = Area
    template = AS_SELECT

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.path = model_admin.municipality_path
        self.remembered = work_area_of(request.user)
        is_of_one_row = any(name.endswith("__id__exact") for name in request.GET)
        if self.remembered and self.lookup_choices and not is_of_one_row:
            self.used_parameters.setdefault(self.parameter_name, str(self.remembered.pk))

    def lookups(self, request, model_admin):
        self.areas = {str(area.pk): area for area in rows_for(Area, request.user)}
        return [(key, area.name) for key, area in self.areas.items()] if len(self.areas) > 1 else []

    @property
    def area(self):
        """The area to which the list is limited, or None."""
        return self.areas.get(self.value())

    @property
    def is_remembered(self):
        """Whether the list would open with this area."""
        return self.area is not None and self.area == self.remembered

    def choices(self, changelist):
        """Return all areas and each of them with its grouping, because groupings have areas of the same name."""
        self.name = self.parameter_name
        self.others = other_choices(changelist, self.parameter_name)
        yield {"value": ALL, "display": _("All"), "selected": self.area is None, "group": ""}
        for key, area in self.areas.items():
            yield {"value": key, "display": area.name, "selected": area == self.area, "group": area.group.name}

    def narrow(self, queryset, pk):
        return queryset.in_area(pk, timezone.localdate(), self.path)


class TimeFilter(admin.SimpleListFilter):
    """Filters dated rows: those that count today, will count later, or have ended."""

    title = _("time")
    parameter_name = "time"

    def lookups(self, request, model_admin):
        return [("current", _("current")), ("future", _("to come")), ("ended", _("ended"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        is_period = issubclass(queryset.model, Period)
        match self.value():
            case "current":
                return queryset.current()
            case "ended":
                return queryset.ended_before(today) if is_period else queryset.filter(valid_to__lt=today)
            case "future" if is_period:
                current = queryset.model.objects.current().order_by().values("pk")
                return queryset.open_or_future().exclude(pk__in=current)
            case "future":
                return queryset.filter(valid_from__gt=today)
        return queryset


class DoneFilter(admin.SimpleListFilter):
    """Shows first what is open; the rest by choice. `column` is empty while a row is open."""

    title = _("state")
    parameter_name = "state"
    column = "done_at"

    def lookups(self, request, model_admin):
        return [("done", _("done")), ("overdue", _("overdue")), ("all", _("All"))]

    def choices(self, changelist):
        """Return the choices; the first, without a value, is what is open."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("open")}, *others]

    def queryset(self, request, queryset):
        match self.value():
            case "done":
                return queryset.exclude(**{f"{self.column}__isnull": True})
            case "overdue":
                return self.overdue(queryset)
            case "all":
                return queryset
        return queryset.open()

    def overdue(self, queryset):
        """Return what is open though its day has passed."""
        return queryset.overdue()


class WhoseFilter(admin.SimpleListFilter):
    """Filters tasks: the user's own, those of the area in which the user works, or nobody's."""

    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("mine")), ("area", _("my area's")), ("nobody", _("nobody's yet"))]

    def queryset(self, request, queryset):
        match self.value():
            case "mine":
                return queryset.of_user(request.user)
            case "area":
                return queryset.in_areas(Area.objects.worked_in(request.user), timezone.localdate())
            case "nobody":
                return queryset.filter(assigned_to__isnull=True)
        return queryset


class AnsweredFilter(DoneFilter):
    """The same for feedback."""

    column = "answered_at"

    def lookups(self, request, model_admin):
        return [("done", _("answered")), ("overdue", _("late")), ("all", _("All"))]

    def overdue(self, queryset):
        """Return what is unanswered though its day has passed."""
        return queryset.open().filter(answer_by__lt=timezone.localdate())
