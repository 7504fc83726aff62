"""A round is made from last year's, checked, opened, corrected and closed."""

import datetime as dt
import json
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from surveys import models
from surveys.authoring import (
    close_round,
    copy_round,
    correct_wording,
    decide_comparability,
    move_question,
    open_round,
    reopen_round,
)
from surveys.comparing import chain_between, round_differences, weakest_verdict
from surveys.completeness import estimate_minutes, problems_of
from surveys.models import Question, Round
from surveys.questionnaires import export_questionnaire
from tests.surveys import factories
from tests.surveys.default_round import default_round

pytestmark = pytest.mark.django_db
DAYS = {"opens_on": dt.date(2027, 9, 1), "closes_on": dt.date(2027, 10, 15)}
WHY = {"fi": "Kysymys muuttui.", "sv": "Frågan ändrades.", "en": "The question changed."}


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def default(reference):
    """The default questionnaire as Pohjois-Pohjanmaa's draft of 2026."""
    return default_round(reference.pohjois_pohjanmaa, 2026)


@pytest.fixture
def small():
    """A complete draft with one question."""
    return factories.question(factories.RoundThemeFactory(is_scored=False), options=["yes", "no"]).round


def asked(survey_round, key):
    return survey_round.questions.for_municipalities().get(indicator__key=key)


# --- Opening ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("publicity", ["private", "counts"])
def test_a_question_whose_answer_is_not_public_gives_no_points(default, cast, publicity):
    """Otherwise the published score would tell the answer."""
    question = asked(default, "convenes_regularly")
    question.publicity = publicity
    question.save()

    with pytest.raises(ValidationError) as refused:
        open_round(default, by=cast.kaisa.user)

    assert "pisteluku kertoisi vastauksen" in " ".join(refused.value.messages)
    question.options.update(points=None)
    assert [problem for problem in problems_of(default) if "pisteluku" in str(problem)] == []


def test_the_default_questionnaire_can_be_opened_as_it_is(default, cast):
    opened = open_round(default, by=cast.kaisa.user)

    assert (opened.is_open, opened.opened_by) == (True, cast.kaisa.user)
    assert default.comparabilities.count() == default.questions.count()
    with pytest.raises(ValidationError) as again:
        open_round(default, by=cast.kaisa.user)
    assert again.value.code == "opened"


def test_opening_names_everything_that_is_missing_and_opens_nothing(default):
    question = asked(default, "premises_cost")
    question.wording_sv = ""
    question.save()
    question.options.filter(key="free").update(label_en="", points=None)
    asked(default, "grants_by_field").columns.all().delete()
    models.RoundTheme.objects.filter(round=default, theme__key="kokonaisuus").update(is_scored=True)

    with pytest.raises(ValidationError) as refused:
        open_round(default, by=None)

    told = "\n".join(refused.value.messages)
    assert {error.code for error in refused.value.error_list} == {"incomplete"}
    assert len(refused.value.messages) == 5
    assert told.count("sv") == 1
    assert "free" in told
    assert Round.objects.get(pk=default.pk).is_draft


def test_a_round_is_never_asked_in_july(small):
    for opens_on, closes_on, fits in [
        ("2027-06-01", "2027-06-30", True), ("2027-06-01", "2027-07-01", False), ("2027-07-31", "2027-09-01", False),
        ("2026-08-01", "2027-05-01", True), ("2026-08-01", "2027-08-01", False),
    ]:  # fmt: skip
        small.opens_on, small.closes_on = dt.date.fromisoformat(opens_on), dt.date.fromisoformat(closes_on)
        if fits:
            small.clean()
        else:
            with pytest.raises(ValidationError) as refused:
                small.clean()
            assert refused.value.code == "holiday"


def test_a_round_takes_answers_up_to_and_including_its_last_day(small):
    opened = open_round(small, by=None)

    states = {}
    for day in ("2026-08-31", "2026-09-01", "2026-10-15", "2026-10-16"):
        with time_machine.travel(f"{day} 12:00:00+03:00"):
            states[day] = (opened.is_waiting, opened.is_open, opened.is_closed)
            on = dt.date.fromisoformat(day)
            assert Round.objects.open_on(on).exists() == opened.is_open
            assert Round.objects.closed_on(on).exists() == opened.is_closed
    assert states == {
        "2026-08-31": (True, False, False), "2026-09-01": (False, True, False),
        "2026-10-15": (False, True, False), "2026-10-16": (False, False, True),
    }  # fmt: skip


def test_a_round_is_closed_early_and_opened_again_with_a_reason(small, cast):
    open_round(small, by=None)

    closed = close_round(small, by=cast.kaisa.user)
    assert (closed.is_open, closed.is_closed, closed.closed_by) == (False, True, cast.kaisa.user)
    for reason, day, code in [("", "2026-11-01", "reason"), ("Syy", "2026-09-09", "past")]:
        with pytest.raises(ValidationError) as refused:
            reopen_round(small, dt.date.fromisoformat(day), reason=reason, by=None)
        assert refused.value.code == code
    again = reopen_round(small, dt.date(2026, 11, 1), reason="Kolme kuntaa pyysi aikaa.", by=cast.kaisa.user)

    assert (again.is_open, again.closes_on, again.reopened_by) == (True, dt.date(2026, 11, 1), cast.kaisa.user)
    assert again.history.count() >= 3


# --- Corrections -----------------------------------------------------------------------------------------------------


def test_a_misspelling_is_corrected_and_logged(small, cast):
    open_round(small, by=None)
    option = small.questions.get().options.get(key="yes")

    logged = correct_wording(option, "label", "fi", "Kyllä", reason="Lyöntivirhe", by=cast.kaisa.user)

    assert models.Option.objects.get(pk=option.pk).label_fi == "Kyllä"
    key = small.questions.get().key
    assert (logged.place, logged.old, logged.new) == (f"{key}/option/yes/label", "Yes", "Kyllä")
    assert small.corrections.get() == logged


@pytest.mark.parametrize(
    ("column", "new", "reason", "code"),
    [
        ("points", "9", "x", "column"),
        ("label", "Kyllä", "", "reason"),
        ("label", "Yes", "x", "unchanged"),
        ("label", " ", "x", "empty"),
        ("label", "x" * 201, "x", None),
    ],
)
def test_anything_else_than_a_correction_is_refused(small, column, new, reason, code):
    open_round(small, by=None)
    option = small.questions.get().options.get(key="yes")

    with pytest.raises(ValidationError) as refused:
        correct_wording(option, column, "fi", new, reason=reason, by=None)

    assert code is None or refused.value.code == code
    assert models.Option.objects.get(pk=option.pk).label_fi == "Yes"
    assert not models.WordingCorrection.objects.exists()


def test_a_draft_is_edited_and_not_corrected(small):
    with pytest.raises(ValidationError) as refused:
        correct_wording(small.questions.get(), "wording", "fi", "Uusi?", reason="x", by=None)

    assert refused.value.code == "draft"


# --- From last year's ------------------------------------------------------------------------------------------------


def asked_in(survey_round, year):
    """Return what a round asks as its file tells it, without its year and how it compares."""
    whole = json.loads(export_questionnaire(survey_round).replace(year, "2000"))
    return {name: value for name, value in whole.items() if name not in {"made_from", "verdicts"}}


def test_a_copy_asks_the_same_and_nothing_differs(default, cast):
    copy = copy_round(open_round(default, by=None), 2027, by=cast.kaisa.user, **DAYS)

    for language in ("sv", "fi"):  # the words are copied by language, whichever is active
        assert asked_in(copy, "2027") == asked_in(default, "2026"), language
    assert round_differences(copy) == []
    assert copy.comparabilities.filter(verdict="same").count() == default.questions.count()


def test_copying_in_another_language_copies_each_language(default):
    from django.utils import translation

    question = asked(default, "theme_question")
    question.help_sv = ""
    question.save()
    with translation.override("sv"):
        copy = copy_round(default, 2027, by=None, **DAYS)

    assert asked(copy, "theme_question").help_sv in {"", None}
    assert asked(copy, "theme_question").help_fi == question.help_fi


@pytest.fixture
def changed(default):
    """A copy in which five questions differ: reworded, an option more, a condition less, a removed and a new one."""
    opened = open_round(default, by=None)
    before = export_questionnaire(opened)
    copy = copy_round(opened, 2027, by=None, **DAYS)
    reworded = asked(copy, "premises_rules")
    reworded.wording_fi = "Onko tiloille kirjalliset pelisäännöt?"
    reworded.save()
    models.Option.objects.create(
        question=asked(copy, "premises_booking"), key="soon", position=9,
        label_fi="Pian", label_sv="Snart", label_en="Soon", points=Decimal("0.5"),
    )  # fmt: skip
    asked(copy, "grants_grounds").conditions.all().delete()
    asked(copy, "theme_question").comparability.delete()
    asked(copy, "theme_question").delete()
    theme = copy.themes.get(theme__key="tilat")
    indicator = factories.IndicatorFactory(key="new_one", theme=theme.theme)
    Question.objects.create(
        round=copy, round_theme=theme, indicator=indicator, kind="long_text", position=99,
        wording_fi="Uusi?", wording_sv="Ny?", wording_en="New?",
    )  # fmt: skip
    assert export_questionnaire(default) == before
    return copy


def test_changing_five_questions_shows_exactly_these_five(changed):
    differences = {each.key: each for each in round_differences(changed)}

    assert list(differences) == ["premises_rules", "premises_booking", "new_one", "grants_grounds", "theme_question"]
    [change] = differences["premises_rules"].changes
    assert (change.language, change.old, change.new) == (
        "fi", "Onko tilojen käytöstä kirjalliset pelisäännöt?", "Onko tiloille kirjalliset pelisäännöt?",
    )  # fmt: skip
    assert [change.new for change in differences["premises_booking"].changes] == ["Pian"]
    assert [change.old for change in differences["grants_grounds"].changes] == ["1. pays_grants has yes"]
    assert {key: each.possible_verdicts for key, each in differences.items() if len(each.possible_verdicts) == 1} == {
        "new_one": ["new"], "theme_question": ["removed"],
    }  # fmt: skip


def test_opening_waits_for_each_verdict_and_tells_the_new_and_the_removed_as_such(changed, cast):
    missing = [problem.question.key for problem in problems_of(changed)]
    assert missing == ["premises_rules", "premises_booking", "grants_grounds"]
    for key, verdict in [("premises_rules", "reworded"), ("premises_booking", "changed"), ("grants_grounds", "same")]:
        decide_comparability(changed, key, "municipality", verdict, reason=WHY, by=cast.kaisa.user)

    open_round(changed, by=cast.kaisa.user)

    verdicts = {
        row.to_question.key: row.verdict for row in changed.comparabilities.filter(to_question__audience="municipality")
    }
    assert {key: verdicts[key] for key in ("premises_rules", "premises_booking", "new_one", "pays_grants")} == {
        "premises_rules": "reworded", "premises_booking": "changed", "new_one": "new", "pays_grants": "same",
    }  # fmt: skip
    removed = changed.comparabilities.get(to_question=None)
    assert (removed.verdict, removed.from_question.key) == ("removed", "theme_question")


def test_a_decision_is_asked_anew_when_the_question_changes_again(changed):
    decide_comparability(changed, "premises_rules", "municipality", "reworded", reason=WHY, by=None)
    question = asked(changed, "premises_rules")
    question.wording_fi = "Aivan muuta?"
    question.save()

    assert "premises_rules" in [problem.question.key for problem in problems_of(changed)]


@pytest.mark.parametrize(
    ("key", "verdict", "reason", "code"),
    [
        ("pays_grants", "changed", WHY, "no_difference"),
        ("premises_rules", "new", WHY, "verdict"),
        ("premises_rules", "changed", {"fi": "Vain suomeksi"}, "reason"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(changed, key, verdict, reason, code):
    with pytest.raises(ValidationError) as refused:
        decide_comparability(changed, key, "municipality", verdict, reason=reason, by=None)

    assert refused.value.code == code


def test_over_several_years_the_weakest_link_holds(changed):
    for key in ("premises_rules", "premises_booking", "grants_grounds"):
        verdict = "changed" if key == "premises_booking" else "same"
        decide_comparability(changed, key, "municipality", verdict, reason=WHY, by=None)
    open_round(changed, by=None)
    third = copy_round(changed, 2028, opens_on=dt.date(2028, 9, 1), closes_on=dt.date(2028, 10, 1), by=None)
    first = changed.copied_from

    assert weakest_verdict(chain_between(first, third, "premises_booking")) == "changed"
    assert weakest_verdict(chain_between(first, third, "pays_grants")) == "same"
    assert chain_between(first, third, "new_one") is None
    assert chain_between(first, third, "theme_question") is None


def test_differences_take_the_same_queries_for_one_question_and_for_three(django_assert_num_queries):
    for n in (1, 3):
        first = factories.RoundThemeFactory(is_scored=False)
        for _ in range(n):
            factories.question(first, options=["yes", "no"])
        copy = copy_round(first.round, 2027, by=None, **DAYS)
        copy.questions.update(weight=2)
        with django_assert_num_queries(13):
            assert len(round_differences(copy)) == n


# --- Order and time --------------------------------------------------------------------------------------------------


def test_a_question_moves_and_stays_after_what_it_rests_on(default):
    def order():
        questions = default.questions.in_order().select_related("indicator")
        return [(question.key, question.audience) for question in questions]

    before = order()
    second = asked(default, "liaison_working_time")
    with pytest.raises(ValidationError) as refused:
        move_question(second, -1, by=None)
    assert refused.value.code == "condition"
    assert order() == before

    moved = asked(default, "other_meetings")
    move_question(moved, -1, by=None)
    move_question(moved, 1, by=None)
    assert order() == before
    move_question(moved, 1, by=None)
    assert Question.objects.get(pk=moved.pk).round_theme.theme.key == "tilat"


def test_the_estimate_grows_with_the_questions_and_counts_a_follow_up_half(default, small):
    assert estimate_minutes(small) == 1
    assert 20 <= estimate_minutes(default) <= 45
    longer = estimate_minutes(default)
    models.ConditionTerm.objects.all().delete()
    assert estimate_minutes(default) > longer
