"""Points, scores and coverage, kind by kind and state by state; nothing here asks a database."""

from decimal import Decimal
from fractions import Fraction

import pytest

from registry.figures import Share
from surveys.models import Answer, ConditionTerm, Criterion, Option, Question, QuestionRow, RoundTheme, Theme, Threshold
from surveys.scoring import Outcome, band_of, points_of, rounded, score_answers

OUT = "out"
HALF = Fraction(3, 2)
YES_NO = {"yes": 2, "no": 0}


def theme(number=1, **fields):
    return RoundTheme(pk=number, theme=Theme(pk=number, key=f"t{number}", name_fi=f"Teema {number}"), **fields)


def question(pk, kind="single", options=None, *, rows=(), thresholds=None, of=None, exclusive=(), **fields):
    """Return a question that is in no database, with its structure; points by option key, OUT takes it out."""
    made = Question(pk=pk, kind=kind, round_theme=of or theme(), **fields)
    made._prefetched_objects_cache = {
        "options": [
            Option(
                pk=100 * pk + n, key=key, label_fi=key, is_not_applicable=points == OUT, is_exclusive=key in exclusive,
                points=None if points in (None, OUT) else Decimal(points),
            )
            for n, (key, points) in enumerate((options or {}).items())
        ],
        "rows": [QuestionRow(key=key) for key in rows],
        "thresholds": [Threshold(at_least=Decimal(at), points=Decimal(p)) for at, p in (thresholds or {}).items()],
        "conditions": [],
    }  # fmt: skip
    return made


def said(question, **value):
    return Answer(question_id=question.pk, state="answered", value=value)


def chosen(question, *keys):
    return said(question, chosen=list(keys))


def scores(questions, *answers, concerned=None, **more):
    concerned = {each.pk for each in questions} if concerned is None else concerned
    return score_answers(questions, {each.question_id: each for each in answers}, concerned=concerned, **more)


def of_theme(questions, *answers, **more):
    """Return (score, known, applying) of the only theme."""
    (score,) = scores(questions, *answers, **more).themes
    return score.value, score.coverage.count, score.coverage.out_of


@pytest.mark.parametrize(
    ("made", "value", "expected"),
    [
        (question(1, "yes_no", YES_NO), {"chosen": ["yes"]}, 2),
        (question(1, "single", {"a": "1.5", "b": 0}), {"chosen": ["a"]}, Fraction(3, 2)),
        (question(1, "single", {"a": 3, "b": 0, "none": OUT}), {"chosen": ["none"]}, OUT),
        (question(1, "scale", {"1": 0, "2": 1, "3": 2}), {"chosen": ["2"]}, 1),
        (question(1, "change", {"less": -1, "more": 2}), {"chosen": ["less"]}, 0),
        (question(1, "multiple", {"a": 1, "b": 1, "c": None}), {"chosen": ["a", "b", "c"]}, 2),
        (question(1, "multiple", {"a": 2, "b": 2}, max_points=3), {"chosen": ["a", "b"]}, 3),
        (question(1, "multiple", {"a": 2, "b": -3}), {"chosen": ["a", "b"]}, 0),
        (question(1, "multiple", {"a": 1, "none": OUT}), {"chosen": ["none"]}, OUT),
        (question(1, "matrix_single", {"a": 2, "b": 1}, rows="xyz"), {"rows": {"x": ["a"], "z": ["b"]}}, HALF),
        (question(1, "matrix_single", {"a": 2, "b": OUT}, rows="xy"), {"rows": {"x": ["a"], "y": ["b"]}}, 2),
        (question(1, "matrix_single", {"a": 2, "b": OUT}, rows="xy"), {"rows": {"x": ["b"]}}, OUT),
        (question(1, "matrix_multiple", {"a": 1, "b": 1}, rows="xy"), {"rows": {"x": ["a", "b"], "y": ["a"]}}, HALF),
        (question(1, "integer", thresholds={"1": 1, "3": 2}), {"number": "0"}, 0),
        (question(1, "decimal", thresholds={"1": 1, "3": 2}), {"number": "2.99"}, 1),
        (question(1, "euro", thresholds={"0": 0, "1000": 2}), {"number": "1000.00"}, 2),
        (question(1, "percent", thresholds={"0": 3, "50": 1}), {"number": "80"}, 1),
        (question(1, "single", {"a": 1, "b": 0}), {"chosen": ["gone"]}, None),
    ],
)  # fmt: skip
def test_each_kind_has_its_points(made, value, expected):
    outcome, points = points_of(made, value)

    assert (OUT if outcome == Outcome.TAKEN_OUT else points) == expected


@pytest.mark.parametrize(
    ("made", "most"),
    [
        (question(1, "multiple", {"a": 1, "b": 2, "all": 5}, exclusive=["all"]), 5),
        (question(1, "multiple", {"a": 1, "b": 2, "c": 3}, max_choices=2), 5),
        (question(1, "multiple", {"a": 1, "b": 2, "c": -3}, max_points=2), 2),
        (question(1, "ranking", {"a": 1, "b": 2}), None),
        (question(1, "year", thresholds={"0": 1}), None),
        (question(1, "short_text"), None),
    ],
)
def test_the_maximum_is_what_the_best_answer_gives(made, most):
    assert made.most_points == most


def test_points_of_a_ranking_make_no_score():
    assert scores([question(1, "ranking", {"a": 1})]).themes == ()


def test_weights_count_and_the_result_is_rounded_once_halves_up():
    heavy, light = question(1, "yes_no", YES_NO, weight=Decimal("2")), question(2, "yes_no", YES_NO)

    assert of_theme([heavy, light], chosen(heavy, "yes"), chosen(light, "no")) == (Decimal("66.7"), 2, 2)
    assert [rounded(Fraction(*each)) for each in [(1, 20), (1, 21), (200, 3), (99999, 1000)]] == [
        Decimal("0.1"), Decimal("0.0"), Decimal("66.7"), Decimal("100.0"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["do_not_know", "not_obtained", "unanswered", None])
def test_what_is_not_known_is_never_zero_but_lowers_the_coverage(state):
    known, unknown = question(1, "yes_no", YES_NO), question(2, "yes_no", YES_NO)
    answers = [chosen(known, "yes")] + ([Answer(question_id=2, state=state)] if state else [])

    assert of_theme([known, unknown], *answers) == (Decimal("100.0"), 1, 2)
    assert of_theme([unknown], *answers[1:]) == (None, 0, 1)


def test_what_does_not_apply_leaves_the_maximum_and_the_coverage():
    asked = question(1, "yes_no", YES_NO)
    after = question(2, "yes_no", YES_NO)
    term = ConditionTerm(question=after, earlier=asked, operator="has", option=asked.options.all()[0], group=1)
    after._prefetched_objects_cache["conditions"] = [term]
    others = question(3, "yes_no", YES_NO)
    weightless = question(4, "yes_no", YES_NO, weight=Decimal(0))
    stated = question(5, "yes_no", YES_NO)
    every = [asked, after, others, weightless, stated]
    # The follow-up keeps an answer from before the earlier one was changed.
    answers = [chosen(asked, "no"), *(chosen(each, "yes") for each in (after, others, weightless))]
    answers.append(Answer(question_id=5, state="not_applicable"))

    (score,) = scores(every, *answers, concerned={1, 2, 4, 5}).themes

    assert (score.value, score.coverage) == (Decimal("0.0"), Share(1, 1))
    assert [each.outcome for each in score.questions] == [
        Outcome.COUNTED, Outcome.NOT_ASKED, Outcome.NOT_CONCERNED, Outcome.WEIGHTLESS, Outcome.NOT_APPLICABLE,
    ]  # fmt: skip
    assert (score.points, score.maximum) == (0, 2)


def test_the_registry_counts_where_it_knows_and_the_answer_elsewhere():
    made = question(1, "single", {"named": 3, "no": 0}, counts="registry", registry_fact="liaison")

    assert of_theme([made], chosen(made, "no"), known={1: "named"}) == (Decimal("100.0"), 1, 1)
    assert of_theme([made], known={1: "named"}) == (Decimal("100.0"), 1, 1)
    assert of_theme([made], chosen(made, "no"), known={1: "unheard"}) == (Decimal("0.0"), 1, 1)
    assert of_theme([made], chosen(made, "no")) == (Decimal("0.0"), 1, 1)


def test_the_same_answers_are_counted_by_criterion_across_themes():
    first, second = (Criterion(pk=n, key=f"c{n}", name_fi=f"Kriteeri {n}", position=3 - n) for n in (1, 2))
    one = question(1, "yes_no", YES_NO, of=theme(1), criterion=first)
    two = question(2, "yes_no", YES_NO, of=theme(2), criterion=first)
    three = question(3, "yes_no", YES_NO, of=theme(2), criterion=second)
    unscored = question(4, "yes_no", YES_NO, of=theme(3, is_scored=False), criterion=second)
    every = [one, two, three, unscored]

    found = scores(every, chosen(one, "yes"), chosen(two, "no"), chosen(three, "yes"), chosen(unscored, "no"))

    assert [(str(each.subject), each.value) for each in found.themes] == [("Teema 1", 100), ("Teema 2", 50)]
    assert [(str(each.subject), each.value) for each in found.criteria] == [("Kriteeri 2", 100), ("Kriteeri 1", 50)]


def test_a_total_is_there_only_where_the_round_shows_one_and_weighs_the_themes():
    one = question(1, "yes_no", YES_NO, of=theme(1, weight=Decimal(3)))
    two = question(2, "yes_no", YES_NO, of=theme(2))
    unknown = question(3, "yes_no", YES_NO, of=theme(3, weight=Decimal(9)))
    weightless = question(4, "yes_no", YES_NO, of=theme(4, weight=Decimal(0)))
    every = [one, two, unknown, weightless]
    answers = [chosen(one, "yes"), chosen(two, "no"), chosen(weightless, "no")]

    assert scores(every, *answers).total is None
    total = scores(every, *answers, has_total=True).total
    assert (total.value, total.coverage, str(total.band.key)) == (Decimal("75.0"), Share(2, 3), "strong")
    assert scores(every, has_total=True).total.value is None


@pytest.mark.parametrize(
    ("value", "count", "band"),
    [("0", 2, "beginning"), ("24.9", 2, "beginning"), ("25.0", 2, "developing"), ("50.0", 2, "established"),
     ("74.9", 1, "established"), ("75.0", 2, "strong"), ("100.0", 2, "strong")],
)  # fmt: skip
def test_bands_are_named_by_the_score_as_printed(value, count, band):
    assert band_of(Decimal(value), Share(count, 2)).key == band


def test_no_band_where_less_than_half_is_known():
    assert band_of(Decimal("100.0"), Share(1, 3)) is None
    assert band_of(None, Share(0, 0)) is None
