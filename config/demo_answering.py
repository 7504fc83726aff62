"""How the demo answers a question: what is invented, and how often there is a reason for having no answer."""

from django.utils import timezone

from surveys.answering import save_answers
from surveys.models.questions import CHOICES, NUMBERS, ONE_CHOICE, Kind
from surveys.reading import Reading
from surveys.sheet import Sheet

WORDS = {
    Kind.LONG_TEXT: "Esimerkkivastaus: tilat ja avustukset myönnetään hakemuksen perusteella kaikille yhdistyksille.",
    Kind.SHORT_TEXT: "Esimerkkivastaus",
}


def answer_open_ones(response, by, pick, *, source, post="", themes=None, leave=0, tries=2):
    """Answer what is asked and still open, theme by theme, so that follow-ups come after what they rest on.

    The more `tries` for each choice, the better the answers.
    """
    for _round in range(4):
        sheet = Sheet(response.round, response.municipality, response)
        open_ones = [
            question
            for question in sheet.counted
            if not sheet.has_answer(question) and (themes is None or question.round_theme_id in themes)
        ]
        answers = {
            question.pk: _reading(question, pick, tries) for question in open_ones[: len(open_ones) - leave or None]
        }
        if not answers:
            return
        save_answers(response, answers, by=by, versions={}, source=source, post=post)


def _reading(question, pick, tries):
    """Return an invented answer: the better options oftener, now and then a reason for having none."""
    if question.offered_states and not question.is_required and pick.random() < 0.1:
        return Reading(state=pick.choice(question.offered_states))
    value = _value(question, pick, tries)
    if not value:
        return Reading(state="do_not_know")
    evidence = "https://example.org/esimerkki" if question.asks_evidence and pick.random() < 0.5 else ""
    quotable = pick.random() < 0.7 if question.asks_quote_permission else None
    return Reading(state="answered", value=value, evidence_url=evidence, may_be_quoted=quotable)


def _value(question, pick, tries):
    kind, options = question.kind, [option for option in question.options.all() if not option.is_exclusive]
    if kind in ONE_CHOICE:
        return {"chosen": [min(pick.choices(options, k=tries), key=lambda option: option.position).key]}
    if kind in CHOICES:
        chosen = sorted(
            pick.sample(options, min(len(options), question.max_choices or 3)), key=lambda row: row.position
        )
        value = {"chosen": [option.key for option in chosen]}
        whats = {option.key: "esimerkki" for option in chosen if option.asks_what}
        return value | ({"text": whats} if whats else {})
    if kind in NUMBERS:
        number = {Kind.DECIMAL: pick.choice(["2", "3", "4"]), Kind.EURO: str(pick.randrange(5, 300) * 1000)}
        return {"number": number.get(kind, str(pick.randrange(1, 9)))}
    if kind == Kind.TABLE:
        rows = [{"row": row.key, "cells": {"euros": str(pick.randrange(1, 40) * 500)}} for row in question.rows.all()]
        return {"rows": rows[:4]}
    if kind == Kind.DATE:
        return {"date": f"{timezone.localdate().year + 1}-03-31"}
    if kind == Kind.LINK:
        return {"url": "https://example.org/esimerkki"}
    return {"text": WORDS[kind]} if kind in WORDS else None
