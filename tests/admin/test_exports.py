"""Lists taken out as files: exactly what the person sees, to nobody else, and logged when it has people's data."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from common.partial_dates import PartialDate
from common.table_files import read_table
from common.tables import FORMATS
from registry import models
from registry.exports import columns_of, has_peoples_data
from tests import factories
from tests.admin.conftest import admin_url, sign_in
from tests.admin.test_pages import NARROWED, OF_REGIONS, TABLES, WORDS, add_row, list_url

NOW = dt.datetime(2026, 9, 24, 12, 0, tzinfo=dt.UTC)


def export_url(model, file_format="csv", language="en"):
    with translation.override(language):
        return reverse(f"admin:registry_{model._meta.model_name}_export", args=[file_format])


def content(response):
    """Return the bytes of the file handed over."""
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def cells(response):
    """Return the rows of a file as a reader of tables gets them, without headings."""
    text = content(response)
    if len(text.splitlines()) < 2:
        return []
    return [row for _number, row in read_table(SimpleUploadedFile("x", text)).rows]


@pytest.fixture
def associations(cast, reference):
    """Two associations of Oulu, one with a name that a spreadsheet would compute, and one of Jyväskylä."""
    field = models.AssociationField.objects.first()
    factories.AssociationFactory(
        name='=HYPERLINK("http://example.org")', municipality=reference.oulu, register_number="123.456", field=field,
        ended_on=dt.date(2024, 3, 1),
    )  # fmt: skip
    factories.AssociationFactory(name="Äänen ystävät; kuoro", municipality=reference.oulu, field=field)
    factories.AssociationFactory(name="Salaisuus ry", municipality=reference.jyvaskyla)
    return field


HEADINGS = [
    "Nimi", "Rekisterinumero", "Kunta: virallinen numerotunnus", "Kunta", "Toimiala: tunnus", "Toimiala",
    "Verkkosivusto", "Toiminta päättynyt",
]  # fmt: skip


def test_csv_has_the_whole_list(as_kaisa, associations):
    answer = as_kaisa.post(export_url(models.Association, "csv", "fi"))

    assert content(answer).decode() == (
        ",".join(HEADINGS) + "\r\n"
        f'"\'=HYPERLINK(""http://example.org"")",123.456,564,Oulu,{associations.key},{associations.name_fi},,2024-03-01\r\n'
        f"Äänen ystävät; kuoro,,564,Oulu,{associations.key},{associations.name_fi},,\r\n"
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_finnish_csv_has_the_whole_list(as_kaisa, associations):
    with time_machine.travel(NOW, tick=False):
        as_kaisa.force_login(models.Person.objects.get(given_name="Kaisa").user)
        answer = as_kaisa.post(export_url(models.Association, "csv-fi", "fi"))

    assert content(answer).decode() == (
        "\ufeff" + ";".join(HEADINGS) + "\r\n"
        f'"\'=HYPERLINK(""http://example.org"")";123.456;564;Oulu;{associations.key};{associations.name_fi};;1.3.2024\r\n'
        f'"Äänen ystävät; kuoro";;564;Oulu;{associations.key};{associations.name_fi};;\r\n'
    )
    assert answer["Content-Disposition"] == 'attachment; filename="yhdistykset-2026-09-24.csv"'


def test_xlsx_has_the_whole_list(as_kaisa, associations):
    answer = as_kaisa.post(export_url(models.Association, "xlsx", "fi"))
    sheet = openpyxl.load_workbook(io.BytesIO(content(answer))).active

    assert sheet.title == "yhdistykset"
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        HEADINGS,
        ['=HYPERLINK("http://example.org")', "123.456", "564", "Oulu", associations.key, associations.name_fi, None,
         dt.datetime(2024, 3, 1)],
        ["Äänen ystävät; kuoro", None, "564", "Oulu", associations.key, associations.name_fi, None, None],
    ]  # fmt: skip
    assert sheet["A2"].data_type == "s"


def test_dates_are_written_as_people_write_them_and_choices_in_words(as_kaisa, cast, reference):
    factories.AppointmentFactory(
        municipality=reference.hailuoto, person=None, start=PartialDate.of(2019, "autumn"), end=PartialDate.of(2021)
    )

    rows = cells(as_kaisa.post(f"{export_url(models.Appointment, 'csv', 'fi')}?q=hailuoto"))

    assert [row[:6] for row in rows] == [("syksy 2019", "2021", "072", "Hailuoto", "", "järjestöyhdyshenkilö")]


def test_filters_and_search_narrow_the_file_as_they_do_the_list(as_kaisa, cast, reference):
    factories.PersonFactory(given_name="Äijö", family_name="Ääri", region=reference.pohjois_pohjanmaa)
    for number in range(60):
        factories.PersonFactory(family_name=f"Kaima{number:02d}", region=reference.pohjois_pohjanmaa)

    searched = cells(as_kaisa.post(f"{export_url(models.Person)}?q=aari"))
    filtered = cells(as_kaisa.post(f"{export_url(models.Person)}?role=agent"))
    second_page = cells(as_kaisa.post(f"{export_url(models.Person)}?q=kaima&p=2&o=-1"))

    assert [row[:2] for row in searched] == [("Äijö", "Ääri")]
    assert [row[:2] for row in filtered] == [("Ahti", "Aapa")]
    assert [row[1] for row in second_page] == [f"Kaima{number:02d}" for number in reversed(range(60))]


def test_open_tasks_are_exported_as_the_list_shows_them_first(as_kaisa, cast, reference):
    region = reference.pohjois_pohjanmaa
    models.Task.objects.create(title="Soita", region=region)
    models.Task.objects.create(title="Soitettu", region=region, done_at=NOW)

    assert [row[1] for row in cells(as_kaisa.post(export_url(models.Task)))] == ["Soita"]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_headings_of_every_table_are_different_and_nothing_technical_is_among_them(model):
    columns = columns_of(model)

    assert len({column.label.casefold() for column in columns}) == len(columns)
    assert not {column.key for column in columns} & {"id", "pk", "sort_key", "search", "password", "url_args", "rings"}
    assert not any(column.key.endswith(("_id", "_first", "_last", "_precision")) for column in columns)


@pytest.mark.parametrize(
    "model", [m for m in TABLES if m.__name__ not in {"SiteState", "PageText", "Region"}], ids=lambda m: m.__name__
)
def test_an_export_takes_as_many_queries_for_three_rows_as_for_one(model, as_aino, as_kaisa, cast, reference):
    clients = [as_kaisa, as_aino] if model in OF_REGIONS else [as_aino]
    _path, _mark, query = f"{list_url(model)}{NARROWED.get(model, '')}".partition("?")

    def queries():
        counts = []
        for client in clients:
            with CaptureQueriesContext(connection) as captured:
                content(client.post(f"{export_url(model)}?{query}"))
            counts.append(len(captured))
        return counts

    add_row(model, reference.oulu, cast.leena, 1)
    queries()
    one = queries()
    add_row(model, reference.oulu, cast.leena, 2)
    add_row(model, reference.oulu, cast.leena, 3)

    assert queries() == one


# --- Who gets what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", OF_REGIONS, ids=lambda model: model.__name__)
def test_a_coordinator_takes_out_nothing_of_another_region(model, as_outi, cast, reference):
    row = add_row(model, reference.oulu, cast.leena, 1)
    secrets = {"Hailuoto", "Leena", "Liesi", "Ahti", "Aapa", "Kaisa", "kaisa@example.org", "Pohjois-Pohjanmaa", "Oulu"}
    region = reference.pohjois_pohjanmaa.pk
    addresses = ["", "state=all", "all=", "q=a", "q=oulu", f"region__id__exact={region}", f"in_region={region}"]
    addresses += [f"id__exact={row.pk}", f"municipality__id__exact={reference.oulu.pk}", "e=1", "time=current"]
    posted = {"_selected_action": [row.pk], "region": region, "action": "export", "select_across": "1", "q": "oulu"}
    handed = 0

    for address in addresses:
        for key in FORMATS:
            answer = as_outi.post(f"{export_url(model, key)}?{address}", posted)
            if answer.status_code == 200:
                text = content(answer)
                if key == "xlsx":
                    sheet = openpyxl.load_workbook(io.BytesIO(text)).active
                    text = "\n".join(str(cell.value) for cells in sheet.rows for cell in cells).encode()
                handed += 1
                assert not [each for each in secrets if each in text.decode()]
            else:
                assert answer.status_code in {302, 400}

    assert handed >= 9


def test_nobody_without_the_role_takes_anything_out(cast, reference):
    addresses = [export_url(model, key) for model in TABLES for key in FORMATS]

    for client in (Client(), sign_in(cast.stranger), sign_in(cast.leena.user), sign_in(cast.ahti.user)):
        assert {client.post(address).status_code for address in addresses} == {302}
    assert models.ExportLog.objects.count() == 0


def test_a_list_that_a_coordinator_does_not_see_is_not_exported(as_kaisa):
    seen = {model: as_kaisa.post(export_url(model)).status_code for model in (models.PageText, models.SiteState)}

    assert set(seen.values()) == {403}


def test_reading_an_address_exports_and_logs_nothing(as_kaisa, cast):
    assert as_kaisa.get(export_url(models.Person)).status_code == 405
    assert models.ExportLog.objects.count() == 0


def test_a_forged_post_exports_nothing(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.kaisa.user, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(export_url(models.Person)).status_code == 403
    assert models.ExportLog.objects.count() == 0


@pytest.mark.parametrize("address", ["time=%00", "nonsense__id=1", "region__id__exact=x"])
def test_addresses_that_no_page_makes_lead_back_to_the_list(as_kaisa, address):
    answer = as_kaisa.post(f"{export_url(models.Appointment)}?{address}")

    assert (answer.status_code, answer.get("Location")) in {(302, admin_url(models.Appointment)), (400, None)}
    assert models.ExportLog.objects.count() == 0


def test_an_unknown_format_is_not_found(as_kaisa):
    assert as_kaisa.post(export_url(models.Person).replace("csv", "exe")).status_code == 404


# --- The log ---------------------------------------------------------------------------------------------------------


def logged():
    return list(
        models.ExportLog.objects.order_by("pk").values_list(
            "table", "file_format", "n_rows", "choices", "exported_at", "exported_by__email", "region__code"
        )
    )


def test_taking_out_peoples_data_is_logged_without_the_words_of_a_search(cast, reference):
    with time_machine.travel(NOW, tick=False):
        client = sign_in(cast.kaisa.user)
        content(client.post(f"{export_url(models.Person, 'xlsx', 'fi')}?role=agent&q=aapa"))

    assert logged() == [
        (
            "registry.person", "xlsx", 1, "Nykyinen rooli: yhdistysagentti; hakusanoilla", NOW,
            "kaisa@example.org", "17",
        )
    ]  # fmt: skip


def test_log_says_by_what_a_list_was_narrowed_but_not_whose_it_was(as_kaisa, cast):
    content(as_kaisa.post(f"{export_url(models.Appointment, 'csv', 'fi')}?person__id__exact={cast.leena.pk}"))
    content(as_kaisa.post(f"{export_url(models.Appointment, 'csv', 'fi')}?time=current"))

    assert [row[2:4] for row in logged()] == [(1, "person"), (1, "Ajankohta: voimassa nyt")]


def test_an_administrators_export_belongs_to_the_region_that_was_chosen(as_aino, cast, reference):
    region = reference.keski_suomi

    content(as_aino.post(export_url(models.Person)))
    content(as_aino.post(f"{export_url(models.Person)}?region__id__exact={region.pk}"))
    content(as_aino.post(f"{export_url(models.Appointment)}?in_region={region.pk}"))

    assert [row[-1] for row in logged()] == [None, region.code, region.code]


@pytest.mark.parametrize(
    "model", [models.Association, models.Municipality, models.GrantPeriod, *sorted(WORDS, key=str)]
)
def test_lists_without_people_are_not_logged(model, as_kaisa, cast):
    content(as_kaisa.post(export_url(model)))

    assert not has_peoples_data(model)
    assert logged() == []


@pytest.mark.parametrize(
    "model", [models.Person, models.Appointment, models.Agent, models.Pairing, models.Consent, models.Task]
)
def test_lists_with_people_are_logged_and_say_so(model, as_kaisa, cast, reference):
    add_row(model, reference.oulu, cast.leena, 1)

    page = as_kaisa.get(admin_url(model)).content.decode()
    content(as_kaisa.post(export_url(model)))

    assert "it is recorded that you took it out" in page
    assert len(logged()) == 1


def test_log_is_read_by_the_region_and_changed_by_nobody(as_kaisa, as_outi, as_aino, cast):
    content(as_kaisa.post(export_url(models.Person)))
    log = models.ExportLog.objects.get()
    address = admin_url(models.ExportLog, "change", log.pk)

    assert "People" in as_kaisa.get(admin_url(models.ExportLog)).content.decode()
    assert "kaisa@example.org" not in as_outi.get(admin_url(models.ExportLog)).content.decode()
    assert as_outi.get(address).status_code == 302
    for client in (as_kaisa, as_aino):
        assert client.get(address).status_code == 200
        assert client.post(address, {"n_rows": 0}).status_code == 403
        assert client.post(admin_url(models.ExportLog, "delete", log.pk), {"post": "yes"}).status_code == 403
        assert client.post(admin_url(models.ExportLog, "add"), {"table": "x"}).status_code == 403
        client.post(
            admin_url(models.ExportLog), {"action": "delete_selected", "_selected_action": log.pk, "post": "yes"}
        )
    assert models.ExportLog.objects.get() == log


# --- The page --------------------------------------------------------------------------------------------------------


def test_buttons_of_a_list_carry_its_choices(as_kaisa, cast):
    page = as_kaisa.get(f"{admin_url(models.Person)}?role=agent&q=aapa").content.decode()

    assert [f'formaction="{export_url(models.Person, key)}?role=agent&amp;q=aapa"' in page for key in FORMATS] == [
        True
    ] * 3
    assert "The file has the row that the list has with these filters and this search." in page


def test_an_empty_list_and_a_window_for_choosing_offer_no_file(as_kaisa, cast):
    empty = as_kaisa.get(f"{admin_url(models.Person)}?q=ketaan")
    window = as_kaisa.get(f"{admin_url(models.Person)}?_popup=1")

    assert 'id="exports"' not in empty.content.decode()
    assert 'id="exports"' not in window.content.decode()
