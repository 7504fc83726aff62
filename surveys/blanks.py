"""A question's markup: rendered once for each shape that it takes, then filled with what each reader sees.

The templates of a theme say forty times nearly the same, and Django takes its time for every
word. What depends on the question and the language alone is therefore kept with the question,
which an opened round never changes (surveys/questionnaire.py); places stand where texts of
answers come. What is kept holds nothing that anybody answered (docs/adr/0028).
"""

from dataclasses import replace

from django.template.loader import render_to_string

from common.markup import Blank, place
from common.names import language_suffix
from surveys.forms import AskedQuestion

_TEMPLATE = "surveys/question.html"
# Their markup has as many parts as the answer has.
_UNEVEN = frozenset({"table", "file", "ranking"})
_MOST_SHAPES = 64


def question_html(asked):
    """Return the whole markup of an AskedQuestion; what has an error is rendered by the template each time."""
    if asked.errors or asked.part in _UNEVEN:
        return render_to_string(_TEMPLATE, {"asked": asked})
    states = tuple(asked.states_taken), asked.is_spoken
    shape = language_suffix(), asked.number, asked.hides_note, states, asked.standing and asked.standing.shape
    kept = vars(asked.question).setdefault("_blanks", {})
    if shape not in kept:
        if len(kept) >= _MOST_SHAPES:
            kept.clear()
        kept[shape] = Blank(render_to_string(_TEMPLATE, {"asked": _Blank(asked)}))
    return kept[shape].filled(lambda what, *words: _TEXTS[what](asked, *words))


# What fills a place, by its first word.
_TEXTS = {
    "text": lambda asked, part: asked.typed.text(part),
    "checked": lambda asked, part, key: asked.checked(part, key),
    "state": lambda asked, state: asked.state_checked(state),
    "hidden": lambda asked: asked.hidden,
    "mark": lambda asked: asked.standing.mark,
    "who": lambda asked: asked.standing.who,
    "earlier_who": lambda asked: asked.standing.earlier_who,
    "earlier": lambda asked, line: asked.standing.earlier[int(line)],
}


class _Places:
    """Stands for what was typed."""

    def text(self, part=""):
        """Return a place for it."""
        return place("text", part)


class _Blank(AskedQuestion):
    """An AskedQuestion that says places where another says what somebody answered."""

    hidden = place("hidden")

    def __init__(self, asked):
        super().__init__(asked.question, None, None, (), asked.number, asked.is_spoken)
        self.typed, self.hides_note, self.states_taken = _Places(), asked.hides_note, asked.states_taken
        if asked.standing:
            self.standing = _standing_with_places(asked.standing)

    def checked(self, part, key):
        return place("checked", part, key)

    def state_checked(self, state=""):
        return place("state", state)


def _standing_with_places(standing):
    return replace(
        standing,
        mark=place("mark"),
        who=standing.who and place("who"),
        earlier_who=place("earlier_who"),
        earlier=[place("earlier", str(line)) for line in range(len(standing.earlier))],
    )
