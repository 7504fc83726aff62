"""A questionnaire as a file: the same bytes again and again, and a clear refusal of what is wrong."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from surveys import models
from surveys.default_questionnaire import FILE, load_questionnaire
from surveys.questionnaires import export_questionnaire, import_questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    return FILE.read_text(encoding="utf-8")


def test_the_default_questionnaire_comes_back_byte_for_byte(reference, text):
    survey_round = import_questionnaire(text, reference.pohjois_pohjanmaa, by=None)

    assert export_questionnaire(survey_round) == text


def test_loading_the_default_questionnaire_twice_changes_nothing(reference, capsys):
    call_command("load_questionnaire", "--region", "pohjois-pohjanmaa", "--year", "2026")
    call_command("load_questionnaire", "--region", "pohjois-pohjanmaa", "--year", "2026")

    assert models.Round.objects.count() == 1
    assert models.Round.objects.get().questions.for_municipalities().count() == 49
    first, second = capsys.readouterr().out.splitlines()
    assert (first.split(",")[0], second) == (
        "questionnaire: 49 indicators added", "questionnaire: 0 indicators added",
    )  # fmt: skip


def test_the_default_questionnaire_is_complete_in_three_languages(reference):
    survey_round, _n = load_questionnaire(reference.pohjois_pohjanmaa)

    rows = [*survey_round.questions.all()]
    rows += [row for table in (models.Option, models.QuestionRow, models.TableColumn) for row in table.objects.all()]
    named = [*models.Theme.objects.all(), *models.Criterion.objects.all(), *models.Indicator.objects.all()]
    for language in ("fi", "sv", "en"):
        assert all(getattr(row, f"name_{language}") for row in named)
        wordless = [row for row in rows if not any(getattr(row, f"{name}_{language}") for name in row.WORDING)]
        assert {row.question.kind for row in wordless} == {"scale"}
    assert models.Theme.objects.filter(is_scored=True).count() == 4
    assert models.Criterion.objects.count() == 7


def first(whole, number=0):
    return whole["themes"][0]["questions"][number]


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (lambda whole: whole.pop("format"), "format", ""),
        (lambda whole: whole.update(year="ensi vuonna"), "shape", "year"),
        (lambda whole: first(whole).update(kind="telepathy"), "invalid", "/themes/1/questions/1"),
        (lambda whole: first(whole).update(area="ei.ole"), "unknown", "/themes/1/questions/1"),
        (lambda whole: first(whole, 1)["condition"][0][0].update(option="x"), "unknown", "condition/1"),
        (lambda whole: whole["themes"][0]["questions"].reverse(), "unknown", "condition"),
        (lambda whole: whole["themes"][0].update(questions="x"), "shape", "questions"),
        (lambda whole: first(whole).update(weight="paljon"), "shape", "weight"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_place_and_nothing_is_saved(reference, text, change, code, place):
    whole = json.loads(text)
    change(whole)

    with pytest.raises(ValidationError) as refused:
        import_questionnaire(json.dumps(whole), reference.pohjois_pohjanmaa, by=None)

    assert refused.value.code == code
    assert place in refused.value.messages[0]
    assert not models.Round.objects.exists()
    assert not models.Indicator.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "[" * 100_000, '{"format": 1}'])
def test_what_is_no_questionnaire_is_refused(reference, text):
    with pytest.raises(ValidationError):
        import_questionnaire(text, reference.pohjois_pohjanmaa, by=None)
