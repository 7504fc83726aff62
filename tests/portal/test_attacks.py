"""What somebody with a role in one municipality would try in the portal; each test says what must not happen."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from common.partial_dates import PartialDate
from registry import models
from registry.models import Appointment, Channel, Consent, GrantPeriod, Person, Premises, Task
from tests import factories
from tests.portal.conftest import BACKEND, client_of
from tests.portal.test_gate import APART, PAGES, address_of, nothing_is_written, views

pytestmark = pytest.mark.django_db
HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture
def theirs(cast, reference):
    """A row of everything that the portal's addresses name, in Hailuoto, where Leena has no role."""
    person = factories.PersonFactory(region=reference.pohjois_pohjanmaa, phone="050 000 0066")
    hailuoto = reference.hailuoto
    return {
        "appointment": factories.AppointmentFactory(municipality=hailuoto, person=person),
        "grant": GrantPeriod.objects.create(municipality=hailuoto, name="Salainen tuki", closes_on=dt.date(2100, 1, 1)),
        "tila": Premises.objects.create(municipality=hailuoto, name="Salainen tila"),
        "kanava": Channel.objects.create(municipality=hailuoto, name="Salainen kanava", kind="website"),
        "task": Task.objects.create(audience="pair", municipality=hailuoto, title="Salainen", is_proposal=True),
        "letter": models.AssociationLetter.objects.create(municipality=hailuoto, subject="Salainen", text="Salainen"),
        "handover": models.Handover.objects.create(
            region=reference.pohjois_pohjanmaa,
            note="Salainen",
            appointment=factories.AppointmentFactory(municipality=hailuoto, end=PartialDate.day(dt.date.today())),
        ),
    }


@pytest.mark.parametrize("role", ["leena", "ahti"])
def test_no_row_of_another_municipality_is_reached_through_ones_own(cast, theirs, role):
    """Every address with a number, with the numbers of Hailuoto's rows under Oulu's name."""
    client = client_of(getattr(cast, role).user)
    numbered = {name: args for name, (args, _get, _post) in PAGES.items() if {*theirs} & set(args)}
    kinds = {"grant": [("avustus", "grant"), ("tila", "tila"), ("kanava", "kanava")]}
    seen = {}
    for name, args in numbered.items():
        for given in kinds.get(args[-1], [args]):
            path = reverse(name, args=["oulu", *given[:-1], theirs[given[-1]].pk])
            for method in ("get", "post"):
                with nothing_is_written(path):
                    answer = getattr(client, method)(path, {"name": "x", "closes_on": "1.1.2030", "kind": "website"})
                seen[path, method] = (answer.status_code, "Salainen" in answer.content.decode())
    assert len(seen) >= 2 * 19
    assert {answer for answer, leaks in seen.values()} <= {403, 404, 405}
    assert not any(leaks for _answer, leaks in seen.values())


def test_a_person_acts_for_nobody_else_by_naming_them(cast, theirs):
    """What a coordinator may say, another role may not: the reader's own details are in question."""
    leena = client_of(cast.leena.user)
    other = theirs["appointment"].person
    details = {"email": "x@example.org", "phone": "050 000 0099", "language": "fi", "source": "phone"}
    page = leena.get(f"/oma/oulu/yhteystiedot/?henkilo={other.pk}").content.decode()
    for pk in (other.pk, cast.ahti.pk, cast.kaisa.pk):
        leena.post("/oma/oulu/yhteystiedot/oikein/", {"person": pk, "source": "phone"})
        leena.post("/oma/oulu/yhteystiedot/muuta/", details | {"person": pk})
        leena.post("/oma/oulu/yhteystiedot/suostumus/", {"person": pk, "field": "name"})
    assert other.phone not in page
    assert set(Person.objects.filter(contact_checked_on__isnull=False)) == {cast.leena}
    assert (Person.objects.filter(phone="050 000 0099").count(), Consent.objects.count()) == (1, 0)


def test_a_form_changes_nothing_that_it_does_not_show(cast, reference, portal):
    """Fields of the tables that somebody adds to what is posted."""
    client = portal.clients["liaison"]
    hailuoto, ahti = reference.hailuoto, cast.ahti
    region = reference.keski_suomi
    client.post("/oma/oulu/yhteystiedot/muuta/", {
        "email": "uusi@example.org", "phone": "050 000 0077", "language": "sv", "user": cast.aino.pk,
        "given_name": "Toinen", "family_name": "Nimi", "region": region.pk, "id": ahti.pk, "pk": ahti.pk,
    })  # fmt: skip
    client.post(f"/oma/oulu/yhteystiedot/tehtava/{cast.leena_in_oulu.pk}/", {
        "percent": "20", "person": ahti.pk, "municipality": hailuoto.pk, "kind": "deputy", "end_last": "2030-01-01",
        "end_first": "2030-01-01", "end_precision": "day", "source": "muu", "title": "johtaja",
    })  # fmt: skip
    client.post(f"/oma/oulu/tarjonta/avustus/{portal.grant.pk}/", {
        "name": "Uusi nimi", "closes_on": "1.1.2030", "kind": "general", "municipality": hailuoto.pk,
        "valid_to": "2020-01-01", "checked_on": "2000-01-01",
    })  # fmt: skip
    agent = portal.clients["agent"]
    agent.post("/oma/oulu/tehtavat/", {"title": "Agentin", "is_proposal": "", "municipality": hailuoto.pk,
                                       "audience": "coordinator", "assignee": cast.kaisa.pk})  # fmt: skip

    leena = Person.objects.get(pk=cast.leena.pk)
    role = Appointment.objects.get(pk=cast.leena_in_oulu.pk)
    grant = GrantPeriod.objects.get()
    task = Task.objects.get(title="Agentin")
    assert (leena.name, leena.user, leena.region, leena.phone) == (
        "Leena Liesi", cast.leena.user, reference.pohjois_pohjanmaa, "050 000 0077",
    )  # fmt: skip
    assert (role.person, role.municipality, role.kind, role.end_last, role.title, role.percent) == (
        leena, reference.oulu, "liaison", None, "vapaa-aikasihteeri", 20,
    )  # fmt: skip
    assert (grant.name, grant.municipality, grant.valid_to, grant.checked_on) == (
        "Uusi nimi", reference.oulu, None, dt.date.today(),
    )  # fmt: skip
    assert (task.is_proposal, task.municipality, task.audience) == (True, reference.oulu, "pair")


@pytest.mark.parametrize("name", [*PAGES, "portal_look"])
def test_a_post_from_another_site_changes_nothing(portal, cast, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.kaisa.user if name == "portal_look" else cast.leena.user, backend=BACKEND)
    address = reverse(name, args=["oulu"]) if name in APART else address_of(name, portal)
    with nothing_is_written():
        answer = client.post(address, {"title": "x", "name": "x"}, headers={"origin": "https://paha.example"})
    assert answer.status_code == 403


def test_every_address_of_the_portal_was_tried():
    assert set(views()) == set(PAGES) | APART


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (dt.datetime(2026, 11, 30, 23, 59, 59, tzinfo=HELSINKI), 200),
        (dt.datetime(2026, 12, 1, 0, 0, 0, tzinfo=HELSINKI), 404),
    ],
)
def test_a_deputys_last_day_ends_at_midnight_in_helsinki(cast, reference, moment, status):
    """The server's clock is two hours behind it."""
    deputy = factories.PersonFactory(user=factories.UserFactory(), region=reference.pohjois_pohjanmaa)
    factories.AppointmentFactory(
        person=deputy,
        municipality=reference.oulu,
        kind=Appointment.Kind.DEPUTY,
        deputy_for=cast.leena_in_oulu,
        end=PartialDate.day(dt.date(2026, 11, 30)),
    )
    with time_machine.travel(moment, tick=False):
        client = client_of(deputy.user)
        assert (client.get("/oma/oulu/").status_code, client.get("/oma/oulu/tarjonta/").status_code) == (status,) * 2
        assert client.post("/oma/oulu/tehtavat/", {"title": "Soita"}).status_code == (302 if status == 200 else 404)


def test_a_coordinators_looking_is_marked_on_every_page_and_does_not_outlast_the_session(cast, reference):
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    pages = ["", "historia/", "yhteystiedot/", "tarjonta/", "tehtavat/", "tarjonta/kanava/uusi/"]
    marks = [len(re.findall('class="wrap looking"', kaisa.get(f"/oma/oulu/{page}").content.decode())) for page in pages]
    kaisa.post("/kirjaudu/ulos/")
    kaisa.force_login(cast.kaisa.user, backend=BACKEND)
    again = kaisa.get("/oma/oulu/")
    assert marks == [1] * len(pages)
    assert again.headers["Location"] == "/oma/oulu/katso/"
    assert list(models.ActingEntry.objects.values_list("kind", "by")) == [("looked", cast.kaisa.user.pk)]
