"""Answers of an earlier round from survey tools' files: three shapes, once, undone, refused by name, row and column."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from registry.change_sets import plain_rows
from registry.imports.checking import check_import
from registry.imports.meanings import choose_values
from registry.imports.saving import save_import, undo_import
from registry.imports.staging import choose_columns, start_import
from registry.imports.targets import find_target
from registry.models import ImportRun, Municipality
from surveys import models
from surveys.answering import start_response
from surveys.authoring import open_round
from surveys.round_files import export_round, import_round
from surveys.sheet import Sheet
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.registry.imports.files import counts, csv_file, verdicts
from tests.surveys import factories

pytestmark = pytest.mark.django_db
SOURCE = "Kyselytyökalu"


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


@pytest.fixture
def earlier(reference):
    """A closed round of 2024: yes or no, one of several, several, a number, a long text, a matrix."""
    survey_round = factories.RoundFactory(
        region=reference.pohjois_pohjanmaa, year=2024, opens_on=dt.date(2024, 9, 2), closes_on=dt.date(2024, 10, 11)
    )
    theme = factories.RoundThemeFactory(round=survey_round)

    def ask(key, kind, options=(), **fields):
        indicator = factories.IndicatorFactory(key=key, theme=theme.theme)
        made = factories.question(theme, kind, indicator=indicator, **fields)
        for position, (option, label) in enumerate(options, start=1):
            factories.OptionFactory(question=made, key=option, label_fi=label, position=position)
        setattr(survey_round, key, made)
        return made

    yes_no = (("yes", "Kyllä"), ("no", "Ei"))
    ask("nimetty", "yes_no", yes_no, wording_fi="Onko yhdyshenkilö nimetty?")
    ask("avustus", "yes_no", yes_no, wording_fi="Maksetaanko avustuksia?")
    prices = (("free", "Kaikki maksutta"), ("partly", "Osa maksutta,\nosa maksullisia"), ("paid", "Vain maksullisia"))
    ask("tilat", "single", prices, wording_fi="Tilojen hinta?")
    fields = (("sport", "Liikunta"), ("culture", "Kulttuuri"), ("village", "Kylät"))
    ask("alat", "multiple", fields, wording_fi="Mille aloille?")
    ask("summa", "euro", wording_fi="Paljonko vuodessa?")
    ask("miten", "long_text", wording_fi="Miten yhteistyö sujuu?")
    matrix = ask("viestinta", "matrix_single", (("much", "Paljon"), ("little", "Vähän")), wording_fi="Viestintä?")
    models.QuestionRow.objects.create(question=matrix, key="web", label_fi="Verkkosivut", position=1)
    models.Round.objects.filter(pk=survey_round.pk).update(opened_at="2024-09-01T06:00Z")
    survey_round.refresh_from_db(fields=["opened_at"])
    return survey_round


def upload(survey_round, file, by=None, source=SOURCE):
    run, _warnings = start_import(
        file, target=find_target(f"answers-{survey_round.pk}"), region=survey_round.region, source=source, by=by
    )
    return check_import(choose_columns(run, run.columns))


def told(survey_round):
    """Return {municipality: {question: (state, value)}} of everything that the round has."""
    found = {}
    rows = models.Answer.objects.filter(response__round=survey_round)
    for answer in rows.select_related("response__municipality", "question__indicator"):
        of_place = found.setdefault(answer.response.municipality.name_fi, {})
        of_place[answer.question.key] = (answer.state, answer.value)
    return found


ONE_COLUMN_PER_OPTION = [
    ["Kuntakoodi", "Vastauspäivä", "Vastaajan asema", "Q1 Onko yhdyshenkilö nimetty?", "Mille aloille?: Liikunta",
     "Mille aloille?: Kulttuuri", "Mille aloille?: Kylät", "Paljonko vuodessa?"],
    ["564", "3.10.2024", "kulttuurisihteeri", "Kyllä", "1", "0", "x", "1 250,50 €"],
    ["72", "4.10.2024", "", "Ei", "0", "0", "0", "-"],
    ["785", "", "", "en osaa sanoa", "", "1", "", ""],
]  # fmt: skip


def test_one_column_for_each_option(earlier, reference, cast):
    run = upload(earlier, csv_file(ONE_COLUMN_PER_OPTION))
    assert counts(run) == {"created": 3}
    save_import(run, by=cast.kaisa.user)

    assert told(earlier) == {
        "Oulu": {
            "nimetty": ("answered", {"chosen": ["yes"]}),
            "alat": ("answered", {"chosen": ["sport", "village"]}),
            "summa": ("answered", {"number": "1250.50"}),
        },
        # Nothing chosen and a dash are no answer, never "no" or nought.
        "Hailuoto": {"nimetty": ("answered", {"chosen": ["no"]})},
        "Vaala": {"nimetty": ("do_not_know", None), "alat": ("answered", {"chosen": ["culture"]})},
    }
    response = models.Response.objects.get(municipality=reference.oulu)
    answer = response.answers.get(question=earlier.summa)
    assert (response.is_submitted, response.respondent, response.respondent_post) == (True, None, "kulttuurisihteeri")
    assert (answer.source, answer.answered_by, answer.answerer_post) == ("import", None, "kulttuurisihteeri")
    assert answer.answered_at == response.submitted_at == dt.datetime(2024, 10, 3, 9, tzinfo=dt.UTC)
    assert answer.history.get().history_user == cast.kaisa.user
    assert models.Response.objects.get(municipality=reference.vaala).submitted_at.date() == earlier.closes_on


def test_what_was_brought_in_comes_back_from_the_rounds_file(earlier, reference, cast):
    save_import(upload(earlier, csv_file(ONE_COLUMN_PER_OPTION)), by=cast.kaisa.user)
    text = export_round(earlier, by=cast.kaisa.user)
    plain_rows(models.Round).filter(pk=earlier.pk).update(year=2001)

    again = import_round(text, [reference.pohjois_pohjanmaa], by=cast.kaisa.user)

    assert told(again) == told(earlier)
    assert told(again)["Vaala"]["nimetty"] == ("do_not_know", None)


CODES = [
    ["Kunta", "Onko yhdyshenkilö nimetty?", "Maksetaanko avustuksia?", "Tilojen hinta?"],
    ["Oulu", "1", "2", "3"],
    ["Hailuoto", "2", "1", "1"],
    ["Vaala", "9", "1", "7"],
]


def test_codes_get_their_meaning_once_for_all_columns_with_the_same_options_and_keep_it(earlier, cast):
    run = upload(earlier, csv_file(CODES))
    assert counts(run) == {"refused": 3}
    asked = find_target(run.target).unknown_values(run)
    assert [(each.keys, each.values) for each in asked] == [
        (("nimetty", "avustus"), ("1", "2", "9")), (("tilat",), ("1", "3", "7")),
    ]  # fmt: skip
    codes = {"1": "yes", "2": "no", "9": "~do_not_know"}
    meanings = {"nimetty": codes, "avustus": codes, "tilat": {"1": "free", "3": "paid"}}
    run = check_import(choose_values(run, meanings))
    assert counts(run) == {"created": 2, "refused": 1}
    assert verdicts(run)[4] == (
        "refused",
        ["Sarake ”Tilojen hinta?”: ”7” ei ole kysymyksen vaihtoehto. Vaihtoehdot ovat: Kaikki maksutta, "
         "Osa maksutta,\nosa maksullisia, Vain maksullisia."],
    )  # fmt: skip
    save_import(run, by=cast.kaisa.user)

    assert told(earlier)["Oulu"] == {
        "nimetty": ("answered", {"chosen": ["yes"]}),
        "avustus": ("answered", {"chosen": ["no"]}),
        "tilat": ("answered", {"chosen": ["paid"]}),
    }
    # The next file from the same source knows the codes.
    again = upload(earlier, csv_file([CODES[0], ["Vaala", "9", "1", "1"]]))
    assert counts(again) == {"created": 1}
    with pytest.raises(ValidationError):
        choose_values(again, {"nimetty": {"1": "forged"}})


def xlsx_file(rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return SimpleUploadedFile("vastaukset.xlsx", file.getvalue())


LABELS = [
    ["Kunnan\nkoodi", "Mille aloille?", "Tilojen hinta?", "Viestintä? [Verkkosivut]", "Miten yhteistyö\nsujuu?"],
    ["564", "Liikunta\nKylät", "Osa maksutta,\nosa maksullisia", "Paljon", "Hyvin.\nParempi kuin ennen."],
    ["072", "Kulttuuri; Liikunta", "Kaikki maksutta", "-", "-"],
    ["785", "Liikunta\nMuu, mikä", "Vain maksullisia", "tietoa ei saatu", ""],
]


def test_labels_with_line_breaks(earlier, cast):
    run = upload(earlier, xlsx_file(LABELS))
    assert counts(run) == {"created": 2, "refused": 1}
    ((verdict, messages),) = [verdicts(run)[4]]
    assert (verdict, len(messages)) == ("refused", 1)
    assert messages[0].startswith("Sarake ”Mille aloille?”: ”Muu, mikä” ei ole kysymyksen vaihtoehto.")
    save_import(run, by=cast.kaisa.user)

    assert told(earlier) == {
        "Oulu": {
            "alat": ("answered", {"chosen": ["sport", "village"]}),
            "tilat": ("answered", {"chosen": ["partly"]}),
            "viestinta": ("answered", {"rows": {"web": ["much"]}}),
            "miten": ("answered", {"text": "Hyvin.\nParempi kuin ennen."}),
        },
        "Hailuoto": {
            "alat": ("answered", {"chosen": ["sport", "culture"]}),
            "tilat": ("answered", {"chosen": ["free"]}),
        },
    }


@pytest.mark.parametrize("make", [lambda: csv_file(ONE_COLUMN_PER_OPTION), lambda: xlsx_file(LABELS[:3])])
def test_a_second_import_changes_nothing_and_one_step_undoes_all(earlier, cast, make):
    first = save_import(upload(earlier, make()), by=cast.kaisa.user)
    before = list(models.Answer.objects.order_by("pk").values()), models.Answer.history.count()

    second = upload(earlier, make())
    assert set(counts(second)) == {"unchanged"}
    with pytest.raises(ValidationError) as refused:
        save_import(second, by=cast.kaisa.user)
    assert refused.value.code == "nothing"
    assert (list(models.Answer.objects.order_by("pk").values()), models.Answer.history.count()) == before

    undo_import(first, by=cast.kaisa.user)
    assert (models.Response.objects.count(), models.Answer.objects.count(), models.Answer.history.count()) == (0, 0, 0)


def test_a_corrected_file_changes_what_it_brought_and_never_what_a_municipality_said(earlier, reference, cast):
    save_import(upload(earlier, csv_file(ONE_COLUMN_PER_OPTION)), by=cast.kaisa.user)
    own = models.Response.objects.create(
        round=earlier, municipality=Municipality.objects.get(code="678"), started_at="2024-09-09T09:00Z",
        submitted_at="2024-09-09T09:00Z",
    )  # fmt: skip
    models.Answer.objects.create(response=own, question=earlier.summa, state="answered", value={"number": "10"})
    rows = [["Kunta", "Paljonko vuodessa?"], ["564", "2000"], ["678", "11"]]

    run = upload(earlier, csv_file(rows))
    assert [verdict for verdict, _messages in verdicts(run).values()] == ["changed", "refused"]
    save_import(run, by=cast.kaisa.user)

    answer = models.Answer.objects.get(response__municipality=reference.oulu, question=earlier.summa)
    assert (answer.value, answer.version) == ({"number": "2000"}, 2)
    assert own.answers.get().value == {"number": "10"}


def test_what_is_not_a_municipality_of_the_round_or_not_a_number_is_refused_by_its_column(earlier):
    rows = [["Kunta", "Paljonko vuodessa?", "Mille aloille?: Kylät"], ["179", "5", "1"], ["Oulu", "paljon", "ehkä"]]

    said = verdicts(upload(earlier, csv_file(rows)))

    assert said[2][1][0].startswith("Sarake ”Kunta”:")
    assert len(said[3][1]) == 1
    assert said[3][1][0].startswith("Sarake ”Mille aloille?: Kylät”: ”ehkä”")


# --- Pages -----------------------------------------------------------------------------------------------------------


def url(name, *args):
    with translation.override("en"):
        return reverse(name, args=args)


def test_a_wide_file_is_mapped_column_by_column_by_number_or_name(earlier, cast, as_kaisa, as_outi):  # noqa: F811
    rows = [["Kuka", "Outo sarake", "Muu", "Hinta"], ["564", "Kyllä", "x", "1"]]
    target = f"answers-{earlier.pk}"
    assert as_outi.get(url("import_upload", target)).status_code == 404
    assert url("import_upload", target) in as_kaisa.get(url("import_start")).content.decode()
    form = as_kaisa.get(url("import_upload", target)).context["form"]
    assert "region" not in form.fields

    answer = as_kaisa.post(url("import_upload", target), {"source": SOURCE, "file": csv_file(rows)})
    run = ImportRun.objects.get()
    page = as_kaisa.get(answer.url).content.decode()
    assert '<datalist id="targets">' in page
    assert "4.3 Mille aloille? – Kylät" in page
    wrong = as_kaisa.post(answer.url, {"column-0": "kunta", "column-1": "99", "column-2": "maksut"})
    assert wrong.status_code == 422
    assert len(wrong.context["form"].errors) == 2
    own = "municipality’s code or name"
    chosen = {"column-0": own, "column-1": "1", "column-2": "4.3", "column-3": "tilojen hinta?"}
    missing = as_kaisa.post(answer.url, {**chosen, "column-0": ""})
    assert "Choose a column for these too" in missing.content.decode()
    done = as_kaisa.post(answer.url, chosen | {"column-3": "3."})
    run.refresh_from_db()

    assert run.columns == {"municipality": "Kuka", "nimetty": "Outo sarake", "alat~village": "Muu", "tilat": "Hinta"}
    detail = as_kaisa.get(done.url).content.decode()
    assert url("import_values", run.pk) in detail
    asked = as_kaisa.get(url("import_values", run.pk)).content.decode()
    assert '<label for="id_value-0-0">1</label>' in asked
    assert as_outi.get(url("import_values", run.pk)).status_code == 404
    as_kaisa.post(url("import_values", run.pk), {"value-0-0": "free"})
    run.refresh_from_db()
    assert (run.values, counts(run)) == ({"tilat": {"1": "free"}}, {"created": 1})
    as_kaisa.post(url("import_save", run.pk))
    assert told(earlier)["Oulu"]["tilat"] == ("answered", {"chosen": ["free"]})


def test_answers_of_a_round_that_is_open_are_not_imported(earlier, reference, as_kaisa):  # noqa: F811
    models.Round.objects.filter(pk=earlier.pk).update(closes_on=dt.date(2026, 12, 1))
    assert as_kaisa.get(url("import_upload", f"answers-{earlier.pk}")).status_code == 404


# --- A round of an earlier year --------------------------------------------------------------------------------------


def test_an_earlier_years_round_is_made_frozen_and_closed_in_one_step_and_compared(reference, cast, as_kaisa):  # noqa: F811
    present = factories.RoundFactory(region=reference.pohjois_pohjanmaa, year=2026)
    theme = factories.RoundThemeFactory(round=present, is_scored=False)
    asked = factories.question(theme, "yes_no", ["yes", "no"])
    address = url("admin:surveys_round_earlier", present.pk)
    days = {"year": "2023", "opens_on": "1.9.2023", "closes_on": "15.10.2023"}
    future = as_kaisa.post(address, days | {"closes_on": "15.10.2027", "confirmed": "yes"}).content.decode()
    assert "has not passed" in future

    as_kaisa.post(address, days | {"confirmed": "yes"})
    made = models.Round.objects.get(year=2023)
    page = as_kaisa.post(url("admin:surveys_round_open", made.pk)).content.decode()
    assert "The answers are brought in from a file." in page
    as_kaisa.post(url("admin:surveys_round_open", made.pk), {"confirmed": "yes"})

    made.refresh_from_db()
    assert (made.is_draft, made.is_closed, made.copied_from) == (False, True, None)
    assert (
        url("import_upload", f"answers-{made.pk}")
        in as_kaisa.get(url("admin:surveys_round_change", made.pk)).content.decode()
    )
    save_import(upload(made, csv_file([["Kunta", asked.wording_fi], ["Oulu", "Yes"]])), by=cast.kaisa.user)
    # The draft of this year knows the questions as the same, so that last year's answer stands beside them.
    row = models.Comparability.objects.get(round=present)
    assert (row.from_question.round, row.to_question, row.verdict) == (made, asked, "same")
    open_round(present, by=cast.kaisa.user)
    response = start_response(models.Round.objects.get(pk=present.pk), reference.oulu, by=cast.leena.user)
    assert Sheet(present, reference.oulu, response).earlier[asked.pk].value == {"chosen": ["yes"]}
