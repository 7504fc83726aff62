"""The demo's records beside answering: a response that was sent in and opened again, and a fact that differs."""

from accounts.models import User
from registry.models import Premises
from surveys.answering import reopen_response, save_answers, start_response, submit_response
from surveys.facts import beside_answers, propose_update
from surveys.models import Round
from surveys.models.questions import CHOICES, MATRICES, NUMBERS, TEXTS
from surveys.reading import Reading
from surveys.responses import places_of
from surveys.sheet import Sheet

REASON = "Avustusten summa ei voi pitää paikkaansa: tarkistakaa."


def add_records():
    """Send in and open again the response of one municipality that has not answered, and propose what differs.

    In a round that takes answers today; else nothing.
    """
    by = User.objects.get(email="coordinator@example.org")
    survey_round = next((each for each in Round.objects.filter(region__code="17") if each.is_open), None)
    if survey_round is None:
        return
    answered = set(survey_round.responses.values_list("municipality", flat=True))
    place = next((each for each in places_of(survey_round) if each.pk not in answered), None)
    if place is None:
        return
    response = start_response(survey_round, place, by=by)
    # Each answer may bring a question that follows from it.
    while missing := Sheet(survey_round, place, response).missing:
        save_answers(response, {each.pk: _some_answer(each) for each in missing}, by=by, versions={}, source="phone")
    _tell_of_premises(survey_round, place, response, by)
    reopen_response(submit_response(response, by=by), reason=REASON, by=by)


def _tell_of_premises(survey_round, place, response, by):
    """Answer that premises are free where the registry has one that costs, and propose the update."""
    asked = {question.key: question for question in Sheet(survey_round, place, response).counted}
    if "premises_cost" not in asked:
        return
    question = asked["premises_cost"]
    Premises.objects.create(municipality=place, name="Nuorisotalon sali", price=Premises.Price.PAID)
    saved = {answer.question_id: answer.version for answer in response.answers.all()}
    reading = Reading(state="answered", value={"chosen": ["free"]})
    save_answers(response, {question.pk: reading}, by=by, versions=saved, source="phone")
    sheet = Sheet(survey_round, place, response)
    if beside_answers(sheet)[question.pk].differs:
        propose_update(sheet, question.key, by=by)


def _some_answer(question):
    """Return an answer that the question takes: its first option, a small number, a few words, else a state."""
    options = [option.key for option in question.options.all()]
    if question.kind in CHOICES:
        return Reading(state="answered", value={"chosen": options[:1]})
    if question.kind in MATRICES:
        return Reading(state="answered", value={"rows": {row.key: options[:1] for row in question.rows.all()}})
    if question.kind in NUMBERS:
        return Reading(state="answered", value={"number": "3"})
    if question.kind in TEXTS:
        return Reading(state="answered", value={"text": "Sovitaan aina tapauskohtaisesti."})
    return Reading(state=question.offered_states[0])
