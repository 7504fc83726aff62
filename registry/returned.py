"""Letters that come back: whose address it is, a task to mend it, and what shows that it works again.

That letters come back from an address is written down once, by mailing (`Bounce`). It
marks every contact with that address as long as nobody has said that it works; another
address has no mark. So nothing is copied to the contact, and nothing can be forgotten there.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mailing.bounces import forgive, pull_bounces
from mailing.models import Bounce
from registry.models import (
    Agent,
    Appointment,
    AssociationContact,
    Coordinator,
    Person,
    Region,
    SharedMailbox,
    Task,
)
from registry.tasks import complete_task, responsible_coordinator

MEND_WITHIN = dt.timedelta(days=14)
PAGES = {
    Person: "admin:registry_person_change",
    AssociationContact: "admin:registry_associationcontact_change",
    SharedMailbox: "admin:registry_sharedmailbox_change",
}


def addresses_of(contact):
    """Return the addresses of `contact` in small letters: a person may sign in with another one."""
    account = contact.user if isinstance(contact, Person) else None
    return {address.strip().lower() for address in (contact.email, account.email if account else "") if address}


def mark_of(contact):
    """Return the first Bounce that stops letters to an address of `contact`, or None."""
    return next(iter(Bounce.objects.first_holding(addresses_of(contact)).values()), None)


def first_that_works(addresses):
    """Return the first of `addresses` from which no letters come back, "" when there is none."""
    addresses = [address for address in addresses if address]
    returned = Bounce.objects.among({address.strip().lower() for address in addresses}) if addresses else set()
    return next((address for address in addresses if address.strip().lower() not in returned), "")


def contacts_with(address, on):
    """Return the contacts in use on day `on` that have `address`: people with a role, mailboxes, associations'."""
    people = Person.objects.filter(Q(email__iexact=address) | Q(user__email__iexact=address)).select_related("user")
    in_use = [role.objects.current_on(on).order_by().values("person") for role in (Appointment, Agent, Coordinator)]
    has_role = Q(pk__in=in_use[0]) | Q(pk__in=in_use[1]) | Q(pk__in=in_use[2])
    mailboxes = SharedMailbox.objects.current_on(on).filter(email__iexact=address)
    of_associations = AssociationContact.objects.filter(email__iexact=address, no_letters_since=None)
    is_active = Q(association__ended_on=None) | Q(association__ended_on__gte=on)
    return [*people.filter(has_role), *mailboxes, *of_associations.filter(is_active).select_related("association")]


def place_of(contact, on):
    """Return (region, municipality) in which `contact` is somebody's work; the municipality may be None."""
    if isinstance(contact, Person):
        held = [role.objects.current_on(on).filter(person=contact) for role in (Appointment, Agent)]
        role = next(filter(None, (rows.select_related("municipality").first() for rows in held)), None)
        municipality = role.municipality if role else None
    else:
        municipality = contact.municipality if isinstance(contact, SharedMailbox) else contact.association.municipality
    region = Region.objects.home_of(municipality) if municipality else None
    return region or getattr(contact, "region", None), municipality


def take_bounce(bounce):
    """Take note of `bounce`: the coordinator of each contact with its address gets a task. Harmless when repeated."""
    if bounce.kind not in Bounce.HOLDING or bounce.forgiven_at:
        return
    today = timezone.localdate()
    for contact in contacts_with(bounce.address, today):
        _open_task(contact, today)


def _open_task(contact, today):
    # Two letters that come back at once make one task: the second waits here for the first.
    type(contact).objects.select_for_update(of=("self",)).get(pk=contact.pk)
    where = {"url_name": PAGES[type(contact)], "url_args": [contact.pk]}
    if Task.objects.about_returned_letters().filter(**where).exists():
        return
    region, municipality = place_of(contact, today)
    of_association = contact.association.name if isinstance(contact, AssociationContact) else ""
    Task.objects.create(
        kind=Task.Kind.RETURNED,
        # No person's name: it stands on the page to which the task leads.
        title=(of_association or str(municipality.name_fi if municipality else region))[:200],
        region=region,
        municipality=municipality,
        assigned_to=responsible_coordinator(region, municipality) if region else None,
        due_on=today + MEND_WITHIN,
        **where,
    )


@transaction.atomic
def address_is_right(contact, *, by):
    """Let letters go to the address of `contact` again, because it was confirmed or put right; return how many bounces.

    The tasks to mend it are done by the account `by`. Harmless when repeated.
    """
    n = sum(forgive(address) for address in addresses_of(contact))
    for task in Task.objects.about_returned_letters().filter(url_name=PAGES[type(contact)], url_args=[contact.pk]):
        complete_task(task, by=by)
    return n


def close_mended():
    """Mark the tasks done whose contact is gone or has another address by now, or one that works; return how many."""
    tasks = list(Task.objects.about_returned_letters())
    known = {}
    for model, page in PAGES.items():
        ids = [task.url_args[0] for task in tasks if task.url_name == page]
        rows = model.objects.filter(pk__in=ids)
        rows = rows.select_related("user") if model is Person else rows
        known |= {(page, contact.pk): addresses_of(contact) for contact in rows}
    returned = Bounce.objects.among(set().union(*known.values()))
    done = [task for task in tasks if not known.get((task.url_name, task.url_args[0]), set()) & returned]
    for task in done:
        complete_task(task, by=None)
    return len(done)


def take_returned_letters():
    """Take note of what came back and close what is mended; return {what: how many}. Safe to run twice."""
    return {"taken": pull_bounces(take_bounce), "mended": close_mended()}
