"""Tasks and feedback."""

from django.contrib import admin, messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.returning import return_address
from registry.admin.base import RegistryAdmin, Step, is_administrator
from registry.admin.filters import AnsweredFilter, DoneFilter, OwnRelatedFilter, WhoseFilter
from registry.feedback import answer_feedback, receive_feedback
from registry.models import Feedback, Task
from registry.tasks import complete_task


class FinishableAdmin(RegistryAdmin):
    """Rows with one step that finishes them, from the list or from the row's own page."""

    actions = ["finish_chosen"]
    finish_label = ""

    def finish(self, obj, *, by):
        """Finish one row."""
        raise NotImplementedError

    def is_finished(self, obj):
        """Whether the row needs nothing more."""
        raise NotImplementedError

    def get_urls(self):
        view = self.admin_site.admin_view(self.finish_one)
        name = f"registry_{self.opts.model_name}_finish"
        return [path("<int:object_id>/finish/", view, name=name), *super().get_urls()]

    def get_steps(self, request, obj):
        """Offer finishing what is open."""
        if self.is_finished(obj) or not self.has_change_permission(request, obj):
            return []
        return [Step(self.finish_label, self.step_url("finish", obj), is_post=True)]

    def finish_one(self, request, object_id):
        """Finish the row of the page."""
        row = self.step_row(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.finish(row, by=request.user)
        self.message_user(request, _("Done: %(step)s.") % {"step": row}, messages.SUCCESS)
        default = reverse(f"admin:registry_{self.opts.model_name}_changelist")
        return redirect(return_address(request, default) if "next" in request.POST else default)

    def finish_chosen(self, request, queryset):
        """Finish the rows chosen in the list."""
        rows = [row for row in queryset if not self.is_finished(row)]
        for row in rows:
            self.finish(row, by=request.user)
        done = ngettext("%(n)s row was marked.", "%(n)s rows were marked.", len(rows)) % {"n": len(rows)}
        self.message_user(request, done, messages.SUCCESS)

    finish_chosen.allowed_permissions = ["change"]

    def _get_action_description(self, func, name):
        """Name the action as the button is named."""
        return self.finish_label if name == "finish_chosen" else super()._get_action_description(func, name)


@admin.register(Feedback)
class FeedbackAdmin(FinishableAdmin):
    """What people have told the registry; answered by letter, and marked here."""

    finish_label = _("Mark as answered")
    list_display = ["kind", "beginning", "region", "received_at", "answer_by", "late", "answered_at"]
    list_filter = [AnsweredFilter, "kind", ("region", OwnRelatedFilter)]
    list_select_related = ["region"]
    search_fields = ["message", "page"]
    sortable_by = ["kind", "received_at", "answer_by", "answered_at"]
    fields = ["kind", "region", "page", "message", "reply_to", "language"]

    def get_fields(self, request, obj=None):
        """Show of received feedback also its days."""
        return [*self.fields, "received_at", "answer_by", "late", "answered_at"] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        """Received feedback is not reworded."""
        return self.get_fields(request, obj) if obj else []

    @admin.display(description=_("message"))
    def beginning(self, feedback):
        """Return the beginning of the message."""
        return feedback.message if len(feedback.message) <= 80 else f"{feedback.message[:79]}…"

    @admin.display(description=_("late"))
    def late(self, feedback):
        """Say in words that the day to answer by has passed."""
        return format_html('<strong class="late">{}</strong>', _("late")) if feedback.is_late else None

    def save_model(self, request, obj, form, change):
        """Receive feedback that came by phone or letter as any other; received feedback does not change."""
        if not change:
            receive_feedback(obj)

    def finish(self, obj, *, by):
        answer_feedback(obj, by=by)

    def is_finished(self, obj):
        return obj.answered_at is not None


@admin.register(Task)
class TaskAdmin(FinishableAdmin):
    """What has to be done, the most urgent first."""

    finish_label = _("Mark as done")
    list_display = ["label", "due_on", "late", "region", "municipality", "assigned_to", "place", "done_at"]
    list_filter = [DoneFilter, WhoseFilter, "kind", ("region", OwnRelatedFilter), ("municipality", OwnRelatedFilter)]
    list_select_related = ["region", "municipality", "assigned_to"]
    search_fields = ["title", "municipality__search", "assigned_to__search"]
    sortable_by = ["due_on", "municipality", "done_at"]
    fields = ["title", "region", "municipality", "assigned_to", "due_on"]

    def get_fields(self, request, obj=None):
        """Show of an existing task also its kind, its place and who did it."""
        return ["kind", *self.fields, "place", "created_by", "done_at", "done_by"] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        """A task that the system made is done, not reworded."""
        if obj is None:
            return []
        fixed = ["kind", "place", "created_by", "done_at", "done_by"]
        return fixed if obj.kind == Task.Kind.OWN else [*fixed, "title", "region", "municipality"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Ask a coordinator for the region: a task without one is seen by administrators only."""
        if db_field.name == "region" and not is_administrator(request):
            kwargs.setdefault("required", True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("what"))
    def label(self, task):
        """Return what is to be done, in the reader's language."""
        return task.label

    @admin.display(description=_("overdue"))
    def late(self, task):
        """Say in words that the day has passed."""
        return format_html('<strong class="late">{}</strong>', _("overdue")) if task.is_overdue else None

    @admin.display(description=_("where"))
    def place(self, task):
        """Return a link to where the task is done."""
        link = '<a href="{}">{}<span class="visually-hidden">: {}</span></a>'
        return format_html(link, task.url, _("Open"), task.label) if task.url else None

    def save_model(self, request, obj, form, change):
        """Save an own task with its author."""
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def finish(self, obj, *, by):
        complete_task(obj, by=by)

    def is_finished(self, obj):
        return obj.done_at is not None
