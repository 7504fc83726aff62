"""When two periods of the same post are one, and what period that is."""

import datetime as dt
from dataclasses import dataclass

from common.partial_dates import PartialDate


@dataclass(frozen=True)
class Span:
    """A start and perhaps an end, as a Period has them."""

    start: PartialDate
    end: PartialDate | None

    @property
    def counted(self):
        """The first and the last day on which the period counts, by the rule of `period_covers`."""
        if self.end is None:
            return self.start.last, dt.date.max
        return min(self.start.last, self.end.last), self.end.last

    @property
    def certain(self):
        """The first and the last day on which it certainly holds, or None when there is no such day."""
        last = dt.date.max if self.end is None else self.end.first
        return (self.start.last, last) if self.start.last <= last else None

    def lies_within(self, other):
        """Whether this may be a vaguer record of `other`: it counts on no other days and began no earlier."""
        first, last = self.counted
        return other.counted[0] <= first and last <= other.counted[1] and other.start.first <= self.start.first


def are_one(one, other):
    """Whether two periods of the same post of one person are one: they certainly overlap, or one lies in the other.

    One that ended "in 2018" and one that began "in 2018" may be consecutive and stay two.
    """
    if one.lies_within(other) or other.lies_within(one):
        return True
    if one.certain is None or other.certain is None:
        return False
    return one.certain[0] <= other.certain[1] and other.certain[0] <= one.certain[1]


def joined(spans):
    """Return the Span that counts on exactly the days of `spans`, which are one: the earliest start, the latest end.

    Of two that count from the same day the more exactly known is taken.
    """
    start = min((span.start for span in spans), key=lambda start: (start.last, -start.first.toordinal()))
    if any(span.end is None for span in spans):
        return Span(start, None)
    return Span(start, max((span.end for span in spans), key=lambda end: (end.last, end.first)))


def join_alike(rows, is_incoming):
    """Return `rows` of one post in groups that are one, as (rows, Span) pairs; most have one row.

    `is_incoming` tells the rows that a merger brings; only they make rows one. Joining goes
    on until no two groups are one, so that what remains breaks no rule of overlaps.
    """
    groups = [([row], Span(row.start, row.end)) for row in rows]
    while pair := _next_pair(groups, is_incoming):
        (rows_of_one, one), (rows_of_other, other) = pair
        groups = [group for group in groups if group not in pair]
        groups.append(([*rows_of_one, *rows_of_other], joined([one, other])))
    return groups


def _next_pair(groups, is_incoming):
    for position, one in enumerate(groups):
        for other in groups[position + 1 :]:
            if any(map(is_incoming, [*one[0], *other[0]])) and are_one(one[1], other[1]):
                return one, other
    return None
