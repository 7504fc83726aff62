"""A coordinator of the generated regions with a year's contact log and tasks; prints the key of their session."""

import datetime as dt
import random
from importlib import import_module

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from accounts.models import User
from common.partial_dates import PartialDate
from registry.models import ContactEntry, Coordinator, Municipality, Pairing, Person, Region, Task


def main(arguments):
    """Fill the regions of the sizes that `arguments` name, and sign their coordinator in."""
    today = timezone.localdate()
    user = User.objects.create_user("mittaaja@example.org")
    # Without a second factor the administration leads elsewhere.
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "measured"})
    person = None
    for size in arguments:
        region = Region.objects.get(slug=f"maakunta-{size}")
        person = person or Person.objects.create(
            given_name="Kielo", family_name="Mittari", region=region, user=user, contact_checked_on=today
        )
        start = PartialDate.day(region.records_from)
        Coordinator.objects.create(person=person, region=region, start=start, title="koordinaattori")
        fill(region, person, today)
    print(sign_in(user))


def fill(region, person, today):
    """Record two or three contacts with each municipality, a task of every third, and pairs where there can be."""
    draw = random.Random(region.slug)
    municipalities = list(Municipality.objects.members_of(region, today).order_by("code"))
    ContactEntry.objects.bulk_create(
        ContactEntry(
            region=region,
            municipality=municipality,
            happened_on=today - dt.timedelta(days=draw.randrange(400)),
            is_reached=draw.random() < 0.8,
            about="Keksitty puhelu mittausta varten",
        )
        for municipality in municipalities
        for _time in range(draw.choice([2, 3]))
    )
    Task.objects.bulk_create(
        Task(
            title="Soita kuntaan",
            region=region,
            municipality=municipality,
            assigned_to=draw.choice([None, person]),
            due_on=today + dt.timedelta(days=draw.randrange(-30, 60)),
        )
        for municipality in municipalities[::3]
    )
    pairs = []
    for municipality in municipalities:
        liaison = municipality.appointments.liaisons().current_on(today).first()
        agent = municipality.agents.current_on(today).first()
        if liaison and agent and draw.random() < 0.7:
            pairs.append(Pairing(appointment=liaison, agent=agent, start=PartialDate.day(today)))
    Pairing.objects.bulk_create(pairs)


def sign_in(user):
    """Return the key of a new session of `user`."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
