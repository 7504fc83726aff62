"""Every table has its pages, they open for whom they should, and take the same number of queries however many rows."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.partial_dates import PartialDate
from registry import models
from registry.feedback import receive_feedback
from tests import factories
from tests.admin.conftest import admin_url, sign_in

TABLES = [model for model in apps.get_app_config("registry").get_models() if admin.site.is_registered(model)]
DAY = dt.date(2024, 3, 1)


def add_row(model, place, person, number):
    """Add one row of `model` in the municipality `place`, about `person`."""
    region = place.memberships.get(valid_to=None).region
    start = PartialDate.day(DAY)
    match model.__name__:
        case "Person":
            return factories.PersonFactory(region=region)
        case "Consent":
            return models.Consent.objects.create(
                person=factories.PersonFactory(region=region), field="name", given_on=DAY, means="paper"
            )
        case "Appointment":
            return factories.AppointmentFactory(
                municipality=place, person=factories.PersonFactory(region=region), start=start
            )
        case "SituationStatement":
            return factories.SituationStatementFactory(
                municipality=place, start=PartialDate.of(2000 + number), end=PartialDate.of(2000 + number)
            )
        case "Agent":
            return factories.AgentFactory(
                municipality=place, person=factories.PersonFactory(region=region), association=association(place)
            )
        case "AgentTraining":
            return models.AgentTraining.objects.create(
                agent=factories.AgentFactory(municipality=place, person=person), name="Kurssi", completed=start
            ) if number < 0 else models.AgentTraining.objects.create(
                agent=add_row(models.Agent, place, person, number), name=f"Kurssi {number}", completed=start
            )  # fmt: skip
        case "Pairing":
            return factories.PairingFactory(
                appointment=add_row(models.Appointment, place, person, number),
                agent=add_row(models.Agent, place, person, number),
                start=start,
            )
        case "Coordinator":
            return factories.CoordinatorFactory(region=region, person=factories.PersonFactory(region=region))
        case "SharedMailbox":
            return models.SharedMailbox.objects.create(municipality=place, post="Kulttuuri", email="k@example.org")
        case "Association":
            return association(place)
        case "AssociationContact":
            return models.AssociationContact.objects.create(
                association=association(place), name="Y", source="s", basis="given", obtained_on=DAY
            )
        case "GrantPeriod":
            return models.GrantPeriod.objects.create(municipality=place, name="Yleisavustus", closes_on=DAY)
        case "Premises":
            return models.Premises.objects.create(municipality=place, name="Talo")
        case "Channel":
            return models.Channel.objects.create(municipality=place, name="Kirje", kind="newsletter")
        case "ExportLog":
            return models.ExportLog.objects.create(table="registry.person", region=region, file_format="csv", n_rows=1)
        case "ChangeSet":
            return models.ChangeSet.objects.create(
                kind="merge", subject=f"registry.person:{number}:{person.pk}", region=region
            )
        case "Feedback":
            return receive_feedback(models.Feedback(kind="error", region=region, message="Virhe"))
        case "Task":
            return models.Task.objects.create(
                title="Soita", region=region, municipality=place, assigned_to=person, due_on=DAY
            )
        case "QualityException":
            return models.QualityException.objects.create(
                region=region, check_key="vacancy", subject=f"municipality-{place.pk}-{number}", until=DAY, reason="Syy"
            )
        case "ContactEntry":
            return models.ContactEntry.objects.create(region=region, municipality=place, person=person, about="Puhelu")
        case "Municipality":
            return factories.MunicipalityFactory(region=region)
        case "MunicipalityBoundary":
            return factories.MunicipalityBoundaryFactory(municipality=factories.MunicipalityFactory(region=region))
        case "RegionMembership":
            return factories.MunicipalityFactory(region=region).memberships.get()
        case "AreaGroup":
            return models.AreaGroup.objects.create(key=f"ryhma-{region.pk}-{number}", name_fi="Ryhmä", region=region)
        case "Area":
            group = add_row(models.AreaGroup, place, person, f"{number}-alue")
            return models.Area.objects.create(group=group, code=f"alue-{number}", name_fi="Alue")
        case "AreaMembership":
            return models.AreaMembership.objects.create(
                area=add_row(models.Area, place, person, f"{number}-j"), municipality=place
            )
        case "Population":
            return models.Population.objects.create(municipality=place, year=1950 + number, residents=1, source="Testi")
        case "PublishedFigure":
            return models.PublishedFigure.objects.create(
                key=f"testi-{region.pk}-{number}", series=models.FigureSeries.objects.first(), region=region,
                published_on=DAY, reference_year=2024, statistic="count", value=1, unit_fi="kuntaa", source="Testi",
            )  # fmt: skip
        case "Region":
            return region
        case "SiteState":
            return models.SiteState.objects.get_or_create(pk=1)[0]
        case "PageText":
            return models.PageText.objects.first()
        case "Directory":
            return models.Directory.objects.create(name=f"Hakemisto {number}", url="https://example.org")
        case "FigureSeries" | "Sector" | "AgentTask" | "AssociationField" | "Topic":
            return model.objects.create(key=f"avain-{number}", name_fi=f"Nimi {number}")
        case "SizeClass":
            return models.SizeClass.objects.create(
                key=f"luokka-{number}", name_fi="Luokka", lower_bound=900_000 + number
            )
    raise NotImplementedError(model)


def association(place):
    return factories.AssociationFactory(municipality=place)


def list_url(model):
    """Return the address of the list with what is done or answered in it."""
    return admin_url(model) + ("?state=all" if model in {models.Feedback, models.Task} else "")


# Only the test's own rows in the lists of tables that the reference data fills.
NARROWED = {
    models.Municipality: "?q=Kunta",
    models.RegionMembership: "?q=Kunta",
    models.Population: "?q=Testi",
    models.PublishedFigure: "?q=testi-",
}
FIXED = {models.Region, models.SiteState, models.PageText}
WORDS = {
    models.AgentTask,
    models.AssociationField,
    models.Directory,
    models.FigureSeries,
    models.Sector,
    models.SizeClass,
    models.Topic,
}  # fmt: skip
# Rows that pages of their own show, not lists of the administration.
INSIDE = {
    models.AssociationLetter,
    models.ActingEntry,
    models.ColleagueQuestion,
    models.Handover,
    models.ChangedRow,
    models.ImportMapping,
    models.ImportRow,
    models.ImportRun,
    models.WorkArea,
}
ADMINISTRATORS_ONLY = {models.MunicipalityBoundary, models.PageText, models.SiteState}
OF_REGIONS = [model for model in TABLES if model not in WORDS | ADMINISTRATORS_ONLY]


def test_every_table_is_registered():
    tables = {
        model
        for model in apps.get_app_config("registry").get_models()
        if not model.__name__.startswith("Historical") and not model._meta.auto_created
    }
    assert set(TABLES) == tables - INSIDE


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_every_page_opens_for_an_administrator(model, as_aino, cast, reference):
    row = add_row(model, reference.oulu, cast.leena, 1)
    pages = [admin_url(model), f"{admin_url(model)}?q=x", admin_url(model, "change", row.pk)]
    pages.append(admin_url(model, "history", row.pk))
    # From a file; one row, which is there already; by exporting; where a finding is shown.
    if model not in {
        models.MunicipalityBoundary,
        models.SiteState,
        models.ExportLog,
        models.QualityException,
        models.ChangeSet,
    }:
        pages.append(admin_url(model, "add"))
    # Erased, and kept; taken back.
    if model not in {models.Person, models.SiteState, models.ExportLog, models.QualityException, models.ChangeSet}:
        pages.append(admin_url(model, "delete", row.pk))
    for page in pages:
        response = as_aino.get(page)
        assert (page, response.status_code) == (page, 200)
        assert b"style=" not in response.content
        assert b"<script>" not in response.content


@pytest.mark.parametrize("model", OF_REGIONS, ids=lambda model: model.__name__)
def test_a_coordinator_reaches_the_rows_of_the_own_region_only(model, as_kaisa, cast, reference):
    own = add_row(model, reference.oulu, cast.leena, 1)
    foreign = add_row(model, reference.jyvaskyla, cast.outi, 1)
    listed = as_kaisa.get(list_url(model))
    ids = set(listed.context["cl"].queryset.values_list("pk", flat=True))
    assert own.pk in ids
    assert foreign.pk not in ids
    for action in ("change", "history"):
        assert (action, as_kaisa.get(admin_url(model, action, own.pk)).status_code) == (action, 200)
        response = as_kaisa.get(admin_url(model, action, foreign.pk))
        assert (action, response.status_code) in {(action, 302), (action, 404)}
        assert str(foreign).encode() not in response.content
    posted = as_kaisa.post(admin_url(model, "change", foreign.pk), {"name": "x"})
    assert posted.status_code in {302, 403, 404}
    assert as_kaisa.post(admin_url(model, "delete", own.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", OF_REGIONS, ids=lambda model: model.__name__)
def test_choices_and_filters_hold_nothing_of_another_region(model, as_outi, cast, reference):
    """Outi's pages name no municipality, person, area or association of Pohjois-Pohjanmaa."""
    add_row(model, reference.oulu, cast.leena, 1)
    secret = factories.AssociationFactory(name="Salaisuus ry", municipality=reference.oulu)
    own = add_row(model, reference.jyvaskyla, cast.outi, 2)
    pages = [admin_url(model), admin_url(model, "change", own.pk), admin_url(model, "add")]
    answers = [as_outi.get(page) for page in pages]
    assert {answer.status_code for answer in answers[:2]} == {200}
    for answer in answers:
        text = answer.content.decode()
        for name in ("Hailuoto", "Leena Liesi", "Liesi Leena", "Ahti Aapa", secret.name, "Koordinaattori"):
            assert name not in text


@pytest.mark.parametrize("model", sorted(WORDS, key=str), ids=lambda model: model.__name__)
def test_word_lists_are_read_by_coordinators_and_kept_by_administrators(model, as_kaisa, reference, cast):
    row = add_row(model, reference.oulu, cast.leena, 1)
    assert as_kaisa.get(admin_url(model)).status_code == 200
    assert as_kaisa.get(admin_url(model, "change", row.pk)).status_code == 200
    assert as_kaisa.post(admin_url(model, "change", row.pk), {}).status_code == 403
    assert as_kaisa.get(admin_url(model, "add")).status_code == 403


@pytest.mark.parametrize("model", sorted(ADMINISTRATORS_ONLY, key=str), ids=lambda model: model.__name__)
def test_the_installation_is_kept_by_administrators(model, as_kaisa, reference, cast):
    assert as_kaisa.get(admin_url(model)).status_code == 403


@pytest.mark.parametrize("model", [m for m in TABLES if m not in FIXED], ids=lambda model: model.__name__)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(model, as_aino, as_kaisa, cast, reference):
    clients = [as_kaisa] if model in OF_REGIONS else []
    clients.append(as_aino)

    def queries():
        counts = []
        for client in clients:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"{list_url(model)}{NARROWED.get(model, '')}").status_code == 200
            counts.append(len(captured))
        return counts

    models.AreaMembership.objects.all().delete()
    add_row(model, reference.oulu, cast.leena, 1)
    queries()
    one = queries()
    add_row(model, reference.oulu, cast.leena, 2)
    add_row(model, reference.oulu, cast.leena, 3)
    assert queries() == one


def test_a_page_of_a_municipality_takes_few_queries(as_kaisa, cast, reference):
    as_kaisa.get(admin_url(models.Municipality, "change", reference.oulu.pk))
    with CaptureQueriesContext(connection) as few:
        as_kaisa.get(admin_url(models.Municipality, "change", reference.oulu.pk))
    for number in range(3):
        for model in (models.Appointment, models.Agent, models.GrantPeriod, models.AreaMembership):
            add_row(model, reference.oulu, cast.leena, number)
    with CaptureQueriesContext(connection) as many:
        as_kaisa.get(admin_url(models.Municipality, "change", reference.oulu.pk))
    assert len(many) == len(few)


def test_an_account_without_a_role_is_asked_to_sign_in(cast):
    response = sign_in(cast.stranger).get(admin_url(models.Person))
    assert response.status_code == 302
    assert "/login/" in response.url


def test_an_ended_role_closes_the_administration_at_once(as_kaisa, cast):
    assert as_kaisa.get(admin_url(models.Person)).status_code == 200
    role = cast.kaisa.coordinations.get()
    role.end = PartialDate.day(timezone.localdate() - dt.timedelta(days=1))
    role.save()
    assert as_kaisa.get(admin_url(models.Person)).status_code == 302


def test_the_front_page_names_the_site_and_the_demo_and_logs_nothing(as_kaisa, settings):
    models.SiteState.objects.mark_demo()
    page = as_kaisa.get("/en/hallinta/").content.decode()
    assert settings.SITE_NAME in page
    assert "demo-label" in page
    assert "recent-actions-module" not in page
    assert '<a href="/sv/hallinta/" lang="sv" hreflang="sv"' in page
    assert LogEntry.objects.count() == 0


def test_the_sign_in_page_names_the_site_and_not_the_address_of_the_machine(client, settings, db):
    page = client.get("/en/kirjaudu/").content.decode()
    assert f">{settings.SITE_NAME}</a>" in page
    assert "testserver – " not in page
    assert page.count("<h1") == 1


def test_a_list_is_headed_by_its_table_and_a_row_by_its_name(as_kaisa, cast):
    listed = as_kaisa.get(admin_url(models.Person)).content.decode()
    row = as_kaisa.get(admin_url(models.Person, "change", cast.leena.pk)).content.decode()
    assert ("<h1>People</h1>" in listed, "<h1>Leena Liesi</h1>" in row) == (True, True)


def test_errors_stand_at_the_top_with_links_to_their_fields(as_kaisa, cast):
    page = as_kaisa.post(admin_url(models.Person, "add"), {"given_name": "X"}).content.decode()
    summary = page[page.index("error-summary") : page.index("</ul>", page.index("error-summary"))]
    assert 'href="#id_family_name"' in summary
    assert "autofocus" in page[page.index("error-summary") : page.index("<h2>", page.index("error-summary"))]


def test_nothing_beside_a_choice_offers_to_delete_what_is_chosen(as_aino, cast):
    page = as_aino.get(admin_url(models.Appointment, "change", cast.leena_in_oulu.pk)).content.decode()
    assert "add-related" in page
    assert "delete-related" not in page
