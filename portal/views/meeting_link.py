"""An invitee replies by the link of a letter, without an account, and changes the reply until the meeting begins."""

from allauth.core import ratelimit
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from meetings.forms import ReplyForm, VoteForm
from meetings.guest_list import InviteePage
from meetings.models import Invitation, Reply
from meetings.polls import vote, votes_of
from meetings.replying import Wanted, save_reply
from meetings.wording import words_of
from portal.views.evenings import seen_by_number
from registry.association_letters import GROUP, stop_letters


def meeting_reply(request, found):
    """Show the meeting and how the reply stands; one button saves another. None when the invitation is gone."""
    invitation = Invitation.objects.of_link(found)
    if invitation is None:
        return None
    if invitation.meeting.starts_at is None:
        return _which_day(request, found, invitation)
    page = InviteePage(invitation)
    if request.method != "POST":
        return _show(request, page)
    if not ratelimit.consume(request, action="meeting_reply", key=str(found.pk)):
        return render(request, "429.html", {"page_path": ""}, status=429)
    if request.POST.get("wish") == "stop" and invitation.contact_id:
        stop_letters(invitation.address, [GROUP])
        return redirect(request.path)
    quick = _quick(page, request.POST.get("wish"))
    # A button sends no fields: beside what it is refused with stands the reply as it was.
    form = _form(page, _form(page).initial if quick else request.POST)
    if quick or form.is_valid():
        try:
            save_reply(invitation, quick or form.wanted, seen=seen_by_number(request))
            return redirect(request.path)
        except ValidationError as refused:
            form.refuse(refused)
            page = InviteePage(Invitation.objects.of_link(found))
    return _show(request, page, form)


def _which_day(request, found, invitation):
    """Show the proposed days and save which suit; None when none is proposed, or the invitation was taken back."""
    meeting, votes = invitation.meeting, votes_of(invitation)
    options = list(meeting.date_options.all())
    if not options or invitation.withdrawn_at:
        return None
    form = VoteForm(request.POST if request.method == "POST" else None, options=options, votes=votes)
    if request.method == "POST" and not ratelimit.consume(request, action="meeting_reply", key=str(found.pk)):
        return render(request, "429.html", {"page_path": ""}, status=429)
    if form.is_valid():
        try:
            vote(invitation, form.answers)
            return redirect(request.path)
        except ValidationError as refused:
            form.add_error(None, refused)
    context = {"page_path": "", "invitation": invitation, "meeting": meeting, "form": form, "has_voted": bool(votes)}
    context["title"] = words_of(meeting, "title")
    return render(request, "links/link_meeting_days.html", context, status=422 if form.errors else 200)


def _quick(page, wish):
    """Return what a button beside an offered place means: taking it, for who was in the queue, or letting it go."""
    reply = page.reply
    if reply is None or wish not in {"take", "release"}:
        return None
    answer = Reply.Answer.COMES if wish == "take" else Reply.Answer.NO
    return Wanted(answer, n_people=reply.n_people, question=reply.question, diets=page.diets)


def _form(page, data=None):
    return ReplyForm(
        data, meeting=page.meeting, audience=page.invitation.audience, reply=page.reply, diets=page.diets,
        deputy=page.deputy,
    )  # fmt: skip


def _show(request, page, form=None):
    form = form or _form(page)
    context = {"page_path": "", "page": page, "meeting": page.meeting, "invitation": page.invitation, "form": form}
    context["button"] = _("Save the changed reply") if page.reply else _("Send the reply")
    status = 422 if form.errors else 200
    return render(request, "links/link_meeting.html", context, status=status)
