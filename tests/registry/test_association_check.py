"""Each spring's question to associations: who is asked, in which language, and what the link does and does not do."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import SecretLink
from jobs.registry import find_job
from mailing.bounces import record_bounce
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.association_letters import preview_letter, save_draft, send_letter
from registry.models import Association, AssociationContact, AssociationLetter, Feedback, Task
from registry.returned import mark_of
from tests import factories
from tests.registry.test_letters_by_the_clock import at

pytestmark = pytest.mark.django_db
JOB = "ask_associations"


@pytest.fixture(autouse=True)
def clock():
    """Tuesday 2 March 2027, ten o'clock in Helsinki."""
    with time_machine.travel(at("2027-03-02 10:00"), tick=False) as clock:
        yield clock


def contact(municipality, word="ompelu", **fields):
    facts = {"source": "yhdistyksen lomake", "basis": "given", "obtained_on": dt.date(2025, 1, 1), "name": "Sihteeri"}
    more = {name: fields.pop(name) for name in ("ended_on", "website") if name in fields}
    association = Association.objects.create(name=f"Seura {word}", municipality=municipality, **more)
    return AssociationContact.objects.create(
        association=association, **facts | {"email": f"{word}@example.org"} | fields
    )


def run():
    done = find_job(JOB).run()
    assert find_job(JOB).run().done == 0
    send_waiting()
    send_waiting()
    return done.line


def address_in(letter):
    return next(
        found for found in re.findall(r"http://testserver(/\S*y/\S+)", letter.body) if found not in stop_of(letter)
    )


def stop_of(letter):
    return letter.extra_headers["List-Unsubscribe"]


def test_each_spring_an_association_is_asked_once_in_its_own_language(cast, reference, clock):
    ompelu = contact(reference.oulu, language="sv", phone="050 000 0044", website="https://ompelu.example.org")
    record_bounce("poissa@example.org", "hard", "mailbox", event_id="1")
    contact(reference.oulu, "poissa")
    contact(reference.oulu, "kieltaja", no_letters_since=dt.date(2026, 1, 1))
    contact(reference.oulu, "tarkistettu", checked_on=dt.date(2026, 12, 1))
    contact(reference.oulu, "uusi", obtained_on=dt.date(2027, 2, 1))
    contact(reference.oulu, "lopettanut", ended_on=dt.date(2026, 12, 31))
    contact(reference.oulu, "puhelin", email="")
    contact(factories.MunicipalityFactory(region=factories.RegionFactory(records_from=None)), "muualla")

    line = run()

    assert sorted(line.split(", ")) == ["bounced 1", "checked 2", "no_address 1", "queued 1", "unsubscribed 1"]
    (letter,) = mail.outbox
    assert letter.to == ["ompelu@example.org"]
    assert letter.subject == "Kontrollera uppgifterna om Seura ompelu senast 1.4.2027: Rinnalla"
    for words in ("Uleåborg", "Sihteeri", "050 000 0044", "https://ompelu.example.org", "/sv/y/", "Leena Liesi"):
        assert words in letter.body
    assert letter.reply_to == [cast.leena.email]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for day in ("2027-03-20 10:00", "2027-05-31 10:00", "2027-06-01 10:00", "2027-12-01 10:00"):
        clock.move_to(at(day))
        run()
    assert len([each for each in mail.outbox if each.to == [ompelu.email]]) == 1
    clock.move_to(at("2028-03-01 10:00"))
    run()
    assert len([each for each in mail.outbox if each.to == [ompelu.email]]) == 2


def test_a_scanner_changes_nothing_and_the_button_confirms_once(cast, reference):
    ompelu = contact(reference.oulu)
    run()
    record_bounce("ompelu@example.org", "hard", "mailbox", event_id="1")
    address = address_in(mail.outbox[0])
    token = address.split("/")[-2]
    for _time in range(2):
        page = Client().get(address)
        assert "ompelu@example.org" in page.content.decode()
        assert "yhdistyksen lomake" in page.content.decode()
    ompelu.refresh_from_db()
    assert (ompelu.checked_on, mark_of(ompelu) is None) == (None, False)
    assert token not in str(list(SecretLink.objects.values())) + str(list(Letter.objects.values()))
    assert Client(enforce_csrf_checks=True).post(address, {"wish": "right"}).status_code == 403

    client = Client()
    for _time in range(2):
        answer = client.post(address, {"wish": "right"}, follow=True)
        assert answer.status_code == 200
        assert "2.3.2027" in answer.content.decode()
        assert "ompelu@" not in answer.content.decode()

    ompelu.refresh_from_db()
    assert (ompelu.checked_on, mark_of(ompelu)) == (dt.date(2027, 3, 2), None)
    assert (Feedback.objects.count(), ompelu.history.count()) == (0, 2)


CHANGED = {"wish": "changed", "website": "", "name": "Uusi Sihteeri", "email": "uusi@example.org", "phone": "",
           "language": "sv", "remark": "Nimi vaihtui."}  # fmt: skip


def test_a_change_is_a_proposal_that_lands_with_the_coordinator(cast, reference):
    ompelu = contact(reference.oulu)
    run()
    address = address_in(mail.outbox[0])

    answer = Client().post(address, CHANGED, follow=True)

    assert "Kiitos" in answer.content.decode()
    ompelu.refresh_from_db()
    assert (ompelu.email, ompelu.name, ompelu.checked_on) == ("ompelu@example.org", "Sihteeri", None)
    feedback = Feedback.objects.get()
    assert (feedback.region, feedback.reply_to) == (reference.pohjois_pohjanmaa, "ompelu@example.org")
    for words in ("Seura ompelu", "Oulu", "ompelu@example.org → uusi@example.org", "fi → sv", "Nimi vaihtui."):
        assert words in feedback.message
    assert feedback.page == f"/hallinta/registry/associationcontact/{ompelu.pk}/change/"
    task = Task.objects.get(kind="feedback")
    assert (task.region, task.url) == (
        reference.pohjois_pohjanmaa,
        f"/hallinta/registry/feedback/{feedback.pk}/change/",
    )
    Client().post(address, CHANGED)  # pressed twice
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "ei-osoite"}, "Kirjoita koko sähköpostiosoite"),
        ({"name": "Sihteeri", "email": "ompelu@example.org", "language": "fi", "remark": ""}, "Mitään ei muutettu"),
    ],
)
def test_a_form_with_an_error_keeps_what_was_typed_and_uses_nothing_up(cast, reference, changes, told):
    contact(reference.oulu)
    run()
    answer = Client().post(address_in(mail.outbox[0]), CHANGED | changes)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert (CHANGED | changes)["name"] in answer.content.decode()
    assert SecretLink.objects.get().is_usable
    assert Feedback.objects.count() == 0


@pytest.mark.parametrize("what", ["ended", "gone", "too old"])
def test_a_link_to_what_is_no_more_shows_nothing(cast, reference, clock, what):
    ompelu = contact(reference.oulu)
    run()
    address = address_in(mail.outbox[0])
    if what == "ended":
        Association.objects.filter(pk=ompelu.association_id).update(ended_on=dt.date(2027, 3, 1))
    elif what == "gone":
        ompelu.delete()
    else:
        clock.shift(dt.timedelta(days=91))
    for answer in (Client().get(address), Client().post(address, {"wish": "right"}), Client().post(address, CHANGED)):
        assert answer.status_code == 410
        assert "ompelu@" not in answer.content.decode()
    assert Feedback.objects.count() == 0


@pytest.mark.parametrize("what", ["checked", "unsubscribed", "address_changed", "association_ended", "bounced"])
def test_what_has_happened_before_the_sending_stops_the_letter(cast, reference, clock, what):
    clock.move_to(at("2027-03-02 07:00"))
    ompelu = contact(reference.oulu)
    rows = AssociationContact.objects.filter(pk=ompelu.pk)
    find_job(JOB).run()
    assert Letter.objects.get().state == "waiting"
    if what == "checked":
        rows.update(checked_on="2027-03-02")
    elif what == "unsubscribed":
        rows.update(no_letters_since="2027-03-02")
    elif what == "address_changed":
        rows.update(email="uusi@example.org")
    elif what == "bounced":
        record_bounce("ompelu@example.org", "hard", "mailbox", event_id="1")
    else:
        Association.objects.update(ended_on="2027-03-01")
    clock.move_to(at("2027-03-02 09:00"))
    send_waiting()
    assert mail.outbox == []
    assert (Letter.objects.get().state, Letter.objects.get().reason) == ("not_wanted", what)


def test_whoever_wants_no_letters_gets_neither_kind(cast, reference):
    ompelu = contact(reference.oulu)
    run()
    Client().post(stop_of(mail.outbox[0]).strip("<>").removeprefix("http://testserver"), {"wish": "stop"})
    ompelu.refresh_from_db()
    assert ompelu.no_letters_since == dt.date(2027, 3, 2)
    draft = AssociationLetter(municipality=reference.oulu, subject="Avustukset", text="Hae nyt.")
    save_draft(draft, [], by=cast.leena.user)
    assert [each.reason for each in preview_letter(draft).left_out] == ["unsubscribed"]


@pytest.mark.parametrize(("language", "words"), [("fi", "Lähettäjä"), ("sv", "Avsändare"), ("en", "Sent by")])
def test_a_municipalitys_letter_has_its_frame_in_the_associations_language(cast, reference, language, words):
    contact(reference.oulu, language=language)
    draft = AssociationLetter(municipality=reference.oulu, subject="Avustukset", text="Hae nyt.")
    send_letter(save_draft(draft, [], by=cast.leena.user), by=cast.leena.user)
    send_waiting()
    (letter,) = mail.outbox
    assert (letter.subject, "Hae nyt." in letter.body, words in letter.body) == ("Avustukset", True, True)
    assert f'<html lang="{language}"' in letter.alternatives[0].content


def test_a_letter_to_associations_keeps_its_history(cast, reference):
    contact(reference.oulu)
    draft = AssociationLetter(municipality=reference.oulu, subject="Avustukset", text="Hae nyt.")
    save_draft(draft, [], by=cast.ahti.user)
    draft.subject = "Avustukset 2027"
    save_draft(draft, [], by=cast.leena.user)
    send_letter(draft, by=cast.leena.user)
    history = [(row.history_type, row.history_user, row.subject) for row in draft.history.order_by("history_id")]
    assert history == [
        ("+", cast.ahti.user, "Avustukset"),
        ("~", cast.leena.user, "Avustukset 2027"),
        ("~", cast.leena.user, "Avustukset 2027"),
    ]


def test_the_job_takes_the_same_queries_for_one_and_for_three(cast, reference):
    counts = []
    for n in (1, 3):
        for number in range(n):
            contact(reference.oulu, f"s{n}{number}")
        Letter.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert find_job(JOB).run().done >= n
        counts.append(len(queries))
    assert counts[0] == counts[1]
