"""Rule 7: whoever asks for every edition and subtracts what they like never learns the answers of fewer than five.

The attacker of the property knows every table that was ever shown: of each municipality, of the region, and, as
whoever counted them, each batch of papers. What the attacker can compute are sums and differences of whole groups.
"""

import itertools
import uuid
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from surveys.suppression import LEAST, REST, Group, may_be_shown, n_of, shown_next, total

BATCH = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("counts", "earlier", "expected"),
    [
        ({"yes": 5}, [], True),
        ({"yes": 2, "no": 3}, [], True),
        ({"yes": 4}, [], False),
        ({}, [], True),
        ({"yes": 4, "~do_not_know": 9}, [], False),  # four answers stand out beside those who cannot say
        ({"~do_not_know": 5}, [], True),
        ({"yes": 9}, [{"yes": 5}], False),
        ({"yes": 10}, [{"yes": 5}], True),
        ({"yes": 5}, [{"yes": 5}], True),
        ({"yes": 4, "no": 6}, [{"yes": 5, "no": 5}], False),  # one paper corrected: its answer is the difference
        ({"yes": 8}, [{"yes": 10}], False),
        ({"no": 20}, [{"yes": 20}], True),
        ({"yes": 10, "~do_not_know": 1}, [{"yes": 10}], False),
        ({"yes": 12}, [{"yes": 11}, {"yes": 5}], False),  # an earlier one than the last counts too
    ],
)
def test_a_table_is_shown_from_five_and_in_steps_of_five(counts, earlier, expected):
    assert may_be_shown(counts, earlier) is expected


def test_a_group_stays_as_it_was_shown_until_five_more_have_answered():
    oulu = Group(1)
    past = [{oulu: {"yes": 6}}]

    assert shown_next({oulu: {"yes": 6, "no": 4}}, past) == {oulu: {"yes": 6}}
    assert shown_next({oulu: {"yes": 6, "no": 5}}, past) == {oulu: {"yes": 6, "no": 5}}
    assert shown_next({}, past) == {oulu: {"yes": 6}}, "what time has erased stays as it was shown"
    assert shown_next({oulu: {"yes": 1}}, past) == {oulu: {"yes": 6}}


def test_papers_and_the_link_are_groups_of_their_own_for_whoever_counted_the_papers():
    """Four papers beside four sheets: eight in all, but whoever counted the papers would be left with four."""
    now = {Group(1): {"yes": 4}, Group(1, BATCH): {"no": 4}}
    assert shown_next(now, []) == {}
    now = {Group(1): {"yes": 4}, Group(1, BATCH): {"no": 14}}
    assert shown_next(now, []) == {Group(1, BATCH): {"no": 14}}


def test_withdrawn_papers_are_gone_from_the_next_edition():
    past = [{Group(1): {"yes": 5}, Group(1, BATCH): {"no": 14}}]

    assert shown_next({Group(1): {"yes": 5}, Group(1, BATCH): {}}, past) == {Group(1): {"yes": 5}}


def test_the_rest_is_added_once_when_closed_and_its_groups_stay_in_it():
    now = {Group(1): {"yes": 9}, Group(2): {"yes": 3}, Group(3): {"no": 4}}
    assert shown_next(now, []) == {Group(1): {"yes": 9}}
    first = shown_next(now, [], is_closed=True)
    assert first == {Group(1): {"yes": 9}, REST: {"yes": 3, "no": 4}}

    now[Group(2)] = {"yes": 30}
    assert shown_next(now, [first], is_closed=True) == first
    fresh = Group(2, BATCH)
    now[fresh] = {"no": 8}
    later = shown_next(now, [first], is_closed=True, in_rest=lambda group: group != fresh)
    assert later == {**first, fresh: {"no": 8}}


def test_the_rest_is_not_shown_when_whoever_knows_a_batch_of_it_is_left_with_too_few():
    assert shown_next({Group(1): {"yes": 3}, Group(2, BATCH): {"no": 4}}, [], is_closed=True) == {}
    assert shown_next({Group(1): {"yes": 3}, Group(2): {"no": 1}}, [], is_closed=True) == {}


# --- The property ----------------------------------------------------------------------------------------------------

PLACES = (1, 2, 3)
KEYS = ("yes", "no", "~do_not_know")
BATCHES = {place: uuid.UUID(int=place) for place in PLACES}
steps = st.one_of(
    st.tuples(st.just("sheets"), st.sampled_from(PLACES), st.lists(st.sampled_from(KEYS), min_size=1, max_size=7)),
    st.tuples(st.just("papers"), st.sampled_from(PLACES), st.lists(st.sampled_from(KEYS), max_size=9)),
    st.tuples(st.just("edition"), st.booleans(), st.none()),
)


# Rare by chance: two municipalities of three in the rest get two more each; a batch is counted again with two fewer.
OUT_OF_THE_REST = [
    ("sheets", 1, ["yes"] * 3), ("sheets", 2, ["no"] * 3), ("edition", True, None),
    ("sheets", 1, ["no"] * 2), ("sheets", 2, ["no"] * 2),
]  # fmt: skip
TWO_FEWER = [("papers", 1, ["yes"] * 9), ("edition", False, None), ("papers", 1, ["yes"] * 7)]


class World:
    """Answers to one question in three municipalities, and everything that has been shown."""

    def __init__(self):
        self.people, self.past, self.sealed = {}, [], set()

    def step(self, what, where, answers):
        if what == "sheets":
            people = self.people.setdefault(Group(where), [])
            people += [(object(), answer) for answer in answers]
        elif what == "papers":  # entered, corrected as a whole, or withdrawn
            self.people[Group(where, BATCHES[where])] = [(object(), answer) for answer in answers]
        else:
            self.edition(is_closed=where)

    def edition(self, *, is_closed):
        now = {group: dict(Counter(answer for _who, answer in people)) for group, people in self.people.items()}
        shown = shown_next(now, self.past, is_closed=is_closed, in_rest=lambda group: group in self.sealed)
        if REST in shown and not any(REST in edition for edition in self.past):
            self.sealed = set(self.people)
        self.past.append(shown)


def learned(one, other):
    """Return how many answers more and fewer the one table has than the other."""
    steps = [one.get(key, 0) - other.get(key, 0) for key in KEYS[:2]]
    return sum(step for step in steps if step > 0), -sum(step for step in steps if step < 0)


def check_that_nothing_small_is_learned(world):
    """Of each group, municipality and rest by itself, between any two editions; and of the region less any of them."""
    for edition in world.past:
        known = list(edition)
        for n_taken in range(len(known) + 1):
            for taken in itertools.combinations(known, n_taken):
                left = total({group: counts for group, counts in edition.items() if group not in taken})
                assert n_of(left, answered=True) == 0 or n_of(left, answered=True) >= LEAST
    cells = [*{group for edition in world.past for group in edition}, *PLACES]
    for cell in cells:
        seen = [_of(cell, edition) for edition in world.past]
        for one, other in itertools.combinations(seen, 2):
            assert all(n == 0 or n >= LEAST for n in learned(one, other)), (cell, one, other)
    if world.sealed:
        rest = next(edition[REST] for edition in world.past if REST in edition)
        assert all(edition.get(REST, rest) == rest for edition in world.past)


def _of(cell, edition):
    groups = {g: counts for g, counts in edition.items() if cell in (g, g.municipality)}
    return total(groups)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=2, max_size=25))
@example(OUT_OF_THE_REST)
@example(TWO_FEWER)
def test_an_attacker_never_learns_of_fewer_than_five(history):
    world = World()
    for step in history:
        world.step(*step)
    world.edition(is_closed=True)
    check_that_nothing_small_is_learned(world)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=2, max_size=60))
def test_an_attacker_never_learns_of_fewer_than_five_in_long_histories(history):
    world = World()
    for step in history:
        world.step(*step)
    world.edition(is_closed=True)
    check_that_nothing_small_is_learned(world)


# --- The same over people, for every combination that arithmetic allows -------------------------------------------


class WhoIsWhere(World):
    """The same world, in which each table that was shown is known as the set of those whose answers it sums."""

    def __init__(self):
        super().__init__()
        self.members, self.rows = {}, []

    def step(self, what, where, answers):
        if what == "papers" and Group(where, BATCHES[where]) in self.people:
            return  # counted once here: counting again makes other answers of the same people
        super().step(what, where, answers)

    def edition(self, *, is_closed):
        before = self.past[-1] if self.past else {}
        ever = {group for edition in self.past for group in edition}
        super().edition(is_closed=is_closed)
        shown = self.past[-1]
        for group, counts in shown.items():
            if counts != before.get(group) or group not in self.members:
                self.members[group] = self.people_of(group, shown, ever)
            self.rows.append(frozenset(self.members[group]))

    def people_of(self, group, shown, ever):
        if group != REST:
            return [person for person, _answer in self.people[group]]
        hidden = [people for each, people in self.people.items() if each not in shown and each not in ever]
        return [person for people in hidden for person, _answer in people]


def small_sets_that_can_be_computed(rows, known=frozenset()):
    """Return the sizes of the sets of one to four people, not all in `known`, of which some combination is the sum."""
    rows = list({*rows, known} - {frozenset()})
    alike = {}
    for person in frozenset().union(*rows):
        alike.setdefault(tuple(person in row for row in rows), []).append(person)
    classes = list(alike.items())
    basis = _basis([[int(pattern[number]) for pattern, _people in classes] for number in range(len(rows))])
    small = [place for place, (_pattern, people) in enumerate(classes) if len(people) < LEAST]
    found = []
    for n_classes in range(1, LEAST):
        for chosen in itertools.combinations(small, n_classes):
            if sum(len(classes[place][1]) for place in chosen) >= LEAST:
                continue
            people = {person for place in chosen for person in classes[place][1]}
            wanted = [int(place in chosen) for place in range(len(classes))]
            if not people <= known and not any(_reduced(wanted, basis)):
                found.append(len(people))
    return found


def _basis(rows):
    basis = []
    for row in rows:
        left = _reduced(row, basis)
        lead = next((place for place, each in enumerate(left) if each), None)
        if lead is not None:
            basis.append((lead, [Fraction(each) / left[lead] for each in left]))
    return basis


def _reduced(row, basis):
    for lead, kept in basis:
        if row[lead]:
            row = [each - row[lead] * other for each, other in zip(row, kept, strict=True)]
    return row


def test_the_attackers_arithmetic_finds_what_is_there_to_find():
    """Three overlapping sums from which nobody would guess that they give away one person."""
    a, b, c = ([object() for _each in range(n)] for n in (6, 1, 12))
    rows = [frozenset(a + b), frozenset(b + c), frozenset(a + c)]

    assert small_sets_that_can_be_computed(rows) == [1]
    assert small_sets_that_can_be_computed(rows[:2]) == []


def attack(history):
    world = WhoIsWhere()
    for step in history:
        world.step(*step)
    world.edition(is_closed=True)
    assert small_sets_that_can_be_computed(world.rows) == []
    for batch in BATCHES.items():
        papers = world.people.get(Group(*batch), [])
        insider = frozenset(person for person, _answer in papers)
        assert small_sets_that_can_be_computed(world.rows, known=insider) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=2, max_size=25))
@example(OUT_OF_THE_REST)
@example(TWO_FEWER)
def test_no_combination_of_tables_is_the_sum_of_fewer_than_five(history):
    attack(history)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=2, max_size=50))
def test_no_combination_of_tables_is_the_sum_of_fewer_than_five_in_long_histories(history):
    attack(history)
