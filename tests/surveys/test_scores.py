"""Every figure equals what a script that shares no code counts from the round's file; any number of municipalities."""

import json
import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import Municipality, Premises, Region, RegionMembership
from surveys import models
from surveys.models import Answer, Response, Round
from surveys.models.questions import MATRICES, NUMBERS, Kind
from surveys.questionnaires import FORMAT, import_questionnaire
from surveys.round_files import export_round
from surveys.scores import score_responses
from surveys.sheet import Sheet
from tests import factories
from tests.surveys.default_round import default_round
from tests.surveys.scoring_by_hand import figures_by_hand
from tests.surveys.test_round_files import forget

pytestmark = pytest.mark.django_db
OPENED = "2026-08-01T06:00Z"
STATES = ["do_not_know", "not_obtained", "not_applicable", "unanswered"]


def opened(survey_round):
    Round.objects.filter(pk=survey_round.pk).update(opened_at=OPENED)
    return Round.objects.get(pk=survey_round.pk)


def responses_of(survey_round, municipalities):
    made = [Response(round=survey_round, municipality=each, started_at=OPENED) for each in municipalities]
    return Response.objects.bulk_create(made)


def figures(survey_round):
    """Return what the project's own scoring says, in the shape of `figures_by_hand`."""

    def told(score):
        return None if score.value is None else f"{score.value:f}", score.coverage.count, score.coverage.out_of

    responses = list(survey_round.responses.select_related("municipality"))
    scores = score_responses(survey_round, responses)
    return {
        response.municipality.code: {
            "themes": {each.subject.theme.key: told(each) for each in scores[response.pk].themes},
            "criteria": {each.subject.key: told(each) for each in scores[response.pk].criteria},
            "total": scores[response.pk].total and told(scores[response.pk].total),
        }
        for response in responses
    }


OTHER_VALUES = {
    Kind.DATE: {"date": "2025-03-31"},
    Kind.LINK: {"url": "https://example.org/"},
    Kind.CONTACT: {"text": {"post": "sihteeri", "email": "posti@example.org"}},
    Kind.TABLE: {"rows": []},
    Kind.FILE: {"files": []},
}


def value_for(question, pick):
    """Return a value that fits a question, chosen with `pick` (a random.Random)."""
    if question.kind in OTHER_VALUES:
        return OTHER_VALUES[question.kind]
    keys = [option.key for option in question.options.all()]
    if question.kind in NUMBERS:
        return {"number": pick.choice(["0", "0.5", "1", "2.75", "3", "1000000"])}
    rows = [row.key for row in question.rows.all()]
    n_most = len(keys) if question.kind in {Kind.MULTIPLE, Kind.MATRIX_MULTIPLE} else 1
    if question.kind in MATRICES:
        answered = pick.sample(rows, pick.randint(1, len(rows)))
        return {"rows": {row: pick.sample(keys, pick.randint(1, n_most)) for row in answered}}
    return {"chosen": pick.sample(keys, pick.randint(1, n_most))} if keys else {"text": "sana"}


def answer_at_random(survey_round, responses, pick, *, unknown=0.25):
    questions = [each for each in survey_round.questions.for_municipalities().with_structure() if each.is_asked]
    answers = []
    for response in responses:
        for question in questions:
            roll = pick.random()
            if roll < unknown:
                answers.append(Answer(response=response, question=question, state=pick.choice(STATES)))
            elif roll < 0.95:
                value = value_for(question, pick)
                answers.append(Answer(response=response, question=question, state="answered", value=value))
    Answer.objects.bulk_create(answers)


# --- The default questionnaire ---------------------------------------------------------------------------------------


def test_every_figure_of_the_default_questionnaire_is_recomputed_from_the_file(reference, cast):
    survey_round = default_round(reference.pohjois_pohjanmaa, 2026)
    survey_round.shows_total = True
    survey_round.save()
    bilingual = survey_round.questions.for_municipalities().get(indicator__key="premises_rules")
    bilingual.concerns = "bilingual"
    bilingual.save()
    # Prices count as the registry knows them, in Hailuoto alone.
    cost = survey_round.questions.for_municipalities().get(indicator__key="premises_cost")
    cost.counts = "registry"
    cost.save()
    Premises.objects.create(municipality=reference.hailuoto, name="Talo", price="free")
    survey_round = opened(survey_round)
    places = list(
        Municipality.objects.filter(pk__in=reference.pohjois_pohjanmaa.memberships.values("municipality"))[:8]
    )
    places = [*{reference.oulu, reference.hailuoto, *places}]
    answer_at_random(survey_round, responses_of(survey_round, places), random.Random(9))

    found = figures(survey_round)

    known = {
        "564": {"registry": {"liaison_situation": "named"}},  # Leena
        "072": {"registry": {"premises_cost": "free"}},
    }
    assert found == figures_by_hand(export_round(survey_round, by=None), known)
    assert len(found) == len(places)
    assert any(each["total"][0] not in (None, "0.0", "100.0") for each in found.values())
    assert {len(each["criteria"]) for each in found.values()} == {7}


def test_nothing_known_gives_no_figure_anywhere(reference):
    survey_round = opened(default_round(reference.pohjois_pohjanmaa, 2026))
    response, empty = responses_of(survey_round, [reference.oulu, reference.hailuoto])
    asked = [each for each in survey_round.questions.for_municipalities() if each.is_asked]
    Answer.objects.bulk_create(Answer(response=response, question=each, state="do_not_know") for each in asked)

    found = figures(survey_round)

    assert found == figures_by_hand(export_round(survey_round, by=None))
    for place in found.values():
        assert {score for score, _known, _n in place["themes"].values()} == {None}
        assert all(n > 0 and known == 0 for _score, known, n in place["themes"].values())
    assert found["564"] == found["072"]
    assert not empty.answers.exists()


def test_308_municipalities_take_the_queries_of_one_and_are_right(reference):
    country = factories.RegionFactory(slug="suomi", code="99")
    places = Municipality.objects.bulk_create(
        Municipality(code=f"{5000 + n}", name=f"Kunta {n}", name_fi=f"Kunta {n}", slug=f"kunta-{n}") for n in range(308)
    )
    RegionMembership.objects.bulk_create(RegionMembership(municipality=each, region=country) for each in places)
    whole = {
        "format": FORMAT, "year": 2026, "title": {"fi": "Kartoitus"}, "opens_on": "2026-09-01",
        "closes_on": "2026-10-01", "languages": ["fi"], "criteria": [{"key": "c", "name": {"fi": "Kriteeri"}}],
        "themes": [{"key": "t", "name": {"fi": "Teema"}, "in_round": {}, "questions": [
            asked("i0", "single", registry_fact="liaison", counts="registry"), asked("i1", "multiple"),
            asked("i2", "single", concerns="bilingual"),
        ]}],
    }  # fmt: skip
    survey_round = opened(import_questionnaire(json.dumps(whole), country, by=None))
    responses = responses_of(survey_round, places)
    answer_at_random(survey_round, responses, random.Random(3))

    counts = []
    for some in (responses[:1], responses):
        with CaptureQueriesContext(connection) as caught:
            score_responses(survey_round, some)
        counts.append(len(caught))

    assert counts[0] == counts[1] <= 14
    found = figures(survey_round)
    assert len(found) == 308
    assert found == figures_by_hand(export_round(survey_round, by=None))


def test_whom_a_question_concerns_is_as_the_form_says(reference):
    survey_round = default_round(reference.pohjois_pohjanmaa, 2026)
    for key, concerns in (("premises_rules", "bilingual"), ("premises_listed", "size_class")):
        question = survey_round.questions.for_municipalities().get(indicator__key=key)
        question.concerns = concerns
        question.size_class = models.Question._meta.get_field("size_class").related_model.objects.get(
            key="from_50000"
        ) if concerns == "size_class" else None  # fmt: skip
        question.save()
    survey_round = opened(survey_round)
    responses = responses_of(survey_round, [reference.oulu, reference.hailuoto])

    scores = score_responses(survey_round, responses)

    for response in responses:
        concerned = {question.pk for question in Sheet(survey_round, response.municipality, response).questions}
        told = [each for score in scores[response.pk].themes for each in score.questions]
        assert {each.question.pk for each in told if each.outcome != "not_concerned"} == {
            each.question.pk for each in told if each.question.pk in concerned
        }
    assert {each.outcome for score in scores[responses[1].pk].themes for each in score.questions} >= {"not_concerned"}


# --- Any round -------------------------------------------------------------------------------------------------------


def asked(key, kind, **more):
    options = [
        {"key": "a", "label": {"fi": "A"}, "points": "3"}, {"key": "b", "label": {"fi": "B"}, "points": "1"},
        {"key": "c", "label": {"fi": "C"}, "is_not_applicable": True},
    ]  # fmt: skip
    indicator = {"key": key, "name": {"fi": key}, "theme": "t", "criterion": "c"}
    return {"indicator": indicator, "criterion": "c", "kind": kind, "wording": {"fi": key}, "options": options, **more}


POINTS = st.sampled_from([None, "0", "1", "1.5", "2.25", "-1"])
WEIGHTS = st.sampled_from(["0", "0.5", "1", "3.33"])
SCORED = ["yes_no", "single", "scale", "multiple", "matrix_single", "matrix_multiple", "decimal", "percent"]


@st.composite
def questions(draw, key, theme, before):
    """One question, scored or not, which may rest on those before."""
    kind = draw(st.sampled_from([*SCORED, "ranking", "short_text"]))
    made = {"indicator": {"key": key, "name": {"fi": key}, "theme": theme}, "kind": kind, "wording": {"fi": key}}
    made["weight"] = draw(WEIGHTS)
    if draw(st.booleans()):
        made["criterion"] = draw(st.sampled_from(["c1", "c2"]))
    if draw(st.integers(0, 5)) == 0:
        made["concerns"] = "bilingual"
    if kind not in {"decimal", "percent", "short_text"}:
        made["options"] = [
            {"key": each, "label": {"fi": each}} | draw(traits()) for each in "abcd"[: draw(st.integers(2, 4))]
        ]
        if kind in {"multiple", "matrix_multiple"}:
            made |= draw(st.sampled_from([{}, {"max_points": "2"}, {"max_choices": 2}]))
    if kind in {"decimal", "percent"}:
        limits = draw(st.lists(st.sampled_from(["-1", "0", "1", "2.75"]), unique=True, max_size=3))
        made["thresholds"] = [{"at_least": each, "points": draw(POINTS) or "1"} for each in limits]
    if kind.startswith("matrix"):
        made["rows"] = [{"key": f"r{n}", "label": {"fi": "Rivi"}} for n in range(draw(st.integers(1, 3)))]
    earlier = [each for each in before if "options" in each and "rows" not in each]
    if earlier and draw(st.integers(0, 2)) == 0:
        rests = draw(st.sampled_from(earlier))
        term = {"indicator": rests["indicator"]["key"], "operator": draw(st.sampled_from(["has", "has_not"]))}
        made["condition"] = [[term | {"option": draw(st.sampled_from(rests["options"]))["key"]}]]
    return made


@st.composite
def traits(draw):
    """Points of an option, or that it takes the question out, or that it excludes the others."""
    if draw(st.integers(0, 5)) == 0:
        return {"is_not_applicable": True}
    points = draw(POINTS)
    return ({} if points is None else {"points": points}) | (
        {"is_exclusive": True} if draw(st.integers(0, 5)) == 0 else {}
    )


@st.composite
def rounds(draw):
    """A round's file: up to three themes, with and without a score, and weights."""
    themes, before = [], []
    for number in range(draw(st.integers(1, 3))):
        asked_here = []
        for _n in range(draw(st.integers(1, 4))):
            asked_here.append(draw(questions(f"i{len(before)}", f"t{number}", before)))
            before.append(asked_here[-1])
        in_round = {"is_scored": draw(st.integers(0, 4)) > 0, "weight": draw(WEIGHTS)}
        themes.append({"key": f"t{number}", "name": {"fi": "T"}, "in_round": in_round, "questions": asked_here})
    return {
        "format": FORMAT, "year": 2026, "title": {"fi": "Kartoitus"}, "opens_on": "2026-09-01",
        "closes_on": "2026-10-01", "languages": ["fi"], "themes": themes, "shows_total": draw(st.booleans()),
        "criteria": [{"key": key, "name": {"fi": key}} for key in ("c1", "c2")],
    }  # fmt: skip


def recomputed(whole, seed, n_municipalities, unknown):
    region = Region.objects.get(code="17")
    forget()
    survey_round = opened(import_questionnaire(json.dumps(whole), region, by=None))
    places = Municipality.objects.filter(pk__in=region.memberships.values("municipality"))[:n_municipalities]
    answer_at_random(survey_round, responses_of(survey_round, places), random.Random(seed), unknown=unknown)

    found = figures(survey_round)

    assert found == figures_by_hand(export_round(survey_round, by=None))
    for place in found.values():
        for score, known, n in [*place["themes"].values(), *place["criteria"].values()]:
            assert (score is None) == (known == 0)
            assert score is None or 0 <= Decimal(score) <= 100
            assert known <= n


ROUNDS = {
    "whole": rounds(), "seed": st.integers(0, 10**6), "n_municipalities": st.integers(0, 3),
    "unknown": st.sampled_from([0, 0.3, 1]),
}  # fmt: skip
SLOWLY = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
}


@settings(max_examples=8, **SLOWLY)
@given(**ROUNDS)
def test_any_round_is_recomputed(reference, whole, seed, n_municipalities, unknown):
    recomputed(whole, seed, n_municipalities, unknown)


@pytest.mark.slow
@settings(max_examples=150, **SLOWLY)
@given(**ROUNDS)
def test_very_many_rounds_are_recomputed(reference, whole, seed, n_municipalities, unknown):
    recomputed(whole, seed, n_municipalities, unknown)
