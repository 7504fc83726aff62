"""Papers from associations, counted by hand and typed in as sums."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms import PortalForm
from registry.forms import DayField
from surveys.association_answers import allowed_keys
from surveys.forms import words_of_state
from surveys.models.associations import MOST_PAPERS
from surveys.suppression import STATE

NOT_A_NUMBER = _("Write a whole number, 0 or more.")


def number_field(label, *, required=False, least=0):
    """Return a field for a whole number, with the keyboard of numbers on a phone."""
    messages = dict.fromkeys(["invalid", "min_value"], NOT_A_NUMBER) | {"required": _("Write how many.")}
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, required=required, min_value=least, max_value=MOST_PAPERS, widget=widget, error_messages=messages
    )


class CountsForm(PortalForm):
    """The sums of papers: how many there are, and for each question how many chose what."""

    def __init__(self, *args, questions, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.fields["n_papers"] = number_field(_("How many papers"), required=True, least=1)
        for question in questions:
            for key in allowed_keys(question):
                self.fields[self.name_of(question, key)] = number_field(self._label(question, key))

    def name_of(self, question, key):
        """Return the name of the input in which a question's key is counted."""
        return f"{question.key}--{key}"

    def _label(self, question, key):
        if key.startswith(STATE):
            return words_of_state(question, key.removeprefix(STATE))
        return next(option.label or option.key for option in question.options.all() if option.key == key)

    @property
    def groups(self):
        """(question, its inputs) in order."""
        return [
            (question, [self[self.name_of(question, key)] for key in allowed_keys(question)])
            for question in self.questions
        ]

    @property
    def own_fields(self):
        """The inputs beside the counts."""
        counted = {self.name_of(question, key) for question in self.questions for key in allowed_keys(question)}
        return [field for field in self if field.name not in counted]

    def counts(self):
        """Return {question's key: {key: n}} of the questions in which something was typed."""
        typed = {}
        for question in self.questions:
            values = {key: self.cleaned_data.get(self.name_of(question, key)) for key in allowed_keys(question)}
            if any(n is not None for n in values.values()):
                typed[question.key] = {key: n or 0 for key, n in values.items()}
        return typed

    def clean(self):
        """Refuse more answers to a question than there are papers, beside the question."""
        data = super().clean()
        for question in self.questions:
            n_counted = sum(self.counts().get(question.key, {}).values())
            if data.get("n_papers") and n_counted > data["n_papers"]:
                told = _("In all %(n)s, but there are %(papers)s papers.") % {
                    "n": n_counted,
                    "papers": data["n_papers"],
                }
                self.add_error(self.name_of(question, allowed_keys(question)[0]), told)
        return data


class PapersForm(CountsForm):
    """Papers that came from somewhere on some day."""

    label = forms.CharField(
        label=_("Where the papers came from"),
        max_length=120,
        help_text=_("For example: the association evening. No names."),
        error_messages={"required": _("Write where the papers came from.")},
    )
    collected_on = DayField(label=_("Collected on"), help_text=_("For example 1.3.2027."))


class CorrectionForm(CountsForm):
    """Counted again: only the questions in which something is typed are replaced."""

    reason = forms.CharField(
        label=_("What is corrected, and why"),
        max_length=300,
        help_text=_("Stands beside the papers. No names."),
        error_messages={"required": _("Write why it is corrected.")},
    )


class WithdrawForm(PortalForm):
    """Why papers count no more."""

    reason = forms.CharField(
        label=_("Why they are withdrawn"),
        max_length=300,
        help_text=_("For example: entered twice. No names."),
        error_messages={"required": _("Write why they are withdrawn.")},
    )
