"""The municipality's page: whom to contact, and nothing that is not public."""

import datetime as dt

import pytest
import time_machine

from common.partial_dates import PartialDate
from registry.consents import give_consent, withdraw_consent
from registry.memberships import merge_municipality, move_municipality
from registry.models import (
    Appointment,
    Channel,
    Consent,
    GrantPeriod,
    Municipality,
    Premises,
    SharedMailbox,
    SituationStatement,
)
from registry.roles import end_role
from tests import factories

OULU = "/pohjois-pohjanmaa/oulu/"
DETAILS = {
    "name": "Ahti Aapa",
    "email": "ahti.tyo@example.org",
    "phone": "050 000 0022",
}


def page(client, address=OULU):
    """Return a page's source with single spaces."""
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_liaison_is_shown_with_public_contact(client, cast):
    source = page(client)
    assert "Leena Liesi" in source
    assert "mailto:leena.tyo@example.org" in source
    assert "tel:0500000011" in source
    assert "Vapaa-aikasihteeri" in source
    assert "leena@example.org" not in source, "the sign-in address belongs to the account alone"


@pytest.mark.parametrize(
    ("field", "hidden"),
    [
        ("is_name_public", "Leena Liesi"),
        ("is_email_public", "leena.tyo@example.org"),
        ("is_phone_public", "050 000 0012"),
    ],
)
def test_liaison_can_limit_each_contact_detail(client, cast, field, hidden):
    cast.leena.phone = "050 000 0012"
    cast.leena.save()
    assert hidden in page(client)
    setattr(cast.leena_in_oulu, field, False)
    cast.leena_in_oulu.save()
    assert hidden not in page(client)


@pytest.mark.parametrize("field", Consent.Field.values)
def test_agents_detail_is_shown_with_consent_and_gone_at_once_without(client, cast, field):
    cast.ahti.phone = DETAILS["phone"]
    cast.ahti.save()
    addresses = [f"{prefix}{OULU}" for prefix in ("", "/sv", "/en")]
    assert not any(DETAILS[field] in page(client, address) for address in addresses)
    give_consent(cast.ahti, field, means=Consent.Means.PAPER, given_on=dt.date(2026, 1, 1), by=None)
    for address in addresses:
        shown = {name for name, detail in DETAILS.items() if detail in page(client, address)}
        assert shown == {field}
    etags = {address: client.get(address)["ETag"] for address in addresses}
    withdraw_consent(cast.ahti, field, by=None)
    for address, etag in etags.items():
        assert client.get(address, headers={"if-none-match": etag}).status_code == 200
    everywhere = [*addresses, "/", "/?haku=oulu", "/pohjois-pohjanmaa/", "/sitemap.xml", "/?haku=aapa"]
    assert not any(DETAILS[field] in client.get(address).content.decode() for address in everywhere)


def test_agents_association_is_told_only_beside_the_name(client, cast, reference):
    cast.ahti_in_oulu.association = factories.AssociationFactory(name="Ainoa Yhdistys ry", municipality=reference.oulu)
    cast.ahti_in_oulu.save()
    assert "Ainoa Yhdistys ry" not in page(client)
    give_consent(cast.ahti, "name", means=Consent.Means.SITE, given_on=dt.date(2026, 1, 1), by=None)
    assert "Ainoa Yhdistys ry" in page(client)


def test_associations_contacts_are_never_public(client, cast, reference):
    from registry.models import AssociationContact

    association = factories.AssociationFactory(municipality=reference.oulu)
    AssociationContact.objects.create(
        association=association,
        name="Salme Salainen",
        email="salme@example.org",
        phone="050 000 0099",
        source="puhelu",
        basis=AssociationContact.Basis.GIVEN,
        obtained_on=dt.date(2026, 1, 1),
    )
    for address in [OULU, "/pohjois-pohjanmaa/", "/?haku=salme"]:
        source = page(client, address)
        assert not any(secret in source for secret in ["Salainen", "salme@example.org", "0099"])


def test_municipality_without_liaison_shows_the_fallback_with_its_reason(client, cast, reference):
    fallback = factories.AppointmentFactory(
        municipality=reference.hailuoto,
        kind=Appointment.Kind.FALLBACK,
        fallback_post=Appointment.FallbackPost.WELLBEING,
        fallback_reason="Nimeäminen siirtyi keväälle.",
    )
    source = page(client, "/pohjois-pohjanmaa/hailuoto/")
    assert fallback.person.email in source
    assert "Nimeäminen siirtyi keväälle." in source
    assert "kaisa.tyo@example.org" in source, "the coordinator helps where there is no liaison"


def test_municipality_without_any_data_teaches_what_will_stand_here(client, cast):
    response = client.get("/pohjois-pohjanmaa/ii/")
    assert response.context["liaisons"] == response.context["agents"] == response.context["offers"]["premises"] == []
    assert "kaisa.tyo@example.org" in response.content.decode()


def test_being_named_shows_since_when(client, cast, reference):
    factories.SituationStatementFactory(
        municipality=reference.hailuoto,
        kind=SituationStatement.Kind.BEING_NAMED,
        start=PartialDate.of(2026, "spring"),
    )
    assert "kevät 2026" in page(client, "/pohjois-pohjanmaa/hailuoto/")


def test_role_that_ends_by_the_clock_ends_at_midnight_in_helsinki(client, cast):
    cast.leena_in_oulu.end = PartialDate.day(dt.date(2027, 6, 30))
    cast.leena_in_oulu.save()
    with time_machine.travel("2027-06-30T20:59:00+00:00", tick=False):
        assert "Leena Liesi" in page(client)
    with time_machine.travel("2027-06-30T21:01:00+00:00", tick=False):
        source = page(client)
        assert "Leena Liesi" not in source
        assert '<dt>1.1.2022 – 30.6.2027</dt><dd><span lang="fi">vapaa-aikasihteeri</span></dd>' in source


def test_what_the_municipality_offers_stands_with_the_day_it_was_checked(client, cast, reference):
    year = dt.date.today().year + 1
    GrantPeriod.objects.create(
        municipality=reference.oulu,
        name="Yleisavustus",
        closes_on=dt.date(year, 3, 31),
        checked_on=dt.date(2026, 9, 24),
    )
    GrantPeriod.objects.create(municipality=reference.oulu, name="Mennyt haku", closes_on=dt.date(2020, 3, 31))
    Premises.objects.create(municipality=reference.oulu, name="Työväentalo", price=Premises.Price.FREE)
    Premises.objects.create(municipality=reference.oulu, name="Suljettu talo", valid_to=dt.date(2020, 1, 1))
    Channel.objects.create(municipality=reference.oulu, kind=Channel.Kind.CALENDAR, name="Menoinfo")
    source = page(client)
    assert f"31.3.{year}" in source
    assert "24.9.2026" in source
    assert all(name in source for name in ["Yleisavustus", "Työväentalo", "Menoinfo"])
    assert not any(name in source for name in ["Mennyt haku", "Suljettu talo"])


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "fi", "sv", "en"),
    [
        (
            dt.date(2027, 2, 1),
            dt.date(2027, 3, 31),
            "haku alkaa 1.2.2027 ja päättyy 31.3.2027",
            "ansökningstiden börjar 1.2.2027 och slutar 31.3.2027",
            "applications open on 1 Feb 2027 and close on 31 Mar 2027",
        ),
        (
            dt.date(2026, 11, 22),
            dt.date(2026, 11, 22),
            "haku on auki 22.11.2026 asti",
            "ansökan är öppen till och med 22.11.2026",
            "open for applications until 22 Nov 2026",
        ),
        (
            None,
            dt.date(2026, 12, 1),
            "hae viimeistään 1.12.2026",
            "ansök senast 1.12.2026",
            "apply by 1 Dec 2026 at the latest",
        ),
        (
            dt.date(2026, 2, 1),
            dt.date(2026, 3, 31),
            "haku päättyi 31.3.2026",
            "ansökningstiden gick ut 31.3.2026",
            "applications closed on 31 Mar 2026",
        ),
    ],
    ids=["coming", "open on its only day", "opening not known", "closed"],
)
def test_grant_period_is_told_in_plain_words(client, cast, reference, opens_on, closes_on, fi, sv, en):
    GrantPeriod.objects.create(municipality=reference.oulu, name="Yleisavustus", opens_on=opens_on, closes_on=closes_on)
    with time_machine.travel("2026-11-22T10:00:00+02:00"):
        assert f"(yleisavustus): {fi}" in page(client)
        assert sv in page(client, "/sv" + OULU)
        assert en in page(client, "/en" + OULU)


def test_closed_grant_period_stands_only_where_no_other_is_left_and_for_a_year(client, cast, reference):
    closed = GrantPeriod.objects.create(municipality=reference.oulu, name="Mennyt haku", closes_on=dt.date(2026, 3, 31))
    with time_machine.travel("2026-11-22T10:00:00+02:00"):
        response = client.get(OULU)
        assert [(grant.name, grant.is_closed) for grant in response.context["grants"]] == [("Mennyt haku", True)]
        assert response.context["next_grant"] is None
    with time_machine.travel("2027-04-02T10:00:00+02:00"):
        assert client.get(OULU).context["grants"] == []
    closed.pk = None
    closed.name, closed.closes_on = "Tuleva haku", dt.date(2027, 3, 31)
    closed.save()
    with time_machine.travel("2026-11-22T10:00:00+02:00"):
        assert [grant.name for grant in client.get(OULU).context["grants"]] == ["Tuleva haku"]


def test_channel_called_by_its_kind_is_told_once(client, cast, reference):
    Channel.objects.create(municipality=reference.oulu, kind=Channel.Kind.CALENDAR, name="Tapahtumakalenteri")
    Channel.objects.create(municipality=reference.oulu, kind=Channel.Kind.NEWSLETTER, name="Oulun viikko")
    source = page(client)
    assert source.count("Tapahtumakalenteri") == 1
    assert 'Uutiskirje: <strong lang="fi">Oulun viikko</strong>' in source


def test_shared_mailbox_is_shown_as_the_posts_contact(client, cast, reference):
    cast.leena_in_oulu.mailbox = SharedMailbox.objects.create(
        municipality=reference.oulu, post="vapaa-aikapalvelut", email="vapaa-aika@example.org"
    )
    cast.leena_in_oulu.save()
    assert "vapaa-aika@example.org" in page(client)


def test_past_liaisons_are_told_without_names(client, cast, reference):
    old = factories.AppointmentFactory(
        municipality=reference.oulu, start=PartialDate.of(2018), end=PartialDate.of(2020), title="kulttuurisihteeri"
    )
    source = page(client)
    assert '<dt>2018 – 2020</dt><dd><span lang="fi">kulttuurisihteeri</span></dd>' in source
    assert old.person.family_name not in source


def test_figures_that_name_the_municipality_are_shown(client, reference):
    rows = client.get("/pohjois-pohjanmaa/pyhajarvi/").context["published"]
    assert [(row.year, row.value) for row in rows] == [(2017, "7"), (2017, "22,18")]
    assert "7/30" in page(client, "/pohjois-pohjanmaa/pyhajarvi/")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/kainuu/vaala/", "/pohjois-pohjanmaa/vaala/"),
        ("/sv/kainuu/vaala/", "/sv/pohjois-pohjanmaa/vaala/"),
        ("/keski-suomi/kuhmoinen/", "/keski-suomi/?vuosi=2020#kuhmoinen"),
        ("/pirkanmaa/kuhmoinen/", "/keski-suomi/?vuosi=2020#kuhmoinen"),
    ],
)
def test_old_address_redirects_for_good(client, reference, old, new):
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (301, new)
    assert client.get(new.split("#")[0]).status_code == 200


def test_address_after_a_merger_leads_to_the_successor_from_its_first_day(client, cast, reference):
    merge_municipality(reference.hailuoto, reference.oulu, on=dt.date(2027, 1, 1), by=None)
    assert client.get("/pohjois-pohjanmaa/hailuoto/").status_code == 200
    with time_machine.travel("2027-01-01T10:00:00+02:00"):
        assert client.get("/pohjois-pohjanmaa/hailuoto/")["Location"] == OULU


def test_address_after_a_move_leads_to_the_new_region_from_its_first_day(client, reference):
    move_municipality(reference.hailuoto, reference.keski_suomi, on=dt.date(2027, 1, 1), by=None)
    assert client.get("/pohjois-pohjanmaa/hailuoto/").status_code == 200
    assert client.get("/keski-suomi/hailuoto/")["Location"] == "/pohjois-pohjanmaa/hailuoto/"
    with time_machine.travel("2027-01-01T10:00:00+02:00"):
        assert client.get("/pohjois-pohjanmaa/hailuoto/")["Location"] == "/keski-suomi/hailuoto/"


@pytest.mark.parametrize("address", ["/keski-suomi/oulu/", "/pohjois-pohjanmaa/lappi/", "/pohjois-pohjanmaa/OULU/"])
def test_address_that_never_was_is_not_found_and_offers_near_names(client, reference, address):
    response = client.get(address)
    assert response.status_code == 404
    assert 'name="haku"' in response.content.decode()


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("/pohjois-pohjanmaa/pudasjarv/", ["Pudasjärvi"]),
        ("/sv/pohjois-pohjanmaa/pudasjarv/", ["Pudasjärvi"]),
        ("/pudasjarv/", ["Pudasjärvi"]),
        ("/pohjois-pohjanmaa/pudasjarvi/pudasjarv/", ["Pudasjärvi"]),
        ("/pohjois-pohjanmaa/kuhmoine/", []),  # its region has no pages
        ("/tietoa/pudasjarv/", []),  # below a page of the site's own no municipality was meant
        ("/en/palaute/pudasjarv/", []),
    ],
)
def test_mistyped_municipality_is_offered(client, reference, address, offered):
    response = client.get(address)
    assert response.status_code == 404
    assert [municipality.name for municipality in response.context["found"]] == offered


def test_standing_tells_what_is_there_and_who_can_add_what_is_not(client, cast):
    cast.leena_in_oulu.hours_per_week = 3
    cast.leena_in_oulu.save()
    standing = [(row.subject, row.shape, row.words, row.basis) for row in client.get(OULU).context["standing"]]
    who_adds = "Järjestöyhdyshenkilö tai koordinaattori voi lisätä tämän."
    assert standing == [
        ("Työaika", "named", "osoitettu", "3 h viikossa"),
        ("Toimenkuva", "no_information", "ei kirjattu", who_adds),
        ("Yhdistyksille kerrottu", "no_information", "ei kirjattu", who_adds),
        ("Yhdistysagentti", "being_named", "ehdokas", "1 vapaaehtoinen"),
    ]


def test_ending_an_appointment_changes_the_page_on_the_next_request(client, cast):
    assert "Leena Liesi" in page(client)
    end_role(cast.leena_in_oulu, on=PartialDate.day(dt.date.today() - dt.timedelta(days=1)), by=cast.kaisa.user)
    source = page(client)
    assert "Leena Liesi" not in source
    assert "kaisa.tyo@example.org" in source


def test_coordinator_stands_below_the_liaison_and_is_where_the_links_lead(client, cast):
    source = page(client)
    assert source.index("Leena Liesi") < source.index('id="coordinator"') < source.index("kaisa.tyo@example.org")
    factories.AppointmentFactory(municipality=Municipality.objects.get(code="615"))
    source = client.get("/pohjois-pohjanmaa/pudasjarvi/").content.decode()
    assert source.count('href="#coordinator"') == 2
