"""What of associations' answers may be shown: rule 7 of docs/rules.md, and here alone (docs/adr/0026).

Answers come in **groups**: what came to a municipality by its link, and each batch of papers, which whoever counted
it knows. One rule decides about each group, question by question, and about their sum in a municipality:

> A table may be shown when, beside the empty table and beside each table that was shown before, at least five
> answers are more or none, and at least five are fewer or none.

The empty table makes it "at least five"; the earlier ones make it hold against edition minus edition, also against
one that is not the last. As each group keeps the rule by itself, whoever subtracts groups that they know is left with
groups that keep it, too. A group that may not be shown as it is now stays as it was last shown, or unshown.

The region's sum is the sum of what is shown of municipalities, so that region minus municipalities is nothing. Once,
when the round has closed, **the rest** is added: all groups never shown, together, if they are five or more also
without any one batch. From then on a group in the rest stays in it: shown later, it could be subtracted from it.
"""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

LEAST = 5
STATE = "~"  # how a form marks what is chosen in place of an answer


@dataclass(frozen=True)
class Group:
    """Whose answers are counted together: a municipality's by the link, or of one batch; without both the rest."""

    municipality: int | None
    batch: UUID | None = None


REST = Group(None)


def n_of(counts, *, answered=False):
    """Return how many are counted; `answered` leaves out those who could not say."""
    return sum(n for key, n in counts.items() if not (answered and key.startswith(STATE)))


def may_be_shown(counts, earlier=()):
    """Whether these counts may be shown after the `earlier` ones of the same group; the one rule of this module."""
    return all(_is_far(counts, before) for before in ({}, *earlier))


def _is_far(counts, before):
    """Whether the step between two tables is of nobody or of enough, with and without those who could not say."""
    steps = {key: counts.get(key, 0) - before.get(key, 0) for key in counts.keys() | before.keys()}
    answers = {key: step for key, step in steps.items() if not key.startswith(STATE)}
    return all(
        n == 0 or n >= LEAST
        for part in (answers, steps)
        for n in (sum(max(step, 0) for step in part.values()), sum(max(-step, 0) for step in part.values()))
    )


def shown_next(now, past, *, is_closed=False, in_rest=lambda group: True):
    """Return {group: counts} that the next edition shows for one question.

    `now` is {group: counts} of what has been answered, with empty counts for what was withdrawn; a group that has
    been erased by time is missing. `past` are the {group: counts} of the earlier editions, the oldest first.
    `is_closed` lets the rest be added; `in_rest` tells of a group never shown whether it was there when that happened.
    """
    last = past[-1] if past else {}
    shown = {}
    for municipality in {group.municipality for group in [*now, *last]} - {None}:
        groups = [group for group in {**last, **now} if group.municipality == municipality]
        shown |= _of_municipality(groups, now, past, in_rest if REST in last else lambda group: False)
    if REST in last:
        shown[REST] = last[REST]
    elif is_closed and (rest := _rest(now, shown, past)):
        shown[REST] = rest
    return shown


def _of_municipality(groups, now, past, in_rest):
    last = past[-1] if past else {}
    shown = {}
    for group in groups:
        earlier = [edition[group] for edition in past if group in edition]
        if not earlier and in_rest(group):
            continue
        counts = now.get(group, last.get(group, {}))
        # Nothing that came by the link is taken away again: fewer than were shown have been erased by time.
        is_erased = group.batch is None and n_of(counts) < n_of(last.get(group, {}))
        if is_erased or not may_be_shown(counts, earlier):
            counts = last.get(group, {})
        if n_of(counts):
            shown[group] = counts
    totals = [total({group: edition[group] for group in groups if group in edition}) for edition in past]
    if may_be_shown(total(shown), totals):
        return shown
    return {group: last[group] for group in groups if group in last}


def _rest(now, shown, past):
    """Return the sum of what was never shown, or None when it is too small, also for whoever knows one batch of it."""
    ever = {group for edition in past for group in edition}
    hidden = {group: counts for group, counts in now.items() if group not in shown and group not in ever}
    rest = total(hidden)
    known = [{}, *(counts for group, counts in hidden.items() if group.batch)]
    without = [Counter(rest) for _each in known]
    for counter, counts in zip(without, known, strict=True):
        counter.subtract(counts)
    return rest if n_of(rest) and all(may_be_shown(counter) for counter in without) else None


def total(groups):
    """Return the sum of several groups' counts as one {key: n}."""
    whole = Counter()
    for counts in groups.values():
        whole.update(counts)
    return {key: n for key, n in whole.items() if n}
