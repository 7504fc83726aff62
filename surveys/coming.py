"""What is coming in a region: surveys and days of grants, read together because a public page shows them together."""

from datetime import date

from django.db.models import BigIntegerField, DateTimeField, Value
from django.db.models.functions import Cast

from common.names import translated
from common.prepared import Prepared
from registry.models import GrantPeriod
from registry.page_reads import GrantDays
from surveys.models import Round


def coming_in(region, on):
    """Return (Rounds, GrantDays) of a region on day `on`, in one query.

    Rounds that are open or will be and whose method may be read, in order, with their
    title, year and days alone; days of its municipalities' grants that have not closed.
    """
    rounds, days = [], []
    for year, opens_on, closes_on, title, opened_at, municipality in _coming(region.pk, on):
        if municipality is not None:
            days.append(GrantDays(municipality, opens_on, closes_on))
        else:
            rounds.append(Round(year=year, title=title, opens_on=opens_on, closes_on=closes_on, opened_at=opened_at))
    return sorted(rounds, key=lambda each: each.opens_on), days


@Prepared
def _coming(region: int, on: date):
    rounds = Round.objects.coming_in(region, on).rewrite(False).order_by()
    periods = GrantPeriod.objects.for_home(on).of_members(region, on).order_by()
    no_place, no_moment = Cast(Value(None), BigIntegerField()), Cast(Value(None), DateTimeField())
    return rounds.values_list("year", "opens_on", "closes_on", translated("title"), "opened_at", no_place).union(
        periods.values_list(Value(0), "opens_on", "closes_on", Value(""), no_moment, "municipality"), all=True
    )
