"""Fills the comparators' tables and signs somebody in; prints the session's key."""

import random

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore

from bench.comparators.models import Answer, Place
from bench.comparators.views import N_FIELDS, YEAR

WORDS = (
    "association municipality liaison agent meeting evening grant premises council resident volunteer village youth "
    "culture sport survey answer theme target practice document partner agreement channel feedback calendar budget "
    "decision network training region coordinator cooperation wellbeing library school service office report"
).split()
STATES = ["named", "being named", "duties", "none"]


def text(number, length):
    """Return the same words for the same number."""
    return " ".join(random.Random(number).choices(WORDS, k=length)).capitalize() + "."


def main(arguments):
    """Add thirty places with forty answers each."""
    places = Place.objects.bulk_create(
        Place(
            slug=f"p-{number:03}",
            name=f"Municipality {number:03}",
            code=f"{number:03}",
            region=f"Region {number % 7}",
            state=STATES[number % 4],
            residents=900 + number * 1237 % 90_000,
            has_agreement=number % 3 == 0,
            contact=f"{text(-number, 1)} liaison {number}",
            points=number * 7 % 101,
            about=text(number, 56),
        )
        for number in range(1, 31)
    )
    Answer.objects.bulk_create(
        Answer(place=place, year=YEAR, question=question, value=text(place.pk * 100 + question, 14))
        for place in places
        for question in range(1, N_FIELDS + 1)
    )
    user = get_user_model().objects.create_user("bench")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print(session.session_key)
