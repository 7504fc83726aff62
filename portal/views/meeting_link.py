"""An invitee replies by the link of a letter, without an account, and changes the reply until the meeting begins."""

from allauth.core import ratelimit
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from meetings.forms import ReplyForm
from meetings.guest_list import InviteePage
from meetings.models import Invitation
from meetings.replying import save_reply
from registry.association_letters import GROUP, stop_letters


def meeting_reply(request, found):
    """Show the meeting and how the reply stands; one button saves another. None when there is no invitation any more."""
    invitation = Invitation.objects.of_link(found)
    if invitation is None or invitation.meeting.starts_at is None:
        return None
    page = InviteePage(invitation)
    if request.method != "POST":
        return _show(request, page)
    if not ratelimit.consume(request, action="meeting_reply", key=str(found.pk)):
        return render(request, "429.html", {"page_path": ""}, status=429)
    if request.POST.get("wish") == "stop" and invitation.contact_id:
        stop_letters(invitation.address, [GROUP])
        return redirect(request.path)
    form = _form(page, request.POST)
    if form.is_valid():
        try:
            save_reply(invitation, form.wanted, seen=_seen(request))
            return redirect(request.path)
        except ValidationError as refused:
            form.refuse(refused)
            page = InviteePage(Invitation.objects.of_link(found))
    return _show(request, page, form)


def _form(page, data=None):
    return ReplyForm(
        data, meeting=page.meeting, audience=page.invitation.audience, reply=page.reply, diets=page.diets,
        deputy=page.deputy,
    )  # fmt: skip


def _seen(request):
    """Return the version of the reply that was on the page; what is no number was never on one."""
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _show(request, page, form=None):
    form = form or _form(page)
    context = {"page_path": "", "page": page, "meeting": page.meeting, "invitation": page.invitation, "form": form}
    context["button"] = _("Save the changed reply") if page.reply else _("Send the reply")
    status = 422 if form.errors else 200
    return render(request, "links/link_meeting.html", context, status=status)
