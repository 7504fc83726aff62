"""Conditions in words, and what a condition cannot rest on."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from surveys.conditions import check_term, condition_in_words, shown_keys
from surveys.models import ConditionTerm, Question
from tests.surveys import factories

pytestmark = pytest.mark.django_db


def term(question, earlier, operator="has", group=1, option=None, number=None):
    chosen = earlier.options.get(key=option) if option else None
    return ConditionTerm.objects.create(
        question=question, earlier=earlier, operator=operator, group=group, option=chosen, number=number
    )


@pytest.fixture
def chain():
    """Three questions after one another, and a number."""
    theme = factories.RoundThemeFactory()
    made = [factories.question(theme, options=["yes", "no"], wording_fi=name) for name in ("A?", "B?", "C?")]
    return [*made, factories.question(theme, "integer", wording_fi="N?")]


def structured(question):
    return Question.objects.with_structure().get(pk=question.pk)


def test_a_condition_is_told_in_the_respondents_language(chain):
    first, second, third, number = chain
    term(number, first, option="yes")
    term(number, first, option="no", group=2)
    term(number, second, "has_not", option="no", group=3)
    term(number, third, option="yes", group=3)

    with translation.override("fi"):
        assert condition_in_words(structured(number)) == (
            "Kysytään, jos vastasit ”Yes” tai ”No” kysymykseen ”A?”, tai jos vastasit muuta kuin ”No” kysymykseen "
            "”B?” ja vastasit ”Yes” kysymykseen ”C?”."
        )
    with translation.override("sv"):
        assert condition_in_words(structured(number)).startswith("Frågas om du svarade ”Yes” eller ”No” på ”A?”")
    assert condition_in_words(structured(first)) == ""


def test_what_rests_on_a_question_that_is_not_asked_is_not_asked_three_deep(chain):
    first, second, third, number = chain
    term(second, first, option="yes")
    term(third, second, option="yes")
    term(number, third, "answered")
    questions = list(first.round.questions.in_order().with_structure())
    yes, no = {"chosen": ["yes"]}, {"chosen": ["no"]}
    everything = {first.pk: yes, second.pk: yes, third.pk: yes}

    assert shown_keys(questions, everything) == {each.pk for each in chain}
    assert shown_keys(questions, everything | {first.pk: no}) == {first.pk}
    assert shown_keys(questions, everything | {second.pk: no}) == {first.pk, second.pk}


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda q: ConditionTerm(question=q[0], earlier=q[1], operator="answered"), "not_earlier"),
        (lambda q: ConditionTerm(question=q[1], earlier=q[1], operator="answered"), "not_earlier"),
        (lambda q: ConditionTerm(question=q[3], earlier=q[0], operator="at_least", number=1), "kind"),
        (
            lambda q: ConditionTerm(question=q[3], earlier=q[0], operator="has", option=q[1].options.first()),
            "option",
        ),
        (
            lambda q: ConditionTerm(question=q[3], earlier=factories.question(factories.RoundThemeFactory())),
            "elsewhere",
        ),
    ],
)
def test_a_term_that_cannot_be_is_refused(chain, make, code):
    with pytest.raises(ValidationError) as refused:
        check_term(make([structured(each) for each in chain]))

    assert refused.value.code == code
