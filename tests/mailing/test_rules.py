"""When letters go: a recount in plain words against mailing/rules.py, over clocks, histories and periods."""

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailing.kinds import letter_kind
from mailing.models import Letter, QuietPeriod
from mailing.outbox import queue_letter
from mailing.rules import next_moment
from mailing.sending import send_waiting
from mailing.unsubscribing import unsubscribe
from mailing.writing import Block, Message

HELSINKI = ZoneInfo("Europe/Helsinki")
# The days of 2026 and 2027 on which nobody is at work, by hand from an almanac.
NOBODY_AT_WORK = {
    dt.date.fromisoformat(day)
    for day in """
    2026-01-01 2026-01-06 2026-04-03 2026-04-04 2026-04-05 2026-04-06 2026-04-30 2026-05-01 2026-05-14 2026-05-24
    2026-06-19 2026-06-20 2026-10-31 2026-12-06 2026-12-24 2026-12-25 2026-12-26 2026-12-31
    2027-01-01 2027-01-06 2027-03-26 2027-03-27 2027-03-28 2027-03-29 2027-04-30 2027-05-01 2027-05-06 2027-05-16
    2027-06-25 2027-06-26 2027-11-06 2027-12-06 2027-12-24 2027-12-25 2027-12-26 2027-12-31
    """.split()
}
MINUTES = st.integers(0, 2 * 365 * 24 * 60 - 40 * 24 * 60)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@letter_kind("unasked", label="unasked", why="%(site)s", is_duty=False, is_reminder=True, folder=None)
@letter_kind("gathered", label="gathered", why="%(site)s", is_duty=False, can_be_gathered=True, folder=None)
def _letter(letter):
    if letter.arguments.get("answered"):
        return None
    return Message(f"Asia {letter.arguments['n']}", (Block("paragraph", (f"n:o {letter.arguments['n']}",)),))


def may_go(moment, *, is_reminder, sent_at, quiet):
    """Say in plain words whether a letter not of duty may go at `moment`."""
    local = moment.astimezone(HELSINKI)
    if not 8 <= local.hour < 20:
        return False
    if local.month == 7 or local.date() in NOBODY_AT_WORK:
        return False
    if is_reminder and local.isoweekday() > 5:
        return False
    if any(first <= local.date() <= last for first, last in quiet):
        return False
    if any(moment - sent < dt.timedelta(days=3) for sent in sent_at):
        return False
    return len([sent for sent in sent_at if moment - sent < dt.timedelta(days=30)]) < 6


@given(
    minute=MINUTES,
    is_reminder=st.booleans(),
    back=st.lists(st.integers(0, 45 * 24 * 60), max_size=9),
    weeks=st.lists(st.tuples(st.integers(0, 720), st.integers(0, 9)), max_size=3),
)
@settings(max_examples=400, deadline=None)
def test_the_next_moment_is_permitted_and_no_earlier_one_is(minute, is_reminder, back, weeks):
    moment = START + dt.timedelta(minutes=minute)
    sent_at = [moment - dt.timedelta(minutes=each) for each in back]
    first_days = [(dt.date(2026, 1, 1) + dt.timedelta(days=first), length) for first, length in weeks]
    quiet = [(first, first + dt.timedelta(days=length)) for first, length in first_days]
    kind = SimpleNamespace(is_duty=False, is_reminder=is_reminder)
    rules = {"is_reminder": is_reminder, "sent_at": sent_at, "quiet": quiet}

    verdict = next_moment(moment, kind=kind, quiet_days=quiet, sent_at=sent_at)

    assert may_go(verdict.moment, **rules)
    assert (verdict.moment == moment) == may_go(moment, **rules)
    assert bool(verdict.reason) == (verdict.moment > moment)
    between = moment
    while between < verdict.moment:
        assert not may_go(between, **rules), between
        between += dt.timedelta(minutes=30)
    if verdict.moment > moment:
        assert not may_go(verdict.moment - dt.timedelta(seconds=1), **rules)


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-12-24 12:00", "2026-12-28 08:00"),  # Christmas, and the weekend after it
        ("2026-07-15 12:00", "2026-08-03 08:00"),
        ("2026-11-25 23:00", "2026-11-26 08:00"),
        ("2026-02-24 10:00", "2026-03-02 08:00"),  # the region's winter-holiday week
        ("2026-11-25 10:00", "2026-11-25 10:00"),
    ],
)
@pytest.mark.django_db
def test_nothing_goes_at_night_on_holidays_in_july_or_in_the_regions_own_week(now, goes):
    QuietPeriod.objects.create(scope="region:1", name="Talviloma", first_day="2026-02-23", last_day="2026-03-01")
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=HELSINKI)
    with time_machine.travel(moment, tick=False):
        letter = _queue(1, scope="region:1")
        send_waiting()
        send_waiting()
    assert letter.not_before.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M") == goes
    assert len(mail.outbox) == (now == goes)


def _queue(n, *, kind="unasked", address="leena@example.org", scope="", **arguments):
    return queue_letter(
        kind, key=f"{kind}:{address}:{n}", address=address, language="fi", scope=scope, arguments={"n": n, **arguments}
    )


TUESDAY = dt.datetime(2026, 11, 24, 10, tzinfo=HELSINKI)


@pytest.mark.django_db
def test_a_second_letter_waits_out_the_spacing_and_duty_does_not():
    with time_machine.travel(TUESDAY, tick=False):
        _queue(1)
        assert send_waiting() == {"sent": 1}
        second = _queue(2)
        assert send_waiting() == {"waiting": 1}
        assert send_waiting() == {}
    second.refresh_from_db()
    assert (second.reason, second.not_before) == ("spacing", TUESDAY + dt.timedelta(days=3))
    with time_machine.travel(second.not_before, tick=False):
        assert send_waiting() == {"sent": 1}


@pytest.mark.django_db
def test_what_waits_for_one_address_goes_as_one_letter():
    with time_machine.travel(TUESDAY, tick=False):
        _queue(0)
        send_waiting()
        for n in (1, 2, 3):
            _queue(n, kind="gathered", answered=n == 3)
        _queue(4, kind="gathered", address="muu@example.org")
        assert send_waiting() == {"waiting": 3, "sent": 1}
    with time_machine.travel(TUESDAY + dt.timedelta(days=3), tick=False):
        assert send_waiting() == {"sent": 1}
        assert send_waiting() == {}

    digest = mail.outbox[-1]
    assert "n:o 1" in digest.body
    assert "n:o 2" in digest.body
    assert "n:o 3" not in digest.body
    states = {letter.arguments["n"]: letter.state for letter in Letter.objects.filter(kind="gathered")}
    assert states == {1: "sent", 2: "gathered", 3: "not_wanted", 4: "sent"}


# What a person may do, and the clock; letters are queued in between.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 60 * 24 * 9)),
        st.tuples(st.just("letter"), st.sampled_from(["unasked", "gathered"])),
        st.tuples(st.just("answer"), st.integers(0, 9)),
        st.tuples(st.just("stop"), st.sampled_from(["unasked", "gathered"])),
        st.tuples(st.just("send"), st.integers(1, 2)),
    ),
    max_size=14,
)


@given(minute=MINUTES, steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db
def test_over_random_histories_nobody_gets_what_should_not_come(minute, steps):
    Letter.objects.all().delete()
    mail.outbox.clear()
    from mailing.models import Unsubscription

    Unsubscription.objects.all().delete()
    moment = START + dt.timedelta(minutes=minute)
    answered, stopped, sent_at, queued = set(), set(), [], []
    for what, value in [*steps, ("send", 2)]:
        with time_machine.travel(moment, tick=False):
            if what == "wait":
                moment += dt.timedelta(minutes=value)
            elif what == "letter":
                queued.append(_queue(len(queued), kind=value))
            elif what == "answer" and value < len(queued):
                answered.add(value)
                Letter.objects.filter(pk=queued[value].pk).update(arguments={"n": value, "answered": True})
            elif what == "stop":
                stopped.add(value)
                unsubscribe("Leena@example.org", [value])
            elif what == "send":
                n_before = len(mail.outbox)
                for _time in range(value):
                    send_waiting()
                new = mail.outbox[n_before:]
                assert len(new) <= 1  # the spacing
                for letter in new:
                    gone = [n for n in range(len(queued)) if f"n:o {n}\n" in letter.body]
                    kinds = {queued[n].kind for n in gone}
                    assert gone
                    assert not kinds & stopped
                    assert not set(gone) & answered
                    rules = {"is_reminder": "unasked" in kinds, "sent_at": sent_at, "quiet": []}
                    assert may_go(timezone.now(), **rules)
                    sent_at.append(timezone.now())
                    answered |= set(gone)  # nothing goes twice
