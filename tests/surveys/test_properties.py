"""Properties over invented questionnaires: files come back byte for byte, conditions hold as a plain reading says."""

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import Region
from surveys import models
from surveys.conditions import shown_keys
from surveys.models import ConditionTerm, Question
from surveys.models.questions import CHOICES, NUMBERS, WITH_OPTIONS, WITH_ROWS, WITH_THRESHOLDS, Kind
from surveys.questionnaires import FORMAT, export_questionnaire, import_questionnaire

pytestmark = pytest.mark.django_db
SLOWLY = {
    "deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20).filter(str.strip)
TEXTS = st.dictionaries(st.sampled_from(["fi", "sv", "en"]), WORDS.map(str.strip), min_size=1, max_size=3)


@st.composite
def questionnaires(draw):
    """A questionnaire as a file's data: every kind, matrices, tables, chains of conditions."""
    themes, known = [], []
    for theme_number in range(draw(st.integers(1, 3))):
        asked = []
        for _number in range(draw(st.integers(0, 4))):
            asked.append(draw(questions(f"i{len(known)}", f"theme-{theme_number}", known)))
            known.append(asked[-1])
        theme = {"key": f"theme-{theme_number}", "name": {"fi": "Teema"}, "in_round": {}, "questions": asked}
        themes.append(theme)
    return {
        "format": FORMAT, "year": 2026, "title": draw(TEXTS), "opens_on": "2026-09-01", "closes_on": "2026-10-01",
        "languages": ["fi", "sv"], "criteria": [], "themes": themes,
    }  # fmt: skip


@st.composite
def questions(draw, key, theme, before):
    """One question, which may rest on those `before`."""
    kind = draw(st.sampled_from([str(each) for each in Kind]))
    question = {
        "indicator": {"key": key, "name": {"fi": "Mittari"}, "theme": theme},
        "kind": kind,
        "wording": draw(TEXTS),
    }
    if draw(st.booleans()):
        question["help"] = draw(TEXTS)
    if draw(st.booleans()):
        question["weight"] = draw(st.sampled_from(["0", "0.5", "2"]))
    keys = [f"k{number}" for number in range(draw(st.integers(2, 4)))]
    if kind in WITH_OPTIONS:
        points = st.sampled_from([None, "0", "1.5", "-1"])
        question["options"] = [
            {"key": each, "label": draw(TEXTS)} | {n: p for n, p in [("points", draw(points))] if p is not None}
            for each in keys
        ]
    if kind in WITH_ROWS:
        question["rows"] = [{"key": each, "label": draw(TEXTS)} for each in keys]
    if kind == Kind.TABLE:
        question["columns"] = [{"key": "euros", "label": draw(TEXTS), "kind": "euro", "has_sum": True}]
    if kind in WITH_THRESHOLDS and draw(st.booleans()):
        question["thresholds"] = [{"at_least": "0", "points": "0"}, {"at_least": "2.5", "points": "3"}]
    fitting = [each for each in before if each["kind"] in CHOICES | NUMBERS]
    if fitting and draw(st.booleans()):
        question["condition"] = draw(st.lists(st.lists(terms(fitting), min_size=1, max_size=2), min_size=1, max_size=2))
    return question


@st.composite
def terms(draw, fitting):
    """One term on one of the fitting questions."""
    earlier = draw(st.sampled_from(fitting))
    term = {"indicator": earlier["indicator"]["key"]}
    if draw(st.integers(0, 4)) == 0:
        return term | {"operator": "answered"}
    if earlier["kind"] in CHOICES:
        option = draw(st.sampled_from([each["key"] for each in earlier["options"]]))
        return term | {"operator": draw(st.sampled_from(ConditionTerm.OF_OPTION)), "option": option}
    return term | {
        "operator": draw(st.sampled_from(ConditionTerm.OF_NUMBER)),
        "number": draw(st.sampled_from(["0", "2.5"])),
    }


def forget():
    """Empty the survey's tables as an empty database has them."""
    for table in (ConditionTerm, models.Comparability):
        table.objects.all().delete()
    for table in (Question, models.RoundTheme, models.Round, models.Indicator, models.Theme, models.Criterion):
        table.objects.all().delete()


def imported(whole):
    region = Region.objects.get(code="17")
    return import_questionnaire(json.dumps(whole), region, by=None)


@settings(max_examples=8, **SLOWLY)
@given(whole=questionnaires())
def test_any_questionnaire_comes_back_byte_for_byte_into_an_empty_database(reference, whole):
    comes_back(whole)


@pytest.mark.slow
@settings(max_examples=80, **SLOWLY)
@given(whole=questionnaires())
def test_many_questionnaires_come_back_byte_for_byte(reference, whole):
    comes_back(whole)


def comes_back(whole):
    forget()
    first = export_questionnaire(imported(whole))
    forget()
    again = export_questionnaire(imported(json.loads(first)))

    assert again == first
    assert [len(theme["questions"]) for theme in json.loads(first)["themes"]] == [
        len(theme["questions"]) for theme in whole["themes"]
    ]


@st.composite
def answered(draw, whole):
    """Values of some of the questions, by indicator."""
    values = {}
    for theme in whole["themes"]:
        for question in theme["questions"]:
            if question["kind"] in CHOICES and draw(st.booleans()):
                values[question["indicator"]["key"]] = {"chosen": [draw(st.sampled_from(question["options"]))["key"]]}
            elif question["kind"] in NUMBERS and draw(st.booleans()):
                values[question["indicator"]["key"]] = {"number": draw(st.sampled_from(["0", "2.5", "7"]))}
    return values


def plainly_shown(whole, values):
    """The plain reading: from the first question on, one rule after the other, over the file's own data."""
    shown = {}
    for question in [question for theme in whole["themes"] for question in theme["questions"]]:
        key, groups = question["indicator"]["key"], question.get("condition", [])
        shown[key] = not groups or any(
            all(shown[term["indicator"]] and plainly_holds(term, values.get(term["indicator"])) for term in group)
            for group in groups
        )
    return {key for key, is_shown in shown.items() if is_shown}


def plainly_holds(term, value):
    if value is None:
        return False
    number = float(value.get("number", 0)) - float(term.get("number", 0))
    return {
        "answered": True,
        "has": term.get("option") in value.get("chosen", []),
        "has_not": term.get("option") not in value.get("chosen", []),
        "at_least": number >= 0, "at_most": number <= 0, "more_than": number > 0, "less_than": number < 0,
    }[term["operator"]]  # fmt: skip


@settings(max_examples=10, **SLOWLY)
@given(data=st.data())
def test_conditions_hold_as_a_plain_reading_says(reference, data):
    conditions_hold(data)


@pytest.mark.slow
@settings(max_examples=80, **SLOWLY)
@given(data=st.data())
def test_many_conditions_hold_as_a_plain_reading_says(reference, data):
    conditions_hold(data)


def conditions_hold(data):
    whole = data.draw(questionnaires())
    values = data.draw(answered(whole))
    forget()
    survey_round = imported(whole)
    questions = list(survey_round.questions.in_order().with_structure())
    keys = {question.pk: question.key for question in questions}

    shown = shown_keys(questions, {pk: values[key] for pk, key in keys.items() if key in values})

    assert {keys[pk] for pk in shown} == plainly_shown(whole, values)
    assert survey_round.opens_on == dt.date(2026, 9, 1)
