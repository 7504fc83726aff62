"""A round with its answers as a file: the same round gives the same bytes, and comes back as it was (docs/adr/0021).

Beside what was asked (surveys/questionnaires.py) the file has when the round was open,
corrected words, and each municipality's response: its steps with their reasons, and of
each answer state, value, evidence, note, who said so by post, how and when, and what is
known of its files, though not the files themselves. Of the associations' answers it has
what editions show. People are named by their posts: no account, no respondent, no
colleague who was asked and no unsent form is in it.
"""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from registry.exports import log_export
from registry.models import Municipality, RegionMembership
from surveys.answering import check_value
from surveys.edition_files import editions_as_data, import_editions
from surveys.history import without_words
from surveys.models import Answer, AnswerFile, Kind, Question, Response, TableColumn, WordingCorrection
from surveys.models.questions import TEXTS
from surveys.plain_data import as_text, read_file, written
from surveys.questionnaires import import_structure, import_verdicts, missing_years, round_as_data
from surveys.reading import Reading

FORMAT = "rinnalla-round-1"
LARGEST_FILE = 50_000_000
_MOMENTS = ("announced_on", "opened_at", "closed_at", "reopened_at", "reopen_reason")
_CORRECTION = ("place", "language", "old", "new", "reason", "corrected_at")
_RESPONSE = (
    "respondent_post", "fallback_reason", "language", "started_at", "submitted_at", "submitted_post", "reopened_at",
    "reopen_reason", "confirmed_at", "declined_at", "decline_reason",
)  # fmt: skip
_SAID = ("state", "evidence_url", "note", "may_be_quoted")
_HOW = (
    "is_unchanged", "source", "answerer_post", "answered_at", "confirmed_at", "confirmed_how", "confirmed_post",
    "version", "words_erased_at",
)  # fmt: skip
_FILE = ("key", "name", "size", "content_type", "digest", "uploaded_at")


# --- Out -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def export_round(survey_round, *, by):
    """Return an opened round with its answers as the text of a JSON file, and log that it was taken out.

    The same bytes each time for the same answers, in a fixed number of queries. Raises
    ValidationError with code "draft" for a round that has not been opened.
    """
    if survey_round.is_draft:
        raise ValidationError(_("The round has not been opened: download its questions instead."), code="draft")
    responses = survey_round.responses.select_related("municipality").order_by("municipality__code")
    by_response = {}
    answers = Answer.objects.for_file(survey_round)
    for answer in answers:
        by_response.setdefault(answer.response_id, []).append(answer)
    whole = {
        "format": FORMAT,
        "region": survey_round.region.code,
        **round_as_data(survey_round),
        **written(survey_round, _MOMENTS),
        "corrections": [written(each, _CORRECTION) for each in survey_round.corrections.order_by("corrected_at", "pk")],
        "responses": [
            {
                "municipality": response.municipality.code,
                **written(response, _RESPONSE),
                "answers": [_answer_as_data(answer) for answer in by_response.get(response.pk, ())],
            }
            for response in responses
        ],
    }
    if editions := editions_as_data(survey_round):
        whole["association_editions"] = editions
    log_export(Answer, "json", len(answers), by=by, choices=str(survey_round), region=survey_round.region)
    return as_text(whole)


def _answer_as_data(answer):
    before = answer.carried_from
    files = [written(file, _FILE) for file in answer.files.all()]
    return {
        "question": answer.question.key,
        **written(answer, _SAID),
        **({} if answer.value is None else {"value": _in_order(answer.value)}),
        **written(answer, _HOW),
        **({"carried_from": {"year": before.response.round.year, "question": before.question.key}} if before else {}),
        **({"files": files} if files else {}),
    }


def _in_order(value):
    """Return a value with its keys in alphabetical order: databases keep them differently."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


# --- In --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def import_round(text, regions, *, by):
    """Make a round with its answers from the text of a file, and return it; nothing is saved when something is wrong.

    `regions` are those in which `by` may do so. Who answered is known by post alone, so
    accounts stay empty, and files are known by name and digest. Raises ValidationError with the place in
    the file and a code: "unknown" for a region, municipality, question or option that is not there,
    "invalid" also when the region has a round of that year, "earlier" when a round with which it is compared
    has not been taken in first, "value" for what no form could have said.
    """
    whole = read_file(
        text, FORMAT, largest=LARGEST_FILE, otherwise=_("The file is not a survey round with its answers.")
    )
    region = whole.known("region", {each.code: each for each in regions})
    if region is None:
        whole.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="region")
    if missing := missing_years(whole, region):
        years = ", ".join(map(str, missing))
        whole.refuse(_("Take in first the round with which this one is compared: %(years)s."), "earlier", years=years)
    survey_round = import_structure(whole, region, by=by)
    import_verdicts(whole, survey_round, by=by)
    answers = _Answers(survey_round, by)
    answers.read(whole)
    import_editions(whole, survey_round, answers.places)
    whole.fill(survey_round, _MOMENTS)
    if survey_round.is_draft:
        whole.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="opened_at")
    survey_round._history_user = by
    whole.save(survey_round)
    for part in whole.parts("corrections"):
        correction = WordingCorrection(round=survey_round)
        part.fill(correction, _CORRECTION)
        part.save(correction)
    return survey_round


class _Answers:
    """The responses of a file on their way into a round."""

    def __init__(self, survey_round, by):
        self.round, self.by = survey_round, by
        members = RegionMembership.objects.current_on(survey_round.opens_on).filter(region=survey_round.region_id)
        places = Municipality.objects.filter(pk__in=members.order_by().values("municipality"))
        self.places = {place.code: place for place in places}
        questions = survey_round.questions.for_municipalities().in_order().with_structure()
        self.questions = {question.key: question for question in questions if question.is_asked}
        self.answers, self.files, self.earlier = [], [], {}
        for answer in Answer.objects.of_earlier_rounds(survey_round):
            self.earlier[answer.response.municipality_id, answer.response.round.year, answer.question.key] = answer

    def read(self, whole):
        """Save the responses with their answers and what is known of their files."""
        for part in whole.parts("responses"):
            place = part.known("municipality", self.places)
            if place is None:
                part.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="municipality")
            response = Response(round=self.round, municipality=place)
            part.fill(response, _RESPONSE)
            response._history_user = self.by
            part.save(response)
            self._read_answers(part, response)
        bulk_create_with_history(self.answers, Answer, batch_size=500, default_user=self.by)
        for part, file in self.files:
            file.answer_id = file.answer.pk
            part.save(file, unchecked=["file", "uploaded_by"])

    def _read_answers(self, part, response):
        questions = dict(self.questions)
        for each in part.parts("answers"):
            question = each.known("question", questions)
            if question is None:
                each.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="question")
            # Taken out, so that none is answered twice.
            del questions[question.key]
            self.answers.append(self._answer(each, response, question))

    def _answer(self, part, response, question):
        answer = Answer(response=response, question=question, value=part.values.get("value"))
        part.fill(answer, (*_SAID, *_HOW))
        if "carried_from" in part.values:
            answer.carried_from = self._carried_from(part.part("carried_from"), response)
        for each in part.parts("files"):
            file = AnswerFile(answer=answer)
            each.fill(file, _FILE)
            self.files.append((each, file))
        self._check(part, answer, self._files_of(part, answer))
        return answer

    def _files_of(self, part, answer):
        """Return the keys of an answer's files: of which something is told, or that time has taken away."""
        named = (answer.value or {}).get("files", []) if isinstance(answer.value, dict) else []
        for _part, file in self.files:
            if file.answer is answer and (not isinstance(named, list) or str(file.key) not in named):
                part.refuse(_("This is not an answer to the question."), "value")
        return named if isinstance(named, list) and all(map(_is_key, named)) else []

    def _carried_from(self, part, response):
        key = response.municipality_id, part.get("year", int), part.get("question", str)
        found = self.earlier.get(key)
        return found or part.refuse(_("“%(key)s” is not known."), "unknown", key=key[2])

    def _check(self, part, answer, files):
        """Refuse what the question's form could not have said, and columns that will not do."""
        value = answer.value
        is_private = answer.question.kind == Kind.CONTACT or answer.question.publicity == Question.Publicity.PRIVATE
        if answer.words_erased_at and is_private and value is not None:
            value = _with_some_words(answer.question, value)
            if without_words(value) != answer.value:
                part.refuse(_("This is not an answer to the question."), "value")
        said = {name: getattr(answer, name) for name in _SAID}
        if answer.source == Answer.Source.IMPORT and value is None:
            # A survey tool's file may give a reason that the question did not offer (docs/adr/0027).
            said["state"] = Answer.State.UNANSWERED
        try:
            also = Answer.SAID_INSTEAD if answer.source in Answer.SPOKEN else ()
            check_value(answer.question, Reading(value=value, **said), files, also)
            answer.clean_fields(exclude=["response", "question", "carried_from", "value", "answered_by"])
        except ValidationError as error:
            part.refuse("; ".join(error.messages), getattr(error, "code", None) or "invalid")
        if answer.carried_from and not answer.is_unchanged:
            part.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="is_unchanged")


def _is_key(text):
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _with_some_words(question, value):
    """Return a value whose private words were removed with a mark in their place, to be checked as an answer."""
    if question.kind in TEXTS:
        return {"text": "–"}
    if question.kind == Kind.CONTACT:
        return {"text": {"name": "–"}}
    if question.kind != Kind.TABLE or not isinstance(value, dict):
        return value
    words = {column.key: "–" for column in question.columns.all() if column.kind == TableColumn.Kind.TEXT}
    rows = value.get("rows", [])
    return {**value, "rows": [row if "has_state" in row or not words else {**row, "text": words} for row in rows]}
