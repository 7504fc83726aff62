"""A round with its answers as a file: it comes back the same, byte for byte, and a wrong file leaves nothing."""

import datetime as dt
import json

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from registry.models import ExportLog, Region
from surveys import models
from surveys.answering import confirm_unchanged, reopen_response, save_answers, start_response, submit_response
from surveys.authoring import copy_round, correct_wording, decide_comparability, open_round
from surveys.questionnaires import export_questionnaire, import_questionnaire
from surveys.retention import _erase_private_words
from surveys.round_files import export_round, import_round
from tests.admin.conftest import as_aino, as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.surveys.every_kind import answers, questionnaire

pytestmark = pytest.mark.django_db
FIRST = (dt.date(2025, 9, 1), dt.date(2025, 10, 15))
ERASED = "2026-01-01T00:00Z"
ERASED = "2026-01-01T00:00Z"
SECOND = (dt.date(2026, 9, 1), dt.date(2026, 10, 15))


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


def question(survey_round, key):
    return survey_round.questions.get(indicator__key=key)


def answer_all(survey_round, municipality, by, **more):
    """Start a response and answer everything, a file too; return it."""
    response = start_response(survey_round, municipality, by=by)
    asked = {each.key: each.pk for each in survey_round.questions.select_related("indicator")}
    save_answers(response, {asked[key]: reading for key, reading in answers().items()}, by=by, versions={}, **more)
    answer = models.Answer.objects.create(
        response=response, question_id=asked["k_file"], answered_by=by, state="answered", value={"files": ["x"]}
    )
    file = models.AnswerFile.objects.create(
        answer=answer, name="ohje.pdf", size=12, content_type="application/pdf", digest="ab" * 32, file="surveys/x"
    )
    models.Answer.objects.filter(pk=answer.pk).update(value={"files": [str(file.key)]})
    return response


@pytest.fixture
def first(reference, cast, _autumn):
    """A round of 2025 with every kind, answered by Oulu and sent in."""
    text = json.dumps(questionnaire(2025, *FIRST))
    survey_round = open_round(import_questionnaire(text, reference.pohjois_pohjanmaa, by=None), by=cast.kaisa.user)
    _autumn.move_to(dt.datetime(2025, 9, 10, 9, tzinfo=dt.UTC))
    submit_response(answer_all(survey_round, reference.oulu, cast.leena.user), by=cast.leena.user)
    _autumn.move_to(dt.datetime(2026, 9, 10, 9, 30, 1, 250, tzinfo=dt.UTC))
    return survey_round


@pytest.fixture
def years(first, reference, cast):
    """Two years of it: the second is carried over, reopened, corrected and partly erased."""
    oulu, hailuoto, leena = reference.oulu, reference.hailuoto, cast.leena.user
    second = copy_round(first, 2026, opens_on=SECOND[0], closes_on=SECOND[1], by=None)
    changed = question(second, "k_scale")
    changed.wording_fi = "Toisin kysytty?"
    changed.save()
    why = {"fi": "Sanat.", "sv": "Ord.", "en": "Words."}
    option = question(first, "k_scale").options.get(key="a"), changed.options.get(key="b")
    decide_comparability(
        second, "k_scale", "municipality", "reworded", reason=why, by=cast.kaisa.user, matches=[option]
    )
    gone = question(second, "k_link")
    gone.comparability.delete()
    gone.delete()
    second = open_round(second, by=cast.kaisa.user)
    correct_wording(question(second, "k_date"), "wording", "fi", "Päivä?", reason="Kirjoitusvirhe.", by=cast.kaisa.user)
    response = start_response(second, oulu, by=leena)
    confirm_unchanged(response, question(second, "k_yes_no"), by=leena, version=0)
    submit_response(response, by=leena)
    reopen_response(response, reason="Luku on väärin.", by=cast.kaisa.user)
    other = start_response(second, hailuoto, by=cast.kaisa.user)
    readings = {
        question(second, key).pk: each for key, each in answers().items() if key in {"k_long_text", "k_contact"}
    }
    save_answers(other, readings, by=cast.kaisa.user, versions={}, source="phone")
    _erase_private_words(models.Answer.objects.filter(response=other, question__kind__in=["long_text", "contact"]))
    return first, second


def everything():
    """Return every answer as far as the file tells it, and who by post."""
    names = ("state", "value", "note", "evidence_url", "may_be_quoted", "is_unchanged", "source", "answerer_post",
             "answered_at", "version", "words_erased_at", "carried_from__response__round__year")  # fmt: skip
    rows = models.Answer.objects.order_by("response__round__year", "response__municipality", "question__indicator__key")
    return list(rows.values("response__round__year", "question__indicator__key", *names))


def forget():
    """Empty the survey's tables as an empty database has them."""
    tables = [
        "resultscore", "resultanswer", "municipalityresult", "questionresult", "resultedition",
        "answerfile", "answer", "response", "wordingcorrection", "optionmatch", "comparability", "conditionterm",
        "threshold", "tablecolumn", "questionrow", "option", "question", "roundtheme", "round", "indicator", "theme",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_answer SET carried_from_id = NULL")
        cursor.execute("UPDATE surveys_round SET copied_from_id = NULL")
        for table in tables:
            cursor.execute(f"DELETE FROM surveys_{table}")  # noqa: S608
    # The rows that come next have other ids.
    models.Theme.objects.create(key="muu", name_fi="Muu")


def test_every_kind_comes_back_into_an_empty_database_byte_for_byte(reference, years):
    texts = [export_round(each, by=None) for each in years]
    before = everything()
    n_files = models.AnswerFile.objects.count()
    forget()

    regions = Region.objects.with_pages()
    again = [import_round(text, regions, by=None) for text in texts]

    assert [export_round(each, by=None) for each in again] == texts
    assert everything() == before
    assert len(before) == 28
    assert models.AnswerFile.objects.count() == n_files == 1
    assert {each["question__indicator__key"] for each in before} >= {f"k_{kind}" for kind in models.Kind} - {
        "k_explanation"
    }
    assert set(models.Answer.objects.values_list("answered_by", flat=True)) == {None}
    assert [each.is_open for each in again] == [False, True]


def test_the_file_names_posts_and_no_person(reference, years, cast):
    text = export_round(years[1], by=None)

    assert "vapaa-aikasihteeri" in text
    assert "Luku on väärin." in text
    for person in (cast.leena, cast.kaisa):
        assert person.family_name not in text
        assert person.email not in text
        assert person.user.email not in text


def test_a_round_comes_only_after_the_one_with_which_it_is_compared(reference, years):
    text = export_round(years[1], by=None)
    forget()

    with pytest.raises(ValidationError) as refused:
        import_round(text, Region.objects.with_pages(), by=None)

    assert refused.value.code == "earlier"
    assert "2025" in refused.value.messages[0]
    assert not models.Round.objects.exists()


def test_the_questionnaire_file_has_the_verdicts_too(reference, years):
    second = years[1]
    text = export_questionnaire(second)
    later = copy_round(second, 2027, opens_on=dt.date(2027, 9, 1), closes_on=dt.date(2027, 10, 1), by=None)
    changed = question(later, "k_year")
    changed.wording_fi = "Minä vuonna?"
    changed.save()
    why = dict.fromkeys(("fi", "sv", "en"), "Syy")
    decide_comparability(later, "k_year", "municipality", "changed", reason=why, by=None)
    draft = export_questionnaire(later)
    for table in (models.ConditionTerm, models.Comparability, models.Question, models.RoundTheme):
        table.objects.in_round(later).delete()
    later.delete()

    again = import_questionnaire(draft, reference.pohjois_pohjanmaa, by=None)
    elsewhere = import_questionnaire(text, reference.keski_suomi, by=None)

    assert export_questionnaire(again) == draft
    assert again.copied_from == second
    assert "Syy" in draft
    assert not elsewhere.comparabilities.exists()
    assert {each["verdict"] for each in json.loads(text)["verdicts"]} == {"same", "reworded", "removed"}


def first_response(whole):
    return whole["responses"][0]


def answer_to(whole, key):
    return next(each for each in first_response(whole)["answers"] if each["question"] == key)


# What is changed in a good file, the code of the refusal, and the place that it names.
WRONG = [
    (lambda whole: whole.update(format="other"), "format", ""),
    (lambda whole: whole.update(region="99"), "unknown", "99"),
    (lambda whole: whole.pop("region"), "shape", "region"),
    (lambda whole: whole.pop("opened_at"), "shape", "opened_at"),
    (lambda whole: whole.update(opened_at="2025-09-01T09:00"), "shape", "opened_at"),
    (lambda whole: first_response(whole).update(municipality="179"), "unknown", "/responses/1"),
    (lambda whole: first_response(whole).pop("started_at"), "invalid", "/responses/1"),
    (lambda whole: whole["responses"].append(first_response(whole)), "invalid", "/responses/2"),
    (lambda whole: answer_to(whole, "k_single").update(value={"chosen": ["z"]}), "value", "/answers/"),
    (lambda whole: answer_to(whole, "k_single").update(value=["a"]), "value", "/answers/"),
    (lambda whole: answer_to(whole, "k_date").update(value={"date": "eilen"}), "value", "/answers/"),
    (lambda whole: answer_to(whole, "k_euro").update(state="telepathy"), "value", "/answers/"),
    (lambda whole: answer_to(whole, "k_euro").update(version="1"), "shape", "version"),
    (lambda whole: answer_to(whole, "k_euro").update(version=-1), "invalid", "/answers/"),
    (lambda whole: answer_to(whole, "k_euro").update(question="k_short_text"), "unknown", "/answers/"),
    (lambda whole: answer_to(whole, "k_file").update(value={"files": ["x"]}), "value", "/answers/"),
    (lambda whole: answer_to(whole, "k_file").update(value={"files": [ERASED]}, files=[]), "value", "/answers/"),
    (lambda whole: answer_to(whole, "k_file")["files"][0].update(key="x"), "shape", "/files/1"),
    (lambda whole: answer_to(whole, "k_contact").update(words_erased_at=ERASED), "value", "/answers/"),
    (lambda whole: answer_to(whole, "k_short_text").update(value={"text": "a\x00"}), "not_json", ""),
    (lambda whole: answer_to(whole, "k_euro").update(carried_from={"year": 2020, "question": "x"}), "unknown", ""),
    (lambda whole: whole.update(responses={}), "shape", "responses"),
    (lambda whole: whole.update(made_from=1999), "earlier", "1999"),
]  # fmt: skip


def test_a_wrong_file_is_refused_with_its_place_and_nothing_is_saved(first):
    text = export_round(first, by=None)
    forget()
    for change, code, place in WRONG:
        whole = json.loads(text)
        change(whole)

        with pytest.raises(ValidationError) as refused:
            import_round(json.dumps(whole), Region.objects.with_pages(), by=None)

        assert (refused.value.code, place in refused.value.messages[0]) == (code, True), (code, place)
        assert [table.objects.count() for table in (models.Round, models.Response, models.Answer)] == [0, 0, 0]
        assert models.Theme.objects.count() == 1


def test_a_round_that_is_there_and_a_draft_are_refused(reference, years, cast):
    text = export_round(years[0], by=None)
    draft = copy_round(years[1], 2027, opens_on=dt.date(2027, 9, 1), closes_on=dt.date(2027, 10, 1), by=None)

    with pytest.raises(ValidationError) as there:
        import_round(text, Region.objects.with_pages(), by=None)
    with pytest.raises(ValidationError) as unopened:
        export_round(draft, by=None)

    assert (there.value.code, unopened.value.code) == ("invalid", "draft")
    assert models.Round.objects.count() == 3


def test_exporting_takes_the_same_queries_for_one_response_and_for_two(years, reference, cast):
    counts = []
    for _time in range(2):
        with CaptureQueriesContext(connection) as caught:
            text = export_round(models.Round.objects.get(pk=years[1].pk), by=None)
        counts.append((len(json.loads(text)["responses"]), len(caught)))
        start_response(years[1], reference.vaala, by=cast.kaisa.user)
    assert [n for n, _queries in counts] == [2, 3]
    assert counts[0][1] == counts[1][1]


def url(name, *args):
    with translation.override("en"):
        return reverse(f"admin:surveys_round_{name}", args=args)


def test_a_coordinator_takes_a_round_out_and_in_and_the_log_tells_it(first, as_kaisa, as_outi, as_aino, cast):  # noqa: F811
    answer = as_kaisa.post(url("export_answers", first.pk))

    text = answer.content.decode()
    assert json.loads(text)["format"] == "rinnalla-round-1"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    log = ExportLog.objects.get()
    assert (log.table, log.file_format, log.n_rows, log.exported_by) == ("surveys.answer", "json", 25, cast.kaisa.user)
    assert log.region == cast.kaisa.region
    assert as_outi.post(url("export_answers", first.pk)).status_code == 404

    forget()
    sent = {"file": SimpleUploadedFile("kierros.json", text.encode())}
    refused = as_outi.post(url("import_answers"), sent)
    assert refused.status_code == 422
    assert "“17” is not known." in refused.content.decode()
    assert not models.Round.objects.exists()

    sent = {"file": SimpleUploadedFile("kierros.json", text.encode())}
    assert as_kaisa.post(url("import_answers"), sent).status_code == 302
    assert models.Round.objects.get().responses.count() == 1
    assert as_kaisa.post(url("import_answers"), {"file": SimpleUploadedFile("x", b"\xff\xfe")}).status_code == 422


def test_the_commands_write_and_read_the_file(first, tmp_path, capsys):
    path = tmp_path / "kierros.json"
    call_command("export_round", str(path), "--region", "pohjois-pohjanmaa", "--year", "2025")
    text = path.read_bytes()
    forget()
    call_command("import_round", str(path))
    call_command("export_round", str(path), "--region", "pohjois-pohjanmaa", "--year", "2025")

    assert path.read_bytes() == text
    assert "1 responses taken in" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("import_round", str(path))
    with pytest.raises(CommandError):
        call_command("export_round", str(path), "--region", "pohjois-pohjanmaa", "--year", "1999")
