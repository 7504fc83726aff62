"""Where an answer and the registry tell of the same: both side by side, and the registry brought into step.

A question names the fact in `registry_fact` (a key of FACTS). The registry's side is put into the
question's own terms: an option, or a day. What counts for points where the two differ
is the question's `counts`; where the registry knows nothing, the answer counts.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.models import GrantPeriod, Municipality, Premises, Region, Task
from registry.models.roles import Situation
from registry.tasks import responsible_coordinator
from surveys.models import Answer, Kind, Question
from surveys.told import told

FACTS = {
    "liaison": gettext_lazy("the liaison situation"),
    "grant_periods": gettext_lazy("grant periods"),
    "premises": gettext_lazy("premises and their prices"),
}
WITHIN = dt.timedelta(days=14)
_OPTION_OF_SITUATION = {
    Situation.NAMED: "named",
    Situation.BEING_NAMED: "being_named",
    Situation.DUTIES: "duties",
    Situation.NONE: "no",
}


@dataclass(frozen=True)
class Known:
    """What the registry knows of a fact: in words, and in the terms of a question's value; no `values` is nothing."""

    lines: list = field(default_factory=list)
    values: frozenset = frozenset()


@dataclass(frozen=True)
class Beside:
    """A question's answer beside what the registry knows of the same."""

    question: Question
    answer: Answer | None
    known: Known
    is_proposed: bool = False

    @property
    def fact(self):
        """What the registry keeps, in words."""
        return FACTS[self.question.registry_fact]

    @property
    def answer_lines(self):
        """What was answered, in words."""
        return told(self.question, self.answer)

    @property
    def answered(self):
        """What was answered, in the terms in which the registry's side stands; None without an answer."""
        if self.answer is None or self.answer.state != Answer.State.ANSWERED:
            return None
        value = self.answer.value or {}
        return value.get("date") or next(iter(value.get("chosen", ())), None)

    @property
    def differs(self):
        """Whether there is an answer, and the registry says something else or nothing."""
        return self.answered is not None and self.answered not in self.known.values

    @property
    def may_be_proposed(self):
        """Whether the registry can be asked to follow the answer."""
        return self.differs and not self.is_proposed

    @property
    def registry_counts(self):
        """Whether the registry's side counts for points in place of the answer."""
        return self.question.counts == Question.Counts.REGISTRY and bool(self.known.values)

    @property
    def counted(self):
        """The key that counts for points, or None where neither side tells."""
        return min(self.known.values) if self.registry_counts else self.answered

    @property
    def rule(self):
        """Which of the two counts for points, in words; empty for a question without points."""
        if not self.question.is_scored:
            return ""
        if self.question.counts != Question.Counts.REGISTRY:
            return _("For points the answer counts.")
        return (
            _("For points the registry counts.")
            if self.known.values
            else _("The registry does not know, so the answer counts for points.")
        )


def beside_answers(sheet):
    """Return {question's id: Beside} of what a Sheet asks now of which the registry knows, in at most four queries."""
    questions = [question for question in sheet.counted if question.registry_fact in FACTS]
    if not questions:
        return {}
    today = timezone.localdate()
    knowledge = known_of([sheet.municipality.pk], {each.registry_fact for each in questions}, today)
    open_titles = set(Task.objects.open().filter(municipality=sheet.municipality).values_list("title", flat=True))
    found = {}
    for question in questions:
        known = knowledge[question.registry_fact, sheet.municipality.pk]
        answer = sheet.answers.get(question.pk)
        titles = _titles(sheet.round, question, answer)
        found[question.pk] = Beside(question, answer, known(question), not open_titles.isdisjoint(titles))
    return found


def known_of(municipalities, facts, on):
    """Return {(fact, municipality's id): function from a question to Known} on day `on`, one query for each fact.

    `municipalities` are ids, however many.
    """
    return {
        (fact, pk): known for fact in sorted(facts) for pk, known in _READERS[fact](list(municipalities), on).items()
    }


@transaction.atomic
def propose_update(sheet, question_key, *, by):
    """Ask that the registry follows an answer, and return the Task; asked twice it is one.

    Grant periods and premises are the municipality's own to keep right: the task stands on
    the list of its people. The liaison situation is written by the coordinator, whose
    task it becomes. Nothing in the registry changes by itself. Raises ValidationError
    with code "question" (no such fact is asked) or "same" (the two do not differ).
    """
    found = next((each for each in beside_answers(sheet).values() if each.question.key == question_key), None)
    if found is None:
        raise ValidationError(_("The registry does not keep what this question asks."), code="question")
    if not found.differs:
        raise ValidationError(_("The answer and the registry say the same."), code="same")
    place = sheet.municipality
    titles = _titles(sheet.round, found.question, found.answer)
    alike = Task.objects.open().filter(municipality=place, title__in=titles).first()
    if alike:
        return alike
    task = Task(
        municipality=place,
        region=Region.objects.home_of(place),
        title=_title(sheet.round, found.question, found.answer),
        due_on=timezone.localdate() + WITHIN,
        created_by=by,
    )
    if found.question.registry_fact == "liaison":
        task.assigned_to = responsible_coordinator(task.region, place) if task.region else None
        task.url_name, task.url_args = "admin:registry_municipality_change", [place.pk]
    else:
        task.audience = Task.Audience.PAIR
        task.url_name, task.url_args = "portal_offers", [place.slug]
    task.full_clean()
    task.save()
    return task


def _titles(survey_round, question, answer):
    """Return the titles of the task in every language: it is the same task whoever asks for it."""
    titles = set()
    for language in survey_round.languages:
        with translation.override(language):
            titles.add(_title(survey_round, question, answer))
    return titles | {_title(survey_round, question, answer)}


def _title(survey_round, question, answer):
    words = _("Check in the registry: %(fact)s. Answer in the survey of %(year)s: %(answer)s") % {
        "fact": FACTS[question.registry_fact],
        "year": survey_round.year,
        "answer": "; ".join(told(question, answer)),
    }
    return Truncator(words).chars(Task._meta.get_field("title").max_length)


# --- What the registry knows: for municipalities on a day, by id a function from a question to Known -----------------


def _liaison(municipalities, on):
    rows = Municipality.objects.with_situation(on).filter(pk__in=municipalities)
    return {row.pk: _known_situation(Situation(row.situation)) for row in rows}


def _known_situation(situation):
    option = _OPTION_OF_SITUATION.get(situation)
    known = Known([str(situation.label)], frozenset({option} if option else ()))
    return lambda question: known


def _grant_periods(municipalities, on):
    periods = defaultdict(list)
    for period in GrantPeriod.objects.for_municipalities(municipalities, on).order_by("closes_on", "pk"):
        periods[period.municipality_id].append(period)
    return {pk: _known_periods(periods[pk]) for pk in municipalities}


def _known_periods(periods):
    lines = [
        _("%(name)s, until %(day)s") % {"name": each.name, "day": date_format(each.closes_on, "j.n.Y")}
        for each in periods
    ]
    days = frozenset(each.closes_on.isoformat() for each in periods)

    def known(question):
        if question.kind == Kind.DATE:
            return Known(lines, days)
        # That no period is known does not tell that no grants are paid.
        return Known(lines, frozenset({"yes"} if periods else ()))

    return known


def _premises(municipalities, on):
    prices = defaultdict(Counter)
    rows = Premises.objects.for_municipalities(municipalities, on).order_by()
    for pk, price in rows.values_list("municipality", "price"):
        prices[pk][price] += 1
    return {pk: _known_prices(prices[pk]) for pk in municipalities}


def _known_prices(prices):
    lines = [
        ngettext("%(n)s place: %(price)s", "%(n)s places: %(price)s", prices[price])
        % {"n": prices[price], "price": price.label}
        for price in Premises.Price
        if prices[price]
    ]
    told_prices = {price for price in prices if price != Premises.Price.UNKNOWN}
    # A place of which the price is not known may be of any: then nothing can be said of all.
    is_known = bool(told_prices) and not prices[Premises.Price.UNKNOWN]
    option = next(iter(told_prices)) if len(told_prices) == 1 else "partly"
    known = Known(lines, frozenset({str(option)} if is_known else ()))
    return lambda question: known


_READERS = {"liaison": _liaison, "grant_periods": _grant_periods, "premises": _premises}
