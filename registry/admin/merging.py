"""Two rows of the same person or association become one: choose the other one, read what happens, do it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry.admin.base import LONGEST_SEARCH, Step, is_id
from registry.models import ChangeSet

CANDIDATES = 20
MERGE_LABEL = _("Merge with another…")


class MergeSteps:
    """Adds merging to the administration of a table; `preview_merge` and `merge_rows` come from registry/merging.

    The row of the address goes, `?with=` names the one that stays; a link changes their parts.
    """

    preview_merge = None
    merge_rows = None

    def get_urls(self):
        view = self.admin_site.admin_view(self.merge)
        return [
            path("<int:object_id>/merge/", view, name=f"registry_{self.opts.model_name}_merge"),
            *super().get_urls(),
        ]

    def get_steps(self, request, obj):
        """Offer merging to those who may change the row."""
        steps = super().get_steps(request, obj)
        if not self.has_change_permission(request, obj):
            return steps
        return [*steps, Step(MERGE_LABEL, self.step_url("merge", obj))]

    def merge(self, request, object_id):
        """Ask for the other one, say what would happen, and merge when that is confirmed."""
        gone = self.step_row(request, object_id)
        kept = self._kept(request, gone)
        if kept is None:
            return self._choose(request, gone)
        preview = self.preview_merge(gone, kept, by=request.user)
        problems = preview.reasons
        if request.method == "POST" and not problems:
            try:
                step = self.merge_rows(gone, kept, by=request.user, seen=request.POST.get("seen", ""))
            except ValidationError as refused:
                problems = refused.messages
            else:
                self._tell(request, gone, kept, step)
                return redirect(self.step_url("change", kept))
        context = {"preview": preview, "problems": problems, "can_merge": not preview.reasons}
        return self._page(request, gone, "admin/registry/merge.html", context | self._names(preview))

    def _kept(self, request, gone):
        """Return the row that `?with=` names, None without it; 404 for one outside the user's regions."""
        chosen = request.GET.get("with", "")
        if not chosen:
            return None
        kept = self.get_object(request, chosen) if is_id(chosen) else None
        if kept is None or kept.pk == gone.pk:
            raise Http404
        if not self.has_change_permission(request, kept):
            raise PermissionDenied
        return kept

    def _names(self, preview):
        """Return how the two are called, also when both have the same name, and where their parts are changed."""
        rows = {"gone": preview.gone, "kept": preview.kept}
        names = {
            f"{part}_name": _("%(name)s (number %(id)s)") % {"name": row, "id": row.pk} for part, row in rows.items()
        }
        return names | {
            "swap_url": f"{self.step_url('merge', preview.kept)}?with={preview.gone.pk}",
            "kept_url": self.step_url("change", preview.kept),
        }

    def _choose(self, request, gone):
        """Show who might be the same, or what a search finds."""
        text = request.GET.get("q", "").strip().replace("\x00", "")[:LONGEST_SEARCH]
        rows = self.get_queryset(request).select_related(*self.list_select_related)
        found = rows.matching(text) if text else rows.looking_like(gone)
        shown = list(found.exclude(pk=gone.pk).by_name()[: CANDIDATES + 1])
        url = self.step_url("merge", gone)
        context = {
            "searched": text,
            "headings": [capfirst(self._heading(column)) for column in self.merge_columns],
            "rows": [
                {"cells": [self._cell(column, row) for column in self.merge_columns], "url": f"{url}?with={row.pk}"}
                for row in shown[:CANDIDATES]
            ],
            "has_more": len(shown) > CANDIDATES,
        }
        return self._page(request, gone, "admin/registry/merge_choose.html", context)

    def _heading(self, column):
        shown = getattr(self, column, None)
        return shown.short_description if shown else self.model._meta.get_field(column).verbose_name

    def _cell(self, column, row):
        shown = getattr(self, column, None)
        return shown(row) if shown else getattr(row, column) or ""

    def _page(self, request, gone, template, context):
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": gone,
            "title": _("Merge with another"),
        }
        return TemplateResponse(request, template, page | context)

    def _tell(self, request, gone, kept, step):
        """Say what was done, with the way to undo it."""
        done = _("%(gone)s was merged into %(kept)s.") % {"gone": gone, "kept": kept}
        if not ChangeSet.objects.editable_by(request.user).filter(pk=step.pk).exists():
            return self.message_user(request, done, messages.SUCCESS)
        link = format_html(
            '{} <a href="{}">{}</a>', done, reverse("admin:registry_changeset_undo", args=[step.pk]), _("Undo")
        )
        return self.message_user(request, link, messages.SUCCESS)
