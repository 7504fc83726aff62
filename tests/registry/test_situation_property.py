"""The situation query against a slow recount, over invented histories.

The recount below is the documented rule in plain words and plain Python, day by
day: common/partial_dates.py ("A change counts from the last day on which it may
have happened") and docs/domain ("named, being named, duties without a title, none,
no information"). It never asks the models anything.
"""

import datetime as dt
import random
from dataclasses import dataclass
from itertools import pairwise

import pytest
from django.db import connection, reset_queries, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.partial_dates import PartialDate
from registry.figures import situation_over_time
from registry.models import Appointment, Municipality, Region, RegionMembership, Sector, SituationStatement
from tests import factories

ONE_DAY = dt.timedelta(days=1)
FIRST_DAY, LAST_DAY = dt.date(2020, 1, 1), dt.date(2022, 12, 31)
MUNICIPALITIES, REGIONS, PEOPLE, SECTORS = range(3), range(2), range(3), range(2)


# --- An invented history ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """An appointment (kind liaison, duties, deputy, fallback) or a statement (being_named, none) of a municipality."""

    municipality: int
    kind: str
    start: PartialDate
    end: PartialDate | None
    person: int | None = None
    sector: int | None = None


@dataclass(frozen=True)
class Stay:
    """A municipality's time in a region; None means without beginning or end."""

    municipality: int
    region: int
    since: dt.date | None
    until: dt.date | None


@dataclass(frozen=True)
class History:
    """A country: from when each region keeps records (None: it has no pages), who belonged where, and what happened."""

    records_from: tuple
    stays: tuple
    facts: tuple


days = st.dates(FIRST_DAY, LAST_DAY)
partial_dates = st.one_of(
    days.map(PartialDate.day),
    st.builds(lambda a_day: PartialDate.of(a_day.year, "month", a_day.month), days),
    st.builds(PartialDate.of, st.integers(2020, 2022), st.sampled_from(["spring", "summer", "autumn", "year"])),
)


@st.composite
def facts(draw):
    kind = draw(
        st.sampled_from(["liaison", "liaison", "liaison", "duties", "deputy", "fallback", "being_named", "none"])
    )
    is_statement = kind in ("being_named", "none")
    start = draw(partial_dates)
    ends = partial_dates.filter(lambda end: end.last >= start.first)
    end = draw(ends if kind == "deputy" else st.none() | st.none() | ends)
    may_be_unknown = kind in ("liaison", "duties") or end is not None
    people = st.sampled_from([*PEOPLE, None, None] if may_be_unknown else PEOPLE)
    return Fact(
        municipality=draw(st.sampled_from(MUNICIPALITIES)),
        kind=kind,
        start=start,
        end=end,
        person=None if is_statement else draw(people),
        sector=None if is_statement else draw(st.sampled_from([*SECTORS, None])),
    )


def open_ended_once(facts):
    """Return `facts` without those that the database refuses: the same open-ended twice."""
    seen, kept = set(), []
    for fact in facts:
        post = (fact.municipality, fact.kind, fact.person)
        is_known = fact.person is not None or fact.kind in ("being_named", "none")
        if fact.end is None and is_known:
            if post in seen:
                continue
            seen.add(post)
        kept.append(fact)
    return tuple(kept)


@st.composite
def stays(draw):
    """Each municipality's moves: regions or gaps one after another."""
    drawn = []
    for municipality in MUNICIPALITIES:
        moves = sorted(draw(st.sets(days, max_size=3)))
        for since, until in pairwise([None, *moves, None]):
            region = draw(st.sampled_from([0, 0, 0, 1, None]))
            if region is not None:
                drawn.append(Stay(municipality, region, since, until and until - ONE_DAY))
    return tuple(drawn)


histories = st.builds(
    History,
    records_from=st.tuples(*[st.none() | st.just(FIRST_DAY) | days for _region in REGIONS]),
    stays=stays(),
    facts=st.lists(facts(), max_size=10).map(open_ended_once),
)


# --- The slow recount ------------------------------------------------------------------------------------------------


def counts_on(fact, on):
    """Whether `fact` counts on a day: from the last day of its start up to the last day of its end."""
    if fact.end is not None and fact.end.last < fact.start.last:
        return on == fact.end.last
    if on < fact.start.last:
        return False
    return fact.end is None or on <= fact.end.last


def region_of(history, municipality, on):
    for stay in history.stays:
        begun = stay.since is None or stay.since <= on
        over = stay.until is not None and stay.until < on
        if stay.municipality == municipality and begun and not over:
            return stay.region
    return None


def has_records(history, region, on):
    return region is not None and history.records_from[region] is not None and history.records_from[region] <= on


def situation_of(history, municipality, on):
    if not has_records(history, region_of(history, municipality, on), on):
        return "no_information"
    true_that_day = {fact.kind for fact in history.facts if fact.municipality == municipality and counts_on(fact, on)}
    for kind, situation in [
        ("liaison", "named"),
        ("being_named", "being_named"),
        ("duties", "duties"),
        ("none", "none"),
    ]:
        if kind in true_that_day:
            return situation
    return "no_information"


def liaisons_of(history, region, on):
    return [
        (position, fact)
        for position, fact in enumerate(history.facts)
        if fact.kind == "liaison"
        and counts_on(fact, on)
        and has_records(history, region, on)
        and region_of(history, fact.municipality, on) == region
    ]


def recounted(history, region, on):
    """Return (municipalities by situation, persons, persons by sector): a known person once, an unknown each time."""
    counts, sectors, everybody = {}, {}, set()
    for municipality in MUNICIPALITIES:
        if region_of(history, municipality, on) == region:
            situation = situation_of(history, municipality, on)
            counts[situation] = counts.get(situation, 0) + 1
    for position, fact in liaisons_of(history, region, on):
        who = f"person {fact.person}" if fact.person is not None else f"unknown {position}"
        everybody.add(who)
        sectors.setdefault(fact.sector, set()).add(who)
    return counts, len(everybody), {sector: len(people) for sector, people in sectors.items()}


# --- The comparison --------------------------------------------------------------------------------------------------


def sample_of(days, size):
    """Return some of `days`, in order, always the same; over many histories every kind of boundary gets its turn."""
    return sorted(random.Random(len(days)).sample(days, min(size, len(days))))


def days_that_matter(history):
    """Return the days around every boundary of `history`, and the first and last of all."""
    edges = {FIRST_DAY, LAST_DAY, *(day for day in history.records_from if day)}
    for fact in history.facts:
        edges |= {date for known in (fact.start, fact.end) if known for date in (known.first, known.last)}
    for stay in history.stays:
        edges |= {date for date in (stay.since, stay.until) if date}
    return sorted({edge + dt.timedelta(days=n) for edge in edges for n in (-1, 0, 1)})


def write(history):
    """Put `history` into the database as rows; return (regions, municipalities, sectors, facts' rows)."""
    regions = [factories.RegionFactory(records_from=since) for since in history.records_from]
    municipalities = [factories.MunicipalityFactory() for _municipality in MUNICIPALITIES]
    people = [factories.PersonFactory(region=regions[0]) for _person in PEOPLE]
    sectors = [Sector.objects.create(key=f"sector-{n}", name_fi=f"Toimiala {n}") for n in SECTORS]
    RegionMembership.objects.bulk_create(
        RegionMembership(
            municipality=municipalities[stay.municipality],
            region=regions[stay.region],
            valid_from=stay.since,
            valid_to=stay.until,
        )
        for stay in history.stays
    )
    rows = []
    for fact in history.facts:
        common = {"municipality": municipalities[fact.municipality], "kind": fact.kind, "source": "test"}
        if fact.kind in ("being_named", "none"):
            row = SituationStatement(**common, start=fact.start, end=fact.end)
        else:
            person = None if fact.person is None else people[fact.person]
            sector = None if fact.sector is None else sectors[fact.sector]
            row = Appointment(
                **common, person=person, sector=sector, fallback_reason="test", start=fact.start, end=fact.end
            )
        row.save()
        rows.append(row)
    return regions, municipalities, sectors, rows


def compare(history, n_days):
    """Ask the registry and the recount about `n_days` of the days that matter; they must agree."""
    regions, municipalities, sectors, rows = write(history)
    starts = {since + n * ONE_DAY for since in history.records_from if since for n in (-1, 0)}
    asked = sorted(starts.union(sample_of(days_that_matter(history), n_days)))
    own_municipalities = Municipality.objects.filter(pk__in=[municipality.pk for municipality in municipalities])

    for on in asked:
        with CaptureQueriesContext(connection) as queries:
            found = dict(own_municipalities.with_situation(on).values_list("pk", "situation"))
        assert len(queries) == 1
        assert found == {
            municipality.pk: situation_of(history, n, on) for n, municipality in enumerate(municipalities)
        }, on
        for model in (Appointment, SituationStatement):
            current = set(model.objects.current_on(on).values_list("pk", flat=True))
            own = [(fact, row) for fact, row in zip(history.facts, rows, strict=True) if isinstance(row, model)]
            assert current == {row.pk for fact, row in own if counts_on(fact, on)}, on
            assert current == {row.pk for _fact, row in own if row.is_current_on(on)}, on

    for n, region in enumerate(regions):
        with CaptureQueriesContext(connection) as queries:
            points = situation_over_time(region, asked)
        assert len(queries) <= 2
        for point in points:
            counts, n_persons, by_sector = recounted(history, n, point.on)
            assert point.counts == counts, point.on
            assert point.n_municipalities == sum(counts.values())
            assert (point.named.count, point.named.out_of) == (counts.get("named", 0), sum(counts.values()))
            assert point.n_persons == n_persons, point.on
            assert point.persons_by_sector == {
                None if sector is None else sectors[sector].pk: count for sector, count in by_sector.items()
            }, point.on
        assert [point.on for point in points] == asked


def compare_and_forget(history, *, n_days):
    reset_queries()  # the log of queries is bounded, and a full one counts nothing
    with transaction.atomic():
        try:
            compare(history, n_days)
        finally:
            transaction.set_rollback(True)


THOROUGH = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=30, **THOROUGH)
@given(history=histories)
def test_situation_agrees_with_a_slow_recount(db, history):
    compare_and_forget(history, n_days=10)


@pytest.mark.slow
@settings(max_examples=300, **THOROUGH)
@given(history=histories)
def test_situation_agrees_with_a_slow_recount_of_many_histories(db, history):
    compare_and_forget(history, n_days=25)


def test_the_recount_itself_knows_the_history_of_one_municipality():
    """A recount that nobody has checked proves nothing: this one is worked out by hand from the rule."""
    history = History(
        records_from=(dt.date(2020, 1, 1), None),
        stays=(Stay(0, 0, None, dt.date(2022, 6, 30)), Stay(0, 1, dt.date(2022, 7, 1), None)),
        facts=(
            Fact(0, "none", PartialDate.day(dt.date(2019, 5, 1)), PartialDate.of(2020)),
            Fact(0, "being_named", PartialDate.of(2020, "autumn"), PartialDate.day(dt.date(2021, 3, 31))),
            Fact(0, "liaison", PartialDate.of(2021, "month", 4), None, person=0),
            Fact(0, "duties", PartialDate.of(2020), PartialDate.day(dt.date(2020, 10, 15)), person=1),
        ),
    )

    told = {str(on): situation_of(history, 0, on) for on in days_that_matter(history)}

    assert told == {
        "2019-04-30": "no_information",
        "2019-05-01": "no_information",
        "2019-05-02": "no_information",
        "2019-12-31": "no_information",
        "2020-01-01": "none",
        "2020-01-02": "none",
        "2020-08-31": "none",
        "2020-09-01": "none",
        "2020-09-02": "none",
        "2020-10-14": "none",
        "2020-10-15": "duties",
        "2020-10-16": "none",
        "2020-12-30": "none",
        "2020-12-31": "being_named",
        "2021-01-01": "being_named",
        "2021-03-30": "being_named",
        "2021-03-31": "being_named",
        "2021-04-01": "no_information",
        "2021-04-02": "no_information",
        "2021-04-29": "no_information",
        "2021-04-30": "named",
        "2021-05-01": "named",
        "2022-06-29": "named",
        "2022-06-30": "named",
        "2022-07-01": "no_information",
        "2022-07-02": "no_information",
        "2022-12-30": "no_information",
        "2022-12-31": "no_information",
        "2023-01-01": "no_information",
    }


def test_regions_without_days_have_no_points(db):
    assert situation_over_time(Region(pk=1, records_from=FIRST_DAY), []) == []
