"""The evening pack: a poster, a text for the municipality's own channels, and a list for those who come."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common.codes import code_svg
from common.markup import markdown_to_text
from common.printing import pdf_of
from meetings.calendar import event_address
from meetings.wording import place_in_words, when_in_words, words_of
from registry.models.site import demo_label

TEMPLATES = Path(__file__).parent / "print"
LIST_ROWS = 24


def _head(meeting):
    return {
        "author": settings.SITE_NAME,
        "language": get_language(),
        "title": str(words_of(meeting, "title")),
        "when": when_in_words(meeting.starts_at, meeting.ends_at),
        "demo": str(demo_label() or ""),
        "note": "",
    }


def place_lines(meeting):
    """Return where the meeting is held, in full: the venue with its address, and that one can take part remotely."""
    venue = meeting.venue
    lines = [f"{venue.name}, {venue.street_address}, {venue.municipality.name}"] if venue else []
    return [*lines, _("You can also take part remotely.") if venue else _("Remotely.")] if meeting.remote_url else lines


def _registration(meeting):
    if not meeting.registration_until:
        return _("No registration: just come.")
    until = timezone.localtime(meeting.registration_until)
    return _("Register by %(day)s.") % {"day": date_format(until, "SHORT_DATE_FORMAT")}


def poster_pdf(meeting):
    """Return the bytes of a poster of one A4 (PDF/UA) with the code of the meeting's page, in the active language."""
    address = event_address(meeting)
    data = _head(meeting) | {
        "hosts": _hosts(meeting),
        "where": place_lines(meeting),
        "lead": markdown_to_text(str(words_of(meeting, "description")))[:400],
        "accessibility": str(words_of(meeting.venue, "accessibility")) if meeting.venue else "",
        "registration": _registration(meeting),
        "code_alt": _("QR code that opens the meeting's page"),
    }
    return pdf_of(TEMPLATES / "poster.typ", data, pictures={"code": code_svg(address), "address": address})


def attendance_pdf(meeting):
    """Return the bytes of a list of one A4 (PDF/UA) on which those who come write their association, no contacts."""
    data = _head(meeting) | {
        "heading": _("Attendance"),
        "where": place_in_words(meeting),
        "columns": [_("Association or organisation"), _("How many of us")],
        "explanation": _(
            "Write your association and how many of you came. Names and contact details are not needed: only numbers "
            "are kept."
        ),
        "rows": [str(number) for number in range(1, LIST_ROWS + 1)],
    }
    return pdf_of(TEMPLATES / "attendance.typ", data)


def _hosts(meeting):
    names = [each.municipality.name for each in meeting.hosts.all()] or [(meeting.area or meeting.region).name]
    return ngettext("Host: %(names)s", "Hosts: %(names)s", len(names)) % {"names": ", ".join(names)}


def invitation_text(meeting):
    """Return plain text to paste into the municipality's own calendar and channels, in the active language."""
    about = markdown_to_text(str(words_of(meeting, "description")))
    lines = [
        str(words_of(meeting, "title")),
        when_in_words(meeting.starts_at, meeting.ends_at),
        *place_lines(meeting),
        "",
        *([about, ""] if about else []),
        _registration(meeting),
        _("More: %(address)s") % {"address": event_address(meeting)},
        _hosts(meeting),
    ]
    return "\n".join([*([str(demo_label())] if demo_label() else []), *lines])
