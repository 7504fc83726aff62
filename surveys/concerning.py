"""Which municipalities a question concerns: all, those of an area or a size class, the bilingual ones."""

from registry.models import AreaMembership, Municipality
from surveys.models import Question

BILINGUAL = frozenset({Municipality.Languages.FI_SV, Municipality.Languages.SV_FI})


def questions_for(questions, municipality, on):
    """Return those of `questions` that concern `municipality` on day `on`, as a list in their order, in two queries.

    The day is the round's first: a municipality that grows out of a size class in the
    middle of a round goes on with the questions it has. Where the population is not
    known, questions of a size class do not concern it.
    """
    areas = set(AreaMembership.objects.current_on(on).filter(municipality=municipality).values_list("area", flat=True))
    place = Municipality.objects.with_population(on).get(pk=municipality.pk)
    rules = {
        Question.Concerns.ALL: lambda question: True,
        Question.Concerns.AREA: lambda question: question.area_id in areas,
        Question.Concerns.SIZE_CLASS: lambda question: question.size_class.key == place.size_class_key,
        Question.Concerns.BILINGUAL: lambda question: place.languages in BILINGUAL,
    }
    return [question for question in questions if rules[Question.Concerns(question.concerns)](question)]
