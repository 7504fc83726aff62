"""What somebody replies to an invitation, registers, or writes down for somebody else; whom a meeting invites."""

import datetime as dt
import re

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import DateVote, DietCount, Invitation, KindAudience, Reply
from meetings.moments import moment
from meetings.replying import Wanted
from meetings.wording import when_in_words
from registry.forms import DayField
from registry.models import AssociationField, Person

_Answer = Reply.Answer
# Whoever registered alone, or comes for somebody, sends nobody else.
_WITHOUT_DEPUTY = {Invitation.Audience.DEPUTY, Invitation.Audience.REGISTERED}


class LineField(forms.CharField):
    """A line of text, such as a name: what is no letter, line ends and marks of direction too, becomes a space.

    It ends up in letters' subjects and greetings and in calendars.
    """

    def to_python(self, value):
        """Return the line."""
        text = "".join(letter if letter.isprintable() else " " for letter in super().to_python(value))
        return " ".join(text.split())


class ReplyForm(forms.Form):
    """A reply to an invitation to `meeting`; asks for what the meeting asks."""

    WORDS = {
        _Answer.COMES: _("I come to the place"),
        _Answer.REMOTE: _("I take part remotely"),
        _Answer.NO: _("I do not come"),
        _Answer.DEPUTY: _("I send a deputy"),
    }

    answer = forms.ChoiceField(
        label=_("Do you come?"), widget=forms.RadioSelect, error_messages={"required": _("Choose one.")}
    )
    n_people = forms.IntegerField(
        label=_("How many of you come?"), min_value=1, initial=1, required=False, help_text=_("Yourself included.")
    )
    question = forms.CharField(
        label=_("A question in advance"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The hosts read it before the meeting, with the name of who asks."),
    )  # fmt: skip
    deputy_name = LineField(
        label=_("Your deputy's name"), max_length=120, required=False, help_text=_("If you send a deputy.")
    )
    deputy_email = forms.EmailField(
        label=_("Your deputy's e-mail"), required=False,
        help_text=_("The deputy gets a link and a calendar entry of their own. Ask them first."),
        error_messages={"invalid": _("Write the e-mail address in full, for example name@example.org.")},
    )  # fmt: skip

    def __init__(self, *args, meeting, audience="", reply=None, diets=None, deputy=None, **kwargs):
        self.meeting = meeting
        kwargs["initial"] = self._initial(reply, diets, deputy) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if audience in _WITHOUT_DEPUTY:
            del self.fields["deputy_name"], self.fields["deputy_email"]
        self.fields["answer"].choices = [(code, self.WORDS[code]) for code in self._answers()]
        if meeting.party_at_most == 1:
            del self.fields["n_people"]
        else:
            self.fields["n_people"].widget.attrs |= {"max": meeting.party_at_most, "inputmode": "numeric"}
        if not meeting.asks_question:
            del self.fields["question"]
        self.order_fields(["name", "organisation", "email", "answer", "n_people", "deputy_name", "deputy_email"])
        if meeting.asks_diet and meeting.venue_id:
            self._ask_diets()

    @staticmethod
    def _initial(reply, diets, deputy):
        if reply is None:
            return {}
        initial = {"answer": reply.answer, "n_people": reply.n_people, "question": reply.question}
        initial |= {f"diet_{code}": n for code, n in (diets or {}).items()}
        return initial | ({"deputy_name": deputy.name, "deputy_email": deputy.email} if deputy else {})

    def _answers(self):
        """Yield what can be answered to this meeting."""
        if self.meeting.venue_id:
            yield _Answer.COMES
        if self.meeting.remote_url:
            yield _Answer.REMOTE
        if "deputy_name" in self.fields:
            yield _Answer.DEPUTY
        yield _Answer.NO

    def _ask_diets(self):
        for code, words in DietCount.Diet.choices:
            self.fields[f"diet_{code}"] = forms.IntegerField(
                label=capfirst(words), min_value=0, max_value=self.meeting.party_at_most, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    @property
    def diet_fields(self):
        """The fields of diets, which stand together."""
        return [self[name] for name in self.fields if name.startswith("diet_")]

    @property
    def other_fields(self):
        """The other fields, in their order."""
        return [self[name] for name in self.fields if not name.startswith("diet_")]

    def clean_n_people(self):
        """One, where nothing was written."""
        return self.cleaned_data["n_people"] or 1

    @property
    def wanted(self):
        """What was replied, as a Wanted."""
        data = self.cleaned_data
        diets = {name.removeprefix("diet_"): n for name, n in data.items() if name.startswith("diet_") and n}
        return Wanted(
            data["answer"], n_people=data.get("n_people", 1), question=data.get("question", ""), diets=diets,
            deputy=(data.get("deputy_name", ""), data.get("deputy_email", "")),
        )  # fmt: skip

    def refuse(self, refused):
        """Show what saving refused, beside the field where it has one."""
        errors = getattr(refused, "error_dict", {None: refused})
        for name, error in errors.items():
            self.add_error(name if name in self.fields else None, error)


class BehalfForm(ReplyForm):
    """A reply that is written down for somebody after a call; a deputy too, as they say."""

    WORDS = {
        _Answer.COMES: _("comes to the place"),
        _Answer.REMOTE: _("takes part remotely"),
        _Answer.NO: _("does not come"),
        _Answer.DEPUTY: _("sends a deputy"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = _("What did they say?")
        if "n_people" in self.fields:
            self.fields["n_people"].label = _("How many of them come?")
            self.fields["n_people"].help_text = ""
        if "deputy_name" in self.fields:
            self.fields["deputy_name"].label = _("The deputy's name")
            self.fields["deputy_email"].label = _("The deputy's e-mail")


class RegistrationForm(ReplyForm):
    """Somebody registers on the public page."""

    name = LineField(
        label=_("Your name"), max_length=120, error_messages={"required": _("Write your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    organisation = LineField(
        label=_("Association or organisation"), max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("Your e-mail"), help_text=_("You get a letter with a link by which you can change or cancel."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write the e-mail address in full, for example name@example.org."),
        },
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, audience=Invitation.Audience.REGISTERED, **kwargs)
        self.fields["answer"].choices = [each for each in self.fields["answer"].choices if each[0] != _Answer.NO]
        self.fields["answer"].label = _("How do you take part?")
        if len(self.fields["answer"].choices) == 1:
            self.fields["answer"].initial = self.fields["answer"].choices[0][0]

    @property
    def person(self):
        """Who registers: name, organisation and email."""
        return {name: self.cleaned_data[name] for name in ("name", "organisation", "email")}


class InviteForm(forms.Form):
    """Whom a meeting invites; of associations those of some fields, or all."""

    audiences = forms.MultipleChoiceField(
        label=_("Whom do you invite?"), choices=KindAudience.Audience, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )  # fmt: skip
    fields_of_associations = forms.ModelMultipleChoiceField(
        label=_("Associations of these fields"), queryset=AssociationField.objects.all(), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("None chosen: all associations."),
    )  # fmt: skip

    @classmethod
    def initial_of(cls, meeting):
        """Return what is chosen at first: the usual invitees of the kind."""
        return {"audiences": list(meeting.kind.audiences.values_list("audience", flat=True))}


class DaysForm(forms.Form):
    """The days that are proposed, one on each line: 24.9.2027 17.30–20.00."""

    days = forms.CharField(
        label=_("Days, one on each line"), widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("For example: 24.9.2027 17.30–20.00"), error_messages={"required": _("Propose at least one day.")},
    )  # fmt: skip

    _CLOCK = r"(\d{1,2})(?:[.:](\d{2}))?"
    _LINE = re.compile(rf"(\d{{1,2}}\.\d{{1,2}}\.\d{{4}})\s+(?:klo?\.?\s+)?{_CLOCK}\s*[–-]\s*{_CLOCK}")

    @classmethod
    def initial_of(cls, meeting):
        """Return the lines of the days that are proposed now."""
        return {"days": "\n".join(_line_of(each) for each in meeting.date_options.all())}

    def clean_days(self):
        """Return the days as [(beginning, end), …]; says which line cannot be read."""
        lines = [line.strip() for line in self.cleaned_data["days"].splitlines() if line.strip()]
        return [self._times_of(line) for line in lines]

    def _times_of(self, line):
        found = self._LINE.fullmatch(line)
        try:
            day = dt.datetime.strptime(found[1], "%d.%m.%Y").date()
            times = (found.groups()[1:3], found.groups()[3:])
            starts_at, ends_at = (moment(day, dt.time(int(hour), int(minute or 0))) for hour, minute in times)
        except (TypeError, ValueError) as unread:
            words = _("Write the day and times like 24.9.2027 17.30–20.00. This cannot be read: %(line)s")
            raise forms.ValidationError(words % {"line": line[:60]}, code="unread") from unread
        if ends_at <= starts_at:
            raise forms.ValidationError(_("The end must be later than the beginning: %(line)s") % {"line": line[:60]})
        return starts_at, ends_at


def _line_of(option):
    begins, ends = timezone.localtime(option.starts_at), timezone.localtime(option.ends_at)
    return f"{begins.day}.{begins.month}.{begins.year} {begins:%H.%M}–{ends:%H.%M}"


class VoteForm(forms.Form):
    """Which of the proposed days suit."""

    def __init__(self, *args, options, votes, **kwargs):
        super().__init__(*args, **kwargs)
        for each in options:
            self.fields[f"day_{each.pk}"] = forms.ChoiceField(
                label=capfirst(when_in_words(each.starts_at, each.ends_at)), choices=DateVote.Answer.choices,
                widget=forms.RadioSelect, initial=votes.get(each.pk), error_messages={"required": _("Choose one.")},
            )  # fmt: skip

    @property
    def answers(self):
        """What was chosen: {option's id: answer}."""
        return {int(name.removeprefix("day_")): answer for name, answer in self.cleaned_data.items()}


class GuestForm(forms.Form):
    """Somebody who is not in the registry."""

    name = LineField(
        label=pgettext_lazy("of a guest", "Name"), max_length=120, error_messages={"required": _("Write the name.")}
    )
    organisation = LineField(label=_("Association or organisation"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("With an address the invitation goes by letter at once."),
        error_messages={"invalid": _("Write the e-mail address in full, for example name@example.org.")},
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of letters"), choices=Person.Language)


class AgreedForm(forms.Form):
    """Something that was agreed at a meeting, who sees to it, and by when."""

    text = LineField(
        label=_("What was agreed?"), max_length=300,
        help_text=_("Begin with a verb: publish, ask, try out. Name no persons."),
        error_messages={"required": _("Write what was agreed.")},
    )  # fmt: skip
    doer = LineField(
        label=_("Who sees to it?"), max_length=120, required=False,
        help_text=_("The post, municipality or association, for example “leisure secretary”. Name no persons."),
    )  # fmt: skip
    due_on = DayField(
        label=_("By when?"), required=False, help_text=_("For example 31.5.2027. Empty: no day was agreed."),
        error_messages={"invalid": _("Write the day like 31.5.2027.")},
    )  # fmt: skip

    @property
    def decision(self):
        """What was written, as `add_decision` takes it."""
        return {name: self.cleaned_data[name] for name in ("text", "doer", "due_on")}
