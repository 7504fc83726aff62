"""The one gate: every address of the portal for every role, by GET and by POST, and an end on the next request."""

import datetime as dt
import re
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from common.partial_dates import PartialDate
from registry.models import (
    ActingEntry,
)  # fmt: skip
from registry.roles import end_role
from tests.conftest import as_built, find_reference, make_cast
from tests.portal.conftest import client_of, make_portal

STRANGERS = ("stranger", "elsewhere", "former", "past_deputy", "other_coordinator", "administrator")
ROLES = ("anonymous", *STRANGERS, "liaison", "deputy", "agent", "fallback", "coordinator", "looking")

# Each address: what it is given besides the municipality, and what answers a GET and an empty POST to the liaison,
# the deputy, the agent, the fallback respondent and the coordinator who looks.
PAGES = {
    "portal_overview": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_history": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_contacts": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_contacts_confirm": ((), (405, 405, 405, 405, 405), (302, 302, 302, 302, 404)),
    "portal_contacts_edit": ((), (200, 200, 200, 200, 404), (422, 422, 422, 422, 404)),
    "portal_appointment": (("appointment",), (200, 404, 404, 404, 404), (302, 404, 404, 404, 404)),
    "portal_consent": ((), (405, 405, 405, 405, 405), (404, 404, 302, 404, 404)),
    "portal_topics": (("appointment",), (200, 404, 403, 403, 404), (302, 404, 403, 403, 404)),
    "portal_handover": (("appointment",), (200, 404, 403, 403, 404), (422, 404, 403, 403, 404)),
    "portal_pack": (("handover",), (200, 200, 404, 404, 200), (405, 405, 405, 405, 405)),
    "portal_pack_confirm": (("handover",), (405, 405, 405, 405, 405), (403, 403, 404, 404, 302)),
    "portal_directory": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_ask": (("?kenelle", "elsewhere"), (200, 200, 403, 403, 403), (422, 422, 403, 403, 403)),
    "portal_offers": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_offer_new": (("avustus",), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_offer": (("avustus", "grant"), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_offer_checked": (("avustus", "grant"), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_offer_end": (("avustus", "grant"), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_letters": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_letter_new": ((), (200, 200, 200, 403, 200), (422, 422, 422, 403, 422)),
    "portal_letter": (("letter",), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_letter_edit": (("letter",), (200, 200, 200, 403, 200), (422, 422, 422, 403, 422)),
    "portal_letter_send": (("letter",), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_survey_copy": (("past_year",), (200, 200, 404, 200, 200), (405, 405, 405, 405, 405)),
    "portal_survey_file": (("past_year", "file"), (200, 200, 404, 200, 200), (405, 405, 405, 405, 405)),
    "portal_survey_fact": (("past_year", "premises_cost"), (405, 405, 405, 405, 405), (302, 302, 403, 302, 302)),
    "portal_survey_results": (("past_year",), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_survey_agree": (("past_year",), (405, 405, 405, 405, 405), (302, 302, 403, 302, 302)),
    "portal_survey_comment": (("past_year",), (200, 200, 403, 200, 200), (422, 422, 403, 422, 422)),
    "portal_survey_comment_withdraw": (
        ("past_year", "comment"),
        (405, 405, 405, 405, 405),
        (302, 302, 403, 302, 302),
    ),
    "portal_surveys": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_survey": (("year",), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_survey_begin": (("year",), (405, 405, 405, 405, 405), (302, 302, 403, 302, 302)),
    "portal_survey_review": (("year",), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_survey_submit": (("year",), (405, 405, 405, 405, 405), (422, 422, 403, 422, 422)),
    "portal_survey_receipt": (("year",), (302, 302, 302, 302, 302), (405, 405, 405, 405, 405)),
    "portal_survey_theme": (("year", "tilat"), (200, 200, 200, 200, 200), (302, 302, 403, 302, 422)),
    "portal_survey_ask": (("year", "tilat"), (200, 200, 403, 200, 200), (422, 422, 403, 422, 422)),
    "portal_survey_withdraw": (("year", "delegation"), (405, 405, 405, 405, 405), (302, 302, 403, 302, 302)),
    "portal_associations": (("year",), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_associations_link": (("year",), (405, 405, 405, 405, 405), (302, 302, 302, 403, 302)),
    "portal_associations_code": (("year", "svg"), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_associations_print": (("year", "juliste"), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_associations_papers": (("year",), (200, 200, 200, 403, 200), (422, 422, 422, 403, 422)),
    "portal_associations_paper": (("year", "batch"), (200, 200, 200, 403, 200), (422, 422, 422, 403, 422)),
    "portal_associations_withdraw": (("year", "batch"), (200, 200, 200, 403, 200), (422, 422, 422, 403, 422)),
    "portal_survey_confirm": (("year",), (405, 405, 405, 405, 405), (302, 302, 403, 302, 403)),
    "portal_interview": (("year",), (404, 404, 404, 404, 302), (404, 404, 404, 404, 302)),
    "portal_interview_begin": (("year",), (404, 404, 404, 404, 200), (404, 404, 404, 404, 422)),
    "portal_interview_finish": (("year",), (404, 404, 404, 404, 302), (404, 404, 404, 404, 302)),
    "portal_interview_ask": (("year",), (405, 405, 405, 405, 405), (404, 404, 404, 404, 302)),
    "portal_interview_call": (("year",), (404, 404, 404, 404, 200), (404, 404, 404, 404, 422)),
    "portal_evenings": ((), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_evening_new": ((), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_evening": (("evening",), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_evening_print": (("evening", "juliste"), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_evening_edit": (("evening",), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_evening_time": (("evening",), (302, 302, 403, 403, 302), (302, 302, 403, 403, 302)),
    "portal_evening_agenda": (("evening",), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_evening_publish": (("evening",), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_evening_move": (("evening",), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_evening_memo": (("evening",), (200, 200, 403, 403, 200), (302, 302, 403, 403, 422)),
    "portal_evening_agreed": (("evening",), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    # Of nothing that was agreed there; of something: tests/portal/test_evening_agreed.py.
    "portal_evening_decision": (("evening", "guest"), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_evening_cancel": (("evening",), (200, 200, 403, 403, 200), (302, 302, 403, 403, 422)),
    "portal_evening_delete": (("evening",), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_evening_guests": (("evening",), (200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "portal_evening_invite": (("evening",), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_evening_guest": (("evening", "guest"), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_evening_guest_new": (("evening",), (200, 200, 403, 403, 200), (422, 422, 403, 403, 422)),
    "portal_evening_guest_remove": (("evening", "guest"), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    # The day of this one is known: tests/portal/test_evening_days.py.
    "portal_evening_days": (("evening",), (404, 404, 403, 403, 404), (404, 404, 403, 403, 404)),
    "portal_evening_ask": (("evening",), (404, 404, 403, 403, 404), (404, 404, 403, 403, 404)),
    "portal_evening_choose": (("evening", "guest"), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_evening_propose": (("evening",), (200, 200, 200, 403, 200), (422, 422, 422, 403, 422)),
    "portal_evening_proposal": (("evening",), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_evening_helper": (("evening",), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_evening_close": (("evening",), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
    "portal_tasks": ((), (200, 200, 200, 200, 200), (422, 422, 422, 403, 422)),
    "portal_task_tick": (("task",), (405, 405, 405, 405, 405), (302, 302, 302, 403, 302)),
    "portal_task_again": (("task",), (405, 405, 405, 405, 405), (302, 302, 302, 403, 302)),
    "portal_task_agree": (("task",), (405, 405, 405, 405, 405), (302, 302, 403, 403, 302)),
}
# These decide by themselves: who one is, a coordinator's first look; of a coordinator's role (test_handover.py);
# one's own data (test_own_data.py) and calendar (test_own_calendar.py); a coordinator's calls (test_interviews.py).
APART = {"portal_start", "portal_look", "portal_interviews"}
APART |= {"portal_posts", "portal_post", "portal_post_pack", "portal_post_confirm"}
APART |= {"portal_data", "portal_data_file", "portal_data_erase", "portal_calendar"}


@pytest.fixture(scope="module")
def built(kept):
    """The world of all these tests, built once."""
    return kept(_build)


def _build():
    reference = find_reference()
    cast = make_cast(reference)
    portal = make_portal(cast, reference)
    return SimpleNamespace(reference=reference, cast=cast, portal=portal, clients=portal.__dict__.pop("clients"))


@pytest.fixture
def world(built, db):
    return as_built(built)


@pytest.fixture
def reference(world):
    return world.reference


@pytest.fixture
def cast(world):
    return world.cast


@pytest.fixture
def portal(world):
    """A client for each role towards Oulu, and a row of everything that Oulu's addresses name."""
    return SimpleNamespace(clients=world.clients, **vars(world.portal))


# A coordinator's own work: nobody's place is taken, so there is no first look.
OWN_WORK = {name for name in PAGES if name.startswith("portal_interview")}


def patterns(resolver):
    """Yield (whole path, name, view) of every address below `resolver`."""
    for each in resolver.url_patterns:
        if hasattr(each, "url_patterns"):
            yield from ((f"{each.pattern}{path}", name, view) for path, name, view in patterns(each))
        else:
            yield str(each.pattern), each.name, each.callback


def views():
    """Return the portal's views by the names of their addresses."""
    return {name: view for path, name, view in patterns(get_resolver()) if path.startswith("oma/")}


def address_of(name, portal):
    words = PAGES[name][0]
    if words[:1] == ("?kenelle",):
        return f"{reverse(name, args=['oulu'])}?kenelle={getattr(portal, words[1]).pk}"
    more = [getattr(portal, word) if hasattr(portal, word) else word for word in words]
    more = [getattr(each, "pk", each) for each in more]
    return reverse(name, args=["oulu", *more])


# What looking at a page or being refused may write: sessions, and when an account was last seen.
OF_EVERY_REQUEST = {"django_session", "usersessions_usersession"}


@contextmanager
def nothing_is_written(role=""):
    """Fail when a statement within writes into any other table."""
    with CaptureQueriesContext(connection) as captured:
        yield
    written = {found[1] for query in captured if (found := WRITES.match(query["sql"]))} - OF_EVERY_REQUEST
    assert written == set(), role


WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"', re.IGNORECASE)


def test_what_writes_is_seen(portal):
    with pytest.raises(AssertionError, match="registry_task"), nothing_is_written():
        portal.task.save()
    with pytest.raises(AssertionError, match="registry_task"), nothing_is_written():
        type(portal.task).objects.update(due_on=None)


def is_guarded(view):
    while view is not None:
        if getattr(view, "is_guarded", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_every_address_has_its_row_and_every_view_of_a_municipality_its_guard():
    assert set(views()) == set(PAGES) | APART
    assert {name for name, view in views().items() if not is_guarded(view)} == APART


@pytest.mark.parametrize("name", PAGES)
def test_pages_answer_by_role(portal, name):
    """A form's page is for those who may write; whoever looks first says that they do."""
    address = address_of(name, portal)
    _args, of_get, _of_post = PAGES[name]
    only_posted = set(of_get) == {405}
    stranger, first_look = (405, 405) if only_posted else (404, 302)

    seen = {role: client.get(address).status_code for role, client in portal.clients.items()}

    first_look = of_get[-1] if name in OWN_WORK else first_look
    assert seen == {"anonymous": 302} | dict.fromkeys(STRANGERS, stranger) | {"coordinator": first_look} | dict(
        zip(("liaison", "deputy", "agent", "fallback", "looking"), of_get, strict=True)
    )


@pytest.mark.parametrize("name", PAGES)
def test_posts_answer_by_role_and_refused_ones_change_nothing(portal, name):
    address = address_of(name, portal)
    _args, _of_get, of_post = PAGES[name]
    is_read = set(of_post) == {405}

    with nothing_is_written():
        seen = {
            role: portal.clients[role].post(address).status_code for role in ("anonymous", *STRANGERS, "coordinator")
        }

    first_look = of_post[-1] if name in OWN_WORK else 405 if is_read else 302
    assert seen == {"anonymous": 302, "coordinator": first_look} | dict.fromkeys(STRANGERS, 405 if is_read else 404)
    expected = dict(zip(("liaison", "deputy", "agent", "fallback", "looking"), of_post, strict=True))
    for role, status in expected.items():
        with nothing_is_written(role) if status in {403, 404, 422} else nullcontext():
            assert portal.clients[role].post(address).status_code == status, role


def test_the_first_look_of_a_coordinator_is_asked_and_logged_once(portal, cast, reference):
    """GET asks, the button begins; strangers do not learn that there is anything to look at."""
    client = portal.clients["coordinator"]
    logged = ActingEntry.objects.count()

    assert client.get("/oma/oulu/tarjonta/").headers["Location"] == "/oma/oulu/katso/"
    assert client.get("/oma/oulu/katso/").status_code == 200
    assert ActingEntry.objects.count() == logged
    assert client.post("/oma/oulu/katso/").headers["Location"] == "/oma/oulu/"
    assert client.get("/oma/oulu/tarjonta/").status_code == 200
    assert client.get("/oma/hailuoto/").headers["Location"] == "/oma/hailuoto/katso/"

    entry = ActingEntry.objects.first()
    assert ActingEntry.objects.count() == logged + 1
    assert (entry.kind, entry.municipality, entry.by, entry.source) == ("looked", reference.oulu, cast.kaisa.user, "")
    for role in (*STRANGERS, "liaison", "agent"):
        for method in ("get", "post"):
            assert getattr(portal.clients[role], method)("/oma/oulu/katso/").status_code == 404, role


def test_the_front_page_is_for_anyone_signed_in_and_leads_to_the_one_municipality(portal):
    seen = {role: client.get("/oma/").headers.get("Location") for role, client in portal.clients.items()}

    outside = (*STRANGERS, "coordinator", "looking")
    assert seen == dict.fromkeys(outside) | {"elsewhere": "/oma/hailuoto/", "anonymous": "/kirjaudu/?next=/oma/"} | (
        dict.fromkeys(("liaison", "deputy", "agent", "fallback"), "/oma/oulu/")
    )


def test_access_ends_on_the_next_request_when_the_role_ends(cast):
    """The open session stays, the municipality is gone from it: also for looking, and for a role changed to agent."""
    yesterday = PartialDate.day(dt.date.today() - dt.timedelta(days=1))
    leena, kaisa = client_of(cast.leena.user), client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    assert [client.get("/oma/oulu/").status_code for client in (leena, kaisa)] == [200, 200]

    end_role(cast.leena_in_oulu, on=yesterday, by=None)
    end_role(cast.kaisa.coordinations.get(), on=yesterday, by=None)

    assert [client.get("/oma/oulu/").status_code for client in (leena, kaisa)] == [404, 404]
    assert leena.post("/oma/oulu/tehtavat/", {"title": "Soita"}).status_code == 404
    assert "Oulu" not in leena.get("/oma/").content.decode()


def test_a_municipality_that_does_not_exist_is_not_found(portal):
    assert {
        client.get("/oma/ei-ole/").status_code for role, client in portal.clients.items() if role != "anonymous"
    } == {404}
