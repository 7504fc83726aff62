"""The rules of merging two rows of one association."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from registry import models
from registry.change_sets import undo_change_set
from registry.merging import merge_associations, preview_association_merge
from registry.models import Association, AssociationContact
from tests import factories
from tests.registry.helpers import codes
from tests.registry.test_change_sets import stored

pytestmark = pytest.mark.django_db
OLD, MIDDLE, NEW = (dt.date(year, 1, 1) for year in (2023, 2024, 2025))


@pytest.fixture
def pair(reference):
    """Two rows of one association of Oulu: the one that goes, and the one that stays."""
    return [factories.AssociationFactory(name=name, municipality=reference.oulu) for name in ("Kerho", "Kerho ry")]


def contact(association, email, **details):
    values = {"name": "", "phone": "", "source": "puhelu", "basis": "given", "obtained_on": MIDDLE} | details
    return AssociationContact.objects.create(association=association, email=email, **values)


def told(row):
    row.refresh_from_db()
    return row.name, row.phone, row.obtained_on, row.checked_on, row.no_letters_since


def test_details_are_filled_agents_and_contacts_move_and_all_comes_back(pair, cast, reference):
    gone, kept = pair
    sport = models.AssociationField.objects.get(key="sport")
    Association.objects.filter(pk=gone.pk).update(
        register_number="123.456", website="https://kerho.example.org", field=sport, ended_on=NEW
    )
    cast.ahti_in_oulu.association = gone
    cast.ahti_in_oulu.save()
    moving = contact(gone, "kerho@example.org")
    before = stored()

    preview = preview_association_merge(gone, kept, by=cast.kaisa.user)
    step = merge_associations(gone, kept, by=cast.kaisa.user, seen=preview.digest)

    kept.refresh_from_db()
    assert (kept.name, kept.register_number, kept.website) == ("Kerho ry", "123.456", "https://kerho.example.org")
    assert (kept.field, kept.ended_on, kept.municipality) == (sport, None, reference.oulu)
    assert kept.agents.get() == cast.ahti_in_oulu
    assert kept.contacts.get() == moving
    assert not Association.objects.filter(pk=gone.pk).exists()
    assert (step.region, step.counts) == (reference.pohjois_pohjanmaa, {"moved": 2, "dropped": 0})
    undo_change_set(step, by=cast.kaisa.user)
    assert stored() == before


@pytest.mark.parametrize(
    ("of_gone", "of_kept", "expected"),
    [
        # What was empty is filled, and then kept no longer than the older one would have been.
        (
            {"name": "Sari", "obtained_on": OLD, "checked_on": MIDDLE},
            {"phone": "1", "checked_on": NEW},
            ("Sari", "1", OLD, MIDDLE, None),
        ),
        ({"name": "Sari", "checked_on": None}, {"checked_on": NEW}, ("Sari", "", MIDDLE, None, None)),
        ({"name": "Sari"}, {"name": "Sanna", "checked_on": NEW}, ("Sanna", "", MIDDLE, NEW, None)),
        ({"name": "Sari", "basis": "consent"}, {"phone": "1"}, ("", "1", MIDDLE, None, None)),
        # A wish for no letters is never lost, and the earliest day stays.
        ({"no_letters_since": MIDDLE}, {}, ("", "", MIDDLE, None, MIDDLE)),
        ({"no_letters_since": MIDDLE}, {"no_letters_since": OLD}, ("", "", MIDDLE, None, OLD)),
        ({"no_letters_since": OLD}, {"no_letters_since": NEW}, ("", "", MIDDLE, None, OLD)),
    ],
)
def test_contacts_with_the_same_address_become_one(pair, of_gone, of_kept, expected):
    gone, kept = pair
    contact(gone, "KERHO@example.org", **of_gone)
    stays = contact(kept, "kerho@example.org", **of_kept)

    merge_associations(gone, kept, by=None)

    assert kept.contacts.get() == stays
    assert told(stays) == expected


def test_a_wish_for_no_letters_reaches_every_row_of_the_address(pair):
    gone, kept = pair
    contact(gone, "kerho@example.org", no_letters_since=OLD)
    for _row in range(2):
        contact(kept, "kerho@example.org")

    merge_associations(gone, kept, by=None)

    assert list(kept.contacts.values_list("no_letters_since", flat=True)) == [OLD, OLD]


def test_contacts_without_an_address_stay_apart(pair):
    for association in pair:
        contact(association, "", name="Sari")
    merge_associations(*pair, by=None)
    assert pair[1].contacts.count() == 2


def test_two_register_numbers_are_two_associations(pair, cast):
    for association, number in zip(pair, ("123.456", "123.457"), strict=True):
        Association.objects.filter(pk=association.pk).update(register_number=number)
    before = stored()

    with pytest.raises(ValidationError) as refused:
        merge_associations(*pair, by=cast.aino)

    assert codes(refused) == ["two_numbers"]
    assert stored() == before


def test_another_municipality_is_for_administrators_and_another_region_too(pair, cast, reference):
    found = {}
    for place in (reference.hailuoto, reference.jyvaskyla):
        Association.objects.filter(pk=pair[0].pk).update(municipality=place)
        with pytest.raises(ValidationError) as refused:
            merge_associations(*pair, by=cast.kaisa.user)
        found[place.name_fi] = codes(refused)
    assert found == {"Hailuoto": ["municipalities"], "Jyväskylä": ["municipalities", "outside"]}
    step = merge_associations(*pair, by=cast.aino)
    assert (step.region, pair[1].municipality) == (None, reference.oulu)


def test_the_same_row_and_a_missing_one_are_refused(pair):
    found = []
    for one, other in [(pair[0], pair[0]), pair, pair]:
        try:
            merge_associations(one, other, by=None)
            found.append("merged")
        except ValidationError as refused:
            found.append(refused.code)
    assert found == ["same", "merged", "missing"]
