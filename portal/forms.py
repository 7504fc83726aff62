"""What liaisons, agents and those who act in their place write in the portal."""

from django import forms
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from registry.acting import act_for
from registry.forms import DayField, RegistryForm
from registry.models import ActingEntry, Appointment, AssociationLetter, Channel, Consent, GrantPeriod, Person, Premises
from surveys.models import Delegation
from surveys.replying import LONGEST


def posted(request):
    """Return what a form is bound to: what was posted, however little, or None."""
    return request.POST if request.method == "POST" else None


def whole_addresses(column, **kwargs):
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
        formfield_callback = whole_addresses
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


class TopicsForm(PortalForm, RegistryForm):
    """On what colleagues can ask a liaison."""

    class Meta:
        model = Appointment
        fields = ["topics"]
        widgets = {"topics": forms.CheckboxSelectMultiple}
        labels = {"topics": _("Topics that colleagues may ask you about")}
        help_texts = {"topics": _("The region's liaisons and agents see them in the directory. None is fine, too.")}


class QuestionForm(PortalForm):
    """A short question to colleagues."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Ask one thing and say by when you need the answer. At most 1 500 characters."),
        error_messages={"required": _("Write your question.")},
    )


class HandoverForm(PortalForm):
    """When a post is left, who follows, and what the next one should know."""

    KNOWN, NEW, BEING_NAMED, NOBODY = "known", "new", "being_named", "nobody"

    last_day = DayField(
        label=_("Last day in the task"),
        help_text=_("Today or later, for example 31.1.2027. The pages close for the leaver on the next day."),
        error_messages={"required": _("Write the last day.")},
    )
    follows = forms.ChoiceField(
        label=_("Who follows?"),
        widget=forms.RadioSelect,
        choices=[
            (KNOWN, _("Somebody who has a role here already")),
            (NEW, _("Somebody else")),
            (BEING_NAMED, _("Not decided, but somebody is being named")),
            (NOBODY, _("Nobody has been named")),
        ],
        error_messages={"required": _("Choose who follows.")},
    )
    successor = forms.ChoiceField(label=_("Somebody who has a role here already"), required=False)
    given_name = forms.CharField(label=_("Given name"), max_length=80, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=80, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The person's own work address, not a shared mailbox."),
        error_messages={"invalid": _("Write the e-mail address in full, for example name@example.org.")},
    )
    note = forms.CharField(
        label=_("To the next one"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What is under way, what was promised, who helps. Tasks, contacts and days are in the pack anyway."
        ),
    )

    def __init__(self, *args, people, is_liaison=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["successor"].choices = [("", "–"), *((pk, person.name) for pk, person in self.people.items())]
        if not is_liaison:
            follows = self.fields["follows"]
            follows.choices = [each for each in follows.choices if each[0] != self.BEING_NAMED]

    def clean(self):
        """Ask for what the choice needs, beside the field that is missing."""
        data = super().clean()
        needed = {self.KNOWN: ["successor"], self.NEW: ["given_name", "family_name", "email"]}
        for name in needed.get(data.get("follows"), []):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Fill this in, or choose another answer above."))
        return data


class ColleagueForm(PortalForm, forms.ModelForm):
    """Whom to ask to answer a theme of the survey."""

    language = forms.ChoiceField(label=_("Language of the letter"), choices=Person._meta.get_field("language").choices)

    class Meta:
        model = Delegation
        fields = ["post", "name", "email", "message"]
        labels = {
            "post": _("Colleague's post"),
            "name": _("Colleague's name"),
            "email": _("Colleague's e-mail"),
            "message": _("Your message"),
        }
        help_texts = {
            "post": _("Stands beside the answers, so write a post and never a name: library director."),
            "name": _("For the greeting of the letter. It is kept for a year and shown to nobody outside."),
            "message": _("What you need to know, and why from just this colleague."),
        }
        widgets = {"message": forms.Textarea(attrs={"rows": 4})}
        error_messages = {
            "post": {"required": _("Write the colleague's post.")},
            "email": {"invalid": _("Write the e-mail address in full, for example name@example.org.")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].error_messages["required"] = _("Write the colleague's e-mail: the link goes there.")
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class CommentForm(PortalForm):
    """A comment on an answer of the municipality's results, or on the whole page."""

    question = forms.ChoiceField(
        label=_("What is it about?"),
        required=False,
        error_messages={"invalid_choice": _("Choose an answer of the page, or the whole page.")},
    )
    text = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What is wrong, or what explains it. At most 1 000 characters, and no names of people."),
        error_messages={"required": _("Write your comment.")},
    )
    is_public = forms.BooleanField(
        label=_("Show the comment beside the result"),
        required=False,
        help_text=_("Anyone can read it once the results are published. Otherwise only the coordinator reads it."),
    )

    def __init__(self, *args, questions, **kwargs):
        super().__init__(*args, **kwargs)
        self.by_key = {question.key: question for _theme, rows in questions for question in rows}
        groups = [(theme, [(each.key, each.wording or each.key) for each in rows]) for theme, rows in questions]
        self.fields["question"].choices = [("", _("The whole page")), *groups]

    @property
    def chosen(self):
        """The chosen Question; None for the whole page."""
        return self.by_key.get(self.cleaned_data["question"])


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
        formfield_callback = whole_addresses
        fields = ["name", "kind", "opens_on", "closes_on", "url"]
        error_messages = {"name": {"required": _("Write the name.")}}


class PremisesForm(_OfferForm):
    """A place that associations can use."""

    class Meta:
        model = Premises
        formfield_callback = whole_addresses
        fields = ["name", "address", "price", "price_note", "booking_url", "accessibility"]
        error_messages = {"name": {"required": _("Write the name.")}}


class ChannelForm(_OfferForm):
    """A channel in which the municipality tells of associations or hears them."""

    class Meta:
        model = Channel
        formfield_callback = whole_addresses
        fields = ["kind", "name", "url"]
        error_messages = {
            "name": {"required": _("Write the name.")},
            "kind": {"required": _("Choose the kind.")},
        }


class AssociationLetterForm(PortalForm, forms.ModelForm):
    """A letter to the municipality's associations."""

    class Meta:
        model = AssociationLetter
        fields = ["fields", "subject", "text"]
        widgets = {"fields": forms.CheckboxSelectMultiple}
        labels = {"fields": _("To associations of these fields"), "subject": _("Subject"), "text": _("Letter")}
        help_texts = {"fields": _("Nothing chosen: to all associations of the municipality.")}
        error_messages = {
            "subject": {"required": _("Write the subject.")},
            "text": {"required": _("Write the letter.")},
        }


class AssociationCheckForm(forms.Form):
    """What an association proposes to change of its own details; begins with what is recorded."""

    website = forms.URLField(
        label=_("Web site"),
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Write the whole address, for example https://www.example.org.")},
    )
    name = forms.CharField(label=_("Contact person"), max_length=160, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        error_messages={"invalid": _("Write the e-mail address in full, for example name@example.org.")},
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language of letters"), choices=Person.Language.choices)
    remark = forms.CharField(
        label=_("Anything else"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: the association has a new name, or has ended."),
    )

    def __init__(self, *args, contact, **kwargs):
        recorded = {name: getattr(contact, name) for name in ("name", "email", "phone", "language")}
        super().__init__(*args, initial={"website": contact.association.website, **recorded}, **kwargs)
        for name, token in (("name", "name"), ("email", "email"), ("phone", "tel"), ("website", "url")):
            self.fields[name].widget.attrs["autocomplete"] = token

    def clean(self):
        """Refuse a form in which nothing was changed: the button above says that all is right."""
        data = super().clean()
        if not self.errors and not self.has_changed():
            raise forms.ValidationError(_("Nothing was changed. If all is right, press the button above."))
        return data

    def changes(self):
        """Return what was changed as [(label, old, new)], with the labels in Finnish, for the coordinator."""
        with translation.override("fi"):
            return [
                (str(self.fields[name].label), self.initial.get(name, ""), self.cleaned_data[name])
                for name in self.changed_data
            ]
