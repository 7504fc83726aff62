"""People and volunteers' consents."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from registry.admin.base import HistoryAdmin, RelatedList, Step, is_administrator
from registry.admin.filters import OwnRelatedFilter
from registry.admin.merging import MergeSteps
from registry.admin.next_steps import after_person
from registry.admin.public_notes import person_notes, public_lines, public_summary
from registry.admin.returned import ReturnedFilter, ReturnedMail
from registry.consents import give_consent, withdraw_consent
from registry.forms import ConsentForm
from registry.invitations import invite
from registry.merging import merge_people, preview_person_merge
from registry.models import Agent, Appointment, Consent, ContactEntry, Coordinator, Person
from registry.privacy import erase_person
from registry.public_details import standings_of


class RoleFilter(admin.SimpleListFilter):
    """Filters people by a role they have today."""

    title = _("role today")
    parameter_name = "role"
    roles = {"appointment": Appointment, "agent": Agent, "coordinator": Coordinator}

    def lookups(self, request, model_admin):
        named = [(key, role._meta.verbose_name) for key, role in self.roles.items()]
        return [*named, ("none", _("no role"))]

    def queryset(self, request, queryset):
        held = {key: Exists(role.objects.current().filter(person=OuterRef("pk"))) for key, role in self.roles.items()}
        if self.value() in held:
            return queryset.filter(held[self.value()])
        if self.value() == "none":
            return queryset.exclude(held["appointment"]).exclude(held["agent"]).exclude(held["coordinator"])
        return queryset


@admin.register(Person)
class PersonAdmin(ReturnedMail, MergeSteps, HistoryAdmin):
    """Contact details, what the public sees of them, consents and roles."""

    list_display = ["full_name", "email", "phone", "roles_today", "region", "contact_checked_on"]
    list_filter = [RoleFilter, ReturnedFilter, ("region", OwnRelatedFilter), "language"]
    checked_field = "contact_checked_on"
    list_select_related = ["region"]
    search_fields = ["search"]
    administrators_fields = ["user"]
    autocomplete_fields = ["user"]
    readonly_fields = ["public_view"]
    fieldsets = [
        (None, {"fields": ["given_name", "family_name", "email", "phone", "contact_checked_on", "public_view"]}),
        (_("For letters and the record"), {"fields": ["language", "region", "user"]}),
    ]
    merge_columns = ["full_name", "email", "phone", "roles_today", "region"]
    preview_merge = staticmethod(preview_person_merge)
    merge_rows = staticmethod(merge_people)
    related_lists = [
        RelatedList(Appointment, "person", ("municipality", "kind", "title", "start", "end")),
        RelatedList(Agent, "person", ("municipality", "stage", "start", "end")),
        RelatedList(Coordinator, "person", ("region", "area", "title", "start", "end")),
        RelatedList(ContactEntry, "person", ("happened_on", "means", "municipality", "beginning", "next_step_on")),
    ]
    contact_fields = {"person": "pk"}

    def get_queryset(self, request):
        """Return the user's people with their roles of today."""
        today = {
            "appointments": Appointment.objects.current().select_related("municipality"),
            "agencies": Agent.objects.current().select_related("municipality"),
            "coordinations": Coordinator.objects.current().select_related("region", "area"),
        }
        prefetched = [Prefetch(name, rows, to_attr=f"{name}_today") for name, rows in today.items()]
        return super().get_queryset(request).prefetch_related(*prefetched)

    @admin.display(description=_("name"), ordering="sort_key")
    def full_name(self, person):
        """Return the name, sorted by family name as Finnish is."""
        return f"{person.family_name} {person.given_name}"

    @admin.display(description=_("roles today"))
    def roles_today(self, person):
        """Return the roles that count today, one after the other."""
        roles = [f"{each.get_kind_display()}, {each.municipality}" for each in person.appointments_today]
        roles += [f"{each._meta.verbose_name}, {each.municipality}" for each in person.agencies_today]
        roles += [f"{each._meta.verbose_name}, {each.area or each.region}" for each in person.coordinations_today]
        return "; ".join(roles)

    @admin.display(description=_("what the public sees"))
    def public_view(self, person):
        """Return a line for each role on public pages, with the details that are shown in it."""
        lines = public_lines(person) if person.pk else []
        return format_html_join("", "<p>{}</p>", [(line,) for line in lines]) or _("Nothing: no public role today.")

    def view_on_site(self, person):
        """Return the address of the first public page on which the person stands today."""
        return next((each.url for each in standings_of(person) if each.url), None)

    def public_notes(self, obj):
        return person_notes(obj)

    def what_next(self, obj):
        """Say what is public of the person now, and which role or consent is missing."""
        return [public_summary(obj), *after_person(obj)]

    # --- Consents and erasing -------------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        steps = [
            path("<int:object_id>/erase/", view(self.erase), name="registry_person_erase"),
            path("<int:object_id>/withdraw/<slug:field>/", view(self.withdraw), name="registry_person_withdraw"),
            path("<int:object_id>/invite/", view(self.invite), name="registry_person_invite"),
        ]
        return steps + super().get_urls()

    def has_delete_permission(self, request, obj=None):
        """A person is erased, with their history, never merely deleted."""
        return False

    def get_steps(self, request, obj):
        """Offer merging and an invitation, and erasing to administrators."""
        steps = [*super().get_steps(request, obj), Step(_("Send an invitation"), self.step_url("invite", obj), True)]
        return (
            [*steps, Step(_("Erase this person"), self.step_url("erase", obj))] if is_administrator(request) else steps
        )

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show the consents below the form."""
        if obj is not None:
            context["consents"] = [
                {"consent": each, "withdraw_url": reverse("admin:registry_person_withdraw", args=[obj.pk, each.field])}
                for each in obj.consents.select_related("recorded_by")
            ]
            context["consent_add_url"] = f"{reverse('admin:registry_consent_add')}?person={obj.pk}"
        return super().render_change_form(request, context, add, change, form_url, obj)

    def withdraw(self, request, object_id, field):
        """Withdraw the consent for one field, at once."""
        person = self.step_row(request, object_id)
        if field not in Consent.Field.values:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        withdraw_consent(person, field, by=request.user)
        shown = Consent.Field(field).label
        self.message_user(request, _("Withdrawn: %(field)s is shown nowhere.") % {"field": shown}, messages.SUCCESS)
        return redirect(self.step_url("change", person))

    def invite(self, request, object_id):
        """Send the person an invitation with a new link; earlier links stop working."""
        person = self.step_row(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            invite(person, by=request.user)
        except ValidationError as error:
            self.message_user(request, error.messages[0], messages.ERROR)
        else:
            self.message_user(request, _("The invitation is on its way. Earlier links work no more."), messages.SUCCESS)
        return redirect(self.step_url("change", person))

    def erase(self, request, object_id):
        """Say what erasing takes with it, and erase."""
        person = self.step_row(request, object_id, administrators_only=True)
        return self.ask_and_do(
            request,
            person,
            forms.Form(),
            title=_("Erase this person"),
            effects=lambda: [
                _("%s is removed for good, from history too, with consents and trainings.") % person,
                _("The account goes with the person, unless it is an administrator's."),
                _("Roles stay with their dates, without a holder: they are public records."),
                _("This cannot be undone."),
            ],
            do=lambda: erase_person(person),
            done_url=reverse("admin:registry_person_changelist"),
        )


class InForceFilter(admin.SimpleListFilter):
    """Filters consents: in force or withdrawn."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("in_force", _("in force")), ("withdrawn", _("withdrawn"))]

    def queryset(self, request, queryset):
        match self.value():
            case "in_force":
                return queryset.in_force()
            case "withdrawn":
                return queryset.filter(withdrawn_at__isnull=False)
        return queryset


@admin.register(Consent)
class ConsentAdmin(HistoryAdmin):
    """Consents are given and withdrawn (registry/consents.py), never changed."""

    form = ConsentForm
    list_display = ["person", "field", "given_on", "means", "in_force", "withdrawn_at"]
    list_filter = ["field", "means", InForceFilter]
    list_select_related = ["person"]
    search_fields = ["person__search"]
    fields = ["person", "field", "means", "given_on"]

    @admin.display(description=_("in force"), boolean=True)
    def in_force(self, consent):
        """Whether the field may be shown today."""
        return consent.is_in_force

    def has_change_permission(self, request, obj=None):
        """A consent stays as it was given; withdrawing has its own button."""
        return False

    def get_fields(self, request, obj=None):
        """Show of a given consent also who recorded it and when it was withdrawn."""
        return [*self.fields, "recorded_by", "withdrawn_at"] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return ["recorded_by", "withdrawn_at"] if obj else []

    def get_steps(self, request, obj):
        """Lead to the person, where the consent is withdrawn."""
        url = reverse("admin:registry_person_change", args=[obj.person_id])
        return [Step(_("Withdraw on the person's page"), f"{url}#consents")] if obj.is_in_force else []

    def save_model(self, request, obj, form, change):
        """Give the consent as everywhere else."""
        given = form.cleaned_data
        consent = give_consent(
            given["person"], given["field"], means=given["means"], given_on=given["given_on"], by=request.user
        )
        obj.pk = consent.pk

    def response_add(self, request, obj, post_url_continue=None):
        """Return to the person."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, _("The consent has been recorded."), messages.SUCCESS)
        self.message_user(request, public_summary(obj.person), messages.INFO)
        return redirect("admin:registry_person_change", obj.person_id)
