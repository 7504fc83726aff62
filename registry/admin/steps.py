"""The list of steps that changed many rows, each of which can be undone as one."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.admin.base import RegistryAdmin, Step
from registry.admin.filters import OwnRelatedFilter
from registry.change_sets import undo_change_set
from registry.imports.targets import find_target
from registry.merging import named_steps
from registry.models import ChangeSet

COUNTED = {
    "created": _("%(n)s created"),
    "changed": _("%(n)s changed"),
    "unchanged": _("%(n)s unchanged"),
    "refused": _("%(n)s refused"),
    "moved": _("%(n)s moved"),
    "joined": _("%(n)s joined"),
    "dropped": _("%(n)s dropped"),
}


class UndoneFilter(admin.SimpleListFilter):
    """Filters steps by whether they have been undone."""

    title = pgettext_lazy("of a step", "state")
    parameter_name = "undone"

    def lookups(self, request, model_admin):
        return [("no", _("in force")), ("yes", _("undone"))]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(undone_at__isnull=self.value() == "no")
        return queryset


class NamedSteps(ChangeList):
    """The list, in which each merger knows the row that stayed; two queries for the page."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = named_steps(list(self.result_list), request.user)


@admin.register(ChangeSet)
class ChangeSetAdmin(RegistryAdmin):
    """Imports and mergers of the region: read, and undone."""

    list_display = ["what", "state", "done_at", "rows", "done_by", "kind", "region"]
    list_filter = ["kind", UndoneFilter, ("region", OwnRelatedFilter)]
    list_select_related = ["region", "done_by", "undone_by"]
    sortable_by = ["kind", "done_at"]
    fields = ["what", "kind", "region", "rows", "done_at", "done_by", "undone_at", "undone_by"]
    readonly_fields = fields

    def get_urls(self):
        view = self.admin_site.admin_view(self.undo)
        return [path("<int:object_id>/undo/", view, name="registry_changeset_undo"), *super().get_urls()]

    def get_changelist(self, request, **kwargs):
        return NamedSteps

    def get_object(self, request, object_id, from_field=None):
        """Return the step with the name of what it was about."""
        step = super().get_object(request, object_id, from_field)
        return named_steps([step], request.user)[0] if step else None

    def has_add_permission(self, request):
        """A step is written down when it is made."""
        return False

    def has_change_permission(self, request, obj=None):
        """A step stays as it was made; undoing has its own button."""
        return False

    def has_delete_permission(self, request, obj=None):
        """A step stays."""
        return False

    @admin.display(description=pgettext_lazy("of a step", "what"))
    def what(self, step):
        """Return what the step was about: of a merger the row that stayed, of an import what was imported."""
        if row := getattr(step, "kept_row", None):
            return format_html("{}: {}", capfirst(row._meta.verbose_name), row)
        target = find_target(step.subject)
        return capfirst(target.label) if target else step.get_kind_display()

    @admin.display(description=_("how many rows"))
    def rows(self, step):
        """Return the counts in words."""
        counted = [COUNTED[key] % {"n": n} for key, n in step.counts.items() if n and key in COUNTED]
        return ", ".join(counted) or "–"

    @admin.display(description=pgettext_lazy("of a step", "state"))
    def state(self, step):
        """Say whether the step has been undone."""
        return _("undone") if step.is_undone else _("in force")

    def get_steps(self, request, obj):
        """Offer undoing, and the way to the row that stayed."""
        steps = []
        if not obj.is_undone and obj.rows.exists():
            steps.append(Step(_("Undo this step"), self.step_url("undo", obj)))
        if obj.kept_row:
            opts = obj.kept_row._meta
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.kept_row.pk])
            steps.append(Step(_("Open: %(row)s") % {"row": obj.kept_row}, url))
        return steps

    def undo(self, request, object_id):
        """Say what undoing brings back, and undo; 404 for a step of another region."""
        step = self.get_object(request, str(object_id))
        if step is None:
            raise Http404
        if not self.has_view_permission(request, step):
            raise PermissionDenied
        return self.ask_and_do(
            request,
            step,
            title=_("Undo this step"),
            effects=lambda: [
                f"{self.what(step)}: {self.rows(step)}",
                _("Every row that the step changed comes back as it was, with its history."),
                _("What has been recorded since stays. If a row has been changed since, nothing is undone."),
            ],
            do=lambda: undo_change_set(step, by=request.user),
        )
