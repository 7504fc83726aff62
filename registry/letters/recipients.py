"""What the letters by the clock share: whom they go to, what is asked when they go, and to whom one replies."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.kinds import NotWantedError
from mailing.mass import Recipient, preview_mailing, queue_mailing
from mailing.models import Bounce, Letter
from registry.models import Agent, Appointment, Coordinator, Person, SharedMailbox
from registry.returned import first_that_works
from registry.tasks import responsible_coordinator

# Reminders, all of them: what is gathered into one letter must keep the weekends together.
BY_THE_CLOCK = {"is_duty": False, "is_reminder": True, "can_be_gathered": True, "folder": Path(__file__).parent}
REASONS = {
    "role_ended": _("has no such role any more"),
    "address_changed": _("has another address now"),
    "shared_mailbox": _("several people read the address"),
    "checked": _("has checked the details meanwhile"),
    "asked_recently": _("was asked the same within a month"),
    "filled": _("somebody is known meanwhile"),
    "association_ended": _("the association has ended or its contact is gone"),
    "not_spring": _("associations are asked in spring"),
    "nothing_to_tell": _("nothing to tell"),
    "its_time_over": _("its week or month is over"),
    "month_not_begun": _("the month's first working day has not come"),
}


def role_holders(on, *, region_id=None, person_id=None):
    """Return {person: [their appointments and agencies]} of those with a role in a municipality on day `on`.

    Of everybody, of the people whose record a region keeps, or of one person; in two queries.
    """
    holders = {}
    for table in (Appointment, Agent):
        roles = table.objects.current_on(on).filter(person__isnull=False).select_related("person", "municipality")
        if region_id is not None:
            roles = roles.filter(person__region=region_id)
        if person_id is not None:
            roles = roles.filter(person=person_id)
        for role in roles.order_by("municipality__sort_key_fi", "pk"):
            holders.setdefault(role.person, []).append(role)
    return holders


def recipient(person, *, key, left_out="", **arguments):
    """Return `person` as a Recipient whose letter holds these ids; `key` tells the letter apart within its prefix."""
    return Recipient(
        key=str(key),
        name=person.name,
        address=person.email,
        language=person.language,
        # The record's region, in every letter: quiet weeks of letters that are gathered must be the same.
        scope=f"region:{person.region_id}",
        arguments={"person": person.pk, **arguments},
        left_out=left_out,
    )


def preview_letters(kind, recipients, *, key_prefix, waits=False, not_before=None):
    """Return [Preview] of letters of `kind`, one for each region, in a fixed number of queries for each.

    They go at `not_before` (now) at the earliest.

    With `waits` somebody who was written to lately gets the letter when the spacing is
    over; otherwise they are left out, and a later run asks again.
    """
    regions = {}
    for each in _without_queued(recipients, key_prefix):
        regions.setdefault(each.scope, []).append(each)
    previews = []
    for _scope, group in sorted(regions.items()):
        preview = preview_mailing(kind, group, not_before=not_before)
        if waits:
            late = [each for each in preview.left_out if each.reason == "written_recently"]
            others = tuple(each for each in preview.left_out if each not in late)
            preview = replace(preview, going=(*preview.going, *(each.recipient for each in late)), left_out=others)
        previews.append(preview)
    return previews


def _without_queued(recipients, key_prefix):
    """Return the recipients; those whose letter has been queued before are left out, if not for another reason."""
    recipients = list(recipients)
    queued = Letter.objects.keys_among([f"{key_prefix}:{each.key}" for each in recipients])
    return [
        replace(each, left_out=each.left_out or "queued_before") if f"{key_prefix}:{each.key}" in queued else each
        for each in recipients
    ]


def queue_letters(kind, recipients, *, key_prefix, waits=False):
    """Queue letters of `kind`; return {"queued": n, reason: how many it left out}. Safe to run twice."""
    counts = Counter(queued=0)
    for preview in preview_letters(kind, recipients, key_prefix=key_prefix, waits=waits):
        counts["queued"] += queue_mailing(preview, key_prefix=key_prefix, by=None)
        counts.update(each.reason for each in preview.left_out)
    return dict(counts)


def addresses_of_several():
    """Return the addresses that several people read today, in small letters."""
    return {address.lower() for address in SharedMailbox.objects.current().values_list("email", flat=True)}


def person_of(letter):
    """Return the person to whom `letter` goes now.

    Raises NotWantedError: "role_ended" (the person is no longer in the registry),
    "address_changed" (the address is no longer theirs), "bounced".
    """
    person = Person.objects.select_related("user").filter(pk=letter.arguments["person"]).first()
    if person is None:
        raise NotWantedError("role_ended")
    if person.email.strip().lower() != letter.address:
        raise NotWantedError("address_changed")
    if Bounce.objects.among({letter.address}):
        raise NotWantedError("bounced")
    return person


def answers_for(region, municipality=None):
    """Return the coordinator who answers for `municipality` in `region`: of its area, else of the region, or None.

    Nobody from whose address letters come back.
    """
    responsible = responsible_coordinator(region, municipality)
    of_region = Coordinator.objects.current().filter(region=region).addresses()
    address = first_that_works([responsible.email if responsible else "", *of_region])
    if responsible is not None and address == responsible.email:
        return responsible
    return Person.objects.filter(email=address).first() if address else None


def site_address(path):
    """Return the whole address of a path of the site."""
    return f"{settings.SITE_URL}{path}"


def today():
    """Return the day in Helsinki."""
    return timezone.localdate()
