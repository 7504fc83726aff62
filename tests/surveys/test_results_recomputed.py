"""Every published figure equals what a script that shares no code counts from the round's file; in the files, too."""

import json
import random
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given, settings

from registry.models import Municipality, Region, RegionMembership
from surveys.models import Answer, QuestionResult, Response, ResultAnswer, ResultScore
from surveys.published import published_edition
from surveys.publishing import publish_results
from surveys.questionnaires import import_questionnaire
from surveys.result_files import open_file
from surveys.result_tables import counts_told
from surveys.round_files import export_round
from tests.surveys.published_round import closed_round
from tests.surveys.results_by_hand import results_by_hand
from tests.surveys.test_round_files import forget
from tests.surveys.test_scores import ROUNDS, SLOWLY, answer_at_random, opened, responses_of

pytestmark = pytest.mark.django_db


def of_rows(edition):
    """Return what the published rows say, in the shape of `results_by_hand`, without means, which no row holds."""
    answered = edition.results.filter(state="answered").select_related("municipality")
    scores = {row.municipality.code: {"themes": {}, "criteria": {}, "total": None} for row in answered}
    for row in ResultScore.objects.of_edition(edition).select_related("result__municipality", "criterion"):
        place = scores[row.result.municipality.code]
        figure = None if row.value is None else f"{row.value:f}", row.n_known, row.n_applying
        if row.round_theme_id:
            place["themes"][row.round_theme.theme.key] = figure
        elif row.criterion_id:
            place["criteria"][row.criterion.key] = figure
        else:
            place["total"] = figure
    return {
        "municipalities": {
            row.municipality.code: (row.state, row.n_asked, row.n_answered, row.n_unchanged, row.n_unconfirmed)
            for row in edition.results.select_related("municipality")
        },
        "scores": scores,
        "answers": {
            (row.result.municipality.code, row.question.key): (row.state, row.value)
            for row in ResultAnswer.objects.of_edition(edition).select_related(
                "result__municipality", "question__indicator"
            )
        },
        "counts": {
            row.question.key: (
                row.n_asked, row.n_answered, row.n_unchanged,
                {told[:3]: str(told[4]) for told in counts_told({row.question_id: row.question}, row)},
            )
            for row in QuestionResult.objects.filter(edition=edition).select_related("question__indicator")
        },
    }  # fmt: skip


def of_file(edition):
    """Return what the public file says, in the shape of `results_by_hand`."""
    results = published_edition(edition.round.region.slug, edition.round.year)
    whole = json.loads(open_file(results, "tulokset.json").content, parse_float=str, parse_int=str)
    scores = {
        row["code"]: {"themes": {}, "criteria": {}, "total": None}
        for row in whole["municipalities"] if row["state"] == "answered"
    }  # fmt: skip
    for row in whole["scores"]:
        figure = one_decimal(row["score"]), int(row["n_known"]), int(row["n_applying"])
        if row["kind"] == "total":
            scores[row["code"]]["total"] = figure
        else:
            scores[row["code"]][{"theme": "themes", "criterion": "criteria"}[row["kind"]]][row["key"]] = figure
    n_columns = ("n_asked", "n_answered", "n_unchanged", "n_unconfirmed")
    counts = {}
    for row in whole["counts"]:
        told = counts.setdefault(
            row["question"], (*(int(row[n]) for n in ("n_asked", "n_answered", "n_unchanged")), {})
        )
        told[3][row["what"], row["row"], row["key"]] = row["value"]
    return {
        "municipalities": {
            row["code"]: (row["state"], *(int(row[n]) for n in n_columns)) for row in whole["municipalities"]
        },
        "scores": scores,
        "means": {
            (row["group_key"], row["kind"], row["key"]): (one_decimal(row["mean"]), int(row["n"]))
            for row in whole["means"]
        },
        "answers": {(row["code"], row["question"]): (row["state"], row["value"]) for row in whole["answers"]},
        "counts": counts,
    }


def one_decimal(text):
    return None if text is None else f"{Decimal(text):.1f}"


def check(survey_round, places=None):
    """Publish the round, and compare its rows and its file with the recomputation; return the recomputation."""
    facts = {
        place.code: {"size_class": place.size_class_key, **(places or {}).get(place.code, {})}
        for place in Municipality.objects.with_population(survey_round.opens_on)
    }
    everywhere = {place: {"areas": [], "is_bilingual": False, "registry": {}} | facts[place] for place in facts}
    by_hand = results_by_hand(export_round(survey_round, by=None), everywhere)
    edition = publish_results(survey_round, by=None)
    rows, file = of_rows(edition), of_file(edition)
    for found in (rows, file):
        # Those that were never asked to answer by anybody are in the edition alone: they did not answer.
        silent = found["municipalities"].keys() - by_hand["municipalities"].keys()
        assert {found["municipalities"].pop(code) for code in silent} <= {("missing", 0, 0, 0, 0)}
        assert found["municipalities"] == by_hand["municipalities"]
        assert found["scores"] == by_hand["scores"]
        assert found["answers"] == by_hand["answers"]
    assert rows["counts"] == by_hand["counts"]
    # A question of which nothing is counted has no line in the file.
    assert file["counts"] == {key: told for key, told in by_hand["counts"].items() if told[3]}
    # The file also has groups in which nobody has a score.
    assert {key: told for key, told in file["means"].items() if key in by_hand["means"]} == by_hand["means"]
    assert {told for key, told in file["means"].items() if key not in by_hand["means"]} <= {(None, 0)}
    return by_hand


def test_the_default_questionnaire_is_recomputed(reference, cast):
    members = Municipality.objects.members_of(reference.pohjois_pohjanmaa, "2025-09-01")
    survey_round = closed_round(reference.pohjois_pohjanmaa, members.order_by("code")[:12], seed=5)
    sent = survey_round.responses.order_by("pk")
    Response.objects.filter(pk=sent[0].pk).update(submitted_at=None, declined_at=timezone.now())
    Response.objects.filter(pk=sent[1].pk).update(submitted_at=None)
    Answer.objects.filter(response=sent[2]).update(source="phone", is_unchanged=True)
    Answer.objects.filter(response=sent[3]).update(state="do_not_know", value=None)

    by_hand = check(survey_round, {"564": {"registry": {"liaison_situation": "named"}}})  # Leena

    assert {told[0] for told in by_hand["municipalities"].values()} == {"answered", "declined", "missing"}
    assert any(told[4] for told in by_hand["municipalities"].values())
    assert sum(mean is not None for mean, _n in by_hand["means"].values()) > 8
    assert len(by_hand["answers"]) > 9 * 30


def test_308_municipalities_are_recomputed(reference):
    region = reference.pohjois_pohjanmaa
    places = Municipality.objects.bulk_create(
        Municipality(code=f"{5000 + n}", name=f"Kunta {n}", name_fi=f"Kunta {n}", slug=f"kunta-{n}") for n in range(308)
    )
    RegionMembership.objects.bulk_create(RegionMembership(municipality=each, region=region) for each in places)
    whole = {
        "format": "rinnalla-questionnaire-1", "year": 2025, "title": {"fi": "Kartoitus"}, "opens_on": "2025-09-01",
        "closes_on": "2025-10-01", "languages": ["fi"], "criteria": [{"key": "c1", "name": {"fi": "K"}}],
        "themes": [{"key": "t", "name": {"fi": "T"}, "in_round": {}, "questions": [
            {"indicator": {"key": "i0", "name": {"fi": "i0"}, "theme": "t"}, "kind": "multiple", "criterion": "c1",
             "wording": {"fi": "?"}, "options": [{"key": "a", "label": {"fi": "A"}, "points": "2"},
                                                 {"key": "b", "label": {"fi": "B"}, "points": "1"}]},
            {"indicator": {"key": "i1", "name": {"fi": "i1"}, "theme": "t"}, "kind": "euro", "wording": {"fi": "?"}},
        ]}],
    }  # fmt: skip
    survey_round = opened(import_questionnaire(json.dumps(whole), region, by=None))
    sent_in(responses_of(survey_round, places))
    answer_at_random(survey_round, survey_round.responses.all(), random.Random(7))

    by_hand = check(survey_round)

    assert len(by_hand["scores"]) == 308


def sent_in(responses):
    Response.objects.filter(pk__in=[each.pk for each in responses]).update(submitted_at=timezone.now())


def recomputed(whole, seed, n_municipalities, unknown):
    pick = random.Random(seed)
    for theme in whole["themes"]:
        for question in theme["questions"]:
            if question["kind"] in {"ranking", "short_text"}:  # no points: such may be less public
                question["publicity"] = pick.choice(["public", "counts", "private"])
    region = Region.objects.get(code="17")
    forget()
    survey_round = opened(import_questionnaire(json.dumps(whole), region, by=None))
    members = Municipality.objects.members_of(region, survey_round.opens_on)
    sent_in(responses_of(survey_round, members.order_by("code")[: n_municipalities + 1]))
    answer_at_random(survey_round, survey_round.responses.all(), pick, unknown=unknown)
    check(survey_round)


@settings(max_examples=6, **SLOWLY)
@given(**ROUNDS)
def test_any_round_is_recomputed(reference, whole, seed, n_municipalities, unknown):
    recomputed(whole, seed, n_municipalities, unknown)


@pytest.mark.slow
@settings(max_examples=150, **SLOWLY)
@given(**ROUNDS)
def test_very_many_rounds_are_recomputed(reference, whole, seed, n_municipalities, unknown):
    recomputed(whole, seed, n_municipalities, unknown)
