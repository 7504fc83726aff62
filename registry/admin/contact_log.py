"""The contact log: a short form that is opened from anywhere and leads back there."""

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from common.returning import return_address
from registry.admin.base import HistoryAdmin, is_id, rows_for
from registry.admin.filters import OwnRelatedFilter
from registry.contact_form import ContactEntryForm
from registry.contact_log import correct_contact, prefill_entry, record_contact
from registry.models import ContactEntry, Municipality, Person

EARLIER_SHOWN = 3


@admin.register(ContactEntry)
class ContactEntryAdmin(HistoryAdmin):
    """Who was called, written to or met, and what was agreed; written by registry/contact_log.py alone."""

    form = ContactEntryForm
    change_form_template = "admin/registry/contactentry/change_form.html"
    list_display = ["happened_on", "municipality", "person", "means", "is_reached", "beginning", "next_step_on"]
    list_filter = ["means", "is_reached", ("region", OwnRelatedFilter), ("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality", "person"]
    search_fields = ["municipality__search", "person__search", "about", "next_step"]
    sortable_by = ["happened_on", "municipality", "person", "next_step_on"]
    radio_fields = {"means": admin.HORIZONTAL}
    fields = [
        "municipality",
        "person",
        "happened_on",
        "means",
        "is_reached",
        "about",
        "next_step",
        "next_step_on",
        "details_checked",
        "next",
    ]

    def get_fields(self, request, obj=None):
        """Show of a recorded contact also its task and who recorded it."""
        if obj is None:
            return self.fields
        return [*[name for name in self.fields if name != "details_checked"], "task", "recorded_by", "recorded_at"]

    def get_readonly_fields(self, request, obj=None):
        return ["task", "recorded_by", "recorded_at"] if obj else []

    @admin.display(description=_("about what"))
    def beginning(self, entry):
        """Return the beginning of what it was about."""
        return Truncator(entry.about).chars(80)

    # --- The form, filled in as far as is known -------------------------------------------------------------------

    def get_changeform_initial_data(self, request):
        """Return the municipality and the person of the link, completed where there is one choice."""
        municipality, person = prefill_entry(
            municipality=_own_row(Municipality, request, "municipality"), person=_own_row(Person, request, "person")
        )
        initial = {"municipality": municipality and municipality.pk, "person": person and person.pk}
        return {**initial, "next": return_address(request)}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show beside a new form how to reach the person and what was said last."""
        form = context["adminform"].form
        if add:
            municipality, person = (self._chosen(form, name) for name in ("municipality", "person"))
            context |= {
                "who": person,
                "who_url": reverse("admin:registry_person_change", args=[person.pk]) if person else "",
                "earlier": self._earlier(request, municipality, person),
            }
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _chosen(self, form, name):
        """Return the row that the form shows as chosen, or None."""
        value, rows = str(form[name].value() or ""), form.fields[name].queryset
        return rows.filter(pk=value).first() if is_id(value) else None

    def _earlier(self, request, municipality, person):
        about = {"municipality": municipality} if municipality else {"person": person}
        if not any(about.values()):
            return []
        return self.get_queryset(request).filter(**about).latest_first()[:EARLIER_SHOWN]

    # --- Saving, and back -----------------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        """Record or correct as everywhere else."""
        if change:
            correct_contact(obj, by=request.user)
        else:
            checked = form.cleaned_data["details_checked"]
            obj.pk = record_contact(obj, by=request.user, details_checked=checked).pk

    def response_add(self, request, obj, post_url_continue=None):
        """Return to where one came from."""
        return self._back(request, _("The contact has been recorded."))

    def response_change(self, request, obj):
        """Return to where one came from."""
        return self._back(request, _("The entry has been corrected."))

    def _back(self, request, words):
        self.message_user(request, words)
        return HttpResponseRedirect(return_address(request, reverse("admin:registry_contactentry_changelist")))


def _own_row(model, request, name):
    """Return the row of the user's own that the address names, or None."""
    value = request.GET.get(name, "")
    return rows_for(model, request.user).filter(pk=value).first() if is_id(value) else None
