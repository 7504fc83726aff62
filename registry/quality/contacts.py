"""Checks of whether people can be reached and whether their details are still right."""

from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailing.models import Bounce
from registry.models import AssociationContact, SharedMailbox
from registry.privacy import months_before
from registry.quality.checks import Check, Finding
from registry.quality.roles import holder
from registry.quality.scope import since_day
from registry.returned import PAGES

# Rule 10 of docs/rules.md: contact details are confirmed every half year.
CONTACT_MONTHS = 6
# Associations elect their officers for a year or two. A contact is erased after 36 months (registry/privacy.py), so a
# year is left for asking.
ASSOCIATION_CONTACT_MONTHS = 24


def is_older(day, limit):
    """Whether something was last looked at before `limit`, or never."""
    return day is None or day < limit


def find_stale_people(scope):
    """Find people with a role of the day whose details nobody has checked for half a year: once in each region."""
    limit = months_before(scope.on, CONTACT_MONTHS)
    stale = {}
    for role in (*scope.appointments, *scope.agents):
        if role.person and is_older(role.person.contact_checked_on, limit):
            region_id = scope.municipalities[role.municipality_id].region_id_now
            person, places = stale.setdefault((role.person_id, region_id), (role.person, {}))
            places[role.municipality_id] = scope.municipalities[role.municipality_id].name
    for role in scope.coordinators:
        if is_older(role.person.contact_checked_on, limit):
            stale.setdefault((role.person_id, role.person.region_id), (role.person, {}))
    for (person_id, region_id), (person, places) in stale.items():
        yield Finding(
            check="contact_stale",
            subject=f"person-{person_id}",
            region_id=region_id,
            text=str(person) if person.contact_checked_on else _("%(what)s: never checked") % {"what": person},
            url_name="admin:registry_person_change",
            url_args=(person_id,),
            places=tuple(places),
            place_names=", ".join(places.values()),
            since=since_day(person.contact_checked_on),
        )


def find_stale_mailboxes(scope):
    """Find shared mailboxes in use that nobody has checked for half a year."""
    limit = months_before(scope.on, CONTACT_MONTHS)
    mailboxes = SharedMailbox.objects.current_on(scope.on).filter(municipality__in=scope.municipality_rows)
    for mailbox in mailboxes.filter(Q(checked_on__isnull=True) | Q(checked_on__lt=limit)).order_by("pk"):
        yield Finding(
            check="mailbox_stale",
            subject=f"mailbox-{mailbox.pk}",
            text=str(mailbox) if mailbox.checked_on else _("%(what)s: never checked") % {"what": mailbox},
            url_name="admin:registry_sharedmailbox_change",
            url_args=(mailbox.pk,),
            since=since_day(mailbox.checked_on),
            **scope.in_municipality(mailbox.municipality_id),
        )


def find_stale_association_contacts(scope):
    """Find contacts of working associations that were neither obtained nor checked in two years."""
    contacts = (
        AssociationContact.objects.filter(association__municipality__in=scope.municipality_rows)
        .filter(Q(association__ended_on__isnull=True) | Q(association__ended_on__gte=scope.on))
        .annotate(known_on=Coalesce("checked_on", "obtained_on"))
        .filter(known_on__lt=months_before(scope.on, ASSOCIATION_CONTACT_MONTHS))
        .select_related("association")
    )
    for contact in contacts.order_by("association__sort_key", "pk"):
        yield Finding(
            check="association_contact_stale",
            subject=f"associationcontact-{contact.pk}",
            text=str(contact),
            url_name="admin:registry_associationcontact_change",
            url_args=(contact.pk,),
            since=since_day(contact.known_on),
            **scope.in_municipality(contact.association.municipality_id),
        )


def find_unreachable_liaisons(scope):
    """Find liaisons without an e-mail, a phone or a shared mailbox in use."""
    for liaison in scope.liaisons:
        person, mailbox = liaison.person, liaison.mailbox
        has_mailbox = mailbox is not None and mailbox.is_valid_on(scope.on)
        if has_mailbox or (person and (person.email or person.phone)):
            continue
        yield Finding(
            check="liaison_unreachable",
            subject=f"appointment-{liaison.pk}",
            text=holder(liaison),
            url_name="admin:registry_person_change" if person else "admin:registry_appointment_change",
            url_args=(person.pk if person else liaison.pk,),
            since=liaison.start,
            **scope.in_municipality(liaison.municipality_id),
        )


def find_returned_addresses(scope):
    """Find people with a role, mailboxes and associations' contacts from whose address letters come back."""
    marks = Bounce.objects.first_holding()
    if not marks:
        return
    people = {}
    for role in (*scope.appointments, *scope.agents, *scope.coordinators):
        if role.person:
            people.setdefault(role.person, getattr(role, "municipality_id", None))
    for person, municipality_id in people.items():
        place = {"region_id": person.region_id} if municipality_id is None else scope.in_municipality(municipality_id)
        yield from _returned(person, f"person-{person.pk}", str(person), marks, place)
    mailboxes = SharedMailbox.objects.current_on(scope.on).filter(municipality__in=scope.municipality_rows)
    for mailbox in mailboxes.order_by("pk"):
        place = scope.in_municipality(mailbox.municipality_id)
        yield from _returned(mailbox, f"mailbox-{mailbox.pk}", str(mailbox), marks, place)
    contacts = (
        AssociationContact.objects.filter(association__municipality__in=scope.municipality_rows)
        .filter(Q(association__ended_on__isnull=True) | Q(association__ended_on__gte=scope.on))
        .annotate(plain_address=Lower("email"))
        .filter(plain_address__in=Bounce.objects.holding().order_by().values("address"))
        .select_related("association")
    )
    for contact in contacts.order_by("association__sort_key", "pk"):
        place = scope.in_municipality(contact.association.municipality_id)
        yield from _returned(contact, f"associationcontact-{contact.pk}", str(contact), marks, place)


def _returned(contact, subject, text, marks, place):
    mark = marks.get(contact.email.strip().lower())
    if mark is not None:
        yield Finding(
            check="address_returned",
            subject=subject,
            text=text,
            url_name=PAGES[type(contact)],
            url_args=(contact.pk,),
            since=since_day(timezone.localdate(mark.at)),
            **place,
        )


CHECKS = (
    Check(
        "address_returned",
        gettext_lazy("Addresses from which letters come back"),
        gettext_lazy(
            "Nothing reaches them by mail, and no letters are sent: ask for the right address by phone and write it "
            "down, or say that the address works again."
        ),
        find_returned_addresses,
    ),
    Check(
        "liaison_unreachable",
        gettext_lazy("A liaison who cannot be reached"),
        gettext_lazy(
            "The public page promises a contact, and neither an e-mail, a phone nor a shared mailbox is known: ask "
            "the municipality."
        ),
        find_unreachable_liaisons,
    ),
    Check(
        "contact_stale",
        gettext_lazy("Contact details not checked for half a year"),
        gettext_lazy(
            "People with a role confirm their details every half year: ask whether they are right, mend them and "
            "set the day of the check."
        ),
        find_stale_people,
    ),
    Check(
        "mailbox_stale",
        gettext_lazy("Shared mailboxes not checked for half a year"),
        gettext_lazy(
            "A mailbox that nobody reads loses letters unnoticed: ask who reads it, and set the day of the check."
        ),
        find_stale_mailboxes,
    ),
    Check(
        "association_contact_stale",
        gettext_lazy("Associations' contacts older than two years"),
        gettext_lazy(
            "Associations change their officers: ask for the present contact. Details that nobody has checked for "
            "three years are erased."
        ),
        find_stale_association_contacts,
    ),
)
