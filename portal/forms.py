"""What liaisons, agents and those who act in their place write in the portal."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.acting import act_for
from registry.forms import DayField, RegistryForm
from registry.models import ActingEntry, Appointment, Channel, Consent, GrantPeriod, Person, Premises, Topic


def posted(request):
    """Return what a form is bound to: what was posted, however little, or None."""
    return request.POST if request.method == "POST" else None


def _whole_addresses(column, **kwargs):
    """Make the form field of a column; an address written without its beginning is https."""
    if isinstance(column, models.URLField):
        kwargs |= {"assume_scheme": "https"}
    return column.formfield(**kwargs)


class PortalForm(forms.Form):
    """A form of a page of the portal; a coordinator in somebody's place also says how it was asked for.

    Without fields of its own it stands behind one button.
    """

    def __init__(self, *args, access, **kwargs):
        super().__init__(*args, **kwargs)
        self.access = access
        if access.is_looking:
            self.fields["source"] = forms.ChoiceField(
                label=_("How were you asked to do this?"),
                choices=[("", "–"), *ActingEntry.Source.choices],
                error_messages={"required": _("Choose how you were asked to do this.")},
            )

    def write_down(self, step, *, by, person=None):
        """Log what a coordinator did in somebody's place; for everybody else nothing is logged."""
        if self.access.is_looking:
            source = self.cleaned_data["source"]
            act_for(self.access.municipality, step=step, source=source, by=by, person=person)


class ContactDetailsForm(PortalForm, forms.ModelForm):
    """A person's own contact details."""

    class Meta:
        model = Person
        fields = ["email", "phone", "language"]
        labels = {"email": _("E-mail"), "phone": _("Phone"), "language": _("Language of letters")}
        help_texts = {
            "email": _("People write to this address. The address with which you sign in stays as it is."),
            "language": "",
        }
        error_messages = {
            "email": {"invalid": _("Write the e-mail address in full, for example name@example.org.")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["phone"].widget.attrs |= {"autocomplete": "tel", "inputmode": "tel"}


class PublicityForm(PortalForm, RegistryForm):
    """Which of an officer's details are public in one appointment, and what has been agreed on the task."""

    class Meta:
        model = Appointment
        formfield_callback = _whole_addresses
        fields = [
            "is_name_public", "is_email_public", "is_phone_public", "hours_per_week", "percent", "job_description_url",
        ]  # fmt: skip
        labels = {
            "is_name_public": _("The public page shows the name"),
            "is_email_public": _("The public page shows the e-mail"),
            "is_phone_public": _("The public page shows the phone"),
            "hours_per_week": _("Working time, hours a week"),
            "percent": _("Working time, per cent"),
            "job_description_url": _("Job description, link"),
        }
        help_texts = {
            "is_name_public": _("An officer's work contact is public. Limit it only when you have a ground for it."),
            "hours_per_week": _("Either hours or per cent; leave the other empty."),
            "job_description_url": _("Where the municipality has published it."),
        }


class TopicsForm(PortalForm):
    """On which topics colleagues can ask an officer."""

    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(), label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple
    )


class DirectoryForm(forms.Form):
    """What the directory of liaisons is limited by; `choices` are querysets by the names of the fields."""

    topic = forms.ModelChoiceField(None, label=_("Topic"), required=False, to_field_name="key", empty_label=_("all"))
    sector = forms.ModelChoiceField(None, label=_("Sector"), required=False, to_field_name="key", empty_label=_("all"))
    area = forms.ModelChoiceField(None, label=_("Area"), required=False, empty_label=_("all"))

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        for name, rows in choices.items():
            self.fields[name].queryset = rows


class ConsentForm(PortalForm):
    """Which of a volunteer's details may be shown."""

    field = forms.ChoiceField(choices=Consent.Field.choices)


class TaskForm(PortalForm):
    """A task of the pair."""

    title = forms.CharField(
        label=_("What needs doing?"),
        max_length=200,
        help_text=_("Begin with a verb: call, ask, check."),
        error_messages={"required": _("Write what needs doing.")},
    )
    due_on = DayField(label=_("By when"), required=False, help_text=_("For example 1.3.2027. Empty: no hurry."))


class _OfferForm(PortalForm, RegistryForm):
    """What the three forms of offers have in common."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.URLField):
                field.error_messages["invalid"] = _("Write the whole address, for example https://www.example.org.")


class GrantPeriodForm(_OfferForm):
    """A grant and when it can be applied for."""

    opens_on = DayField(label=_("Opens on"), required=False, help_text=_("Empty when only the deadline is known."))
    closes_on = DayField(
        label=_("Closes on"),
        help_text=_("The last day to apply, for example 31.3.2027."),
        error_messages={"required": _("Write the last day to apply.")},
    )

    class Meta:
        model = GrantPeriod
        formfield_callback = _whole_addresses
        fields = ["name", "kind", "opens_on", "closes_on", "url"]
        error_messages = {"name": {"required": _("Write the name.")}}


class PremisesForm(_OfferForm):
    """A place that associations can use."""

    class Meta:
        model = Premises
        formfield_callback = _whole_addresses
        fields = ["name", "address", "price", "price_note", "booking_url", "accessibility"]
        error_messages = {"name": {"required": _("Write the name.")}}


class ChannelForm(_OfferForm):
    """A channel in which the municipality tells of associations or hears them."""

    class Meta:
        model = Channel
        formfield_callback = _whole_addresses
        fields = ["kind", "name", "url"]
        error_messages = {
            "name": {"required": _("Write the name.")},
            "kind": {"required": _("Choose the kind.")},
        }
