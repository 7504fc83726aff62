"""Letters of meetings: what they share, and who still gets one when it is sent."""

from pathlib import Path

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.markup import markdown_to_text
from mailing.kinds import NotWantedError, Placeholder
from mailing.models import Bounce, Unsubscription
from mailing.writing import CalendarPart, write
from meetings.calendar import calendar_object, organizer_of
from meetings.invitees import still_concerned
from meetings.links import reply_address
from meetings.models import Invitation, Meeting, Reply
from meetings.pack import place_lines
from meetings.wording import when_in_words, words_of
from registry import association_letters
from registry.letters.recipients import answers_for
from registry.models.site import demo_label

FOLDER = Path(__file__).parent
# What a reader stops at once by asking for no more of them.
GROUP = {"group": "meetings", "group_label": gettext_lazy("Invitations and reminders of meetings")}
OF_ASSOCIATIONS = {"group": association_letters.GROUP, "group_label": association_letters.GROUP_LABEL}
PLACES = {
    "name": Placeholder(gettext_lazy("the recipient's name"), "Leena Liesi"),
    "title": Placeholder(gettext_lazy("the meeting's title"), "Yhdistysilta, Esimerkkilä", is_required=True),
    "hosts": Placeholder(gettext_lazy("who hosts it"), "Esimerkkilä"),
    "when": Placeholder(gettext_lazy("when it is held"), "torstai 24.9.2026 klo 17.30–20.00", is_required=True),
    "where": Placeholder(gettext_lazy("where it is held"), ("Kirjasto, Kirjastokuja 1, Esimerkkilä",)),
    "link": Placeholder(gettext_lazy("the address of the page for the reply"), "https://…/y/…/", is_required=True),
    "contact": Placeholder(gettext_lazy("whom to ask: name and address"), "…"),
}
ABOUT = {"about": Placeholder(gettext_lazy("what the meeting is about"), "…")}
REPLY_BY = {"reply_by": Placeholder(gettext_lazy("by when a reply is asked for"), "17.9.2026")}
REASONS = {
    "invited_before": gettext_lazy("is invited already"),
    "invitation_withdrawn": gettext_lazy("the invitation has been taken back"),
    "replied": gettext_lazy("has replied meanwhile"),
    "does_not_come": gettext_lazy("has said that they do not come"),
    "meeting_over": gettext_lazy("the meeting has begun or is over"),
    "meeting_cancelled": gettext_lazy("the meeting has been cancelled"),
    "superseded": gettext_lazy("a newer letter tells the same and more"),
    "day_chosen": gettext_lazy("the day has been chosen"),
    "offer_over": gettext_lazy("the place is no longer on offer"),
}


def invitation_of(letter, *, also_cancelled=False, also_withdrawn=False, is_asked_for=False):
    """Return the Invitation of a letter with its meeting, as they stand now.

    Raises NotWantedError where nobody wants it any more: taken back (unless `also_withdrawn`), a role or a consent that
    ended, an address that changed or that letters come back from, no more letters asked for (unless this one
    `is_asked_for`), a meeting that has begun or (unless `also_cancelled`) will not be held.
    """
    found = Invitation.objects.with_invitee().select_related("link").filter(pk=letter.arguments["invitation"]).first()
    if found is None or (found.withdrawn_at and not also_withdrawn):
        raise NotWantedError("invitation_withdrawn")
    found.meeting = meeting = Meeting.objects.with_what_is_shown().get(pk=found.meeting_id)
    reasons = (
        ("address_changed", found.address.strip().lower() != letter.address),
        ("meeting_over", meeting.has_begun),
        ("meeting_cancelled", meeting.is_cancelled and not also_cancelled),
        ("unsubscribed", not is_asked_for and Unsubscription.objects.covers(letter.address, group_of(found))),
        ("bounced", bool(Bounce.objects.among({letter.address}))),
    )
    reason = next((code for code, holds in reasons if holds), "") or still_concerned(found, timezone.localdate())
    if reason and not (is_asked_for and reason == "unsubscribed"):
        raise NotWantedError(reason)
    return found


def group_of(invitation):
    """Return from which group of letters an invitee can ask for no more."""
    return (OF_ASSOCIATIONS if invitation.contact_id else GROUP)["group"]


def says_no(invitation):
    """Whether the invitee has declined, sent a deputy, or let an offered place go."""
    reply = invitation.the_reply
    gone = {Reply.Answer.NO, Reply.Answer.DEPUTY}
    return reply is not None and (reply.answer in gone or reply.seat == Reply.Seat.LAPSED)


def write_letter(kind, letter, invitation, *, method="", **values):
    """Return the Message of a letter about an invitation; with `method` a calendar's object goes along.

    Whoever comes gets the remote link, in the letter and in the calendar.
    """
    meeting, contact = invitation.meeting, _contact(invitation, letter)
    link = reply_address(invitation)
    reply = invitation.the_reply
    comes = reply is not None and reply.comes_along
    values = {
        "name": invitation.invitee,
        "title": str(words_of(meeting, "title")),
        "hosts": hosts_of(meeting),
        "when": when_in_words(meeting.starts_at, meeting.ends_at) if meeting.starts_at else "",
        "where": place_lines(meeting),
        "link": link,
        "contact": contact,
        "about": markdown_to_text(str(words_of(meeting, "description")))[:1200],
        "reply_by": reply_by(meeting),
        "remotely": _("Remotely: %(address)s") % {"address": meeting.remote_url}
        if comes and meeting.remote_url
        else "",
    } | values
    return write(
        kind, values, reply_to=_reply_to(invitation, letter), thread=f"meeting:{meeting.pk}:{invitation.pk}",
        calendar=_calendar(invitation, method, comes) if method else None,
    )  # fmt: skip


def _calendar(invitation, method, comes):
    content = calendar_object(
        invitation.meeting, method=method, organizer=organizer_of(invitation),
        attendee=(invitation.invitee, invitation.address), has_remote_link=comes, label=str(demo_label() or ""),
    )  # fmt: skip
    return CalendarPart(content, method)


def hosts_of(meeting):
    """Return who hosts a meeting: its municipalities, else its area or region."""
    names = [each.municipality.name for each in meeting.hosts.all()]
    return ", ".join(names) if meeting.kind.is_of_municipalities and names else (meeting.area or meeting.region).name


def reply_by(meeting):
    """Return by which day a reply is asked for: the end of registration, else the meeting's day; empty without one."""
    until = meeting.registration_until or meeting.starts_at
    return date_format(timezone.localtime(until), "SHORT_DATE_FORMAT") if until else ""


def _host(meeting):
    return next((each.municipality for each in meeting.hosts.all()), None)


def _reply_to(invitation, letter):
    """Return to whom one replies: the host's officer, or the coordinator who answers for the invitee's municipality."""
    meeting = invitation.meeting
    if meeting.kind.is_of_municipalities and (host := _host(meeting)):
        account = letter.by or invitation.invited_by
        if address := association_letters.reply_address(host, account):
            return address
    coordinator = answers_for(meeting.region, invitation.municipality)
    return coordinator.email if coordinator else ""


def _contact(invitation, letter):
    """Return whom to ask, in words: hosts and the address that replies go to."""
    address = _reply_to(invitation, letter)
    return f"{hosts_of(invitation.meeting)}, {address}" if address else hosts_of(invitation.meeting)
