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
    return [question for question in questions if concerns(question, place, areas)]


def concerns(question, place, areas):
    """Whether a question concerns a municipality from `with_population` that is in the areas with these ids."""
    if question.concerns == Question.Concerns.AREA:
        return question.area_id in areas
    if question.concerns == Question.Concerns.SIZE_CLASS:
        return question.size_class.key == place.size_class_key
    return question.concerns == Question.Concerns.ALL or place.languages in BILINGUAL
