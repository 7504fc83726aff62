"""What is coming in a region, and what was published last: read together because a public page shows them together."""

from datetime import date
from typing import NamedTuple

from django.db.models import BigIntegerField, DateTimeField, Value
from django.db.models.functions import Cast

from common.names import translated
from common.prepared import Prepared
from registry.figures import Share
from registry.models import GrantPeriod
from registry.page_reads import GrantDays
from surveys.models import MunicipalityResult, ResultEdition, Round


class LatestResults(NamedTuple):
    """A region's latest published round: its year, and how many municipalities sent in their answers, of all asked."""

    year: int
    taking_part: Share


def coming_in(region, on):
    """Return (Rounds, GrantDays, LatestResults or None) of a region on day `on`, in one query.

    Rounds that are open or will be and whose method may be read, in order, with their
    title, year and days alone; days of its municipalities' grants that have not closed.
    """
    rounds, days, latest = [], [], None
    for year, opens_on, closes_on, title, opened_at, municipality, n_answered, n_asked in _coming(region.pk, on):
        if n_asked is not None:
            latest = LatestResults(year, Share(n_answered, n_asked))
        elif municipality is not None:
            days.append(GrantDays(municipality, opens_on, closes_on))
        else:
            rounds.append(Round(year=year, title=title, opens_on=opens_on, closes_on=closes_on, opened_at=opened_at))
    return sorted(rounds, key=lambda each: each.opens_on), days, latest


@Prepared
def _coming(region: int, on: date):
    rounds = Round.objects.coming_in(region, on).rewrite(False).order_by()
    periods = GrantPeriod.objects.for_home(on).of_members(region, on).order_by()
    latest, places = ResultEdition.objects.rewrite(False).latest_in(region), MunicipalityResult.objects
    n_answered, n_asked = places.counted(state=MunicipalityResult.State.ANSWERED), places.counted()
    nothing, no_moment = Cast(Value(None), BigIntegerField()), Cast(Value(None), DateTimeField())
    return rounds.values_list(
        "year", "opens_on", "closes_on", translated("title"), "opened_at", nothing, nothing, nothing
    ).union(
        periods.values_list(Value(0), "opens_on", "closes_on", Value(""), no_moment, "municipality", nothing, nothing),
        latest.values_list(
            "round__year", "round__opens_on", "round__closes_on", Value(""), no_moment, nothing, n_answered, n_asked
        ),
        all=True,
    )
