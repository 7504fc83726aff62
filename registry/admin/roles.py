"""Dated roles and what belongs to them."""

from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from registry.admin.base import HistoryAdmin, OwnRegion, PeriodAdmin, RegistryAdmin, RelatedList, municipality_page
from registry.admin.filters import AreaFilter, OwnRelatedFilter, RegionFilter, TimeFilter
from registry.admin.next_steps import after_agent, after_appointment
from registry.admin.public_notes import agent_notes, appointment_notes, mailbox_notes, public_summary
from registry.admin.returned import ReturnedFilter, ReturnedMail
from registry.forms import AgentForm, AgentTrainingForm, AppointmentForm, PeriodForm
from registry.models import (
    Agent,
    AgentTask,
    AgentTraining,
    Appointment,
    Coordinator,
    Pairing,
    Sector,
    SharedMailbox,
    SituationStatement,
    Topic,
)
from registry.roles import end_role


class WordListAdmin(OwnRegion, TranslationAdmin):
    """A list of words that everybody chooses from, in the order administrators give it."""

    list_display = ["name", "key", "position"]
    search_fields = ["name_fi", "name_sv", "name_en", "key"]
    sortable_by = []


admin.site.register([Sector, AgentTask, Topic], WordListAdmin)


@admin.register(SharedMailbox)
class SharedMailboxAdmin(ReturnedMail, HistoryAdmin):
    """Addresses of posts."""

    list_display = ["municipality", "post", "email", "phone", "checked_on", "valid_to"]
    list_filter = [RegionFilter, AreaFilter, TimeFilter, ReturnedFilter, ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality"]
    search_fields = ["municipality__search", "post", "email"]
    sortable_by = ["municipality", "checked_on", "valid_to"]
    fields = ["municipality", "post", "email", "phone", "checked_on", "valid_from", "valid_to"]

    def view_on_site(self, row):
        """Return the address of the municipality's page, where the role stands."""
        return municipality_page(row.municipality_id)

    def public_notes(self, obj):
        return mailbox_notes(obj)


@admin.register(Appointment)
class AppointmentAdmin(PeriodAdmin):
    """Liaisons, duties without a title, deputies and fallback respondents."""

    form = AppointmentForm
    list_display = ["municipality", "kind", "person", "title", "sector", "start", "end"]
    list_filter = ["kind", TimeFilter, RegionFilter, AreaFilter, "sector", ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality", "person", "sector"]
    search_fields = ["municipality__search", "person__search", "title"]
    sortable_by = ["municipality", "person", "start", "end"]
    fieldsets = [
        (None, {"fields": ["municipality", "person", "kind", "title", "sector", "start", "end", "then", "source"]}),
        (
            _("Working time and job description"),
            {
                "description": _("Naming is not enough: these three tell whether the liaison can do the work."),
                "fields": [
                    "hours_per_week",
                    "percent",
                    "job_description_url",
                    "job_description_published_on",
                    "associations_told_on",
                ],
            },
        ),
        (_("Deputy or fallback respondent"), {"fields": ["deputy_for", "fallback_post", "fallback_reason"]}),
        (
            _("What the public sees"),
            {"fields": ["mailbox", "is_name_public", "is_email_public", "is_phone_public"]},
        ),
    ]
    related_lists = [RelatedList(Pairing, "appointment", ("agent", "start", "end"))]
    contact_fields = {"municipality": "municipality_id", "person": "person_id"}

    def view_on_site(self, row):
        """Return the address of the municipality's page, where the role stands."""
        return municipality_page(row.municipality_id)

    def public_notes(self, obj):
        return appointment_notes(obj)

    def what_next(self, obj):
        """Say what is public of the holder now, and what the appointment still needs."""
        return [*([public_summary(obj.person)] if obj.person else []), *after_appointment(obj)]

    def get_fieldsets(self, request, obj=None):
        """Ask what follows the end only where an end can be given to an existing appointment."""
        if obj is not None and obj.end_last is None and self.has_change_permission(request, obj):
            return self.fieldsets
        main = [name for name in self.fieldsets[0][1]["fields"] if name != "then"]
        return [(None, {"fields": main}), *self.fieldsets[1:]]

    def save_model(self, request, obj, form, change):
        """Save the appointment; when it ends now, with what follows."""
        then = form.cleaned_data.get("then")
        if change and then and form.ends_now:
            end_role(obj, on=obj.end, by=request.user, then=then)
        else:
            super().save_model(request, obj, form, change)
        if obj.kind == Appointment.Kind.LIAISON:
            self._warn_of_contradictions(request, obj)

    def _warn_of_contradictions(self, request, appointment):
        """Point out statements that say otherwise, as when an end that was recorded with one is taken back."""
        for statement in SituationStatement.objects.saying_otherwise(appointment):
            self.message_user(
                request,
                format_html(
                    '{} <a href="{}">{}, {}</a>',
                    _("The registry also holds a statement that says otherwise. Check it:"),
                    reverse("admin:registry_situationstatement_change", args=[statement.pk]),
                    statement.get_kind_display(),
                    statement.start,
                ),
                messages.WARNING,
            )


@admin.register(SituationStatement)
class SituationStatementAdmin(PeriodAdmin):
    """Statements that a liaison is being named, or that there is none."""

    form = PeriodForm
    list_display = ["municipality", "kind", "start", "end", "source"]
    list_filter = ["kind", TimeFilter, RegionFilter, AreaFilter, ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality"]
    search_fields = ["municipality__search", "source"]
    sortable_by = ["municipality", "kind", "start", "end"]
    fields = ["municipality", "kind", "start", "end", "source"]


class AgentTrainingInline(admin.StackedInline):
    """An agent's trainings, on the agent's page."""

    model = AgentTraining
    form = AgentTrainingForm
    fields = ["name", "completed"]
    extra = 1

    @admin.display(description=_("completed"))
    def completed(self, training):
        """Return the day, month or year of completion."""
        return training.completed


@admin.register(Agent)
class AgentAdmin(PeriodAdmin):
    """Volunteer association agents."""

    form = AgentForm
    list_display = ["municipality", "person", "stage", "start", "trained", "active", "end", "association"]
    list_filter = [TimeFilter, RegionFilter, AreaFilter, ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality", "person", "association"]
    search_fields = ["municipality__search", "person__search", "association__search"]
    sortable_by = ["municipality", "person", "start", "end"]
    checkbox_fields = ["tasks"]
    fieldsets = [
        (None, {"fields": ["person", "municipality", "start", "trained", "active", "end", "source"]}),
        (_("Work"), {"fields": ["association", "recruited_by", "tasks", "own_tasks"]}),
    ]
    inlines = [AgentTrainingInline]
    related_lists = [RelatedList(Pairing, "agent", ("appointment", "start", "end"))]
    contact_fields = {"municipality": "municipality_id", "person": "person_id"}

    def view_on_site(self, row):
        """Return the address of the municipality's page, where the role stands."""
        return municipality_page(row.municipality_id)

    def public_notes(self, obj):
        return agent_notes(_with_consents(obj))

    def what_next(self, obj):
        """Say what is public of the volunteer now, and what is missing: consents, a pair."""
        return [*([public_summary(obj.person)] if obj.person else []), *after_agent(obj)]

    @admin.display(description=_("stage"))
    def stage(self, agent):
        """Return the stage today."""
        return agent.stage.label

    @admin.display(description=_("trained"), ordering="trained_last")
    def trained(self, agent):
        """Return when the agent was trained."""
        return agent.trained

    @admin.display(description=_("active since"), ordering="active_last")
    def active(self, agent):
        """Return when the agent took up the task."""
        return agent.active


def _with_consents(agent):
    return Agent.objects.with_public_fields().select_related("person", "municipality").get(pk=agent.pk)


@admin.register(AgentTraining)
class AgentTrainingAdmin(RegistryAdmin):
    """All trainings."""

    form = AgentTrainingForm
    list_display = ["agent", "name", "completed"]
    list_filter = [RegionFilter, AreaFilter]
    list_select_related = ["agent__municipality", "agent__person"]
    search_fields = ["name", "agent__person__search", "agent__municipality__search"]
    municipality_path = "agent__municipality"
    sortable_by = ["completed"]
    fields = ["agent", "name", "completed"]

    @admin.display(description=_("completed"), ordering="completed_last")
    def completed(self, training):
        """Return the day, month or year of completion."""
        return training.completed


@admin.register(Pairing)
class PairingAdmin(PeriodAdmin):
    """Liaisons and agents who work as pairs."""

    form = PeriodForm
    list_display = ["municipality", "appointment", "agent", "start", "end"]
    list_filter = [TimeFilter, RegionFilter, AreaFilter]
    list_select_related = ["appointment__person", "appointment__municipality", "agent__person", "agent__municipality"]
    search_fields = ["appointment__person__search", "agent__person__search", "agent__municipality__search"]
    municipality_path = "agent__municipality"
    sortable_by = ["start", "end"]
    fields = ["appointment", "agent", "start", "end"]

    @admin.display(description=_("municipality"))
    def municipality(self, pairing):
        """Return where the two work."""
        return pairing.agent.municipality


@admin.register(Coordinator)
class CoordinatorAdmin(PeriodAdmin):
    """Coordinators' roles, from which rights follow; administrators give them."""

    form = PeriodForm
    list_display = ["person", "region", "area", "title", "start", "end"]
    list_filter = [("region", OwnRelatedFilter), TimeFilter]
    list_select_related = ["person", "region", "area"]
    search_fields = ["person__search", "title"]
    sortable_by = ["person", "region", "start", "end"]
    fields = ["person", "region", "area", "title", "start", "end"]
