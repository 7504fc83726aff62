"""The region's page: in words, as a table on a chosen day, over the years with sources."""

import datetime as dt

import pytest
import time_machine
from django.forms import Select
from django.test import SimpleTestCase

from common.partial_dates import PartialDate
from registry.models import Appointment, Area, Coordinator, GrantPeriod, Municipality, Situation
from tests import factories


def rows(response):
    """Return (municipality, situation) as the page's table shows them."""
    return [(row.name, row.situation) for row in response.context["rows"]]


def text(response):
    """Return the page's words with single ordinary spaces."""
    return " ".join(response.content.decode().replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("share", "source"),
    [
        ("7/30 (23 %)", "ihimiset.fi 11.10.2017"),
        ("19/30 (63 %)", "ihimiset.fi 25.9.2018"),
        ("27/30 (90 %)", "ihimiset.fi 11.9.2020"),
    ],
)
def test_region_prints_published_figures_with_day_and_source(client, reference, share, source):
    page = text(client.get("/pohjois-pohjanmaa/"))
    row = next(row for row in page.split("<tr>") if source in row and "julkaistu" in row)
    assert share in row


def test_region_tells_its_situation_in_words_and_rows(client, cast, reference):
    factories.SituationStatementFactory(municipality=reference.hailuoto)
    response = client.get("/pohjois-pohjanmaa/")
    assert "1/30 (3 %)" in text(response)
    assert response.context["counts"] == [
        (Situation.NAMED, 1),
        (Situation.NONE, 1),
        (Situation.NO_INFORMATION, 28),
    ]
    assert dict(rows(response))["Oulu"] == Situation.NAMED
    assert dict(rows(response))["Hailuoto"] == Situation.NONE
    assert dict(rows(response))["Ii"] == Situation.NO_INFORMATION


def test_region_lists_municipalities_in_finnish_alphabetical_order(client, reference):
    names = [name for name, _situation in rows(client.get("/keski-suomi/"))]
    assert names[:2] == ["Hankasalmi", "Joutsa"]
    assert names[-1] == "Äänekoski"
    names = [name for name, _situation in rows(client.get("/sv/pohjois-pohjanmaa/"))]
    assert names.index("Brahestad") < names.index("Haapajärvi") < names.index("Uleåborg")


@pytest.mark.parametrize(
    ("address", "n", "present", "absent"),
    [
        ("/keski-suomi/", 22, [], ["Kuhmoinen"]),
        ("/keski-suomi/?vuosi=2020", 23, ["Kuhmoinen"], []),
        ("/pohjois-pohjanmaa/?vuosi=2015", 29, [], ["Vaala"]),
        ("/pohjois-pohjanmaa/?vuosi=2016", 30, ["Vaala"], []),
    ],
)
def test_region_lists_the_members_of_that_year(client, reference, address, n, present, absent):
    names = {name for name, _situation in rows(client.get(address))}
    assert len(names) == n
    assert names.issuperset(present)
    assert names.isdisjoint(absent)


def test_region_before_its_records_tells_no_situation(client, cast, reference):
    old = factories.AppointmentFactory(municipality=reference.oulu, start=PartialDate.of(2015))
    response = client.get("/pohjois-pohjanmaa/?vuosi=2019")
    assert {situation for _name, situation in rows(response)} == {Situation.NO_INFORMATION}
    assert "1.1.2021" in text(response)
    assert old.is_current_on(dt.date(2019, 12, 31))


def test_ending_an_appointment_changes_today_and_nothing_in_the_past(client, cast, reference):
    before = client.get("/pohjois-pohjanmaa/?vuosi=2024").content
    assert dict(rows(client.get("/pohjois-pohjanmaa/")))["Oulu"] == Situation.NAMED
    yesterday = dt.date.today() - dt.timedelta(days=1)
    cast.leena_in_oulu.end = PartialDate.day(yesterday)
    cast.leena_in_oulu.save()
    assert dict(rows(client.get("/pohjois-pohjanmaa/")))["Oulu"] == Situation.NO_INFORMATION
    after = client.get("/pohjois-pohjanmaa/?vuosi=2024")
    assert dict(rows(after))["Oulu"] == Situation.NAMED
    first_table = [page.split(b"<tbody>")[1].split(b"</tbody>")[0] for page in (before, after.content)]
    assert first_table[0] == first_table[1]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/pohjois-pohjanmaa/?alue=seutukunnat-17.178", {"Kuusamo", "Taivalkoski"}),
        ("/pohjois-pohjanmaa/?koko=from_50000", {"Oulu"}),
        ("/pohjois-pohjanmaa/?tilanne=named", {"Oulu"}),
        ("/pohjois-pohjanmaa/?tilanne=none", set()),
        ("/pohjois-pohjanmaa/?alue=seutukunnat-17.171&koko=under_5000", {"Hailuoto", "Lumijoki"}),
    ],
)
def test_region_filters_by_choices_in_the_address(client, cast, address, expected):
    response = client.get(address)
    assert response.status_code == 200
    assert {name for name, _situation in rows(response)} == expected


def test_choices_are_told_in_words_and_lead_to_the_list(client, cast):
    response = client.get("/pohjois-pohjanmaa/?vuosi=2024&alue=seutukunnat-17.178&tilanne=none&jarjestys=-asukkaat")
    assert [(str(label), str(words)) for label, words in response.context["chosen"]] == [
        ("Vuosi", "2024"),
        ("Alue", "Koillismaa"),
        ("Tilanne", "ei järjestö\xadyhdyshenkilöä"),
        ("Järjestys", "suurin ensin"),
    ]
    source = response.content.decode()
    assert '<details class="filter">' in source
    assert '<form class="choices" method="get" action="#municipalities"' in source
    assert client.get("/pohjois-pohjanmaa/?vuosi=&jarjestys=nimi").context["chosen"] == []


def test_filter_stays_open_beside_an_error(client, cast):
    assert '<details class="filter" open>' in client.get("/pohjois-pohjanmaa/?vuosi=1850").content.decode()


def test_coordinator_of_two_areas_is_one_person_with_both(client, cast, reference):
    oulu, north = (Area.objects.get(group__key="coordinators-17", code=code) for code in ("oulu", "pohjoinen"))
    factories.CoordinatorFactory(person=cast.kaisa, region=reference.pohjois_pohjanmaa, area=oulu)
    factories.CoordinatorFactory(region=reference.pohjois_pohjanmaa, area=north, person__given_name="Pihla")
    cards = client.get("/pohjois-pohjanmaa/").context["coordinators"]
    assert [(card.name, card.areas) for card in cards] == [
        ("Kaisa Koordinaattori", "koko maakunta, Oulu"),
        (Coordinator.objects.get(area=north).person.name, "Pohjoinen"),
    ]


def test_first_screen_leads_to_the_coordinators(client, cast):
    source = client.get("/pohjois-pohjanmaa/").content.decode()
    link, place = (source.index(words) for words in ('<a href="#coordinators">', '<h2 id="coordinators">'))
    assert link < place < source.index('<h2 id="municipalities">')


@pytest.mark.parametrize(
    "query",
    [
        "vuosi=1850",
        "vuosi=2999",
        "vuosi=x",
        "vuosi=2020%00",
        "alue=mars",
        "alue=seutukunnat-13.131",
        "alue=" + "x" * 10_000,
        "koko=%F0%9F%90%BB",
        "tilanne=lost",
    ],
)
def test_region_answers_a_choice_that_does_not_exist_beside_its_field(client, reference, query):
    response = client.get(f"/pohjois-pohjanmaa/?{query}")
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [query.split("=")[0]]
    assert "error-summary" in text(response)
    assert len(response.context["rows"]) == 30


def test_region_counts_persons_apart_from_municipalities(client, cast, reference):
    factories.AppointmentFactory(municipality=reference.oulu)
    factories.AppointmentFactory(municipality=reference.hailuoto, person=cast.leena)
    point = client.get("/pohjois-pohjanmaa/").context["point"]
    assert (point.named.count, point.n_persons) == (2, 2)


def test_published_and_computed_figures_stand_beside_each_other(client, cast):
    history = client.get("/pohjois-pohjanmaa/").context["history"]
    assert [(row.when.year, row.named.count, row.is_published) for row in history][:5] == [
        (2017, 7, True),
        (2018, 19, True),
        (2020, 27, True),
        (2021, 0, False),
        (2022, 1, False),
    ]


def test_chart_and_table_say_where_the_registry_begins(client, cast):
    response = client.get("/pohjois-pohjanmaa/?vuosi=2022")
    chart = response.context["chart"]
    assert [(row.label, row.heading) for row in chart.rows if row.heading] == [
        ("11.10.2017", "Julkaistu muualla"),
        ("31.12.2021", "Rekisteri alkaa 1.1.2021"),
    ]
    assert "11.9.2020 27/30 (90 %). Rekisteri alkaa 1.1.2021: 31.12.2021 0/30 (0 %)," in chart.reading.replace(
        "\xa0", " "
    )
    tops = [bar.y for bar in chart.bars]
    assert tops[3] - tops[2] > tops[2] - tops[1], "the registry's own bars stand apart"
    table = text(response).split('id="history-caption"')[1].split("</table>")[0]
    assert [part.split("</tr>")[0].split(">")[-2].removesuffix("</th") for part in table.split("<tbody>")[1:]] == [
        "Julkaistu muualla",
        "Rekisteri alkaa 1.1.2021",
    ]


def test_chart_of_one_kind_has_no_word_of_two(client, cast):
    reading = client.get("/keski-suomi/").context["chart"].reading.replace("\xa0", " ")
    assert reading.startswith("Rekisteri alkaa 1.1.2021: 31.12.2021 0/")
    assert "eri tavoin" not in reading


def test_region_shows_a_correction_beside_the_first_edition(client, reference):
    published = [
        (row.value, row.is_corrected, row.is_correction)
        for row in client.get("/pohjois-pohjanmaa/").context["published"]
        if row.name == "Kaikki tilat maksullisia" and row.year == 2017
    ]
    assert published == [("6", True, False), ("5", False, True)]


def test_no_share_is_shown_where_n_was_never_published(client, reference):
    rows_without_n = [
        row
        for row in client.get("/pohjois-pohjanmaa/").context["published"]
        if row.share is None and row.value in {"19", "23", "21"}
    ]
    assert len(rows_without_n) == 3
    assert "19/30" not in {row.value for row in rows_without_n}


@pytest.mark.parametrize("address", ["/pirkanmaa/", "/kainuu/", "/lappi/", "/sv/pirkanmaa/"])
def test_region_without_pages_is_not_found_and_offers_a_search(client, reference, address):
    response = client.get(address)
    assert response.status_code == 404
    assert 'name="haku"' in text(response)


def test_demo_label_stands_on_every_page_only_while_demo_data_is_there(client, reference):
    from registry.models import SiteState

    assert "demo-label" not in text(client.get("/pohjois-pohjanmaa/"))
    SiteState.objects.mark_demo()
    for address, words in [
        ("/pohjois-pohjanmaa/", "Esittelyaineisto, vastaukset keksittyjä"),
        ("/sv/pohjois-pohjanmaa/oulu/", "Demomaterial"),
        ("/en/", "Demo data, answers invented"),
        ("/ei-ole/", "Esittelyaineisto"),
    ]:
        assert words in text(client.get(address))


def test_merger_leaves_the_past_in_the_region(client, cast, reference):
    from registry.memberships import merge_municipality

    before = rows(client.get("/pohjois-pohjanmaa/?vuosi=2024"))
    merge_municipality(reference.hailuoto, reference.oulu, on=dt.date(2026, 1, 1), by=cast.aino)
    assert rows(client.get("/pohjois-pohjanmaa/?vuosi=2024")) == before
    assert "Hailuoto" not in dict(rows(client.get("/pohjois-pohjanmaa/")))
    assert Municipality.objects.get(code="072").name == "Hailuoto"
    assert Appointment.objects.filter(municipality=reference.oulu).count() == 1


def test_filter_is_written_as_django_writes_it(client, reference):
    """ChoiceList leaves the templates of options out, not what they say."""
    form = client.get("/pohjois-pohjanmaa/?vuosi=2024&alue=seutukunnat-17.171&tilanne=lost").context["form"]
    for name, field in form.fields.items():
        own = str(form[name])
        widget = Select(attrs=field.widget.attrs, choices=field.widget.choices)
        SimpleTestCase().assertHTMLEqual(own, form[name].as_widget(widget))
    assert "selected" in str(form["alue"])
    assert 'aria-invalid="true"' in str(form["tilanne"])


def test_region_tells_the_nearest_days_of_grants_of_its_present_municipalities(client, reference):
    """Days that have passed, another region's and those beside a past year's list are not told."""
    for municipality, closes_on in [
        (reference.oulu, dt.date(2026, 2, 1)),
        (reference.hailuoto, dt.date(2026, 2, 1)),
        (reference.hailuoto, dt.date(2025, 12, 31)),
        (reference.jyvaskyla, dt.date(2026, 1, 15)),
    ]:
        GrantPeriod.objects.create(municipality=municipality, name="Yleisavustus", closes_on=closes_on)
    with time_machine.travel("2026-01-05T10:00:00+02:00"):
        response = client.get("/pohjois-pohjanmaa/")
        of_a_past_year = client.get("/pohjois-pohjanmaa/?vuosi=2025").context["next_days"]
    with time_machine.travel("2026-01-16T10:00:00+02:00"):
        without_any = text(client.get("/keski-suomi/"))
    told = [(next.day, [each.name for each in next.municipalities]) for next in response.context["next_days"]]
    assert told == [(dt.date(2026, 2, 1), ["Hailuoto", "Oulu"])]
    assert "1.2.2026: avustusten haku päättyy 2 kunnassa" in text(response)
    assert of_a_past_year == []
    assert "Kunnan järjestöyhdyshenkilö tai koordinaattori voi lisätä hakuajat." in without_any


def test_size_classes_follow_from_each_municipalitys_residents(client, reference):
    """A municipality without a population has no size class, and none is guessed."""
    nameless = factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa)
    rows_by_name = {row.name: row.size_key for row in client.get("/pohjois-pohjanmaa/").context["rows"]}
    annotated = Municipality.objects.with_population(dt.date(2026, 1, 1))
    for municipality in annotated.filter(name_fi__in=["Oulu", "Hailuoto", "Raahe", "Ii", "Muhos"]):
        assert rows_by_name[municipality.name] == municipality.size_class_key
    assert rows_by_name[nameless.name] is None
