"""The coordinators' page of letters and jobs: own region only, in words, decided by a person, in few queries."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from jobs.models import JobRun
from jobs.registry import all_jobs
from jobs.words import line_in_words
from mailing.bounces import record_bounce
from mailing.models import Letter
from mailing.outbox import queue_letter
from mailing.sending import send_waiting
from registry.models import AssociationContact, Person
from tests import factories
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
TUESDAY = dt.datetime(2026, 11, 3, 10, tzinfo=dt.UTC)
PAGE = "/hallinta/posti/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def letter(cast, reference):
    """Return a function that makes a letter of Pohjois-Pohjanmaa."""

    def make(word="leena", region=reference.pohjois_pohjanmaa, **fields):
        facts = {"kind": "contact_check", "state": "sent", "sent_at": TUESDAY, "claimed_at": TUESDAY}
        facts |= {"scope": f"region:{region.pk}" if region else "", "address": f"{word}@example.org"}
        return Letter.objects.create(key=f"k:{Letter.objects.count()}", **facts | fields)

    return make


def shown(client, group, **query):
    page = client.get(PAGE, {"tila": group, **query}).context["page"]
    return [row.letter.address.split("@")[0] for row in page.object_list]


def test_a_coordinator_sees_the_own_regions_letters_in_their_groups(cast, reference, letter):
    letter("leena")
    letter("odottava", state="waiting", sent_at=None, reason="quiet")
    letter("epaonnistunut", state="failed", reason="refused", problem="SMTPRecipientsRefused 550 5.1.1")
    letter("epavarma", state="doubtful", reason="unknown_end")
    letter("tarpeeton", state="not_wanted", reason="unsubscribed")
    letter("outin", region=reference.keski_suomi)
    letter("jokaisen", region=None)
    kaisa, outi, aino = client_of(cast.kaisa.user), client_of(cast.outi.user), client_of(cast.aino)

    assert sorted(shown(kaisa, "")) == ["epaonnistunut", "epavarma"]  # what a person decides comes first
    assert shown(kaisa, "odottavat") == ["odottava"]
    assert shown(kaisa, "lahteneet") == ["leena"]
    assert shown(kaisa, "ei-lahetetyt") == ["tarpeeton"]
    assert shown(outi, "") == ["outin"]
    assert sorted(shown(aino, "lahteneet")) == ["jokaisen", "leena", "outin"]
    assert shown(kaisa, "lahteneet", osoite="LEEN") == ["leena"]
    assert shown(kaisa, "lahteneet", osoite="outin") == []
    assert kaisa.get(PAGE, {"tila": "muut"}).status_code == 404


def test_why_a_letter_waits_or_failed_stands_in_words(cast, letter):
    reasons = {"quiet": "seuraavaa tuntia", "spacing": "äskettäin", "full_month": "kuukauden", "again": "ei ottanut"}
    for reason in reasons:
        letter(reason, state="waiting", reason=reason, not_before=TUESDAY + dt.timedelta(days=1))
    letter("epaonnistunut", state="failed", reason="refused", problem="SMTPRecipientsRefused 550 5.1.1", attempts=2)
    kaisa = client_of(cast.kaisa.user)
    rows = {row.letter.address: row for row in kaisa.get(PAGE, {"tila": "odottavat"}).context["page"].object_list}
    for reason in reasons:
        row = rows[f"{reason}@example.org"]
        assert row.why not in {"", reason}
        assert row.when == TUESDAY + dt.timedelta(days=1)
    page = kaisa.get(PAGE).content.decode()
    assert "550 5.1.1" in page
    assert "vastaanottajan palvelin" in page.lower() or "postipalvelin" in page


def test_the_recipient_stands_by_name_and_leads_to_the_contact(cast, reference, letter):
    association = factories.AssociationFactory(name="Ompeluseura", municipality=reference.oulu)
    contact = AssociationContact.objects.create(
        association=association, email="o@example.org", source="x", basis="given", obtained_on=TUESDAY.date()
    )
    letter("leena", arguments={"person": cast.leena.pk}, by=cast.kaisa.user)
    letter("ompelu", kind="association_letter", arguments={"contact": contact.pk, "letter": 1})
    letter("vanha", kind="of_an_old_version")
    page = client_of(cast.kaisa.user).get(PAGE)
    rows = {row.letter.address: row for row in page.context["page"].object_list}
    assert rows["leena@example.org"].url == f"/hallinta/registry/person/{cast.leena.pk}/change/"
    assert rows["ompelu@example.org"].name == "Ompeluseura"
    assert rows["vanha@example.org"].kind == "of_an_old_version"
    assert "Leena Liesi" in page.content.decode()
    assert rows["leena@example.org"].asked_by == cast.kaisa


def test_a_person_sends_a_doubtful_letter_once_more_and_that_is_written_down(
    cast, letter, django_capture_on_commit_callbacks
):
    """An invitation whose end nobody knows goes out again, with the same number."""
    with django_capture_on_commit_callbacks(execute=False):
        made = queue_letter(
            "invitation", key="i", address=cast.leena.user.email, language="fi",
            scope=f"region:{cast.leena.region_id}", arguments={"person": cast.leena.pk, "by": None}, by=cast.aino,
        )  # fmt: skip
    Letter.objects.filter(pk=made.pk).update(state="doubtful", reason="worker_died", claimed_at=TUESDAY)
    kaisa = client_of(cast.kaisa.user)
    assert client_of(cast.outi.user).post(f"{PAGE}{made.pk}/", {"decision": "again"}).status_code == 404
    assert kaisa.get(f"{PAGE}{made.pk}/").status_code == 405
    assert kaisa.post(f"{PAGE}{made.pk}/", {"decision": "perhaps"}).status_code == 404
    assert mail.outbox == []

    with django_capture_on_commit_callbacks(execute=True):
        kaisa.post(f"{PAGE}{made.pk}/?tila=paatettavat", {"decision": "again"})

    made.refresh_from_db()
    assert (made.state, made.decision, made.decided_by, made.by) == ("sent", "again", cast.kaisa.user, cast.aino)
    assert str(made.message_id) in mail.outbox[0].extra_headers["Message-ID"]
    page = kaisa.get(PAGE, {"tila": "lahteneet"}).content.decode()
    assert "Kaisa Koordinaattori" in page
    with django_capture_on_commit_callbacks(execute=True):
        kaisa.post(f"{PAGE}{made.pk}/", {"decision": "again"})  # pressed twice
    assert len(mail.outbox) == 1
    token = next(line for line in mail.outbox[0].body.splitlines() if "/y/" in line).split("/y/")[1].strip("/")
    assert token not in kaisa.get(PAGE, {"tila": "lahteneet"}).content.decode()
    assert "Oulu" not in kaisa.get(PAGE, {"tila": "lahteneet"}).context["page"].object_list[0].why


def test_what_is_left_as_it_is_is_no_longer_asked(cast, letter):
    doubtful = letter("epavarma", state="doubtful")
    kaisa = client_of(cast.kaisa.user)
    kaisa.post(f"{PAGE}{doubtful.pk}/", {"decision": "leave"})
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.decision, doubtful.decided_by) == ("doubtful", "left", cast.kaisa.user)
    assert shown(kaisa, "paatettavat") == []
    assert shown(kaisa, "ei-lahetetyt") == ["epavarma"]
    assert Letter.objects.problems_by_scope(TUESDAY - dt.timedelta(days=7)) == {}
    send_waiting()
    assert mail.outbox == []


def fill(letter, cast, reference, n):
    for number in range(n):
        person = factories.PersonFactory(region=reference.pohjois_pohjanmaa)
        letter(f"a{number}", arguments={"person": person.pk}, by=cast.kaisa.user)
        letter(f"b{number}", state="doubtful", decided_by=cast.aino)


@pytest.mark.parametrize("group", ["paatettavat", "lahteneet", "odottavat"])
def test_the_page_takes_the_same_queries_for_1_3_and_308_letters(cast, reference, letter, group):
    kaisa, counts = client_of(cast.kaisa.user), []
    kaisa.get(PAGE)
    for n in (1, 2, 305):
        fill(letter, cast, reference, n)
        with CaptureQueriesContext(connection) as queries:
            page = kaisa.get(PAGE, {"tila": group})
        counts.append(len(queries))
    if group != "odottavat":
        assert len(page.context["page"].object_list) == 50
        assert page.context["page"].paginator.count == 308
        assert len(shown(kaisa, group, sivu=7)) == 8
    assert len(set(counts)) == 1
    assert counts[0] <= 12


# --- Who is asked next -----------------------------------------------------------------------------------------------


def test_who_is_asked_next_names_each_left_out_person_with_the_reason(cast, reference, clock):
    clock.move_to(dt.datetime(2027, 3, 2, 10, tzinfo=dt.UTC))
    Person.objects.update(contact_checked_on="2027-03-01")
    Person.objects.filter(pk__in=[cast.leena.pk, cast.ahti.pk]).update(contact_checked_on="2026-01-01")
    record_bounce(cast.ahti.email, "hard", "mailbox", event_id="1")
    facts = {"source": "x", "basis": "given", "obtained_on": "2025-01-01"}
    for name, more in (
        ("Kuoro", {}),
        ("Seura", {"no_letters_since": "2026-01-01"}),
        ("Uusi", {"checked_on": "2027-02-01"}),
    ):
        association = factories.AssociationFactory(name=name, municipality=reference.oulu)
        AssociationContact.objects.create(association=association, email=f"{name}@example.org", **facts | more)

    page = client_of(cast.kaisa.user).get(f"{PAGE}seuraavaksi/")

    seen = {
        each.kind: ([one.name for one in each.preview.going], dict(each.left_out)) for each in page.context["letters"]
    }
    assert seen == {
        "Yhteystietojen tarkistus": (["Leena Liesi"], {"kirjeet tähän osoitteeseen palautuvat": ["Ahti Aapa"]}),
        "Yhdistyksen tietojen tarkistus": (
            ["Kuoro"], {"on pyytänyt, ettei näitä kirjeitä lähetetä": ["Seura"],
                        "on tarkistanut tietonsa sillä välin": ["Uusi"]},
        ),
    }  # fmt: skip
    for name in ("Leena Liesi", "Ahti Aapa", "Kuoro", "Seura", "Uusi"):
        assert name in page.content.decode()
        assert name not in client_of(cast.outi.user).get(f"{PAGE}seuraavaksi/").content.decode()
    assert Letter.objects.count() == 0


def test_who_is_asked_next_takes_the_same_queries_for_one_and_three(cast, reference, clock):
    clock.move_to(dt.datetime(2027, 3, 2, 10, tzinfo=dt.UTC))
    kaisa, counts = client_of(cast.kaisa.user), []
    facts = {"source": "x", "basis": "given", "obtained_on": "2025-01-01"}
    for n in (1, 3):
        for number in range(n):
            person = factories.PersonFactory(region=reference.pohjois_pohjanmaa, contact_checked_on="2026-01-01")
            factories.AppointmentFactory(municipality=reference.hailuoto, person=person, kind="duties")
            association = factories.AssociationFactory(municipality=reference.oulu)
            AssociationContact.objects.create(association=association, email=f"s{n}{number}@example.org", **facts)
        with CaptureQueriesContext(connection) as queries:
            assert len(kaisa.get(f"{PAGE}seuraavaksi/").context["letters"]) == 2
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Jobs ------------------------------------------------------------------------------------------------------------


def test_each_job_tells_its_last_run_what_it_did_and_left_out_and_the_next_one(cast):
    JobRun.objects.create(name="coordinators_week", slot=TUESDAY - dt.timedelta(days=8), state="done", n_done=9)
    JobRun.objects.create(
        name="coordinators_week", slot=TUESDAY - dt.timedelta(days=1), state="done", n_done=3, n_skipped=2,
        ended_at=TUESDAY, summary="queued 3, nothing_to_tell 2",
    )  # fmt: skip
    JobRun.objects.create(name="send_letters", slot=TUESDAY, state="failed", n_failed=1, summary="RuntimeError")
    page = client_of(cast.kaisa.user).get(f"{PAGE}ajot/")
    rows = page.context["rows"]
    assert len(rows) == len(all_jobs())
    assert rows[0].run.name == "send_letters"  # what failed stands first
    week = next(row for row in rows if row.run and row.run.name == "coordinators_week")
    assert (week.run.n_done, week.run.n_skipped) == (3, 2)
    assert timezone.localtime(week.next_at).isoformat() == "2026-11-09T06:30:00+02:00"
    for words in ("jonoon: 3; ei kerrottavaa: 2", "9.11.2026 klo 6.30", "ei ole vielä ajettu", "RuntimeError"):
        assert words in page.content.decode().replace("Jonoon", "jonoon").replace("Ei ole", "ei ole")


def test_the_page_of_jobs_takes_the_same_queries_for_1_and_3_runs(cast):
    kaisa, counts = client_of(cast.kaisa.user), []
    for n in (1, 3):
        for number in range(n):
            JobRun.objects.create(
                name="send_letters", slot=TUESDAY - dt.timedelta(days=10 * n + number), state="done", ended_at=TUESDAY
            )
        with CaptureQueriesContext(connection) as queries:
            kaisa.get(f"{PAGE}ajot/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_jobs_line_has_words_in_each_language(cast, language):
    for job in all_jobs():
        line = job.run().line
        with translation.override(language):
            assert "_" not in line_in_words(line), (job.name, line)
