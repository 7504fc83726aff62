"""Each spring's question to associations whether their own details are right: one link, one button, or a proposal."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.links import make_link, revoke_links, use_link
from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.mass import Recipient
from mailing.models import Bounce
from mailing.writing import write
from registry.association_letters import GROUP, GROUP_LABEL
from registry.feedback import receive_feedback
from registry.letters.recipients import (
    BY_THE_CLOCK,
    answers_for,
    preview_letters,
    queue_letters,
    site_address,
    today,
)
from registry.models import AssociationContact, Feedback, Region
from registry.privacy import months_before
from registry.respondents import respondent_of
from registry.returned import address_is_right

KIND = "association_check"
SPRING = (3, 4, 5)  # months: associations elect their officers in autumn and spring
FRESH_FOR = 6  # months in which nobody is asked after being recorded or checked
ANSWER_WITHIN = dt.timedelta(days=30)
LIFETIME = dt.timedelta(days=90)


def is_spring(day):
    """Whether associations are asked on `day`."""
    return day.month in SPRING


def _is_fresh(contact, on):
    return (contact.checked_on or contact.obtained_on) > months_before(on, FRESH_FOR)


def _recipients(on, region_id=None):
    for contact in AssociationContact.objects.to_check(on):
        if region_id not in (None, contact.region_id_now):
            continue
        reasons = (("unsubscribed", contact.no_letters_since), ("checked", _is_fresh(contact, on)))
        yield Recipient(
            key=str(contact.pk),
            name=str(contact.association),
            address=contact.email,
            language=contact.language,
            scope=f"region:{contact.region_id_now}",
            arguments={"contact": contact.pk, "year": on.year},
            left_out=next((code for code, holds in reasons if holds), ""),
        )


def preview_association_checks(region):
    """Return the Preview of whom the spring's next run would ask in a region, whom not and why; None for nobody."""
    on = today()
    prefix = f"{KIND}:{on.year}"
    previews = preview_letters(KIND, _recipients(on, region.pk), key_prefix=prefix) if is_spring(on) else []
    return previews[0] if previews else None


def queue_association_checks():
    """Ask every association's contact once in a spring; return {"queued": n, reason: n}. Safe to run twice.

    Who was written to lately, or reads the letters of two associations, is asked on a later day.
    """
    on = today()
    if not is_spring(on):
        return {"queued": 0, "not_spring": 1}
    return queue_letters(KIND, _recipients(on), key_prefix=f"{KIND}:{on.year}")


@letter_kind(
    KIND,
    label=gettext_lazy("Check of an association's details"),
    why=gettext_lazy("You get this letter each spring because %(site)s has this address as an association's contact."),
    group=GROUP,
    group_label=GROUP_LABEL,
    placeholders={
        "association": Placeholder(gettext_lazy("the association's name"), "Oulun Ompeluseura"),
        "municipality": Placeholder(gettext_lazy("the municipality"), "Oulu"),
        "by_day": Placeholder(gettext_lazy("the day by which an answer is asked for"), "24.4.2027"),
        "details": Placeholder(gettext_lazy("list of what is recorded"), ("…",), is_required=True),
        "link": Placeholder(gettext_lazy("the address of the page with a button"), "https://…/y/…/", is_required=True),
        "sender": Placeholder(gettext_lazy("who answers: name and post"), "Leena Liesi, Oulu"),
    },
    **BY_THE_CLOCK | {"can_be_gathered": False},
)
def association_check_letter(letter):
    """Write the question with a link made now; not wanted once answered, declined, ended, or in another year."""
    contact = _contact(letter.arguments["contact"])
    _ask_whether_wanted(letter, contact)
    revoke_links(purpose=KIND, scope=_scope(contact))
    _link, token = make_link(KIND, _scope(contact), lifetime=LIFETIME)
    place = contact.association.municipality
    person = respondent_of(place).person or answers_for(Region.objects.home_of(place), place)
    values = {
        "association": contact.association.name,
        "municipality": place.name,
        "by_day": short_day(today() + ANSWER_WITHIN),
        "details": details_of(contact),
        "link": site_address(reverse("link", args=[token])),
        "sender": f"{person.name}, {place.name}" if person else place.name,
    }
    return write(KIND, values, reply_to=person.email if person else "", thread=f"{KIND}:{contact.pk}")


def _ask_whether_wanted(letter, contact):
    if contact is None:
        raise NotWantedError("association_ended")
    reasons = (
        ("its_time_over", letter.arguments["year"] != today().year),
        ("address_changed", contact.email.strip().lower() != letter.address),
        ("unsubscribed", contact.no_letters_since),
        ("checked", _is_fresh(contact, today())),
        ("bounced", Bounce.objects.among({letter.address})),
    )
    if reason := next((code for code, holds in reasons if holds), ""):
        raise NotWantedError(reason)


def _scope(contact):
    return f"contact:{contact.pk}"


def _contact(pk):
    """Return the contact of an association that goes on, or None."""
    rows = AssociationContact.objects.of_working(today()).select_related("association__municipality")
    return rows.filter(pk=pk).first()


def details_of(contact):
    """Return what is recorded of an association and its contact, in lines of words."""
    association = contact.association
    return [
        _("Association: %(name)s") % {"name": association.name},
        _("Web site: %(address)s") % {"address": association.website or "–"},
        _("Contact: %(name)s") % {"name": contact.name or "–"},
        _("E-mail: %(address)s") % {"address": contact.email},
        _("Phone: %(phone)s") % {"phone": contact.phone or "–"},
        _("Language of letters: %(language)s") % {"language": contact.get_language_display()},
    ]


def checked_contact(link):
    """Return the contact about which `link` asks, or None when it is gone or its association has ended."""
    _word, _colon, number = link.scope.partition(":")
    return _contact(number)


def _use(link):
    link = use_link(link)
    contact = checked_contact(link)
    if contact is None:
        raise ValidationError(gettext_lazy("This link no longer works."), code="association_ended")
    return contact


@transaction.atomic
def confirm_association_by_link(link):
    """Use `link` up and record that the details are right today; return the contact.

    Raises ValidationError: "not_usable" (used, revoked, too old), "association_ended"; nothing is saved then.
    """
    contact = _use(link)
    contact.checked_on = today()
    contact.save(update_fields=["checked_on"])
    address_is_right(contact, by=None)
    return contact


@transaction.atomic
def propose_by_link(link, changes):
    """Use `link` up and send `changes`, [(label, old, new)] in Finnish, to the coordinator as feedback; return it.

    Nothing of the registry changes by itself: whoever has a letter may not be who they
    say. Raises ValidationError as `confirm_association_by_link` does.
    """
    contact = _use(link)
    place = contact.association.municipality
    lines = [f"{label}: {old or '–'} → {new or '–'}" for label, old, new in changes]
    with translation.override("fi"):
        first = _("%(association)s (%(place)s) has checked its details and proposes changes:")
        first %= {"association": contact.association.name, "place": place.name}
        page = reverse("admin:registry_associationcontact_change", args=[contact.pk])
    feedback = Feedback(
        kind=Feedback.Kind.ERROR,
        region=Region.objects.home_of(place),
        page=page,
        message="\n".join([first, *lines]),
        reply_to=contact.email,
        language=contact.language,
        received_at=timezone.now(),
    )
    return receive_feedback(feedback)
