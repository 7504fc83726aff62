"""What a liaison writes of a municipality's meeting: the day first, then the rest, one page each."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from meetings.forms import AgreedForm
from meetings.models import Meeting, MeetingKind, Venue
from meetings.models.meetings import LANGUAGES
from meetings.moments import moment
from portal.forms import PortalForm, whole_addresses
from registry.access import COORDINATOR, OFFICERS
from registry.forms import DayField, RegistryForm

EMPTY_POINTS = 3


class ClockField(forms.TimeField):
    """A time of day as people write it: 17.30, 17:30 or 17."""

    widget = forms.TimeInput(format="%H.%M", attrs={"autocomplete": "off", "inputmode": "decimal"})

    def __init__(self, **kwargs):
        kwargs.setdefault("error_messages", {}).setdefault("invalid", _("Write the time like 17.30."))
        super().__init__(input_formats=["%H.%M", "%H:%M", "%H"], **kwargs)


class WhenForm(PortalForm):
    """A day with a beginning and an end, as moments in `starts_at` and `ends_at` of the cleaned data."""

    day = DayField(
        label=_("Day"), help_text=_("For example 24.9.2027."),
        error_messages={"required": _("Write the day."), "invalid": _("Write the day like 24.9.2027.")},
    )  # fmt: skip
    start = ClockField(
        label=_("Begins at"), help_text=_("For example 17.30."), error_messages={"required": _("Write the time.")}
    )
    end = ClockField(label=_("Ends at"), error_messages={"required": _("Write the time.")})

    @classmethod
    def initial_of(cls, meeting):
        """Return what the fields begin with for a meeting that has its day."""
        if meeting.starts_at is None:
            return {}
        starts_at, ends_at = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
        return {"day": starts_at.date(), "start": starts_at.time(), "end": ends_at.time()}

    def clean(self):
        """Put together the moments; an end before the beginning is refused beside it."""
        data = super().clean()
        data |= {"starts_at": None, "ends_at": None}
        if not data.get("day"):
            return data
        for name, target in (("start", "starts_at"), ("end", "ends_at")):
            if data.get(name) is not None:
                try:
                    data[target] = moment(data["day"], data[name])
                except ValidationError as refused:
                    self.add_error(name, refused)
        if data["starts_at"] and data["ends_at"] and data["ends_at"] <= data["starts_at"]:
            self.add_error("end", _("The end must be later than the beginning."))
        return data


class EveningBeginForm(WhenForm):
    """From what a new meeting is made, and when it is held."""

    earlier = forms.ChoiceField(label=_("Make it from"), required=False, widget=forms.RadioSelect)
    kind = forms.ModelChoiceField(
        label=_("What kind of meeting?"), queryset=MeetingKind.objects.none(), empty_label=None,
        help_text=_("A meeting made from an earlier one is of its kind."),
    )  # fmt: skip

    field_order = ["earlier", "kind", "day", "start", "end"]

    def __init__(self, *args, kinds, earlier, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds, self.earlier_meetings = kinds, {str(each.pk): each for each in earlier}
        self.fields["kind"].queryset = kinds
        self.fields["end"].required = False
        self.fields["end"].help_text = _("Empty: as long as the earlier one, or as is usual.")
        self.fields["earlier"].choices = [
            *((pk, f"{each.title}, {date_format(timezone.localtime(each.starts_at), 'SHORT_DATE_FORMAT')}")
              for pk, each in self.earlier_meetings.items()),
            ("", _("from the beginning")),
        ]  # fmt: skip
        if not self.earlier_meetings:
            del self.fields["earlier"]
        if len(kinds) == 1:
            self.fields["kind"].required = False
            self.fields["kind"].widget = forms.HiddenInput()

    def clean(self):
        """Add what stands behind the choices: `copied`, the earlier Meeting or None, and the kind."""
        data = super().clean()
        data["copied"] = self.earlier_meetings.get(data.get("earlier", ""))
        if not data.get("kind") and len(self.kinds) == 1:
            data["kind"] = self.kinds[0]
        if data["starts_at"] and data["ends_at"] is None and not self.errors and not data["copied"]:
            data["ends_at"] = data["starts_at"] + dt.timedelta(minutes=data["kind"].usual_minutes)
        return data


class EveningForm(PortalForm, RegistryForm):
    """What a meeting is about, where it is held, and how one gets in."""

    last_day = DayField(
        label=_("Registration until, day"), required=False, help_text=_("Empty: nobody has to register.")
    )
    last_time = ClockField(label=_("Registration until, time"), required=False, help_text=_("Empty: 23.59."))
    new_venue = forms.CharField(
        label=_("A new place"), max_length=160, required=False,
        help_text=_("When it is not in the list above. For example: Main library, Pakkala hall."),
    )  # fmt: skip
    new_address = forms.CharField(label=_("Street address of the new place"), max_length=200, required=False)
    new_accessibility = forms.CharField(
        label=_("Accessibility of the new place"), max_length=600, required=False,
        help_text=_("For example: step-free entrance, accessible toilet, induction loop."),
    )  # fmt: skip

    class Meta:
        model = Meeting
        formfield_callback = whole_addresses
        fields = [
            "in_finnish", "in_swedish", "in_english", "title_fi", "title_sv", "title_en", "description_fi",
            "description_sv", "description_en", "themes", "venue", "remote_url", "is_remote_public", "capacity",
            "party_at_most", "takes_registrations", "registration_url", "asks_diet", "asks_question",
        ]  # fmt: skip
        widgets = {"themes": forms.CheckboxSelectMultiple} | {
            f"description_{language}": forms.Textarea(attrs={"rows": 5}) for language in LANGUAGES
        }
        labels = {
            "title_fi": _("Title in Finnish"), "title_sv": _("Title in Swedish"), "title_en": _("Title in English"),
            "description_fi": _("What and for whom, in Finnish"), "description_sv": _("What and for whom, in Swedish"),
            "description_en": _("What and for whom, in English"),
        }  # fmt: skip
        help_texts = dict.fromkeys(("description_sv", "description_en"), "") | {
            "description_fi": _("What the meeting is about, for whom it is, what to bring.")
        }

    # What stands together on the page: (heading, names of the fields).
    GROUPS = (
        (_("About the meeting"), ("title_fi", "description_fi", "themes")),
        (_("In which languages"), ("in_finnish", "in_swedish", "in_english")),
        (_("Where"), ("venue", "new_venue", "new_address", "new_accessibility", "remote_url", "is_remote_public")),
        (_("Coming along"), ("capacity", "party_at_most", "last_day", "last_time", "takes_registrations",
                             "registration_url")),
        (_("What is asked of those who come"), ("asks_diet", "asks_question")),
        (_("The same in Swedish and English"), ("title_sv", "description_sv", "title_en", "description_en")),
    )  # fmt: skip

    def __init__(self, *args, themes, venues, **kwargs):
        until = kwargs["instance"].registration_until
        if until:
            local = timezone.localtime(until)
            kwargs["initial"] = {"last_day": local.date(), "last_time": local.time(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["themes"].queryset = themes
        self.fields["venue"].queryset = venues
        self.fields["venue"].empty_label = _("no place, or a new one")
        if not self.instance.is_draft:  # it is moved instead, so that everybody hears of it
            for name in ("venue", "remote_url", "new_venue", "new_address", "new_accessibility"):
                del self.fields[name]
        if not self.access.may(OFFICERS | {COORDINATOR}):  # an agent who helps decides on no publicity
            del self.fields["is_remote_public"]
        for language in LANGUAGES:
            self.fields[f"title_{language}"].required = False

    @property
    def groups(self):
        """The fields that stand together: (heading, bound fields)."""
        there = [(heading, [self[name] for name in names if name in self.fields]) for heading, names in self.GROUPS]
        return [(heading, fields) for heading, fields in there if fields]

    def clean(self):
        """Put together the last moment to register; ask for the address of a new place; ask for a title."""
        data = super().clean()
        if data.get("last_day"):
            try:
                until = moment(data["last_day"], data.get("last_time") or dt.time(23, 59))
            except ValidationError as refused:
                self.add_error("last_time", refused)
            else:
                self._set_until(until)
        elif "last_day" not in self.errors:
            self.instance.registration_until = None
        if data.get("new_venue") and not data.get("new_address"):
            self.add_error("new_address", _("Write the street address, so that people find it."))
        if not any(data.get(f"title_{language}") for language in LANGUAGES):
            self.add_error("title_fi", _("Write a title in at least one language."))
        return data

    def _set_until(self, until):
        if self.instance.starts_at and until > self.instance.starts_at:
            self.add_error("last_day", _("Registration goes on after the meeting has begun."))
        else:
            self.instance.registration_until = until

    def new_place(self, municipality):
        """Return the unsaved Venue that was written, or None."""
        data = self.cleaned_data
        if not data.get("new_venue"):
            return None
        words = {f"accessibility_{language}": data["new_accessibility"] for language in self.instance.languages[:1]}
        return Venue(municipality=municipality, name=data["new_venue"], street_address=data["new_address"], **words)


class PointForm(forms.Form):
    """A point of the agenda in the languages of its meeting; without any title it is left out."""

    minutes = forms.IntegerField(label=capfirst(_("minutes")), min_value=0, max_value=12 * 60, required=False)
    speaker = forms.CharField(label=capfirst(_("speaker")), max_length=120, required=False)

    field_order = [*(f"title_{language}" for language in LANGUAGES), "minutes", "speaker"]

    def __init__(self, *args, languages, **kwargs):
        labels = {"fi": _("Title in Finnish"), "sv": _("Title in Swedish"), "en": _("Title in English")}
        titles = {
            f"title_{language}": forms.CharField(label=labels[language], max_length=160, required=False)
            for language in languages
        }
        self.base_fields = {**titles, **self.base_fields}
        super().__init__(*args, **kwargs)

    @property
    def values(self):
        """What was written of the point, or None when it has no title."""
        data = self.cleaned_data
        has_title = any(data.get(name) for name in data if name.startswith("title_"))
        return {**data, "minutes": data.get("minutes") or 0} if has_title else None


PointsFormSet = forms.formset_factory(PointForm, extra=EMPTY_POINTS, max_num=40)


class PointProposalForm(PortalForm):
    """A point that is proposed for an agenda."""

    title = forms.CharField(
        label=_("What should be talked about?"), max_length=160,
        error_messages={"required": _("Write what should be talked about.")},
    )  # fmt: skip
    why = forms.CharField(
        label=_("Why?"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What has come up, what would help. Name no persons."),
    )  # fmt: skip
    minutes = forms.IntegerField(label=_("How many minutes does it need?"), min_value=5, max_value=240, initial=15)

    @property
    def point(self):
        """What was written, as `propose_point` takes it."""
        return {name: self.cleaned_data[name] for name in ("title", "why", "minutes")}


class EveningMoveForm(WhenForm):
    """To which time and place a published meeting moves."""

    venue = forms.ModelChoiceField(label=capfirst(_("place")), queryset=Venue.objects.none(), required=False)
    remote_url = forms.URLField(label=_("Remote link"), required=False, assume_scheme="https")

    def __init__(self, *args, venues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["venue"].queryset = venues


class MemoForm(PortalForm):
    """What was talked about and agreed, and links to materials, in the languages in which a meeting is held."""

    def __init__(self, *args, meeting, **kwargs):
        labels = {"fi": _("In Finnish"), "sv": _("In Swedish"), "en": _("In English")}
        names = {language: f"memo_{language}" for language in meeting.languages}
        kwargs["initial"] = {name: getattr(meeting, name) for name in names.values()}
        super().__init__(*args, **kwargs)
        for language, name in names.items():
            self.fields[name] = forms.CharField(
                label=labels[language], max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 12}),
                help_text=_("Stands on the public page. Name no persons. A link: [words](https://…)"),
            )  # fmt: skip

    @property
    def memo(self):
        """What was written: {column: text}."""
        return {name: text for name, text in self.cleaned_data.items() if name.startswith("memo_")}


class EveningAgreedForm(PortalForm, AgreedForm):
    """Something that was agreed at a municipality's meeting."""


class EveningCancelForm(PortalForm):
    """Why a meeting is cancelled, in the languages in which it is held."""

    def __init__(self, *args, languages, **kwargs):
        super().__init__(*args, **kwargs)
        labels = {"fi": _("Why, in Finnish"), "sv": _("Why, in Swedish"), "en": _("Why, in English")}
        for language in languages:
            self.fields[f"because_{language}"] = forms.CharField(
                label=labels[language], max_length=300, required=False,
                help_text=_("Stands on the public page. Name no persons."),
            )  # fmt: skip

    @property
    def because(self):
        """The reasons by language."""
        return {name.removeprefix("because_"): words for name, words in self.cleaned_data.items() if "because_" in name}
