"""The contact log from anywhere in two clicks, and back; lists of tasks by whose they are."""

import datetime as dt

import pytest
from django.utils import timezone

from registry import models
from registry.models import ContactEntry, Task
from registry.work_areas import choose_work_area
from tests import factories
from tests.admin.conftest import admin_url, form_data

FORM = "/en/hallinta/registry/contactentry/add/"


def opened(client, query="", **headers):
    """Return the form opened from a link, and what the browser would send."""
    page = client.get(f"{FORM}{query}", headers=headers)
    return page, form_data(page)


def test_every_place_that_shows_a_municipality_or_a_person_leads_to_the_form(as_kaisa, cast, reference):
    oulu, leena, ahti = reference.oulu.pk, cast.leena.pk, cast.ahti.pk
    places = {
        (models.Municipality, oulu): f"municipality={oulu}",
        (models.Person, leena): f"person={leena}",
        (models.Appointment, cast.leena_in_oulu.pk): f"municipality={oulu}&amp;person={leena}",
        (models.Agent, cast.ahti_in_oulu.pk): f"municipality={oulu}&amp;person={ahti}",
    }
    for (model, pk), query in places.items():
        link = f'href="{FORM}?{query}"'
        assert link in as_kaisa.get(admin_url(model, "change", pk)).content.decode(), model
        assert link in as_kaisa.get(admin_url(model)).content.decode(), model


def test_two_clicks_record_a_contact_and_lead_back(as_kaisa, cast, reference):
    came_from = admin_url(models.Municipality, "change", reference.oulu.pk)
    page, data = opened(as_kaisa, f"?municipality={reference.oulu.pk}", referer=f"http://testserver{came_from}?x=1")
    assert data == {
        "municipality": str(reference.oulu.pk),
        "person": str(cast.leena.pk),
        "happened_on": f"{timezone.localdate():%d.%m.%Y}",
        "means": "phone",
        "is_reached": "yes",
        "next": f"http://testserver{came_from}?x=1",
    }
    text = page.content.decode()
    assert 'href="tel:0500000011"' in text
    assert "Contact details not checked yet" in text

    answer = as_kaisa.post(FORM, data | {"about": "Yhdistysilta", "details_checked": "on"})

    assert answer.url == f"http://testserver{came_from}?x=1"
    entry = ContactEntry.objects.get()
    assert (entry.municipality, entry.person, entry.about) == (reference.oulu, cast.leena, "Yhdistysilta")
    assert (entry.recorded_by, entry.region) == (cast.kaisa.user, reference.pohjois_pohjanmaa)
    cast.leena.refresh_from_db()
    assert cast.leena.contact_checked_on == timezone.localdate()
    again, _data = opened(as_kaisa, f"?person={cast.leena.pk}")
    assert "Yhdistysilta" in again.content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.org/x", "//example.org", "javascript:alert(1)", FORM])
def test_the_form_leads_back_to_this_site_alone(as_kaisa, cast, reference, elsewhere):
    _page, data = opened(as_kaisa, f"?municipality={reference.oulu.pk}&next={elsewhere}")
    assert "next" not in data or data["next"] == ""
    answer = as_kaisa.post(FORM, data | {"about": "x", "next": elsewhere})
    assert answer.url == admin_url(ContactEntry)


def test_sending_twice_records_once(as_kaisa, cast, reference):
    _page, data = opened(as_kaisa, f"?municipality={reference.oulu.pk}")
    data |= {"about": "x", "next_step": "Soita", "next_step_on": "1.12.2030"}
    assert [as_kaisa.post(FORM, data).status_code for _time in range(2)] == [302, 302]
    assert (ContactEntry.objects.count(), Task.objects.count()) == (1, 1)


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(as_kaisa, cast, reference):
    _page, data = opened(as_kaisa)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    wrong = {
        "municipality": {"about": "x"},
        "next_step": {"about": "x", "municipality": reference.oulu.pk, "next_step_on": "1.12.2030"},
        "happened_on": {"about": "x", "municipality": reference.oulu.pk, "happened_on": f"{tomorrow:%d.%m.%Y}"},
        "person": {"about": "x", "municipality": reference.hailuoto.pk, "details_checked": "on"},
        "about": {"municipality": reference.oulu.pk},
    }
    for field, changes in wrong.items():
        answer = as_kaisa.post(FORM, data | changes | {"next": "/en/hallinta/"})
        form = answer.context["adminform"].form
        assert list(form.errors) == [field], form.errors
        assert form["next"].value() == "/en/hallinta/"
    assert not ContactEntry.objects.exists()


def test_correcting_moves_the_task_and_leads_back(as_kaisa, cast, reference):
    _page, data = opened(as_kaisa, f"?municipality={reference.oulu.pk}")
    as_kaisa.post(FORM, data | {"about": "x", "next_step": "Soita", "next_step_on": "1.12.2030"})
    entry = ContactEntry.objects.get()
    page = as_kaisa.get(
        admin_url(ContactEntry, "change", entry.pk), headers={"referer": "http://testserver/en/hallinta/"}
    )

    answer = as_kaisa.post(
        admin_url(ContactEntry, "change", entry.pk),
        form_data(page) | {"next_step_on": "5.12.2030", "is_reached": "no", "next": "/en/hallinta/"},
    )

    assert answer.url == "/en/hallinta/"
    entry.refresh_from_db()
    assert (entry.is_reached, entry.task.due_on) == (False, dt.date(2030, 12, 5))


def test_nobody_records_about_another_region(as_outi, cast, reference):
    page, data = opened(as_outi, f"?municipality={reference.oulu.pk}&person={cast.leena.pk}")
    assert not {"municipality", "person"} & set(data)
    assert "Leena" not in page.content.decode()
    for changes in ({"municipality": reference.oulu.pk}, {"person": cast.leena.pk}):
        assert as_outi.post(FORM, data | changes | {"about": "x"}).status_code == 200
    for strange in ("x", "-1", "%00", "9" * 30):
        assert as_outi.get(f"{FORM}?municipality={strange}&person={strange}").status_code == 200
    assert not ContactEntry.objects.exists()


# --- Tasks -----------------------------------------------------------------------------------------------------------


def test_tasks_are_listed_by_whose_they_are(as_kaisa, cast, reference):
    area = models.Area.objects.get(group__key__startswith="coordinators", memberships__municipality=reference.hailuoto)
    row = {"region": reference.pohjois_pohjanmaa, "municipality": reference.oulu}
    mine = Task.objects.create(**row, title="Oma", assigned_to=cast.kaisa, due_on=dt.date(2024, 1, 1))
    areas = Task.objects.create(**row | {"municipality": reference.hailuoto}, title="Alueen", assigned_to=cast.ahti)
    nobodys = Task.objects.create(**row, title="Ei kenenkään")
    done = Task.objects.create(**row, title="Tehty", assigned_to=cast.kaisa, done_at=timezone.now())
    choose_work_area(cast.kaisa.user, area)

    def listed(query):
        return set(as_kaisa.get(f"{admin_url(Task)}?{query}").context["cl"].queryset)

    assert listed("") == {mine, areas, nobodys}
    assert listed("whose=mine") == {mine}
    assert listed("whose=mine&state=all") == {mine, done}
    assert listed("whose=area") == {areas}
    assert listed("whose=nobody") == {nobodys}
    assert listed("state=overdue") == {mine}
    choose_work_area(cast.kaisa.user, None)
    assert listed("whose=area") == set()
    factories.CoordinatorFactory(person=cast.kaisa, region=reference.pohjois_pohjanmaa, area=area)
    assert listed("whose=area") == {areas}


def test_a_task_done_from_elsewhere_leads_back_there(as_kaisa, reference):
    task = Task.objects.create(title="Soita", region=reference.pohjois_pohjanmaa)
    answer = as_kaisa.post(admin_url(Task, "finish", task.pk), {"next": "/en/hallinta/?alue="})
    assert answer.url == "/en/hallinta/?alue="
    task.refresh_from_db()
    assert task.done_at is not None
    assert as_kaisa.post(admin_url(Task, "finish", task.pk), {"next": "//example.org"}).url == admin_url(Task)
