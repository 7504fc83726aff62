"""The month's letter to liaisons: what is asked of them now, and the grant days of their municipality and region."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.rules import is_open_day
from mailing.writing import write
from registry.access import FALLBACK, OFFICERS, MunicipalityAccess
from registry.letters.recipients import (
    BY_THE_CLOCK,
    answers_for,
    person_of,
    queue_letters,
    recipient,
    role_holders,
    site_address,
    today,
)
from registry.models import Channel, GrantPeriod, Premises, RegionMembership, Task
from registry.portal_page import MunicipalityPage
from registry.respondents import respondents_of

KIND = "liaison_digest"
AHEAD = dt.timedelta(days=31)
MOST_OF_REGION = 5


class Month:
    """What a day's letters tell of these officers ({person: roles}); every table is read once for all of them."""

    def __init__(self, holders, on, *, standing_in=None):
        self.on, self.holders, self.standing_in = on, holders, standing_in or {}
        places = {role.municipality_id: role.municipality for roles in holders.values() for role in roles}
        self.regions = dict(RegionMembership.objects.current_on(on).values_list("municipality", "region"))
        self.offers = {place: {"grant": [], "premises": [], "channel": []} for place in places}
        for kind, table in (("premises", Premises), ("channel", Channel)):
            for offer in table.objects.current_on(on).filter(municipality__in=places):
                self.offers[offer.municipality_id][kind].append(offer)
        # Those of all municipalities: the region's days are told, too.
        self.grants = list(GrantPeriod.objects.current_on(on).select_related("municipality"))
        for grant in self.grants:
            if grant.municipality_id in places:
                self.offers[grant.municipality_id]["grant"].append(grant)
        self.tasks = {place: [] for place in places}
        for task in Task.objects.agreed_of_pairs(places):
            self.tasks[task.municipality_id].append(task)

    def pages_of(self, person):
        """Return the MunicipalityPage of each municipality in which the person is an officer; nothing is read anew."""
        roles_by_place = {}
        for role in self.holders.get(person, []):
            roles_by_place.setdefault(role.municipality, []).append(role)
        for municipality, roles in roles_by_place.items():
            access = MunicipalityAccess(municipality, person, frozenset(role.kind for role in roles))
            yield MunicipalityPage(
                access,
                self.on,
                municipality=municipality,
                appointments=roles,
                offers=self.offers[municipality.pk],
                tasks=self.tasks[municipality.pk],
                own_mark=None,  # whoever gets the letter has an address that works
                asks_of_others=[],  # the survey has letters of its own
            )

    def silent_places_of(self, person):
        """Return the municipalities whose letters the person gets because their officers cannot be written to."""
        return self.standing_in.get(person, [])

    def asks_of(self, person):
        """Return [(municipality, Ask)], the most urgent first."""
        asks = [(page.municipality, ask) for page in self.pages_of(person) for ask in page.asks()]
        return sorted(asks, key=lambda asked: asked[1].due_on)

    def days_of(self, person):
        """Return [(municipality, Coming)] of the person's own municipalities within a month, the nearest first."""
        days = [(page.municipality, day) for page in self.pages_of(person) for day in page.coming()]
        return sorted(self._soon(days), key=lambda day: day[1].on)

    def days_of_others(self, person):
        """Return (how many, the nearest) [(municipality, period)] that close within a month elsewhere in the region."""
        own = {role.municipality_id for role in self.holders.get(person, [])}
        home = {self.regions.get(place) for place in own} - {None}
        near = [
            grant
            for grant in self.grants
            if self.regions.get(grant.municipality_id) in home
            and grant.municipality_id not in own
            and self.on <= grant.closes_on <= self.on + AHEAD
        ]
        return len(near), sorted(near, key=lambda grant: (grant.closes_on, grant.pk))[:MOST_OF_REGION]

    def _soon(self, days):
        return [(place, day) for place, day in days if day.on <= self.on + AHEAD]

    def has_something(self, person):
        """Whether there is something to write about: what others in the region do is none by itself."""
        return bool(self.asks_of(person) or self.days_of(person) or self.silent_places_of(person))


def _officers(on):
    """Return ({person: appointments as an officer}, {who stands in: [municipality]}) on day `on`, in four queries.

    Where letters to every officer come back, the next respondent gets the letter instead.
    """
    holders = {
        person: [role for role in roles if getattr(role, "kind", None) in OFFICERS]
        for person, roles in role_holders(on).items()
    }
    holders = {person: roles for person, roles in holders.items() if roles}
    places = {role.municipality_id for roles in holders.values() for role in roles}
    standing_in = {}
    for respondent in respondents_of(places, on).values():
        if respondent.stands_in and respondent.appointment.kind == FALLBACK:
            holders.setdefault(respondent.person, []).append(respondent.appointment)
            standing_in.setdefault(respondent.person, []).append(respondent.appointment.municipality)
    return holders, standing_in


def _has_begun(day):
    """Whether a day on which reminders go has come in the month of `day` by then; in July none does."""
    days = (day.replace(day=number) for number in range(1, day.day + 1))
    return any(is_open_day(each, is_reminder=True) for each in days)


def is_first_working_day(day):
    """Whether `day` is the first of its month on which reminders go; July has none."""
    return _has_begun(day) and not (day.day > 1 and _has_begun(day - dt.timedelta(days=1)))


def queue_liaison_digests():
    """Queue this month's letters; return {"queued": n, reason: n}. Each month has one; safe to run twice.

    The clock asks for it on the first working day, or on the first day after it on which
    anything runs; before it, and in July, nothing is queued.
    """
    on = today()
    if not _has_begun(on):
        return {"queued": 0, "month_not_begun": 1}
    return queue_letters(KIND, _recipients(on), key_prefix=f"{KIND}:{on:%Y-%m}", waits=True)


def _recipients(on):
    holders, standing_in = _officers(on)
    month = Month(holders, on, standing_in=standing_in)
    for person in month.holders:
        left_out = "" if month.has_something(person) else "nothing_to_tell"
        yield recipient(person, key=person.pk, left_out=left_out, month=f"{on:%Y-%m}")


@letter_kind(
    KIND,
    label=gettext_lazy("The liaison's month"),
    why=gettext_lazy(
        "You get this letter once a month because you work for a municipality with associations in %(site)s."
    ),
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Leena Liesi"),
        "how_many": Placeholder(gettext_lazy("how many matters are asked, in words"), "2 asiaa"),
        "by_when": Placeholder(gettext_lazy("by when the first of them is asked, or what comes first"), "24.9.2026"),
        "asks": Placeholder(gettext_lazy("list of what is asked, with days"), ("…",), is_required=True),
        "comes": Placeholder(gettext_lazy("list of the days that come"), ("…",), is_required=True),
        "pages": Placeholder(gettext_lazy("the address of one's own pages"), "https://…/oma/", is_required=True),
    },
    **BY_THE_CLOCK,
)
def liaison_digest_letter(letter):
    """Write what is asked and comes now; nobody gets a past month's letter, nor one about nothing."""
    person, on = person_of(letter), today()
    if letter.arguments["month"] != f"{on:%Y-%m}":
        raise NotWantedError("its_time_over")
    holders, standing_in = _officers(on)
    if person not in holders:
        raise NotWantedError("role_ended")
    month = Month({person: holders[person]}, on, standing_in=standing_in)
    asks, days = month.asks_of(person), month.days_of(person)
    if not month.has_something(person):
        raise NotWantedError("nothing_to_tell")
    coordinator = answers_for(person.region, holders[person][0].municipality)
    silent = [
        _("Letters to the officers of %(place)s come back. Tell the coordinator to whom one writes now.")
        % {"place": place}
        for place in month.silent_places_of(person)
    ]
    first_day = asks[0][1].due_on if asks else days[0][1].on if days else on
    values = {
        "name": person.name,
        "how_many": _how_many(len(asks) + len(silent)),
        "by_when": short_day(first_day),
        "asks": [*silent, *(_ask_in_words(*asked) for asked in asks)] or [_("Nothing is asked of you now.")],
        "comes": _days_in_words(days, *month.days_of_others(person)),
        "pages": site_address(reverse("portal_start")),
    }
    return write(KIND, values, reply_to=coordinator.email if coordinator else "", thread=f"{KIND}:{person.pk}")


def _how_many(n):
    if not n:
        return _("days of grants")
    return ngettext("%(n)d matter", "%(n)d matters", n) % {"n": n}


def _ask_in_words(place, ask):
    values = {"day": short_day(ask.due_on), "what": f"{ask.what} ({place})"}
    return (_("Late since %(day)s: %(what)s") if ask.is_late else _("By %(day)s: %(what)s")) % values


def _days_in_words(days, n_of_others, others):
    lines = [f"{short_day(day.on)}: {place}, {day.name}, {day.what}" for place, day in days]
    lines += [f"{short_day(grant.closes_on)}: {grant.municipality}, {grant.name}, {_('closes')}" for grant in others]
    if n_of_others > len(others):
        lines.append(_("And %(n)d more in your region") % {"n": n_of_others - len(others)})
    return lines or [_("No grant opens or closes within a month.")]
