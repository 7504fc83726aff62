"""What was agreed at a past event stands on its public page, at once and in every language."""

import datetime as dt

import pytest
import time_machine

from meetings.decisions import add_decision, remove_decision, reopen_decision, settle_decision
from meetings.planning import copy_meeting, publish_meeting
from tests.meetings.factories import at
from tests.public.test_events import EVENTS, evening, host, region, text_of  # noqa: F401

pytestmark = pytest.mark.django_db
PAGE = f"{EVENTS}saarikunnan-ilta/"


@pytest.fixture(autouse=True)
def _two_days_later():
    with time_machine.travel(at("2026-09-26 12.00"), tick=False):
        yield


@pytest.fixture
def meeting(region, host):  # noqa: F811
    return evening(region, host)


@pytest.mark.parametrize(
    ("prefix", "told"),
    [
        ("", ["Sovittiin", "Vapaa-aikasihteeri , viimeistään 31.10.2026", "Auki", "Tehty 26.9.2026: Nyt torstaisin",
              "Luovuttu 26.9.2026: Ei ole varaa"]),
        ("/sv", ["Vi kom överens om", "Vapaa-aikasihteeri , senast 31.10.2026", "Öppet",
                 "Gjort 26.9.2026: Nyt torstaisin", "Släppt 26.9.2026: Ei ole varaa"]),
        ("/en", ["Agreed", "Vapaa-aikasihteeri , by 31 Oct 2026", "Open", "Done 26 Sep 2026: Nyt torstaisin",
                 "Let go 26 Sep 2026: Ei ole varaa"]),
    ],
)  # fmt: skip
def test_the_page_tells_who_by_when_and_how_it_stands(client, meeting, prefix, told):
    assert f">{told[0]}<" not in client.get(prefix + PAGE).content.decode()  # nothing agreed, no heading
    add_decision(
        meeting, text="Julkaistaan vuorot", doer="Vapaa-aikasihteeri", due_on=dt.date(2026, 10, 31), by=None
    )  # fmt: skip
    turns, trip = (add_decision(meeting, text=text, by=None) for text in ("Siirretään vuorot", "Tehdään retki"))
    settle_decision(turns, "done", note="Nyt torstaisin", by=None)
    settle_decision(trip, "dropped", note="Ei ole varaa", by=None)
    answer = client.get(prefix + PAGE)
    section = text_of(answer).partition(told[0])[2]
    words = [told[1], told[2], told[3], told[4]]
    assert [each in section for each in words] == [True] * 4, section
    assert answer.content.decode().count('<p lang="fi"><strong>') == (0 if prefix == "" else 3)


def test_a_change_is_seen_on_the_next_request(client, meeting):
    assert "iltavuoroa" not in client.get(PAGE).content.decode()
    decision = add_decision(meeting, text="Kokeillaan <b>iltavuoroa</b>", by=None)
    assert "Kokeillaan &lt;b&gt;iltavuoroa" in client.get(PAGE).content.decode()
    settle_decision(decision, "done", by=None)
    assert "Tehty 26.9.2026" in text_of(client.get(PAGE))
    reopen_decision(decision, by=None)
    assert "Tehty 26.9.2026" not in text_of(client.get(PAGE))
    remove_decision(decision, by=None)
    assert "iltavuoroa" not in client.get(PAGE).content.decode()


def test_the_next_meetings_page_and_a_closed_one_tell_nothing_of_it(client, meeting, region, host):  # noqa: F811
    add_decision(meeting, text="Kokeillaan iltavuoroa", by=None)
    copy = publish_meeting(copy_meeting(meeting, starts_at=at("2027-09-24 17.30"), by=None), by=None)
    assert copy.carried_decisions.count() == 1
    assert "iltavuoroa" not in client.get(f"{EVENTS}{copy.slug}/").content.decode()
    closed = evening(region, host, slug="suljettu", is_public=False, kind=meeting.kind, venue=meeting.venue)
    add_decision(closed, text="Salaisuus", by=None)
    assert client.get(f"{EVENTS}suljettu/").status_code == 404
