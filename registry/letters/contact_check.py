"""The half-yearly question whether contact details are still right (rule 10 of docs/rules.md): one link, one button."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.links import make_link, revoke_links, use_link
from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.models import Letter
from mailing.writing import write
from registry.contacts import confirm_contact_details
from registry.letters.recipients import (
    BY_THE_CLOCK,
    addresses_of_several,
    answers_for,
    person_of,
    preview_letters,
    queue_letters,
    recipient,
    role_holders,
    site_address,
    today,
)
from registry.models import Person
from registry.portal_page import CONTACTS_FOR
from registry.privacy import months_before

KIND = "contact_check"
SPACING = dt.timedelta(days=30)
ANSWER_WITHIN = dt.timedelta(days=14)
LIFETIME = dt.timedelta(days=60)  # of the link: nobody is refused for answering late


def is_check_due(person, on):
    """Whether the details of `person` are to be checked on day `on`; a newcomer's not within the first 30 days."""
    if person.contact_checked_on is None:
        return timezone.localdate(person.created_at) + SPACING <= on
    return person.contact_checked_on <= months_before(on, CONTACTS_FOR)


def _recipients(on, region_id=None):
    """Return everybody whose details are to be checked, with the reason why somebody is not asked now."""
    asked = {letter.arguments["person"] for letter in Letter.objects.asked_since(KIND, timezone.now() - SPACING)}
    shared = addresses_of_several()
    for person in role_holders(on, region_id=region_id):
        if not is_check_due(person, on):
            continue
        reasons = (("asked_recently", person.pk in asked), ("shared_mailbox", person.email.strip().lower() in shared))
        left_out = next((code for code, holds in reasons if holds), "")
        yield recipient(person, key=person.pk, left_out=left_out)


def _key_prefix():
    return f"{KIND}:{today()}"


def preview_contact_checks(region):
    """Return the Preview of whom the next run would ask in a region, whom not and why; None when nobody is due."""
    previews = preview_letters(KIND, _recipients(today(), region.pk), key_prefix=_key_prefix())
    return previews[0] if previews else None


def queue_contact_checks():
    """Ask everybody whose details are to be checked; return {"queued": n, reason: n}. Safe to run twice."""
    return queue_letters(KIND, _recipients(today()), key_prefix=_key_prefix())


@letter_kind(
    KIND,
    label=gettext_lazy("Check of contact details"),
    why=gettext_lazy("You get this letter twice a year because you have a role in %(site)s and people contact you."),
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Leena Liesi"),
        "by_day": Placeholder(gettext_lazy("the day by which an answer is asked for"), "24.9.2026"),
        "details": Placeholder(gettext_lazy("list of the details and roles recorded"), ("…",), is_required=True),
        "link": Placeholder(gettext_lazy("the address of the page with a button"), "https://…/y/…/", is_required=True),
    },
    **BY_THE_CLOCK,
)
def contact_check_letter(letter):
    """Write the question with a link made now; nobody who has checked, left or been asked meanwhile gets it."""
    person = person_of(letter)
    roles = roles_now(person)
    if not roles:
        raise NotWantedError("role_ended")
    if not is_check_due(person, today()):
        raise NotWantedError("checked")
    others = Letter.objects.gone_since(timezone.now() - SPACING).filter(kind=KIND, arguments__person=person.pk)
    if others.exclude(pk=letter.pk).exists():
        raise NotWantedError("asked_recently")
    revoke_links(purpose=KIND, scope=_scope(person))
    _link, token = make_link(KIND, _scope(person), lifetime=LIFETIME)
    coordinator = answers_for(person.region, roles[0].municipality)
    values = {
        "name": person.name,
        "by_day": short_day(today() + ANSWER_WITHIN),
        "details": details_of(person, roles),
        "link": site_address(reverse("link", args=[token])),
    }
    return write(KIND, values, reply_to=coordinator.email if coordinator else "", thread=f"{KIND}:{person.pk}")


def _scope(person):
    return f"person:{person.pk}"


def roles_now(person):
    """Return the appointments and agencies of `person` today."""
    return role_holders(today(), person_id=person.pk).get(person, [])


def details_of(person, roles):
    """Return what is recorded of `person`, in lines of words."""
    lines = [
        _("E-mail: %(address)s") % {"address": person.email or "–"},
        _("Phone: %(phone)s") % {"phone": person.phone or "–"},
        _("Language of letters: %(language)s") % {"language": person.get_language_display()},
    ]
    for role in roles:
        words = role.get_kind_display() if hasattr(role, "get_kind_display") else role._meta.verbose_name
        lines.append(_("Role: %(role)s, %(place)s") % {"role": words, "place": role.municipality})
    return lines


def checked_person(link):
    """Return (person, roles) of the question that `link` asks; (None, []) when the person has no role any more."""
    _word, _colon, number = link.scope.partition(":")
    person = Person.objects.select_related("user").filter(pk=number).first()
    roles = roles_now(person) if person else []
    return (person, roles) if roles else (None, [])


@transaction.atomic
def confirm_by_link(link):
    """Use `link` up and record that the details of its person are right today; return the person.

    Raises ValidationError: "not_usable" (used, revoked, too old), "role_ended"; nothing is saved then.
    """
    link = use_link(link)
    person, _roles = checked_person(link)
    if person is None:
        raise ValidationError(gettext_lazy("This link no longer works."), code="role_ended")
    return confirm_contact_details(person, on=today(), by=person.user)
