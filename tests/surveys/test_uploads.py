"""Files given as answers: what is taken, what is refused and why, what stays, who gets them."""

import datetime as dt
import io
import zipfile

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict

from registry.privacy import enforce_retention
from surveys import models
from surveys.answering import start_response, submit_response
from surveys.forms import build_theme_form
from surveys.models import AnswerFile
from surveys.uploads import check_upload, put_files_beside, take_files
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.portal.conftest import client_of
from tests.surveys import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%content\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def archive(**entries):
    """Return a ZIP with these entries; `_` stands for a slash and `__` for a dot in their names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, text in entries.items():
            made.writestr(name.replace("__", ".").replace("_", "/"), text)
    return content.getvalue()


DOCX = archive(word_document__xml="<w/>")
ODT = archive(mimetype="application/vnd.oasis.opendocument.text", content__xml="<x/>")
GOOD = {
    "ohje.pdf": PDF,
    "OHJE.PDF": PDF,
    "kuva.png": PNG,
    "kuva.jpeg": b"\xff\xd8\xff\xe0" + b"x" * 9,
    "asia.docx": DOCX,
    "asia.odt": ODT,
    "luvut.xlsx": archive(xl_workbook__xml="<x/>"),
    "teksti.txt": "Ääkköset\r\nja rivi".encode(),
}
BAD = {
    "empty": [("tyhja.pdf", b"")],
    "too_large": [("suuri.pdf", PDF + b"x" * 1_000_001)],
    "type": [("ohjelma.exe", b"MZ"), ("sivu.html", b"<p>"), ("kuva.svg", b"<svg/>"), ("nimi", PDF), ("a.pdf.exe", PDF)],
    "disguised": [
        ("ohjelma.pdf", b"MZ\x90\x00"), ("sivu.pdf", b"<html><script>"), ("kuva.png", PDF), ("kuva.jpg", b"GIF89a"),
        ("asia.docx", ODT), ("asia.docx", PDF), ("asia.odt", DOCX), ("luvut.ods", ODT), ("rikki.docx", DOCX[:40]),
        ("makro.docx", archive(word_document__xml="<w/>", word_vbaProject__bin="x")), ("teksti.txt", b"MZ\x00\x01"),
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    """Real files, in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }


@pytest.fixture
def response(reference, cast):
    """Oulu's response to a round that asks for a file and a number."""
    survey_round = factories.RoundFactory(region=reference.pohjois_pohjanmaa)
    theme = factories.RoundThemeFactory(round=survey_round)
    survey_round.file = factories.question(theme, "file", offers_do_not_know=True, asks_note=True, max_megabytes=1)
    survey_round.number = factories.question(theme, "integer")
    models.Round.objects.filter(pk=survey_round.pk).update(opened_at="2026-09-01T06:00Z")
    started = start_response(models.Round.objects.get(pk=survey_round.pk), reference.oulu, by=cast.leena.user)
    started.asked = survey_round
    return started


def upload(name, content):
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def send(response, by, *files, stale=False, **data):
    """Send the theme's form with these files; what else is said is of the question of files.

    A `stale` form was opened before anybody had answered.
    """
    key, sent = response.asked.file.key, QueryDict(mutable=True)
    for part, value in data.items():
        sent.setlist(f"{key}--{part}", value if isinstance(value, list) else [value])
    sent[response.asked.number.key] = "ei luku"
    chosen = MultiValueDict({key: [upload(*file) for file in files]})
    saved = answer_of(response)
    seen = {response.asked.file.pk: saved.version if saved and not stale else 0}
    questions = [response.asked.file, response.asked.number]
    return take_files(response, questions, sent, chosen, by=by, versions=seen)


def answer_of(response):
    return models.Answer.objects.filter(response=response, question=response.asked.file).first()


@pytest.mark.parametrize("name", GOOD)
def test_what_is_what_it_says_is_taken(name):
    question = models.Question(kind="file")

    told_name, content_type, digest = check_upload(question, upload(name, GOOD[name]))

    assert (told_name, len(digest)) == (name, 64)
    assert "html" not in content_type


@pytest.mark.parametrize(
    ("code", "number"), [(code, number) for code, files in BAD.items() for number in range(len(files))]
)
def test_what_is_not_is_refused_with_its_reason(code, number):
    name, content = BAD[code][number]
    question = models.Question(kind="file", max_megabytes=1)

    with pytest.raises(ValidationError) as refused:
        check_upload(question, upload(name, content))

    assert refused.value.code == code
    assert name in refused.value.messages[0]


def test_the_questions_own_types_are_taken_as_far_as_they_are_safe():
    question = models.Question(kind="file", file_types="pdf html .PNG svg")

    assert question.taken_types == ["pdf", "png"]
    assert models.Question(kind="file", file_types="html").taken_types == models.questions.FILE_TYPES
    with pytest.raises(ValidationError):
        check_upload(question, upload("asia.docx", DOCX))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\maija\\ohje.pdf", "ohje.pdf"),
        ("fdp.\u202egpj.pdf", "fdp.gpj.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("x" * 250 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_a_name_keeps_nothing_that_tricks(sent, kept):
    file = upload("x.pdf", PDF)
    file._name = sent

    assert check_upload(models.Question(kind="file"), file)[0] == kept


def test_a_file_is_saved_though_another_field_is_invalid_and_a_bad_one_stands_beside_good_ones(response, cast):
    errors = send(response, cast.leena.user, ("ohje.pdf", PDF), ("ohjelma.pdf", b"MZ"))

    answer, file = answer_of(response), AnswerFile.objects.get()
    assert "ohjelma.pdf" in errors[response.asked.file.pk]
    assert (answer.state, answer.value, answer.version) == ("answered", {"files": [str(file.key)]}, 1)
    assert (answer.answered_by, answer.answerer_post) == (cast.leena.user, "vapaa-aikasihteeri")
    assert (file.name, file.size, file.content_type) == ("ohje.pdf", len(PDF), "application/pdf")
    assert file.file.read() == PDF
    assert "ohje" not in file.file.name
    assert answer.history.count() == 1


def test_more_are_added_the_same_twice_is_one_and_too_many_are_told(response, cast):
    send(response, cast.leena.user, ("a.pdf", PDF))
    again = send(response, cast.kaisa.user, ("b.pdf", PDF))
    many = send(response, cast.leena.user, *[(f"{n}.pdf", PDF + bytes([65 + n])) for n in range(6)])

    assert "b.pdf" in again[response.asked.file.pk]
    assert "5" in many[response.asked.file.pk]
    names = list(AnswerFile.objects.values_list("name", flat=True))
    assert names == ["a.pdf", "0.pdf", "1.pdf", "2.pdf", "3.pdf"]
    assert answer_of(response).version == 2


def test_a_file_is_taken_away_when_asked_and_the_content_with_it(
    response, cast, django_capture_on_commit_callbacks
):  # fmt: skip
    send(response, cast.leena.user, ("a.pdf", PDF), ("b.png", PNG))
    first, second = AnswerFile.objects.all()
    storage, name = first.file.storage, first.file.name

    with django_capture_on_commit_callbacks(execute=True):
        send(response, cast.leena.user, remove=[str(first.key), "forged"])

    assert list(AnswerFile.objects.all()) == [second]
    assert answer_of(response).value == {"files": [str(second.key)]}
    assert (storage.exists(name), storage.exists(second.file.name)) == (False, True)
    send(response, cast.leena.user, remove=[str(second.key)])
    assert (answer_of(response).state, answer_of(response).value) == ("unanswered", None)


def test_a_state_is_an_answer_where_there_is_no_file_and_never_throws_one_away(response, cast):
    send(response, cast.leena.user, state="do_not_know")
    assert answer_of(response).state == "do_not_know"
    errors = send(response, cast.leena.user, ("a.pdf", PDF), state="do_not_know")

    assert response.asked.file.pk in errors
    assert (answer_of(response).state, AnswerFile.objects.count()) == ("answered", 1)
    assert send(response, cast.leena.user) == {}
    assert answer_of(response).version == 2


def test_an_old_form_adds_its_file_and_overwrites_nothing(response, cast):
    send(response, cast.leena.user, state="do_not_know")
    refused = send(response, cast.kaisa.user, state="", note="Kaisan", stale=True)
    assert "joku muu" in refused[response.asked.file.pk].lower()
    assert (answer_of(response).state, answer_of(response).note) == ("do_not_know", "")

    added = send(response, cast.leena.user, ("a.pdf", PDF), state="")
    other = send(response, cast.kaisa.user, ("b.png", PNG), note="Kaisan", stale=True)

    assert (added, response.asked.file.pk in other) == ({}, True)
    assert (AnswerFile.objects.count(), answer_of(response).note) == (2, "")
    assert send(response, cast.kaisa.user, note="Kaisan") == {}
    assert (answer_of(response).note, len(answer_of(response).value["files"])) == ("Kaisan", 2)


def test_nothing_is_taken_once_it_has_been_sent_in(response, cast):
    send(response, cast.leena.user, ("a.pdf", PDF))
    submit_response(response, by=cast.leena.user)

    with pytest.raises(ValidationError) as refused:
        send(response, cast.leena.user, ("b.png", PNG), remove=[str(AnswerFile.objects.get().key)])

    assert refused.value.code == "submitted"
    assert AnswerFile.objects.get().name == "a.pdf"


def test_the_form_shows_what_is_there_and_what_is_wrong(response, cast, django_assert_num_queries):
    errors = send(response, cast.leena.user, ("ohje <b>.pdf", PDF), ("x.exe", b"MZ"))
    question = models.Question.objects.with_structure().get(pk=response.asked.file.pk)
    answers = {question.pk: answer_of(response)}
    form = build_theme_form([question], answers=answers)

    with django_assert_num_queries(1):
        put_files_beside(form, answers, lambda file: f"/file/{file.key}/", errors)
    page = render_to_string("surveys/theme_form.html", {"form": form})

    file = AnswerFile.objects.get()
    assert f'<a href="/file/{file.key}/">ohje &lt;b&gt;.pdf</a>' in page
    assert f'value="{file.key}"' in page
    assert "x.exe" in page
    assert 'accept=".pdf,.docx' in page
    assert form.errors[0]["message"] == errors[question.pk]


def test_a_file_is_handed_out_as_an_attachment_to_those_who_may_read_it(response, cast, as_kaisa, as_outi):  # noqa: F811
    send(response, cast.leena.user, ("ohje ä.pdf", PDF))
    key = AnswerFile.objects.get().key
    portal, admin = f"/oma/oulu/kysely/2026/tiedosto/{key}/", f"/hallinta/surveys/response/{response.pk}/file/{key}/"

    for answer in (client_of(cast.leena.user).get(portal), as_kaisa.get(admin)):
        assert b"".join(answer.streaming_content) == PDF
        assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''ohje%20%C3%A4.pdf"
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
    refused = [
        client_of(cast.leena.user).get(portal.replace("2026", "2025")),
        client_of(cast.leena.user).get(portal.replace("oulu", "hailuoto")),
        client_of(cast.ahti.user).get(portal),
        client_of(cast.stranger).get(portal),
        as_outi.get(admin),
    ]
    assert [answer.status_code for answer in refused] == [404] * 5
    assert client_of(cast.leena.user).get("/media/" + AnswerFile.objects.get().file.name).status_code == 404


def test_a_file_known_by_name_alone_is_not_found_and_breaks_nothing(response, cast, as_kaisa):  # noqa: F811
    send(response, cast.leena.user, ("ohje.pdf", PDF))
    file = AnswerFile.objects.get()
    AnswerFile.objects.filter(pk=file.pk).update(file="")

    assert client_of(cast.leena.user).get(f"/oma/oulu/kysely/2026/tiedosto/{file.key}/").status_code == 404
    assert "ohje.pdf" in as_kaisa.get(f"/hallinta/surveys/response/{response.pk}/change/").content.decode()


def test_a_file_goes_when_its_time_is_over_with_its_content(response, cast):
    send(response, cast.leena.user, ("ohje.pdf", PDF))
    file = AnswerFile.objects.get()
    storage, name = file.file.storage, file.file.name
    storage.save("surveys/other", ContentFile(b"x"))

    assert enforce_retention(today=dt.date(2029, 10, 15))["answerfile"] == 0
    assert enforce_retention(today=dt.date(2029, 10, 17))["answerfile"] == 1
    assert (storage.exists(name), storage.exists("surveys/other")) == (False, True)
