"""Over random histories of roles, checks, bounces, unsubscriptions, tasks and the clock: who gets a letter, recounted.

The recount keeps its own book of what happened, and says in plain words who may get
which letter at a moment; every letter that went is held against it.
"""

import datetime as dt
import itertools

import pytest
import time_machine
from django.core import mail
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common.partial_dates import PartialDate
from jobs.registry import find_job
from mailing.bounces import forgive, record_bounce
from mailing.models import Bounce, Letter, QuietPeriod, Unsubscription
from mailing.sending import send_waiting
from mailing.unsubscribing import resubscribe, unsubscribe
from registry.consents import give_consent, withdraw_consent
from registry.contacts import confirm_contact_details
from registry.letters.contact_check import preview_contact_checks
from registry.models import Appointment, Person, Region, Task
from registry.roles import end_role, save_role
from registry.tasks import complete_task, update_tasks
from tests import factories
from tests.mailing.test_rules import HELSINKI, may_go

JOBS = ("ask_to_check_contacts", "tell_vacancies", "coordinators_week", "liaisons_month")
KINDS = ("contact_check", "vacancy", "coordinator_digest", "liaison_digest")
WINTER = (dt.date(2026, 2, 23), dt.date(2026, 3, 1))
PEOPLE = ("liaison", "agent", "coordinator")
# 24 December at noon, July, the region's winter week, a night, the first working day of a month.
SPECIAL = ((2026, 12, 24, 12), (2026, 7, 15, 10), (2026, 2, 24, 10), (2026, 11, 25, 23), (2026, 11, 2, 10))
WHO = st.sampled_from(PEOPLE)
KIND = st.sampled_from(KINDS)
# Answers of a survey come here with its letters: an event, what it does in `do`, and what it stops in `may_get`.
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["check", "leave", "return", "bounce", "soft", "soft", "forgive"]), WHO),
        st.tuples(st.sampled_from(["stop", "again"]), st.tuples(WHO, KIND)),
        st.tuples(st.just("consent"), st.booleans()),
        st.tuples(st.just("task"), st.integers(-3, 20)),
        st.tuples(st.just("done"), st.none()),
        st.just(("leave", "liaison")),  # more often: it makes a vacancy
    ),
    max_size=2,
)
# A chapter: on which day it plays, what happens before the jobs run at half past six, what between them and the
# sending, at which hour letters are sent, and whether the jobs and the sending run twice.
CHAPTERS = st.lists(
    st.tuples(
        st.sampled_from(["next day", "next day", "days", "monday", "first", "months", *SPECIAL]),
        st.integers(2, 9),
        EVENTS,
        EVENTS,
        st.sampled_from([10, 10, 10, 19, 23, 7]),
        st.integers(1, 2),
    ),
    min_size=2,
    max_size=12,
)
# A story is short already, and shrinking it takes minutes.
WITHOUT_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]
numbers = itertools.count()


class Story:
    """A municipality with a liaison, an agent and a coordinator, and the recount's book of what happened to them."""

    def __init__(self, today):
        region = factories.RegionFactory(records_from=dt.date(2021, 1, 1), name_fi=f"Koe {next(numbers)}")
        self.region = region
        self.place = factories.MunicipalityFactory(region=region)
        QuietPeriod.objects.create(scope=f"region:{region.pk}", name="x", first_day=WINTER[0], last_day=WINTER[1])
        self.people = {name: self._person(name, today) for name in PEOPLE}
        self.roles = {}
        self.checked = dict.fromkeys(PEOPLE, today)
        self.ended = dict.fromkeys(PEOPLE)  # the last day of a role that is over
        self.bounced, self.stopped, self.tasks = {}, set(), []
        self.soft = {name: [] for name in PEOPLE}  # when letters were "not delivered for now", since the last repair
        self.since = None  # the last day of the last liaison, while nobody follows
        self.sent = {name: [] for name in PEOPLE}  # (moment, kinds)
        self.told_of = set()
        for name in PEOPLE:
            self.begin(name, today)

    def _person(self, name, today):
        return factories.PersonFactory(region=self.region, email=f"{name}@example.org", contact_checked_on=today)

    def begin(self, name, today):
        start = PartialDate.day(today)
        person = self.people[name]
        if name == "liaison":
            role = Appointment(municipality=self.place, person=person, source="x", start=start)
            # Nothing of what a role's beginning asks: the month tells the check of the contacts alone.
            role.hours_per_week, role.job_description_url = 3, "https://example.org/x"
            self.roles[name] = save_role(role, by=None) or role
            self.since = None
        elif name == "agent":
            self.roles[name] = factories.AgentFactory(municipality=self.place, person=person, start=start)
        else:
            self.roles[name] = factories.CoordinatorFactory(region=self.region, person=person, start=start)
        self.ended[name] = None

    def has_role(self, name, today):
        return self.ended[name] is None or today <= self.ended[name]

    # --- What happens ------------------------------------------------------------------------------------------------

    def do(self, what, value, now):
        today = now.astimezone(HELSINKI).date()
        address = self.people[value].email if value in PEOPLE else ""
        if what == "jobs":
            update_tasks()
            for job in ("take_bounces", *JOBS) * value:
                find_job(job).run()
        elif what == "check":
            confirm_contact_details(self.people[value], on=today, by=None)
            self.checked[value] = today
            self.mended(value)  # whoever confirms the details has read a letter
        elif what == "leave" and self.ended[value] is None:
            yesterday = today - dt.timedelta(days=1)
            if self.roles[value].start_last <= yesterday:
                self.roles[value].refresh_from_db()
                end_role(self.roles[value], on=PartialDate.day(yesterday), by=None)
                self.ended[value] = yesterday
                self.since = yesterday if value == "liaison" else self.since
        elif what == "return" and self.ended[value] is not None and self.ended[value] < today:
            self.begin(value, today)
        elif what == "bounce":
            record_bounce(address, "hard", "mailbox", event_id=f"story:{next(numbers)}")
            self.bounced[value] = now
        elif what == "soft":
            record_bounce(address, "soft", "mailbox", event_id=f"story:{next(numbers)}")
            recent = [at for at in self.soft[value] if now - at <= dt.timedelta(days=30)]
            if len(recent) >= 2:
                self.bounced[value] = now
            else:
                self.soft[value].append(now)
        elif what == "forgive":
            forgive(address)
            self.mended(value)
        elif what == "stop":
            unsubscribe(self.people[value[0]].email.upper(), [value[1]])
            self.stopped.add(value)
        elif what == "again":
            resubscribe(self.people[value[0]].email, [value[1]])
            self.stopped.discard(value)
        elif what == "consent":  # what the public sees of a volunteer changes nothing of letters
            agent = self.people["agent"]
            if value:
                give_consent(agent, "email", means="paper", given_on=today, by=None)
            else:
                withdraw_consent(agent, "email", by=None)
        elif what == "task":
            due_on = today + dt.timedelta(days=value)
            task = Task.objects.create(
                title="Soita", region=self.region, assigned_to=self.people["coordinator"], due_on=due_on
            )
            self.tasks.append(task)
        elif what == "done":
            for task in self.tasks:
                complete_task(task, by=None)
            self.tasks = []

    def mended(self, name):
        self.bounced.pop(name, None)
        self.soft[name] = []

    # --- The recount -------------------------------------------------------------------------------------------------

    def may_get(self, name, kind, now):
        """Say in plain words whether a letter of `kind` may go to somebody at this moment."""
        today = now.astimezone(HELSINKI).date()
        # A returned letter stops others for 180 days.
        returned = self.bounced.get(name)
        if returned and now - returned <= dt.timedelta(days=180):
            return False
        if not self.has_role(name, today) or (name, kind) in self.stopped:
            return False
        if kind == "contact_check":
            recent = [at for at, kinds in self.sent[name] if kind in kinds and now - at < dt.timedelta(days=30)]
            return name != "coordinator" and self.is_old(name, today) and not recent
        if kind == "vacancy":
            return name == "agent" and self.since is not None and self.since not in self.told_of
        if kind == "coordinator_digest":
            week = [at for at, kinds in self.sent[name] if kind in kinds and _week(at) == _week(now)]
            return name == "coordinator" and not week and self.has_matters(today)
        month = [at for at, kinds in self.sent[name] if kind in kinds and _month(at) == _month(now)]
        # The liaison has nothing else than the check of the contacts on the list.
        return name == "liaison" and not month and self.is_old(name, today) and today.month != 7

    def is_old(self, name, today):
        months = (today.year - self.checked[name].year) * 12 + today.month - self.checked[name].month
        return months > 6 or (months == 6 and (today.day >= self.checked[name].day or _is_last(today)))

    def has_matters(self, today):
        soon = today + dt.timedelta(days=7)
        # A vacancy makes a task with a month's time; whose it is depends on who was there: left open here.
        return any(task.due_on <= soon for task in self.tasks) or self.since is not None or bool(self.vacancies())

    def vacancies(self):
        return Task.objects.open().filter(region=self.region).exclude(pk__in=[task.pk for task in self.tasks])

    def hold_against(self, letters, now):
        """Hold each letter that went at `now` against the recount, and write it down."""
        for name in PEOPLE:
            mine = [letter for letter in letters if letter.address == self.people[name].email]
            if not mine:
                continue
            for letter in mine:
                assert self.may_get(name, letter.kind, now), (name, letter.kind, now)
                if letter.kind == "vacancy":
                    self.told_of.add(self.since)
            whole = [letter for letter in mine if letter.gathered_into_id is None]
            assert len(whole) == 1  # several matters are one letter
            assert len({letter.kind for letter in mine}) == len(mine)
            earlier = [at for at, _kinds in self.sent[name]]
            assert may_go(now, is_reminder=True, sent_at=earlier, quiet=[WINTER]), (name, now)
            self.sent[name].append((now, {letter.kind for letter in mine}))


def _week(moment):
    return moment.astimezone(HELSINKI).isocalendar()[:2]


def _month(moment):
    return moment.astimezone(HELSINKI).strftime("%Y-%m")


def _is_last(day):
    return (day + dt.timedelta(days=1)).day == 1


def _clear():
    """Begin anew, without the rows of the example before."""
    for table in (Letter, QuietPeriod):
        table.objects.all().delete()
    Bounce.objects.all().delete()
    Unsubscription.objects.all().delete()
    # Stories of before are over; their people get nothing.
    for role in (Appointment, factories.AgentFactory._meta.model, factories.CoordinatorFactory._meta.model):
        role.objects.all().delete()
    Task.objects.all().delete()
    Person.objects.update(email="")
    mail.outbox.clear()


def _day_of(chapter, n, today):
    """Return the day on which a chapter plays, after the day `today`."""
    days = (today + dt.timedelta(days=number) for number in range(1, 400))
    if chapter == "days":
        return today + dt.timedelta(days=n)
    if chapter == "months":
        return today + dt.timedelta(days=25 * n)
    if chapter == "monday":
        return next(day for day in days if day.isoweekday() == 1)
    if chapter == "first":
        return next(day for day in days if day.day == 1 + n % 3)
    if isinstance(chapter, tuple):
        return next(day for day in days if (day.month, day.day) == chapter[1:3])
    return next(days)


def _tell(chapters, first_day):
    """Play the chapters after one another; return the Story and the letters that went."""
    _clear()
    day, seen = first_day, {}
    with time_machine.travel(dt.datetime.combine(day - dt.timedelta(days=200), dt.time(12), HELSINKI), tick=False):
        story = Story(day - dt.timedelta(days=200))
    for chapter, n, before, between, hour, times in chapters:
        day = _day_of(chapter, n, day)
        if day.year > 2027:
            break  # as far as the almanac of test_rules goes
        hour = chapter[3] if isinstance(chapter, tuple) else hour
        morning = dt.datetime.combine(day, dt.time(6, 30), HELSINKI)
        with time_machine.travel(morning, tick=False):
            for event in [*before, ("jobs", times), *between]:
                story.do(*event, morning)
        moment = dt.datetime.combine(day, dt.time(hour), HELSINKI)
        with time_machine.travel(moment, tick=False):
            for _time in range(times):
                send_waiting()
            gone = list(Letter.objects.filter(state__in=["sent", "gathered"]).exclude(pk__in=seen))
            story.hold_against(gone, moment)
            seen |= {letter.pk: letter for letter in gone}
    assert len(mail.outbox) == sum(len(sent) for sent in story.sent.values())
    assert not Letter.objects.filter(state__in=["failed", "doubtful"]).exists()
    assert not Letter.objects.filter(reason__in=["broken", "again"]).exists()
    return story, list(seen.values())


HISTORIES = given(first_day=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), chapters=CHAPTERS)
LOOSELY = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": WITHOUT_SHRINKING}


@HISTORIES
@settings(max_examples=8, **LOOSELY)
@pytest.mark.django_db
def test_over_random_histories_nobody_gets_a_letter_that_should_not_come(first_day, chapters):
    _tell(chapters, first_day)


@pytest.mark.slow
@HISTORIES
@settings(max_examples=150, **LOOSELY)
@pytest.mark.django_db
def test_over_many_random_histories_nobody_gets_a_letter_that_should_not_come(first_day, chapters):
    _tell(chapters, first_day)


@pytest.mark.django_db
def test_a_quiet_story_has_every_kind_of_letter():
    """The measure itself: what the random stories are held against does go when nothing stands in the way."""
    quiet = ([], [], 10, 2)
    chapters = [
        ("monday", 2, [("task", 3)], *quiet[1:]),
        ("first", 0, *quiet),
        ("next day", 2, *quiet),
        ("days", 7, [("leave", "liaison")], *quiet[1:]),
        ("days", 5, *quiet),
    ]
    _story, letters = _tell(chapters, dt.date(2026, 8, 20))
    assert {letter.kind for letter in letters} == set(KINDS)


@given(
    old=st.lists(WHO, unique=True),
    bounced=st.lists(WHO, unique=True, max_size=1),
    stopped=st.lists(WHO, unique=True, max_size=1),
    left=st.lists(WHO, unique=True, max_size=1),
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_the_preview_names_everybody_who_is_due_once_with_a_reason_or_as_going(old, bounced, stopped, left):
    _clear()
    moment = dt.datetime(2026, 11, 3, 10, tzinfo=HELSINKI)
    with time_machine.travel(moment, tick=False):
        story = Story(dt.date(2026, 1, 1))
        for name in PEOPLE:
            checked_on = dt.date(2026, 1, 1) if name in old else moment.date()
            Person.objects.filter(pk=story.people[name].pk).update(contact_checked_on=checked_on)
        for what, names in (("bounce", bounced), ("leave", left)):
            for name in names:
                story.do(what, name, moment)
        for name in stopped:
            story.do("stop", (name, "contact_check"), moment)

        preview = preview_contact_checks(Region.objects.get(pk=story.region.pk))

    due = [name for name in ("liaison", "agent") if name in old and name not in left]
    expected = {name: "unsubscribed" if name in stopped else "bounced" if name in bounced else "" for name in due}
    found = {each.address.split("@")[0]: "" for each in (preview.going if preview else ())}
    found |= {each.recipient.address.split("@")[0]: each.reason for each in (preview.left_out if preview else ())}
    assert found == expected
    assert all(each.words for each in (preview.left_out if preview else ()))
