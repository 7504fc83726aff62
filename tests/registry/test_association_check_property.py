"""The spring's question over random histories of checks, returned letters, refusals, ends and the clock, recounted."""

import datetime as dt
import itertools

import pytest
import time_machine
from django.core import mail
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import SecretLink
from jobs.registry import find_job
from mailing.bounces import forgive, record_bounce
from mailing.models import Bounce, Letter, Unsubscription
from mailing.sending import send_waiting
from mailing.unsubscribing import resubscribe, unsubscribe
from registry.association_letters import GROUP
from registry.letters.association_check import confirm_association_by_link
from registry.models import AssociationContact
from tests import factories
from tests.mailing.test_rules import HELSINKI, may_go
from tests.registry.test_association_check import contact

ADDRESS = "ompelu@example.org"
EVENTS = st.lists(
    st.sampled_from(["bounce", "forgive", "stop", "again", "confirm", "confirm", "end", "go on", "nothing", "nothing"]),
    max_size=2,
)
CHAPTERS = st.lists(
    st.tuples(st.integers(1, 45), EVENTS, st.sampled_from([10, 10, 10, 7, 23]), st.integers(1, 2)),
    min_size=3,
    max_size=14,
)
numbers = itertools.count()


class Book:
    """The recount's own notes of one association's contact."""

    def __init__(self):
        self.checked = dt.date(2025, 1, 1)
        self.bounced, self.stopped, self.ended = None, False, False
        self.sent = []

    def may_get(self, now):
        """Say in plain words whether the spring's question may arrive at this moment."""
        today = now.astimezone(HELSINKI).date()
        returned = self.bounced and now - self.bounced <= dt.timedelta(days=180)
        months = (today.year - self.checked.year) * 12 + today.month - self.checked.month
        return not (
            self.ended
            or self.stopped
            or returned
            or (months, today.day) < (6, self.checked.day)
            or any(at.year == now.year for at in self.sent)
        )


def _happen(what, row, book, now):
    today = now.astimezone(HELSINKI).date()
    if what == "bounce":
        record_bounce(ADDRESS, "hard", "mailbox", event_id=f"spring:{next(numbers)}")
        book.bounced = now
    elif what == "forgive":
        forgive(ADDRESS)
        book.bounced = None
    elif what in {"stop", "again"}:
        (unsubscribe if what == "stop" else resubscribe)(ADDRESS, [GROUP])
        book.stopped = what == "stop"
    elif what in {"end", "go on"}:
        row.association.ended_on = today - dt.timedelta(days=1) if what == "end" else None
        row.association.save()
        book.ended = what == "end"
    elif what == "confirm" and not book.ended:
        link = next((each for each in SecretLink.objects.filter(purpose="association_check") if each.is_usable), None)
        if link:
            confirm_association_by_link(link)
            book.checked, book.bounced = today, None


def _tell(chapters, first_day):
    for table in (Letter, Bounce, Unsubscription, SecretLink):
        table.objects.all().delete()
    AssociationContact.objects.update(email="")
    mail.outbox.clear()
    row = contact(factories.MunicipalityFactory(region=factories.RegionFactory(records_from=dt.date(2021, 1, 1))))
    book, day = Book(), first_day
    for days, events, hour, times in chapters:
        day += dt.timedelta(days=days)
        if day.year > 2027:
            break  # as far as the almanac of test_rules goes
        morning = dt.datetime.combine(day, dt.time(6, 30), HELSINKI)
        with time_machine.travel(morning, tick=False):
            for _time in range(times):
                find_job("ask_associations").run()
            for what in events:
                _happen(what, row, book, morning)
        moment = dt.datetime.combine(day, dt.time(hour), HELSINKI)
        with time_machine.travel(moment, tick=False):
            before = len(mail.outbox)
            for _time in range(times):
                send_waiting()
        arrived = len(mail.outbox) - before
        assert arrived in {0, 1}
        if arrived:
            assert book.may_get(moment), (events, moment)
            assert may_go(moment, is_reminder=True, sent_at=book.sent, quiet=[])
            book.sent.append(moment)
    return book


STORY = given(first_day=st.dates(dt.date(2026, 1, 15), dt.date(2026, 4, 30)), chapters=CHAPTERS)
LOOSELY = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.explicit, Phase.generate]}


@STORY
@settings(max_examples=6, **LOOSELY)
@pytest.mark.django_db
def test_over_random_springs_no_association_is_asked_that_should_not_be(first_day, chapters):
    _tell(chapters, first_day)


@pytest.mark.slow
@STORY
@settings(max_examples=100, **LOOSELY)
@pytest.mark.django_db
def test_over_many_random_springs_no_association_is_asked_that_should_not_be(first_day, chapters):
    _tell(chapters, first_day)


@pytest.mark.django_db
def test_in_a_quiet_spring_the_question_comes_once_a_year():
    """The measure itself: when nothing stands in the way, the question does go."""
    weekly = [(7, [], 10, 2)] * 60
    assert [at.year for at in _tell(weekly, dt.date(2026, 1, 20)).sent] == [2026, 2027]
