"""Which municipalities are the nearest ones to learn from, by a published formula (rule 6 of docs/rules.md, adr/0032).

    remoteness = kilometres / 50 + | log2(residents of one / residents of the other) |

Kilometres are along the great circle between the municipalities' coordinates (a sphere of 6 371 km), residents are
those of the round's first day: fifty kilometres weigh as much as twice or half the residents. Municipalities are
comparable when neither has more than four times the residents of the other. The region's own come first; where none of
them will do, those of other regions; where nobody is comparable, that is said with the reason. The smallest remoteness
comes first, of two that are equal the one whose name comes first.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import asin, cos, log2, radians, sin, sqrt

from django.utils.translation import gettext as _

from surveys.models import ResultAnswer
from surveys.scoring import points_of

KILOMETRES_LIKE_A_DOUBLING = 50
MOST_TIMES = 4
AT_MOST = 5
AT_LEAST_SHOWN = 3
_RADIUS = 6371


def kilometres_between(one, other):
    """Return the great-circle distance of two places with coordinates, in kilometres."""
    phi, other_phi = radians(float(one.latitude)), radians(float(other.latitude))
    step, turn = other_phi - phi, radians(float(other.longitude) - float(one.longitude))
    half = sin(step / 2) ** 2 + cos(phi) * cos(other_phi) * sin(turn / 2) ** 2
    return 2 * _RADIUS * asin(sqrt(half))


def remoteness(one, other):
    """Return how far two municipalities are from each other by the formula above; None where it cannot be told.

    Each has `latitude`, `longitude` and `population`, any of which may be None.
    """
    known = (one.latitude, one.longitude, one.population, other.latitude, other.longitude, other.population)
    if any(value is None for value in known) or not one.population or not other.population:
        return None
    ratio = abs(log2(one.population / other.population))
    return kilometres_between(one, other) / KILOMETRES_LIKE_A_DOUBLING + ratio


def is_comparable(one, other):
    """Whether neither of two municipalities has more than four times the residents of the other."""
    if not one.population or not other.population:
        return False
    return max(one.population, other.population) <= MOST_TIMES * min(one.population, other.population)


def nearest(one, others, *, at_most=AT_MOST):
    """Return the comparable ones of `others` that are the nearest to `one`, by the formula above."""
    comparable = {other.municipality: other for other in others if is_comparable(one, other)}
    far = {pk: remoteness(one, other) for pk, other in comparable.items()}
    known = sorted((value, comparable[pk].name, pk) for pk, value in far.items() if value is not None)
    return [comparable[pk] for _value, _name, pk in known[:at_most]]


# --- Who does it already ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Neighbour:
    """A municipality that does something already: whose answer gives all the points that the question can."""

    edition: int
    municipality: int
    name: str
    region_slug: str
    region_name: str
    year: int
    slug: str
    latitude: object
    longitude: object
    population: int | None


@dataclass(frozen=True)
class DoneBy:
    """Who does it already, the nearest first; `is_elsewhere` when all are of other regions, `why` when nobody is."""

    neighbours: tuple
    is_elsewhere: bool
    why: str = ""


def done_by(one, edition, questions):
    """Return {question's id: DoneBy} for what municipality `one` (a Standing) does not do in full; one query.

    In its own region those whose answer gives all the points; in other regions those of the latest published
    round whose answer to the same indicator would give all the points that it can here.
    """
    if not questions:
        return {}
    by_indicator = {question.indicator_id: question for question in questions}
    found = defaultdict(list)
    for *place, indicator, value, points, by_registry in ResultAnswer.objects.with_points(edition, list(by_indicator)):
        neighbour, question = Neighbour(*place), by_indicator[indicator]
        if neighbour.municipality != one.municipality and _does(
            question, value, points, by_registry, neighbour.edition == edition.pk
        ):
            found[question.pk].append(neighbour)
    return {question.pk: _done_by(one, edition, found[question.pk]) for question in questions}


def _does(question, value, points, by_registry, is_own):
    if is_own:
        return points >= question.most_points
    value = {"chosen": [by_registry]} if by_registry else value
    try:
        _outcome, given = points_of(question, value or {})
    except (KeyError, TypeError, ArithmeticError):
        return False  # the other region asks the same indicator in another way
    return given is not None and given >= Fraction(question.most_points)


def _done_by(one, edition, doing):
    own = [each for each in doing if each.edition == edition.pk]
    if near := nearest(one, own):
        return DoneBy(tuple(near), is_elsewhere=False)
    if near := nearest(one, [each for each in doing if each.edition != edition.pk]):
        return DoneBy(tuple(near), is_elsewhere=True)
    return DoneBy((), is_elsewhere=False, why=_why_nobody(one, doing))


def _why_nobody(one, doing):
    if one.latitude is None or not one.population:
        return _("The municipality's place or number of residents is not known here.")
    if not doing:
        return _("Nobody does it in full yet.")
    return _("Those that do it have over four times as many residents, or under a quarter.")
