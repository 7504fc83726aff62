"""A round of many municipalities played day by day, and beside it a plain ledger that shares no code with the site.

The ledger is kept by hand: who answers for each municipality and whose letters come back,
what each has done and when. From it the tests recount the board, the recipients and the rate.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.test import TestCase

from accounts.models import User
from common.partial_dates import PartialDate
from mailing.bounces import record_bounce
from mailing.models import Bounce
from registry import models as registry
from surveys import models
from surveys.answering import reopen_response, save_answers, start_response, submit_response
from surveys.confirming import confirm_answers, digest_of
from surveys.declining import decline_response, take_back_declining
from surveys.reading import Reading
from surveys.sheet import Sheet
from tests import factories as people
from tests.surveys import factories

FIRST, LAST = dt.date(2026, 9, 1), dt.date(2026, 10, 15)
LONG_AGO = dt.date(2021, 1, 1)
HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass
class Town:
    """What the ledger knows of one municipality."""

    place: registry.Municipality
    chain: list = field(default_factory=list)  # (address, post) in the order in which they are asked
    bounced: set = field(default_factory=set)
    response: models.Response | None = None
    n_answered: int = 0
    has_follow_up: bool = False
    spoken: int = 0
    state: str = "not_begun"
    has_begun: bool = False
    was_reopened: bool = False
    sendings: list = field(default_factory=list)  # (moment, sent in?) as they came

    @property
    def address(self):
        """Who is written to."""
        return next((address for address, _post in self.chain if address not in self.bounced), None)


class SimulatedRound:
    """A region of `n` municipalities with an open round of three questions, one of which follows from another."""

    def __init__(self, n, seed):
        self.pick = random.Random(seed)
        self.region = people.RegionFactory(slug="suuri", name_fi="Suuri")
        self.by = User.objects.create(email="koordinaattori@example.org")
        self.round = factories.RoundFactory(region=self.region, opens_on=FIRST, closes_on=LAST)
        theme = factories.RoundThemeFactory(round=self.round)
        self.choice = factories.question(theme, "yes_no", ["yes", "no"])
        self.follow_up = factories.question(theme, "short_text")
        self.number = factories.question(theme, "integer")
        models.ConditionTerm.objects.create(
            question=self.follow_up, earlier=self.choice, operator="has", option=self.choice.options.get(key="yes")
        )
        models.Round.objects.filter(pk=self.round.pk).update(opened_at=dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC))
        self.round.refresh_from_db()
        self.towns = self._towns(n)

    def _towns(self, n):
        """Make the municipalities in bulk: a liaison, a fallback and both, one of them, or nobody at all."""
        rows = [
            registry.Municipality(code=f"9{number:04}", name_fi=f"Kunta {number:03}", slug=f"sim-{number}")
            for number in range(n)
        ]
        places = registry.Municipality.objects.bulk_create(rows)
        registry.RegionMembership.objects.bulk_create(
            registry.RegionMembership(municipality=place, region=self.region) for place in places
        )
        towns = [Town(place) for place in places]
        posts = []
        for number, town in enumerate(towns):
            kinds = self.pick.choice([["liaison"], ["liaison", "fallback"], ["liaison", "fallback"], ["fallback"], []])
            posts += [(town, kind, f"{kind}{number}@example.org") for kind in kinds]
        persons = registry.Person.objects.bulk_create(
            registry.Person(given_name=kind, family_name=f"N{place}", email=address, region=self.region)
            for place, (_town, kind, address) in enumerate(posts)
        )
        start = PartialDate.day(LONG_AGO)
        roles = []
        for (town, kind, address), person in zip(posts, persons, strict=True):
            role = registry.Appointment(municipality=town.place, person=person, kind=kind, source="test", start=start)
            if kind == "fallback":
                role.fallback_reason, role.fallback_post = "Haku on kesken.", "1_wellbeing"
            roles.append(role)
            town.chain.append((address, kind))
        registry.Appointment.objects.bulk_create(roles)
        return towns

    # --- What happens on a day ----------------------------------------------------------------------------------

    def play(self, now, n_steps):
        """Let `n_steps` things happen at the moment `now`, each to a municipality picked at random."""
        steps = [self.begin, self.begin, self.answer, self.submit, self.submit, self.reopen, self.decline, self.bounce,
                 self.mend, self.confirm, self.leave]  # fmt: skip
        with TestCase.captureOnCommitCallbacks():
            for _step in range(n_steps):
                self.pick.choice(steps)(self.pick.choice(self.towns), now)

    def begin(self, town, _now):
        if town.state == "not_begun":
            town.response, town.state, town.has_begun = (
                start_response(self.round, town.place, by=self.by),
                "begun",
                True,
            )

    def answer(self, town, _now):
        if town.state not in {"begun", "reopened"} or town.n_answered:
            return
        has_follow_up = self.pick.random() < 0.5
        key, source = ("yes" if has_follow_up else "no"), self.pick.choice(["form", "phone"])
        readings = {self.choice.pk: Reading(state="answered", value={"chosen": [key]})}
        if self.pick.random() < 0.5:
            readings[self.number.pk] = Reading(state="answered", value={"number": "3"})
        save_answers(town.response, readings, by=self.by, versions={}, source=source)
        town.has_follow_up, town.n_answered = has_follow_up, len(readings)
        town.spoken = len(readings) if source == "phone" else 0

    def submit(self, town, now):
        if town.state in {"begun", "reopened"}:
            submit_response(town.response, by=self.by)
            town.state = "submitted"
            town.sendings.append((now, True))

    def reopen(self, town, now):
        if town.state == "submitted":
            reopen_response(town.response, reason="Korjattava.", by=self.by)
            town.state, town.was_reopened = "reopened", True
            town.sendings.append((now, False))

    def decline(self, town, _now):
        if town.state in {"not_begun", "begun", "reopened"}:
            town.response = decline_response(self.round, town.place, reason="Ei ehditä.", by=self.by)
            town.state = "declined"
        elif town.state == "declined" and self.pick.random() < 0.3:
            take_back_declining(town.response, by=self.by)
            town.state = "reopened" if town.was_reopened else "begun" if town.has_begun else "not_begun"

    def bounce(self, town, now):
        for address, _post in town.chain[:1]:
            if address not in town.bounced:
                record_bounce(address, "hard", "server", event_id=f"{address}:{now}:{self.pick.random()}")
                town.bounced.add(address)

    def mend(self, town, now):
        if town.bounced and self.pick.random() < 0.5:
            Bounce.objects.filter(address__in=town.bounced).update(forgiven_at=now)
            town.bounced.clear()

    def confirm(self, town, now):
        if town.spoken:
            digest = digest_of(Sheet(town.response.round, town.response.municipality))
            confirm_answers(town.response, digest=digest, how="link", post="sihteeri")
            town.spoken = -1

    def leave(self, town, now):
        """The first in the chain has left as of today."""
        if town.chain and self.pick.random() < 0.3:
            address, _post = town.chain.pop(0)
            last = (now - dt.timedelta(days=1)).date()
            registry.Appointment.objects.filter(person__email=address).update(
                end_first=last, end_last=last, end_precision="day"
            )

    # --- Recounted from the ledger --------------------------------------------------------------------------------

    def board(self):
        """Return {name: (state, answered, asked, address)} as the board should tell it."""
        told = {}
        for town in self.towns:
            state = town.state
            if state == "submitted" and town.spoken:
                state = "to_confirm" if town.spoken > 0 else "confirmed"
            asked = 3 if town.has_follow_up and town.n_answered else 2
            told[town.place.name_fi] = (state, town.n_answered, asked, town.address)
        return told

    def reminded(self):
        """Return the addresses that a reminder should reach."""
        waiting = {"not_begun", "begun", "reopened"}
        return {town.address for town in self.towns if town.state in waiting and town.address}

    def n_by(self, day):
        """Return how many had sent in, and not been opened again, by the end of a day in Helsinki."""
        n = 0
        for town in self.towns:
            steps = [sent for moment, sent in town.sendings if moment.astimezone(HELSINKI).date() <= day]
            n += bool(steps and steps[-1])
        return n
