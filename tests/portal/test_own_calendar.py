"""A person's own calendar: what it holds, and that its address dies with the right to it."""

import datetime as dt
import logging

import icalendar
import pytest
import time_machine
import vobject
from django.conf import settings
from django.core.cache import cache

from accounts.models import SecretLink, User
from common.partial_dates import PartialDate
from config.log_lines import LineWithoutKeys
from meetings.models import MeetingKind
from meetings.planning import cancel_meeting
from meetings.private_calendar import calendar_address, calendar_link, renew_calendar_link
from registry.models import Area, AreaGroup, AreaMembership, Coordinator
from registry.own_data import own_data, own_subject
from registry.privacy import erase_person
from registry.roles import end_role
from tests import factories
from tests.meetings.factories import MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
PAGE = "/oma/kalenteri/"


@pytest.fixture(autouse=True)
def _september():
    cache.clear()  # of what has been counted
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


@pytest.fixture
def kinds(reference):
    return {kind.key: kind for kind in MeetingKind.objects.all()}


def held(kind, reference, title, **values):
    """Return a published meeting of the region in Oulu's library."""
    values = {"region": reference.pohjois_pohjanmaa, "venue": VenueFactory(municipality=reference.oulu)} | values
    return MeetingFactory(kind=kind, title_fi=title, **values)


def path_of(account):
    """Return the path of the account's calendar, made when there is none."""
    address = calendar_address(calendar_link(account) or renew_calendar_link(account))
    return address.removeprefix(settings.SITE_URL)


def titles(client, path):
    events = icalendar.Calendar.from_ical(client.get(path).content).walk("VEVENT")
    return {str(event["SUMMARY"]) for event in events}


def world(reference, kinds):
    """Meetings of every sort, some of which concern somebody in Oulu."""
    group = AreaGroup.objects.create(region=reference.pohjois_pohjanmaa, key="kalenteri", name_fi="Alueet")
    here, there = (Area.objects.create(group=group, code=code, name_fi=code) for code in ("tama", "tuo"))
    AreaMembership.objects.create(area=here, municipality=reference.oulu)
    evening, network = kinds["association-evening"], kinds["network-meeting"]
    held(evening, reference, "Oulun ilta", hosts=[reference.oulu])
    held(evening, reference, "Hailuodon ilta", hosts=[reference.hailuoto])
    held(evening, reference, "Luonnos", hosts=[reference.oulu], published_at=None)
    held(network, reference, "Verkosto", remote_url="https://example.org/kokous")
    held(network, reference, "Oma alue", area=here)
    held(network, reference, "Toinen alue", area=there)
    held(network, reference, "Toinen maakunta", region=reference.keski_suomi)
    held(kinds["advisory-board"], reference, "Neuvottelukunta")
    held(kinds["agent-training"], reference, "Koulutus", is_public=False)


def test_it_holds_what_concerns_the_person_by_the_roles_of_the_day(cast, reference, kinds, client):
    world(reference, kinds)
    deputy = factories.PersonFactory(user=factories.UserFactory(email="vara@example.org"), region=cast.leena.region)
    factories.AppointmentFactory(person=deputy, municipality=reference.hailuoto, kind="fallback", fallback_reason="syy")

    assert titles(client, path_of(cast.leena.user)) == {"Oulun ilta", "Verkosto", "Oma alue"}
    assert titles(client, path_of(cast.ahti.user)) == {"Oulun ilta", "Verkosto", "Oma alue", "Koulutus"}
    assert titles(client, path_of(cast.kaisa.user)) == {
        "Verkosto", "Oma alue", "Toinen alue", "Neuvottelukunta", "Koulutus",
    }  # fmt: skip
    assert titles(client, path_of(cast.outi.user)) == {"Toinen maakunta"}
    assert titles(client, path_of(deputy.user)) == {"Hailuodon ilta"}


def test_two_parsers_read_it_in_the_persons_language_with_the_remote_link_and_the_cancelled(
    cast, reference, kinds, client
):
    meeting = held(kinds["network-meeting"], reference, "Verkosto", title_sv="Nätverk", remote_url="https://e.org/k")
    gone = held(kinds["association-evening"], reference, "Ilta", hosts=[reference.oulu])
    cancel_meeting(gone, by=None)
    type(cast.leena).objects.filter(pk=cast.leena.pk).update(language="sv")

    content = client.get(path_of(cast.leena.user)).content

    one = {str(each["UID"]): each for each in icalendar.Calendar.from_ical(content).walk("VEVENT")}
    other = {each.uid.value: each for each in vobject.readOne(content.decode()).vevent_list}
    assert set(one) == set(other) == {f"{each.uid}@testserver" for each in (meeting, gone)}
    mine, cancelled = (other[f"{each.uid}@testserver"] for each in (meeting, gone))
    assert (mine.summary.value, mine.status.value) == ("Nätverk", "CONFIRMED")
    assert "https://e.org/k" in mine.description.value
    assert (cancelled.summary.value, cancelled.status.value) == ("INSTÄLLT: Ilta", "CANCELLED")


def test_programs_ask_whether_anything_is_new_and_nobody_on_the_way_keeps_it(cast, reference, kinds, client):
    meeting = held(kinds["network-meeting"], reference, "Verkosto")
    path = path_of(cast.leena.user)
    first = client.get(path)
    assert (first["Content-Type"], first["Cache-Control"], first["X-Robots-Tag"]) == (
        "text/calendar; charset=utf-8", "private, no-cache", "noindex",
    )  # fmt: skip
    with time_machine.travel(at("2026-09-02 12.00"), tick=False):
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-cache")
        meeting.title_fi = "Toinen nimi"
        meeting.save()
        assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200
    assert "Set-Cookie" not in str(first.headers)
    assert not first.cookies


@pytest.mark.parametrize("n", [1, 3, 12])
def test_it_takes_the_same_queries_for_any_number(cast, reference, kinds, client, n, django_assert_num_queries):
    for number in range(n):
        held(kinds["network-meeting"], reference, f"Verkosto {number}")
        held(kinds["association-evening"], reference, f"Ilta {number}", hosts=[reference.oulu])
    path = path_of(cast.leena.user)
    with django_assert_num_queries(9):
        assert client.get(path).status_code == 200


def test_it_is_made_shown_again_renewed_and_taken_away(cast, reference, kinds, client):
    leena = client_of(cast.leena.user)
    assert b"kalenteri.ics" not in leena.get(PAGE).content
    assert not SecretLink.objects.exists()  # reading the page makes nothing
    leena.post(PAGE)
    first = path_of(cast.leena.user)
    assert first in leena.get(PAGE).content.decode()
    assert first in leena.get(PAGE).content.decode()
    token = first.split("/")[2]
    assert token not in str(list(SecretLink.objects.values()))

    leena.post(PAGE, {"wish": "renew"})
    second = path_of(cast.leena.user)
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]

    leena.post(PAGE, {"wish": "away"})
    assert [client.get(path).status_code for path in (first, second)] == [404, 404]
    assert b"kalenteri.ics" not in leena.get(PAGE).content
    assert not SecretLink.objects.exists()


def test_it_dies_when_the_role_ends_the_account_is_closed_or_the_time_is_over(cast, reference, kinds, client):
    world(reference, kinds)
    leena, ahti, kaisa = (path_of(each.user) for each in (cast.leena, cast.ahti, cast.kaisa))
    assert [client.get(path).status_code for path in (leena, ahti, kaisa)] == [200] * 3
    yesterday = PartialDate.day(dt.date(2026, 8, 31))

    end_role(cast.leena_in_oulu, on=yesterday, by=None)
    User.objects.filter(pk=cast.ahti.user.pk).update(is_active=False)

    assert [client.get(path).status_code for path in (leena, ahti, kaisa)] == [404, 404, 200]
    assert "Sinulla ei ole tänään tehtävää" in client_of(cast.leena.user).get(PAGE).content.decode()
    with time_machine.travel(at("2031-09-02 12.00"), tick=False):
        assert client.get(kaisa).status_code == 404
    end_role(Coordinator.objects.get(person=cast.kaisa), on=yesterday, by=None)
    assert client.get(kaisa).status_code == 404


def test_what_is_left_shows_the_role_that_is_left_alone(cast, reference, kinds, client):
    """Leena has changed municipality: nothing of the former one stays in what she subscribes to."""
    world(reference, kinds)
    path = path_of(cast.leena.user)
    end_role(cast.leena_in_oulu, on=PartialDate.day(dt.date(2026, 8, 31)), by=None)
    factories.AppointmentFactory(
        person=cast.leena, municipality=reference.hailuoto, start=PartialDate.day(dt.date(2026, 9, 1))
    )
    assert titles(client, path) == {"Hailuodon ilta", "Verkosto"}


def test_an_erased_person_leaves_no_address(cast, reference, kinds, client):
    path = path_of(cast.leena.user)
    told = str(own_data(own_subject(cast.leena.user)))
    assert "calendar" in told
    assert SecretLink.objects.get().scope.partition(":")[2] not in told
    erase_person(cast.leena)
    assert client.get(path).status_code == 404
    assert not SecretLink.objects.exists()


def test_guesses_are_not_found_and_then_refused_and_the_right_one_still_opens(cast, reference, kinds, client):
    path = path_of(cast.leena.user)
    token = path.split("/")[2]
    other = SecretLink.objects.create(
        token_hash="0" * 64, purpose="contact_check", scope="person:1", expires_at=at("2027-01-01 12.00")
    )
    assert client.get(f"/y/{token}/").status_code == 410  # the page of letters opens no calendar
    answers = [client.get(f"/y/{token[:-4]}{number:04}/kalenteri.ics").status_code for number in range(35)]
    assert (answers[0], answers[-1], set(answers)) == (404, 429, {404, 429})
    assert client.get(path).status_code == 200
    assert other.is_usable


def test_a_calendar_is_read_and_never_written(cast, client):
    path = path_of(cast.leena.user)
    assert [getattr(client, method)(path).status_code for method in ("post", "put", "delete")] == [405] * 3
    assert client.get(f"/sv{path}").status_code == 200


def test_the_log_does_not_hold_the_key(cast):
    path = path_of(cast.leena.user)
    line = logging.LogRecord("django.request", logging.WARNING, "x", 1, "Not Found: %s", (path,), None)
    assert LineWithoutKeys().format(line) == "Not Found: /y/…/kalenteri.ics"


def test_a_changed_key_of_the_installation_is_said_and_renewing_helps(cast, settings):
    leena = client_of(cast.leena.user)
    leena.post(PAGE)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "toinen avain", []
    leena = client_of(cast.leena.user)
    page = leena.get(PAGE).content.decode()
    assert "kalenteri.ics" not in page
    assert 'value="renew"' in page
    leena.post(PAGE, {"wish": "renew"})
    assert "kalenteri.ics" in leena.get(PAGE).content.decode()


def test_nobody_without_an_account_sees_the_page_and_a_stranger_gets_no_address_to_make(cast, client):
    assert client.get(PAGE).status_code == 302
    stranger = client_of(cast.stranger)
    page = stranger.get(PAGE)
    assert page.status_code == 200
    assert b"<textarea" not in page.content
    assert b'method="post"' not in page.content.split(b"<main")[1]
