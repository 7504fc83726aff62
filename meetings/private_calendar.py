"""A person's own calendar: its secret address, and the meetings that concern whoever has it (docs/adr/0038)."""

import base64
import datetime as dt
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.links import find_link, make_link, opens
from accounts.models import SecretLink, User
from meetings.models import KindAudience, Meeting, MeetingHost
from registry.models import Agent, AreaMembership, Coordinator, Person, RegionMembership
from registry.models.roles import Appointment

PURPOSE = "calendar"
# Rights follow from the roles of the day; the address itself ends some day, too, wherever it has been left.
LASTS = dt.timedelta(days=5 * 365)
_OFFICERS = (Appointment.Kind.LIAISON, Appointment.Kind.DUTIES, Appointment.Kind.DEPUTY)


def calendar_link(account):
    """Return the link of the account's own calendar, or None."""
    return SecretLink.objects.usable().filter(purpose=PURPOSE, account=account).first()


@transaction.atomic
def renew_calendar_link(account):
    """Make the account's calendar an address, in place of the one that it had; return the link.

    An old one opens nothing from now on. The token is kept nowhere: it is computed anew from the link's seed.
    """
    take_calendar_link_away(account)
    seed = secrets.token_hex(16)
    token = _token(seed, settings.SECRET_KEY)
    link, _once = make_link(PURPOSE, f"calendar:{seed}", lifetime=LASTS, account=account, token=token)
    return link


@transaction.atomic
def take_calendar_link_away(account):
    """Delete the address of the account's calendar; return how many there were. Harmless when repeated."""
    User.objects.select_for_update(no_key=True).get(pk=account.pk)  # two windows at once leave one address
    return SecretLink.objects.filter(purpose=PURPOSE, account=account).delete()[0]


def calendar_address(link):
    """Return the whole address of a calendar, or None when the installation's key has changed: it is renewed then."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _token(link.scope.partition(":")[2], key)
        if opens(link, token):
            return settings.SITE_URL + reverse("link_calendar", args=[token])
    return None


def owner_of(token):
    """Return the Person whose calendar the token opens now, or None: unknown, taken away, too old, account closed."""
    link = find_link(token)
    if link is None or link.purpose != PURPOSE or not link.is_usable or not (link.account and link.account.is_active):
        return None
    return Person.objects.filter(user=link.account).first()


def meetings_of(person, on):
    """Return the published meetings that concern a person by the roles of day `on`, or None without any role.

    What the person's municipalities host; of their regions and areas what the role is usually invited to, and for
    a coordinator all that the region holds itself. Four queries; the meetings are not read yet.
    """
    appointments = Appointment.objects.current_on(on).filter(person=person).values_list("municipality", "kind")
    officer_in, fallback_in = set(), set()
    for municipality, kind in appointments.order_by():
        (officer_in if kind in _OFFICERS else fallback_in).add(municipality)
    agent_in = set(Agent.objects.current_on(on).filter(person=person).order_by().values_list("municipality", flat=True))
    regions = set(Coordinator.objects.current_on(on).filter(person=person).order_by().values_list("region", flat=True))
    places = officer_in | fallback_in | agent_in
    if not places and not regions:
        return None
    hosted = MeetingHost.objects.filter(municipality__in=places).order_by().values("meeting")
    audiences = KindAudience.Audience
    concerns = Q(pk__in=hosted)
    concerns |= _invited_in(officer_in, audiences.LIAISONS, on) | _invited_in(agent_in, audiences.AGENTS, on)
    concerns |= Q(region__in=regions) & (Q(kind__host="region") | _usually(audiences.COORDINATORS))
    return Meeting.objects.published().filter(concerns)


def _usually(audience):
    return Q(kind__in=KindAudience.objects.filter(audience=audience).order_by().values("kind"))


def _invited_in(municipalities, audience, on):
    """Return what finds meetings of the municipalities' regions and areas to which `audience` is usually invited."""
    here = {"municipality__in": municipalities}
    regions = RegionMembership.objects.current_on(on).filter(**here).order_by().values("region")
    areas = AreaMembership.objects.current_on(on).filter(**here).order_by().values("area")
    of_place = Q(region__in=regions) & (Q(area__isnull=True) | Q(area__in=areas))
    return Q(kind__host="region") & of_place & _usually(audience)


def _token(seed, key):
    digest = salted_hmac("meetings.private_calendar", seed, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
