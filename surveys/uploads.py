"""Files given as answers: checked by size, ending and content, kept outside what is served, handed out as attachments.

A file is saved when it arrives, whatever else in the form is wrong: a browser cannot show
a chosen file again. Adding one never overwrites anything; taking one away is asked for.
"""

import hashlib
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from surveys.answering import locked_sheet, write_answers
from surveys.models import Answer, AnswerFile, Kind
from surveys.reading import read_answer

MEGABYTE = 1_000_000
MOST_FILES = 5
_OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_OPEN = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
CONTENT_TYPES = {
    **_OPEN,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
_BEGINS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
# What a text file never has: control characters other than the ends of lines, tabs and pages.
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


# --- Checking --------------------------------------------------------------------------------------------------------


def check_upload(question, file):
    """Return (name, content type, digest) of an uploaded file. Its content must be what its ending says.

    Raises ValidationError with code "empty", "too_large", "type" or "disguised", in words for beside the field.
    """
    name = _clean_name(file.name)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    most = question.taken_megabytes
    if not file.size:
        raise ValidationError(_("The file “%(name)s” is empty."), code="empty", params={"name": name})
    if file.size > most * MEGABYTE:
        message = _("The file “%(name)s” is too large: at most %(most)s megabytes.")
        raise ValidationError(message, code="too_large", params={"name": name, "most": most})
    if ending not in question.taken_types:
        message = _("The file “%(name)s” is of a type that is not taken. These are: %(types)s.")
        raise ValidationError(message, code="type", params={"name": name, "types": ", ".join(question.taken_types)})
    if not _is_what_it_says(ending, file):
        message = _("The content of “%(name)s” is not what its ending says. Save the file anew and choose it again.")
        raise ValidationError(message, code="disguised", params={"name": name})
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return name, CONTENT_TYPES[ending], digest.hexdigest()


def _clean_name(name):
    """Return the last part of a name without what tricks a reader: control and direction marks; at most 200 long."""
    last = PurePosixPath(str(name).replace("\\", "/")).name
    plain = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C").strip()
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:180]}{dot}{ending[:19]}"


def _is_what_it_says(ending, file):
    file.seek(0)
    if ending in _BEGINS:
        return file.read(len(_BEGINS[ending])) == _BEGINS[ending]
    if ending == "txt":
        return not any(_NOT_TEXT.search(chunk) for chunk in file.chunks())
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if any(name.endswith("vbaProject.bin") for name in names):
                return False  # macros
            if ending in _OFFICE:
                return _OFFICE[ending] in names
            with archive.open("mimetype") as kind:
                return kind.read(200).decode("ascii", "replace").strip() == _OPEN[ending]
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, OSError, ValueError):
        return False


# --- Saving ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_files(response, questions, data, files, *, by, versions, source=Answer.Source.FORM, delegation=None, post=""):
    """Save what a sent form says for its questions of files, and return {question's id: error in words}.

    `data` and `files` are the form's: new files under `<key>`, keys of those to take away under
    `<key>--remove`, and what every question has: state, evidence, note, permission to quote. Of several
    files the good ones are saved. What is no file is not written over a newer answer than that of
    `versions`, {question's id: number}. Raises ValidationError with code "not_open" or "submitted"; nothing
    is saved then.
    """
    sheet = locked_sheet(response)
    asked = sheet.asked([question.pk for question in questions if question.kind == Kind.FILE])
    errors, said = {}, {"by": by, "source": source, "delegation": delegation, "post": post}
    for question in asked.values():
        if not _is_touched(question, data, files):
            continue
        answer = sheet.answers.get(question.pk)
        kept = _keep(answer, set(data.getlist(f"{question.key}--remove")))
        new, problems = _new_files(question, files.getlist(question.key), kept, by)
        keys = [str(each.key) for each in [*kept, *new]]
        also = Answer.SAID_INSTEAD if source in Answer.SPOKEN else ()
        reading = read_answer(question, data, files=keys, also=also)
        problems += reading.errors.values()
        values = _changed(answer or Answer(), _values(reading, keys, answer))
        if answer is not None and answer.version != versions.get(question.pk, 0):
            # What follows from files alone is never in the way of somebody else's.
            of_files = {"state", "value"} if keys or answer.state == Answer.State.ANSWERED else set()
            if set(values) - of_files:
                problems.append(_("Somebody else has answered this question meanwhile. Their answer stands now."))
            values = {name: value for name, value in values.items() if name in of_files}
        if values:
            (answer,) = write_answers(sheet, {question.pk: values}, **said)
        _store(answer, new)
        if problems:
            errors[question.pk] = problems[0]
    return errors


def _is_touched(question, data, files):
    parts = ("remove", "state", "evidence", "note", "quote")
    return bool(files.getlist(question.key)) or any(f"{question.key}--{part}" in data for part in parts)


def _new_files(question, files, kept, by):
    """Return (the rows of the files that are taken, what is wrong with the others)."""
    new, problems = [], []
    for file in files:
        try:
            new.append(_new_file(question, file, [*kept, *new], by))
        except ValidationError as refused:
            problems.append(refused.messages[0])
    return new, problems


def _values(reading, keys, answer):
    """Return the answer's columns after a form; what the form has wrong stays as it was."""
    if keys:  # files that have come are never thrown away for a state that was chosen beside them
        values = {"state": Answer.State.ANSWERED, "value": {"files": keys}}
    elif reading.errors and answer is not None and answer.state != Answer.State.ANSWERED:
        values = {}
    else:
        values = {"state": Answer.State.UNANSWERED if reading.errors else reading.state, "value": None}
    if not reading.errors:
        values |= {name: getattr(reading, name) for name in ("evidence_url", "note", "may_be_quoted")}
    return values


def _changed(answer, values):
    return {name: value for name, value in values.items() if getattr(answer, name) != value}


def _keep(answer, removed):
    """Take away the files with these keys; return those that stay."""
    kept = []
    for each in answer.files.all() if answer else ():
        if str(each.key) in removed:
            delete_file(each)
        else:
            kept.append(each)
    return kept


def delete_file(answer_file):
    """Delete the row now, and the file itself when the transaction has ended well."""
    storage, name = answer_file.file.storage, answer_file.file.name
    answer_file.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _new_file(question, file, others, by):
    name, content_type, digest = check_upload(question, file)
    if any(each.digest == digest for each in others):
        raise ValidationError(_("The file “%(name)s” is there already."), code="twice", params={"name": name})
    if len(others) >= MOST_FILES:
        raise ValidationError(_("At most %(n)s files are taken."), code="many", params={"n": MOST_FILES})
    return AnswerFile(
        name=name, size=file.size, content_type=content_type, digest=digest, uploaded_by=by, file=file
    )  # fmt: skip


def _store(answer, new):
    """Save the rows with their files; what was written is taken away again when one of them fails."""
    written = []
    try:
        for each in new:
            each.answer = answer
            each.save()
            written.append(each)
    except Exception:
        for each in written:
            each.file.storage.delete(each.file.name)
        raise


# --- Showing ---------------------------------------------------------------------------------------------------------


def put_files_beside(form, answers, url_of, errors=None):
    """Give each question of files in a ThemeForm its `uploaded` files with their addresses, and its error; one query.

    `url_of` makes the address of an AnswerFile, `errors` is what `take_files` returned.
    """
    of_files = [asked for asked in form.asked if asked.part == "file"]
    by_answer = {}
    answer_ids = [answers[asked.question.pk].pk for asked in of_files if asked.question.pk in answers]
    for each in AnswerFile.objects.filter(answer__in=answer_ids) if answer_ids else ():
        by_answer.setdefault(each.answer_id, []).append(each)
    for asked in of_files:
        answer = answers.get(asked.question.pk)
        asked.uploaded = [
            {"key": str(each.key), "name": each.name, "size": each.size, "url": url_of(each)}
            for each in by_answer.get(answer.pk if answer else None, ())
        ]
        if message := (errors or {}).get(asked.question.pk):
            asked.errors[""] = message


def file_response(answer_file):
    """Return the answer of the server with a file: an attachment that no browser runs or shows in place."""
    try:
        content = answer_file.file.storage.open(answer_file.file.name, "rb")
    except (FileNotFoundError, ValueError, OSError) as error:
        raise Http404 from error  # known by name alone: taken in from a round's file
    response = FileResponse(content, as_attachment=True, filename=answer_file.name)
    response.headers["Content-Type"] = answer_file.content_type
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
