"""Grants per resident over the years: a municipality's and its region's, from published editions, with the definition.

Euros are what the municipality answered, residents those of the published edition (the latest known on the first day
of the round). Years compare where the question does. Figures published before the registry have another definition:
they stand beside under their own source, and nothing is subtracted between the two.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import groupby
from statistics import median

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.charts import Chart, ChartRow
from common.numbers import plain_number, whole_number
from registry.models import Population, PublishedFigure
from surveys.models import Answer, MunicipalityResult, ReplyComment, ResultAnswer
from surveys.result_history import questions_and_years
from surveys.results import DASH, LEAST_COMPARED
from surveys.scoring import Outcome
from surveys.used_elsewhere import grants_key

_CENT = Decimal("0.01")


def _euros(amount):
    return DASH if amount is None else f"{plain_number(amount, 2)} €"


def _per_resident(euros, residents):
    return (euros / residents).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Paid:
    """What a municipality said in a year; `euros` None where it gave no sum, and `why` tells the reason in words."""

    municipality: int
    name: str
    slug: str
    euros: Decimal | None
    residents: int | None
    residents_year: int | None
    why: str
    is_under_review: bool

    @property
    def per_resident(self):
        """Euros per resident with cents; None where either is not known."""
        return _per_resident(self.euros, self.residents) if self.euros is not None and self.residents else None

    @property
    def words(self):
        """The figure as it is written; a dash without one."""
        return _euros(self.per_resident)

    @property
    def from_words(self):
        """From what it comes, or why there is none."""
        if self.per_resident is None:
            return self.why or _("The number of residents is not known.")
        values = {"euros": _euros(self.euros), "n": whole_number(self.residents), "year": self.residents_year}
        if self.residents_year is None:
            return _("%(euros)s / %(n)s residents") % values
        return _("%(euros)s / %(n)s residents on 31 December %(year)s") % values


@dataclass(frozen=True)
class GrantYear:
    """A published year: its definition, what each municipality said, and why it does not compare with the year before.

    `paid` are Paids by name; `why_break` is empty where it compares or is the first.
    """

    year: int
    definition: str
    paid: tuple
    why_break: str

    @cached_property
    def known(self):
        """Those with a figure."""
        return [each for each in self.paid if each.per_resident is not None]

    def of(self, municipality):
        """Return the Paid of a municipality by its id, or None."""
        return next((each for each in self.paid if each.municipality == municipality), None)

    @property
    def together(self):
        """Euros per resident of all with a figure, taken together; None for fewer than three."""
        return together(self.known)

    @property
    def together_words(self):
        """The same as it is written."""
        return _euros(self.together)

    @property
    def median_words(self):
        """The municipality in the middle; a dash for fewer than three."""
        values = [each.per_resident for each in self.known]
        return _euros(median(values)) if len(values) >= LEAST_COMPARED else DASH


def together(paid):
    """Return the euros of these Paids per resident of them all; None for fewer than three."""
    if len(paid) < LEAST_COMPARED:
        return None
    return _per_resident(sum(each.euros for each in paid), sum(each.residents for each in paid))


@dataclass(frozen=True)
class PublishedGrant:
    """A figure published before the registry, with its definition and source; `municipality` is None of the region."""

    municipality: int | None
    name: str
    slug: str
    year: int
    value: Decimal
    words: str
    what: str
    source: str
    is_per_resident: bool


@dataclass(frozen=True)
class Grants:
    """A region's grants per resident; `municipality` narrows them to one. Years are the oldest first."""

    region: object
    municipality: object
    years: list
    published: list

    @property
    def latest(self):
        """The latest year in which the sum was asked, or None."""
        return self.years[-1] if self.years else None

    @property
    def rows(self):
        """[(GrantYear, Paid or None)] of the municipality, the latest first."""
        return [(year, year.of(self.municipality.pk)) for year in reversed(self.years)]

    @property
    def years_latest_first(self):
        """The GrantYears, the latest first."""
        return self.years[::-1]

    @property
    def definitions(self):
        """[(years, what was asked)], the latest first; consecutive years with the same words stand together."""
        found = []
        for words, some in groupby(self.years, key=lambda year: year.definition):
            years = [year.year for year in some]
            found.append((str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}", words))
        return found[::-1]

    @property
    def words(self):
        """What the picture shows, in sentences."""
        return [*(_words_of_one(self) if self.municipality else _words_of_region(self))]

    @property
    def chart(self):
        """The Chart of the figures, those published before under a heading of their own; None without any."""
        rows = [*_published_bars(self), *_bars(self)]
        if not rows:
            return None
        most = max(value for _label, value, *_more in rows) or 1
        drawn = tuple(
            ChartRow(label, float(value / most), _euros(value), is_published, heading)
            for label, value, is_published, heading in rows
        )
        name = self.municipality.name if self.municipality else self.region.name
        title = _("%(name)s: grants to associations per resident") % {"name": name}
        source = _("The municipalities' own answers.")
        if any(row.is_published for row in drawn):
            source = _("Hatched bars: published elsewhere. Solid bars: the municipalities' own answers.")
        return Chart(title, " ".join(self.words), drawn, source)


def grants_of(region_results, slug=None):
    """Return the Grants of a RegionResults, or of the municipality at this address in it; eleven queries at most.

    None where no published round has asked the municipality.
    """
    editions = region_results.latest[::-1]
    municipality = MunicipalityResult.objects.municipality_in(editions, slug) if slug else None
    if slug and municipality is None:
        return None
    questions, pairs = questions_and_years(editions)
    asked = {
        edition.pk: each
        for edition in editions
        for each in questions[edition.round_id]
        if each.key == grants_key() and each.is_asked
    }
    answers = defaultdict(list)
    for edition, *row in ResultAnswer.objects.of_questions(editions, list(asked.values())):
        answers[edition].append(row)
    residents = _residents_by_year({row[0] for rows in answers.values() for row in rows})
    under_review = set(ReplyComment.objects.answers_under_review(list(asked.values())))
    years = []
    for edition in editions:
        if edition.pk in asked:
            question, year = asked[edition.pk], edition.round.year
            paid = tuple(
                _paid(*row, year, residents, (question.pk, row[0]) in under_review) for row in answers[edition.pk]
            )
            why = _why_break(question, pairs.get(edition.pk)) if years else ""
            years.append(GrantYear(year, f"{question.wording} {question.help}".strip(), paid, why))
    return Grants(region_results.region, municipality, years, _published(region_results.region, municipality))


def _residents_by_year(municipalities):
    """Return {municipality's id: [(year, residents)]}, the latest first."""
    found = defaultdict(list)
    for place, year, residents in Population.objects.over_years(municipalities):
        found[place].append((year, residents))
    return found


def _paid(municipality, name, slug, state, value, outcome, residents, year, by_year, is_reviewed):
    euros = Decimal(value["number"]) if state == Answer.State.ANSWERED and value and "number" in value else None
    # The edition holds the number alone: its year is that of the row from which it came.
    known = next((found for found in by_year[municipality] if found[0] <= year), (None, None))
    why = "" if euros is not None else _why_no_sum(state, outcome)
    return Paid(
        municipality, name, slug, euros, residents, known[0] if known[1] == residents else None, why, is_reviewed
    )


def _why_no_sum(state, outcome):
    if outcome == Outcome.NOT_ASKED:
        return _("Not asked after the earlier answers")
    return _("Not answered") if state == Answer.State.UNANSWERED else str(capfirst(Answer.State(state).label))


def _why_break(question, years):
    link = years.links[question.pk]
    return "" if link.is_comparable else ": ".join(filter(None, [link.words, link.reason]))


def _published(region, municipality):
    """Return the PublishedGrants of the region, or of a municipality alone, the oldest first."""
    return [
        PublishedGrant(
            each.municipality_id, each.municipality.name if each.municipality else region.name,
            each.municipality.slug if each.municipality else "", each.reference_year, each.value,
            plain_number(each.value, 2), f"{each.series.name}, {each.unit}. {each.series.explanation}",
            ". ".join(filter(None, [each.source, each.note])).rstrip("."),
            each.statistic == PublishedFigure.Statistic.PER_RESIDENT,
        )
        for each in PublishedFigure.objects.of_indicator(region, grants_key())
        if municipality is None or each.municipality_id == municipality.pk
    ]  # fmt: skip


# --- Picture and words -----------------------------------------------------------------------------------------------


def _published_bars(grants):
    """Yield (label, value, True, heading) of what was published per resident of the municipality."""
    heading = _("Published elsewhere")
    for each in grants.published if grants.municipality else []:
        if each.is_per_resident:
            yield str(each.year), each.value, True, heading
            heading = ""


def _bars(grants):
    """Yield (label, value, False, heading) of each published round; a heading parts years that do not compare."""
    is_new, heading = True, _("Surveys of the region")
    for year in grants.years:
        value = year.together if grants.municipality is None else _value_of(year.of(grants.municipality.pk))
        if year.why_break:
            is_new, heading = True, _("From %(year)s on asked otherwise") % {"year": year.year}
        if value is not None:
            yield str(year.year), value, False, heading if is_new else ""
            is_new = False


def _value_of(paid):
    return paid and paid.per_resident


def _words_of_one(grants):
    known = [(year, paid) for year, paid in grants.rows if paid and paid.per_resident is not None]
    if not known:
        yield _("No survey has a sum from the municipality yet.")
        return
    year, paid = known[0]
    yield _("In the survey of %(year)s: %(sum)s per resident.") % {"year": year.year, "sum": paid.words}
    if len(known) > 1 and grants.rows[:2] == known[:2] and not year.why_break:
        before, was = known[1]
        values = {"year": before.year, "sum": was.words, "change": _euros(abs(paid.per_resident - was.per_resident))}
        yield _("In that of %(year)s: %(sum)s.") % values
        if paid.per_resident != was.per_resident:
            more, less = _("That is %(change)s more."), _("That is %(change)s less.")
            yield (more if paid.per_resident > was.per_resident else less) % values
    elif year.why_break:
        yield _("Not compared with the year before: %(why)s.") % {"why": year.why_break.rstrip(".")}


def _words_of_region(grants):
    latest = grants.latest
    if latest is None or latest.together is None:
        yield _("Fewer than three municipalities have a figure: nothing is told of the region.")
        return
    yield _(
        "In the survey of %(year)s the %(n)s municipalities with a figure paid %(sum)s per resident taken together; "
        "the municipality in the middle paid %(median)s."
    ) % {
        "year": latest.year, "n": len(latest.known), "sum": latest.together_words, "median": latest.median_words,
    }  # fmt: skip
    if len(grants.years) < 2:
        return
    if latest.why_break:
        yield _("Not compared with the year before: %(why)s.") % {"why": latest.why_break.rstrip(".")}
        return
    before = grants.years[-2]
    now = {each.municipality: each for each in latest.known}
    both = [(each, now[each.municipality]) for each in before.known if each.municipality in now]
    if len(both) >= LEAST_COMPARED:
        was, is_now = (together(side) for side in zip(*both, strict=True))
        yield _("Those %(n)s with a figure in both years: %(before)s in %(year)s, %(now)s in %(latest)s.") % {
            "n": len(both), "before": _euros(was), "now": _euros(is_now), "year": before.year, "latest": latest.year,
        }  # fmt: skip
