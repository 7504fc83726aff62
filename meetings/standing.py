"""How a region or a municipality stands by its meetings: what is next, and how many were held against the expected.

Its coordinators are read together with it, because its public page shows both.
"""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from django.db.models import BigIntegerField, CharField, DateTimeField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from common.names import translated
from common.prepared import Prepared
from meetings.models import Attendance, KindAudience, Meeting, MeetingKind
from meetings.models.meetings import start_of
from meetings.wording import first_language, first_words
from registry.models import Coordinator
from registry.page_reads import COORDINATOR_COLUMNS, coordinator_roles

# “In the last 12 months” by days, so that it changes at midnight alone.
YEAR = dt.timedelta(days=365)


class NextMeeting(NamedTuple):
    """A coming meeting as lists show it."""

    region_slug: str
    slug: str
    title: str
    title_language: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    venue: str
    place: str
    is_cancelled: bool
    is_moved: bool
    area_id: int | None


class KindStanding(NamedTuple):
    """A kind of which some are expected in a year: how many were held, in all and by the municipality's id.

    What a region hosts counts for a municipality where it is known to have taken part.
    """

    name: str
    is_of_municipalities: bool
    n_expected: int
    n_held: int
    n_by_municipality: Counter

    def n_standing(self, municipalities):
        """Return how many of these municipalities (ids) have held as many as is expected of each."""
        return sum(self.n_by_municipality[key] >= self.n_expected for key in municipalities)


class Standing(NamedTuple):
    """The coming meetings, the nearest first, and the KindStandings in the order of the kinds."""

    coming: list
    kinds: list


def coordinators_and_standing_of_region(region, on):
    """Return (CoordinatorRoles, Standing) of a region on day `on`, in one query."""
    roles, rows = _apart(_of_region(region.pk, *_since_and_today(on), on))
    return roles, _standing(rows, on)


def coordinators_and_standing_of_municipality(region, municipality, areas, on):
    """Return (the region's CoordinatorRoles, the municipality's Standing) on day `on`, in one query.

    Coming is what it hosts. Of the region's meetings those count to which liaisons are invited, and which are for
    the whole region or for one of its `areas` (ids).
    """
    roles, rows = _apart(_of_municipality(region.pk, municipality.pk, *_since_and_today(on), on))
    concerning = [row for row in rows if row[_HOST] == municipality.pk or row[_AREA] in {None, *areas}]
    standing = _standing(concerning, on)
    own = {row[_SLUG] for row in concerning if row[_HOST] == municipality.pk}
    return roles, standing._replace(coming=[each for each in standing.coming if each.slug in own])


def coming_meetings(on):
    """Return the five nearest public NextMeetings of all regions on day `on`, in one query."""
    return _standing(_coming(start_of(on)), on).coming


def _since_and_today(on):
    return start_of(on - YEAR), start_of(on)


_COLUMNS = (
    "kind", "region_slug", "slug", "title", "title_language", "starts_at", "ends_at", "venue_name", "place",
    "cancelled_at", "sequence", "area", "host", "kind_name", "kind_host", "n_expected", "position",
)  # fmt: skip
_SLUG, _AREA, _HOST, _KIND_HOST = (_COLUMNS.index(name) for name in ("slug", "area", "host", "kind_host"))
# In the place of a kind's host it says that the row is a coordinator's, with what coordinators have in these places.
_COORDINATOR = "coordinator"
_IN_PLACE_OF = {
    "area__position": "n_expected", "person__sort_key": "kind", "pk": "sequence", "title": "title", "area": "area",
    "area__name": "venue_name", "person": "host", "person__given_name": "place", "person__family_name": "kind_name",
    "person__email": "region_slug", "person__phone": "slug",
}  # fmt: skip
_OF_COORDINATOR = [_COLUMNS.index(_IN_PLACE_OF[name]) for name in COORDINATOR_COLUMNS]


def _apart(rows):
    """Return (CoordinatorRoles, the other rows)."""
    rows = list(rows)
    coordinators = [[row[place] for place in _OF_COORDINATOR] for row in rows if row[_KIND_HOST] == _COORDINATOR]
    return coordinator_roles(coordinators), [row for row in rows if row[_KIND_HOST] != _COORDINATOR]


def _standing(rows, on):
    """Return the Standing that rows of kinds and of meetings make: a meeting has a row for each host."""
    kinds, held, coming = [], {}, {}
    today = start_of(on)
    for row in rows:
        each = dict(zip(_COLUMNS, row, strict=True))
        if each["slug"] is None:
            kinds.append(each)
        elif each["ends_at"] >= today:
            coming[each["region_slug"], each["slug"]] = each
        elif each["cancelled_at"] is None:
            held.setdefault(each["kind"], {}).setdefault(each["slug"], set()).add(each["host"])
    kinds.sort(key=lambda each: (each["position"], each["kind"]))
    nearest = sorted(coming.values(), key=lambda each: (each["starts_at"], each["slug"]))
    return Standing([_next(each) for each in nearest], [_kind(each, held.get(each["kind"], {})) for each in kinds])


def _next(each):
    return NextMeeting(
        each["region_slug"], each["slug"], each["title"], each["title_language"], each["starts_at"], each["ends_at"],
        each["venue_name"] or "", each["place"] or "", each["cancelled_at"] is not None, each["sequence"] > 0,
        each["area"],
    )  # fmt: skip


def _kind(each, held):
    hosts = Counter(host for hosts in held.values() for host in hosts)
    is_of_municipalities = each["kind_host"] == MeetingKind.Host.MUNICIPALITY
    return KindStanding(each["kind_name"], is_of_municipalities, each["n_expected"], len(held), hosts)


@Prepared
def _of_region(region: int, since: dt.datetime, today: dt.datetime, on: dt.date):
    return _rows(_shown(since, today).filter(region=region), region, on)


@Prepared
def _of_municipality(region: int, municipality: int, since: dt.datetime, today: dt.datetime, on: dt.date):
    concerning = Q(hosts__municipality=municipality) | Q(region=region, kind__host=MeetingKind.Host.REGION)
    invites = KindAudience.objects.filter(audience=KindAudience.Audience.LIAISONS).values("kind")
    of_municipalities = Q(host=MeetingKind.Host.MUNICIPALITY) | Q(pk__in=invites)
    attended = Attendance.objects.filter(meeting=OuterRef("pk"), municipality=municipality).order_by()
    # Of a meeting that the region hosts the municipality stands in the host's place where it took part.
    host = Coalesce(
        "hosts__municipality", Subquery(attended.values("municipality")[:1]), output_field=BigIntegerField()
    )
    return _rows(_shown(since, today).filter(concerning), region, on, of_municipalities, host=host)


@Prepared
def _coming(today: dt.datetime):
    nearest = _public().standing().filter(ends_at__gte=today).order_by("starts_at", "pk")
    return _meetings(nearest, host=Cast(Value(None), BigIntegerField()))[:5]


def _public():
    return Meeting.objects.rewrite(False).public().order_by()


def _shown(since, today):
    """Return what has been held since then, and what is coming; that something coming is cancelled is to be seen."""
    return _public().filter(Q(ends_at__gte=today) | Q(ends_at__gte=since, cancelled_at__isnull=True))


def _rows(meetings, region, on, which=Q(), **columns):  # noqa: B008 - an expression, never changed
    """Return rows of `_COLUMNS`: `which` public kinds of which some are expected, the meetings, the coordinators."""
    kinds = MeetingKind.objects.rewrite(False).filter(
        Q(region__isnull=True) | Q(region=region), which, is_public=True, is_offered=True, n_expected__gt=0
    )
    nothing, no_text = Cast(Value(None), BigIntegerField()), Cast(Value(None), CharField())
    no_moment = Cast(Value(None), DateTimeField())
    of_kinds = kinds.order_by().values_list(
        "key", no_text, no_text, Value(""), Value(""), no_moment, no_moment, no_text, no_text,
        no_moment, nothing, nothing, nothing, translated("name"), "host", "n_expected", "position",
    )  # fmt: skip
    coordinators = Coordinator.objects.filter(region=region).current_on(on).order_by()
    in_places = {place: name for name, place in _IN_PLACE_OF.items()} | {"venue_name": translated("area__name")}
    others = {
        "title_language": Value(""), "starts_at": no_moment, "ends_at": no_moment, "cancelled_at": no_moment,
        "kind_host": Value(_COORDINATOR), "position": Value(0),
    }  # fmt: skip
    of_coordinators = coordinators.values_list(*((in_places | others)[name] for name in _COLUMNS))
    return _meetings(meetings, **columns).union(of_kinds, of_coordinators, all=True)


def _meetings(meetings, host=F("hosts__municipality")):  # noqa: B008 - an expression, never changed
    return meetings.values_list(
        "kind__key", "region__slug", "slug", first_words("title"), first_language("title"), "starts_at", "ends_at",
        "venue__name", translated("venue__municipality__name"), "cancelled_at", "sequence", "area",
        host, Value(""), Value(""), Value(0), Value(0),
    )  # fmt: skip
