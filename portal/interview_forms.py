"""What a coordinator fills in before and between interviews."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.forms import DayField
from surveys.confirming import LONGEST_MESSAGE
from surveys.interviewing import AGREED, NO_ANSWER, NOT_WANTED
from surveys.models import Interview


class BeginInterviewForm(forms.Form):
    """Who is interviewed and how."""

    source = forms.ChoiceField(label=_("How do you speak?"), widget=forms.RadioSelect, choices=Interview.Source.choices)
    post = forms.CharField(
        label=_("With whom do you speak?"),
        max_length=120,
        help_text=_("The post, never a name: it stands beside the answers."),
        error_messages={"required": _("Write the post of whom you speak with.")},
    )
    best_time = forms.CharField(
        label=_("Best time to call"),
        max_length=120,
        required=False,
        help_text=_("For the next time. For example: in the mornings before ten."),
    )


class CallForm(forms.Form):
    """What became of a call."""

    outcome = forms.ChoiceField(choices=[(each, each) for each in (NO_ANSWER, AGREED, NOT_WANTED)])
    day = DayField(label=_("Day"), required=False, error_messages={"invalid": _("Write the day like 24.9.2026.")})
    time = forms.TimeField(
        label=_("Time"),
        required=False,
        input_formats=["%H.%M", "%H:%M", "%H"],
        error_messages={"invalid": _("Write the time like 14.30.")},
    )
    words = forms.CharField(label=_("In your own words"), max_length=500, required=False)

    @classmethod
    def empty(cls):
        """Return the form as it first stands: tomorrow."""
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        return cls(initial={"day": tomorrow})


class WrongForm(forms.Form):
    """What is wrong in the answers that were written down."""

    message = forms.CharField(
        label=_("What is wrong?"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Which question, and how it should be."),
        error_messages={"required": _("Write what is wrong.")},
    )
