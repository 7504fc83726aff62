"""A liaison's letter to associations: shown before it goes, sent once, declined for good."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailing.bounces import record_bounce
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.models import Association, AssociationContact, AssociationField, AssociationLetter
from registry.privacy import enforce_retention
from tests.mailing.test_rules import TUESDAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


def contact_of(municipality, name, email, *, field=None, **more):
    association, _new = Association.objects.get_or_create(name=name, municipality=municipality, field=field)
    facts = {"source": "kotisivu", "basis": "given", "obtained_on": dt.date(2026, 1, 1)}
    return AssociationContact.objects.create(association=association, name="Sihteeri", email=email, **facts, **more)


@pytest.fixture
def contacts(reference):
    sport, culture = AssociationField.objects.all()[:2]
    oulu = reference.oulu
    record_bounce("gone@example.org", "hard", "mailbox", event_id="1")
    contact_of(oulu, "Ketterä", "k@example.org", field=sport)
    contact_of(oulu, "Toinen", "K@example.org", field=sport)
    contact_of(oulu, "Palaava", "gone@example.org", field=sport)
    contact_of(oulu, "Kieltäjä", "no@example.org", field=sport, no_letters_since=dt.date(2026, 1, 1))
    contact_of(oulu, "Osoitteeton", "", field=sport)
    contact_of(oulu, "Kuoro", "kuoro@example.org", field=culture)
    contact_of(reference.hailuoto, "Naapuri", "naapuri@example.org", field=sport)
    return sport


def write(client, field):
    posted = {"fields": [field.pk], "subject": "Avustukset", "text": "Hei!\n\nHae {nyt}."}
    return client.post("/oma/oulu/kirje/uusi/", posted)


def test_a_letter_is_previewed_sent_once_and_declined(portal, cast, contacts, django_capture_on_commit_callbacks):
    liaison = portal.clients["liaison"]
    address = write(liaison, contacts).headers["Location"]
    page = liaison.get(address)
    preview = page.context["preview"]

    assert [each.name for each in preview.going] == ["Ketterä"]
    assert {each.recipient.name: each.reason for each in preview.left_out} == {
        "Toinen": "duplicate_address", "Palaava": "bounced", "Kieltäjä": "unsubscribed", "Osoitteeton": "no_address",
    }  # fmt: skip
    assert "Kuoro" not in page.text
    assert "Naapuri" not in page.text
    assert Letter.objects.count() == 0

    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        liaison.post(f"{address}laheta/")
        liaison.post(f"{address}laheta/")
    send_waiting()

    [sent] = mail.outbox
    assert sent.to == ["k@example.org"]
    assert sent.subject == "Avustukset"
    assert sent.reply_to == [cast.leena.email]
    assert "Hae {nyt}." in sent.body
    assert "Leena Liesi, Oulu" in sent.body
    letter = AssociationLetter.objects.get(subject="Avustukset", n_going=1)
    assert (letter.n_left_out, Letter.objects.count()) == (4, 1)
    assert liaison.get(f"{address}muuta/").status_code == 404

    stop = sent.extra_headers["List-Unsubscribe"].strip("<>").split("/y/")[1]
    portal.clients["anonymous"].get(f"/y/{stop}")
    assert AssociationContact.objects.filter(email__iexact="k@example.org", no_letters_since=None).count() == 2
    portal.clients["anonymous"].post(f"/y/{stop}")
    assert AssociationContact.objects.filter(email__iexact="k@example.org", no_letters_since=None).count() == 0


def test_an_agent_drafts_and_does_not_send(portal, contacts):
    agent = portal.clients["agent"]
    address = write(agent, contacts).headers["Location"]
    assert "laheta" not in agent.get(address).text
    assert agent.post(f"{address}laheta/").status_code == 403
    assert Letter.objects.count() == 0


def test_what_was_typed_stays_when_something_is_missing(portal, contacts):
    answer = portal.clients["liaison"].post("/oma/oulu/kirje/uusi/", {"fields": [contacts.pk], "text": "Pitkä kirje"})
    assert answer.status_code == 422
    assert "Pitkä kirje" in answer.text
    assert "checked" in answer.text


def test_the_text_is_erased_after_two_years(portal):
    enforce_retention(today=TUESDAY.date() + dt.timedelta(days=700))
    assert AssociationLetter.objects.count() == 1
    enforce_retention(today=TUESDAY.date() + dt.timedelta(days=760))
    assert AssociationLetter.objects.count() == 0


def test_the_preview_takes_the_same_queries_for_one_and_for_three(portal, reference):
    address, counts = f"/oma/oulu/kirje/{portal.letter.pk}/", []
    portal.clients["liaison"].get(address)
    for n in range(3):
        contact_of(reference.oulu, f"Seura {n}", f"{n}@example.org")
        with CaptureQueriesContext(connection) as queries:
            page = portal.clients["liaison"].get(address)
        assert f"Seura {n}" in page.text
        counts.append(len(queries))
    assert counts[0] == counts[2]
