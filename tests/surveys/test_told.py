"""An answer in words: every kind, the reasons for having none, and nothing for nothing."""

import pytest

from surveys.models import Answer, QuestionRow, TableColumn
from surveys.told import told
from tests.surveys import factories

pytestmark = pytest.mark.django_db


def in_words(kind, value, options=(), **fields):
    question = factories.question(factories.RoundThemeFactory(), kind, options, **fields)
    for position, key in enumerate(("a", "b")):
        QuestionRow.objects.create(question=question, key=key, label_fi=f"Rivi {key}", position=position)
    for position, (key, kind_of) in enumerate([("summa", "euro"), ("selite", "text"), ("alku", "date")]):
        TableColumn.objects.create(
            question=question, key=key, label_fi=key.capitalize(), kind=kind_of, position=position
        )
    return told(question, Answer(question=question, state="answered", value=value))


@pytest.mark.parametrize(
    ("kind", "value", "lines"),
    [
        ("long_text", {"text": "Yksi\nKaksi"}, ["Yksi", "Kaksi"]),
        ("single", {"chosen": ["yes"]}, ["Yes"]),
        ("multiple", {"chosen": ["yes", "no"], "text": {"no": "koska"}}, ["Yes", "No: koska"]),
        ("ranking", {"chosen": ["no", "yes"]}, ["1. No", "2. Yes"]),
        ("matrix_single", {"rows": {"b": ["no"]}}, ["Rivi b: No"]),
        ("integer", {"number": "1250"}, ["1\xa0250"]),
        ("euro", {"number": "12.50"}, ["12,50 €"]),
        ("percent", {"number": "7"}, ["7 %"]),
        ("year", {"number": "2026"}, ["2026"]),
        ("date", {"date": "2026-09-01"}, ["1.9.2026"]),
        ("link", {"url": "https://example.org"}, ["https://example.org"]),
        ("contact", {"text": {"email": "a@example.org", "name": "Aino"}}, ["Aino", "a@example.org"]),
        ("file", {"files": ["x", "y"]}, ["2 tiedostoa"]),
        (
            "table",
            {"rows": [
                {"row": "a", "cells": {"summa": "12.5", "alku": "2026-09-01"}, "text": {"selite": "vuokra"}},
                {"row": "b", "cells": {}, "has_state": True},
            ]},
            ["Rivi a: Summa 12,50 €, Selite vuokra, Alku 1.9.2026", "Rivi b: siirtynyt"],
        ),
    ],
)  # fmt: skip
def test_each_kind_is_told_line_by_line(reference, kind, value, lines):
    told_lines = in_words(kind, value, ["yes", "no"], row_state_fi="siirtynyt")

    assert [line.replace("\xa0", " ") for line in told_lines] == [line.replace("\xa0", " ") for line in lines]


def test_a_reason_for_having_no_answer_is_told_and_nothing_is_nothing(reference):
    question = factories.question(factories.RoundThemeFactory(), "short_text")

    assert told(question, Answer(question=question, state="do_not_know")) == ["En osaa sanoa"]
    assert told(question, Answer(question=question)) == told(question, None) == []
    linked = Answer(question=question, state="answered", value={"text": "x"}, evidence_url="https://example.org")
    assert told(question, linked) == ["x", "https://example.org"]
