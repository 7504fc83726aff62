"""How many municipalities had sent in their answers, day by day, beside last year's round on the same day.

A day is told by how many days have gone since the round's first one. What counts on a day
is what stood at its end: answers that were opened again stop counting until they are
sent in anew, and count on the days before as they did (the history of responses tells).
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.charts import Curve, CurveChart
from common.days import short_day
from registry.figures import Share
from surveys.models import Response, Round
from surveys.models.responses import STATE_COLUMNS


@dataclass(frozen=True)
class RateDay:
    """One day of a round, with how many had sent in by its end, and last year's on the same day; None is not known."""

    number: int
    on: dt.date
    now: Share | None
    before: Share | None


class ResponseRate:
    """The curve of a round up to `today`, and the earlier round's; two queries."""

    def __init__(self, survey_round, today):
        self.today = today
        self.round, *earlier = Round.objects.with_the_one_before(survey_round)
        self.earlier = earlier[0] if earlier else None
        self._states, self._present = {}, {}
        for row in Response.objects.states_over_time([each.pk for each in (self.round, *earlier)]):
            moment = row.submitted_at or row.reopened_at
            state = (moment, moment and timezone.localdate(moment), row.submitted_at is not None)
            self._states.setdefault(row.round_id, {}).setdefault(row.id, []).append(state)
            self._present[row.round_id, row.id] = row

    @property
    def responses(self):
        """The round's Responses, each with the columns that tell its state, without a query."""
        rows = [row for (round_id, _response), row in self._present.items() if round_id == self.round.pk]
        return [Response(**dict(zip(STATE_COLUMNS, row, strict=False))) for row in rows]

    def n_by(self, survey_round, on):
        """Return how many responses stood sent in at the end of day `on`."""
        return sum(_stands_in(states, on) for states in self._states.get(survey_round.pk, {}).values())

    def share_on(self, number):
        """Return the round's Share on its day of this number, or None for a day that has not come or is not its own."""
        day = self.round.opens_on + dt.timedelta(days=number)
        if day > min(self.today, self.round.closed_on):
            return None
        return Share(self.n_by(self.round, day), self.round.n_places)

    def share_before(self, number):
        """Return the earlier round's Share on the same day; after its closing as it was then; None without one."""
        if self.earlier is None or not self.earlier.n_places:
            return None
        day = min(self.earlier.opens_on + dt.timedelta(days=number), self.earlier.closed_on)
        return Share(self.n_by(self.earlier, day), self.earlier.n_places)

    @cached_property
    def number(self):
        """The number of the last day that is told: today's, or a closed round's last one; None before the first."""
        last = min(self.today, self.round.closed_on)
        return (last - self.round.opens_on).days if last >= self.round.opens_on else None

    @cached_property
    def now(self):
        """The round's Share now."""
        return Share(self.n_by(self.round, self.today), self.round.n_places)

    @property
    def summary(self):
        """How many have sent in, and last year's on the same day, in words with counts."""
        told = ngettext(
            "%(n)s of %(all)s municipality has sent in its answers.",
            "%(n)s of %(all)s municipalities have sent in their answers.",
            self.now.out_of,
        ) % {"n": self.now.count, "all": self.now.out_of}
        before = None if self.number is None else self.share_before(self.number)
        if before is None:
            return told
        beside = _("In the round of %(year)s it was %(n)s of %(all)s on the same day.")
        return f"{told} {beside % {'year': self.earlier.year, 'n': before.count, 'all': before.out_of}}"

    @property
    def reading(self):
        """What the curves show, in one sentence."""
        told = {"year": self.round.year, "now": _told(self.share_on(self.number))}
        if self.earlier is None or not self.earlier.n_places:
            return _("The line of %(year)s has come to %(now)s.") % told
        told |= {
            "before_year": self.earlier.year,
            "before": _told(self.share_before(self.number)),
            "end": _told(Share(self.n_by(self.earlier, self.earlier.closed_on), self.earlier.n_places)),
        }
        sentence = _(
            "The line of %(year)s has come to %(now)s; that of %(before_year)s was at %(before)s and ended at %(end)s."
        )
        return sentence % told

    @cached_property
    def days(self):
        """A RateDay for each day of the round, and of the earlier one where that was longer."""
        if self.number is None:
            return []
        lengths = [(each.closed_on - each.opens_on).days for each in (self.round, self.earlier) if each is not None]
        return [
            RateDay(
                number,
                self.round.opens_on + dt.timedelta(days=number),
                self.share_on(number),
                self.share_before(number),
            )
            for number in range(max(*lengths, self.number) + 1)
        ]

    @cached_property
    def chart(self):
        """The CurveChart of the days, or None before the first one."""
        if not self.days:
            return None
        curves = [Curve(str(self.round.year), tuple(_percent(day.now) for day in self.days))]
        if self.earlier is not None:
            before = tuple(_percent(day.before) for day in self.days)
            curves.append(Curve(str(self.earlier.year), before, is_published=True))
        return CurveChart(
            title=_("Sent in, of the municipalities asked"),
            reading=self.reading,
            curves=tuple(curves),
            marks=((0, _("opening")), (len(self.days) - 1, _("day %(n)s") % {"n": len(self.days)})),
            source=_("Days are counted from the first day of each round. Source: the rounds' responses, %(day)s.")
            % {"day": short_day(self.today)},
        )


def _stands_in(states, on):
    """Whether a response stood sent in at the end of day `on`; `states` are (moment, its day, sent in) in order."""
    stands, latest = False, None
    for moment, day, is_submitted in states:
        if moment is not None and (day > on or (latest is not None and moment < latest)):
            continue
        stands, latest = is_submitted, moment or latest
    return stands


def _told(share):
    """Return a share as count and n, with the percentage where it has one."""
    told = f"{share.count}/{share.out_of}"
    return told if share.percent is None else f"{told} ({share.percent} %)"


def _percent(share):
    return None if share is None or not share.out_of else share.count / share.out_of
