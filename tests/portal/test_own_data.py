"""My data: the file holds every row that a search of the whole database finds; erasing leaves what must stay."""

import datetime as dt
import json

import pytest
import time_machine
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import SecretLink, SignInEvent, User
from common.partial_dates import PartialDate
from mailing.models import Letter
from registry import models
from registry.change_sets import Recording
from registry.consents import give_consent
from registry.contact_log import record_contact
from registry.handover import hand_over
from registry.models import ContactEntry, Person
from registry.own_data import erase_own_data, own_data, own_data_file, own_subject
from registry.privacy import erase_person
from tests import factories
from tests.accounts.helpers import ask_for_code, give_code, latest_code
from tests.portal.conftest import client_of
from tests.registry.helpers import where_stored

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)
DATA, FILE, ERASE = "/oma/tiedot/", "/oma/tiedot/lataa/", "/oma/tiedot/poista/"
# As the database may hold them, in any letter case; JSON hides ä behind \u00e4.
FORMS = [
    "Äijä Öhman", "Öhman, Äijä", "Öhman Äijä", 'Äijä", "Öhman', "aija.tyo@example.org", "aija@example.org",
    "050 000 0077", "0500000077", "+358 50 000 0077", "+358500000077", "050-0000077",
]  # fmt: skip


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def aija(cast, reference):
    """Somebody who was liaison and coordinator, is an agent, and is named in every kind of text."""
    oulu, north = reference.oulu, reference.pohjois_pohjanmaa
    account = factories.UserFactory(email="aija@example.org")
    person = factories.PersonFactory(
        given_name="Äijä", family_name="Öhman", email="aija.tyo@example.org", phone="050 000 0077", region=north,
        user=account,
    )  # fmt: skip
    person.save()
    past = PartialDate.day(dt.date(2026, 11, 1))
    liaison = factories.AppointmentFactory(person=person, municipality=oulu)
    hand_over(liaison, on=TODAY, by=account, note="Kysy lisää: Äijä Öhman, +358 50 000 0077")
    models.Appointment.objects.filter(pk=liaison.pk).update(end_first=past.first, end_last=past.last)
    factories.CoordinatorFactory(person=person, region=north, end=past)
    agent = factories.AgentFactory(person=person, municipality=reference.hailuoto)
    models.AgentTraining.objects.create(agent=agent, name="Kurssi", completed=PartialDate.of(2025))
    give_consent(person, "name", means="paper", given_on=TODAY, by=account)
    association = factories.AssociationFactory(municipality=oulu)
    models.AssociationContact.objects.create(
        association=association, name="Ä. Öhman", email="AIJA.tyo@example.org", source="x", basis="given",
        obtained_on=TODAY,
    )  # fmt: skip
    models.Feedback.objects.create(
        kind="other", message="Terveisin Äijä Öhman", reply_to="aija@example.org", answer_by=TODAY, region=north
    )
    models.Feedback.objects.create(kind="other", message="Kiitos ÄIJÄ ÖHMAN avusta", answer_by=TODAY, region=north)
    record_contact(ContactEntry(municipality=oulu, person=person, about="Äijä Öhman lupasi"), by=cast.kaisa.user)
    record_contact(
        ContactEntry(municipality=oulu, about="Soita 0500000077", next_step="Öhman, Äijä soittaa", next_step_on=TODAY),
        by=cast.kaisa.user,
    )  # fmt: skip
    models.Task.objects.create(title="Kysy aija.tyo@example.org", region=north)
    models.Task.objects.create(title="Oma tehtävä", region=north, assigned_to=person, created_by=account)
    models.ActingEntry.objects.create(
        region=north, municipality=oulu, person=person, kind="acted", source="phone", step="x", by=cast.kaisa.user
    )
    models.ActingEntry.objects.create(region=north, municipality=oulu, kind="looked", by=account)
    models.ColleagueQuestion.objects.create(region=north, municipality=oulu, asker=person, text="Kysyn")
    models.ExportLog.objects.create(table="x", file_format="csv", n_rows=1, exported_by=account, region=north)
    models.QualityException.objects.create(
        region=north, check_key="x", subject="x", until=TODAY, reason="Äijä Öhman sanoi", accepted_by=account
    )
    models.GrantPeriod.objects.create(municipality=oulu, name="Lisätietoja: Äijä Öhman", closes_on=TODAY)
    SignInEvent.objects.create(account=account, kind="signed_in")
    now = dt.datetime.now(dt.UTC)
    SecretLink.objects.create(token_hash="h" * 64, purpose="x", scope="x", account=account, expires_at=now)
    Letter.objects.create(key="k", kind="x", address="aija.tyo@example.org", arguments={"person": person.pk})
    LogEntry.objects.create(
        user=cast.aino, object_repr="Äijä Öhman", action_flag=CHANGE, object_id=str(person.pk),
        change_message=json.dumps("Äijä Öhman"),
    )  # fmt: skip
    recording = Recording()
    recording.watch([person])
    person.language = "sv"
    person.save()
    step = recording.save(kind="import", subject="people", by=account)
    run = models.ImportRun.objects.create(target="people", file_name="x.csv", started_by=account, change_set=step)
    models.ImportRow.objects.create(run=run, number=2, cells=["Äijä", "Öhman", "x"])
    return person


def stored_rows():
    """Yield (table, number, text of the whole row) of every row of every table of the database."""
    for model in apps.get_models(include_auto_created=True):
        columns = [field.column for field in model._meta.concrete_fields]
        quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
            for row in cursor.fetchall():
                text = " ".join(str(value) for value in row if value is not None)
                number = row[columns.index(model._meta.pk.column)]
                yield model, number, text.encode().decode("unicode_escape", "ignore") + text


def found_in_database():
    """Return {(table, number)} of the rows in which a form of the name, the addresses or the phone stands."""
    wanted = [form.casefold() for form in FORMS]
    return {
        (model._meta.label_lower, number)
        for model, number, text in stored_rows()
        if any(form in text.casefold() for form in wanted)
    }


NUMBER = "ID"


def test_the_file_holds_every_row_that_a_search_of_the_whole_database_finds(aija):
    found = found_in_database()
    content = json.loads(own_data_file(own_subject(aija.user), own_data(own_subject(aija.user))))
    held = json.dumps(content, ensure_ascii=False)
    by_table = {table["key"]: table for table in content["tables"]}

    assert len(found) >= 14
    for model, number in found:
        if model in by_table and any(row.get(NUMBER) == number for row in by_table[model]["rows"]):
            continue
        named = str(apps.get_model(model)._meta.verbose_name)
        rows = by_table["mentions"]["rows"] if "mentions" in by_table else []
        assert any(row["Taulu"] == named and number in row.values() for row in rows), (model, number)
    assert "h" * 64 not in held


def test_the_file_holds_what_only_points_to_the_person(aija):
    content = json.loads(own_data_file(own_subject(aija.user), own_data(own_subject(aija.user))))
    n_rows = {table["key"]: len(table["rows"]) for table in content["tables"]}
    n_history = {table["key"]: len(table["history"]) for table in content["tables"]}

    wanted = {
        "registry.person": 1, "registry.consent": 1, "registry.appointment": 1, "registry.agent": 1,
        "registry.coordinator": 1, "registry.agenttraining": 1, "registry.task": 1, "registry.contactentry": 1,
        "registry.handover": 1, "registry.actingentry": 1, "registry.colleaguequestion": 1,
        "registry.associationcontact": 1, "registry.feedback": 1, "mailing.letter": 1, "accounts.user": 1,
        "accounts.signinevent": 1, "accounts.secretlink": 1, "registry.exportlog": 1, "registry.importrun": 1,
        "registry.changeset": 1, "registry.changedrow": 1, "registry.qualityexception": 1,
    }  # fmt: skip
    assert {key: n_rows.get(key) for key in wanted} == wanted
    assert n_history["registry.person"] == 3
    made = [row["Taulu"] for table in content["tables"] if table["key"] == "acts" for row in table["rows"]]
    assert made.count(str(models.ActingEntry._meta.verbose_name)) == 1
    assert made.count(str(models.Task._meta.verbose_name)) == 0  # the one made is the person's own


def test_nobody_elses_details_are_in_the_file(cast, aija):
    held = own_data_file(own_subject(aija.user), own_data(own_subject(aija.user)))
    others = ["leena.tyo@", "ahti.tyo@", "Leena", "Kaisa", "kaisa@", "Ahti"]
    assert [text for text in others if text in held] == []


def test_who_complains_of_one_and_whom_one_has_changed_are_not_told(cast, reference, aija):
    models.Feedback.objects.create(
        kind="other", message="Valitan: Äijä Öhman ei vastaa", reply_to="valittaja@example.org", answer_by=TODAY,
        region=reference.pohjois_pohjanmaa,
    )  # fmt: skip
    LogEntry.objects.create(
        user=aija.user, object_repr="Leena Liesi", action_flag=CHANGE, object_id="1", change_message='"Leena Liesi"'
    )
    held = own_data_file(own_subject(aija.user), own_data(own_subject(aija.user)))

    assert "Valitan: Äijä Öhman ei vastaa" in held
    assert [text for text in ("valittaja@example.org", "Liesi") if text in held] == []
    assert '"admin.logentry"' in held


def test_rows_by_phone_and_by_names_in_cells_far_apart_are_held_and_go_but_no_relatives(reference, aija):
    models.AssociationContact.objects.create(
        association=factories.AssociationFactory(municipality=reference.oulu), name="Puheenjohtaja",
        phone="+358 50 0000077", source="x", basis="given", obtained_on=TODAY,
    )  # fmt: skip
    run = models.ImportRun.objects.create(target="people", file_name="x.csv")
    for number, cells in ((7, ["Öhman", "Kaukana", "Äijä"]), (8, ["Pekka", "Öhman", "pekka@example.org"])):
        models.ImportRow.objects.create(run=run, number=number, cells=cells)
    models.Task.objects.create(title="Soita Äijä\u00a0Öhman", region=reference.pohjois_pohjanmaa)
    held = own_data_file(own_subject(aija.user), own_data(own_subject(aija.user)))
    erase_own_data(aija.user)

    assert [text for text in ("Puheenjohtaja", "Kaukana", "Soita") if text not in held] == []
    assert "pekka@example.org" not in held
    assert not models.AssociationContact.objects.exists()
    assert list(models.ImportRow.objects.values_list("number", flat=True)) == [8]
    assert models.Task.objects.filter(title="Soita [poistettu]").exists()


def test_erasing_leaves_what_is_said_to_stay_and_nothing_else(cast, reference, aija):
    assert all(where_stored(text) for text in ["Äijä Öhman", "aija.tyo@example.org", "0500000077"])
    erase_own_data(aija.user)

    assert found_in_database() == set()
    left = ["Äijä", "Öhman", "aija.tyo@example.org", "aija@example.org", "0000077", "000 0077"]
    assert {text: where_stored(text) for text in left} == {text: [] for text in left}
    role = models.Appointment.objects.get(municipality=reference.oulu, source="test", person=None)
    assert role.end_last == dt.date(2026, 11, 1)
    assert models.Agent.objects.get(person=None).end_last == TODAY
    assert models.Handover.objects.get().note == "Kysy lisää: [poistettu], [poistettu]"
    assert set(models.ContactEntry.objects.values_list("about", "next_step")) == {
        ("Soita [poistettu]", "[poistettu] soittaa")
    }
    assert set(models.Feedback.objects.values_list("message", flat=True)) == {"Kiitos [poistettu] avusta"}
    assert models.Task.objects.filter(title="Kysy [poistettu]").exists()
    assert (models.ExportLog.objects.get().exported_by, models.AssociationContact.objects.count()) == (None, 0)
    assert Person.objects.filter(pk=cast.leena.pk).exists()


def test_at_the_end_of_a_period_an_associations_contact_keeps_its_own(aija):
    erase_person(aija)
    assert models.AssociationContact.objects.count() == 1
    assert models.Feedback.objects.filter(reply_to="aija@example.org").count() == 1


def test_a_namesakes_texts_are_neither_shown_nor_touched(reference, aija):
    namesake = factories.PersonFactory(
        given_name="Äijä", family_name="Öhman", email="toinen@example.org", phone="050 000 0077",
        region=reference.pohjois_pohjanmaa,
    )  # fmt: skip
    subject = own_subject(aija.user)
    held = own_data_file(subject, own_data(subject))
    erase_own_data(aija.user)

    assert (subject.has_namesake, "toinen@" in held, "ÄIJÄ ÖHMAN" in held) == (True, False, False)
    namesake.refresh_from_db()
    assert (namesake.name, namesake.phone) == ("Äijä Öhman", "050 000 0077")
    assert models.Feedback.objects.filter(message="Kiitos ÄIJÄ ÖHMAN avusta").exists()


def signed_in_by_code(account, hours_ago=0):
    client = Client()
    account.set_unusable_password()
    account.save()
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours_ago), tick=False):
        ask_for_code(client, account.email)
        give_code(client, latest_code())
    return client


def kinds_of(account):
    return list(account.sign_in_events.values_list("kind", flat=True))


def test_the_file_asks_to_show_that_it_is_you_and_comes_as_an_attachment(aija):
    late = signed_in_by_code(aija.user, hours_ago=1)
    led = late.post(FILE).url
    assert led.startswith("/kirjaudu/varmistus/koodi/")
    assert kinds_of(aija.user).count("data_taken") == 0
    late.post(led, {"send": "1"})
    after_code = late.post(led, {"code": late.session["confirming_code"]["code"]})
    answer = signed_in_by_code(aija.user).post(FILE)
    assert json.loads(after_code.content)["tables"]
    assert kinds_of(aija.user).count("data_taken") == 2
    assert answer.headers["Content-Disposition"] == 'attachment; filename="omat-tiedot-2026-11-22.json"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert json.loads(answer.content)["tables"]


def test_erasing_asks_also_after_a_fresh_sign_in_and_then_goes_by_the_button_alone(aija):
    assert signed_in_by_code(aija.user).post(ERASE).url.startswith("/kirjaudu/varmistus/koodi/")
    client = signed_in_by_code(aija.user)
    assert client.get(ERASE).url.startswith("/kirjaudu/varmistus/koodi/")
    assert Person.objects.filter(pk=aija.pk).exists()
    client.post(f"/kirjaudu/varmistus/koodi/?next={ERASE}", {"send": "1"})
    code = client.session["confirming_code"]["code"]
    assert client.post(f"/kirjaudu/varmistus/koodi/?next={ERASE}", {"code": code}).url == ERASE
    page = client.get(ERASE).content.decode()
    assert Person.objects.filter(pk=aija.pk).exists()
    assert "Poista kaikki, mitä laki ei vaadi säilyttämään" in page

    assert client.post(ERASE).url == "/kirjaudu/ulkona/"
    assert not Person.objects.filter(pk=aija.pk).exists()
    assert not User.objects.filter(email="aija@example.org").exists()
    assert client.get(DATA).status_code == 302


def test_a_liaison_of_today_is_told_why_not_yet_and_nothing_goes(cast):
    client = signed_in_by_code(cast.leena.user)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["reauthenticated"] = True
    session.save()
    page = client.get(ERASE).content.decode()
    client.post(ERASE)

    assert "kunta tarvitsee tietojasi niin kauan kuin sinulla on tehtävä" in page
    assert "Poista kaikki" not in page
    assert Person.objects.filter(pk=cast.leena.pk).exists()


def test_pages_are_each_persons_own(cast, aija, client):
    accounts = {word: getattr(cast, word).user for word in ("leena", "outi", "ahti")}
    pages = {word: client_of(account).get(DATA).content.decode() for word, account in accounts.items()}
    assert [word for word, page in pages.items() if "aija" in page or "Äijä" in page] == []
    assert {word: f"{word}.tyo@example.org" in page for word, page in pages.items()} == dict.fromkeys(pages, True)
    assert client_of(cast.stranger).get(DATA).status_code == 200
    assert client_of(cast.aino).get(DATA).status_code == 200
    assert [client.get(DATA).status_code, client.post(FILE).status_code, client.get(ERASE).status_code] == [302] * 3
    assert client_of(cast.leena.user).post(DATA).status_code == 405
    assert client_of(cast.leena.user).get(FILE).status_code == 405


def test_the_page_makes_the_same_queries_for_one_and_three(aija):
    client = client_of(aija.user)
    client.get(DATA)
    with CaptureQueriesContext(connection) as one:
        client.get(DATA)
    for _time in range(2):
        models.Task.objects.create(title="Äijä Öhman", assigned_to=aija)
        SignInEvent.objects.create(account=aija.user, kind="signed_in")
        factories.AppointmentFactory(person=aija, end=PartialDate.day(dt.date(2025, 1, 1)))
    with CaptureQueriesContext(connection) as three:
        client.get(DATA)
    assert len(one) == len(three)
