"""A municipality's year by month: what stands in it, what does not, and the same as a calendar."""

import datetime as dt
import re

import icalendar
import pytest
import time_machine
import vobject
from django.utils import timezone

from meetings.models import MeetingKind
from meetings.planning import cancel_meeting
from registry.memberships import merge_municipality
from registry.models import GrantPeriod, Municipality, SiteState
from surveys.models import Round
from surveys.publishing import publish_results
from tests.meetings.factories import MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of
from tests.surveys.factories import RoundFactory
from tests.surveys.small_round import small_round

pytestmark = pytest.mark.django_db
PAGE = "/pohjois-pohjanmaa/oulu/vuosikello/"
FEED = "/pohjois-pohjanmaa/oulu/vuosikello.ics"
WHY = (
    "Kunta ja yhdistykset käyvät läpi, pitävätkö sovitut toimintatavat yhä paikkansa. "
    "Jos asiakirjaa ei vielä ole, nyt on hyvä hetki puhua sen tekemisestä."
)


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-15 12.00"), tick=False):
        yield


def held(reference, key, title, day, **values):
    """Return a published meeting of the region from 17.30 on."""
    times = {"starts_at": at(f"{day} 17.30"), "ends_at": at(f"{day} 20.00")}
    values = {"region": reference.pohjois_pohjanmaa, "venue": VenueFactory(municipality=reference.oulu)} | values
    return MeetingFactory(kind=MeetingKind.objects.get(key=key), title_fi=title, **times, **values)


@pytest.fixture
def no_review(reference):
    """The region's clocks tell nothing of cooperation documents."""
    reference.pohjois_pohjanmaa.document_review_month = None
    reference.pohjois_pohjanmaa.save()


def months(client, page=PAGE):
    """Return {month: what stands in it} of the page, without empty months."""
    clock = client.get(page).context["clock"]
    rows = {month.title: [(row.when, row.what, row.title) for row in month.rows] for month in clock.months}
    return {title: some for title, some in rows.items() if some}


def test_the_year_has_evenings_network_meetings_the_survey_and_grants_by_month(client, reference):
    held(reference, "association-evening", "Oulun ilta", "2026-10-08", hosts=[reference.oulu])
    held(reference, "network-meeting", "Verkosto", "2027-04-14")
    GrantPeriod.objects.create(
        municipality=reference.oulu,
        name="Toiminta-avustus",
        opens_on=dt.date(2026, 12, 1),
        closes_on=dt.date(2027, 1, 31),
    )
    RoundFactory(
        region=reference.pohjois_pohjanmaa, year=2026, title_fi="Kartoitus", opens_on=dt.date(2026, 9, 1),
        closes_on=dt.date(2026, 10, 15), reply_days=14,
    )  # fmt: skip
    Round.objects.filter(year=2026).update(opened_at=timezone.now())

    assert months(client) == {
        "Syyskuu 2026": [("1.9.2026", "Kysely avautuu kunnille", "Kartoitus 2026")],
        "Lokakuu 2026": [
            ("8.10.2026 klo 17.30", "Yhdistysilta", "Oulun ilta"),
            ("15.10.2026", "Kyselyn viimeinen vastauspäivä", "Kartoitus 2026"),
            ("29.10.2026", "Viimeinen päivä, jolloin kunta voi kommentoida tuloksiaan", "Kartoitus 2026"),
        ],
        "Joulukuu 2026": [("1.12.2026", "Haku alkaa", "Toiminta-avustus")],
        "Tammikuu 2027": [
            ("Kuukauden aikana", WHY, "Yhteistyöasiakirjan tarkistus"),
            ("31.1.2027", "Viimeinen hakupäivä", "Toiminta-avustus"),
        ],
        "Huhtikuu 2027": [("14.4.2027 klo 17.30", "Verkostotapaaminen", "Verkosto")],
    }
    assert client.get(PAGE).content.decode().count('class="clock-month"') == 12


def test_what_is_another_municipalitys_not_public_or_too_far_stands_nowhere(client, reference, no_review):
    held(reference, "association-evening", "Luonnos", "2026-10-08", hosts=[reference.oulu], published_at=None)
    held(reference, "association-evening", "Ei julkinen", "2026-10-08", hosts=[reference.oulu], is_public=False)
    held(reference, "association-evening", "Hailuodon ilta", "2026-10-08", hosts=[reference.hailuoto])
    held(reference, "advisory-board", "Neuvottelukunta", "2026-10-08")
    held(reference, "network-meeting", "Toinen maakunta", "2026-10-08", region=reference.keski_suomi)
    held(reference, "network-meeting", "Syyskuussa 2027", "2027-09-01")
    GrantPeriod.objects.create(municipality=reference.hailuoto, name="Muun", closes_on=dt.date(2027, 1, 31))
    GrantPeriod.objects.create(
        municipality=reference.oulu, name="Loppunut", closes_on=dt.date(2027, 1, 31), valid_to=dt.date(2026, 8, 1)
    )
    RoundFactory(region=reference.pohjois_pohjanmaa, year=2026, title_fi="Luonnos", opens_on=dt.date(2026, 10, 1))
    assert months(client) == {}
    page = client.get(PAGE).content.decode()
    assert "Seuraavasta kahdestatoista kuukaudesta ei tiedetä vielä mitään" in page


def test_a_cancelled_evening_says_so_and_a_published_survey_leads_to_its_results(client, reference, no_review):
    evening = held(reference, "association-evening", "Ilta", "2026-10-08", hosts=[reference.oulu])
    cancel_meeting(evening, by=None)
    survey_round = small_round(reference.pohjois_pohjanmaa, list(Municipality.objects.filter(code="564")), year=2025)
    publish_results(survey_round, by=None)  # today
    page = client.get(PAGE)
    rows = [row for month in page.context["clock"].months for row in month.rows]
    assert [(row.what, row.url, row.mark_words) for row in rows] == [
        ("Kyselyn tulokset julkaistiin", "/pohjois-pohjanmaa/kysely/2025/", ""),
        ("Yhdistysilta", f"/pohjois-pohjanmaa/tapahtumat/{evening.slug}/", "Peruttu"),
    ]


def test_the_calendar_has_whole_days_with_stable_names_that_two_parsers_read(client, reference, no_review):
    held(reference, "association-evening", "Oulun ilta", "2026-10-08", hosts=[reference.oulu])
    grant = GrantPeriod.objects.create(
        municipality=reference.oulu,
        name="Avustus; yleinen, 2027",
        closes_on=dt.date(2027, 1, 31),
        url="https://x.fi/ohje",
    )
    first = client.get(FEED)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    one = {str(each["UID"]): each for each in icalendar.Calendar.from_ical(first.content).walk("VEVENT")}
    other = {each.uid.value: each for each in vobject.readOne(first.content.decode()).vevent_list}
    uid = f"grant-{grant.pk}-closes@testserver"
    assert set(one) == set(other)
    assert len(one) == 2
    assert str(one[uid]["SUMMARY"]) == other[uid].summary.value == "Viimeinen hakupäivä: Avustus; yleinen, 2027"
    assert one[uid].decoded("DTSTART") == other[uid].dtstart.value == dt.date(2027, 1, 31)
    assert one[uid].decoded("DTEND") == other[uid].dtend.value == dt.date(2027, 2, 1)
    assert b"DTSTART;VALUE=DATE:20270131" in first.content
    assert "https://x.fi/ohje" in other[uid].description.value

    with time_machine.travel(at("2026-09-20 12.00"), tick=False):
        again = client.get(FEED, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304
        grant.closes_on = dt.date(2027, 2, 28)
        grant.save()
        moved = vobject.readOne(client.get(FEED).content.decode())
        day = next(each for each in moved.vevent_list if each.uid.value == uid)
        assert (day.dtstart.value, day.last_modified.value) == (dt.date(2027, 2, 28), at("2026-09-20 12.00"))


def review_days(client, page=FEED):
    """Return {name: (day, title)} of the review's days in the calendar."""
    events = icalendar.Calendar.from_ical(client.get(page).content).walk("VEVENT")
    days = {str(each["UID"]).partition("@")[0]: (each.decoded("DTSTART"), str(each["SUMMARY"])) for each in events}
    return {uid: day for uid, day in days.items() if uid.startswith("document-review")}


def test_the_review_of_the_document_stands_in_its_month_every_year_on_a_working_day_in_the_calendar(client, reference):
    title = "Yhteistyöasiakirjan tarkistus"
    assert months(client) == {"Tammikuu 2027": [("Kuukauden aikana", WHY, title)]}
    # The clock still teaches what else will stand there.
    assert "Yhdistysillat ja verkostotapaamiset näkyvät täällä" in client.get(PAGE).content.decode()
    # Twelve months back and twelve on; New Year and weekends are no working days.
    assert review_days(client) == {
        "document-review-564-2026": (dt.date(2026, 1, 2), title),
        "document-review-564-2027": (dt.date(2027, 1, 4), title),
    }
    first = client.get(FEED)
    (event,) = (each for each in vobject.readOne(first.content.decode()).vevent_list if "2027" in each.uid.value)
    assert WHY in event.description.value.replace("\n", " ")
    with time_machine.travel(at("2026-09-20 12.00"), tick=False):
        assert client.get(FEED, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_a_regions_coordinator_chooses_the_month_or_leaves_it_out(client, cast, reference):
    client.get(PAGE)
    region = reference.pohjois_pohjanmaa
    region.document_review_month = 9
    region.save()
    # In the present month too, and only until the month is over.
    assert list(months(client)) == ["Syyskuu 2026"]
    assert [day for day, _title in review_days(client).values()] == [dt.date(2025, 9, 1), dt.date(2026, 9, 1)]
    region.document_review_month = None
    region.save()
    assert (months(client), review_days(client)) == ({}, {})
    kaisa = client_of(cast.kaisa.user)
    address = f"/hallinta/registry/region/{region.pk}/change/"
    form = kaisa.get(address).context["adminform"].form
    posted = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert kaisa.post(address, posted | {"document_review_month": "13"}).status_code == 200
    assert kaisa.post(address, posted | {"document_review_month": "2"}).status_code == 302
    assert list(months(client)) == ["Helmikuu 2027"]


@pytest.mark.parametrize(
    ("prefix", "title"),
    [("/sv", "Översyn av dokumentet om föreningssamarbete"), ("/en", "Review of the cooperation document")],
)
def test_the_review_is_told_in_the_language_of_the_address(client, reference, prefix, title):
    assert title in client.get(prefix + PAGE).content.decode()
    assert {each for _day, each in review_days(client, prefix + FEED).values()} == {title}


@pytest.mark.parametrize(
    ("prefix", "words"), [("", "Haku alkaa"), ("/sv", "Ansökningstiden börjar"), ("/en", "Applications open")]
)
def test_it_is_in_three_languages_and_demo_data_says_so(client, reference, prefix, words):
    GrantPeriod.objects.create(
        municipality=reference.oulu, name="Avustus", opens_on=dt.date(2026, 10, 1), closes_on=dt.date(2026, 10, 31)
    )
    SiteState.objects.mark_demo()
    assert words in client.get(prefix + PAGE).content.decode()
    calendar = client.get(prefix + FEED).content.decode().replace("\r\n ", "")
    assert words in calendar
    assert {"": "Esittelyaineisto", "/sv": "Demomaterial", "/en": "Demo data"}[prefix] in calendar


def test_addresses_follow_the_municipality_and_others_are_not_found(client, reference):
    # Kuhmoinen has moved to a region without pages.
    for place in ("keski-suomi/oulu", "pohjois-pohjanmaa/ei-ole", "keski-suomi/kuhmoinen", "pirkanmaa/kuhmoinen"):
        for word in ("vuosikello/", "vuosikello.ics"):
            assert client.get(f"/{place}/{word}").status_code == 404, place
    merge_municipality(reference.hailuoto, reference.oulu, on=dt.date(2026, 9, 1), by=None)
    for word in ("vuosikello/", "vuosikello.ics"):
        moved = client.get(f"/pohjois-pohjanmaa/hailuoto/{word}")
        assert (moved.status_code, moved.url) == (301, f"/pohjois-pohjanmaa/oulu/{word}")


def test_the_page_is_linked_from_the_municipalitys_and_listed_and_made_anew_when_something_changes(client, reference):
    assert PAGE in client.get("/pohjois-pohjanmaa/oulu/").content.decode()
    assert f"http://testserver{PAGE}" in client.get("/sitemap.xml").content.decode()
    client.get(PAGE)
    GrantPeriod.objects.create(municipality=reference.oulu, name="Uusi avustus", closes_on=dt.date(2026, 10, 31))
    assert "Uusi avustus" in re.sub(r"\s+", " ", client.get(PAGE).content.decode())
