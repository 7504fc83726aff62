"""The screens of an import: from the file to the saved step and back."""

import pytest
from django.urls import reverse
from django.utils import translation

from registry import models
from registry.models import ImportMapping, ImportRun
from tests.registry.imports.files import csv_file, read

pytestmark = pytest.mark.django_db
ROWS = [["Koodi", "Paikka", "hinta"], ["564", "Talo", "maksuton"], ["72", "Sali", ""], ["179", "Muualla", ""]]


def url(name, *args):
    with translation.override("en"):
        return reverse(name, args=args)


def upload(client, rows=ROWS, key="premises", name="tilat.csv", **data):
    return client.post(url("import_upload", key), {"source": "Kyselyt", "file": csv_file(rows, name), **data})


def test_a_file_goes_from_upload_to_saved_and_undone(as_kaisa, cast):
    answer = upload(as_kaisa)
    run = ImportRun.objects.get()
    assert (answer.status_code, answer.url) == (302, url("import_columns", run.pk))
    assert (run.region.code, run.started_by, run.file_name) == ("17", cast.kaisa.user, "tilat.csv")

    page = as_kaisa.get(answer.url)
    form = page.context["form"]
    assert form.initial == {"municipality": "Koodi", "price": "hinta"}
    assert form.fields["municipality"].samples == ["564", "72", "179"]
    answer = as_kaisa.post(answer.url, {"municipality": "Koodi", "name": "Paikka", "price": "hinta"})
    assert answer.url == url("import_detail", run.pk)

    page = as_kaisa.get(answer.url)
    assert [(group.verdict, [row.number for row in group.rows]) for group in page.context["groups"]] == [
        ("refused", [4]),
        ("created", [2, 3]),
    ]
    assert "Save 2 rows" in page.content.decode()
    answer = as_kaisa.post(url("import_save", run.pk))
    assert (answer.status_code, answer.context["errors"]) == (
        422,
        ["Some rows were refused. Choose whether they are left out, or mend the file first."],
    )
    assert models.Premises.objects.count() == 0

    for _twice in range(2):
        answer = as_kaisa.post(url("import_save", run.pk), {"leave_out": "yes"})
        assert (answer.status_code, answer.url) == (302, url("import_detail", run.pk))
    assert sorted(models.Premises.objects.values_list("name", flat=True)) == ["Sali", "Talo"]
    assert models.ChangeSet.objects.count() == 1
    listed = as_kaisa.get(url("admin:registry_changeset_changelist")).content.decode()
    assert ">Premises</a>" in listed, "the list of steps says what was imported"

    assert as_kaisa.get(url("import_undo", run.pk)).status_code == 200
    as_kaisa.post(url("import_undo", run.pk))
    assert models.Premises.objects.count() == 0
    assert "Undone" in as_kaisa.get(url("import_detail", run.pk)).content.decode()


def test_the_second_file_of_a_source_needs_no_mapping(as_kaisa):
    upload(as_kaisa)
    first = ImportRun.objects.get()
    as_kaisa.post(url("import_columns", first.pk), {"municipality": "Koodi", "name": "Paikka", "price": "hinta"})
    assert ImportMapping.objects.get().columns == {"municipality": "Koodi", "name": "Paikka", "price": "hinta"}

    answer = upload(as_kaisa, [["Paikka", "Koodi", "hinta"], ["Halli", "564", ""]], source="kyselyt")

    second = ImportRun.objects.latest("pk")
    assert (answer.url, second.state, second.counts["created"]) == (url("import_detail", second.pk), "checked", 1)
    assert url("import_columns", second.pk) in as_kaisa.get(answer.url).content.decode()


def test_a_wrong_file_is_told_and_what_was_typed_stays(as_kaisa):
    answer = upload(as_kaisa, [["A", "A"], ["1", "2"]])

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "file": ["Two columns have the heading “A”. Give each column a heading of its own."]
    }
    assert 'value="Kyselyt"' in answer.content.decode()
    assert ImportRun.objects.count() == 0


def test_a_missing_column_is_told_beside_its_field(as_kaisa):
    upload(as_kaisa)
    run = ImportRun.objects.get()

    answer = as_kaisa.post(url("import_columns", run.pk), {"municipality": "Koodi", "name": ""})

    assert (answer.status_code, answer.context["form"].errors) == (422, {"name": ["Choose a column for this."]})


def test_a_file_name_is_shown_without_folders_and_invisible_signs(as_kaisa):
    upload(as_kaisa, name="C:\\kansio\\ti\u202elat.csv")

    assert ImportRun.objects.get().file_name == "tilat.csv"


def test_discarding_forgets_the_rows(as_kaisa, reference):
    run = read("premises", [["kunta", "nimi"], ["564", "Talo"]], region=reference.pohjois_pohjanmaa)
    assert run.rows.count() == 1

    as_kaisa.post(url("import_discard", run.pk))

    run.refresh_from_db()
    assert (run.state, run.rows.count()) == ("discarded", 0)
    as_kaisa.post(url("import_save", run.pk), {"leave_out": "yes"})
    assert models.Premises.objects.count() == 0


def test_refused_rows_are_downloaded_with_their_reasons(as_kaisa, reference):
    rows = [["kunta", "nimi"], ["179", "=1+1"], ["564", "Talo"]]
    run = read("premises", rows, region=reference.pohjois_pohjanmaa)

    answer = as_kaisa.get(url("import_refused", run.pk))

    assert answer.content.decode("utf-8-sig").splitlines() == [
        "kunta;nimi;Row in the file;Why the row was refused",
        f"179;'=1+1;2;{run.rows.get(number=2).messages[0]}",
    ]


@pytest.mark.parametrize("key", ["appointments", "agents", "associations", "premises", "grant-periods"])
def test_example_file_is_read_with_every_column_known(as_kaisa, key):
    answer = as_kaisa.get(url("import_example", key))
    headings, example = (line.split(";") for line in answer.content.decode("utf-8-sig").splitlines())

    upload(as_kaisa, [headings, example], key)

    run = ImportRun.objects.get()
    assert sorted(run.columns.values()) == sorted(headings)


def test_imports_are_found_from_the_lists_and_the_front_page(as_kaisa):
    address = url("import_upload", "premises")
    assert address in as_kaisa.get("/en/hallinta/registry/premises/").content.decode()
    assert url("import_start") in as_kaisa.get("/en/hallinta/").content.decode()
    assert "/tuonti/uusi/" not in as_kaisa.get("/en/hallinta/registry/municipality/").content.decode()


@pytest.mark.parametrize("n", [1, 3])
def test_preview_makes_the_same_few_queries(as_kaisa, reference, django_assert_num_queries, n):
    rows = [["kunta", "nimi"], *(["564", f"Talo {number}"] for number in range(n))]
    run = read("premises", rows, region=reference.pohjois_pohjanmaa)
    as_kaisa.get(url("import_detail", run.pk))

    with django_assert_num_queries(7):
        as_kaisa.get(url("import_detail", run.pk))
