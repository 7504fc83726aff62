"""The area in which somebody works is remembered for each account."""

import pytest
from django.core.exceptions import ValidationError

from registry.models import Area, WorkArea
from registry.work_areas import choose_work_area, work_area_of


@pytest.fixture
def areas(reference):
    """An area of each region."""
    return [
        Area.objects.filter(group__region=region).first()
        for region in (reference.pohjois_pohjanmaa, reference.keski_suomi)
    ]


def stored():
    return list(WorkArea.objects.order_by("user__email").values_list("user__email", "area"))


def test_choosing_remembers_one_area_for_each_account(cast, areas):
    north, central = areas
    another = Area.objects.filter(group__region=north.group.region).exclude(pk=north.pk).first()
    choose_work_area(cast.kaisa.user, another)
    assert choose_work_area(cast.kaisa.user, north) == north
    choose_work_area(cast.outi.user, central)
    assert stored() == [("kaisa@example.org", north.pk), ("outi@example.org", central.pk)]
    assert work_area_of(cast.kaisa.user) == north


def test_choosing_none_forgets_and_is_harmless_twice(cast, areas):
    choose_work_area(cast.kaisa.user, areas[0])
    choose_work_area(cast.kaisa.user, None)
    choose_work_area(cast.kaisa.user, None)
    assert (stored(), work_area_of(cast.kaisa.user)) == ([], None)


def test_an_area_of_another_region_is_refused_and_the_choice_stays(cast, areas):
    choose_work_area(cast.kaisa.user, areas[0])
    with pytest.raises(ValidationError) as refused:
        choose_work_area(cast.kaisa.user, areas[1])
    assert refused.value.code == "other_region"
    assert stored() == [("kaisa@example.org", areas[0].pk)]


def test_an_area_that_one_may_no_longer_see_is_not_in_use(cast, areas):
    WorkArea.objects.create(user=cast.kaisa.user, area=areas[1])
    assert work_area_of(cast.kaisa.user) is None
