"""What the public sees of this: a note beside each personal field, and a sentence after saving."""

from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.models import Consent
from registry.public_details import EMAIL, FIELDS, NAME, PHONE, mailbox_pages, standing_of, standings_of


def _note(is_public, html):
    return format_html('<span class="shown-public{}">{}</span>', " is-public" if is_public else "", html)


def _shown(url, place, role):
    link = format_html('<a href="{}">{}</a>', url, place)
    return _note(True, format_html(_("Shown in public: {place} ({role})."), place=link, role=role))


def _not_shown(place, role, reason):
    return _note(
        False,
        _("Not shown in public, %(place)s (%(role)s): %(reason)s.") % {"place": place, "role": role, "reason": reason},
    )


def _of_standing(standing, field):
    """Return the note about one detail in one role."""
    if getattr(standing.details, field):
        return _shown(standing.url, standing.place, standing.role)
    return _not_shown(standing.place, standing.role, standing.hidden or standing.reasons[field])


def person_notes(person):
    """Return the notes beside a person's details, one for each role of today."""
    standings = standings_of(person)
    if not standings:
        nowhere = _note(False, _("Not shown in public: the person has no role today."))
        return {name: [nowhere] for name in ("given_name", "email", "phone")}
    beside = {"given_name": NAME, "email": EMAIL, "phone": PHONE}
    return {name: [_of_standing(each, field) for each in standings] for name, field in beside.items()}


def appointment_notes(appointment):
    """Return the notes beside what an appointment makes public."""
    if appointment.person is None:
        return {}
    standing = standing_of(appointment)
    notes = {f"is_{field}_public": [_of_standing(standing, field)] for field in FIELDS}
    if appointment.mailbox:
        mailbox = (standing.place, standing.role)
        shown = _shown(standing.url, *mailbox) if standing.url else _not_shown(*mailbox, standing.hidden)
        notes["mailbox"] = [shown]
    return notes


def agent_notes(agent):
    """Return the notes beside an agent's person and association."""
    if agent.person is None:
        return {}
    standing = standing_of(agent)
    words = {field: capfirst(Consent.Field(field).label) for field in FIELDS}
    person = [format_html("{}: {}", words[field], _of_standing(standing, field)) for field in FIELDS]
    has_name = bool(standing.details.name)
    reason = standing.hidden or _("it is told beside a public name only")
    return {
        "person": person,
        "association": [
            _shown(standing.url, standing.place, standing.role)
            if has_name
            else _not_shown(standing.place, standing.role, reason)
        ],
    }


def mailbox_notes(mailbox):
    """Return the notes beside a shared mailbox's details."""
    pages = mailbox_pages(mailbox)
    links = [_shown(url, place, mailbox.post) for place, url in pages.items()]
    nobody = _note(False, _("Not shown in public: no appointment that is shown uses this mailbox."))
    return {"email": links or [nobody], "phone": [_note(False, _("Not shown in public."))]}


def public_summary(person):
    """Return a sentence that says what is public of a person now, with links; after saving."""
    shown = [each for each in standings_of(person) if any(getattr(each.details, field) for field in FIELDS)]
    if not shown:
        return _("Nothing of the person is public now.")
    places = format_html_join(
        "; ",
        '<a href="{}">{}</a>: {}',
        [
            (each.url, each.place, ", ".join(str(Consent.Field(f).label) for f in FIELDS if getattr(each.details, f)))
            for each in shown
        ],
    )
    return format_html(_("Public now: {places}."), places=places)


def public_lines(person):
    """Return a line for each role on public pages, with the details that are shown in it."""
    lines = []
    for each in standings_of(person):
        details = ", ".join(filter(None, (getattr(each.details, field) for field in FIELDS)))
        shown = each.hidden or details or _("no details of the person")
        lines.append(_("%(role)s, %(municipality)s: %(shown)s")
                     % {"role": each.role, "municipality": each.place, "shown": shown})  # fmt: skip
    return lines


def put_beside(form, notes):
    """Add `notes` (by the name of the field) to the help texts of an admin form's own fields."""
    for name, found in notes.items():
        if name in form.fields:
            field = form.fields[name]
            field.help_text = format_html_join("", "{}", [(each,) for each in (field.help_text, *found) if each])
