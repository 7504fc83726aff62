"""Meetings in the administration: kinds, themes and venues as rows; a meeting's steps call meetings/planning.py."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline

from meetings.decision_pages import DecisionPages
from meetings.guest_pages import GuestPages
from meetings.models import (
    AgendaItem,
    AgendaTemplateItem,
    KindAudience,
    Meeting,
    MeetingHost,
    MeetingKind,
    MeetingTheme,
    Venue,
)
from meetings.planning import (
    cancel_meeting,
    close_meeting,
    copy_meeting,
    missing_for_publishing,
    move_meeting,
    name_meeting,
    publish_meeting,
)
from meetings.proposing import decide_from_page, proposals_for, takes_proposals
from registry.admin.base import ROWS_WITHIN, HistoryAdmin, OwnRegion, Step, is_administrator, rows_for
from registry.admin.filters import OwnRelatedFilter


class OwnOrEverybodys(OwnRegion, TranslationAdmin):
    """What every region uses is changed by administrators, a region's own by its coordinators."""

    list_filter = [("region", OwnRelatedFilter)]
    list_select_related = ["region"]
    sortable_by = []

    def has_change_permission(self, request, obj=None):
        """A coordinator changes the region's own."""
        is_everybodys = obj is not None and obj.region_id is None
        return super().has_change_permission(request, obj) and (is_administrator(request) or not is_everybodys)

    def get_readonly_fields(self, request, obj=None):
        """A key stays what it was."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "key"] if obj else fields

    def get_form(self, request, obj=None, **kwargs):
        """Ask a coordinator for the region: a row without one is everybody's."""
        form = super().get_form(request, obj, **kwargs)
        if not is_administrator(request) and "region" in form.base_fields:
            form.base_fields["region"].required = True
        return form


class _OfKind(OwnRegion):
    """Rows of a kind follow the kind."""

    extra = 0

    def _may(self, request, obj):
        return is_administrator(request) or obj is None or obj.region_id is not None

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self._may(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may(request, obj)


class KindAudienceInline(_OfKind, admin.TabularInline):
    """Who is usually invited."""

    model = KindAudience
    template = ROWS_WITHIN
    extra = 1
    max_num = len(KindAudience.Audience.choices)


class AgendaTemplateInline(_OfKind, TranslationTabularInline):
    """With which agenda a meeting of the kind begins."""

    model = AgendaTemplateItem
    template = ROWS_WITHIN
    extra = 1
    fields = ["position", "title", "minutes"]


@admin.register(MeetingKind)
class MeetingKindAdmin(OwnOrEverybodys):
    """Kinds of meetings."""

    list_display = ["name", "host", "n_expected", "is_public", "is_offered", "region"]
    fields = [
        "name", "description", "key", "region", "host", "n_expected", "usual_minutes", "is_public", "is_offered",
        "days_to_remind_of_reply", "days_to_remind_of_day", "position",
    ]  # fmt: skip
    inlines = [KindAudienceInline, AgendaTemplateInline]


@admin.register(MeetingTheme)
class MeetingThemeAdmin(OwnOrEverybodys):
    """The bank of themes."""

    list_display = ["name", "is_offered", "region"]
    fields = ["name", "description", "key", "region", "is_offered", "position"]


@admin.register(Venue)
class VenueAdmin(HistoryAdmin, TranslationAdmin):
    """Where meetings are held."""

    list_display = ["name", "street_address", "municipality", "is_offered"]
    list_filter = [("municipality", OwnRelatedFilter)]
    list_select_related = ["municipality"]
    search_fields = ["name", "street_address"]
    sortable_by = ["municipality"]
    fields = ["municipality", "name", "street_address", "directions", "accessibility", "premises", "is_offered"]


class MeetingHostInline(OwnRegion, admin.TabularInline):
    """Which municipalities host it; the first one looks after it."""

    model = MeetingHost
    template = ROWS_WITHIN
    extra = 1
    fields = ["municipality", "position"]


class AgendaItemInline(OwnRegion, TranslationTabularInline):
    """The agenda."""

    model = AgendaItem
    template = ROWS_WITHIN
    extra = 1
    fields = ["position", "title", "minutes", "speaker"]


class WhenForm(forms.Form):
    """A beginning and an end."""

    starts_at = forms.SplitDateTimeField(label=capfirst(_("begins")))
    ends_at = forms.SplitDateTimeField(label=capfirst(_("ends")))


class MoveForm(WhenForm):
    """A new time and place."""

    venue = forms.ModelChoiceField(label=capfirst(_("place")), queryset=Venue.objects.none(), required=False)
    remote_url = forms.URLField(label=capfirst(_("remote link")), required=False, assume_scheme="https")

    def __init__(self, *args, venues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["venue"].queryset = venues


class CancelForm(forms.Form):
    """Why, in each language."""

    fi = forms.CharField(label=_("Why, in Finnish"), max_length=300, required=False)
    sv = forms.CharField(label=_("Why, in Swedish"), max_length=300, required=False)
    en = forms.CharField(label=_("Why, in English"), max_length=300, required=False)


_PLACE_AND_TIME = ["starts_at", "ends_at", "venue", "remote_url"]


@admin.register(Meeting)
class MeetingAdmin(GuestPages, DecisionPages, HistoryAdmin, TranslationAdmin):
    """Meetings of the region and of its municipalities."""

    list_display = ["title", "kind", "starts_at", "venue", "region", "state_words"]
    list_filter = ["kind", ("region", OwnRelatedFilter)]
    list_select_related = ["kind", "region", "venue"]
    search_fields = ["title_fi", "title_sv", "title_en"]
    sortable_by = ["starts_at"]
    date_hierarchy = "starts_at"
    checkbox_fields = ["themes"]
    fieldsets = [
        (None, {"fields": ["kind", "region", "area", "title", "description", "themes"]}),
        (_("When and where"), {"fields": [*_PLACE_AND_TIME, "is_remote_public"]}),
        (_("Languages"), {"fields": ["in_finnish", "in_swedish", "in_english"]}),
        (
            _("Coming along"),
            {
                "fields": [
                    "capacity",
                    "party_at_most",
                    "registration_until",
                    "takes_registrations",
                    "registration_url",
                    "asks_diet",
                    "asks_question",
                ]
            },
        ),
        (_("Publicity"), {"fields": ["is_public", "slug"]}),
        (_("Afterwards"), {"fields": ["memo"]}),
    ]
    inlines = [MeetingHostInline, AgendaItemInline]

    def get_urls(self):
        pages = {
            "publish": self.publish, "move": self.move, "cancel": self.cancel, "close": self.close, "copy": self.copy,
            **self.guest_urls(),
            "proposals": self.proposals,
        }  # fmt: skip
        named = [
            path(f"<int:object_id>/{name}/", self.admin_site.admin_view(view), name=f"meetings_meeting_{name}")
            for name, view in pages.items()
        ]
        return [*named, *self.decision_urls(), *super().get_urls()]

    def get_readonly_fields(self, request, obj=None):
        """A published meeting keeps its address and its kind, and is moved by the step that tells of it."""
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None or obj.is_draft else [*fields, "kind", "region", "slug", *_PLACE_AND_TIME]

    def get_form(self, request, obj=None, **kwargs):
        """An empty address is made of the title; an empty title is the kind's name."""
        form = super().get_form(request, obj, **kwargs)
        for name in ("slug", "title_fi"):
            if name in form.base_fields:
                form.base_fields[name].required = False
        return form

    def save_model(self, request, obj, form, change):
        """Save; a new meeting without an address or a title gets them from its kind."""
        name_meeting(obj)
        obj.version += 1
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request, obj=None):
        """A published meeting is cancelled; a draft is an administrator's to delete here."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_draft)

    @admin.display(description=_("state"))
    def state_words(self, meeting):
        """Return how the meeting stands."""
        return meeting.state.label

    def get_steps(self, request, obj):
        """Offer what can be done with a meeting as it stands."""
        if not self.has_change_permission(request, obj):
            return []
        steps = {
            Meeting.State.DRAFT: [Step(_("Publish"), self.step_url("publish", obj))],
            Meeting.State.PUBLISHED: [
                Step(_("Move to another time or place"), self.step_url("move", obj)),
                Step(_("Cancel the meeting"), self.step_url("cancel", obj)),
            ],
            Meeting.State.HELD: [Step(_("Close the meeting"), self.step_url("close", obj))],
        }
        label = _("Proposals for the agenda, %(n)d waiting") % {"n": obj.proposals.waiting().count()}
        proposals = Step(label, self.step_url("proposals", obj))
        return [
            *self.guest_steps(obj),
            *self.decision_steps(obj),
            *[proposals][: takes_proposals(obj)],
            *steps.get(obj.state, []),
            Step(_("Make a new one from it"), self.step_url("copy", obj)),
        ]

    def publish(self, request, object_id):
        """Say what is missing, or publish."""
        meeting = self.step_row(request, object_id)
        return self.ask_and_do(
            request, meeting,
            title=_("Publish: %(title)s") % {"title": meeting},
            effects=lambda: missing_for_publishing(meeting) or [_("Its page and the calendars show it at once.")],
            do=lambda: publish_meeting(meeting, by=request.user),
        )  # fmt: skip

    def move(self, request, object_id):
        """Ask for the new time and place, and move."""
        meeting = self.step_row(request, object_id)
        initial = {name: getattr(meeting, name) for name in _PLACE_AND_TIME}
        form = MoveForm(request.POST or None, initial=initial, venues=rows_for(Venue, request.user))
        return self.ask_and_do(
            request, meeting, form,
            title=_("Move: %(title)s") % {"title": meeting},
            effects=lambda **when: [_moved_words(meeting, when)] if meeting.starts_at else [],
            do=lambda **when: move_meeting(meeting, **when, by=request.user),
        )  # fmt: skip

    def cancel(self, request, object_id):
        """Ask why, and cancel."""
        meeting = self.step_row(request, object_id)
        return self.ask_and_do(
            request, meeting, CancelForm(request.POST or None),
            title=_("Cancel: %(title)s") % {"title": meeting},
            effects=lambda **_because: [_("Its page stays and says that it was cancelled; so do the calendars.")],
            do=lambda **because: cancel_meeting(meeting, because=because, by=request.user),
        )  # fmt: skip

    def close(self, request, object_id):
        """Close what has been held."""
        meeting = self.step_row(request, object_id)
        return self.ask_and_do(
            request, meeting,
            title=_("Close: %(title)s") % {"title": meeting},
            effects=lambda: [_("Nothing more is asked of it.")],
            do=lambda: close_meeting(meeting, by=request.user),
        )  # fmt: skip

    def proposals(self, request, object_id):
        """Show what is proposed for the agenda, each with its reason; buttons take in, leave out and bring back."""
        meeting, today = self.step_row(request, object_id), timezone.localdate()
        if request.method == "POST":
            try:
                decide_from_page(meeting, request.POST, on=today, by=request.user)
            except ValidationError as refused:
                self.message_user(request, " ".join(refused.messages), messages.ERROR)
            return redirect(self.step_url("proposals", meeting))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": meeting,
            "title": _("Proposals for the agenda: %(title)s") % {"title": meeting},
            "proposals": proposals_for(meeting, today), "takes_proposals": takes_proposals(meeting),
            "items": meeting.agenda.all(),
        }  # fmt: skip
        return TemplateResponse(request, "admin/meetings/proposals.html", context)

    def copy(self, request, object_id):
        """Make a draft from a meeting and open it."""
        meeting = self.step_row(request, object_id)
        if request.method == "POST" and "confirmed" in request.POST:
            with transaction.atomic():
                made = copy_meeting(meeting, by=request.user)
            return redirect(self.step_url("change", made))
        return self.ask_and_do(
            request, meeting,
            title=_("Make a new one from it: %(title)s") % {"title": meeting},
            effects=lambda: [
                _("A draft with the same words, place, hosts, themes and agenda. Its day is open."),
                _("What was agreed and is still open goes along."),
            ],
            do=lambda: None,
        )  # fmt: skip


def _moved_words(meeting, when):
    def told(moment):
        return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")

    return _("From %(old)s to %(new)s. The page and the calendars show it at once.") % {
        "old": told(meeting.starts_at), "new": told(when["starts_at"]),
    }  # fmt: skip
