"""What a column of a survey tool's file can be: a question, or a part of one, and what its cells mean.

The parts are named as the inputs of the question's form are (surveys/reading.py), so that a
row of a file is read as a form that somebody has filled in. Besides them each option has
a column of its own (`<question>~<option>`), as tools write several choices: 1, 0 or x.

A cell with options has their labels in any language or their keys, several of them on
lines of their own or between semicolons; a label may itself go over several lines. What
a code means is told beforehand (registry/imports/meanings.py). A reason for having no
answer is a state, never "no"; a dash and an empty cell are no answer.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.names import fold
from registry.imports.columns import CHOICES_NAMED_AT_MOST, ImportColumn
from surveys.models import Answer, Question
from surveys.models.questions import CHOICES, MATRICES, ONE_CHOICE, TEXTS, Kind
from surveys.models.rounds import LANGUAGES
from surveys.reading import table_rows

State = Answer.State
NOT_IMPORTED = frozenset({Kind.EXPLANATION, Kind.FILE, Kind.CONTACT})
NOTHING = "~nothing"
_DASHES = re.compile(r"[-–—−.…]+|n/?a", re.IGNORECASE)
_NO_ANSWER = {"ei vastausta", "ei vastannut", "vastaamatta", "inget svar", "obesvarad", "no answer", "unanswered"}
_STATES = {
    State.DO_NOT_KNOW: ("en osaa sanoa", "eos", "en tiedä", "ei osaa sanoa", "kan inte säga", "kan ej säga", "vet inte",
                        "vet ej", "do not know", "i do not know", "don't know", "cannot say"),
    State.NOT_OBTAINED: ("tietoa ei saatu", "ei tietoa", "ei tiedossa", "uppgift saknas", "information not obtained",
                         "the information was not obtained", "no information"),
    State.NOT_APPLICABLE: ("ei koske kuntaa", "ei koske kuntaamme", "ei koske", "gäller inte kommunen", "gäller inte",
                           "not applicable", "does not concern our municipality", "does not concern the municipality"),
}  # fmt: skip
STATE_WORDS = {fold(word): f"~{state}" for state, words in _STATES.items() for word in words}
_CHOSEN = {"1", "x", "kylla", "ja", "yes", "true", "tosi", "valittu", "vald", "checked", "selected"}
_NOT_CHOSEN = {"0", "ei", "nej", "no", "false", "epatosi", "ei valittu"}


def plain_text(text):
    """Return a cell as it is compared: spaces and line breaks alike."""
    return " ".join(str(text).split())


def is_nothing(text):
    """Whether a cell says that there is no answer."""
    return bool(_DASHES.fullmatch(text.strip())) or text.strip() == "" or fold(text) in _NO_ANSWER


def state_in(text):
    """Return "~state" when a cell gives a reason for having no answer, else None."""
    return STATE_WORDS.get(fold(text))


@dataclass(frozen=True)
class Options:
    """The options of a question: what cells with several of them, or with one, mean."""

    question: Question
    takes_several: bool

    @cached_property
    def known(self):
        """{folded label or key: key}; a label that two options share is none."""
        names, twice = {}, set()
        for option in self.question.options.all():
            labels = {fold(getattr(option, f"label_{language}") or "") for language in LANGUAGES} - {""}
            for name in {fold(option.key), option.key.casefold(), *labels}:
                if names.get(name, option.key) != option.key:
                    twice.add(name)
                names[name] = option.key
        return {name: key for name, key in names.items() if name not in twice}

    @property
    def choices(self):
        """What a value can mean: (meaning, words) of each option and of each reason for having no answer."""
        options = [(option.key, str(option)) for option in self.question.options.all()]
        return [*options, *((f"~{state}", State(state).label) for state in _STATES), (NOTHING, _("no answer"))]

    def meaning(self, text, meanings):
        """Return what one piece means: an option's key, "~state", NOTHING; None when it is not known."""
        piece = plain_text(text)
        if piece in meanings:
            return meanings[piece]
        if fold(piece) in self.known:
            return self.known[fold(piece)]
        return NOTHING if is_nothing(piece) else state_in(piece)

    def read(self, text, meanings):
        """Return (meanings in order, pieces that are not known) of a whole cell."""
        if (whole := self.meaning(text, meanings)) is not None:
            return [whole], []
        pieces = [piece for piece in re.split(r"[\n;|]", text) if piece.strip()] if self.takes_several else [text]
        found, unknown, at = [], [], 0
        while at < len(pieces):
            # A label may go over several lines: the longest run that is one is taken.
            for end in range(len(pieces), at, -1):
                meaning = self.meaning(" ".join(pieces[at:end]), meanings)
                if meaning is not None:
                    found.append(meaning)
                    at = end
                    break
            else:
                unknown.append(plain_text(pieces[at]))
                at += 1
        return found, unknown

    def refusal(self, unknown):
        """Return the error for pieces that are not known."""
        names = [str(option) for option in self.question.options.all()][:CHOICES_NAMED_AT_MOST]
        return ValidationError(
            _("“%(value)s” is not an option of the question. Its options: %(options)s."),
            code="not_among",
            params={"value": "”, “".join(unknown), "options": ", ".join(names)},
        )


@dataclass(frozen=True)
class Part:
    """A column that a file can have: `name` is that of the form's input, `option` the option it is of."""

    question: Question
    key: str
    label: str
    name: str
    aliases: tuple = ()
    option: str = ""
    options: Options | None = None

    def parse(self, text, row):
        """Return what a cell that is not empty says: keys or a state, whether chosen, or the text itself."""
        if self.option:
            return self._is_chosen(text)
        if self.options is not None:
            found, unknown = self.options.read(text, row.check.run.values.get(self.key, {}))
            if unknown:
                raise self.options.refusal(unknown)
            return found
        if is_nothing(text):
            return NOTHING
        return text if self.question.kind in TEXTS else state_in(text) or text

    def _is_chosen(self, text):
        if self.question.kind == Kind.RANKING:
            return text if text not in {"0", "-"} else None
        word = fold(text)
        own = {name for name, key in Options(self.question, False).known.items() if key == self.option}
        if text.strip() in {"✓", "✔", "☑"} or word in _CHOSEN | own:
            return True
        if word in _NOT_CHOSEN or is_nothing(text):
            return False
        raise ValidationError(_("“%(value)s” is neither chosen (1, x) nor not chosen (0)."), params={"value": text})

    def column(self, show):
        """Return the ImportColumn of this part; `show` writes an answer's plain text as people read it."""
        return ImportColumn(self.key, self.label, self.parse, aliases=self.aliases, show=show)


def parts_of(question, number):
    """Yield the Parts of a question, the whole of it first; `number` stands in their labels."""
    key, wordings = question.key, _words(question, "wording")
    label = f"{number}. {question.wording}"
    if question.kind in NOT_IMPORTED:
        return
    if question.kind in CHOICES:
        several = question.kind not in ONE_CHOICE
        yield Part(question, key, label, key, (*wordings, key), options=Options(question, several))
        yield from _option_parts(question, number, wordings)
    elif question.kind in MATRICES:
        options = Options(question, question.kind == Kind.MATRIX_MULTIPLE)
        for place, row in enumerate(question.rows.all(), start=1):
            name = f"{key}--{row.key}"
            aliases = _pairs(wordings, _words(row, "label"))
            words = f"{number}.{place} {question.wording} – {row.label}"
            yield Part(question, name, words, name, aliases, options=options)
    elif question.kind == Kind.TABLE:
        yield from _cell_parts(question, number, wordings)
    else:
        yield Part(question, key, label, key, (*wordings, key))
    if question.asks_evidence:
        name = f"{key}--evidence"
        yield Part(question, name, f"{number}. {question.wording} – {_('link as evidence')}", name)


def _option_parts(question, number, wordings):
    for place, option in enumerate(question.options.all(), start=1):
        label = f"{number}.{place} {question.wording} – {option}"
        labels = _words(option, "label")
        yield Part(question, f"{question.key}~{option.key}", label, question.key, _pairs(wordings, labels), option.key)
        if option.asks_what:
            name = f"{question.key}--{option.key}--what"
            aliases = _pairs(wordings, [f"{each} mikä" for each in labels])
            yield Part(question, name, f"{label}: {_('what?')}", name, aliases)


def _cell_parts(question, number, wordings):
    columns = list(question.columns.all())
    for place, row in table_rows(question) if question.rows.all() else ():
        for column in columns:
            name = f"{question.key}--{place}--{column.key}"
            cell = _words(row, "label")
            if len(columns) > 1:
                cell = [f"{each} {other}" for each in cell for other in _words(column, "label")]
            words = f"{row.label}: {column.label}" if len(columns) > 1 else row.label
            label = f"{number}.{place + 1} {question.wording} – {words}"
            yield Part(question, name, label, name, _pairs(wordings, cell))


def _words(row, name):
    """Return the row's words in every language in which it has them."""
    return [words for words in (getattr(row, f"{name}_{language}") for language in LANGUAGES) if words]


def _pairs(wordings, labels):
    """Return how tools write a part's heading: the question's words and the part's together, or the part's alone."""
    return (*(f"{wording} {label}" for wording in wordings for label in labels), *labels)
