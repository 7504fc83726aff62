"""Lists open with the area in which the user works, say so, and lead to all areas with one click."""

import pytest
from django.utils import timezone

from registry import models
from tests import factories
from tests.admin.conftest import admin_url

CHOOSE = "/en/hallinta/registry/area/choose/"


@pytest.fixture
def south(reference):
    """An area of the north's coordinators with some of its municipalities, and how many."""
    return models.Area.objects.filter(group__region=reference.pohjois_pohjanmaa, memberships__isnull=False).first()


def listed(client, model, query=""):
    """Return the rows of a list, as a set."""
    return set(client.get(admin_url(model) + query).context["cl"].queryset)


def members(area):
    return set(models.Municipality.objects.in_area(area, timezone.localdate(), path=""))


def test_a_list_opens_with_the_remembered_area_and_leads_to_all(as_kaisa, south):
    everything = listed(as_kaisa, models.Municipality)
    answer = as_kaisa.post(CHOOSE, {"area": south.pk, "next": admin_url(models.Municipality)})
    assert (answer.status_code, answer.url) == (302, admin_url(models.Municipality))
    assert listed(as_kaisa, models.Municipality) == members(south) < everything
    page = as_kaisa.get(admin_url(models.Municipality)).content.decode()
    assert f"The list shows the area <strong>{south.name}</strong>" in page
    assert 'href="?in_area=all"' in page
    assert listed(as_kaisa, models.Municipality, "?in_area=all") == everything
    assert (
        "The list shows the area" not in as_kaisa.get(admin_url(models.Municipality) + "?in_area=all").content.decode()
    )


def test_looking_at_a_list_by_area_remembers_nothing(as_kaisa, cast, south):
    page = as_kaisa.get(f"{admin_url(models.Municipality)}?in_area={south.pk}&q=a")
    assert set(page.context["cl"].queryset) < members(south)
    assert models.WorkArea.objects.count() == 0
    text = page.content.decode()
    assert "Remember this area" in text
    assert f'value="{admin_url(models.Municipality)}?q=a"' in text


def test_forgetting_opens_lists_with_all_areas(as_kaisa, south):
    everything = listed(as_kaisa, models.Municipality)
    as_kaisa.post(CHOOSE, {"area": south.pk})
    answer = as_kaisa.post(CHOOSE, {"area": "", "next": "https://elsewhere.example.org/"})
    assert answer.url == "/en/hallinta/"
    assert listed(as_kaisa, models.Municipality) == everything


@pytest.mark.parametrize(
    "model", [models.Appointment, models.Agent, models.Association, models.AssociationContact, models.Pairing]
)
def test_rows_follow_the_area_of_their_municipality(as_kaisa, cast, reference, south, model):
    inside, outside = (
        factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa, slug=slug) for slug in ("sisalla", "ulkona")
    )
    models.AreaMembership.objects.create(area=south, municipality=inside)
    rows = [add_row(model, place) for place in (inside, outside)]
    as_kaisa.post(CHOOSE, {"area": south.pk})
    assert listed(as_kaisa, model) & set(rows) == {rows[0]}
    assert listed(as_kaisa, model, "?in_area=all") & set(rows) == set(rows)


def add_row(model, place):
    """Add one row of `model` in `place`."""
    match model.__name__:
        case "Association":
            return factories.AssociationFactory(municipality=place)
        case "AssociationContact":
            return models.AssociationContact.objects.create(
                association=factories.AssociationFactory(municipality=place), name="Y", source="s", basis="given",
                obtained_on=timezone.localdate(),
            )  # fmt: skip
        case "Agent":
            return factories.AgentFactory(municipality=place)
        case "Appointment":
            return factories.AppointmentFactory(municipality=place)
        case "Pairing":
            return factories.PairingFactory(
                appointment=factories.AppointmentFactory(municipality=place),
                agent=factories.AgentFactory(municipality=place),
            )


def test_a_list_asked_for_one_municipality_is_not_limited_to_the_area(as_kaisa, reference, south):
    elsewhere = factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa)
    row = factories.AppointmentFactory(municipality=elsewhere)
    as_kaisa.post(CHOOSE, {"area": south.pk})
    assert listed(as_kaisa, models.Appointment, f"?municipality__id__exact={elsewhere.pk}") == {row}


def test_an_area_of_another_region_can_be_neither_chosen_nor_listed(as_kaisa, reference):
    foreign = models.Area.objects.filter(group__region=reference.keski_suomi).first()
    everything = listed(as_kaisa, models.Municipality)
    for area in (foreign.pk, "0", "99999999999999999999", "x"):
        assert as_kaisa.post(CHOOSE, {"area": area}).status_code in {302, 404}
        assert models.WorkArea.objects.count() == 0
        assert listed(as_kaisa, models.Municipality, f"?in_area={area}") == everything


def test_areas_of_the_same_name_are_told_apart_by_their_grouping(as_kaisa, south):
    page = as_kaisa.get(admin_url(models.Municipality)).content.decode()
    assert f'<optgroup label="{south.group.name}">' in page
