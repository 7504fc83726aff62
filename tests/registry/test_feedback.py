"""Feedback becomes a task with a day to answer by; answering it ends both."""

import datetime as dt

import pytest
import time_machine

from registry.feedback import answer_feedback, receive_feedback
from registry.models import Feedback, Task
from registry.tasks import complete_task
from tests import factories

pytestmark = pytest.mark.django_db
LATE_EVENING = dt.datetime(2026, 6, 15, 21, 30, tzinfo=dt.UTC)  # 16.6.2026 at 0.30 in Helsinki


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATE_EVENING, tick=False) as clock:
        yield clock


def feedback(**fields):
    return Feedback(**({"kind": Feedback.Kind.ACCESSIBILITY, "message": "Kartta ei aukea.", "page": "/ii/"} | fields))


@pytest.mark.parametrize("kind", Feedback.Kind.values)
def test_feedback_of_every_kind_is_answered_within_fourteen_days_of_helsinki_time(kind):
    saved = receive_feedback(feedback(kind=kind))

    assert Feedback.objects.get() == saved
    assert (saved.received_at, saved.answer_by, saved.answered_at) == (LATE_EVENING, dt.date(2026, 6, 30), None)


def test_feedback_makes_a_task_for_the_coordinators_of_its_region():
    region = factories.RegionFactory()

    saved = receive_feedback(feedback(region=region))

    task = Task.objects.get()
    assert (task.kind, task.title, task.region, task.due_on, task.url_name, task.url_args, task.done_at) == (
        "feedback", "/ii/", region, dt.date(2026, 6, 30), "admin:registry_feedback_change", [saved.pk], None,
    )  # fmt: skip


def test_feedback_without_region_and_page_is_for_administrators():
    receive_feedback(feedback(page=""))

    assert Task.objects.values_list("region", "title").get() == (None, "–")


def test_a_long_page_address_does_not_break_the_task():
    receive_feedback(feedback(page="/" + "ä" * 299))

    assert Task.objects.get().title == "/" + "ä" * 199


def test_answering_ends_the_feedback_and_its_own_task_only():
    officer = factories.UserFactory()
    first, second = receive_feedback(feedback()), receive_feedback(feedback())
    namesake = Task.objects.create(title="Soita", url_args=[first.pk])

    answer_feedback(first, by=officer)

    assert list(Feedback.objects.open()) == [second]
    assert set(Task.objects.open()) == {namesake, Task.objects.get(kind="feedback", url_args=[second.pk])}
    assert Task.objects.filter(done_by=officer, done_at=LATE_EVENING).get().url_args == [first.pk]


def test_answering_twice_keeps_the_first_moment(clock):
    officer, other = factories.UserFactory(), factories.UserFactory()
    saved = receive_feedback(feedback())
    answer_feedback(saved, by=officer)

    clock.shift(dt.timedelta(days=3))
    answer_feedback(Feedback.objects.get(), by=other)
    complete_task(Task.objects.get(), by=other)

    assert Feedback.objects.get().answered_at == LATE_EVENING
    assert Task.objects.values_list("done_at", "done_by").get() == (LATE_EVENING, officer.pk)


def test_feedback_and_its_task_are_late_from_the_day_after(clock):
    receive_feedback(feedback())

    def lateness():
        return Feedback.objects.get().is_late, Task.objects.get().is_overdue, Task.objects.overdue().count()

    clock.move_to(dt.datetime(2026, 6, 30, 20, 59, tzinfo=dt.UTC))
    assert lateness() == (False, False, 0)
    clock.move_to(dt.datetime(2026, 6, 30, 21, 1, tzinfo=dt.UTC))
    assert lateness() == (True, True, 1)
    answer_feedback(Feedback.objects.get(), by=None)
    assert lateness() == (False, False, 0)


def test_tasks_are_listed_by_urgency_those_without_a_day_last():
    some_day = Task.objects.create(title="Joskus")
    later = Task.objects.create(title="Myöhemmin", due_on=dt.date(2026, 9, 1))
    soon = Task.objects.create(title="Pian", due_on=dt.date(2026, 6, 20))

    assert list(Task.objects.all()) == [soon, later, some_day]


def test_a_task_whose_page_is_gone_has_no_address():
    assert Task(title="x", url_name="home", url_args=[]).url == "/"
    assert Task(title="x").url == ""
    assert Task(title="x", url_name="no-such-page").url == ""
    assert Task(title="x", url_name="home", url_args=[1, 2, 3]).url == ""


def test_own_task_reads_as_written_and_the_systems_with_what_to_do():
    assert str(Task(title="Soita Iihin")) == "Soita Iihin"
    assert str(Task(kind=Task.Kind.FEEDBACK, title="/ii/")) == f"{Task.Kind.FEEDBACK.label}: /ii/"
