"""The administration's forms: every check has been made, across rows too, before anything is saved."""

import datetime as dt

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.partial_dates import MAX_YEAR, MIN_YEAR, PartialDate, PartialDateFormField, PartialDateModelForm
from registry.memberships import check_membership
from registry.models import Municipality, Region, SituationStatement
from registry.roles import check_role

_DATE_HELP = _("Write 24.9.2020, or if you do not know the day: 9/2020, autumn 2020 or 2020.")

# Which field the reader would correct, for errors that are about the whole row.
_BESIDE = {
    "ends_before_start": ("end", "valid_to"),
    "end_needs_day": ("end",),
    "deputy_without_end": ("end",),
    "fallback_without_reason": ("fallback_reason",),
    "holder_unknown": ("person",),
    "working_time_twice": ("percent",),
    "other_municipality": ("agent",),
    "other_region": ("area",),
}


class RegistryForm(forms.ModelForm):
    """A model form whose choices may be limited to a region: what the row already points to stays among them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            present = getattr(self.instance, f"{name}_id", None) if self.instance.pk else None
            if present is not None and isinstance(field, forms.ModelChoiceField):
                _keep_among_choices(field, present)

    def add_error(self, field, error):
        """Put an error about the whole row beside the field that the reader would correct."""
        if field is None:
            error = self._beside_fields(error if isinstance(error, ValidationError) else ValidationError(error))
        super().add_error(field, error)

    def _beside_fields(self, error):
        by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        placed = {}
        for name, found in by_field.items():
            for one in found:
                candidates = [*_BESIDE.get(one.code, ()), name]
                place = next((candidate for candidate in candidates if candidate in self.fields), NON_FIELD_ERRORS)
                placed.setdefault(place, []).append(one)
        return ValidationError(placed)


def _keep_among_choices(field, present):
    """Let the row `present` stay chosen though it is not one of the user's own."""
    if not field.queryset.filter(pk=present).exists():
        own = field.queryset
        field.queryset = own.model._default_manager.filter(Q(pk__in=own.order_by().values("pk")) | Q(pk=present))


class PeriodForm(RegistryForm, PartialDateModelForm):
    """A role or a statement with its start and end, checked against the other rows (registry/roles.py)."""

    start = PartialDateFormField(label=capfirst(_("from")), help_text=_DATE_HELP)
    end = PartialDateFormField(
        label=capfirst(_("until")),
        required=False,
        help_text=_("The last day. Empty while it goes on; an end that has not passed is known to the day."),
    )

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            self.check_across_rows()

    def check_across_rows(self):
        """Show as errors what saving would refuse; the place stays locked until the view's transaction ends."""
        try:
            with transaction.atomic():
                check_role(self.instance)
        except ValidationError as error:
            self.add_error(None, error)


class AppointmentForm(PeriodForm):
    """An appointment; when its end is given, also how the municipality stands after it."""

    then = forms.ChoiceField(
        label=_("After the end"),
        required=False,
        choices=[("", _("nothing stated")), *SituationStatement.Kind.choices],
        help_text=_("Only when you give a liaison's end: whether somebody is being named, or there is no liaison."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk or self.instance.end_last:
            self.fields.pop("then")  # nothing ends

    @property
    def ends_now(self):
        """Whether the end is given for the first time."""
        return "then" in self.fields and bool(self.cleaned_data.get("end"))

    def clean(self):
        cleaned = super().clean()
        municipality = cleaned.get("municipality")
        for name, message in (
            ("mailbox", _("The mailbox belongs to another municipality.")),
            ("deputy_for", _("The liaison belongs to another municipality.")),
        ):
            other = cleaned.get(name)
            if municipality and other and other.municipality_id != municipality.pk:
                self.add_error(name, ValidationError(message, code="elsewhere"))
        if cleaned.get("then") and not self.ends_now:
            self.add_error("then", ValidationError(_("Give the end first."), code="no_end"))
        return cleaned

    def check_across_rows(self):
        super().check_across_rows()
        if not self.errors and self.cleaned_data.get("then"):
            self._check_what_follows()

    def _check_what_follows(self):
        follows = SituationStatement(
            municipality=self.instance.municipality, kind=self.cleaned_data["then"], source=self.instance.source
        )
        follows.start = PartialDate.day(self.instance.end_last + dt.timedelta(days=1))
        try:
            with transaction.atomic():
                follows.full_clean()
                check_role(follows)
        except ValidationError as error:
            self.add_error("then", ValidationError(error.messages))


class AgentForm(PeriodForm):
    """An association agent with the steps from candidate to active."""

    trained = PartialDateFormField(
        label=capfirst(_("trained")),
        required=False,
        help_text=_("When the basic training was completed; empty before."),
    )
    active = PartialDateFormField(
        label=capfirst(_("active since")),
        required=False,
        help_text=_("When the volunteer took up the task; the public page then says “active”."),
    )

    field_order = ["person", "municipality", "start", "trained", "active", "end"]


class AgentTrainingForm(RegistryForm, PartialDateModelForm):
    """A training with the day, month or year in which it was completed."""

    completed = PartialDateFormField(label=capfirst(_("completed")), help_text=_DATE_HELP)


class MembershipForm(RegistryForm):
    """A membership in a region or an area, checked against the municipality's others (registry/memberships.py)."""

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            with transaction.atomic():
                check_membership(self.instance)
        except ValidationError as error:
            self.add_error(None, error)


class ConsentForm(RegistryForm):
    """A consent that was given on paper, by phone or otherwise, recorded by a coordinator."""

    def clean_given_on(self):
        """Refuse a day that has not come."""
        given_on = self.cleaned_data["given_on"]
        if given_on > timezone.localdate():
            raise ValidationError(_("A consent cannot be given in the future."), code="future")
        return given_on

    def clean(self):
        cleaned = super().clean()
        person, field = cleaned.get("person"), cleaned.get("field")
        if person and field and person.consents.filter(field=field, withdrawn_at__isnull=True).exists():
            raise ValidationError(_("There is already a consent in force for this field."), code="in_force")
        return cleaned


class DayField(forms.DateField):
    """A day in the years that the registry knows."""

    widget = forms.DateInput(attrs={"autocomplete": "off"})

    def validate(self, value):
        super().validate(value)
        if value and not MIN_YEAR <= value.year <= MAX_YEAR:
            raise ValidationError(_("Check the year."), code="invalid")


class MergeForm(forms.Form):
    """Into which municipality, and from which day."""

    successor = forms.ModelChoiceField(label=_("Merge into"), queryset=Municipality.objects.none())
    on = DayField(label=_("First day of the merged municipality"), help_text=_("For example 1.1.2027."))

    def __init__(self, *args, municipality, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Municipality.objects.filter(successor__isnull=True).exclude(pk=municipality.pk)
        self.fields["successor"].queryset = rows.by_name()


class MoveForm(forms.Form):
    """To which region, and from which day."""

    region = forms.ModelChoiceField(label=_("New region"), queryset=Region.objects.none())
    on = DayField(label=_("First day in the new region"), help_text=_("For example 1.1.2027."))
    note = forms.CharField(label=capfirst(_("note")), max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.by_name()


class AcceptFindingForm(forms.Form):
    """Until when something odd is right so, and why."""

    reason = forms.CharField(
        label=_("Why it is right so"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}),
        help_text=_("For your colleagues and for yourself after half a year. No names or other details of people."),
    )
    until = DayField(
        label=_("Right so until"),
        help_text=_("The last day on which it is not shown, at most two years ahead. For example 1.1.2027."),
    )
