"""The forms of a round's steps."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry.forms import DayField
from registry.models import Region
from surveys import round_files
from surveys.models import Comparability, Question
from surveys.questionnaires import LARGEST_FILE

_EXAMPLE = _("For example 1.9.2027.")


class DaysForm(forms.Form):
    """Which year and which days."""

    year = forms.IntegerField(label=capfirst(_("year")), min_value=2000, max_value=2200)
    opens_on = DayField(label=capfirst(_("opens on")), help_text=_EXAMPLE)
    closes_on = DayField(label=capfirst(_("closes on")), help_text=_("The last day on which answers are taken."))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("opens_on") and cleaned.get("closes_on") and cleaned["closes_on"] < cleaned["opens_on"]:
            self.add_error("closes_on", ValidationError(_("The round closes before it opens."), code="order"))
        return cleaned


class CopyForm(DaysForm):
    """For which year a round is made from another, and when it is asked."""

    @staticmethod
    def usual(survey_round, year):
        """Return `year` and the same days of it."""

        def later(day):
            return (day + dt.timedelta(days=365 * (year - survey_round.year))).strftime("%d.%m.%Y")

        return {
            "year": year,
            "opens_on": later(survey_round.opens_on),
            "closes_on": later(survey_round.closes_on),
        }


class ImportForm(DaysForm):
    """A questionnaire's file, and for which region and year."""

    field_order = ["region", "file"]
    region = forms.ModelChoiceField(label=capfirst(_("region")), queryset=Region.objects.none())
    file = forms.FileField(
        label=capfirst(_("file")), help_text=_("A questionnaire that was downloaded from a registry.")
    )

    def __init__(self, *args, regions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions

    def clean_file(self):
        """Return the file's text."""
        return _text_of(self.cleaned_data["file"], LARGEST_FILE, _("The file is not a questionnaire of this registry."))


class ImportAnswersForm(forms.Form):
    """The file of a round with its answers."""

    file = forms.FileField(
        label=capfirst(_("file")), help_text=_("A round that was downloaded from a registry with its answers.")
    )

    def clean_file(self):
        """Return the file's text."""
        otherwise = _("The file is not a survey round with its answers.")
        return _text_of(self.cleaned_data["file"], round_files.LARGEST_FILE, otherwise)


def _text_of(file, largest, otherwise):
    """Return the text of an uploaded file; `otherwise` is said of one that has none."""
    if file.size > largest:
        raise ValidationError(_("The file is too large."), code="too_large")
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(otherwise, code="format") from error


class ReopenForm(forms.Form):
    """Until when answers are taken again, and why."""

    closes_on = DayField(label=_("New last day"), help_text=_EXAMPLE)
    reason = forms.CharField(label=_("Why it is opened again"), max_length=300)


class CorrectForm(forms.Form):
    """Which wording was misspelt, how it reads right, and what was wrong."""

    place = forms.ChoiceField(label=_("Which wording"))
    new = forms.CharField(label=_("Corrected"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    reason = forms.CharField(
        label=_("What was misspelt"),
        max_length=300,
        help_text=_("A change of meaning is not a correction: it belongs to the next round."),
    )

    def __init__(self, *args, wordings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [(key, f"{row[2]}: {row[3]}") for key, row in wordings.items()]


class VerdictForm(forms.Form):
    """Whether a question can be compared with last year's, and why."""

    indicator = forms.SlugField(widget=forms.HiddenInput)
    audience = forms.ChoiceField(widget=forms.HiddenInput, choices=Question.Audience.choices)
    verdict = forms.ChoiceField(
        label=capfirst(_("verdict")),
        choices=[("", "–"), *(each for each in Comparability.Verdict.choices if each[0] not in {"new", "removed"})],
    )

    def __init__(self, *args, survey_round, **kwargs):
        super().__init__(*args, **kwargs)
        self.languages = survey_round.languages
        for language in self.languages:
            self.fields[f"reason_{language}"] = forms.CharField(
                label=_("Reason (%(language)s)") % {"language": language},
                required=False,
                max_length=400,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def reason(self):
        """The reason by language."""
        return {language: self.cleaned_data.get(f"reason_{language}", "") for language in self.languages}

    def is_about(self, difference):
        """Whether this sent form was about the difference."""
        sent = (self.data.get("indicator"), self.data.get("audience"))
        return sent == (difference.key, difference.audience)

    @classmethod
    def about(cls, difference, survey_round):
        """Return the form for a difference, with what has been decided."""
        initial = {"indicator": difference.key, "audience": difference.audience}
        if difference.is_decided and difference.row:
            initial["verdict"] = difference.row.verdict
            initial |= {f"reason_{each}": getattr(difference.row, f"reason_{each}") for each in survey_round.languages}
        return cls(survey_round=survey_round, initial=initial, auto_id=f"{difference.key}_{difference.audience}_%s")
