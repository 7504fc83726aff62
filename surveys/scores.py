"""The scores of a round's responses: what scoring needs, read for one municipality or for 308 in as many queries."""

from collections import defaultdict

from django.utils import timezone

from registry.models import AreaMembership, Municipality
from surveys.concerning import concerns
from surveys.facts import FACTS, known_of
from surveys.models import Answer, Question
from surveys.scoring import score_answers


def score_responses(survey_round, responses):
    """Return {response's id: Scores} of these of the round's responses, in a fixed number of queries.

    Whom a question concerns is as on the round's first day. Where the registry counts,
    it is as today, and once answers are no longer taken as on the last day on which they were.
    """
    responses = list(responses)
    questions = list(survey_round.questions.for_municipalities().in_order().with_structure().for_points())
    places, areas = _places(survey_round, responses)
    known = _known(survey_round, questions, list(places))
    answers = defaultdict(dict)
    for answer in Answer.objects.filter(response__in=responses):
        answers[answer.response_id][answer.question_id] = answer
    return {
        response.pk: score_answers(
            questions,
            answers[response.pk],
            concerned={
                question.pk
                for question in questions
                if concerns(question, places[response.municipality_id], areas[response.municipality_id])
            },
            known=known[response.municipality_id],
            has_total=survey_round.shows_total,
        )
        for response in responses
    }


def score_response(response):
    """Return the Scores of one response."""
    return score_responses(response.round, [response])[response.pk]


def _places(survey_round, responses):
    """Return the municipalities with their population by id, and the ids of their areas, on the round's first day."""
    ids = [response.municipality_id for response in responses]
    places = Municipality.objects.with_population(survey_round.opens_on).in_bulk(ids)
    areas = defaultdict(set)
    rows = AreaMembership.objects.current_on(survey_round.opens_on).filter(municipality__in=ids)
    for municipality, area in rows.values_list("municipality", "area"):
        areas[municipality].add(area)
    return places, areas


def _known(survey_round, questions, municipalities):
    """Return by municipality what the registry tells of the questions for which it counts: {question's id: option}."""
    asked = [
        question
        for question in questions
        if question.counts == Question.Counts.REGISTRY and question.registry_fact in FACTS and question.is_scored
    ]
    on = min(timezone.localdate(), survey_round.last_answering_day)
    knowledge = known_of(municipalities, {question.registry_fact for question in asked}, on)
    found = defaultdict(dict)
    for question in asked:
        for pk in municipalities:
            values = knowledge[question.registry_fact, pk](question).values
            if values:
                found[pk][question.pk] = min(values)
    return found
