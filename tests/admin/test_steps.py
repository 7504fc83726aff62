"""Steps of the work from the administration: consents, erasing, merging, moving, feedback, tasks; and history."""

import datetime as dt

from django.contrib.admin.models import LogEntry
from django.utils import timezone

from common.partial_dates import PartialDate
from registry import models
from registry.consents import give_consent
from registry.feedback import receive_feedback
from registry.roles import save_role
from tests import factories
from tests.admin.conftest import admin_url, form_data

GIVEN = dt.date(2024, 2, 1)


def step_page(client, model, row):
    return client.get(admin_url(model, "change", row.pk)).content.decode()


# --- Consents -----------------------------------------------------------------------------------------------------


def consent_data(person, **changes):
    return {"person": person.pk, "field": "phone", "means": "paper", "given_on": "1.2.2024", **changes}


def test_a_coordinator_records_and_withdraws_a_consent(as_kaisa, cast):
    page = admin_url(models.Person, "change", cast.ahti.pk)
    assert "no details of the person" in as_kaisa.get(page).content.decode()
    response = as_kaisa.post(admin_url(models.Consent, "add"), consent_data(cast.ahti))
    assert response.url == page
    consent = cast.ahti.consents.get()
    assert (consent.field, consent.given_on, consent.recorded_by) == ("phone", GIVEN, cast.kaisa.user)
    assert "Oulu: 050 000 0011" in as_kaisa.get(page).content.decode()

    withdraw = admin_url(models.Person, "withdraw", cast.ahti.pk, "phone")
    assert withdraw in as_kaisa.get(page).content.decode()
    assert as_kaisa.get(withdraw).status_code == 405
    assert as_kaisa.post(withdraw).url == page
    assert not cast.ahti.consents.in_force().exists()
    assert "no details of the person" in as_kaisa.get(page).content.decode()


def test_a_consent_is_refused_twice_in_the_future_and_for_somebody_elsewhere(as_kaisa, cast):
    give_consent(cast.ahti, "phone", means="paper", given_on=GIVEN, by=None)
    tomorrow = f"{timezone.localdate() + dt.timedelta(days=1):%d.%m.%Y}"
    page = admin_url(models.Consent, "add")
    for data in (
        consent_data(cast.ahti),
        consent_data(cast.ahti, field="name", given_on=tomorrow),
        consent_data(cast.ahti, field="name", given_on="x"),
        consent_data(cast.outi),
    ):
        assert as_kaisa.post(page, data).status_code == 200
    assert models.Consent.objects.count() == 1


def test_a_consent_elsewhere_cannot_be_withdrawn(as_outi, cast):
    give_consent(cast.ahti, "phone", means="paper", given_on=GIVEN, by=None)
    assert as_outi.post(admin_url(models.Person, "withdraw", cast.ahti.pk, "phone")).status_code == 404
    assert as_outi.post(admin_url(models.Person, "withdraw", cast.outi.pk, "nose")).status_code == 404
    assert cast.ahti.consents.in_force().count() == 1


def test_of_a_liaison_the_page_says_what_is_public(as_kaisa, cast):
    models.Appointment.objects.filter(pk=cast.leena_in_oulu.pk).update(is_phone_public=False)
    text = step_page(as_kaisa, models.Person, cast.leena)
    assert "Oulu: Leena Liesi, leena.tyo@example.org</p>" in text


# --- Erasing ------------------------------------------------------------------------------------------------------


def test_an_administrator_erases_a_person_after_reading_what_goes(as_aino, as_kaisa, cast):
    page = admin_url(models.Person, "erase", cast.ahti.pk)
    assert as_kaisa.get(page).status_code == 403
    assert as_kaisa.post(page, {"confirmed": "yes"}).status_code == 403
    assert page not in step_page(as_kaisa, models.Person, cast.ahti)
    assert page in step_page(as_aino, models.Person, cast.ahti)
    assert "Ahti Aapa is removed for good" in as_aino.get(page).content.decode()
    assert as_aino.post(page).status_code == 200
    assert models.Person.objects.filter(pk=cast.ahti.pk).exists()
    assert as_aino.post(page, {"confirmed": "yes"}).url == admin_url(models.Person)
    assert not models.Person.objects.filter(pk=cast.ahti.pk).exists()
    cast.ahti_in_oulu.refresh_from_db()
    assert cast.ahti_in_oulu.person is None
    assert as_aino.get(admin_url(models.Agent, "change", cast.ahti_in_oulu.pk)).status_code == 200


# --- Merging and moving -------------------------------------------------------------------------------------------


def test_an_administrator_merges_a_municipality(as_aino, as_kaisa, cast, reference):
    page = admin_url(models.Municipality, "merge", reference.oulu.pk)
    data = {"successor": reference.hailuoto.pk, "on": "1.1.2027"}
    assert as_kaisa.get(page).status_code == 403
    assert as_kaisa.post(page, data | {"confirmed": "yes"}).status_code == 403
    assert b"Merge into" in as_aino.get(page).content
    confirmation = as_aino.post(page, data).content.decode()
    assert "Oulu becomes part of Hailuoto" in confirmation
    assert "2 liaisons and agents end on the day before" in confirmation
    reference.oulu.refresh_from_db()
    assert reference.oulu.successor is None
    assert as_aino.post(page, data | {"confirmed": "yes"}).status_code == 302
    reference.oulu.refresh_from_db()
    assert (reference.oulu.successor, reference.oulu.merged_on) == (reference.hailuoto, dt.date(2027, 1, 1))
    assert models.Task.objects.filter(kind="merged_role").count() == 2
    assert "/merge/" not in step_page(as_aino, models.Municipality, reference.oulu)
    again = as_aino.post(page, data | {"confirmed": "yes"})
    assert b"has already become part" in again.content


def test_a_merger_that_cannot_be_is_told_beside_the_question(as_aino, reference):
    page = admin_url(models.Municipality, "merge", reference.oulu.pk)
    for data in ({}, {"successor": reference.oulu.pk, "on": "1.1.2027"}, {"successor": "x", "on": "1.1.0001"}):
        assert b"errorlist" in as_aino.post(page, data | {"confirmed": "yes"}).content
    homeless = factories.MunicipalityFactory()
    response = as_aino.post(page, {"successor": homeless.pk, "on": "1.1.2027", "confirmed": "yes"})
    assert b"belongs to no region" in response.content
    reference.oulu.refresh_from_db()
    assert reference.oulu.successor is None


def test_an_administrator_moves_a_municipality_and_the_coordinators_change(as_aino, as_kaisa, as_outi, reference):
    page = admin_url(models.Municipality, "move", reference.vaala.pk)
    row = admin_url(models.Municipality, "change", reference.vaala.pk)
    assert (as_kaisa.get(row).status_code, as_outi.get(row).status_code) == (200, 302)
    today = f"{timezone.localdate():%d.%m.%Y}"
    data = {"region": reference.keski_suomi.pk, "on": today, "note": "Kokeilu"}
    assert "Vaala belongs to" in as_aino.post(page, data).content.decode()
    assert as_aino.post(page, data | {"confirmed": "yes"}).status_code == 302
    assert (as_kaisa.get(row).status_code, as_outi.get(row).status_code) == (302, 200)
    early = as_aino.post(page, data | {"on": "1.1.2010", "confirmed": "yes"})
    assert b"errorlist" in early.content


def test_a_municipality_links_to_its_public_page_once_it_has_one(as_kaisa, cast, reference):
    text = as_kaisa.get(admin_url(models.Municipality)).content.decode()
    assert '<a href="/en/pohjois-pohjanmaa/oulu/">' in text
    models.Region.objects.filter(pk=reference.pohjois_pohjanmaa.pk).update(records_from=None)
    assert "/en/pohjois-pohjanmaa/oulu/" not in as_kaisa.get(admin_url(models.Municipality)).content.decode()


# --- Feedback and tasks -------------------------------------------------------------------------------------------


def received(region, **fields):
    return receive_feedback(models.Feedback(kind="error", region=region, message="Väärä numero", **fields))


def test_feedback_is_answered_with_its_task(as_kaisa, as_outi, cast, reference):
    ours, theirs = received(reference.pohjois_pohjanmaa), received(reference.keski_suomi)
    chosen = {"action": "finish_chosen", "_selected_action": [ours.pk, theirs.pk]}
    assert as_kaisa.post(admin_url(models.Feedback), chosen).status_code == 302
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.answered_at is None, theirs.answered_at is None) == (False, True)
    assert models.Task.objects.get(done_at__isnull=False).done_by == cast.kaisa.user
    finish = admin_url(models.Feedback, "finish", theirs.pk)
    assert as_kaisa.post(finish).status_code == 404
    assert as_outi.get(finish).status_code == 405
    assert as_outi.post(finish).status_code == 302
    theirs.refresh_from_db()
    assert theirs.answered_at is not None


def test_feedback_is_marked_late_and_not_reworded(as_kaisa, reference):
    old = received(reference.pohjois_pohjanmaa, received_at=timezone.now() - dt.timedelta(days=20))
    assert '<strong class="late">late</strong>' in as_kaisa.get(admin_url(models.Feedback)).content.decode()
    page = admin_url(models.Feedback, "change", old.pk)
    as_kaisa.post(page, {"message": "Muuta", "kind": "other"})
    old.refresh_from_db()
    assert (old.message, old.kind) == ("Väärä numero", "error")


def test_feedback_that_came_by_phone_is_received_like_any_other(as_aino, reference):
    data = {"kind": "error", "region": "", "page": "/", "message": "Soitto", "reply_to": "", "language": "fi"}
    assert as_aino.post(admin_url(models.Feedback, "add"), data).status_code == 302
    feedback = models.Feedback.objects.get()
    assert feedback.answer_by == timezone.localdate() + dt.timedelta(days=14)
    assert models.Task.objects.get().due_on == feedback.answer_by


def test_a_coordinator_adds_a_task_and_marks_it_done(as_kaisa, cast, reference):
    data = {"title": "Soita Hailuotoon", "region": "", "municipality": reference.hailuoto.pk, "due_on": "1.2.2026"}
    assert as_kaisa.post(admin_url(models.Task, "add"), data).context["adminform"].form.errors.keys() == {"region"}
    data["region"] = reference.pohjois_pohjanmaa.pk
    assert as_kaisa.post(admin_url(models.Task, "add"), data).status_code == 302
    task = models.Task.objects.get()
    assert (task.created_by, task.kind) == (cast.kaisa.user, "own")
    assert "Soita Hailuotoon" in as_kaisa.get(admin_url(models.Task)).content.decode()
    chosen = {"action": "finish_chosen", "_selected_action": [task.pk]}
    assert as_kaisa.post(admin_url(models.Task), chosen).status_code == 302
    task.refresh_from_db()
    assert task.done_by == cast.kaisa.user
    shown = {state: list(as_kaisa.get(f"{admin_url(models.Task)}?state={state}").context["cl"].queryset)
             for state in ("", "done", "overdue", "all")}  # fmt: skip
    assert shown == {"": [], "done": [task], "overdue": [], "all": [task]}


def test_a_task_of_the_system_leads_to_its_place_and_is_not_reworded(as_kaisa, reference):
    feedback = received(reference.pohjois_pohjanmaa, page="/oulu/")
    task = models.Task.objects.get()
    page = admin_url(models.Task, "change", task.pk)
    assert admin_url(models.Feedback, "change", feedback.pk) in as_kaisa.get(page).content.decode()
    as_kaisa.post(page, {"title": "Muu", "region": reference.keski_suomi.pk, "due_on": "1.1.2027"})
    task.refresh_from_db()
    assert (task.title, task.region) == ("/oulu/", reference.pohjois_pohjanmaa)


# --- History ------------------------------------------------------------------------------------------------------


def test_history_says_that_a_personal_detail_changed_and_nothing_more(as_kaisa, as_outi, cast):
    page = admin_url(models.Person, "change", cast.leena.pk)
    data = form_data(as_kaisa.get(page))
    as_kaisa.post(page, data | {"phone": "050 000 0044", "email": "uusi@example.org", "language": "sv"})
    history = admin_url(models.Person, "history", cast.leena.pk)
    text = as_kaisa.get(history).content.decode()
    rows = text[text.index('<table id="change-history"') :]
    assert "kaisa@example.org" in rows
    assert "<strong>Phone for contacts:</strong>\n                    \n                      changed" in rows
    assert "Finnish → Swedish" in rows
    for secret in ("050 000", "uusi@", "leena.tyo@", "~", "Leena"):
        assert secret not in rows
    newest = cast.leena.history.first()
    for fingerprint in (newest.phone, newest.email):
        assert fingerprint.startswith("~")
        assert fingerprint not in text
    version = f"{history}{newest.pk}/"
    assert [client.get(version).status_code for client in (as_kaisa, as_outi)] == [404, 404]
    assert as_outi.get(history).status_code == 404


def test_history_of_an_associations_contact_holds_no_details(as_kaisa, cast, reference):
    contact = models.AssociationContact.objects.create(
        association=factories.AssociationFactory(municipality=reference.oulu),
        name="Yrjö Yhteys", email="yrjo@example.org", source="s", basis="given", obtained_on=GIVEN,
    )  # fmt: skip
    contact.name = "Yrjänä Yhteys"
    contact.save()
    text = as_kaisa.get(admin_url(models.AssociationContact, "history", contact.pk)).content.decode()
    rows = text[text.index('<table id="change-history"') :]
    assert "changed" in rows
    assert "Yrj" not in rows
    assert "~" not in rows


def test_history_writes_partial_dates_as_people_do(as_kaisa, cast):
    role = cast.leena_in_oulu
    role.end = PartialDate.day(dt.date(2024, 5, 31))
    save_role(role, by=cast.kaisa.user)
    text = as_kaisa.get(admin_url(models.Appointment, "history", role.pk)).content.decode()
    assert "<strong>Until:</strong>" in text
    assert "– → 31 May 2024" in text
    assert "possible day" not in text


def test_history_of_a_name_in_three_languages_tells_each_change_once(as_aino, reference):
    page = admin_url(models.Municipality, "change", reference.oulu.pk)
    data = form_data(as_aino.get(page))
    as_aino.post(page, data)
    as_aino.post(page, data | {"name_sv": "Uleå"})
    text = as_aino.get(admin_url(models.Municipality, "history", reference.oulu.pk)).content.decode()
    assert text.count("→") == 1
    assert "Uleåborg → Uleå\n" in text


def test_nothing_of_all_this_is_in_djangos_log(as_aino, cast, reference):
    page = admin_url(models.Premises, "add")
    data = {"municipality": reference.oulu.pk, "name": "Talo", "price": "free"}
    assert as_aino.post(page, data).status_code == 302
    premises = models.Premises.objects.get()
    change = admin_url(models.Premises, "change", premises.pk)
    assert as_aino.post(change, data | {"name": "Toinen talo"}).status_code == 302
    chosen = {"action": "delete_selected", "_selected_action": [premises.pk], "post": "yes"}
    assert as_aino.post(admin_url(models.Premises), chosen).status_code == 302
    assert not models.Premises.objects.exists()
    assert LogEntry.objects.count() == 0


def test_a_protected_row_is_not_deleted(as_aino, cast, reference):
    response = as_aino.post(admin_url(models.Municipality, "delete", reference.oulu.pk), {"post": "yes"})
    assert models.Municipality.objects.filter(pk=reference.oulu.pk).exists()
    assert response.status_code == 200
