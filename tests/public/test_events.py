"""A region's events: what is told of them in public, and what is not."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import pytest
import time_machine

from meetings.models import AgendaItem, Decision, KindAudience, Meeting, MeetingKind, MeetingTheme
from meetings.planning import cancel_meeting, move_meeting
from tests.factories import MunicipalityFactory, RegionFactory
from tests.meetings.factories import KindFactory, MeetingFactory, VenueFactory, at

pytestmark = pytest.mark.django_db
EVENTS = "/rantamaa/tapahtumat/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


@pytest.fixture
def region():
    return RegionFactory(slug="rantamaa", name_fi="Rantamaa", name_sv="Rantamaa", name_en="Rantamaa")


@pytest.fixture
def host(region):
    return MunicipalityFactory(slug="saarikunta", name_fi="Saarikunta", region=region)


def evening(region, host, **values):
    """Return a published association evening that the municipality hosts in its library, 24.9.2026."""
    kind = values.pop("kind", None) or KindFactory(municipal=True, key="ilta")
    if "venue" not in values:
        values["venue"] = VenueFactory(municipality=host, name="Kirjasto")
    values = {"slug": "saarikunnan-ilta", "title_fi": "Saarikunnan yhdistysilta", **values}
    return MeetingFactory(region=region, kind=kind, hosts=[host], **values)


def text_of(response):
    """Return what a reader reads of the page's main part."""
    source = response.content.decode()
    main = source.split("<main")[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main.split(">", 1)[1]).split())


def titles(response):
    return [row.title for group in response.context["page"].groups for row in group.rows]


def hidden_meetings(region, host):
    """Make everything of the region that nobody may see; return what must stand nowhere."""
    kind, venue = KindFactory(municipal=True, key="salainen"), VenueFactory(municipality=host)
    evening(region, host, kind=kind, venue=venue, slug="luonnos", title_fi="Luonnosilta", published_at=None)
    evening(region, host, kind=kind, venue=venue, slug="suljettu", title_fi="Suljettu koulutus", is_public=False)
    elsewhere = RegionFactory(slug="nimimaa", records_from=None)
    evening(elsewhere, host, kind=kind, venue=venue, slug="nimi", title_fi="Nimimaan ilta")
    return ["Luonnosilta", "Suljettu koulutus", "Nimimaan ilta", "luonnos", "suljettu", "nimimaa"]


def test_list_has_what_is_coming_nearest_first_and_past_years_by_themselves(client, region, host):
    kind = KindFactory(municipal=True)
    days = {"myohempi": "2026-11-12", "tanaan": "2026-09-01", "eilen": "2026-08-31", "viime": "2025-10-01"}
    for slug, day in days.items():
        times = {"starts_at": at(f"{day} 9.00"), "ends_at": at(f"{day} 11.00")}
        MeetingFactory(region=region, kind=kind, slug=slug, title_fi=slug.capitalize(), hosts=[host], **times)

    # One that has ended today is coming until midnight (docs/adr/0036).
    coming = client.get(EVENTS)
    assert titles(coming) == ["Tanaan", "Myohempi"]
    assert titles(client.get(f"{EVENTS}?vuosi=2026")) == ["Eilen"]
    assert titles(client.get(f"{EVENTS}?vuosi=2025")) == ["Viime"]
    assert coming.context["asked"].past_addresses == [
        (2026, f"{EVENTS}?vuosi=2026"), (2025, f"{EVENTS}?vuosi=2025"),
    ]  # fmt: skip


def test_filters_stand_in_the_address_and_are_kept_by_calendar_and_feed(client, region, host):
    other = MunicipalityFactory(slug="rantakunta", name_fi="Rantakunta", region=region)
    evening(region, host)
    network = KindFactory(key="verkosto")
    at_ours = VenueFactory(municipality=host)
    MeetingFactory(region=region, kind=network, title_fi="Verkosto Saarikunnassa", venue=at_ours)
    MeetingFactory(
        region=region, kind=network, title_fi="Verkosto Rantakunnassa", venue=VenueFactory(municipality=other)
    )

    of_place = client.get(f"{EVENTS}?kunta=saarikunta")
    assert set(titles(of_place)) == {"Saarikunnan yhdistysilta", "Verkosto Saarikunnassa"}
    assert titles(client.get(f"{EVENTS}?kunta=saarikunta&laji=verkosto")) == ["Verkosto Saarikunnassa"]
    address = "/rantamaa/tapahtumat.ics?kunta=saarikunta"
    assert f'href="{address}"' in of_place.content.decode()
    calendar = client.get(address).content.decode()
    assert "Verkosto Saarikunnassa" in calendar
    assert "Verkosto Rantakunnassa" not in calendar


@pytest.mark.parametrize("choice", ["kunta=muu", "laji=muu", "vuosi=1850", "kunta=%00"])
def test_a_choice_that_there_is_not_is_told_beside_its_field(client, region, host, choice):
    evening(region, host)
    response = client.get(f"{EVENTS}?{choice}")
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [choice.split("=")[0]]
    assert "Tällaista vaihtoehtoa ei ole" in text_of(response)
    for extension in ("ics", "atom"):
        assert client.get(f"/rantamaa/tapahtumat.{extension}?{choice}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["sivu=2", "sivu=0", "sivu=x", "sivu=%C2%B2", "sivu=" + "9" * 5000, "nakyma=vuosi",
     "nakyma=kuukausi&kuukausi=2026-13", "nakyma=kuukausi&kuukausi=1999-01", "nakyma=kuukausi&kuukausi=2026-1%C2%B2"],
)  # fmt: skip
def test_pages_and_months_that_there_are_not_are_not_found(client, region, host, query):
    evening(region, host)
    assert client.get(f"{EVENTS}?{query}").status_code == 404


def test_a_long_list_is_paged(client, region, host):
    kind, venue = KindFactory(municipal=True), VenueFactory(municipality=host)
    for number in range(61):
        MeetingFactory(region=region, kind=kind, venue=venue, title_fi=f"Ilta {number}")
    first = client.get(f"{EVENTS}?kunta=saarikunta").context["page"]
    assert (sum(len(group.rows) for group in first.groups), first.before) == (60, "")
    assert first.after == f"{EVENTS}?kunta=saarikunta&sivu=2"
    assert titles(client.get(first.after)) == ["Ilta 60"]


def test_empty_pages_say_what_will_stand_there_and_who_adds_it(client, region, host):
    assert "Kunnan järjestöyhdyshenkilö julkaisee kuntansa illat" in text_of(client.get(EVENTS))
    assert "näytä kaikki tapahtumat" in text_of(client.get(f"{EVENTS}?kunta=saarikunta"))
    assert "Tässä kuussa ei ole tapahtumia" in text_of(client.get(f"{EVENTS}?nakyma=kuukausi"))


def test_month_has_each_event_on_its_days_and_leads_to_the_months_beside(client, region, host):
    evening(region, host)
    night = {"starts_at": at("2026-09-29 18.00"), "ends_at": at("2026-10-01 12.00")}
    MeetingFactory(region=region, title_fi="Leiri", **night)
    month = client.get(f"{EVENTS}?nakyma=kuukausi&kuukausi=2026-09").context["month"]
    days = {day.number: [row.title for row in day.events] for day in month.days if day.events}
    assert days == {24: ["Saarikunnan yhdistysilta"], 29: ["Leiri"], 30: ["Leiri"]}
    assert (month.days[0].weekday, month.before, month.after) == (2, "2026-08", "2026-10")
    october = client.get(f"{EVENTS}?nakyma=kuukausi&kuukausi=2026-10")
    assert [day.number for day in october.context["month"].days if day.events] == [1]
    assert client.get(f"{EVENTS}?nakyma=kuukausi&kuukausi=2026-12").context["month"].after == ""


def test_an_events_page_tells_what_where_for_whom_and_how_to_come(client, region, host):
    venue = VenueFactory(
        municipality=host, name="Pääkirjasto", street_address="Rantatie 2", directions_fi="Linja 3.",
        accessibility_fi="Esteetön sisäänkäynti.",
    )  # fmt: skip
    meeting = evening(
        region, host, venue=venue, description_fi="Kaikille **yhdistyksille**. <script>x</script>", in_swedish=True,
        registration_url="https://example.org/ilmo", registration_until=at("2026-09-20 12.00"),
    )  # fmt: skip
    meeting.themes.set([MeetingTheme.objects.create(key="avustukset", name_fi="Avustukset")])
    AgendaItem.objects.create(meeting=meeting, position=1, title_fi="Kahvit", minutes=15)
    AgendaItem.objects.create(meeting=meeting, position=2, title_fi="Tulokset", minutes=30, speaker="Kunnanjohtaja")

    response = client.get(f"{EVENTS}saarikunnan-ilta/")

    text, source = text_of(response), response.content.decode()
    for words in (
        "Torstai 24.9.2026 klo 17.30–20.00", "Pääkirjasto", "Rantatie 2", "Saarikunta", "Linja 3.",
        "Esteetön sisäänkäynti.", "Kaikille yhdistyksille .", "Suomeksi, ruotsiksi", "Avustukset",
        "Ilmoittaudu viimeistään 20.9.2026 klo 12.00.", "17.30 Kahvit", "17.45 Tulokset Kunnanjohtaja",
    ):  # fmt: skip
        assert words in text
    assert "<script>x" not in source
    assert '<a href="https://example.org/ilmo">' in source
    assert 'href="/rantamaa/saarikunta/"' in source
    assert "<title>Saarikunnan yhdistysilta, 24.9.2026 –" in source
    assert (
        '<meta name="description" content="Yhdistysilta: torstai 24.9.2026 klo 17.30–20.00, Pääkirjasto, Saarikunta. '
        'Järjestäjä: Saarikunta.">'
    ) in source


def properties(source):
    """Return {name: values} of the event's structured data."""
    found = {}
    for tag in re.findall(r"<(?:meta|link)[^>]*itemprop[^>]*>", source):
        name, value = re.search(r'itemprop="(\w+)"', tag)[1], re.search(r'(?:content|href)="([^"]*)"', tag)[1]
        found.setdefault(name, []).append(value)
    return found


def test_search_engines_read_status_times_and_way_of_taking_part(client, region, host):
    meeting = evening(region, host, remote_url="https://example.org/salainen")
    page = f"{EVENTS}saarikunnan-ilta/"
    first = properties(client.get(page).content.decode())
    assert first["eventStatus"] == ["https://schema.org/EventScheduled"]
    assert first["eventAttendanceMode"] == ["https://schema.org/MixedEventAttendanceMode"]
    assert first["startDate"] == ["2026-09-24T17:30:00+03:00"]

    new = {"starts_at": at("2026-10-29 18.00"), "ends_at": at("2026-10-29 20.00")}
    moved = move_meeting(meeting, venue=meeting.venue, remote_url=meeting.remote_url, by=None, **new)
    second = properties(client.get(page).content.decode())
    assert second["eventStatus"] == ["https://schema.org/EventRescheduled"]
    assert (second["startDate"], second["previousStartDate"]) == (
        ["2026-10-29T18:00:00+02:00"], ["2026-09-24T17:30:00+03:00"],
    )  # fmt: skip

    cancel_meeting(moved, by=None)
    assert properties(client.get(page).content.decode())["eventStatus"] == ["https://schema.org/EventCancelled"]


def test_moved_and_cancelled_are_told_before_anything_else_and_at_once(client, region, host):
    meeting = evening(region, host)
    page = f"{EVENTS}saarikunnan-ilta/"
    assert "peruttu" not in text_of(client.get(page))

    new = {"starts_at": at("2026-10-01 18.00"), "ends_at": at("2026-10-01 20.00")}
    moved = move_meeting(meeting, venue=meeting.venue, by=None, **new)
    text = text_of(client.get(page))
    assert text.index("torstai 24.9.2026 klo 17.30–20.00") < text.index("Torstai 1.10.2026 klo 18.00–20.00")
    assert [row.state for row in client.get(EVENTS).context["page"].groups[0].rows] == ["moved"]

    cancel_meeting(moved, because={"fi": "Sali on suljettu."}, by=None)
    response = client.get(page)
    text = text_of(response)
    assert text.index("Tämä tapahtuma on peruttu.") < text.index("Sali on suljettu.") < text.index("Milloin")
    assert "<title>Peruttu: Saarikunnan yhdistysilta" in response.content.decode()
    assert "Ilmoittaudu" not in text


@pytest.mark.parametrize(
    ("place", "day", "remote_url", "told"),
    [
        ("Talo", "2026-09-24", "",
         "Paikka on vaihtunut. Aiempi paikka oli Kirjasto, Kirjastokuja 1; oikea paikka on alla."),
        ("Talo", "2026-09-25", "",
         "Aika on vaihtunut. Aiempi aika oli torstai 24.9.2026 klo 17.30–20.00; oikea aika on alla. "
         "Paikka on vaihtunut. Aiempi paikka oli Kirjasto, Kirjastokuja 1; oikea paikka on alla."),
        ("Kirjasto", "2026-09-24", "https://example.org/uusi", "Etälinkki on vaihtunut."),
    ],
)  # fmt: skip
def test_what_has_changed_is_told_and_nothing_else(client, region, host, place, day, remote_url, told):
    meeting = evening(region, host)
    venue = meeting.venue if place == "Kirjasto" else VenueFactory(municipality=host, name=place)
    times = {"starts_at": at(f"{day} 17.30"), "ends_at": at(f"{day} 20.00")}
    move_meeting(meeting, venue=venue, remote_url=remote_url, by=None, **times)
    assert client.get(f"{EVENTS}saarikunnan-ilta/").context["page"].news == told


def test_a_remote_link_that_is_not_public_stands_nowhere_also_after_a_move(client, region, host):
    secret = "https://example.org/kokous/salainen"
    meeting = evening(region, host, remote_url=secret)
    meeting.venue = None
    meeting.save()
    move_meeting(
        meeting, starts_at=meeting.starts_at, ends_at=meeting.ends_at, venue=VenueFactory(municipality=host), by=None
    )
    MeetingFactory(region=region, slug="etana", venue=None, remote_url=secret)
    for address in (
        EVENTS, f"{EVENTS}saarikunnan-ilta/", f"{EVENTS}etana/", f"{EVENTS}etana.ics", f"{EVENTS}saarikunnan-ilta.ics",
        "/rantamaa/tapahtumat.ics", "/rantamaa/tapahtumat.atom", "/rantamaa/", "/",
    ):  # fmt: skip
        assert "salainen" not in client.get(address).content.decode(), address
    assert "ilmoittautuneet saavat linkin" in text_of(client.get(f"{EVENTS}etana/"))


def test_drafts_closed_meetings_and_regions_without_pages_stand_nowhere(client, region, host):
    secrets = hidden_meetings(region, host)
    shown = evening(region, host)
    for address in (
        EVENTS, f"{EVENTS}?kunta=saarikunta", f"{EVENTS}?nakyma=kuukausi&kuukausi=2026-09", "/rantamaa/tapahtumat.ics",
        "/rantamaa/tapahtumat.ics?kunta=saarikunta", "/rantamaa/tapahtumat.atom", "/", "/rantamaa/",
        "/rantamaa/saarikunta/", "/sitemap.xml",
    ):  # fmt: skip
        source = client.get(address).content.decode()
        assert shown.slug in source, address
        assert [secret for secret in secrets if secret in source] == [], address
    for slug in ("luonnos", "suljettu", "nimi", "ei-ole"):
        assert client.get(f"{EVENTS}{slug}/").status_code == 404
        assert client.get(f"{EVENTS}{slug}.ics").status_code == 404
    RegionFactory(slug="naapurimaa")
    assert client.get("/naapurimaa/tapahtumat/saarikunnan-ilta/").status_code == 404
    for address in (
        "/nimimaa/tapahtumat/",
        "/nimimaa/tapahtumat/nimi/",
        "/nimimaa/tapahtumat.ics",
        "/nimimaa/tapahtumat.atom",
    ):
        assert client.get(address).status_code == 404


def test_words_of_another_language_say_which_it_is(client, region, host):
    evening(region, host, title_fi="", title_sv="Föreningskväll på ön", slug="kvall", in_finnish=False, in_swedish=True)
    source = client.get("/en/rantamaa/tapahtumat/kvall/").content.decode()
    assert '<h1 itemprop="name" lang="sv">Föreningskväll på ön</h1>' in source
    for address in (EVENTS, "/rantamaa/", "/rantamaa/saarikunta/", "/"):
        assert re.search(r'<a[^>]* lang="sv">Föreningskväll på ön</a>', client.get(address).content.decode()), address
    assert 'lang="sv"' not in client.get("/sv/rantamaa/tapahtumat/kvall/").content.decode().split("<main")[1]


def test_registration_that_ends_today_is_not_kept_as_open(client, region, host):
    evening(region, host, registration_until=at("2026-09-01 18.00"), registration_url="https://example.org/ilmo")
    page = f"{EVENTS}saarikunnan-ilta/"
    assert "example.org/ilmo" in client.get(page).content.decode()
    with time_machine.travel(at("2026-09-01 18.01")):
        response = client.get(page)
    assert "example.org/ilmo" not in response.content.decode()
    assert "Ilmoittautuminen päättyi 1.9.2026 klo 18.00." in text_of(response)


def test_feed_tells_what_changed_last_and_is_the_same_until_something_does(client, region, host):
    address = "/rantamaa/tapahtumat.atom"
    empty = client.get(address).content
    assert ET.fromstring(empty).findtext(f"{ATOM}updated").startswith(f"{region.records_from:%Y-%m-%d}")
    evening(region, host)
    other = MeetingFactory(region=region, title_fi="Verkostotapaaminen", slug="verkosto")
    with time_machine.travel(at("2026-09-02 10.00"), tick=False):
        cancel_meeting(other, by=None)
    with time_machine.travel(at("2026-09-02 11.00"), tick=False):
        first = client.get(address)
        feed = ET.fromstring(first.content)
    with time_machine.travel(at("2026-09-03 11.00"), tick=False):
        assert client.get(address).content == first.content
    entries = feed.findall(f"{ATOM}entry")
    assert [(entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}updated")) for entry in entries] == [
        ("Peruttu: Verkostotapaaminen", "2026-09-02T07:00:00+00:00"),
        ("Saarikunnan yhdistysilta", "2026-08-20T06:00:00+00:00"),
    ]
    assert entries[0].findtext(f"{ATOM}id") == other.uid.urn
    for page in ("/rantamaa/", EVENTS):
        assert 'type="application/atom+xml"' in client.get(page).content.decode()


def test_region_and_municipality_tell_what_is_next_and_what_was_held_against_the_expected(client, region, host):
    MeetingKind.objects.update(n_expected=0)
    other = MunicipalityFactory(slug="rantakunta", region=region)
    ilta, verkosto = KindFactory(municipal=True, n_expected=1), KindFactory(n_expected=2)
    KindFactory(n_expected=4, name_fi="Neuvottelukunta")  # to which no liaison is invited
    KindAudience.objects.create(kind=verkosto, audience="liaisons")
    venue = VenueFactory(municipality=host)

    def held(kind, day, *hosts, **values):
        times = {"starts_at": at(f"{day} 17.00"), "ends_at": at(f"{day} 19.00")}
        return MeetingFactory(region=region, kind=kind, venue=venue, hosts=hosts, **times, **values)

    held(ilta, "2025-09-02", host)
    held(ilta, "2025-08-31", other)  # too long ago
    held(ilta, "2026-03-01", other, cancelled_at=at("2026-02-01 9.00"))
    held(verkosto, "2026-03-02")
    held(verkosto, "2026-04-02", is_public=False)
    evening(region, host, kind=ilta)
    held(ilta, "2026-09-10", other, title_fi="Rantailta")

    page = client.get("/rantamaa/").context
    assert [event.title for event in page["next_events"]] == ["Rantailta", "Saarikunnan yhdistysilta"]
    assert [(row.words, row.basis, row.is_enough) for row in page["held"]] == [
        ("1/2 (50\xa0%) kuntaa on pitänyt odotetun määrän", "odotus 1 vuodessa kussakin", False),
        ("1 pidetty", "odotus 2 vuodessa", False),
        ("0 pidetty", "odotus 4 vuodessa", False),
    ]
    here = client.get("/rantamaa/saarikunta/").context
    assert here["next_event"].title == "Saarikunnan yhdistysilta"
    assert here["next_event"].words.startswith("Torstai 24.9.2026 klo 17.30–20.00, Kirjasto")
    assert [(row.words, row.is_enough) for row in here["held"]] == [
        ("1 pidetty", True), ("1 pidetty", False),
    ]  # fmt: skip
    there = client.get("/rantamaa/rantakunta/").context
    assert [(row.words, row.is_enough) for row in there["held"]] == [("0 pidetty", False), ("1 pidetty", False)]
    assert client.get("/").context["next_events"] == page["next_events"]


def test_a_cancelled_evening_is_told_but_is_not_the_next_one(client, region, host):
    cancel_meeting(evening(region, host), by=None)
    page = client.get("/rantamaa/saarikunta/")
    assert page.context["next_event"] is None
    assert [event.state for event in page.context["next_events"]] == ["Peruttu"]
    assert client.get("/").context["next_events"] == []


def test_sitemap_has_every_event_in_every_language(client, region, host):
    evening(region, host)
    source = client.get("/sitemap.xml").content.decode()
    for prefix in ("", "/sv", "/en"):
        assert f"{prefix}/rantamaa/tapahtumat/saarikunnan-ilta/</loc>" in source
        assert f"{prefix}/rantamaa/tapahtumat/</loc>" in source


def test_pages_of_events_make_the_same_few_queries_for_one_and_many(client, region, host, django_assert_num_queries):
    meeting = evening(region, host)
    AgendaItem.objects.create(meeting=meeting, title_fi="Kahvit")
    Decision.objects.create(meeting=meeting, text="Kokeillaan")
    costs = {EVENTS: 8, f"{EVENTS}?nakyma=kuukausi": 8, f"{EVENTS}saarikunnan-ilta/": 7,
             "/rantamaa/tapahtumat.ics": 8, "/rantamaa/tapahtumat.atom": 8}  # fmt: skip
    from public.caching import pages

    for n_more in (0, 3):
        for number in range(n_more):
            municipality = MunicipalityFactory(region=region)
            more = evening(region, municipality, kind=KindFactory(), slug=f"lisa-{number}")
            AgendaItem.objects.create(meeting=meeting, title_fi=more.title_fi)
            Decision.objects.create(meeting=meeting, text=more.title_fi)
        pages.clear()
        for address, queries in costs.items():
            with django_assert_num_queries(queries):
                assert client.get(address).status_code == 200
            with django_assert_num_queries(1):
                client.get(address)


def test_no_event_is_held_on_a_day_of_another_zone(client, region, host):
    """A quarter past midnight in Helsinki is still the day before in UTC."""
    night = {"starts_at": at("2026-10-01 0.15"), "ends_at": at("2026-10-01 2.00")}
    evening(region, host, **night)
    month = client.get(f"{EVENTS}?nakyma=kuukausi&kuukausi=2026-10").context["month"]
    assert [day.number for day in month.days if day.events] == [1]
    assert Meeting.objects.get().starts_at.astimezone(dt.UTC).day == 30


def test_pages_are_made_anew_when_what_stands_around_an_event_changes(client, region, host):
    meeting = evening(region, host)
    item = AgendaItem.objects.create(meeting=meeting, title_fi="Kahvit")
    page = f"{EVENTS}saarikunnan-ilta/"

    def shown():
        return text_of(client.get(page))

    assert "Avustukset" not in shown()
    theme = MeetingTheme.objects.create(key="avustukset", name_fi="Avustukset")
    meeting.themes.set([theme])
    assert "Avustukset" in shown()
    theme.name_fi = "Tuet"
    theme.save()
    meeting.venue.name = "Kulttuuritalo"
    meeting.venue.save()
    item.delete()
    text = shown()
    assert "Tuet" in text
    assert "Kulttuuritalo" in text
    assert "Kahvit" not in text
