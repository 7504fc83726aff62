"""Tasks are passed on when a role ends, and a vacancy asks for a new liaison until something is known."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command

from registry import models
from registry.models import Area, Coordinator, Task
from registry.privacy import erase_person
from registry.roles import end_role, save_role
from registry.tasks import complete_task, reassign_tasks, responsible_coordinator, update_tasks, update_vacancy_tasks
from tests import factories
from tests.registry.helpers import day

NOW = dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC)
TODAY, YESTERDAY, TOMORROW = (day(f"2026-06-{number}") for number in (15, 14, 16))


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def task(cast, reference, **fields):
    row = {"title": "Soita", "region": reference.pohjois_pohjanmaa, "municipality": reference.hailuoto}
    return Task.objects.create(**row | {"assigned_to": cast.leena} | fields)


def vacancies():
    return [
        (str(each.municipality), each.assigned_to, each.done_at, each.done_by)
        for each in Task.objects.filter(kind="vacancy")
    ]


# --- Passing on ------------------------------------------------------------------------------------------------------


def test_the_one_who_looks_after_the_area_comes_before_the_whole_region(cast, reference):
    area = Area.objects.get(group__key__startswith="coordinators", memberships__municipality=reference.hailuoto)
    region = reference.pohjois_pohjanmaa
    assert responsible_coordinator(region, reference.hailuoto) == cast.kaisa
    factories.CoordinatorFactory(person=cast.ahti, region=region, area=area)
    assert responsible_coordinator(region, reference.hailuoto) == cast.ahti
    assert responsible_coordinator(region) == cast.kaisa
    factories.CoordinatorFactory(person=cast.leena, region=region, area=area)
    assert responsible_coordinator(region, reference.hailuoto) is None
    assert responsible_coordinator(reference.keski_suomi) == cast.outi


def test_open_tasks_go_on_when_the_role_ends(cast, reference):
    still_open, done, another = (
        task(cast, reference),
        task(cast, reference),
        task(cast, reference, assigned_to=cast.ahti),
    )
    elsewhere = task(cast, reference, region=reference.keski_suomi, municipality=None)
    complete_task(done, by=None)

    end_role(cast.leena_in_oulu, on=YESTERDAY, by=None)

    assigned = {each.pk: each.assigned_to for each in Task.objects.exclude(kind="vacancy")}
    assert assigned == {
        still_open.pk: cast.kaisa, done.pk: cast.leena, another.pk: cast.ahti, elsewhere.pk: cast.leena
    }  # fmt: skip


def test_tasks_stay_while_another_role_in_the_region_goes_on(cast, reference):
    kept = task(cast, reference)
    factories.AgentFactory(person=cast.leena, municipality=reference.hailuoto)

    end_role(cast.leena_in_oulu, on=YESTERDAY, by=None)

    kept.refresh_from_db()
    assert kept.assigned_to == cast.leena


def test_tasks_go_to_the_pool_when_it_is_not_clear_whose_they_are(cast, reference):
    left = task(cast, reference, assigned_to=cast.kaisa)

    end_role(Coordinator.objects.get(person=cast.kaisa), on=TODAY, by=None)

    left.refresh_from_db()
    assert left.assigned_to is None


def test_a_task_of_somebody_who_never_had_a_role_stays(cast, reference):
    kept = task(cast, reference, assigned_to=factories.PersonFactory())
    assert reassign_tasks() == 0
    kept.refresh_from_db()
    assert kept.assigned_to is not None


def test_an_end_recorded_beforehand_is_followed_by_the_clock(cast, reference, clock, capsys):
    left = task(cast, reference)
    end_role(cast.leena_in_oulu, on=TOMORROW, by=None)
    left.refresh_from_db()
    assert left.assigned_to == cast.leena

    clock.shift(dt.timedelta(days=1))
    call_command("update_tasks")
    call_command("update_tasks")

    left.refresh_from_db()
    assert left.assigned_to == cast.kaisa
    assert capsys.readouterr().out == (
        "passed on 1, vacancies opened 1, vacancies closed 0\npassed on 0, vacancies opened 0, vacancies closed 0\n"
    )


def test_an_erased_persons_tasks_go_on_and_what_was_agreed_with_them_goes(cast, reference):
    mine = task(cast, reference)
    agreed = task(cast, reference, kind="next_step", title="Soita Leenalle")
    models.ContactEntry.objects.create(region=reference.pohjois_pohjanmaa, person=cast.leena, about="x", task=agreed)

    erase_person(cast.leena)

    assert list(Task.objects.all()) == [mine]
    mine.refresh_from_db()
    assert mine.assigned_to == cast.kaisa


# --- Vacancies -------------------------------------------------------------------------------------------------------


def test_a_liaison_who_leaves_without_a_successor_leaves_a_task(cast, reference):
    end_role(cast.leena_in_oulu, on=YESTERDAY, by=cast.kaisa.user)

    opened = Task.objects.get()
    assert (opened.kind, opened.municipality, opened.region, opened.assigned_to, opened.due_on) == (
        "vacancy", reference.oulu, reference.pohjois_pohjanmaa, cast.kaisa, dt.date(2026, 7, 15)
    )  # fmt: skip
    assert opened.label == "Nimeä uusi järjestöyhdyshenkilö: Oulu"
    assert opened.url == f"/hallinta/registry/municipality/{reference.oulu.pk}/change/"


def test_no_task_when_a_statement_says_what_follows(cast, reference):
    end_role(cast.leena_in_oulu, on=YESTERDAY, by=None, then="being_named")
    assert vacancies() == []


def test_no_task_when_another_liaison_is_there_or_comes(cast, reference):
    factories.AppointmentFactory(municipality=reference.oulu, start=TOMORROW)
    end_role(cast.leena_in_oulu, on=YESTERDAY, by=None)
    assert vacancies() == []


def test_the_task_is_done_when_somebody_is_named(cast, reference):
    end_role(cast.leena_in_oulu, on=YESTERDAY, by=None)

    save_role(
        models.Appointment(municipality=reference.oulu, person=cast.ahti, start=TODAY, source="päätös"),
        by=cast.kaisa.user,
    )

    assert vacancies() == [("Oulu", cast.kaisa, NOW, None)]


def test_a_task_that_somebody_has_done_is_not_opened_again_for_the_same_vacancy(cast, reference, clock):
    end_role(cast.leena_in_oulu, on=YESTERDAY, by=None)
    complete_task(Task.objects.get(), by=cast.kaisa.user)
    clock.shift(dt.timedelta(days=30))
    assert update_tasks() == {"passed on": 0, "vacancies opened": 0, "vacancies closed": 0}

    later = factories.AppointmentFactory(municipality=reference.oulu, start=day("2026-07-01"))
    end_role(later, on=day("2026-07-10"), by=None)

    assert [done for _place, _who, done, _by in vacancies()] == [NOW, None]


def test_vacancies_of_before_the_records_and_of_merged_municipalities_are_nobodys_task(cast, reference):
    reference.pohjois_pohjanmaa.records_from = dt.date(2027, 1, 1)
    reference.pohjois_pohjanmaa.save()
    end_role(cast.leena_in_oulu, on=YESTERDAY, by=None)
    assert vacancies() == []
    models.RegionMembership.objects.filter(municipality=reference.oulu).update(valid_to=dt.date(2026, 1, 1))
    assert update_vacancy_tasks() == (0, 0)
