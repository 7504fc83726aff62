"""The administration's pages of who is invited to a meeting and who comes."""

from django import forms
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from meetings.attendance import attendance_of, write_attendance
from meetings.forms import BehalfForm, DaysForm, GuestForm, InviteForm
from meetings.guest_list import GuestList, InviteePage
from meetings.invitees import municipalities_of
from meetings.inviting import invite, invite_guest, preview_inviting
from meetings.models import Invitation, Meeting, Reply
from meetings.polls import POLL, POLL_OF_ASSOCIATION, ask_days, choose_day, propose_days, rows_of_poll
from meetings.replying import save_reply, withdraw_invitation
from meetings.wording import when_in_words
from registry.admin.base import Step


class AttendanceForm(forms.Form):
    """How many came from each municipality."""

    def __init__(self, *args, municipalities, coming, **kwargs):
        super().__init__(*args, **kwargs)
        for each in municipalities:
            self.fields[f"n_{each.pk}"] = forms.IntegerField(
                label=each.name, min_value=0, max_value=999, required=False, initial=coming.get(each.pk)
            )

    @staticmethod
    def counts_of(cleaned):
        """Return {municipality's id: number} of the cleaned data."""
        return {int(name.removeprefix("n_")): n for name, n in cleaned.items() if n}


class ChooseDayForm(forms.Form):
    """One of the proposed days, with what was said of it."""

    day = forms.ChoiceField(label=_("Day"), widget=forms.RadioSelect)

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.options = {str(row.option.pk): row.option for row in rows}
        self.fields["day"].choices = [(str(row.option.pk), _said(row)) for row in rows]

    @property
    def option(self):
        """The chosen day."""
        return self.options[self.cleaned_data["day"]]


def _said(row):
    counts = {name: getattr(row.option, f"n_{name}") for name in ("yes", "maybe", "no")}
    told = _("%(day)s: suits %(yes)s, if need be %(maybe)s, does not suit %(no)s")
    return told % (counts | {"day": row.words})


class GuestPages:
    """What a coordinator does with the invitees of a meeting."""

    def guest_urls(self):
        """Return the pages by the last word of their address."""
        return {
            "guests": self.guests, "invite": self.invite, "guest": self.guest, "guest_new": self.guest_new,
            "guest_remove": self.guest_remove, "attendance": self.attendance, "days": self.days,
            "days_ask": self.days_ask, "days_choose": self.days_choose,
        }  # fmt: skip

    def guest_steps(self, meeting):
        """Return the Steps that lead to these pages from a meeting that has been published."""
        if meeting.is_draft and meeting.starts_at is None:
            return self._day_steps(meeting)
        if meeting.is_draft:
            return []
        steps = [Step(_("Who comes"), self.step_url("guests", meeting))]
        if meeting.state == Meeting.State.PUBLISHED and not meeting.has_begun:
            steps.insert(0, Step(_("Invite"), self.step_url("invite", meeting)))
        if meeting.has_begun and not meeting.is_cancelled:
            steps.append(Step(_("How many came"), self.step_url("attendance", meeting)))
        return steps

    def _day_steps(self, meeting):
        steps = [Step(_("Propose days"), self.step_url("days", meeting))]
        if meeting.date_options.exists():
            steps.append(Step(_("Ask which day suits"), self.step_url("days_ask", meeting)))
            steps.append(Step(_("Choose the day"), self.step_url("days_choose", meeting)))
        return steps

    def _without_day(self, request, object_id):
        meeting = self.step_row(request, object_id)
        if not meeting.is_draft or meeting.starts_at is not None:
            raise Http404
        return meeting

    def days(self, request, object_id):
        """Propose days for a draft whose day is open."""
        meeting = self._without_day(request, object_id)
        form = DaysForm(request.POST or None, initial=DaysForm.initial_of(meeting))
        return self.ask_and_do(
            request, meeting, form,
            title=_("Propose days: %(title)s") % {"title": meeting},
            effects=lambda days: [when_in_words(*times) for times in days],
            do=lambda days: propose_days(meeting, days),
        )  # fmt: skip

    def days_ask(self, request, object_id):
        """Ask which of the proposed days suits; first who gets the letter, who does not and why."""
        meeting = self._without_day(request, object_id)
        form = InviteForm(request.POST or None, initial=InviteForm.initial_of(meeting))
        kinds = (POLL, POLL_OF_ASSOCIATION)
        return self.ask_and_do(
            request, meeting, form,
            title=_("Ask which day suits: %(title)s") % {"title": meeting},
            effects=lambda audiences, fields_of_associations: _told(
                preview_inviting(meeting, audiences, fields=fields_of_associations, kinds=kinds)
            ),
            do=lambda audiences, fields_of_associations: ask_days(
                meeting, audiences, fields=fields_of_associations, by=request.user
            ),
        )  # fmt: skip

    def days_choose(self, request, object_id):
        """Show what was said of the days, and choose one."""
        meeting = self._without_day(request, object_id)
        rows = rows_of_poll(meeting)
        form = ChooseDayForm(request.POST or None, rows=rows)
        return self.ask_and_do(
            request, meeting, form,
            title=_("Choose the day: %(title)s") % {"title": meeting},
            effects=lambda day: [dict(form.fields["day"].choices)[day]],
            do=lambda day: choose_day(meeting, form.option, by=request.user),
        )  # fmt: skip

    def guests(self, request, object_id):
        """Show who comes, who waits, who has not replied, and from which municipalities."""
        meeting = self.step_row(request, object_id)
        is_open = meeting.state == Meeting.State.PUBLISHED and not meeting.has_begun
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": meeting,
            "title": _("Who comes: %(title)s") % {"title": meeting}, "meeting": meeting, "guests": GuestList(meeting),
            "invite_url": self.step_url("invite", meeting) if is_open else "",
            "new_url": self.step_url("guest_new", meeting) if is_open else "",
            "guest_url": self.step_url("guest", meeting) if is_open else "",
        }  # fmt: skip
        return TemplateResponse(request, "admin/meetings/guests.html", context)

    def invite(self, request, object_id):
        """Ask whom to invite, say who gets the letter and who does not and why, and send."""
        meeting = self.step_row(request, object_id)
        form = InviteForm(request.POST or None, initial=InviteForm.initial_of(meeting))
        return self.ask_and_do(
            request, meeting, form,
            title=_("Send the invitations: %(title)s") % {"title": meeting},
            effects=lambda audiences, fields_of_associations: _told(
                preview_inviting(meeting, audiences, fields=fields_of_associations)
            ),
            do=lambda audiences, fields_of_associations: invite(
                meeting, audiences, fields=fields_of_associations, by=request.user
            ),
            done_url=self.step_url("guests", meeting),
        )  # fmt: skip

    def _invitee(self, request, meeting):
        """Return the standing invitation that the address names (`?kutsu=`); 404 for one of another meeting."""
        number = request.GET.get("kutsu", "")
        invitation = Invitation.objects.of_number(meeting, number) if number.isdecimal() and len(number) < 18 else None
        if invitation is None or invitation.withdrawn_at:
            raise Http404
        invitation.meeting = meeting
        return invitation

    def guest(self, request, object_id):
        """Write down what an invitee says by telephone."""
        meeting = self.step_row(request, object_id)
        invitation = self._invitee(request, meeting)
        page = InviteePage(invitation)
        form = BehalfForm(
            request.POST or None, meeting=meeting, audience=invitation.audience, reply=page.reply, diets=page.diets,
            deputy=page.deputy,
        )  # fmt: skip
        remove = f"{self.step_url('guest_remove', meeting)}?kutsu={invitation.pk}"
        return self.ask_and_do(
            request, meeting, form,
            title=_("Write down a reply: %(name)s") % {"name": invitation.invitee},
            intro=[page.state] if page.state else [],
            effects=lambda **_reply: [
                dict(form.fields["answer"].choices)[form.cleaned_data["answer"]],
                _("It is marked as written down by you, and they get a letter that says so."),
            ],
            do=lambda **_reply: save_reply(invitation, form.wanted, source=Reply.Source.BEHALF, by=request.user),
            done_url=self.step_url("guests", meeting),
            links=[(_("Take the invitation back"), remove)],
        )  # fmt: skip

    def guest_new(self, request, object_id):
        """Put somebody on the list who is not in the registry."""
        meeting = self.step_row(request, object_id)
        form = GuestForm(request.POST or None, initial={"language": "fi"})
        return self.ask_and_do(
            request, meeting, form,
            title=_("Add to the list: %(title)s") % {"title": meeting},
            effects=lambda name, email, **_more: [
                _("%(name)s is on the list.") % {"name": name},
                _("The invitation goes to %(address)s.") % {"address": email} if email else _("No letter goes."),
            ],
            do=lambda **guest: invite_guest(meeting, **guest, by=request.user),
            done_url=self.step_url("guests", meeting),
        )  # fmt: skip

    def guest_remove(self, request, object_id):
        """Take an invitation back."""
        meeting = self.step_row(request, object_id)
        invitation = self._invitee(request, meeting)
        return self.ask_and_do(
            request, meeting,
            title=_("Take off the list: %(name)s") % {"name": invitation.invitee},
            effects=lambda: [_("Whoever was coming gets a letter, and the event goes out of their calendar.")],
            do=lambda: withdraw_invitation(invitation),
            done_url=self.step_url("guests", meeting),
        )  # fmt: skip

    def attendance(self, request, object_id):
        """Ask how many came from each municipality; what was replied is the beginning."""
        meeting = self.step_row(request, object_id)
        places = list(municipalities_of(meeting, timezone.localdate(meeting.starts_at or timezone.now())).by_name())
        replied = {place.pk: n for place, n, _silent in GuestList(meeting).municipalities if n}
        form = AttendanceForm(
            request.POST or None, municipalities=places, coming=attendance_of(meeting) or replied
        )  # fmt: skip
        return self.ask_and_do(
            request, meeting, form,
            title=_("How many came: %(title)s") % {"title": meeting},
            intro=[
                _("On the spot and remotely. Empty: nobody came. The municipalities' pages tell that they took part.")
            ],
            effects=lambda **counts: _attended(form.counts_of(counts)),
            do=lambda **counts: write_attendance(meeting, form.counts_of(counts)),
        )  # fmt: skip


def _told(inviting):
    """Return what inviting will do, as sentences."""
    n_going = inviting.n_going
    day = date_format(timezone.localtime(inviting.goes_at), "SHORT_DATETIME_FORMAT")
    told = [ngettext("%(n)s letter goes out.", "%(n)s letters go out.", n_going) % {"n": n_going}]
    told += [_("They go from %(day)s on.") % {"day": day}] if n_going else []
    told += [each.name for each in inviting.going]
    for reason, group in inviting.left_out:
        names = ", ".join(each.recipient.name for each in group)
        told.append(_("Left out, %(reason)s: %(names)s") % {"reason": reason, "names": names})
    return told


def _attended(counts):
    n_places, n_people = len(counts), sum(counts.values())
    return [
        ngettext("%(n)s municipality took part.", "%(n)s municipalities took part.", n_places) % {"n": n_places},
        ngettext("%(n)s person in all.", "%(n)s people in all.", n_people) % {"n": n_people},
    ]
