"""The answers of an earlier round from a survey tool's file, through the import with mapping.

One kind of import for each round that no longer takes answers. A row is a municipality,
its cells are read as a form that it has filled in (surveys/answer_columns.py). What is brought in
says so: source import, the day that is given, the respondent's post. An answer that the municipality
itself has given is never overwritten, and what stands already just so stays as it is.
"""

import datetime as dt
import re
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from common.names import fold
from registry.imports.columns import ImportColumn, day, show_day
from registry.imports.meanings import Asked
from registry.imports.places import Places
from registry.imports.tables.geography import MUNICIPALITY_CODE
from registry.imports.targets import ImportTarget
from surveys.answer_columns import NOTHING, parts_of, plain_text
from surveys.models import Answer, Response, Round
from surveys.models.questions import Kind
from surveys.reading import Reading, read_answer
from surveys.responses import places_of

PREFIX = "answers"
_POST = Response._meta.get_field("respondent_post")


class _PlacesOfRound(Places):
    """The municipalities that a round asked, by code or by name."""

    def __init__(self, survey_round):
        super().__init__(survey_round.region, survey_round.opens_on)
        asked = {place.pk: place for place in places_of(survey_round)}
        self.by_code = {code: place for code, place in self.by_code.items() if place.pk in asked}
        self._names = {}
        for place in asked.values():
            for name in {place.name_fi, place.name_sv, place.name_en}:
                self._names[fold(name or "")] = self.by_code.get(place.code)

    def named(self, text, row):
        """Return the Place of a code or of a name."""
        return self._names.get(fold(text)) or self.parse(text, row)


def _municipality(text, row):
    places = row.check.once("places of round", lambda: _PlacesOfRound(row.check.target.round))
    return places.named(text, row)


def _post(text, row):
    return _POST.clean(plain_text(text), None)


class AnswersTarget(ImportTarget):
    """The answers of one round."""

    help = _(
        "One row for each municipality, from a survey tool. You say which column is which question, and what the "
        "file's codes mean. Answers that the municipality itself has given stay as they are."
    )
    key_names = ("municipality",)
    writes = (Response, Answer)
    mapping_key = PREFIX
    is_wide = True
    position = 200

    def __init__(self, survey_round):
        self.round, self.region = survey_round, survey_round.region
        self.key = f"{PREFIX}-{survey_round.pk}"
        self.label = _("answers to %(round)s, %(region)s") % {"round": survey_round, "region": survey_round.region}

    def is_open_to(self, user):
        """Whether `user` keeps the rounds of the region; for answers, the municipality's own, there is no right."""
        may_change = user.has_perm("surveys.change_round")
        return may_change and Round.objects.editable_by(user).filter(pk=self.round.pk).exists()

    @cached_property
    def questions(self):
        """The round's questions to municipalities, with their structure."""
        return [each for each in self.round.questions.for_municipalities().in_order().with_structure() if each.is_asked]

    @cached_property
    def parts(self):
        """The Parts of the questions, by key."""
        found = {}
        for number, question in enumerate(self.questions, start=1):
            found |= {part.key: part for part in parts_of(question, number)}
        return found

    @cached_property
    def columns(self):
        """Whose row it is, when and by whom it was answered, and every part of every question."""
        own = (
            ImportColumn("municipality", _("municipality’s code or name"), _municipality, is_required=True,
                         aliases=MUNICIPALITY_CODE.aliases),
            ImportColumn("answered_on", _("day of answering"), day, show=show_day,
                         aliases=("vastauspäivä", "päivämäärä", "pvm", "vastattu", "lähetetty", "svarsdatum", "datum",
                                  "date", "submitted")),
            ImportColumn("respondent_post", _("respondent’s post, not name"), _post,
                         aliases=("vastaajan tehtävä", "tehtävänimike", "nimike", "asema", "vastaajan asema", "titel",
                                  "befattning", "post", "title")),
        )  # fmt: skip
        return (*own, *(part.column(self._shown(part)) for part in self.parts.values()))

    @property
    def example(self):
        """A row with whose it is and when."""
        day_of_closing = f"{self.round.closes_on:%-d.%-m.%Y}"
        return {"municipality": "999", "answered_on": day_of_closing, "respondent_post": "sihteeri"}

    def _shown(self, part):
        labels = {option.key: str(option) for option in part.question.options.all()}
        states = {f"~{state}": str(label) for state, label in Answer.State.choices}

        def show(text):
            return ", ".join(labels.get(each) or states.get(each, each) for each in text.split(", ")) if text else ""

        return show

    # --- Which column is which ------------------------------------------------------------------------------------

    def guess_columns(self, headings):
        """Return {column's key: heading}: by usual names, by question and option, by what only one is called."""
        names, twice = {}, set()
        for column in self.columns:
            for name in {_without_number(each) for each in column.names()} - {""}:
                if names.setdefault(name, column.key) != column.key:
                    twice.add(name)
        chosen = {}
        for heading in headings:
            key = next((names[name] for name in _readings_of(heading) if name in names and name not in twice), None)
            if key is not None:
                chosen.setdefault(key, heading)
        return chosen

    def column_named(self, text):
        """Return the column of a label, or of the number before it: 12, 12.3."""
        wanted = fold(text)
        own = [column for column in self.columns if _without_number(str(column.label)) == wanted]
        if len(own) == 1:
            return own[0]
        if found := super().column_named(text):
            return found
        number = re.match(r"\s*([0-9]+(?:\.[0-9]+)?)[. ]*", text)
        if number is None:
            return None
        begins = re.compile(rf"{re.escape(number[1])}[. ] ?(?![0-9])")
        return next((column for column in self.columns if begins.match(str(column.label))), None)

    # --- What values mean -----------------------------------------------------------------------------------------

    def unknown_values(self, run):
        """Return the Asked of what is not known, columns with the same options and codes in one."""
        positions = {key: run.headings.index(each) for key, each in run.columns.items() if each in run.headings}
        mapped = {key: part for key, part in self.parts.items() if part.options is not None and key in positions}
        unknown = {key: {} for key in mapped}
        for cells in run.rows.order_by("number").values_list("cells", flat=True):
            for key, part in mapped.items():
                text = cells[positions[key]].strip() if positions[key] < len(cells) else ""
                for piece in part.options.read(text, run.values.get(key, {}))[1] if text else ():
                    unknown[key].setdefault(piece)
        groups = {}
        for key, values in unknown.items():
            if values:
                groups.setdefault(tuple(mapped[key].options.choices), []).append((key, values))
        return [
            Asked(
                keys=tuple(key for key, _values in columns),
                headings=tuple(run.columns[key] for key, _values in columns),
                values=tuple(sorted({value for _key, values in columns for value in values})),
                choices=choices,
            )
            for choices, columns in groups.items()
        ]

    # --- Row by row -----------------------------------------------------------------------------------------------

    def key_of(self, row):
        """Return the municipality's id."""
        place = row.values.get("municipality")
        return place and place.pk

    def plan(self, rows, check):
        """Read each Row as the answers of its municipality, and compare them with what the registry has."""
        places = [row.values["municipality"].pk for row in rows]
        responses = {each.municipality_id: each for each in self.round.responses.filter(municipality__in=places)}
        answers = {}
        for answer in Answer.objects.filter(response__in=responses.values()).select_related("question"):
            answers.setdefault(answer.response_id, {})[answer.question_id] = answer
        for row in rows:
            response = responses.get(row.values["municipality"].pk)
            if response is not None and not response.is_submitted:
                begun = _now("The municipality has begun to answer in the registry and has not sent it in.")
                row.refuse(begun, "municipality")
                continue
            self._plan_row(row, response, answers.get(response.pk, {}) if response else {})

    def _plan_row(self, row, response, known):
        readings = self._readings(row)
        if row.reasons:
            return
        if response is None:
            if not readings:
                row.refuse(_now("There is not one answer on the row."), "municipality")
                return
            response = self._new_response(row)
        for question, key, reading in readings:
            saved = known.get(question.pk)
            if saved is not None and (saved.state, saved.value) == (reading.state, reading.value):
                continue
            if saved is not None and saved.source != Answer.Source.IMPORT:
                row.refuse(_now("The municipality itself has answered otherwise; its answer stays."), key)
                continue
            row.differ(key, _plain(saved) if saved else "", _plain(reading))
            self._write(row, response, question, reading, saved)
        if row.reasons:
            row.new, row.changed = [], []

    def _new_response(self, row):
        moment, post = self._moment(row), row.values.get("respondent_post", "")
        response = Response(
            round=self.round, municipality_id=row.values["municipality"].pk, respondent_post=post, submitted_post=post,
            started_at=moment, submitted_at=moment,
        )  # fmt: skip
        row.is_new = True
        row.new.append(response)
        if post:
            row.differ("respondent_post", "", post)
        row.differ("answered_on", "", timezone.localdate(moment))
        return response

    def _moment(self, row):
        """Return noon of the day that is given, else of the round's last day."""
        on = row.values.get("answered_on") or self.round.closes_on
        # In UTC, as it is read back: what is written is compared with that (registry/bulk.py).
        return timezone.make_aware(dt.datetime.combine(on, dt.time(12))).astimezone(dt.UTC)

    def _write(self, row, response, question, reading, saved):
        answer = saved or Answer(response=response, question=question, version=0)
        answer.state, answer.value, answer.source = reading.state, reading.value, Answer.Source.IMPORT
        answer.evidence_url = reading.evidence_url or answer.evidence_url
        answer.answered_at = self._moment(row)
        answer.answerer_post = row.values.get("respondent_post", "") or answer.answerer_post
        answer.version += 1
        (row.new if saved is None else row.changed).append(answer)

    def _readings(self, row):
        """Return (question, key of its first column, Reading) of each that the row answers; refuse what cannot be."""
        typed, keys = {}, {}
        for key, value in row.values.items():
            if key in self.parts:
                part = self.parts[key]
                keys.setdefault(part.question.pk, key)
                _type(typed.setdefault(part.question.pk, {}), part, value)
        readings = []
        for question in self.questions:
            if question.pk not in typed:
                continue
            reading = self._reading(row, question, typed[question.pk], keys[question.pk])
            if reading.state != Answer.State.UNANSWERED:
                readings.append((question, keys[question.pk], reading))
        return readings

    def _reading(self, row, question, data, key):
        state = data.pop("~state", None)
        if question.kind == Kind.RANKING:
            # Labels in their order are the places.
            for place, option in enumerate(data.pop(question.key, []), start=1):
                data[f"{question.key}--{option}--place"] = str(place)
        reading = read_answer(question, data)
        for part, message in reading.errors.items():
            full = f"{question.key}--{part}" if part else key
            row.refuse(message, full if full in self.parts else key)
        if state and not reading.errors:
            if reading.value is not None:
                row.refuse(_now("There are both an answer and a reason for having none."), key)
            return Reading(state=state)
        return reading


def _type(data, part, value):
    """Put what a cell says into the form's data: chosen keys, a state, or the text as somebody types it."""
    meanings = value if isinstance(value, list) else [value]
    states = [each for each in meanings if isinstance(each, str) and each.startswith("~") and each != NOTHING]
    if states:
        data["~state"] = states[0].removeprefix("~")
    if part.option:
        if part.question.kind == Kind.RANKING:
            data |= {f"{part.name}--{part.option}--place": value} if value else {}
        elif value:
            data.setdefault(part.name, []).append(part.option)
    elif part.options is not None:
        data.setdefault(part.name, []).extend(each for each in meanings if not each.startswith("~"))
    elif value != NOTHING and not states:
        data[part.name] = value


def _plain(said):
    """Return an answer as text that is the same in every language: keys, figures, a state; words as they are."""
    if said.state != Answer.State.ANSWERED:
        return f"~{said.state}"
    value = said.value or {}
    if "chosen" in value:
        return ", ".join(value["chosen"])
    if isinstance(value.get("rows"), dict):
        return ", ".join(f"{row}={key}" for row, keys in sorted(value["rows"].items()) for key in keys)
    if "rows" in value:
        return ", ".join(f"{row['row']}={cell}" for row in value["rows"] for cell in row["cells"].values())
    return str(value.get("number") or value.get("date") or value.get("url") or value.get("text") or "")


def _without_number(text):
    """Return a folded name without the number that tools put before a question: 12., Q12, K12."""
    return re.sub(r"^(?:(?:q|k|kysymys|fraga|question)? ?[0-9]+[a-z]? )", "", fold(text))


def _readings_of(heading):
    """Return how a heading may be read: whole, without its number, what stands after a colon, a dash or in brackets."""
    yield fold(heading)
    yield _without_number(heading)
    after = re.split(r"[:\[(–—]| - ", heading)
    if len(after) > 1:
        yield fold(after[-1])


class Rounds:
    """The kinds of import of answers: one for each round that no longer takes any."""

    heading = _("Answers of earlier rounds")

    def find(self, ids):
        """Return {round's id: AnswersTarget} of closed rounds."""
        rows = Round.objects.closed_on(timezone.localdate()).filter(pk__in=ids).select_related("region")
        return {row.pk: AnswersTarget(row) for row in rows}

    def open_to(self, user):
        """Return the AnswersTargets of the closed rounds that `user` keeps, the newest first."""
        if not user.has_perm("surveys.change_round"):
            return []
        rows = Round.objects.editable_by(user).closed_on(timezone.localdate()).select_related("region")
        return [AnswersTarget(row) for row in rows.order_by("-year", "region")]
