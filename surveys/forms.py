"""The form of a theme: its questions as they are shown, filled in and read.

The seam between what is asked and whoever asks: the preview, the portal and the interview
build a `ThemeForm` and show it with `templates/surveys/theme_form.html`. The preview shows
every question with its condition in words. Where answers are taken, one whose condition
does not hold is hidden until the answers that it rests on are saved; `static/js/survey.js`
shows and hides it at once.
"""

import json
from functools import cached_property

from django.utils.translation import gettext as _

from surveys.conditions import as_data, condition_in_words, shown_keys
from surveys.models import Answer, TableColumn
from surveys.models.questions import MATRICES, NUMBERS, ONE_CHOICE, TEXTS, Kind
from surveys.reading import (
    CONTACT_PARTS,
    LONGEST,
    LONGEST_LINK,
    LONGEST_NOTE,
    LONGEST_WHAT,
    Typed,
    column_sums,
    read_answer,
    table_rows,
)
from surveys.retyping import localized, typed_of

TEMPLATES = {
    **dict.fromkeys(TEXTS, "text"),
    **dict.fromkeys(ONE_CHOICE, "one_choice"),
    **dict.fromkeys(MATRICES, "matrix"),
    **dict.fromkeys(NUMBERS, "line"),
    Kind.SHORT_TEXT: "line",
    Kind.MULTIPLE: "multiple",
    Kind.RANKING: "ranking",
    Kind.DATE: "line",
    Kind.LINK: "line",
    Kind.CONTACT: "contact",
    Kind.TABLE: "table",
    Kind.FILE: "file",
    Kind.EXPLANATION: "explanation",
}
_GROUPED = frozenset({"one_choice", "multiple", "ranking", "matrix", "contact", "table"})
_WORDS_OF_STATES = {
    "do_not_know": lambda: _("I do not know"),
    "not_obtained": lambda: _("The information was not obtained"),
    "not_applicable": lambda: _("Does not concern our municipality"),
}
_ASSOCIATIONS_WORDS_OF_STATES = {
    "do_not_know": lambda: _("We cannot say"),
    "not_applicable": lambda: _("Does not concern us"),
}


def words_of_state(question, state):
    """Return how whoever is asked chooses a state in place of an answer."""
    own = _ASSOCIATIONS_WORDS_OF_STATES if question.audience == question.Audience.ASSOCIATIONS else {}
    return {**_WORDS_OF_STATES, **own}[state]()


def build_theme_form(questions, *, answers=None, data=None, files=None, is_numbered=True, is_spoken=False):
    """Return the ThemeForm of `questions` (in order, from `with_structure`).

    `answers` maps a question's id to its saved Answer, `data` is what was sent, if
    anything was; then it is read and shown again as it was typed. `files` maps a
    question's id to the keys of its files. What `is_spoken` can always be that it is not
    known, or was not said.
    """
    return ThemeForm(questions, answers or {}, data, files or {}, is_numbered, is_spoken)


class ThemeForm:
    """The questions of one theme with what is saved or was typed for each."""

    def __init__(self, questions, answers, data, files, is_numbered, is_spoken=False):
        self.is_bound = data is not None
        self.asked = []
        number = 0
        for question in questions:
            # A follow-up has no number: the numbers go on when it is hidden.
            has_number = question.is_asked and not question.conditions.all()
            number += has_number
            shown_number = number if is_numbered and has_number else None
            answer = answers.get(question.pk)
            said = {"files": files.get(question.pk, ()), "number": shown_number, "is_spoken": is_spoken}
            self.asked.append(AskedQuestion(question, answer, data, **said))

    def is_valid(self):
        """Whether everything that was sent may be saved; each question can be asked by itself too."""
        return self.is_bound and not any(asked.errors for asked in self.asked)

    @property
    def errors(self):
        """Every error with the id of its field and the question's words, for the summary at the top."""
        return [
            {"id": asked.id_of(part), "label": asked.question.wording, "message": message}
            for asked in self.asked
            for part, message in asked.errors.items()
        ]

    @property
    def hidden_names(self):
        """The names of the questions that are hidden, with spaces between: what one without a script has not seen."""
        return " ".join(asked.name for asked in self.asked if asked.is_hidden)

    def readings(self):
        """Return {question's id: Reading} of what was sent."""
        return {asked.question.pk: asked.reading for asked in self.asked if asked.question.is_asked}

    def shown(self, questions, answers):
        """Return the ids of those of the round's `questions` that are asked after what was sent, as a set.

        `answers` are the saved values of the other themes by the question's id.
        """
        values = dict(answers)
        for pk, reading in self.readings().items():
            values.pop(pk, None)
            if reading.state == Answer.State.ANSWERED:
                values[pk] = reading.value
        return shown_keys(questions, values)


class AskedQuestion:
    """One question for its template: words, inputs, errors. `name` begins the name of each of its inputs.

    Whoever asks for answers says besides whether it `is_hidden`, because its condition
    does not hold, and what stands beside it (`standing`, see surveys/theme_page.py).
    """

    is_hidden = False
    hides_note = False
    standing = None

    uploaded = ()  # the files that are there (surveys/uploads.py)

    def __init__(self, question, answer, data, files, number, is_spoken=False):
        self.question, self.answer, self.number, self.is_spoken = question, answer, number, is_spoken
        self.name = question.key
        also = {answer.state} if answer else set()
        also |= set(Answer.SAID_INSTEAD) if is_spoken else set()
        self.states_taken = [each for each in Answer.INSTEAD if each in question.offered_states or each in also]
        is_read = data is not None and question.is_asked
        self.reading = read_answer(question, data, files=files, also=also) if is_read else None
        self.errors = self.reading.errors if self.reading else {}
        self.typed = Typed(typed_of(question, answer) if data is None else data, self.name)
        self.part = TEMPLATES[question.kind]
        self.template = f"surveys/kinds/{self.part}.html"
        self.is_group = self.part in _GROUPED

    @cached_property
    def condition(self):
        """On what answers it is asked, in words; empty when always."""
        return condition_in_words(self.question)

    def id_of(self, part=""):
        """Return the id of an input: for a group of choices that of its first."""
        if part or not self.is_group:
            return f"id_{self.name}--{part}" if part else f"id_{self.name}"
        return f"id_{self.name}_group"

    @property
    def group_id(self):
        """The id of the question itself."""
        return f"id_{self.name}_group"

    @cached_property
    def condition_data(self):
        """The condition for the script, with names of inputs instead of ids; empty without one."""
        if not self.condition:
            return ""
        names = {term.earlier_id: term.earlier.indicator.key for term in self.question.conditions.all()}
        groups = [[{**term, "question": names[term["question"]]} for term in group] for group in as_data(self.question)]
        return json.dumps(groups)

    @property
    def error(self):
        """The error about the answer as a whole, or about the state that was chosen."""
        return self.errors.get("") or self.errors.get("state", "")

    @property
    def described_by(self):
        """The ids of what explains the field, for aria-describedby."""
        parts = {
            "condition": self.condition, "help": self.question.help, "unit": self.question.unit, "error": self.error,
        }  # fmt: skip
        return " ".join(f"{self.group_id}-{part}" for part, text in parts.items() if text)

    @property
    def text(self):
        """What stands in its one input."""
        return self.typed.text()

    @property
    def longest(self):
        """How many characters its one input takes, or None."""
        if self.question.kind in TEXTS:
            return self.question.max_length or LONGEST[self.question.kind]
        return LONGEST_LINK if self.question.kind == Kind.LINK else None

    @property
    def input_mode(self):
        """Which keyboard a phone shows."""
        if self.question.kind in {Kind.INTEGER, Kind.YEAR}:
            return "numeric"
        return "decimal" if self.question.kind in NUMBERS else {"link": "url"}.get(self.question.kind, "text")

    @property
    def is_short(self):
        """Whether its input is as short as a number or a day."""
        return self.question.kind in NUMBERS | {Kind.DATE}

    @cached_property
    def options(self):
        """The options, each with what marks it as chosen."""
        return [
            {
                "key": option.key,
                "label": option.label or option.key,
                "checked": self.checked("", option.key),
                "asks_what": option.asks_what,
                "is_exclusive": option.is_exclusive,
                "id": f"id_{self.name}--{option.key}",
                "what": self._input(f"{option.key}--what", label=option.label) | {"is_label_hidden": True}
                if option.asks_what
                else None,
                "place": self.typed.text(f"{option.key}--place"),
            }
            for option in self.question.options.all()
        ]

    @property
    def places(self):
        """The places that a ranking gives."""
        return [str(place) for place in range(1, (self.question.max_choices or len(self.options)) + 1)]

    @cached_property
    def states(self):
        """What may be chosen in place of an answer."""
        return [
            {"key": state, "label": self._words_of(state), "checked": self.state_checked(state)}
            for state in self.states_taken
        ]

    def _words_of(self, state):
        if self.is_spoken and state == Answer.State.NOT_OBTAINED:
            return _("Did not want to say, or the information was not obtained")
        return words_of_state(self.question, state)

    def state_checked(self, state=""):
        """Return " checked" when this state is chosen in place of an answer; without one, when none is."""
        chosen = self.typed.text("state") or self.typed.text().removeprefix("~")
        return " checked" if (chosen if chosen in self.states_taken else "") == state else ""

    def checked(self, part, key):
        """Return " checked" when this is chosen in a part of the question, else ""."""
        return " checked" if key in self.typed.list(part) else ""

    @property
    def hidden(self):
        """The attribute of a question that is not asked just now."""
        return " hidden" if self.is_hidden else ""

    @cached_property
    def matrix_rows(self):
        """The rows of a matrix, each with its cells."""
        return [
            {
                "label": row.label,
                "name": f"{self.name}--{row.key}",
                "id": f"id_{self.name}--{row.key}",
                "error": self.errors.get(row.key, ""),
                "cells": [
                    {"key": option["key"], "label": option["label"], "checked": self.checked(row.key, option["key"])}
                    for option in self.options
                ],
            }
            for row in self.question.rows.all()
        ]

    @property
    def is_several(self):
        """Whether several may be chosen in each row of a matrix."""
        return self.question.kind == Kind.MATRIX_MULTIPLE

    @cached_property
    def contact_inputs(self):
        """The inputs of a contact."""
        labels = {
            "name": _("Name"), "post": _("Post or office"), "address": _("Address"), "email": _("E-mail"),
            "phone": _("Phone"),
        }  # fmt: skip
        return [self._input(part, label=labels[part]) for part in CONTACT_PARTS]

    def _input(self, part, *, label, longest=LONGEST_WHAT):
        return {
            "name": f"{self.name}--{part}",
            "id": f"id_{self.name}--{part}",
            "label": label,
            "text": self.typed.text(part),
            "longest": longest,
            "error": self.errors.get(part, ""),
        }

    @cached_property
    def table_columns(self):
        """The columns of a table, each with its sum where it has one."""
        value = self.reading.value if self.reading else getattr(self.answer, "value", None)
        sums = column_sums(self.question, value)
        return [
            {
                "key": column.key,
                "label": column.label,
                "is_number": column.kind in {"integer", "decimal", "euro", "percent", "year"},
                "sum": localized(sums[column.key]) if column.key in sums else None,
            }
            for column in self.question.columns.all()
        ]

    @property
    def has_sums(self):
        """Whether a column has a sum."""
        return any(column["sum"] is not None for column in self.table_columns)

    @cached_property
    def table_rows(self):
        """The rows of a table with their cells; of free rows those filled in and three more."""
        rows = []
        for number, row in table_rows(self.question):
            cells = [
                self._input(
                    f"{number}--{column.key}",
                    label=f"{row.label if row else _('Row %(n)s') % {'n': number + 1}}: {column.label}",
                )
                | {"is_number": column.kind != TableColumn.Kind.TEXT}
                for column in self.question.columns.all()
            ]
            state = self._input(f"{number}--state", label=self.question.row_state)
            rows.append(
                {
                    "number": number + 1,
                    "label": row.label if row else "",
                    "cells": cells,
                    "state": state if row and row.offers_state else None,
                    "is_filled": any(cell["text"] for cell in cells),
                }
            )
        if rows and not rows[0]["label"]:
            last = max((row["number"] for row in rows if row["is_filled"]), default=0)
            rows = rows[: last + 3]
        return rows

    @property
    def errors_below(self):
        """The errors of single cells, which stand below the table."""
        return [message for part, message in self.errors.items() if part not in {"", "state", "note", "evidence"}]

    @cached_property
    def evidence(self):
        """The input for a link as evidence, or None."""
        if not self.question.asks_evidence:
            return None
        return self._input("evidence", label=_("Link as evidence"), longest=LONGEST_LINK)

    @cached_property
    def note(self):
        """The input for a private note, or None; whose it is not does not see it."""
        if not self.question.asks_note or self.hides_note:
            return None
        return self._input("note", label=_("Note to the coordinator, not published"), longest=LONGEST_NOTE)

    @property
    def may_quote(self):
        """What marks yes, and no, as chosen for quoting."""
        return {key: self.checked("quote", key) for key in ("yes", "no")}
