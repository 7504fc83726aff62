"""What the portal's pages tell and do."""

import datetime as dt
import re

import pytest
import time_machine

from accounts.models import SignInEvent
from common.partial_dates import PartialDate
from registry.access import OFFICERS, MunicipalityAccess
from registry.consents import give_consent
from registry.models import (
    ActingEntry,
    Appointment,
    Channel,
    Consent,
    GrantPeriod,
    Person,
    Premises,
    SharedMailbox,
    Task,
    Topic,
)
from registry.pair_tasks import add_pair_task
from registry.portal_page import MunicipalityPage
from tests import factories
from tests.portal.conftest import client_of

TODAY = dt.date(2026, 11, 22)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def leena(cast, today):
    return client_of(cast.leena.user)


@pytest.fixture
def ahti(cast, today):
    return client_of(cast.ahti.user)


def looking_at_oulu(cast):
    client = client_of(cast.kaisa.user)
    client.post("/oma/oulu/katso/")
    return client


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def said(client, address):
    """What the next page says after a button, once."""
    page = client.get(address).content.decode()
    return re.findall(r'<li class="(success|error)">(.*?)</li>', page)


# --- Home ------------------------------------------------------------------------------------------------------------


def asks(cast, reference, *, roles=OFFICERS, person="leena"):
    access = MunicipalityAccess(reference.oulu, Person.objects.get(pk=getattr(cast, person).pk), frozenset(roles))
    return [(ask.what, ask.due_on, ask.url, ask.is_late) for ask in MunicipalityPage(access, TODAY).asks()]


def all_is_well(cast):
    Person.objects.update(contact_checked_on=TODAY)
    Appointment.objects.filter(pk=cast.leena_in_oulu.pk).update(hours_per_week=2, job_description_url="https://x.fi")


def test_contacts_are_asked_when_they_have_not_been_checked_for_six_months(cast, reference):
    all_is_well(cast)
    for checked, asked in [
        (dt.date(2026, 5, 23), []),
        (dt.date(2026, 5, 22), [("Tarkista yhteystietosi", dt.date(2026, 11, 22), "/oma/oulu/yhteystiedot/", False)]),
        (dt.date(2026, 1, 31), [("Tarkista yhteystietosi", dt.date(2026, 7, 31), "/oma/oulu/yhteystiedot/", True)]),
        (None, [("Tarkista yhteystietosi", TODAY, "/oma/oulu/yhteystiedot/", False)]),
    ]:
        Person.objects.update(contact_checked_on=checked)
        assert asks(cast, reference) == asked, checked


def test_working_conditions_are_asked_of_the_officer_alone(cast, reference):
    all_is_well(cast)
    Appointment.objects.update(hours_per_week=None, job_description_url="")
    due_on = dt.date(2022, 1, 1) + dt.timedelta(days=90)

    assert asks(cast, reference) == [
        ("Kerro, paljonko työaikaa tehtävään on varattu", due_on, "/oma/oulu/yhteystiedot/", True),
        ("Lisää linkki toimenkuvaan", due_on, "/oma/oulu/yhteystiedot/", True),
    ]
    assert asks(cast, reference, roles={"agent"}, person="ahti") == []


def test_offers_are_asked_when_old_and_grants_when_all_have_closed(cast, reference):
    all_is_well(cast)
    old, new = dt.date(2025, 11, 22), dt.date(2025, 11, 23)
    Premises.objects.create(municipality=reference.oulu, name="Talo", checked_on=old)
    Channel.objects.create(municipality=reference.oulu, name="Kanava", kind="website", checked_on=new)
    GrantPeriod.objects.create(municipality=reference.oulu, name="A", closes_on=dt.date(2026, 10, 1), checked_on=TODAY)

    assert asks(cast, reference) == [
        ("Tarkista, että 1 tieto kunnan tarjonnasta pitää yhä paikkansa", TODAY, "/oma/oulu/tarjonta/", False),
        ("Kerro, milloin seuraavaa avustusta voi hakea", dt.date(2026, 11, 30), "/oma/oulu/tarjonta/", False),
    ]
    GrantPeriod.objects.create(municipality=reference.oulu, name="B", closes_on=TODAY, checked_on=TODAY)
    Premises.objects.update(checked_on=new)
    assert asks(cast, reference) == []


def test_at_most_three_things_are_asked_the_most_urgent_first(cast, reference):
    all_is_well(cast)
    for number, days in enumerate([13, -2, 5, 0, 15]):
        due_on = TODAY + dt.timedelta(days=days)
        add_pair_task(reference.oulu, title=f"Tehtävä {number}", due_on=due_on, is_proposal=False, by=None)
    add_pair_task(reference.oulu, title="Ehdotus", due_on=TODAY, is_proposal=True, by=None)
    url = "/oma/oulu/tehtavat/"
    expected = [
        ("Tehtävä 1", dt.date(2026, 11, 20), url, True),
        ("Tehtävä 3", TODAY, url, False),
        ("Tehtävä 2", dt.date(2026, 11, 27), url, False),
    ]

    assert asks(cast, reference) == expected
    assert asks(cast, reference, roles={"agent"}, person="ahti") == expected
    assert asks(cast, reference, roles={"fallback"}, person="ahti") == []


def test_home_tells_the_municipality_at_a_glance(cast, reference, leena):
    all_is_well(cast)
    factories.PairingFactory(appointment=cast.leena_in_oulu, agent=cast.ahti_in_oulu)
    GrantPeriod.objects.create(
        municipality=reference.oulu, name="Tuki", opens_on=dt.date(2026, 12, 1), closes_on=dt.date(2027, 1, 15)
    )
    GrantPeriod.objects.update(checked_on=TODAY)

    page = leena.get("/oma/oulu/")

    told = text_of(page)
    assert "Sinulta ei pyydetä nyt mitään." in told
    assert "Leena Liesi järjestöyhdyshenkilö" in told
    assert "Leena Liesi – Ahti Aapa" in told
    assert "1.12.2026 Tuki : haku alkaa 15.1.2027 Tuki : haku päättyy" in told
    assert 'href="/pohjois-pohjanmaa/oulu/"' in page.content.decode()


def test_what_happened_is_told_since_the_sign_in_before_this_one(cast, reference, leena):
    with time_machine.travel("2026-11-01T09:00Z", tick=False):
        Premises.objects.create(municipality=reference.oulu, name="Vanha tila")
    for day in ("2026-11-10", "2026-11-22"):
        with time_machine.travel(f"{day}T08:00Z", tick=False):
            SignInEvent.objects.create(account=cast.leena.user, kind="signed_in")
    with time_machine.travel("2026-11-15T09:00Z", tick=False):
        Premises.objects.create(municipality=reference.oulu, name="Uusi tila")
        Premises.objects.create(municipality=reference.hailuoto, name="Toisen kunnan tila")

    told = text_of(leena.get("/oma/oulu/"))

    assert "Viime kirjautumisesi jälkeen, 10.11.2026 alkaen" in told
    assert "Uusi tila" in told
    assert "Vanha tila" not in told
    assert "Toisen kunnan tila" not in told
    assert "Vanha tila" in text_of(leena.get("/oma/oulu/historia/"))


def test_history_names_the_detail_that_changed_and_never_what_it_was(cast, reference, leena):
    leena.post(
        "/oma/oulu/yhteystiedot/muuta/", {"email": "uusi@example.org", "phone": "050 000 0077", "language": "fi"}
    )

    leena.get("/oma/oulu/")  # says that it was saved, to her
    page = leena.get("/oma/oulu/historia/").content.decode()

    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert (
        "Henkilö , Leena Liesi : muutettu (sähköpostiosoite yhteydenottoja varten, "
        "puhelinnumero yhteydenottoja varten, yhteystiedot tarkistettu) Leena Liesi"
    ) in told
    assert "uusi@example.org" not in page
    assert "0077" not in page


def test_history_tells_of_chosen_topics_once_and_by_whom(cast, reference, leena):
    topics = [Topic.objects.get(key=key).pk for key in ("grants", "premises")]
    for _time in range(2):
        leena.post(f"/oma/oulu/yhteystiedot/aiheet/{cast.leena_in_oulu.pk}/", {"topics": topics})

    leena.get("/oma/oulu/")  # says that it was saved, to her
    told = text_of(leena.get("/oma/oulu/historia/"))

    label = str(Appointment._meta.get_field("topics").verbose_name)
    assert told.count(f"Leena Liesi : muutettu ({label}) Leena Liesi") == 1
    assert "Järjestöavustukset" not in told


def test_history_compares_with_the_version_before_though_it_is_older_than_what_is_told(cast, reference, leena):
    with time_machine.travel("2026-09-01T09:00Z", tick=False):
        place = Premises.objects.create(municipality=reference.oulu, name="Talo", address="Katu 1")
    place.address = "Katu 2"
    place.save()

    told = text_of(leena.get("/oma/oulu/"))

    assert "Talo : muutettu (osoite)" in told
    assert "Katu" not in told


def test_a_liaison_of_two_municipalities_chooses_first(cast, reference, leena):
    factories.AppointmentFactory(person=cast.leena, municipality=reference.hailuoto)

    page = leena.get("/oma/")

    assert page.status_code == 200
    main = page.content.decode().partition("<main")[2]
    assert re.findall(r'href="(/oma/\w+/)"', main) == ["/oma/hailuoto/", "/oma/oulu/"]


@pytest.mark.parametrize(
    ("address", "queries"),
    [("/oma/oulu/", 17), ("/oma/oulu/historia/", 7), ("/oma/oulu/yhteystiedot/", 14), ("/oma/oulu/tarjonta/", 8)],
)
def test_pages_make_the_same_queries_for_one_and_three(
    cast, reference, leena, django_assert_num_queries, address, queries
):
    def fill():
        oulu = reference.oulu
        person = factories.PersonFactory(region=reference.pohjois_pohjanmaa)
        role = factories.AppointmentFactory(municipality=oulu, person=person)
        role.save()
        agent = factories.AgentFactory(municipality=oulu)
        factories.PairingFactory(appointment=role, agent=agent)
        SharedMailbox.objects.create(municipality=oulu, post="x", email="x@example.org")
        Premises.objects.create(municipality=oulu, name="x")
        Channel.objects.create(municipality=oulu, name="x", kind="website")
        GrantPeriod.objects.create(municipality=oulu, name="x", closes_on=TODAY)
        add_pair_task(oulu, title=f"Tehtävä {person.pk}", due_on=TODAY, is_proposal=False, by=cast.ahti.user)

    fill()
    leena.get(address)
    with django_assert_num_queries(queries):
        leena.get(address)
    fill()
    fill()
    with django_assert_num_queries(queries):
        leena.get(address)


# --- Contacts --------------------------------------------------------------------------------------------------------


def test_one_button_says_that_all_details_are_right(cast, leena):
    leena.post("/oma/oulu/yhteystiedot/oikein/")

    assert Person.objects.get(pk=cast.leena.pk).contact_checked_on == TODAY
    assert said(leena, "/oma/oulu/yhteystiedot/") == [("success", "Kiitos. Tiedot on merkitty tänään tarkistetuiksi.")]


def test_changing_the_contact_address_leaves_the_sign_in_address_and_says_so(cast, leena):
    details = {"email": "uusi@example.org", "phone": "050 000 0077", "language": "sv"}
    leena.post("/oma/oulu/yhteystiedot/muuta/", details)

    person = Person.objects.select_related("user").get(pk=cast.leena.pk)
    assert (person.email, person.phone, person.language) == tuple(details.values())
    assert (person.user.email, person.contact_checked_on) == ("leena@example.org", TODAY)
    assert Person.objects.matching("uusi@").get() == person
    assert said(leena, "/oma/oulu/yhteystiedot/") == [
        (
            "success",
            "Tiedot on tallennettu. Sinulle kirjoitetaan nyt osoitteeseen uusi@example.org. "
            "Kirjaudut edelleen osoitteella leena@example.org. Pyydä koordinaattorilta, jos senkin pitäisi muuttua.",
        )
    ]


def test_a_bad_address_is_told_beside_the_field_with_everything_typed_kept(cast, leena):
    page = leena.post("/oma/oulu/yhteystiedot/muuta/", {"email": "uusi@", "phone": "050 000 0088", "language": "fi"})

    assert page.status_code == 422
    assert page.content.decode().count("Kirjoita koko sähköpostiosoite, esimerkiksi nimi@example.org.") == 2
    assert 'value="050 000 0088"' in page.content.decode()
    assert Person.objects.get(pk=cast.leena.pk).email == "leena.tyo@example.org"


def test_an_officer_limits_what_is_public_and_the_public_page_follows_at_once(cast, client, leena):
    public = "/pohjois-pohjanmaa/oulu/"
    assert "leena.tyo@example.org" in client.get(public).content.decode()

    leena.post(f"/oma/oulu/yhteystiedot/tehtava/{cast.leena_in_oulu.pk}/", {"is_name_public": "on", "percent": "20"})

    page = client.get(public).content.decode()
    assert "Leena Liesi" in page
    assert page.count("050 000 0011") == 1  # the coordinator's
    assert "leena.tyo@example.org" not in page
    row = Appointment.objects.get(pk=cast.leena_in_oulu.pk)
    assert (row.percent, row.is_email_public, row.history.first().history_user) == (20, False, cast.leena.user)


def test_working_time_told_twice_is_told_beside_the_field_and_in_the_summary(cast, leena):
    page = leena.post(
        f"/oma/oulu/yhteystiedot/tehtava/{cast.leena_in_oulu.pk}/", {"hours_per_week": "5", "percent": "5"}
    )

    assert page.status_code == 422
    assert page.content.decode().count("Ilmoita työaika joko tunteina tai prosentteina.") == 2
    assert 'href="#id_percent"' in page.content.decode()


def test_an_agent_allows_and_withdraws_each_detail_with_a_button(cast, client, ahti):
    public, address = "/pohjois-pohjanmaa/oulu/", "/oma/oulu/yhteystiedot/suostumus/"
    assert "Ahti Aapa" not in client.get(public).content.decode()

    ahti.post(address, {"field": "name"})
    assert "Ahti Aapa" in client.get(public).content.decode()
    assert Consent.objects.get().means == "site"
    ahti.post(address, {"field": "name", "withdraw": "1"})

    assert "Ahti Aapa" not in client.get(public).content.decode()
    assert Consent.objects.in_force().count() == 0
    assert ahti.post(address, {"field": "address"}).status_code == 302
    assert Consent.objects.count() == 1


def test_contacts_show_the_municipalitys_other_people_and_mailboxes_and_nobody_elses(cast, reference, leena):
    SharedMailbox.objects.create(municipality=reference.oulu, post="Kirjaamo", email="kirjaamo@example.org")
    SharedMailbox.objects.create(municipality=reference.hailuoto, post="Toimisto", email="muu@example.org")
    give_consent(cast.ahti, "name", means="paper", given_on=TODAY, by=None)

    page = leena.get("/oma/oulu/yhteystiedot/").content.decode()

    assert set(re.findall(r"mailto:([^\"]+)", page)) == {
        "leena.tyo@example.org", "ahti.tyo@example.org", "kirjaamo@example.org",
    }  # fmt: skip


# --- What the municipality offers ------------------------------------------------------------------------------------


def test_a_liaison_adds_changes_and_ends_a_grant_and_the_public_page_follows(cast, client, leena):
    public = "/pohjois-pohjanmaa/oulu/"
    grant = {"name": "Kylätuki", "kind": "general", "closes_on": "31.1.2027", "url": "example.org/tuki"}
    leena.post("/oma/oulu/tarjonta/avustus/uusi/", grant)

    row = GrantPeriod.objects.get()
    assert (row.name, row.closes_on, row.url, row.checked_on) == (
        "Kylätuki", dt.date(2027, 1, 31), "https://example.org/tuki", TODAY,
    )  # fmt: skip
    assert "Kylätuki" in client.get(public).content.decode()
    leena.post(f"/oma/oulu/tarjonta/avustus/{row.pk}/", grant | {"name": "Kyläavustus"})
    assert "Kyläavustus" in client.get(public).content.decode()
    leena.post(f"/oma/oulu/tarjonta/avustus/{row.pk}/paata/")
    assert "Kyläavustus" not in client.get(public).content.decode()
    assert GrantPeriod.objects.get().valid_to == dt.date(2026, 11, 21)


def test_a_grant_that_closes_before_it_opens_is_refused_with_everything_typed_kept(leena):
    page = leena.post(
        "/oma/oulu/tarjonta/avustus/uusi/",
        {"name": "Kylätuki", "kind": "general", "opens_on": "1.2.2027", "closes_on": "31.1.2027"},
    )

    assert page.status_code == 422
    assert "Hakuaika päättyy, ennen kuin se alkaa." in text_of(page)
    assert 'value="Kylätuki"' in page.content.decode()
    assert not GrantPeriod.objects.exists()


def test_checked_today_is_one_button_and_another_municipalitys_row_is_not_found(cast, reference, leena):
    own = Premises.objects.create(municipality=reference.oulu, name="Talo")
    other = Premises.objects.create(municipality=reference.hailuoto, name="Talo")

    assert leena.post(f"/oma/oulu/tarjonta/tila/{own.pk}/tarkistettu/").status_code == 302
    for step in ("tarkistettu/", "paata/", ""):
        assert leena.post(f"/oma/oulu/tarjonta/tila/{other.pk}/{step}").status_code == 404
    assert leena.post(f"/oma/oulu/tarjonta/muu/{own.pk}/paata/").status_code == 404
    assert list(Premises.objects.order_by("pk").values_list("checked_on", "valid_to")) == [(TODAY, None), (None, None)]


def test_one_that_would_begin_later_never_begins_when_it_is_ended(reference, leena):
    channel = Channel.objects.create(
        municipality=reference.oulu, name="Uusi", kind="website", valid_from=dt.date(2027, 1, 1)
    )

    leena.post(f"/oma/oulu/tarjonta/kanava/{channel.pk}/paata/")

    assert not Channel.objects.current_on(dt.date(2027, 6, 1)).exists()


def test_an_agent_sees_what_is_offered_and_no_buttons(cast, reference, ahti):
    Premises.objects.create(municipality=reference.oulu, name="Kylätalo")

    page = ahti.get("/oma/oulu/tarjonta/").content.decode()

    assert "Kylätalo" in page
    assert re.findall(r'action="([^"]*)"', page) == ["/kirjaudu/ulos/"]


# --- The pair's tasks ------------------------------------------------------------------------------------------------


def test_an_agent_proposes_the_liaison_agrees_and_anybody_ticks(cast, reference, leena, ahti):
    ahti.post("/oma/oulu/tehtavat/", {"title": "Sovi kylätilaisuus", "due_on": "1.12.2026"})
    task = Task.objects.get()
    assert (task.title, task.due_on, task.is_proposal, task.audience, task.region) == (
        "Sovi kylätilaisuus", dt.date(2026, 12, 1), True, "pair", reference.pohjois_pohjanmaa,
    )  # fmt: skip

    leena.post(f"/oma/oulu/tehtavat/{task.pk}/sovi/")
    assert Task.objects.get().is_proposal is False
    ahti.post(f"/oma/oulu/tehtavat/{task.pk}/tehty/")

    task.refresh_from_db()
    assert (task.done_by, task.done_at is not None) == (cast.ahti.user, True)
    assert "Tehty (1)" in text_of(leena.get("/oma/oulu/tehtavat/"))
    leena.post(f"/oma/oulu/tehtavat/{task.pk}/uudelleen/")
    assert Task.objects.open().get() == task


def test_a_liaisons_task_needs_no_agreement_and_sent_twice_is_one(cast, leena):
    for _time in range(2):
        leena.post("/oma/oulu/tehtavat/", {"title": "Soita"})

    assert list(Task.objects.values_list("title", "is_proposal")) == [("Soita", False)]


def test_tasks_of_the_pair_stay_off_the_coordinators_board_and_others_off_the_pairs_list(cast, reference, leena):
    region = reference.pohjois_pohjanmaa
    Task.objects.create(title="Koordinaattorin oma", region=region, municipality=reference.oulu)
    leena.post("/oma/oulu/tehtavat/", {"title": "Parin oma"})
    theirs = Task.objects.create(title="Naapurin", audience="pair", municipality=reference.hailuoto)

    assert list(Task.objects.for_board(region).values_list("title", flat=True)) == ["Koordinaattorin oma"]
    page = text_of(leena.get("/oma/oulu/tehtavat/"))
    assert ("Parin oma" in page, "Koordinaattorin oma" in page, "Naapurin" in page) == (True, False, False)
    assert leena.post(f"/oma/oulu/tehtavat/{theirs.pk}/tehty/").status_code == 404


# --- In somebody's place ---------------------------------------------------------------------------------------------


def test_a_coordinator_who_acts_says_how_it_was_asked_for_and_it_is_logged(cast, reference):
    kaisa = looking_at_oulu(cast)
    address = "/oma/oulu/yhteystiedot/oikein/"

    kaisa.post(address, {"person": cast.leena.pk})
    assert Person.objects.get(pk=cast.leena.pk).contact_checked_on is None
    assert said(kaisa, "/oma/oulu/") == [("error", "Valitse, miten sinua pyydettiin tekemään tämä.")]
    kaisa.post(address, {"person": cast.leena.pk, "source": "phone"})

    assert Person.objects.get(pk=cast.leena.pk).contact_checked_on == TODAY
    acts = ActingEntry.objects.filter(kind="acted").values_list("municipality", "person", "source", "step", "by")
    assert list(acts) == [(reference.oulu.pk, cast.leena.pk, "phone", "portal_contacts_confirm", cast.kaisa.user.pk)]
    history = text_of(client_of(cast.leena.user).get("/oma/oulu/historia/"))
    assert "Kaisa Koordinaattori" in history


def test_a_coordinator_acts_for_the_municipalitys_people_alone(cast, reference):
    kaisa = looking_at_oulu(cast)

    for pk in (cast.outi.pk, cast.kaisa.pk, "", "x"):
        answer = kaisa.post("/oma/oulu/yhteystiedot/oikein/", {"person": pk, "source": "phone"})
        assert answer.status_code == 404, pk
    assert not Person.objects.filter(contact_checked_on__isnull=False).exists()


def test_every_saving_form_of_a_looking_coordinator_asks_the_source(cast, reference):
    """A form without it would save without a trace of why."""
    kaisa = looking_at_oulu(cast)
    Premises.objects.create(municipality=reference.oulu, name="Talo")
    Task.objects.create(title="Soita", audience="pair", municipality=reference.oulu, is_proposal=True)
    person = f"?henkilo={cast.leena.pk}"
    pages = [
        f"/oma/oulu/yhteystiedot/{person}", f"/oma/oulu/yhteystiedot/?henkilo={cast.ahti.pk}",
        f"/oma/oulu/yhteystiedot/muuta/{person}",
        f"/oma/oulu/yhteystiedot/tehtava/{cast.leena_in_oulu.pk}/{person}", "/oma/oulu/tarjonta/",
        "/oma/oulu/tarjonta/kanava/uusi/", "/oma/oulu/tehtavat/",
    ]  # fmt: skip
    for address in pages:
        page = kaisa.get(address).content.decode()
        forms = [
            form for form in re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL) if "/ulos/" not in form
        ]
        assert forms, address
        assert all('<select name="source"' in form for form in forms), address


def test_a_person_with_a_role_of_their_own_is_never_asked_for_a_source(cast, leena):
    assert "source" not in leena.get("/oma/oulu/tehtavat/").content.decode()
    leena.post("/oma/oulu/tehtavat/", {"title": "Soita"})
    assert not ActingEntry.objects.exists()


def test_the_bar_says_where_one_is_and_leads_back_from_ones_own_data(leena):
    page = leena.get("/oma/oulu/tehtavat/").content.decode()
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page) == ["/oma/oulu/tehtavat/"]
    assert '<a href="/oma/">Omat kunnat</a>' in leena.get("/oma/tiedot/").content.decode()


def test_a_deputys_end_is_told(cast, reference, leena):
    factories.AppointmentFactory(
        municipality=reference.oulu,
        kind=Appointment.Kind.DEPUTY,
        deputy_for=cast.leena_in_oulu,
        end=PartialDate.day(dt.date(2026, 12, 31)),
    )

    assert "järjestöyhdyshenkilön sijainen, päättyy 31.12.2026" in text_of(leena.get("/oma/oulu/"))
