"""What readers write: a search, the choices of a list, feedback."""

from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.kept import kept_in_each_language
from common.markup import Pattern
from registry.figures import last_day_of_year
from registry.models import Feedback, Region, Situation


class SearchForm(forms.Form):
    """Finds a municipality by its Finnish or Swedish name."""

    haku = forms.CharField(label=_("Municipality"), max_length=80, required=False, strip=True)

    @property
    def typed(self):
        """What the reader wrote, fit for a page: HTML has no place for a null character."""
        return (self["haku"].value() or "").replace("\0", "\ufffd")


class Option(NamedTuple):
    """One choice of a select."""

    value: str
    label: str
    selected: str


class ChoiceList(forms.Select):
    """A select as Django writes it, without a template for each of its options."""

    _OPTIONS = Pattern('  <option value="{value}"{selected}>{label}</option>\n')

    def render(self, name, value, attrs=None, renderer=None):
        """Return the select with its options, grouped where the choices are."""
        chosen = "" if value is None else str(value)
        options = SafeString()
        for is_grouped, run in groupby(self.choices, key=lambda choice: isinstance(choice[1], (list, tuple))):
            if is_grouped:
                for label, choices in run:
                    group = '<optgroup label="{}">\n{}</optgroup>\n'
                    options += format_html(group, label, self._options(choices, chosen))
            else:
                options += self._options(run, chosen)
        attributes = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>\n{}</select>", attributes, options)

    def _options(self, choices, chosen):
        return self._OPTIONS.filled(
            Option(value, label, " selected" if str(value) == chosen else "") for value, label in choices
        )


def mark_wrong_choices(form):
    """Check a form of choices, in plain words, and tie each wrong field to its error."""
    # Asking for errors checks all fields at once: every one needs its words before that.
    for field in form.fields.values():
        field.error_messages["invalid_choice"] = _("There is no such choice here. Choose from the list.")
    for name in form.errors:
        form.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}


class RegionListForm(forms.Form):
    """The choices of a region's list; all of them stand in the address.

    Built from what the region has, so that a year, an area, a size class or a
    situation that does not exist is an error with its field's name.
    """

    vuosi = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None, widget=ChoiceList)
    alue = forms.ChoiceField(label=_("Area"), required=False, widget=ChoiceList)
    koko = forms.ChoiceField(label=_("Size"), required=False, widget=ChoiceList)
    tilanne = forms.ChoiceField(label=_("Situation"), required=False, widget=ChoiceList)
    jarjestys = forms.ChoiceField(
        label=_("Order"),
        widget=ChoiceList,
        required=False,
        choices=[
            ("nimi", _("by name")),
            ("-nimi", _("by name, from the end")),
            ("tilanne", _("by situation")),
            ("-tilanne", _("by situation, from the end")),
            ("-asukkaat", _("the largest first")),
            ("asukkaat", _("the smallest first")),
        ],
    )

    def __init__(self, data, *, years, areas, sizes):
        super().__init__(data)
        everything = ("", _("all"))
        self.fields["vuosi"].choices = [("", _("now"))] + [(str(year), str(year)) for year in years]
        groups = {}
        for area in areas:
            groups.setdefault(area.group_name, []).append((area.address_key, area.name))
        self.fields["alue"].choices = [everything, *groups.items()]
        self.fields["koko"].choices = [everything, *sizes]
        self.fields["tilanne"].choices = [everything, *Situation.choices]
        mark_wrong_choices(self)

    @classmethod
    def asked(cls, data, *, years, areas, sizes):
        """Return the form for what an address asks; one that nobody has touched is the same for all, and is kept."""
        if not data.keys() & cls.base_fields.keys():
            return _untouched_list_form(tuple(years), tuple(areas), tuple(sizes))
        return cls(data, years=years, areas=areas, sizes=sizes)

    @cached_property
    def fields_as_html(self):
        """The HTML of the fields with their labels and errors."""
        return render_to_string("includes/choice_fields.html", {"form": self})

    def in_words(self):
        """Return what the reader has chosen as (field's name, choice) pairs in words; the order by name goes unsaid."""
        chosen = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value and (name, value) != ("jarjestys", "nimi"):
                chosen.append((field.label, _words(field.choices)[str(value)]))
        return chosen

    @staticmethod
    def day(data, years, today):
        """Return the day whose situation `data` asks for: the last of one of `years`, else `today`.

        Asked before the form is made, because the choices of size depend on the day.
        """
        year = next((year for year in years if str(year) == data.get("vuosi")), None)
        return last_day_of_year(year, today=today) if year else today

    @staticmethod
    def area(data, areas):
        """Return the one of `areas` that `data` asks for, or None."""
        return next((area for area in areas if area.address_key == data.get("alue")), None)


@kept_in_each_language(64)
def _untouched_list_form(years, areas, sizes):
    return RegionListForm({}, years=years, areas=areas, sizes=sizes)


def _words(choices):
    """Return each choice's words by its value; choices may stand in groups."""
    words = {}
    for value, label in choices:
        words |= _words(label) if isinstance(label, (list, tuple)) else {str(value): label}
    return words


class FeedbackForm(forms.ModelForm):
    """Feedback that becomes a coordinator's task."""

    website = forms.CharField(required=False, label=_("Leave this field empty"))

    class Meta:
        model = Feedback
        fields = ["kind", "region", "message", "reply_to", "page"]
        widgets = {
            "kind": forms.RadioSelect(attrs={"class": "form-check-input"}),
            "page": forms.HiddenInput,
            "message": forms.Textarea(attrs={"rows": 7}),
        }
        labels = {
            "kind": _("What is your message about?"),
            "region": _("Which region does it concern?"),
            "message": _("Your message"),
            "reply_to": _("Your e-mail address, if you wish for a reply"),
        }
        help_texts = {
            "region": _("The message goes to the coordinators of this region."),
            "message": _("Please do not write anything secret or about anybody's health."),
            "reply_to": _("We use it only to reply to you."),
        }
        error_messages = {
            "kind": {"required": _("Choose what your message is about.")},
            "message": {"required": _("Write your message.")},
            "reply_to": {"invalid": _("Write the e-mail address in full, for example name@example.org.")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Feedback.Kind.choices
        self.fields["region"].queryset = Region.objects.with_pages().by_name()
        self.fields["region"].empty_label = _("the whole service, or none of these")
        self.fields["reply_to"].widget.attrs["autocomplete"] = "email"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.form_show_errors = True

    def clean_website(self):
        """Refuse a message in which the field that people do not see is filled."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty."), code="robot")
        return ""
