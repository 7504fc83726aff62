"""What somebody would try beyond the own municipality: other regions, others' packs and files, mail to strangers."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from common.partial_dates import PartialDate
from mailing.models import Letter
from registry import models
from registry.handover import hand_over
from registry.models import Appointment, ColleagueQuestion, Coordinator, Handover, Person
from tests import factories
from tests.accounts.helpers import after_commit
from tests.portal.conftest import BACKEND, client_of
from tests.portal.test_gate import PAGES, address_of, nothing_is_written

pytestmark = pytest.mark.django_db
ASK = "/oma/oulu/hakemisto/kysy/"


@pytest.fixture
def jyvaskyla(cast, reference):
    """A liaison of another region with a note that is for the next one, and that region's coordinator who leaves."""
    person = factories.PersonFactory(user=factories.UserFactory(), region=reference.keski_suomi, phone="050 000 0055")
    role = factories.AppointmentFactory(person=person, municipality=reference.jyvaskyla)
    pack = hand_over(role, on=dt.date.today(), by=cast.outi.user, note="Salainen muistiinpano")
    post = Coordinator.objects.get(person=cast.outi)
    post_pack = hand_over(post, on=dt.date.today(), by=cast.aino, note="Salainen muistiinpano")
    return {"role": role, "pack": pack, "post": post, "post_pack": post_pack}


@pytest.mark.parametrize("who", ["leena", "ahti", "kaisa", "stranger"])
def test_nothing_of_another_region_is_reached(cast, jyvaskyla, who):
    account = cast.stranger if who == "stranger" else getattr(cast, who).user
    client = client_of(account)
    addresses = [f"/oma/{place}/luovutus/paketti/{jyvaskyla['pack'].pk}/" for place in ("jyvaskyla", "oulu")]
    addresses += [f"/oma/{place}/luovutus/{jyvaskyla['role'].pk}/" for place in ("jyvaskyla", "oulu")]
    addresses += [f"/oma/luovutus/{jyvaskyla['post'].pk}/", f"/oma/luovutus/paketti/{jyvaskyla['post_pack'].pk}/"]
    addresses += ["/oma/jyvaskyla/", "/oma/jyvaskyla/katso/", "/oma/jyvaskyla/hakemisto/", "/oma/jyvaskyla/historia/"]
    if who == "kaisa":
        client.post("/oma/oulu/katso/")
    seen = {}
    with nothing_is_written():
        for address in addresses:
            for method in ("get", "post"):
                form = {"last_day": "1.1.2030", "follows": "nobody", "source": "phone"}
                answer = getattr(client, method)(address, form)
                seen[address, method] = (answer.status_code, "Salainen" in answer.content.decode())
        for step in ("vahvista/",):
            for address in addresses[:2] + addresses[5:6]:
                seen[address, step] = (client.post(f"{address}{step}", {"source": "phone"}).status_code, False)
    assert {status for status, _leak in seen.values()} <= {403, 404, 405}
    assert not any(leak for _status, leak in seen.values())


def test_an_expired_deputy_reaches_no_address_at_all(portal):
    """Not only those of the table of roles: by number, with an open session, by POST."""
    client = portal.clients["past_deputy"]
    seen = set()
    for name in PAGES:
        address = address_of(name, portal)
        with nothing_is_written(name):
            seen |= {client.get(address).status_code, client.post(address, {"title": "x", "text": "x"}).status_code}
    assert seen <= {404, 405}


def test_a_handovers_form_names_nobody_whom_it_does_not_offer(cast, reference):
    """A forged number of a person elsewhere, and of an agent's or liaison's own post."""
    stranger = factories.PersonFactory(region=reference.keski_suomi)
    leena, address = client_of(cast.leena.user), f"/oma/oulu/luovutus/{cast.leena_in_oulu.pk}/"
    statuses = [
        leena.post(address, {"last_day": "1.1.2030", "follows": "known", "successor": pk}).status_code
        for pk in (stranger.pk, cast.outi.pk, cast.leena.pk, "0", "x")
    ]
    assert statuses == [422] * 5
    assert (Handover.objects.count(), Appointment.objects.get(pk=cast.leena_in_oulu.pk).end_last) == (0, None)


def test_a_handover_by_a_liaison_gives_nobody_rights_whatever_is_posted(cast, reference):
    posted = {
        "last_day": "1.1.2030", "follows": "new", "given_name": "Paha", "family_name": "Pekka",
        "email": "paha@example.org", "kind": "coordinator", "municipality": reference.hailuoto.pk,
        "written_by": cast.kaisa.user.pk, "region": reference.keski_suomi.pk, "user": cast.aino.pk, "source": "phone",
    }  # fmt: skip
    with after_commit():
        client_of(cast.leena.user).post(f"/oma/oulu/luovutus/{cast.leena_in_oulu.pk}/", posted)
    handover, person = Handover.objects.get(), Person.objects.get(email="paha@example.org")
    assert (handover.region, handover.written_by) == (reference.pohjois_pohjanmaa, cast.leena.user)
    assert (person.user, person.region) == (None, reference.pohjois_pohjanmaa)
    assert not Appointment.objects.filter(person=person).exists()
    assert "paha@example.org" not in {address for letter in mail.outbox for address in letter.to}


# --- A question as a way to send mail ---------------------------------------------------------------------------------


@pytest.fixture
def colleague(cast, reference):
    person = factories.PersonFactory(region=reference.pohjois_pohjanmaa, email="kolle@example.org")
    role = factories.AppointmentFactory(person=person, municipality=reference.hailuoto)
    role.topics.set(models.Topic.objects.filter(key="premises"))
    return role


@pytest.mark.parametrize(
    "forged",
    [
        {"to": "uhri@example.com"}, {"email": "uhri@example.com"}, {"people": "1"}, {"address": "uhri@example.com"},
        {"reply_to": "uhri@example.com"}, {"subject": "Voitit arvonnassa"}, {"person": "1", "source": "phone"},
    ],
    ids=str,
)  # fmt: skip
def test_a_question_goes_to_colleagues_alone_under_its_own_subject(cast, colleague, forged):
    with after_commit():
        client_of(cast.leena.user).post(f"{ASK}?kenelle={colleague.pk}", {"text": "Kysymys?"} | forged)
    (letter,) = mail.outbox
    assert (letter.to, letter.cc, letter.bcc) == (["kolle@example.org"], [], [])
    assert letter.reply_to == ["leena.tyo@example.org"]
    assert "Voitit" not in letter.subject


def test_no_header_is_written_through_a_question_or_a_name(cast, colleague):
    Person.objects.filter(pk=cast.leena.pk).update(family_name="Liesi\r\nBcc: uhri@example.com")
    text = "Hei\r\nBcc: uhri@example.com\r\n\r\nLisää"
    with after_commit():
        client_of(cast.leena.user).post(f"{ASK}?kenelle={colleague.pk}", {"text": text})
    (letter,) = mail.outbox
    head = letter.message().as_string().partition("\n\n")[0]
    assert [line for line in head.split("\n") if line.lower().startswith("bcc")] == []
    assert letter.recipients() == ["kolle@example.org"]


def test_links_in_a_question_are_no_links_of_the_letter(cast, colleague):
    """A reader sees where an address leads; no other words stand over it."""
    with after_commit():
        client_of(cast.leena.user).post(
            f"{ASK}?kenelle={colleague.pk}",
            {"text": 'Katso [Oulun sivu](https://paha.example/) <a href="https://paha.example/">x</a>'},
        )
    html = mail.outbox[0].alternatives[0][0]
    assert re.findall(r'href="[^"]*paha[^"]*"', html) == []


def test_five_questions_a_day_hold_across_municipalities_and_browsers(cast, reference, colleague):
    factories.AppointmentFactory(person=cast.leena, municipality=reference.vaala)
    for number in range(8):
        place = ("oulu", "vaala")[number % 2]
        client_of(cast.leena.user).post(f"/oma/{place}/hakemisto/kysy/?kenelle={colleague.pk}", {"text": f"K {number}"})
    assert (ColleagueQuestion.objects.count(), Letter.objects.filter(kind="colleague_question").count()) == (5, 5)


# --- Where pages lead -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", ["https://paha.example/", "//paha.example/", "/\\paha.example/"])
def test_no_page_of_the_portal_leads_to_another_site(cast, portal, evil):
    """`next` in the address and in the form of every POST that redirects."""
    led = {}
    for name in PAGES:
        if 302 in PAGES[name][2]:
            answer = portal.clients["liaison"].post(
                f"{address_of(name, portal)}?next={evil}", {"next": evil, "field": "name"}
            )
            led[name] = answer.headers.get("Location", "/")
    erase = client_of(cast.ahti.user).get(f"/oma/tiedot/poista/?next={evil}").headers["Location"]
    assert len(led) >= 8
    assert [where for where in [*led.values(), erase] if not re.match(r"/(?![/\\])", where)] == []


def test_a_forged_host_is_in_no_letter_of_the_portal(cast, colleague):
    client = Client(HTTP_X_FORWARDED_HOST="paha.example", HTTP_ORIGIN="http://testserver")
    client.force_login(cast.leena.user, backend=BACKEND)
    with after_commit():
        client.post(f"{ASK}?kenelle={colleague.pk}", {"text": "Kysymys?"})
        client.post(f"/oma/oulu/luovutus/{cast.leena_in_oulu.pk}/", {"last_day": "1.1.2030", "follows": "nobody"})
    bodies = [letter.body + letter.alternatives[0][0] for letter in mail.outbox]
    assert len(bodies) == 2
    assert [body for body in bodies if "paha.example" in body] == []
    assert Client(HTTP_HOST="paha.example").get("/oma/oulu/").status_code == 400


# --- One's own data, somebody else's ----------------------------------------------------------------------------------


def test_no_number_in_the_address_or_the_form_gives_anybody_elses_data(cast, reference):
    other = {"person": cast.ahti.pk, "henkilo": cast.ahti.pk, "account": cast.ahti.user.pk, "user": cast.ahti.user.pk}
    client = client_of(cast.leena.user)
    query = "&".join(f"{name}={value}" for name, value in other.items())
    page = client.get(f"/oma/tiedot/?{query}").content.decode()
    answer = client.post(f"/oma/tiedot/lataa/?{query}", other)
    assert ("leena.tyo@example.org" in page, "ahti" in page.lower().partition("<main")[2]) == (True, False)
    assert answer.status_code == 302  # to show that it is oneself first
    client.post("/oma/tiedot/poista/", other | {"ask": "1"})
    assert Person.objects.filter(pk=cast.ahti.pk).exists()
    assert not models.Task.objects.filter(kind="erasure").exists()


def test_a_looking_coordinator_takes_only_the_own_data(cast):
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    page = kaisa.get(f"/oma/tiedot/?henkilo={cast.leena.pk}").content.decode()
    assert ("kaisa.tyo@example.org" in page, "leena.tyo@example.org" in page) == (True, False)


@pytest.mark.parametrize("path", ["lataa", "poista"])
def test_another_site_takes_and_erases_nothing(cast, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ahti.user, backend=BACKEND)
    answer = client.post(f"/oma/tiedot/{path}/", {"ask": "1"}, headers={"origin": "https://paha.example"})
    assert (answer.status_code, Person.objects.filter(pk=cast.ahti.pk).exists()) == (403, True)


def test_a_role_that_ended_yesterday_hands_nothing_over(cast):
    yesterday = PartialDate.day(dt.date.today() - dt.timedelta(days=1))
    cast.leena_in_oulu.end = yesterday
    cast.leena_in_oulu.save()
    answer = client_of(cast.leena.user).post(
        f"/oma/oulu/luovutus/{cast.leena_in_oulu.pk}/", {"last_day": "1.1.2030", "follows": "nobody"}
    )
    assert (answer.status_code, Handover.objects.count()) == (404, 0)
