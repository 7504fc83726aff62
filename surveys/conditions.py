"""On which earlier answers a question is asked: evaluated, said in words, and checked.

A condition is a disjunction of groups whose terms all hold; any "and" and "or" can be
written so (docs/adr/0018). Everything here works on `QuestionQuerySet.with_structure` rows
without further queries.
"""

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.numbers import plain_number
from surveys.models import ConditionTerm
from surveys.models.questions import CHOICES, NUMBERS

Operator = ConditionTerm.Operator


def groups_of(question):
    """Return the condition of a question as a list of groups, each a list of ConditionTerms; empty: always asked."""
    return question.condition_groups


def shown_keys(questions, answers):
    """Return the ids of those of `questions` (in order, one audience of one round) that are asked, as a set.

    `answers` maps a question's id to the value of an answer in the state "answered";
    other states are left out. A question that rests on one that is not asked is not
    asked either, however deep the chain.
    """
    shown = set()
    for question in questions:
        groups = groups_of(question)
        if not groups or any(all(_holds(term, shown, answers) for term in group) for group in groups):
            shown.add(question.pk)
    return shown


def is_shown(question, questions, answers):
    """Whether `question`, one of the round's `questions` in order, is asked when these are the answers."""
    return question.pk in shown_keys(questions, answers)


def _holds(term, shown, answers):
    value = answers.get(term.earlier_id)
    if value is None or term.earlier_id not in shown:
        return False
    if term.operator == Operator.ANSWERED:
        return True
    if term.operator in ConditionTerm.OF_OPTION:
        return (term.option.key in value.get("chosen", ())) == (term.operator == Operator.HAS)
    number = _number(value)
    if number is None:
        return False
    return {
        Operator.AT_LEAST: number >= term.number,
        Operator.AT_MOST: number <= term.number,
        Operator.MORE_THAN: number > term.number,
        Operator.LESS_THAN: number < term.number,
    }[term.operator]


def _number(value):
    try:
        return Decimal(value["number"])
    except (KeyError, InvalidOperation, TypeError):
        return None


def as_data(question):
    """Return the condition as plain data for the form's script: groups of {question, operator, option or number}."""
    return [
        [
            {
                "question": term.earlier_id,
                "operator": term.operator,
                "option": term.option.key if term.option_id else None,
                "number": None if term.number is None else str(term.number),
            }
            for term in group
        ]
        for group in groups_of(question)
    ]


# --- In words --------------------------------------------------------------------------------------------------------


def condition_in_words(question):
    """Return on what answers the question is asked, as a sentence in the active language; empty when always."""
    told, place_of = [], {}
    for group in groups_of(question):
        # Several options of one question, any of which will do, are told in one breath.
        one = group[0].earlier_id if len(group) == 1 and group[0].operator == Operator.HAS else None
        if one is not None and one in place_of:
            told[place_of[one]][0].append(group[0])
            continue
        if one is not None:
            place_of[one] = len(told)
        told.append([[term] for term in group])
    groups = [_(" and ").join(_terms_in_words(terms) for terms in group) for group in told]
    return _("Asked if %(condition)s.") % {"condition": _(", or if ").join(groups)} if groups else ""


def _terms_in_words(terms):
    """Return one term in words, or several that differ in the option alone."""
    term = terms[0]
    words = {
        Operator.HAS: _("you answered “%(what)s” to “%(question)s”"),
        Operator.HAS_NOT: _("you answered something other than “%(what)s” to “%(question)s”"),
        Operator.ANSWERED: _("you answered “%(question)s”"),
        Operator.AT_LEAST: _("the answer to “%(question)s” is at least %(what)s"),
        Operator.AT_MOST: _("the answer to “%(question)s” is at most %(what)s"),
        Operator.MORE_THAN: _("the answer to “%(question)s” is more than %(what)s"),
        Operator.LESS_THAN: _("the answer to “%(question)s” is less than %(what)s"),
    }[Operator(term.operator)]
    options = _("” or “").join(str(each.option) for each in terms if each.option_id)
    what = options if options else ("" if term.number is None else plain_number(term.number, 4))
    return words % {"what": what, "question": term.earlier.wording}


# --- Checked ---------------------------------------------------------------------------------------------------------


def check_term(term):
    """Raise ValidationError when a term cannot be: codes "elsewhere", "not_earlier", "kind", "option".

    A condition rests on earlier questions alone, so that none can rest on itself.
    """
    question, earlier = term.question, term.earlier
    if (question.round_id, question.audience) != (earlier.round_id, earlier.audience):
        raise ValidationError(_("The earlier question belongs to another round or audience."), code="elsewhere")
    if earlier.place >= question.place:
        raise ValidationError(
            _("“%(question)s” is not asked before this one. A condition rests on earlier questions."),
            code="not_earlier",
            params={"question": earlier.wording},
        )
    fits = (
        (term.operator in ConditionTerm.OF_OPTION and earlier.kind in CHOICES)
        or (term.operator in ConditionTerm.OF_NUMBER and earlier.kind in NUMBERS)
        or (term.operator == Operator.ANSWERED and earlier.is_asked)
    )
    if not fits:
        raise ValidationError(_("The condition does not fit the kind of the earlier question."), code="kind")
    if term.option_id and term.option.question_id != earlier.pk:
        raise ValidationError(_("The option belongs to another question."), code="option")
