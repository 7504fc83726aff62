"""The registry's letters by the clock: whom each goes to, when, what it says, and what stops it meanwhile."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import SecretLink
from common.partial_dates import PartialDate
from jobs import registry as jobs_registry
from jobs.registry import find_job
from jobs.scheduling import claim_due_jobs
from mailing.bounces import record_bounce
from mailing.models import Letter, QuietPeriod
from mailing.sending import send_waiting
from mailing.unsubscribing import unsubscribe
from registry.feedback import receive_feedback
from registry.letters.contact_check import preview_contact_checks
from registry.models import Area, Feedback, GrantPeriod, Person, Premises, SharedMailbox, Task
from registry.pair_tasks import add_pair_task
from registry.roles import end_role
from registry.tasks import complete_task
from tests import factories
from tests.registry.helpers import day

pytestmark = pytest.mark.django_db
HELSINKI = ZoneInfo("Europe/Helsinki")
A_DAY = dt.timedelta(days=1)
CHECKS, VACANCIES, WEEK, MONTH = "ask_to_check_contacts", "tell_vacancies", "coordinators_week", "liaisons_month"


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


@pytest.fixture(autouse=True)
def clock():
    """Monday 2 November 2026, ten o'clock in Helsinki: the first working day of a month."""
    with time_machine.travel(at("2026-11-02 10:00"), tick=False) as clock:
        yield clock


def run(job):
    """Run a job twice and send; return what the first run said. The second must have nothing new to say."""
    done = find_job(job).run()
    again = find_job(job).run()
    assert again.done == 0
    send_waiting()
    send_waiting()
    return done.line


def checked(person, text):
    Person.objects.filter(pk=person.pk).update(contact_checked_on=text)


def sent_to(person):
    return [letter for letter in mail.outbox if letter.to == [person.email]]


@pytest.fixture(autouse=True)
def everybody_checked(cast):
    Person.objects.update(contact_checked_on="2026-10-01")
    Person.objects.filter(pk=cast.leena.pk).update(language="sv")


# --- Contact check ---------------------------------------------------------------------------------------------------


def test_the_half_yearly_question_goes_to_who_has_not_checked_for_six_months(cast, reference):
    checked(cast.leena, "2026-05-02")
    checked(cast.ahti, "2026-05-03")
    checked(cast.kaisa, "2020-01-01")  # a coordinator's details are the coordinators' own affair

    assert run(CHECKS) == "queued 1"

    (letter,) = mail.outbox
    assert (letter.to, letter.reply_to) == (["leena.tyo@example.org"], ["kaisa.tyo@example.org"])
    assert letter.subject == "Kontrollera dina kontaktuppgifter senast 16.11.2026: Rinnalla"
    for words in ("Leena Liesi", "leena.tyo@example.org", "050 000 0011", "Uleåborg"):
        assert words in letter.body
    assert "List-Unsubscribe" in letter.extra_headers


def address_in(letter):
    return re.search(r"http://testserver(/\S*y/\S+)", letter.body)[1]


def test_the_link_shows_the_details_and_one_button_confirms_them_once(cast):
    checked(cast.leena, "2026-01-01")
    run(CHECKS)
    address = address_in(mail.outbox[0])
    for _time in range(2):
        page = Client().get(address)
        assert "leena.tyo@example.org" in page.content.decode()
        assert "/sv/oma/oulu/yhteystiedot/muuta/" in page.content.decode()
    cast.leena.refresh_from_db()
    assert cast.leena.contact_checked_on == dt.date(2026, 1, 1)

    client = Client()
    for _time in range(2):
        answer = client.post(address, follow=True)
        assert answer.status_code == 200
        assert "2.11.2026" in answer.content.decode()
        assert "leena.tyo" not in answer.content.decode()

    cast.leena.refresh_from_db()
    assert cast.leena.contact_checked_on == dt.date(2026, 11, 2)
    assert cast.leena.history.first().history_user == cast.leena.user
    assert SecretLink.objects.get().used_at is not None


def test_the_link_opens_nothing_when_the_role_is_over(cast):
    checked(cast.leena, "2026-01-01")
    run(CHECKS)
    end_role(cast.leena_in_oulu, on=day("2026-11-01"), by=None)
    client = Client()
    for answer in (client.get(address_in(mail.outbox[0])), client.post(address_in(mail.outbox[0]))):
        assert answer.status_code == 410
        assert "leena.tyo" not in answer.content.decode()
    cast.leena.refresh_from_db()
    assert cast.leena.contact_checked_on == dt.date(2026, 1, 1)


def test_nobody_is_asked_again_within_thirty_days(cast, clock):
    checked(cast.leena, "2026-01-01")
    run(CHECKS)
    clock.move_to(at("2026-12-01 10:00"))
    assert run(CHECKS) == "asked_recently 1"
    assert len(mail.outbox) == 1
    clock.move_to(at("2026-12-03 10:00"))
    assert run(CHECKS) == "queued 1"
    assert len(mail.outbox) == 2
    assert SecretLink.objects.usable().count() == 1


@pytest.mark.parametrize("what", ["checked", "role_ended", "address_changed", "bounced", "unsubscribed"])
def test_what_has_happened_before_the_sending_stops_the_letter(cast, clock, what):
    checked(cast.leena, "2026-01-01")
    clock.move_to(at("2026-11-02 06:30"))
    find_job(CHECKS).run()
    assert Letter.objects.get().state == Letter.State.WAITING
    if what == "checked":
        checked(cast.leena, "2026-11-02")
    elif what == "role_ended":
        end_role(cast.leena_in_oulu, on=day("2026-11-01"), by=None)
    elif what == "address_changed":
        Person.objects.filter(pk=cast.leena.pk).update(email="uusi@example.org")
    elif what == "bounced":
        record_bounce("leena.tyo@example.org", "hard", "mailbox", event_id="1")
    else:
        unsubscribe("Leena.tyo@example.org", ["contact_check"])
    clock.move_to(at("2026-11-02 09:00"))
    send_waiting()
    assert mail.outbox == []
    letter = Letter.objects.get()
    assert (letter.state, letter.reason) == (Letter.State.NOT_WANTED, what)
    assert letter.reason_words != what


def test_the_preview_names_who_is_left_out_and_why(cast, reference):
    people = {
        name: factories.PersonFactory(
            given_name=name, region=reference.pohjois_pohjanmaa, contact_checked_on="2026-01-01"
        )
        for name in ("Going", "Shared", "Nowhere", "Gone", "Stopped", "Former", "Newcomer")
    }
    for name, person in people.items():
        end = PartialDate.day(dt.date(2026, 11, 1)) if name == "Former" else None
        factories.AppointmentFactory(person=person, municipality=reference.hailuoto, kind="duties", end=end)
    SharedMailbox.objects.create(municipality=reference.hailuoto, post="x", email=people["Shared"].email.upper())
    Person.objects.filter(pk=people["Nowhere"].pk).update(email="")
    Person.objects.filter(pk=people["Newcomer"].pk).update(contact_checked_on=None)
    record_bounce(people["Gone"].email, "hard", "mailbox", event_id="1")
    unsubscribe(people["Stopped"].email, ["contact_check"])

    preview = preview_contact_checks(reference.pohjois_pohjanmaa)

    assert [each.name.split()[0] for each in preview.going] == ["Going"]
    assert {each.recipient.name.split()[0]: each.reason for each in preview.left_out} == {
        "Shared": "shared_mailbox", "Nowhere": "no_address", "Gone": "bounced", "Stopped": "unsubscribed",
    }  # fmt: skip
    assert preview_contact_checks(reference.keski_suomi) is None
    assert not Letter.objects.exists()
    assert run(CHECKS) == "queued 1, shared_mailbox 1, no_address 1, bounced 1, unsubscribed 1"


# --- Vacancy ---------------------------------------------------------------------------------------------------------


def test_a_vacancy_is_told_to_each_agent_once(cast, reference, clock):
    former = factories.AgentFactory(municipality=reference.oulu, end=day("2026-10-01")).person
    elsewhere = factories.AgentFactory(municipality=reference.hailuoto).person
    end_role(cast.leena_in_oulu, on=day("2026-10-31"), by=None)

    assert run(VACANCIES) == "queued 1"
    clock.shift(30 * A_DAY)
    assert run(VACANCIES) == "queued_before 1"

    (letter,) = mail.outbox
    assert (letter.to, letter.reply_to) == ([cast.ahti.email], ["kaisa.tyo@example.org"])
    assert "2.12.2026" in letter.subject
    for words in ("Oulu", "31.10.2026", "Kaisa Koordinaattori", "http://testserver/pohjois-pohjanmaa/oulu/"):
        assert words in letter.body
    assert (sent_to(former), sent_to(elsewhere)) == ([], [])


def test_a_later_vacancy_is_another(cast, reference, clock):
    end_role(cast.leena_in_oulu, on=day("2026-10-31"), by=None)
    run(VACANCIES)
    second = factories.AppointmentFactory(municipality=reference.oulu, start=day("2026-11-03"))
    clock.shift(10 * A_DAY)
    end_role(second, on=day("2026-11-10"), by=None)
    run(VACANCIES)
    assert len(sent_to(cast.ahti)) == 2


@pytest.mark.parametrize("what", ["filled", "told", "done", "left"])
def test_a_vacancy_is_not_told_when_it_is_filled_or_the_agent_has_left_meanwhile(cast, reference, clock, what):
    clock.move_to(at("2026-11-02 06:30"))
    end_role(cast.leena_in_oulu, on=day("2026-10-31"), by=None)
    find_job(VACANCIES).run()
    assert Letter.objects.filter(kind="vacancy", state="waiting").count() == 1
    if what == "filled":
        factories.AppointmentFactory(municipality=reference.oulu, start=day("2026-11-02"))
    elif what == "told":
        factories.SituationStatementFactory(municipality=reference.oulu, kind="being_named", start=day("2026-11-02"))
    elif what == "done":
        complete_task(Task.objects.get(kind="vacancy"), by=cast.kaisa.user)
    else:
        end_role(cast.ahti_in_oulu, on=day("2026-11-01"), by=None)
    clock.move_to(at("2026-11-02 09:00"))
    send_waiting()
    assert mail.outbox == []
    assert Letter.objects.get().reason == ("role_ended" if what == "left" else "filled")


# --- Coordinator's week ----------------------------------------------------------------------------------------------


def test_a_coordinators_week_tells_own_and_the_areas_tasks_feedback_and_letters(cast, reference):
    north = reference.pohjois_pohjanmaa
    area = Area.objects.get(group__key__startswith="coordinators", memberships__municipality=reference.hailuoto)
    other = factories.CoordinatorFactory(region=north, area=area, person__region=north).person
    fields = {"region": north, "due_on": dt.date(2026, 11, 5)}
    Task.objects.create(title="Oma", assigned_to=cast.kaisa, **fields | {"due_on": dt.date(2026, 10, 20)})
    Task.objects.create(title="Alueen", municipality=reference.hailuoto, **fields)
    Task.objects.create(title="Toisen", assigned_to=cast.leena, **fields)
    Task.objects.create(title="Myöhempi", **fields | {"due_on": dt.date(2026, 12, 24)})
    complete_task(Task.objects.create(title="Tehty", **fields), by=None)
    add_pair_task(reference.oulu, title="Parin", due_on=dt.date(2026, 11, 3), is_proposal=False, by=cast.leena.user)
    receive_feedback(Feedback(kind="error", region=north, message="x"))
    for number, scope in enumerate([f"region:{north.pk}", f"region:{reference.keski_suomi.pk}"]):
        Letter.objects.create(
            key=str(number), kind="vacancy", address=f"x{number}@example.org", scope=scope, state="doubtful",
            claimed_at=at("2026-11-01 10:00"),
        )  # fmt: skip

    assert run(WEEK) == "queued 3"

    (kaisas,), (others,), (outis,) = sent_to(cast.kaisa), sent_to(other), sent_to(cast.outi)
    assert kaisas.subject == "Viikkosi: 3 asiaa, kiireisin 20.10.2026: Rinnalla"
    assert "Myöhässä, määräpäivä oli 20.10.2026: Oma" in kaisas.body
    assert "16.11.2026" in kaisas.body
    assert "Alueen (Hailuoto)" in others.body
    assert ("Oma" in others.body, "palaut" in others.body) == (False, False)
    for letter in (kaisas, others, outis):
        assert "1 maakuntasi kirje" in letter.body
        for word in ("Toisen", "Myöhempi", "Tehty", "Parin"):
            assert word not in letter.body
    assert "Alueen" not in kaisas.body


def test_the_week_is_written_when_there_is_something_and_goes_in_its_week_only(cast, reference, clock):
    assert run(WEEK) == "nothing_to_tell 2"
    Task.objects.create(title="Oma", region=reference.pohjois_pohjanmaa, due_on=dt.date(2026, 11, 5))
    clock.move_to(at("2026-11-09 10:00"))
    QuietPeriod.objects.create(scope="", name="x", first_day="2026-11-09", last_day="2026-11-15")
    assert run(WEEK) == "queued 1, nothing_to_tell 1"
    assert mail.outbox == []
    clock.move_to(at("2026-11-16 10:00"))
    QuietPeriod.objects.all().delete()
    assert run(WEEK) == "queued 1, nothing_to_tell 1"
    assert len(mail.outbox) == 1
    assert list(Letter.objects.order_by("pk").values_list("state", "reason")) == [
        ("not_wanted", "its_time_over"), ("sent", "")
    ]  # fmt: skip


def test_a_coordinator_who_has_left_or_done_everything_gets_no_week(cast, reference, clock):
    mine = Task.objects.create(title="Oma", region=reference.pohjois_pohjanmaa, due_on=dt.date(2026, 11, 5))
    clock.move_to(at("2026-11-02 06:30"))
    find_job(WEEK).run()
    complete_task(mine, by=None)
    clock.move_to(at("2026-11-02 10:00"))
    send_waiting()
    assert mail.outbox == []
    assert Letter.objects.get().reason == "nothing_to_tell"


# --- Liaison's month -------------------------------------------------------------------------------------------------


def grant(municipality, closes_on, name="Yleisavustus", **fields):
    return GrantPeriod.objects.create(
        municipality=municipality, name=name, closes_on=closes_on, checked_on="2026-10-01", **fields
    )


def test_a_liaisons_month_tells_what_is_asked_and_what_comes(cast, reference):
    Person.objects.filter(pk=cast.leena.pk).update(language="fi")
    grant(reference.oulu, "2026-11-20")
    grant(reference.hailuoto, "2026-11-25", "Naapurin")
    grant(reference.jyvaskyla, "2026-11-26", "Muualla")
    grant(reference.hailuoto, "2027-03-31", "Keväällä")
    add_pair_task(reference.oulu, title="Parin", due_on=dt.date(2026, 11, 3), is_proposal=False, by=cast.leena.user)
    add_pair_task(reference.oulu, title="Ehdotus", due_on=dt.date(2026, 11, 3), is_proposal=True, by=cast.ahti.user)
    add_pair_task(reference.hailuoto, title="Muun", due_on=dt.date(2026, 11, 3), is_proposal=False, by=None)

    assert run(MONTH) == "queued 1"

    (letter,) = mail.outbox
    assert (letter.to, letter.reply_to) == (["leena.tyo@example.org"], ["kaisa.tyo@example.org"])
    for words in ("3.11.2026", "Parin (Oulu)", "20.11.2026: Oulu, Yleisavustus", "25.11.2026: Hailuoto, Naapurin"):
        assert words in letter.body
    assert "http://testserver/oma/" in letter.body
    for words in ("Ehdotus", "Muun", "Muualla", "Keväällä", "Liesi, "):
        assert words not in letter.body


def test_the_month_has_no_letter_about_nothing(cast, reference):
    cast.leena_in_oulu.hours_per_week, cast.leena_in_oulu.job_description_url = 3, "https://example.org/toimenkuva"
    cast.leena_in_oulu.save()
    grant(reference.hailuoto, "2026-11-25", "Naapurin")
    assert run(MONTH) == "nothing_to_tell 1"
    Premises.objects.create(municipality=reference.oulu, name="Sali", checked_on="2025-01-01")
    assert run(MONTH) == "queued 1"


@pytest.mark.parametrize(
    ("now", "line"),
    [
        ("2026-11-01 10:00", "month_not_begun 1"),  # the first is a Sunday
        ("2026-11-02 10:00", "queued 1"),
        ("2026-11-20 10:00", "queued 1"),  # nothing ran before
        ("2027-01-01 10:00", "month_not_begun 1"),
        ("2027-01-04 10:00", "queued 1"),
        ("2026-07-15 10:00", "month_not_begun 1"),
    ],
)
def test_the_month_begins_on_its_first_working_day_and_july_has_none(cast, clock, now, line):
    clock.move_to(at(now))
    Person.objects.update(contact_checked_on="2026-06-25")
    Person.objects.filter(pk=cast.leena.pk).update(contact_checked_on="2025-01-01")
    assert find_job(MONTH).run().line == line


# --- The clock of weeks and months -----------------------------------------------------------------------------------


@pytest.fixture
def only_digests(monkeypatch):
    monkeypatch.setattr(jobs_registry, "_jobs", {name: find_job(name) for name in (WEEK, MONTH)})


def due(clock, text):
    clock.move_to(at(text))
    return sorted(run.name for run in claim_due_jobs())


def test_a_digest_whose_day_passed_without_anything_running_comes_once_on_the_next(cast, clock, only_digests):
    checked(cast.leena, "2026-01-01")
    region = cast.kaisa.region
    task = Task.objects.create(title="Oma", region=region, assigned_to=cast.kaisa, due_on=dt.date(2026, 11, 5))
    assert due(clock, "2026-11-04 09:00") == [WEEK, MONTH]  # on Monday, the first working day, nothing ran
    assert {letter.kind for letter in Letter.objects.all()} == {"coordinator_digest", "liaison_digest"}
    Task.objects.create(title="Uusi", region=cast.outi.region, assigned_to=cast.outi, due_on=dt.date(2026, 11, 7))
    assert [due(clock, f"2026-11-{day:02} 09:00") for day in (4, 5, 6, 7, 8)] == [[], [], [], [], []]
    assert Letter.objects.filter(kind="coordinator_digest").count() == 1
    complete_task(task, by=None)
    assert due(clock, "2026-11-09 06:29") == []
    assert due(clock, "2026-11-09 06:30") == [WEEK]
    assert Letter.objects.filter(kind="coordinator_digest").count() == 2
    assert due(clock, "2026-12-01 06:40") == [WEEK, MONTH]  # three weeks without the machine: one letter, not three
    assert due(clock, "2026-12-02 06:40") == []


def test_no_month_is_written_before_its_first_working_day_nor_in_july(cast, clock, only_digests):
    assert due(clock, "2026-12-31 12:00") == [WEEK, MONTH]
    assert MONTH not in due(clock, "2027-01-03 12:00")
    assert MONTH in due(clock, "2027-01-04 06:40")
    assert find_job(MONTH).next_slot(at("2026-06-20 12:00")) == at("2026-08-03 06:40")


@pytest.mark.parametrize("job", [CHECKS, VACANCIES, WEEK, MONTH])
def test_a_job_takes_the_same_queries_for_one_and_for_three(cast, reference, job):
    Person.objects.update(contact_checked_on="2026-01-01")
    end_role(cast.leena_in_oulu, on=day("2026-10-31"), by=None)
    counts, done = [], []
    for n in (1, 2):
        for _ in range(n):
            place = factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa)
            person = factories.PersonFactory(region=reference.pohjois_pohjanmaa, contact_checked_on="2026-01-01")
            factories.AppointmentFactory(municipality=place, person=person)
            agent = factories.PersonFactory(region=reference.pohjois_pohjanmaa, contact_checked_on="2026-10-01")
            factories.AgentFactory(municipality=reference.oulu, person=agent)
            coordinator = factories.PersonFactory(region=reference.pohjois_pohjanmaa)
            factories.CoordinatorFactory(region=reference.pohjois_pohjanmaa, person=coordinator)
            Task.objects.create(
                title="x", region=reference.pohjois_pohjanmaa, assigned_to=coordinator, due_on=dt.date(2026, 11, 3)
            )
            grant(place, "2026-11-20")
        Letter.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            done.append(find_job(job).run().done)
        counts.append(len(queries))
    assert done[1] > done[0] > 0
    assert counts[0] == counts[1]
