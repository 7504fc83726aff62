"""Responses, to read and to open again with a reason: answering has its own pages."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.admin.base import HistoryAdmin, Step
from registry.admin.filters import OwnRelatedFilter
from surveys.answering import reopen_response
from surveys.copies import answers_pdf
from surveys.models import AnswerFile, Response
from surveys.responses import STATES, state_of, told_by_theme
from surveys.rights import REOPEN
from surveys.score_rows import score_rows
from surveys.scores import score_response
from surveys.uploads import file_response


class ReopenForm(forms.Form):
    """Why a response is opened again."""

    reason = forms.CharField(
        label=_("Why it is opened again"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The respondent reads it. What is to be corrected, and no names."),
    )


class StateFilter(admin.SimpleListFilter):
    """Filters responses by how they stand."""

    title = pgettext_lazy("of a response", "state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(key, words) for key, words in STATES.items() if key != "not_begun"]

    def queryset(self, request, queryset):
        return queryset.in_state(self.value()) if self.value() else queryset


@admin.register(Response)
class ResponseAdmin(HistoryAdmin):
    """Who has answered which round, and what."""

    list_display = ["municipality", "round", "state", "respondent_post", "started_at", "submitted_at"]
    list_filter = [("round", OwnRelatedFilter), StateFilter]
    list_select_related = ["municipality", "round"]
    sortable_by = []
    fields = [
        "municipality", "round", "state", "respondent", "respondent_post", "fallback_reason", "started_at",
        "submitted_at", "sender", "submitted_post", "confirmed_at", "reopened_at", "reopener", "reopen_reason",
    ]  # fmt: skip
    readonly_fields = ["state", "sender", "reopener"]

    class Media:
        css = {"all": ["css/authoring.css"]}

    def get_urls(self):
        pages = {"reopen/": self.reopen, "copy/": self.copy, "file/<uuid:key>/": self.file}
        named = [
            path(
                f"<int:object_id>/{page}",
                self.admin_site.admin_view(view),
                name=f"surveys_response_{page.partition('/')[0]}",
            )
            for page, view in pages.items()
        ]
        return [*named, *super().get_urls()]

    @admin.display(description=pgettext_lazy("of a response", "state"))
    def state(self, response):
        """Return how the response stands, in words."""
        return STATES[state_of(response)]

    def get_fields(self, request, obj=None):
        """Leave out the steps that have not been taken."""
        always = {"municipality", "round", "state", "respondent_post"}
        columns = {"sender": "submitted_by", "reopener": "reopened_by"}
        fields = super().get_fields(request, obj)
        return [name for name in fields if name in always or getattr(obj, columns.get(name, name), None)]

    # As words, because accounts have pages for administrators alone.
    @admin.display(description=_("sent in by"))
    def sender(self, response):
        """Return whose account sent the response in."""
        return str(response.submitted_by)

    @admin.display(description=_("reopened by"))
    def reopener(self, response):
        """Return whose account opened the response again."""
        return str(response.reopened_by)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show below the response what it says, theme by theme, and how it counts."""
        if obj is not None:
            context |= {"themes": told_by_theme(obj), "scores": score_rows(score_response(obj))}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_steps(self, request, obj):
        """Offer opening again what has been sent in."""
        if not obj.is_submitted:
            return []
        steps = [Step(_("Copy as PDF"), self.step_url("copy", obj))]
        if request.user.has_perm(REOPEN):
            steps.append(Step(_("Open again"), self.step_url("reopen", obj)))
        return steps

    def copy(self, request, object_id):
        """Hand over the PDF of what has been sent in."""
        response = self.get_object(request, str(object_id))
        if response is None or not response.is_submitted:
            raise Http404
        if not self.has_view_permission(request, response):
            raise PermissionDenied
        name, content = answers_pdf(response)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(content, content_type="application/pdf", headers=headers)

    def file(self, request, object_id, key):
        """Hand over a file of the response as an attachment."""
        response = self.get_object(request, str(object_id))
        if response is None:
            raise Http404
        if not self.has_view_permission(request, response):
            raise PermissionDenied
        return file_response(get_object_or_404(AnswerFile, answer__response=response, key=key))

    def reopen(self, request, object_id):
        """Ask why, and open the response again for correction."""
        response = self.get_object(request, str(object_id))
        if response is None:
            raise Http404
        if not request.user.has_perm(REOPEN):
            raise PermissionDenied
        return self.ask_and_do(
            request,
            response,
            ReopenForm(request.POST or None),
            title=_("Open again"),
            effects=lambda reason: [
                _("%(municipality)s can correct its answers and sends them in again.")
                % {"municipality": response.municipality},
                _("Who sent them in gets a letter with the reason: %(reason)s") % {"reason": reason},
            ],
            do=lambda reason: reopen_response(response, reason=reason, by=request.user),
        )

    def has_add_permission(self, request):
        """A response begins when it is answered."""
        return False

    def has_change_permission(self, request, obj=None):
        """Answers are given in the portal."""
        return False

    def has_delete_permission(self, request, obj=None):
        """What a municipality has answered is a record."""
        return False
