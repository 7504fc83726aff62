"""Merging from the administration, and the list of steps that can be undone."""

import pytest
from django.urls import reverse
from django.utils import translation

from registry import models
from registry.models import Association, ChangeSet, Person
from tests import factories
from tests.admin.conftest import admin_url
from tests.registry.test_change_sets import stored


@pytest.fixture
def pair(cast, reference):
    """Two rows of Maija, of whom one is liaison in Hailuoto."""
    pair = [
        factories.PersonFactory(given_name="Maija", family_name=name, region=reference.pohjois_pohjanmaa, email=email)
        for name, email in [("Meikäläinen", "maija@example.org"), ("Meikalainen", "MAIJA@example.org")]
    ]
    factories.AppointmentFactory(person=pair[0], municipality=reference.hailuoto)
    return pair


def merge_url(gone, kept=None):
    return admin_url(type(gone), "merge", gone.pk) + (f"?with={kept.pk}" if kept else "")


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def seen(client, url):
    return {"seen": client.get(url).context["preview"].digest}


def test_the_page_of_a_person_leads_to_merging_and_those_who_look_the_same_are_offered(as_kaisa, cast, pair):
    assert merge_url(pair[0]) in text_of(as_kaisa.get(admin_url(Person, "change", pair[0].pk)))
    response = as_kaisa.get(merge_url(pair[0]))
    assert [row["cells"][0] for row in response.context["rows"]] == ["Meikalainen Maija"]
    assert merge_url(pair[0], pair[1]) in text_of(response)
    found = as_kaisa.get(merge_url(pair[0]) + "?q=liesi").context["rows"]
    assert [row["cells"][0] for row in found] == ["Liesi Leena"]
    assert as_kaisa.get(merge_url(pair[0]) + "?q=ohjaaja").context["rows"] == []
    assert as_kaisa.get(merge_url(pair[0]) + "?q=%00").context["searched"] == ""


def test_a_preview_says_everything_and_changes_nothing(as_kaisa, pair):
    before = stored()
    page = text_of(as_kaisa.get(merge_url(*pair)))
    for words in ("Maija Meikäläinen (number", "liaison, Hailuoto, 1 Jan 2021–", merge_url(*pair[::-1]), "Not kept."):
        assert words in page
    assert stored() == before


def test_merging_leads_to_the_one_that_stays_and_is_undone_from_there(as_kaisa, cast, pair):
    gone, kept = pair
    before = stored()
    response = as_kaisa.post(merge_url(gone, kept), seen(as_kaisa, merge_url(gone, kept)))
    assert response.url == admin_url(Person, "change", kept.pk)
    step = ChangeSet.objects.get()
    undo = admin_url(ChangeSet, "undo", step.pk)
    assert f'Maija Meikäläinen was merged into Maija Meikalainen. <a href="{undo}">Undo</a>' in text_of(
        as_kaisa.get(response.url)
    )
    assert kept.appointments.count() == 1

    assert "Person: Maija Meikalainen" in text_of(as_kaisa.get(admin_url(ChangeSet)))
    assert undo in text_of(as_kaisa.get(admin_url(ChangeSet, "change", step.pk)))
    assert "Every row that the step changed comes back" in text_of(as_kaisa.get(undo))
    assert not ChangeSet.objects.get().is_undone
    assert as_kaisa.post(undo, {"confirmed": "yes"}).url == admin_url(ChangeSet, "change", step.pk)
    assert stored() == before
    assert undo not in text_of(as_kaisa.get(admin_url(ChangeSet, "change", step.pk)))
    assert "already been undone" in text_of(as_kaisa.post(undo, {"confirmed": "yes"}))


def test_only_what_was_read_is_done(as_kaisa, pair, reference):
    read = seen(as_kaisa, merge_url(*pair))
    factories.AgentFactory(person=pair[0], municipality=reference.oulu)
    before = stored()
    page = text_of(as_kaisa.post(merge_url(*pair), read))
    assert "Something of these two has changed in the meantime." in page
    assert "association agent" in page.casefold()
    assert stored() == before
    assert as_kaisa.post(merge_url(*pair), {}).status_code == 200
    assert stored() == before


def test_a_step_whose_row_has_changed_since_says_which(as_kaisa, pair):
    as_kaisa.post(merge_url(*pair), seen(as_kaisa, merge_url(*pair)))
    role = pair[1].appointments.get()
    role.title = "uusi"
    role.save()
    page = text_of(as_kaisa.post(admin_url(ChangeSet, "undo", ChangeSet.objects.get().pk), {"confirmed": "yes"}))
    assert "have been changed since" in page
    assert "Hailuoto" in page


def test_a_refusal_is_told_without_a_button(as_kaisa, cast, pair):
    before = stored()
    page = text_of(as_kaisa.post(merge_url(pair[0], cast.kaisa), {"seen": "x"}))
    assert "One of the two is or has been a coordinator." in page
    assert 'name="seen"' not in page
    assert stored() == before


def test_nothing_of_another_region_is_reached(as_kaisa, as_outi, cast, pair):
    before = stored()
    for client, url in [
        (as_outi, merge_url(*pair)),
        (as_outi, merge_url(cast.outi, pair[0])),
        (as_kaisa, merge_url(pair[0], cast.outi)),
        (as_kaisa, merge_url(pair[0]) + "?with=x"),
        (as_kaisa, merge_url(pair[0]) + "?with=99999999"),
        (as_kaisa, merge_url(pair[0], pair[0])),
    ]:
        assert (client.get(url).status_code, client.post(url, {"seen": "x"}).status_code) == (404, 404), url
    assert stored() == before
    as_kaisa.post(merge_url(*pair), seen(as_kaisa, merge_url(*pair)))
    step = ChangeSet.objects.get()
    assert "Meikalainen" not in text_of(as_outi.get(admin_url(ChangeSet)))
    assert as_outi.post(admin_url(ChangeSet, "undo", step.pk), {"confirmed": "yes"}).status_code == 404
    assert not ChangeSet.objects.get().is_undone


def test_what_an_administrator_merged_across_regions_is_not_a_coordinators_to_undo(as_aino, as_kaisa, pair, reference):
    factories.AppointmentFactory(person=pair[0], municipality=reference.jyvaskyla)
    as_aino.post(merge_url(*pair), seen(as_aino, merge_url(*pair)))
    undo = admin_url(ChangeSet, "undo", ChangeSet.objects.get().pk)
    assert as_kaisa.get(undo).status_code == 404
    assert as_aino.get(undo).status_code == 200


def test_associations_are_merged_alike(as_kaisa, reference):
    gone, kept = (
        factories.AssociationFactory(name=name, municipality=reference.oulu) for name in ("Kerho", "Kerho ry")
    )
    assert merge_url(gone, kept) in text_of(as_kaisa.get(merge_url(gone)))
    response = as_kaisa.post(merge_url(gone, kept), seen(as_kaisa, merge_url(gone, kept)))
    assert response.url == admin_url(Association, "change", kept.pk)
    assert not Association.objects.filter(pk=gone.pk).exists()
    assert "Association: Kerho ry" in text_of(as_kaisa.get(admin_url(ChangeSet)))


def test_the_language_of_the_reader_is_the_pages(as_kaisa, pair):
    with translation.override("fi"):
        url = reverse("admin:registry_person_merge", args=[pair[0].pk])
    assert "Merge" not in text_of(as_kaisa.get(f"{url}?with={pair[1].pk}")).replace("merge", "")


@pytest.fixture
def filled(reference):
    """Return a function that gives a pair n of everything."""

    def fill(pair, n):
        for number in range(n):
            town = factories.MunicipalityFactory(region=pair[0].region)
            for person in pair:
                liaison = factories.AppointmentFactory(person=person, municipality=town)
                agent = factories.AgentFactory(person=person, municipality=town)
                factories.PairingFactory(appointment=liaison, agent=agent)
                models.AgentTraining.objects.create(agent=agent, name=f"{number}", completed=factories.LONG_AGO)
                models.Task.objects.create(title="x", region=person.region, assigned_to=person)
                models.ContactEntry.objects.create(region=person.region, person=person, about="x")
            ChangeSet.objects.create(
                kind="merge", subject=f"registry.person:1:{pair[1].pk}", region=pair[0].region, done_by=None
            )

    return fill


def test_pages_make_the_same_queries_for_one_and_three(as_kaisa, pair, filled, django_assert_max_num_queries):
    numbers = []
    for n in (1, 2):
        filled(pair, n)
        found = []
        for url in (merge_url(*pair), merge_url(pair[0]), admin_url(ChangeSet)):
            as_kaisa.get(url)
            with django_assert_max_num_queries(200) as queries:
                text_of(as_kaisa.get(url))
            found.append(len(queries))
        numbers.append(found)
    assert numbers[0] == numbers[1]
