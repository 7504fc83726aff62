"""What the administration of every table has in common: everybody works in their own region."""

from dataclasses import dataclass
from itertools import pairwise

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field, unquote
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q
from django.forms import CheckboxSelectMultiple, Form
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from common.names import fold
from registry.admin.exports import Exports
from registry.admin.history import changes_between
from registry.admin.public_notes import put_beside
from registry.forms import RegistryForm
from registry.models import Municipality
from registry.models.scope import coordinated_region_ids
from registry.roles import save_role

LONG_LIST = 300
LONGEST_SEARCH = 200
RELATED_ROWS = 50

# Of a list of rows within a form: every field has a label and every heading a text.
ROWS_WITHIN = "admin/rows_within.html"


def rows_for(model, user):
    """Return the rows of `model` that `user` may choose, with what writing their names needs."""
    rows = model._default_manager.all()
    if hasattr(rows, "editable_by"):
        rows = rows.editable_by(user)
    if admin.site.is_registered(model):
        rows = rows.select_related(*(admin.site.get_model_admin(model).list_select_related or ()))
    return rows


def municipality_page(municipality_id):
    """Return the address of a municipality's public page, or None where there is none."""
    rows = Municipality.objects.with_current_region(timezone.localdate()).filter(pk=municipality_id)
    return next((row.public_url for row in rows), None) or None


def is_administrator(request):
    """Whether the request is an administrator's."""
    return request.user.is_active and request.user.is_superuser


def is_id(text):
    """Whether `text` can be the id of a row on every database."""
    return str(text).isdecimal() and len(str(text)) < 19


class SearchedSelect(AutocompleteSelect):
    """Searches as one types; what somebody put in place of an id chooses nothing."""

    def optgroups(self, name, value, attrs=None):
        return super().optgroups(name, [each for each in value if is_id(each)], attrs)


@dataclass(frozen=True)
class RelatedList:
    """Rows of another table shown below a row, to read and to open: those whose `field` points to it."""

    model: type[models.Model]
    field: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """Something that can be done with a row beside saving it; `is_post` makes it a button instead of a link."""

    label: str
    url: str
    is_post: bool = False


class OwnRegion(Exports):
    """Lists, choices, filters and searches reach only what the user may edit."""

    form = RegistryForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ()
    checkbox_fields = ()
    administrators_fields = ()
    related_lists = ()
    municipality_path = "municipality"  # the way from a row to its municipality, for the filter of areas
    change_list_template = "admin/registry/change_list.html"
    contact_fields = {}

    def get_queryset(self, request):
        """Return the rows of the user's regions; of a table without regions, all."""
        rows = super().get_queryset(request)
        return rows.editable_by(request.user) if hasattr(rows, "editable_by") else rows

    def get_readonly_fields(self, request, obj=None):
        """Return the read-only fields; some are an administrator's to change."""
        fields = super().get_readonly_fields(request, obj)
        return fields if is_administrator(request) else [*fields, *self.administrators_fields]

    def get_changeform_initial_data(self, request):
        """Return what a new row starts with: the coordinator's own region, when there is only one."""
        initial = super().get_changeform_initial_data(request)
        regions = () if is_administrator(request) else coordinated_region_ids(request.user)
        return {"region": next(iter(regions)), **initial} if len(regions) == 1 else initial

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer the user's own rows only: a plain list, or a search when it would be long."""
        target = db_field.remote_field.model
        kwargs.setdefault("queryset", rows_for(target, request.user))
        is_searchable = admin.site.is_registered(target) and admin.site.get_model_admin(target).search_fields
        if is_searchable and kwargs["queryset"].order_by()[: LONG_LIST + 1].count() > LONG_LIST:
            kwargs.setdefault("widget", SearchedSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Offer beside a choice to add and to change what is chosen, never to delete it; name a moment's parts."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
            field.widget.can_view_related = field.widget.can_view_related and not field.widget.can_change_related
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            for part, name in zip(field.widget.widgets, (_("Day"), _("Time")), strict=True):
                part.attrs["aria-label"] = format_lazy("{}, {}", capfirst(field.label), name)
        return field

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Offer the user's own rows only."""
        kwargs.setdefault("queryset", rows_for(db_field.remote_field.model, request.user))
        if db_field.name in self.checkbox_fields:
            kwargs.setdefault("widget", CheckboxSelectMultiple)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def changelist_view(self, request, extra_context=None):
        """Show the list; an address or a choice that no page of ours makes leads to the whole list."""
        has_nul = any("\x00" in text for text in (*request.GET, *request.GET.values()))
        if has_nul or not all(is_id(each) for each in request.POST.getlist("_selected_action")):
            return redirect(request.path)
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_search_results(self, request, queryset, search_term):
        """Return the rows in which every word occurs, å ä ö or not."""
        if not search_term.strip():
            return queryset, False
        if len(search_term) > LONGEST_SEARCH:
            return queryset.none(), False
        if hasattr(queryset, "matching"):
            return queryset.matching(search_term), False
        for word in search_term.replace("\x00", "").split():
            queryset = queryset.filter(self._word_condition(word))
        return queryset, False

    def _word_condition(self, word):
        condition = Q()
        for column in self.search_fields:
            if column.endswith("search"):
                condition |= Q(**{f"{column}__contains": fold(word)})
            else:
                condition |= Q(**{f"{column}__icontains": word})
        return condition

    def log_addition(self, request, obj, message):
        """Write nothing: Django's log would repeat names; the history tables keep who, when and what."""

    def log_change(self, request, obj, message):
        """Write nothing, as in `log_addition`."""

    def log_deletions(self, request, queryset):
        """Write nothing, as in `log_addition`."""

    # --- Below the form -------------------------------------------------------------------------------------------

    def public_notes(self, obj):
        """Return by field what the public sees of it (registry/admin/public_notes.py)."""
        return {}

    def what_next(self, obj):
        """Return sentences, perhaps with links, that a person who saved `obj` reads next."""
        return []

    def response_add(self, request, obj, post_url_continue=None):
        """Answer as Django does, and say what next."""
        return self._say_what_next(request, obj, super().response_add(request, obj, post_url_continue))

    def response_change(self, request, obj):
        """Answer as Django does, and say what next."""
        return self._say_what_next(request, obj, super().response_change(request, obj))

    def _say_what_next(self, request, obj, response):
        if IS_POPUP_VAR not in request.POST:
            for sentence in self.what_next(obj):
                self.message_user(request, sentence, messages.INFO)
        return response

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show the form with what the public sees, the row's steps and the rows that belong to it."""
        is_shown = obj is not None and not context["is_popup"]
        if obj is not None:
            put_beside(context["adminform"].form, self.public_notes(obj))
        context |= {
            "steps": [*self.contact_steps(request, obj), *self.get_steps(request, obj)] if is_shown else [],
            "related_tables": [self._related_table(each, request, obj) for each in self.related_lists]
            if is_shown
            else [],
            "has_history": isinstance(self, SimpleHistoryAdmin),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def contact_url(self, obj):
        """Return the address of the contact log's form about `obj`, filled in from its `contact_fields`."""
        about = {name: getattr(obj, column) for name, column in self.contact_fields.items()}
        query = urlencode({name: value for name, value in about.items() if value})
        return f"{reverse('admin:registry_contactentry_add')}?{query}"

    def contact_steps(self, request, obj):
        """Offer recording a contact where a municipality or a person is shown."""
        return [Step(_("Record a contact"), self.contact_url(obj))] if self.contact_fields else []

    def get_list_display(self, request):
        """Offer the same in each row of the list."""
        columns = super().get_list_display(request)
        return [*columns, "record_contact"] if self.contact_fields else columns

    @admin.display(description=_("contact log"))
    def record_contact(self, obj):
        """Return the link that opens the contact log's form."""
        link = '<a href="{}">{}<span class="visually-hidden">: {}</span></a>'
        return format_html(link, self.contact_url(obj), _("Record a contact"), obj)

    def get_steps(self, request, obj):
        """Return the Steps that this user can take with `obj`."""
        return []

    def step_url(self, name, obj):
        """Return the address of the step `name` with `obj`."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[obj.pk])

    def step_row(self, request, object_id, *, administrators_only=False):
        """Return the row of a step's address; 404 for a row outside the user's regions, 403 without the right."""
        row = self.get_object(request, unquote(str(object_id)))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row) or (administrators_only and not is_administrator(request)):
            raise PermissionDenied
        return row

    def _related_table(self, listed, request, obj):
        """Return what the template needs of a RelatedList, or None when the user may not see that table."""
        target = self.admin_site.get_model_admin(listed.model)
        if not target.has_view_permission(request):
            return None
        name = f"admin:{listed.model._meta.app_label}_{listed.model._meta.model_name}"
        rows = target.get_queryset(request).filter(**{listed.field: obj}).select_related(*target.list_select_related)
        shown = list(rows[: RELATED_ROWS + 1])
        return {
            "title": capfirst(listed.model._meta.verbose_name_plural),
            "headings": [capfirst(label_for_field(column, listed.model, target)) for column in listed.columns],
            "rows": [
                {
                    "url": reverse(f"{name}_change", args=[row.pk]),
                    "cells": [_shown(column, row, target) for column in listed.columns],
                }
                for row in shown[:RELATED_ROWS]
            ],
            "has_more": len(shown) > RELATED_ROWS,
            "all_url": f"{reverse(f'{name}_changelist')}?{listed.field}__id__exact={obj.pk}",
            "add_url": f"{reverse(f'{name}_add')}?{listed.field}={obj.pk}"
            if target.has_add_permission(request)
            else "",
            "add_label": listed.model._meta.verbose_name,
        }

    # --- A step with a question, a confirmation and a result -----------------------------------------------------

    def ask_and_do(self, request, obj, form=None, *, title, effects, do, done_url=None, intro=(), links=()):
        """Ask with `form` below the sentences of `intro`, say what will happen, and do it when that is confirmed.

        `links` are [(words, address)] of what else can be done.

        `effects` and `do` are called with the form's cleaned data; what `do` refuses
        (ValidationError) is shown beside the question. Without a form, or with one
        without fields, it begins with the confirmation.
        """
        if form is None:
            form = Form(request.POST or None)
            form.full_clean()
        is_confirming = form.is_valid() if form.fields else True
        cleaned = form.cleaned_data if form.is_bound and is_confirming else {}
        if is_confirming and request.method == "POST" and "confirmed" in request.POST:
            try:
                do(**cleaned)
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
                is_confirming = False
            else:
                self.message_user(request, _("Done: %(step)s.") % {"step": title}, messages.SUCCESS)
                return redirect(done_url or self.step_url("change", obj))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": title,
            "form": form,
            "intro": intro,
            "links": links,
            "is_confirming": is_confirming,
            "effects": effects(**cleaned) if is_confirming else [],
        }
        return TemplateResponse(request, "admin/registry/step.html", context)


def _shown(column, row, target):
    """Return the text of one cell, as Django's own list would show it."""
    field, attribute, value = lookup_field(column, row, target)
    empty = target.get_empty_value_display()
    if field is None:
        return display_for_value(value, empty, boolean=getattr(attribute, "boolean", False))
    if field.many_to_one:
        return getattr(row, field.name) or empty
    return display_for_field(value, field, empty)


class RegistryAdmin(OwnRegion, admin.ModelAdmin):
    """A table without a history."""


class HistoryAdmin(OwnRegion, SimpleHistoryAdmin):
    """A table with a history, which shows who changed what, and of personal details only that they changed."""

    def history_view(self, request, object_id, extra_context=None):
        """Show the history of a row of the user's own; of any other, and of what is not there, nothing."""
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """Show no earlier version as a form: it would hold the fingerprints of personal details."""
        raise Http404

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        """Give each record but the oldest what it changed; of a text in three languages no column twice."""
        translated = getattr(self, "trans_opts", None)
        leave_out = set(translated.all_fields) if translated else ()
        for newer, older in pairwise(historical_records):
            newer.history_delta_changes = changes_between(newer, older, self.model, leave_out=leave_out)


class PeriodAdmin(HistoryAdmin):
    """A table of roles or statements, which are written by registry/roles.py alone."""

    def save_model(self, request, obj, form, change):
        """Save as every role is saved."""
        save_role(obj, by=request.user)

    @admin.display(description=_("from"), ordering="start_last")
    def start(self, obj):
        """Return the start as people write it."""
        return obj.start

    @admin.display(description=_("until"), ordering="end_last")
    def end(self, obj):
        """Return the end as people write it."""
        return obj.end
