"""What is typed comes in as an answer or as a sentence beside its field, and goes back into the form as it was."""

import datetime as dt
import re

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from surveys import models
from surveys.forms import build_theme_form
from surveys.models import Answer
from surveys.retyping import typed_of
from tests.surveys import factories

pytestmark = pytest.mark.django_db


def asked(kind, options=(), rows=(), columns=(), **fields):
    """Return a question of this kind as forms get it."""
    made = factories.question(factories.RoundThemeFactory(), kind, options, **fields)
    for key in rows:
        models.QuestionRow.objects.create(question=made, key=key, label_fi=key)
    for key, column_kind in columns:
        models.TableColumn.objects.create(
            question=made, key=key, label_fi=key, kind=column_kind, has_sum=column_kind == "euro"
        )
    return models.Question.objects.with_structure().get(pk=made.pk)


def read(question, **typed):
    """Return the Reading of these inputs; `_` in a name stands for the question's own name."""
    data = QueryDict(mutable=True)
    for part, text in typed.items():
        name = question.key + ("" if part == "_" else f"--{part}")
        data.setlist(name, text if isinstance(text, list) else [text])
    return build_theme_form([question], data=data).readings()[question.pk]


GOOD = {
    "integer": [("12", "12"), ("1 234", "1234"), ("0", "0")],
    "decimal": [("2,5", "2.5"), ("2.5", "2.5"), ("3", "3")],
    "euro": [("1 250,50", "1250.50"), ("12 €", "12"), ("1\u00a0000", "1000")],
    "percent": [("12,5", "12.5"), ("100 %", "100")],
    "year": [("2026", "2026")],
}
BAD = {
    "integer": ["kaksi", "-1", "1,5", "1e5", "٣", "NaN", "1" * 40, "\x00", "🙂", "x" * 100_000],
    "decimal": ["Infinity", "1,2,3", "1,123", "--1"],
    "euro": ["-0,01", "1,005", "1.000,00"],
    "percent": ["101", "-1", "1,55"],
    "year": ["26", "20266", "2026,5"],
    "date": ["31.2.2026", "2026-13-01", "eilen", "1.1.0001", "\x00"],
    "link": ["javascript:alert(1)", "ftp://example.org", "ei linkki", "https://" + "x" * 600 + ".org"],
    "short_text": ["x" * 301, "a\x00b"],
    "long_text": ["x" * 100_000],
    "single": ["maybe", "yes\x00"],
    "yes_no": ["~telepathy", "2"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "typed", "number"), [(kind, *pair) for kind, pairs in GOOD.items() for pair in pairs])
def test_numbers_are_read_as_people_write_them(kind, typed, number):
    reading = read(asked(kind), _=typed)

    assert (reading.state, reading.value, reading.errors) == ("answered", {"number": number}, {})


@pytest.mark.parametrize("typed", ["1.9.2026", "2026-09-01", "01.09.2026"])
def test_days_are_read_in_both_ways(typed):
    assert read(asked("date"), _=typed).value == {"date": "2026-09-01"}


@pytest.mark.parametrize(("kind", "typed"), [(kind, typed) for kind, each in BAD.items() for typed in each])
def test_bad_input_gets_a_sentence_and_no_value(kind, typed):
    reading = read(asked(kind, options=["yes", "no"]), _=typed)

    assert reading.value is None
    assert not reading.is_valid
    assert all(reading.errors.values())


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        ({"kind": "short_text"}, {"_": "  Hyvää 🙂 "}, {"text": "Hyvää 🙂"}),
        ({"kind": "single", "options": ["yes", "no"]}, {"_": "yes"}, {"chosen": ["yes"]}),
        ({"kind": "multiple", "options": ["a", "b", "c"]}, {"_": ["c", "a", "c"]}, {"chosen": ["a", "c"]}),
        ({"kind": "ranking", "options": ["a", "b"]}, {"b--place": "1", "a--place": "2"}, {"chosen": ["b", "a"]}),
        (
            {"kind": "matrix_single", "options": ["x", "y"], "rows": ["one", "two"]},
            {"one": "y"},
            {"rows": {"one": ["y"]}},
        ),
        (
            {"kind": "matrix_multiple", "options": ["x", "y"], "rows": ["one"]},
            {"one": ["y", "x"]},
            {"rows": {"one": ["x", "y"]}},
        ),
        ({"kind": "link"}, {"_": "example.org/a"}, {"url": "https://example.org/a"}),
        (
            {"kind": "contact"},
            {"name": "Kunnantalo", "email": "t@example.org"},
            {"text": {"name": "Kunnantalo", "email": "t@example.org"}},
        ),
        (
            {"kind": "table", "columns": [("what", "text"), ("euros", "euro")]},
            {"0--what": "Halli", "0--euros": "1 000,5", "2--euros": "2"},
            {"rows": [
                {"row": None, "cells": {"euros": "1000.5"}, "text": {"what": "Halli"}},
                {"row": None, "cells": {"euros": "2"}},
            ]},
        ),
        (
            {"kind": "table", "rows": ["sport", "culture"], "columns": [("euros", "euro")]},
            {"1--euros": "5"},
            {"rows": [{"row": "culture", "cells": {"euros": "5"}}]},
        ),
    ],
)  # fmt: skip
def test_every_kind_goes_in_and_comes_back(question, typed, value):
    question = asked(**question)

    reading = read(question, **typed)
    answer = Answer(question=question, state="answered", value=reading.value)
    again = build_theme_form([question], data=typed_of(question, answer)).readings()[question.pk]

    assert (reading.value, reading.errors) == (value, {})
    assert (again.value, again.errors) == (value, {})


def test_a_number_stands_in_the_form_as_the_language_writes_it():
    question = asked("decimal")
    answer = Answer(question=question, state="answered", value={"number": "1234.5"})

    for language, shown in {"fi": "1234,5", "sv": "1234,5", "en": "1234.5"}.items():
        with translation.override(language):
            form = build_theme_form([question], answers={question.pk: answer})
            assert f'value="{shown}"' in render_to_string("surveys/theme_form.html", {"form": form})


def test_a_state_is_not_an_answer_and_neither_is_thrown_away():
    question = asked("integer", offers_do_not_know=True)

    assert (read(question, state="do_not_know").state, read(question).state) == ("do_not_know", "unanswered")
    both = read(question, state="do_not_know", _="3")
    assert (both.value, list(both.errors)) == (None, ["state"])
    assert list(read(question, state="not_applicable").errors) == ["state"]


def test_an_excluding_option_stands_alone_and_too_many_are_refused():
    question = asked("multiple", options=["a", "b", "none"], max_choices=1)
    models.Option.objects.filter(question=question, key="none").update(is_exclusive=True)
    question = models.Question.objects.with_structure().get(pk=question.pk)

    assert "none" in read(question, _=["a", "none"]).errors[""].casefold()
    assert read(question, _=["a", "b"]).errors
    assert read(question, _=["none"]).value == {"chosen": ["none"]}


def test_a_row_with_a_state_has_no_figures():
    question = asked("table", rows=["social"], columns=[("euros", "euro")], row_state_fi="Siirtynyt")
    models.QuestionRow.objects.update(offers_state=True)
    question = models.Question.objects.with_structure().get(pk=question.pk)

    assert read(question, **{"0--state": "yes"}).value == {"rows": [{"row": "social", "cells": {}, "has_state": True}]}
    assert read(question, **{"0--state": "yes", "0--euros": "3"}).errors


def test_a_theme_takes_the_same_queries_for_one_question_and_for_ten(django_assert_num_queries):
    for n in (1, 10):
        round_theme = factories.RoundThemeFactory()
        for _ in range(n):
            factories.question(round_theme, options=["yes", "no"])
        with django_assert_num_queries(6):
            questions = models.Question.objects.filter(round_theme=round_theme).in_order().with_structure()
            html = render_to_string("surveys/theme_form.html", {"form": build_theme_form(list(questions))})
        assert html.count('data-question="') == n


def test_the_day_of_a_date_is_kept(settings):
    question = asked("date")
    answer = Answer(question=question, state="answered", value={"date": dt.date(2026, 9, 1).isoformat()})

    assert typed_of(question, answer)[question.key] == "1.9.2026"


def test_an_option_called_none_is_not_taken_for_leaving_the_question_open():
    html = render_to_string("surveys/theme_form.html", {"form": build_theme_form([asked("single", ["all", "none"])])})

    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
