"""What forms refuse: other regions' rows, impossible dates, overlaps; and that nothing a person types is ever a 500."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry

from common.partial_dates import PartialDate
from registry import models
from tests import factories
from tests.admin.conftest import admin_url, form_data, sign_in
from tests.admin.test_pages import OF_REGIONS, TABLES, add_row


def errors(response):
    """Return the form's errors as {field: [codes]}."""
    assert response.status_code == 200
    found = response.context["adminform"].form.errors.as_data()
    return {field: [error.code for error in listed] for field, listed in found.items()}


def appointment(at, holder, **changes):
    """Return what a browser sends of a new appointment in the municipality `at`."""
    return {
        "municipality": at.pk,
        "person": holder.pk,
        "kind": "liaison",
        "start": "1.3.2024",
        "source": "Päätös 12 §",
        "is_name_public": "on",
        **changes,
    }


@pytest.fixture
def newcomer(cast, reference):
    """Somebody in Pohjois-Pohjanmaa without a role."""
    return factories.PersonFactory(given_name="Uuno", family_name="Uusi", region=reference.pohjois_pohjanmaa)


def test_a_coordinator_adds_an_appointment_with_history_and_no_log(as_kaisa, cast, reference, newcomer):
    page = admin_url(models.Appointment, "add")
    response = as_kaisa.post(page, appointment(reference.hailuoto, newcomer, start="syksy 2020"))
    assert response.status_code == 302
    added = models.Appointment.objects.get(person=newcomer)
    assert added.start == PartialDate.parse("syksy 2020")
    assert list(added.history.values_list("history_user", flat=True)) == [cast.kaisa.user.pk]
    assert LogEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"start": "31.2.2024"}, {"start": ["invalid"]}),
        ({"start": ""}, {"start": ["required"]}),
        ({"start": "\x00"}, {"start": ["invalid"]}),
        ({"start": "9" * 41}, {"start": ["invalid"]}),
        ({"end": "1.2.2024"}, {"end": ["ends_before_start"]}),
        ({"end": "2150"}, {"end": ["end_needs_day"]}),
        ({"kind": "deputy"}, {"end": ["deputy_without_end"]}),
        ({"kind": "fallback"}, {"fallback_reason": ["fallback_without_reason"]}),
        ({"hours_per_week": "3", "percent": "8"}, {"percent": ["working_time_twice"]}),
        ({"title": "a\x00b"}, {"title": ["null_characters_not_allowed"]}),
        ({"source": "x" * 201}, {"source": ["max_length"]}),
        ({"municipality": "abc"}, {"municipality": ["invalid_choice"]}),
        ({"person": "9" * 30}, {"person": ["invalid_choice"]}),
    ],
)
def test_a_broken_appointment_is_refused_beside_the_right_field(changes, expected, as_kaisa, reference, newcomer):
    page = admin_url(models.Appointment, "add")
    response = as_kaisa.post(page, appointment(reference.hailuoto, newcomer, **changes))
    assert errors(response) == expected
    assert not models.Appointment.objects.filter(person=newcomer).exists()


def test_two_current_appointments_of_one_person_to_one_post_are_refused(as_kaisa, cast, reference):
    before = models.Appointment.objects.count()
    page = admin_url(models.Appointment, "add")
    open_ended = as_kaisa.post(page, appointment(reference.oulu, cast.leena))
    overlapping = as_kaisa.post(page, appointment(reference.oulu, cast.leena, end="1.4.2024"))
    assert errors(open_ended) == {"__all__": ["overlap"]}
    assert errors(overlapping) == {"__all__": ["overlap"]}
    assert models.Appointment.objects.count() == before


def test_rows_of_another_region_cannot_be_chosen_by_forging_the_form(as_kaisa, cast, reference, newcomer):
    page = admin_url(models.Appointment, "add")
    before = models.Appointment.objects.count()
    assert errors(as_kaisa.post(page, appointment(reference.jyvaskyla, newcomer))) == {
        "municipality": ["invalid_choice"]
    }
    assert errors(as_kaisa.post(page, appointment(reference.hailuoto, cast.outi))) == {"person": ["invalid_choice"]}
    person = {"given_name": "A", "family_name": "B", "language": "fi", "region": reference.keski_suomi.pk}
    assert errors(as_kaisa.post(admin_url(models.Person, "add"), person)) == {"region": ["invalid_choice"]}
    foreign = factories.AssociationFactory(municipality=reference.jyvaskyla)
    contact = {"association": foreign.pk, "name": "N", "source": "s", "basis": "given", "obtained_on": "1.1.2024",
               "language": "fi"}  # fmt: skip
    refused = as_kaisa.post(admin_url(models.AssociationContact, "add"), contact)
    assert errors(refused) == {"association": ["invalid_choice"]}
    assert models.Appointment.objects.count() == before
    assert not models.Person.objects.filter(given_name="A").exists()
    assert not models.AssociationContact.objects.exists()


def test_a_long_list_of_choices_becomes_a_search_with_the_same_limits(as_kaisa, cast, reference, monkeypatch):
    monkeypatch.setattr("registry.admin.base.LONG_LIST", 0)
    page = admin_url(models.Appointment, "add")
    assert b"admin-autocomplete" in as_kaisa.get(page).content
    for forged in (cast.outi.pk, "abc", "9" * 30):
        response = as_kaisa.post(page, appointment(reference.hailuoto, cast.leena, person=forged))
        assert errors(response) == {"person": ["invalid_choice"]}
        assert b"Outi" not in response.content
    search = "/en/hallinta/autocomplete/?app_label=registry&model_name=appointment&field_name=person&term="
    assert [each["text"] for each in as_kaisa.get(f"{search}liesi").json()["results"]] == ["Leena Liesi"]
    assert as_kaisa.get(f"{search}ohjaaja").json()["results"] == []
    assert as_kaisa.get(f"{search}%00").status_code == 200
    accounts = "/en/hallinta/autocomplete/?app_label=registry&model_name=person&field_name=user&term=a"
    assert as_kaisa.get(accounts).status_code == 403


def test_a_coordinator_cannot_attach_an_account_to_a_person(as_kaisa, cast, newcomer):
    page = admin_url(models.Person, "change", newcomer.pk)
    data = form_data(as_kaisa.get(page)) | {"user": cast.aino.pk, "phone": "050 000 0022"}
    assert as_kaisa.post(page, data).status_code == 302
    newcomer.refresh_from_db()
    assert (newcomer.user, newcomer.phone) == (None, "050 000 0022")


def test_what_a_row_already_points_to_may_stay(as_outi, cast, reference):
    """Leena's record is kept by Pohjois-Pohjanmaa; Keski-Suomi, where she also has a role, may change her phone."""
    factories.AppointmentFactory(person=cast.leena, municipality=reference.jyvaskyla)
    page = admin_url(models.Person, "change", cast.leena.pk)
    data = form_data(as_outi.get(page)) | {"phone": "050 000 0033"}
    assert as_outi.post(page, data).status_code == 302
    cast.leena.refresh_from_db()
    assert (cast.leena.phone, cast.leena.region) == ("050 000 0033", reference.pohjois_pohjanmaa)


@pytest.mark.parametrize("language", ["", "/sv", "/en"])
def test_a_form_saved_unchanged_changes_nothing(language, as_kaisa, cast, reference):
    page = admin_url(models.Appointment, "change", cast.leena_in_oulu.pk).replace("/en", language)
    before = models.Appointment.objects.filter(pk=cast.leena_in_oulu.pk).values().get()
    assert as_kaisa.post(page, form_data(as_kaisa.get(page))).status_code == 302
    assert models.Appointment.objects.filter(pk=cast.leena_in_oulu.pk).values().get() == before


def test_ending_a_liaison_may_say_what_follows(as_kaisa, cast, reference):
    page = admin_url(models.Appointment, "change", cast.leena_in_oulu.pk)
    data = form_data(as_kaisa.get(page))
    assert errors(as_kaisa.post(page, data | {"then": "none"})) == {"then": ["no_end"]}
    assert as_kaisa.post(page, data | {"end": "31.5.2024", "then": "being_named"}).status_code == 302
    statement = reference.oulu.statements.get()
    assert (statement.kind, statement.start) == ("being_named", PartialDate.day(dt.date(2024, 6, 1)))
    cast.leena_in_oulu.refresh_from_db()
    assert cast.leena_in_oulu.end == PartialDate.day(dt.date(2024, 5, 31))


def test_taking_an_end_back_points_out_the_statement_that_came_with_it(as_kaisa, cast, reference):
    page = admin_url(models.Appointment, "change", cast.leena_in_oulu.pk)
    data = form_data(as_kaisa.get(page)) | {"end": "31.5.2024", "then": "being_named"}
    ended = as_kaisa.post(page, data, follow=True)
    statement = reference.oulu.statements.get()
    address = admin_url(models.SituationStatement, "change", statement.pk)
    assert f'href="{address}"' not in ended.content.decode()
    taken_back = form_data(as_kaisa.get(page)) | {"end": ""}
    assert f'href="{address}"' in as_kaisa.post(page, taken_back, follow=True).content.decode()
    cast.leena_in_oulu.refresh_from_db()
    assert cast.leena_in_oulu.end is None


def test_what_follows_is_checked_before_anything_is_saved(as_kaisa, cast, reference):
    factories.SituationStatementFactory(
        municipality=reference.oulu, kind="none", start=PartialDate.day(dt.date(2024, 6, 1))
    )
    page = admin_url(models.Appointment, "change", cast.leena_in_oulu.pk)
    data = form_data(as_kaisa.get(page)) | {"end": "31.5.2024", "then": "none"}
    response = as_kaisa.post(page, data)
    assert list(errors(response)) == ["then"]
    cast.leena_in_oulu.refresh_from_db()
    assert cast.leena_in_oulu.end is None


def test_a_mailbox_of_another_municipality_is_refused(as_kaisa, cast, reference):
    mailbox = models.SharedMailbox.objects.create(municipality=reference.hailuoto, post="P", email="p@example.org")
    page = admin_url(models.Appointment, "change", cast.leena_in_oulu.pk)
    response = as_kaisa.post(page, form_data(as_kaisa.get(page)) | {"mailbox": mailbox.pk})
    assert errors(response) == {"mailbox": ["elsewhere"]}


def test_an_agent_is_saved_with_steps_tasks_and_trainings(as_kaisa, reference, newcomer):
    task = models.AgentTask.objects.first()
    data = {
        "person": newcomer.pk,
        "municipality": reference.hailuoto.pk,
        "start": "2023",
        "trained": "kevät 2024",
        "active": "9/2024",
        "tasks": [task.pk],
        "trainings-TOTAL_FORMS": "1",
        "trainings-INITIAL_FORMS": "0",
        "trainings-0-name": "Peruskurssi",
        "trainings-0-completed": "kevät 2024",
    }
    broken = as_kaisa.post(admin_url(models.Agent, "add"), data | {"trainings-0-completed": "joskus"})
    assert errors(broken) == {}
    assert not models.Agent.objects.filter(person=newcomer).exists()
    assert as_kaisa.post(admin_url(models.Agent, "add"), data).status_code == 302
    agent = models.Agent.objects.get(person=newcomer)
    assert [str(agent.start), str(agent.trained.precision), str(agent.active)] == ["2023", "spring", "9/2024"]
    assert [training.name for training in agent.trainings.all()] == ["Peruskurssi"]
    assert list(agent.tasks.all()) == [task]


def test_a_pair_works_in_one_municipality(as_kaisa, cast, reference, newcomer):
    agent = factories.AgentFactory(person=newcomer, municipality=reference.hailuoto)
    data = {"appointment": cast.leena_in_oulu.pk, "agent": agent.pk, "start": "2024"}
    assert errors(as_kaisa.post(admin_url(models.Pairing, "add"), data)) == {"agent": ["other_municipality"]}


def test_a_coordinators_area_is_of_the_same_region(as_aino, reference, newcomer):
    area = models.Area.objects.filter(group__region=reference.pohjois_pohjanmaa).first()
    data = {"person": newcomer.pk, "region": reference.keski_suomi.pk, "area": area.pk, "start": "1.1.2024"}
    assert errors(as_aino.post(admin_url(models.Coordinator, "add"), data)) == {"area": ["other_region"]}


def test_memberships_never_overlap(as_aino, reference):
    data = {"municipality": reference.oulu.pk, "region": reference.keski_suomi.pk, "valid_from": "1.1.2020"}
    response = as_aino.post(admin_url(models.RegionMembership, "add"), data | {"valid_to": "1.2.2020"})
    assert errors(response) == {"__all__": ["overlap"]}
    response = as_aino.post(admin_url(models.RegionMembership, "add"), data | {"valid_to": "1.2.2019"})
    assert errors(response) == {"valid_to": ["ends_before_start"]}
    assert reference.oulu.memberships.count() == 1


def test_a_coordinator_places_a_municipality_in_an_area(as_kaisa, cast, reference):
    group = models.AreaGroup.objects.create(key="omat", name_fi="Omat", region=reference.pohjois_pohjanmaa)
    area = models.Area.objects.create(group=group, code="etela", name_fi="Etelä")
    data = {"municipality": reference.oulu.pk, "area": area.pk, "valid_from": "", "valid_to": ""}
    assert as_kaisa.post(admin_url(models.AreaMembership, "add"), data).status_code == 302
    assert errors(as_kaisa.post(admin_url(models.AreaMembership, "add"), data)) != {}
    membership = models.AreaMembership.objects.get(area=area)
    assert membership.history.get().history_user == cast.kaisa.user


@pytest.mark.parametrize(("slug", "code"), [("kysely", "reserved"), ("Ii Å", "invalid"), ("oulu", "unique")])
def test_a_municipality_cannot_take_an_address_of_the_site(slug, code, as_aino, reference):
    data = {"name_fi": "Uusikunta", "code": "998", "slug": slug, "languages": "fi"}
    assert errors(as_aino.post(admin_url(models.Municipality, "add"), data)) == {"slug": [code]}
    assert not models.Municipality.objects.filter(code="998").exists()


def test_the_address_of_a_municipality_is_an_administrators_to_change(as_kaisa, cast, reference):
    page = admin_url(models.Municipality, "change", reference.oulu.pk)
    data = form_data(as_kaisa.get(page)) | {"slug": "toinen", "website": "https://example.org"}
    assert as_kaisa.post(page, data).status_code == 302
    reference.oulu.refresh_from_db()
    assert (reference.oulu.slug, reference.oulu.website) == ("oulu", "https://example.org")


BROKEN_SEARCHES = ["%00", "x" * 10_000, "a%20" * 1_000, "%25%27%22", "%F0%9F%98%80"]


def test_no_search_is_an_error(as_aino, cast):
    for model in TABLES:
        for query in BROKEN_SEARCHES:
            response = as_aino.get(f"{admin_url(model)}?q={query}")
            assert (model, query[:9], response.status_code) in {(model, query[:9], 200), (model, "%00", 302)}


BROKEN_FILTERS = [
    "municipality__id__exact=abc",
    f"municipality__id__exact={'9' * 40}",
    "in_region=abc",
    f"in_region={'9' * 40}",
    "time=abc",
    "kind__exact=%00x",
    "p=999999",
    "o=99",
]


def test_no_broken_filter_is_an_error(as_aino, cast):
    for query in BROKEN_FILTERS:
        response = as_aino.get(f"{admin_url(models.Appointment)}?{query}")
        assert (query, response.status_code) in {(query, 200), (query, 302)}


def test_no_forged_choice_of_rows_is_an_error(as_kaisa, cast):
    for chosen in ("abc", "9" * 40, "\x00"):
        data = {"action": "finish_chosen", "_selected_action": [chosen]}
        assert as_kaisa.post(admin_url(models.Task), data).status_code == 302


def test_no_broken_address_is_an_error(as_kaisa, cast):
    for model in OF_REGIONS:
        for key in ("abc", "9" * 40, "%00", "-1", "0"):
            for action in ("change", "history"):
                page = admin_url(model, action, "KEY").replace("KEY", key)
                assert (page, as_kaisa.get(page).status_code) in {(page, 302), (page, 404)}


def test_nul_and_overlong_text_are_refused_in_every_text_field(as_aino, cast, reference):
    for model in (models.Person, models.Association, models.Premises, models.Task, models.Channel):
        row = add_row(model, reference.oulu, cast.leena, 1)
        page = admin_url(model, "change", row.pk)
        data = form_data(as_aino.get(page))
        for name in data:
            for text in ("\x00", "x" * 5_000):
                response = as_aino.post(page, data | {name: text})
                assert (model, name, response.status_code) in {(model, name, 200), (model, name, 302)}


def test_search_finds_names_with_and_without_diacritics(as_outi, cast, reference):
    page = admin_url(models.Municipality)
    for text in ("äänekoski", "aanekoski", "ÄÄNE"):
        found = as_outi.get(page, {"q": text}).context["cl"].queryset
        assert [row.name_fi for row in found] == ["Äänekoski"]
    factories.AppointmentFactory(
        municipality=models.Municipality.objects.get(name_fi="Äänekoski"),
        person=factories.PersonFactory(given_name="Åke", family_name="Öhman", region=reference.keski_suomi),
    )
    found = as_outi.get(admin_url(models.Appointment), {"q": "ohman aanekoski"}).context["cl"].queryset
    assert [str(row.person) for row in found] == ["Åke Öhman"]


def test_lists_stand_in_finnish_order(as_outi, cast, reference):
    for name in ("Öhman", "Åbo", "Zidan", "Aalto", "Ärling"):
        factories.PersonFactory(family_name=name, region=reference.keski_suomi)
    shown = as_outi.get(admin_url(models.Person)).context["cl"].queryset
    names = [person.family_name for person in shown]
    assert names == ["Aalto", "Ohjaaja", "Zidan", "Åbo", "Ärling", "Öhman"]


def test_somebody_who_coordinates_nothing_here_saves_nothing(cast, reference):
    client = sign_in(cast.leena.user)
    response = client.post(admin_url(models.Appointment, "add"), appointment(reference.oulu, cast.ahti))
    assert response.status_code == 302
    assert "/login/" in response.url
    assert not cast.ahti.appointments.exists()
