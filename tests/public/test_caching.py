"""Whole pages kept by version: warm with one query, never older than the data, never one reader's."""

import datetime as dt
import gzip

import brotli
import pytest
import time_machine
from django.contrib.auth import get_user_model

from common.partial_dates import PartialDate
from public.caching import BoundedPages, CachedPage, next_midnight, pages
from registry import models
from registry.change_sets import undo_change_set
from registry.merging import merge_people
from registry.publicity import PUBLIC_MODELS, touch
from tests import factories
from tests.registry.imports.files import bring

REGION, OULU = "/pohjois-pohjanmaa/", "/pohjois-pohjanmaa/oulu/"
DAY = dt.date(2026, 1, 1)


@pytest.mark.parametrize("address", ["/", REGION, OULU, "/tietoa/", "/sitemap.xml", f"{OULU}kuva.png"])
def test_warm_page_costs_one_query_and_is_the_same(client, cast, address, django_assert_num_queries):
    cold = client.get(address)
    with django_assert_num_queries(1):
        warm = client.get(address)
    assert warm.content == cold.content
    assert warm.headers == cold.headers


def test_reader_who_has_the_page_gets_304_with_one_query(client, cast, django_assert_num_queries):
    etag = client.get(OULU)["ETag"]
    for known in (etag, f'"other", {etag}', etag.removeprefix("W/")):
        with django_assert_num_queries(1):
            response = client.get(OULU, headers={"if-none-match": known})
        expected = 304 if "W/" in known else 200
        assert response.status_code == expected
    response = client.get(OULU, headers={"if-none-match": etag})
    assert (response.content, response["ETag"], response["Cache-Control"]) == (b"", etag, "no-cache")


def test_page_is_compressed_once_in_what_the_reader_takes(client, cast):
    plain = client.get(REGION).content
    for accepted, encoding, unpack in [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
    ]:
        response = client.get(REGION, headers={"accept-encoding": accepted})
        assert response["Content-Encoding"] == encoding
        assert response["Vary"] == "Accept-Encoding"
        assert unpack(response.content) == plain
        assert len(response.content) < len(plain) / 4
    assert "Content-Encoding" not in client.get(f"{OULU}kuva.png", headers={"accept-encoding": "br"}).headers
    assert set(pages.get(REGION).encoded) == {"br", "gzip"}


def test_head_and_each_query_are_answered_from_their_own_page(client, cast):
    assert client.head(OULU).status_code == 200
    assert len(client.get(f"{REGION}?tilanne=named").context["rows"]) == 1
    assert len(client.get(f"{REGION}?tilanne=none").context["rows"]) == 0


def test_faulty_and_moved_pages_are_not_kept(client, cast):
    for address in [f"{REGION}?vuosi=1850", "/kainuu/vaala/", "/ei-ole/", "/palaute/", f"/?haku={'x' * 300}"]:
        client.get(address)
        assert pages.get(address) is None, address


def test_page_is_made_anew_at_midnight_in_helsinki(client, cast):
    cast.leena_in_oulu.end = PartialDate.day(dt.date(2027, 6, 30))
    cast.leena_in_oulu.save()
    with time_machine.travel("2027-06-30T20:59:59+00:00", tick=False) as clock:
        assert b"Leena Liesi" in client.get(OULU).content
        assert next_midnight() == dt.datetime(2027, 6, 30, 21, tzinfo=dt.UTC)
        clock.shift(1)
        assert b"Leena Liesi" not in client.get(OULU).content


@pytest.fixture
def public_rows(cast, reference):
    """A row of every public table that a page shows, and the page."""
    oulu, region = reference.oulu, reference.pohjois_pohjanmaa
    association = factories.AssociationFactory(municipality=oulu)
    cast.ahti_in_oulu.association = association
    cast.ahti_in_oulu.save()
    models.Consent.objects.create(person=cast.ahti, field="email", given_on=DAY, means="paper")
    name_consent = models.Consent.objects.create(person=cast.ahti, field="name", given_on=DAY, means="paper")
    cast.leena_in_oulu.sector = models.Sector.objects.get(key="leisure")
    cast.leena_in_oulu.mailbox = models.SharedMailbox.objects.create(
        municipality=oulu, post="Toimisto", email="t@example.org"
    )
    cast.leena_in_oulu.save()
    future = dt.date.today() + dt.timedelta(days=90)
    return {
        models.Agent: (cast.ahti_in_oulu, {"active": PartialDate.of(2025)}, OULU),
        models.Appointment: (cast.leena_in_oulu, {"title": "uusi nimike"}, OULU),
        models.Area: (oulu.area_memberships.first().area, {"name_fi": "Uusi alue"}, OULU),
        models.AreaGroup: (oulu.area_memberships.first().area.group, {"name_fi": "Uusi ryhmä"}, OULU),
        models.AreaMembership: (oulu.area_memberships.first(), {"valid_to": DAY}, OULU),
        models.Association: (association, {"name": "Uusi nimi ry"}, OULU),
        models.Channel: (
            models.Channel.objects.create(municipality=oulu, kind="calendar", name="Kanava"),
            {"name": "Uusi kanava"},
            OULU,
        ),
        models.Consent: (name_consent, {"withdrawn_at": dt.datetime(2026, 1, 2, tzinfo=dt.UTC)}, OULU),
        models.Coordinator: (cast.kaisa.coordinations.get(), {"title": "uusi titteli"}, REGION),
        models.Directory: (region.directory, {"name": "uusi.example.org"}, OULU),
        models.FigureSeries: (models.FigureSeries.objects.get(key="liaison_named"), {"name_fi": "Uusi sarja"}, OULU),
        models.GrantPeriod: (
            models.GrantPeriod.objects.create(municipality=oulu, name="Avustus", closes_on=future),
            {"name": "Uusi avustus"},
            OULU,
        ),
        models.Municipality: (oulu, {"name_fi": "Uusi Oulu"}, REGION),
        models.PageText: (models.PageText.objects.get(key="tietoa"), {"body_fi": "# Uusi"}, "/tietoa/"),
        models.Person: (cast.leena, {"family_name": "Uusinimi"}, OULU),
        models.Population: (oulu.populations.order_by("-year").first(), {"residents": 5}, REGION),
        models.Premises: (models.Premises.objects.create(municipality=oulu, name="Talo"), {"name": "Uusi talo"}, OULU),
        models.PublishedFigure: (models.PublishedFigure.objects.get(key="f01"), {"note_fi": "Uusi huomautus"}, OULU),
        models.Region: (region, {"name_fi": "Uusi maakunta"}, OULU),
        models.RegionMembership: (reference.hailuoto.memberships.get(), {"valid_to": DAY}, REGION),
        models.Sector: (cast.leena_in_oulu.sector, {"name_fi": "Uusi toimiala"}, OULU),
        models.SharedMailbox: (cast.leena_in_oulu.mailbox, {"email": "uusi@example.org"}, OULU),
        models.SituationStatement: (
            factories.SituationStatementFactory(municipality=reference.hailuoto, kind="being_named"),
            {"kind": "none"},
            REGION,
        ),
        models.SizeClass: (models.SizeClass.objects.get(key="from_50000"), {"name_fi": "Uusi kokoluokka"}, OULU),
    }


SHOWN = [model for model in PUBLIC_MODELS if model.__name__ != "MunicipalityBoundary"]  # tests/public/test_maps.py


@pytest.mark.parametrize("path", ["save", "bulk", "update"])
@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_change_of_every_public_table_is_seen_on_the_next_request(client, public_rows, model, path):
    row, change, address = public_rows[model]
    before = client.get(address).content
    assert client.get(address).content == before
    for name, value in change.items():
        setattr(row, name, value)
    if path == "save":
        row.save()
    else:
        columns = [name for name in vars(row) if name != "id" and not name.startswith("_")]
        fields = [field.name for field in model._meta.concrete_fields if field.attname in columns]
        if path == "bulk":
            model._base_manager.bulk_update([row], fields)
        else:
            values = {name: getattr(row, model._meta.get_field(name).attname) for name in fields}
            model._base_manager.filter(pk=row.pk).update(**values)
        touch()
    assert client.get(address).content != before


def test_change_through_the_administration_is_seen_on_the_next_request(client, cast, reference):
    before = client.get(OULU).content
    administrator = type(client)()
    administrator.force_login(cast.aino, backend="django.contrib.auth.backends.ModelBackend")
    place = models.Premises.objects.create(municipality=reference.oulu, name="Talo")
    assert client.get(OULU).content != before
    before = client.get(OULU).content
    answer = administrator.post(
        f"/hallinta/registry/premises/{place.pk}/change/",
        {"municipality": reference.oulu.pk, "name": "Uusi talo", "price": "free"},
    )
    assert answer.status_code == 302
    assert b"Uusi talo" in client.get(OULU).content


def test_an_import_and_its_undoing_are_seen_on_the_next_request(client, cast, reference):
    assert b"Tuotu talo" not in client.get(OULU).content
    rows = [["kunta", "nimi"], ["564", "Tuotu talo"]]
    run = bring("premises", rows, region=reference.pohjois_pohjanmaa, by=cast.kaisa.user)
    assert b"Tuotu talo" in client.get(OULU).content
    undo_change_set(run.change_set, by=cast.kaisa.user)
    assert b"Tuotu talo" not in client.get(OULU).content


def test_a_merger_and_its_undoing_are_seen_on_the_next_request(client, cast, reference):
    twin = factories.PersonFactory(given_name="Leena", family_name="Liesi-Uusi", region=reference.pohjois_pohjanmaa)
    factories.AppointmentFactory(person=twin, municipality=reference.hailuoto)
    hailuoto = "/pohjois-pohjanmaa/hailuoto/"
    assert b"Leena Liesi-Uusi" in client.get(hailuoto).content
    step = merge_people(twin, cast.leena, by=cast.kaisa.user)
    page = client.get(hailuoto).content
    assert (b"Leena Liesi-Uusi" in page, b"Leena Liesi" in page) == (False, True)
    undo_change_set(step, by=cast.kaisa.user)
    assert b"Leena Liesi-Uusi" in client.get(hailuoto).content


def test_tables_without_public_pages_leave_the_version_alone(cast, reference):
    before = models.SiteState.objects.load().version
    models.Task.objects.create(title="Soita", region=reference.pohjois_pohjanmaa)
    get_user_model().objects.create_user("uusi@example.org")
    assert models.SiteState.objects.load().version == before


def cached(n_bytes):
    return CachedPage("v", dt.datetime.max.replace(tzinfo=dt.UTC), {}, b"x" * n_bytes, "etag")


def test_kept_pages_are_bounded_by_their_bytes():
    kept = BoundedPages(max_bytes=100)
    for address in ("a", "b"):
        kept.put(address, cached(40))
    kept.get("a")
    kept.put("c", cached(40))
    assert [address for address in "abc" if kept.get(address)] == ["a", "c"]
    kept.put("huge", cached(101))
    assert kept.get("huge") is None
    kept.put("a", cached(10))
    kept.clear()
    assert kept.get("a") is None
