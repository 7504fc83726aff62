"""Associations answer by the open link: counted once, nothing kept of who, and told plainly when it cannot be."""

import datetime as dt
import logging

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from surveys.association_answers import association_form, form_mark, take_sheet
from surveys.authoring import close_round
from surveys.models import AssociationTally, PaperBatch
from surveys.open_links import address_of, renew_open_link, token_of
from tests.portal.association_world import TODAY, send

pytestmark = pytest.mark.django_db


def tally():
    found = AssociationTally.objects.first()
    return (found.n_sheets, found.counts) if found else None


def test_an_answer_is_counted_thanked_for_and_a_repeat_told_so(side):
    client, sent = send(side, tilat="yes", avustukset="~do_not_know")

    thanks = client.get(sent.headers["Location"])
    again = client.get(side.address)
    forced = client.post(side.address, {"tilat": "no"})

    assert sent.status_code == 302
    assert "vastauksesi on laskettu mukaan" in thanks.content.decode()
    assert "on jo vastattu" in again.content.decode()
    assert forced.status_code == 409
    assert tally() == (1, {"tilat": {"yes": 1}, "avustukset": {"~do_not_know": 1}})
    assert send(side, tilat="no")[1].status_code == 302
    assert tally() == (2, {"tilat": {"yes": 1, "no": 1}, "avustukset": {"~do_not_know": 1}})


def test_reading_sets_no_cookie_and_the_one_that_is_set_says_nothing_of_the_browser(side):
    client = Client()
    page = client.get(side.address)
    others, _sent = send(side, tilat="no", avustukset="no")
    client, _sent = send(side, client, tilat="yes")

    assert not page.cookies
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    assert {name: cookie.value for name, cookie in client.cookies.items()} == {
        name: cookie.value for name, cookie in others.cookies.items()
    }
    assert {cookie["path"] for cookie in client.cookies.values()} == {
        side.address, f"/sv{side.address}", f"/en{side.address}",
    }  # fmt: skip
    assert {cookie["httponly"] for cookie in client.cookies.values()} == {True}
    assert "on jo vastattu" not in Client().get(side.address).content.decode()
    assert "har redan svarat" in client.get(f"/sv{side.address}").content.decode()


def test_pressing_twice_counts_once_though_the_browser_keeps_no_cookie(side):
    page = Client().get(side.address)

    for client in (Client(), Client()):
        assert send(side, client, page=page, tilat="yes")[1].status_code == 302

    assert tally() == (1, {"tilat": {"yes": 1}})


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, "Vastaa ainakin yhteen kysymykseen"),
        ({"tilat": "maybe"}, "Valitse jokin"),
        ({"tilat": "yes", "lisatieto": "osta"}, "tyhjäksi"),
        ({"tilat": "yes", "mark": "keksitty"}, "Vastauksesi ovat alla"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_told_with_the_answers_kept(side, answers, told):
    _client, sent = send(side, **{"avustukset": "no", **answers} if answers else {})

    assert sent.status_code == 422
    assert told in sent.content.decode()
    assert not answers or 'value="no" checked' in sent.content.decode()
    assert tally() is None


def test_closed_renewed_and_old_links_say_so_and_count_nothing(side, cast):
    page = Client().get(side.address)
    with time_machine.travel(dt.datetime.combine(TODAY + dt.timedelta(days=4), dt.time(12))):
        assert "ei oteta enää vastaan" in Client().get(side.address).content.decode()
        assert send(side, page=page, tilat="yes")[1].status_code == 410
    renew_open_link(side.link, by=cast.leena.user)
    side.link.refresh_from_db()
    gone = send(side, page=page, tilat="yes")[1]

    assert (gone.status_code, "vaihdettu" in gone.content.decode()) == (410, True)
    assert address_of(side.link).endswith(f"/y/{token_of(side.link)}/")
    assert Client().get(f"/y/{token_of(side.link)}/").status_code == 200
    assert tally() is None


def test_a_form_that_arrives_just_after_closing_is_not_counted(side, cast):
    """The page has been let through as open; the round closes before the sums are locked."""
    form = association_form(side.round, {"tilat": "yes"})
    close_round(side.round, by=cast.kaisa.user)

    with pytest.raises(ValidationError) as refused:
        take_sheet(side.link, form, form_mark(side.link))

    assert refused.value.code == "closed"
    assert tally() is None


def test_the_link_is_shown_again_with_an_earlier_secret_key_and_not_without(side, settings):
    address, key = address_of(side.link), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, [key]
    assert address_of(side.link) == address
    settings.SECRET_KEY_FALLBACKS = []
    assert address_of(side.link) is None
    assert Client().get(side.address).status_code == 200


def test_too_many_at_once_are_asked_to_come_later_whoever_they_are(side, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "association_side": "2/h/key"}

    seen = [send(side, tilat="yes")[1].status_code for _each in range(3)]

    assert seen == [302, 302, 429]
    assert tally()[0] == 2
    _client, late = send(side, avustukset="no")
    assert 'value="no" checked' in late.content.decode()
    assert "lähetä hetken päästä uudelleen" in late.content.decode()


def everything_stored():
    """Return every value in every table but of pages that are read, as one text."""
    told = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608 - our own tables
            told += [f"{model._meta.label} {row}" for row in cursor.fetchall()]
        cursor.execute("SELECT * FROM cache")
        told += [f"cache {row}" for row in cursor.fetchall()]
    return told


def test_nothing_of_who_answered_is_stored_or_logged(side, caplog):
    """Two associations answer alike from different computers: what is stored and logged differs in a number alone."""
    caplog.set_level(logging.DEBUG)
    before = set(everything_stored())
    for address, agent in (("192.0.2.77", "Selain-Aaa"), ("198.51.100.8", "Selain-Bbb")):
        client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent, HTTP_REFERER="https://salainen.example.org/")
        send(side, client, tilat="yes")

    new = "\n".join(sorted(set(everything_stored()) - before))
    assert "surveys.AssociationTally" in new
    for secret in ("192.0.2.77", "198.51.100.8", "Selain", "salainen", side.address.split("/")[2]):
        assert secret not in new
        assert secret not in caplog.text.replace(side.address, "/y/…/")
    assert not Session.objects.exists()
    assert {line.split()[0] for line in new.splitlines()} == {"surveys.AssociationTally", "cache"}
    assert {field.name for field in AssociationTally._meta.concrete_fields} == {
        "id", "round", "municipality", "n_sheets", "counts",
    }  # fmt: skip


def test_the_tables_have_no_history_of_single_answers(side):
    send(side, tilat="yes")
    send(side, tilat="no")

    assert not hasattr(AssociationTally, "history")
    assert AssociationTally.objects.count() == 1
    assert not PaperBatch.objects.exists()


def test_closing_by_hand_closes_the_form_too(side, cast):
    page = Client().get(side.address)
    close_round(side.round, by=cast.kaisa.user)

    assert send(side, page=page, tilat="yes")[1].status_code == 410
    assert tally() is None
