"""The short form of the contact log."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry.forms import DayField, RegistryForm

_YES, _NO = "yes", "no"


class ContactEntryForm(RegistryForm):
    """Who was reached, how, about what, and what comes next by when."""

    happened_on = DayField(label=capfirst(_("when")), initial=timezone.localdate)
    is_reached = forms.TypedChoiceField(
        label=capfirst(_("reached")),
        choices=[(_YES, _("yes")), (_NO, _("no"))],
        coerce=lambda value: value == _YES,
        widget=forms.RadioSelect,
        initial=_YES,
    )
    next_step_on = DayField(
        label=capfirst(_("next step by")), required=False, help_text=_("With a day it becomes a task of yours.")
    )
    details_checked = forms.BooleanField(
        label=_("The person's contact details were checked at the same time"), required=False
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["is_reached"] = _YES if self.instance.is_reached else _NO
            self.fields.pop("details_checked")  # the day on which it was recorded is over
        self.fields["about"].widget.attrs["rows"] = 4

    def clean_happened_on(self):
        """Refuse a day that has not come."""
        happened_on = self.cleaned_data["happened_on"]
        if happened_on > timezone.localdate():
            raise ValidationError(_("This day has not come yet."), code="future")
        return happened_on

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("municipality") and not cleaned.get("person"):
            self.add_error("municipality", ValidationError(_("Choose a municipality or a person."), code="nobody"))
        if cleaned.get("next_step_on") and not cleaned.get("next_step"):
            self.add_error("next_step", ValidationError(_("Write what the next step is."), code="no_words"))
        if cleaned.get("details_checked") and not cleaned.get("person"):
            self.add_error("person", ValidationError(_("Choose whose details were checked."), code="nobody"))
        return cleaned
