"""The page of data quality: what a coordinator sees, mends, accepts and takes back."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from registry import models
from registry.admin import quality as page_of_quality
from registry.quality import open_findings
from tests import factories
from tests.admin.conftest import sign_in
from tests.registry.quality_towns import ON, Town, change
from tests.registry.test_quality import CASES

pytestmark = pytest.mark.django_db
TODAY = ON


@pytest.fixture(autouse=True)
def frozen():
    """The day on which the towns are in order."""
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def as_administrator():
    """An administrator of an installation without the cast."""
    return sign_in(factories.UserFactory(is_superuser=True))


@pytest.fixture
def region():
    return factories.RegionFactory(name_fi="Koemaa", slug="koemaa")


@pytest.fixture
def client_of(region):
    """A coordinator of a region that has nothing else."""
    coordinator = factories.CoordinatorFactory(
        region=region,
        person=factories.PersonFactory(region=region, user=factories.UserFactory(), contact_checked_on=TODAY),
    )
    return sign_in(coordinator.person.user)


@pytest.fixture
def town(region):
    """A town in order today but for the liaison's working time."""
    town = Town(region)
    change(town.liaison, hours_per_week=None)
    return town


def url(name="quality", *args, **query):
    with translation.override("en"):
        address = reverse(name, args=args)
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else address


def finding_url(town, name="quality_accept", **query):
    return url(name, town.region.slug, "working_time_missing", f"appointment-{town.liaison.pk}", **query)


def shown(response):
    """Return what the page shows: {check: [what]}."""
    return {section.key: [row.text for row in section.page.object_list] for section in response.context["sections"]}


def accept(town, region=None):
    return models.QualityException.objects.create(
        region=region or town.region,
        check_key="working_time_missing",
        subject=f"appointment-{town.liaison.pk}",
        until=TODAY,
        reason="Sovittu kunnanjohtajan kanssa.",
    )


# --- What is shown ---------------------------------------------------------------------------------------------------


def test_the_page_shows_each_finding_with_its_place_and_links(client_of, town):
    response = client_of.get(url())

    assert shown(response) == {"working_time_missing": [str(town.liaison.person)]}
    text = response.content.decode()
    assert "1 row in all" in text
    assert f'<a href="/en/hallinta/registry/appointment/{town.liaison.pk}/change/">Mend<' in text
    assert f'<a href="{finding_url(town)}?alue=">It is right so<' in text
    assert f'<td role="cell">{town.municipality.name}</td>' in text
    assert "A candidate for over a year" in text  # among those that found nothing


def test_all_is_well_is_said(client_of, region):
    Town(region)

    response = client_of.get(url())

    assert shown(response) == {}
    assert "All is well" in response.content.decode()


def test_a_coordinator_sees_the_own_region_only(client_of, town):
    elsewhere = Town()
    change(elsewhere.liaison, job_description_url="")

    response = client_of.get(url())

    assert shown(response) == {"working_time_missing": [str(town.liaison.person)]}
    assert elsewhere.municipality.name not in response.content.decode()


def test_an_administrator_sees_all_regions_or_the_chosen_one(as_administrator, town):
    elsewhere = Town()
    change(elsewhere.liaison, job_description_url="")
    both = {
        "working_time_missing": [str(town.liaison.person)],
        "job_description_missing": [str(elsewhere.liaison.person)],
    }

    assert shown(as_administrator.get(url())) == both
    assert shown(as_administrator.get(url(alue="koemaa"))) == {"working_time_missing": both["working_time_missing"]}


def test_without_a_region_that_keeps_records_the_page_says_what_to_do(as_administrator):
    models.Region.objects.update(records_from=None)

    assert "No region keeps its records here yet" in as_administrator.get(url()).content.decode()


# --- Filters ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def area(town):
    """An area of the region with the town in it, beside which there is another town."""
    group = models.AreaGroup.objects.create(key="koe", region=town.region, name_fi="Koealueet")
    area = models.Area.objects.create(group=group, code="etela", name_fi="Etelä")
    models.AreaMembership.objects.create(area=area, municipality=town.municipality)
    change(Town(town.region).liaison, job_description_url="")
    return area


def test_the_area_of_the_address_narrows_and_keeps_what_is_about_the_whole_region(client_of, town, area):
    one = town.liaison.person
    town.person(given_name=one.given_name, family_name=one.family_name, email=one.email)

    assert list(shown(client_of.get(url(alue="koe.etela")))) == ["working_time_missing", "person_twice"]
    assert list(shown(client_of.get(url()))) == ["working_time_missing", "job_description_missing", "person_twice"]


def test_the_area_in_which_somebody_works_is_taken_unless_the_address_says_otherwise(client_of, town, area):
    user = models.Coordinator.objects.get(region=town.region).person.user
    models.WorkArea.objects.create(user=user, area=area)

    assert list(shown(client_of.get(url()))) == ["working_time_missing"]
    assert list(shown(client_of.get(url(alue="")))) == ["working_time_missing", "job_description_missing"]


def test_one_check_has_a_page_of_its_own(client_of, town, area):
    response = client_of.get(url(tarkistus="job_description_missing"))

    assert list(shown(response)) == ["job_description_missing"]


def test_what_the_address_cannot_choose_is_not_found(client_of, town, reference):
    other = models.Area.objects.filter(group__region=reference.keski_suomi).select_related("group").first()

    answers = {
        query: client_of.get(url(**{key: query})).status_code
        for key, query in (("alue", "x"), ("alue", other.address_key), ("alue", "keski-suomi"), ("tarkistus", "x"))
    }

    assert answers == dict.fromkeys(answers, 404)


def test_a_long_list_shows_the_first_rows_and_leads_to_the_rest(client_of, town, monkeypatch):
    monkeypatch.setattr(page_of_quality, "FIRST_ROWS", 2)
    monkeypatch.setattr(page_of_quality, "ROWS_ON_OWN_PAGE", 3)
    for _number in range(3):
        change(Town(town.region).liaison, hours_per_week=None)

    first = client_of.get(url())
    own = [client_of.get(url(tarkistus="working_time_missing", alue="", sivu=n)) for n in (1, 2)]

    assert len(shown(first)["working_time_missing"]) == 2
    text = first.content.decode()
    assert "The first 2 of 4." in text
    assert f'href="{url()}?alue=&amp;tarkistus=working_time_missing"' in text
    rows = [row for page in own for row in shown(page)["working_time_missing"]]
    assert [len(shown(page)["working_time_missing"]) for page in own] == [3, 1]
    assert len(set(rows)) == 4
    assert "Page 1 of 2" in own[0].content.decode()


# --- Accepting -------------------------------------------------------------------------------------------------------


def test_the_form_offers_half_a_year_and_accepts(client_of, town):
    form = client_of.get(finding_url(town, alue="")).context["form"]
    until = form.initial["until"]

    answer = client_of.post(finding_url(town, alue=""), {"until": until.isoformat(), "reason": "Sovittu."}, follow=True)

    assert 180 < (until - TODAY).days < 186
    assert answer.redirect_chain == [(url(alue=""), 302)]
    assert shown(answer) == {}
    assert "Accepted as right (1)" in answer.content.decode()
    exception = models.QualityException.objects.get()
    assert (exception.region, exception.until, exception.reason) == (town.region, until, "Sovittu.")
    assert exception.accepted_by == models.Coordinator.objects.get(region=town.region).person.user


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"until": "2000-01-01", "reason": "Sovittu."}, "until"),
        ({"until": "2200-01-01", "reason": "Sovittu."}, "until"),
        ({"until": "huomenna", "reason": "Sovittu."}, "until"),
        ({"until": TODAY.isoformat(), "reason": " "}, "reason"),
        ({"until": TODAY.isoformat(), "reason": "x" * 201}, "reason"),
    ],
)
def test_what_cannot_be_accepted_is_said_beside_the_field_and_kept(client_of, town, data, field):
    answer = client_of.post(finding_url(town), data)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["until"].value() == data["until"]
    assert not models.QualityException.objects.exists()


def test_the_accepted_are_shown_apart_with_their_reason_and_taken_back(client_of, town):
    accept(town)

    assert shown(client_of.get(url())) == {}
    accepted = client_of.get(url(nayta="hyvaksytyt"))
    assert shown(accepted) == {"working_time_missing": [str(town.liaison.person)]}
    assert "Sovittu kunnanjohtajan kanssa." in accepted.content.decode()
    assert accepted.content.count(b"csrfmiddlewaretoken") == 2  # of signing out and of taking back
    taken_back = client_of.post(finding_url(town, "quality_withdraw"), follow=True)
    assert shown(taken_back) == {"working_time_missing": [str(town.liaison.person)]}
    assert not models.QualityException.objects.exists()


def test_what_is_not_found_in_the_own_region_is_neither_accepted_nor_taken_back(client_of, town):
    elsewhere = Town()
    change(elsewhere.liaison, hours_per_week=None)
    kept = accept(elsewhere)
    slug, key, subject = town.region.slug, "working_time_missing", f"appointment-{elsewhere.liaison.pk}"
    data = {"until": TODAY.isoformat(), "reason": "x"}

    answers = {
        (name, args): client_of.post(url(name, *args), data).status_code
        for name in ("quality_accept", "quality_withdraw")
        for args in (
            (elsewhere.region.slug, key, subject),  # another region's
            (slug, key, subject),  # another region's finding said to be our own
            (slug, key, "appointment-0"),
            (slug, "no_such_check", f"appointment-{town.liaison.pk}"),
            (slug, "job_description_missing", f"appointment-{town.liaison.pk}"),  # of another check
            ("ei-ole", key, subject),
        )
    }

    assert answers == dict.fromkeys(answers, 404)
    assert list(models.QualityException.objects.all()) == [kept]


def test_a_look_changes_nothing(client_of, town):
    accept(town)

    assert client_of.get(finding_url(town, "quality_withdraw")).status_code == 405
    assert client_of.post(url()).status_code == 405
    assert models.QualityException.objects.count() == 1


def test_what_has_been_accepted_can_be_read_and_not_written_in_its_table(as_administrator, town):
    row = accept(town)
    address = f"/en/hallinta/registry/qualityexception/{row.pk}/change/"

    assert as_administrator.get(address).status_code == 200
    assert as_administrator.post(address, {"reason": "muutettu"}).status_code == 403


# --- Where it is mended ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_finding_leads_to_where_a_coordinator_mends_it(client_of, region, case):
    case(Town(region))

    for finding in open_findings([region.pk], TODAY):
        assert (finding, client_of.get(finding.url).status_code) == (finding, 200)


# --- Queries ---------------------------------------------------------------------------------------------------------


def test_the_page_takes_as_many_queries_for_three_as_for_one(client_of, town):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client_of.get(url()).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for number in range(2):
        another = Town(town.region)
        change(another.liaison, hours_per_week=None)
        if number:
            accept(another)
    assert queries() == one
    assert one <= 29


def test_the_first_page_of_the_administration_leads_here(client_of, town):
    assert f'href="{url()}"' in client_of.get("/en/hallinta/").content.decode()
