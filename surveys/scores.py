"""The scores of a round's responses: what scoring needs, read for one municipality or for 308 in as many queries."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone

from registry.models import AreaMembership, Municipality
from surveys.concerning import concerns
from surveys.conditions import shown_keys
from surveys.facts import FACTS, known_of
from surveys.models import Answer, Question
from surveys.scoring import score_answers


@dataclass(frozen=True)
class ReadRound:
    """A round's questions and what some of its municipalities answered, read once.

    `places` are municipalities with their population by id, `areas` the ids of their areas;
    `known` is {municipality's id: {question's id: option}} where the registry counts, `answers`
    {response's id: {question's id: Answer}}.
    """

    survey_round: object
    questions: list
    places: dict
    areas: dict
    known: dict
    answers: dict

    def concerned(self, response):
        """Return the ids of the questions that concern the response's municipality."""
        place, areas = self.places[response.municipality_id], self.areas[response.municipality_id]
        return {question.pk for question in self.questions if concerns(question, place, areas)}

    def asked(self, response):
        """Return the ids of the questions that concern it and, after its answers, were asked."""
        concerned = self.concerned(response)
        answers = self.answers[response.pk]
        values = {
            pk: answer.value
            for pk, answer in answers.items()
            if answer.state == Answer.State.ANSWERED and pk in concerned
        }
        return shown_keys([question for question in self.questions if question.pk in concerned], values)

    def scores(self, response):
        """Return the Scores of one of the responses."""
        return score_answers(
            self.questions,
            self.answers[response.pk],
            concerned=self.concerned(response),
            known=self.known[response.municipality_id],
            has_total=self.survey_round.shows_total,
        )


def read_round(survey_round, responses, *, questions=None, places=None):
    """Return the ReadRound of these of the round's responses, in a fixed number of queries.

    Whom a question concerns is as on the round's first day. Where the registry counts,
    it is as today, and once answers are no longer taken as on the last day on which they were.
    `questions` with their structure, and `places`, {id: Municipality} with population, may have been read already.
    """
    responses = list(responses)
    if questions is None:
        questions = list(survey_round.questions.for_municipalities().in_order().with_structure().for_points())
    places, areas = _places(survey_round, responses, places)
    answers = defaultdict(dict)
    for answer in Answer.objects.filter(response__in=responses):
        answers[answer.response_id][answer.question_id] = answer
    return ReadRound(survey_round, questions, places, areas, _known(survey_round, questions, list(places)), answers)


def score_responses(survey_round, responses):
    """Return {response's id: Scores} of these of the round's responses, in a fixed number of queries."""
    responses = list(responses)
    read = read_round(survey_round, responses)
    return {response.pk: read.scores(response) for response in responses}


def score_response(response):
    """Return the Scores of one response."""
    return score_responses(response.round, [response])[response.pk]


def _places(survey_round, responses, places):
    """Return the municipalities with their population by id, and the ids of their areas, on the round's first day."""
    ids = [response.municipality_id for response in responses]
    if places is None or not places.keys() >= set(ids):
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
