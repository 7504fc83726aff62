"""The demo's meetings: of networks for two years, and evenings: held, coming, moved, cancelled and a draft."""

import datetime as dt

from accounts.models import User
from config.demo_answers import on_day
from meetings.models import Meeting, MeetingKind, MeetingTheme, Venue
from meetings.models.meetings import HELSINKI
from meetings.planning import cancel_meeting, close_meeting, move_meeting, plan_meeting, publish_meeting, save_meeting
from registry.models import Municipality, Region

A_WEEK = dt.timedelta(days=7)
COORDINATORS = {"17": "coordinator@example.org", "13": "coordinator.keski-suomi@example.org"}
OULU, HAILUOTO, II, RAAHE, SIIKAJOKI, KEMPELE, MUHOS, LIMINKA = "564", "072", "139", "678", "748", "244", "494", "425"
JYVASKYLA, AANEKOSKI, LAUKAA = "179", "992", "410"
# Where the region meets.
CENTRES = {"17": OULU, "13": JYVASKYLA}
# How many weeks ago an evening was held, or after how many it will be; the first municipality looks after it.
HELD = (
    ((OULU,), 58),
    ((OULU,), 10),
    ((RAAHE, SIIKAJOKI), 30),
    ((II,), 41),
    ((MUHOS,), 18),
    ((LIMINKA,), 70),
    ((JYVASKYLA,), 24),
)
# Addresses that the demo always has.
NEXT_IN_OULU, MOVED_IN_HAILUOTO = "oulun-ilta", "hailuodon-siirretty-ilta"
CANCELLED_IN_KEMPELE = "kempeleen-peruttu-ilta"
COMING = ((MUHOS,), 8), ((AANEKOSKI,), 4), ((LAUKAA,), 9)
DIRECTIONS = {
    "fi": "Esimerkkilinja 1 pysähtyy oven edessä. Pysäköinti on maksuton.",
    "sv": "Exempellinje 1 stannar utanför dörren. Parkeringen är avgiftsfri.",
    "en": "Example line 1 stops at the door. Parking is free.",
}
ACCESSIBILITY = {
    "fi": "Esteetön sisäänkäynti ja wc, induktiosilmukka.",
    "sv": "Tillgänglig ingång och toalett, induktionsslinga.",
    "en": "Step-free entrance, accessible toilet, induction loop.",
}
INVITATION = {
    "fi": "Kunta kutsuu **kaikki alueensa yhdistykset** keskustelemaan yhteistyöstä. Tule kuulemaan kyselyn tulokset "
    "ja sopimaan, mitä tehdään ensi vuonna.\n\nKahvit tarjotaan. Tilaisuus on keksitty esimerkki.",
    "sv": "Kommunen bjuder in **alla föreningar på orten** för att diskutera samarbetet. Kom och hör enkätens "
    "resultat och kom överens om vad som görs nästa år.\n\nKaffe serveras. Tillfället är ett påhittat exempel.",
    "en": "The municipality invites **all its associations** to talk about cooperation. Come and hear the results of "
    "the survey, and agree on what is done next year.\n\nCoffee is served. The event is an invented example.",
}
MEMO = {
    "fi": "Puhuttiin kyselyn tuloksista ja tilojen käytöstä. Sovittiin, että tilavuorot julkaistaan toukokuussa.\n\n"
    "- [Esityksen kalvot (esimerkki)](https://example.org/kalvot)",
    "sv": "Vi talade om enkätens resultat och lokaler. Turerna publiceras i maj.\n\n"
    "- [Presentationen (exempel)](https://example.org/kalvot)",
    "en": "We talked about the results and the use of premises. Turns are published in May.\n\n"
    "- [Slides (example)](https://example.org/kalvot)",
}
SHUT = {
    "fi": "Sali on remontissa. Uusi ilta pidetään keväällä.",
    "sv": "Salen renoveras. En ny kväll ordnas på våren.",
    "en": "The hall is being renovated. A new evening will be held in the spring.",
}
WEBINAR = {"fi": "Avustukset: näin haet", "sv": "Bidrag: så ansöker du", "en": "Grants: how to apply"}


def add_meetings(today):
    """Let both regions meet, and their municipalities hold evenings, around day `today`."""
    for code in COORDINATORS:
        region = Region.objects.get(code=code)
        for day in _network_days(today):
            _hold(_plan("network-meeting", region, (CENTRES[code],), day, hour=9, at=today), today)
    for codes, weeks in HELD:
        _hold(_evening(codes, _wednesday(today, -weeks), today), today)
    for codes, weeks in COMING:
        _hold(_evening(codes, _wednesday(today, weeks), today), today)
    _hold(_evening((OULU,), _wednesday(today, 5), today, slug=NEXT_IN_OULU), today)
    _move(_evening((HAILUOTO,), _wednesday(today, 3), today, slug=MOVED_IN_HAILUOTO), today)
    _cancel(_evening((KEMPELE,), _wednesday(today, 6), today, slug=CANCELLED_IN_KEMPELE), today)
    _evening((II,), _wednesday(today, 7), today)  # stays a draft
    _webinar(today)


def _network_days(today):
    """Return the four last days on which networks have met, in April and October, and the next one."""
    years = range(today.year - 3, today.year + 2)
    days = [_wednesday(dt.date(year, month, 15), 0) for year in years for month in (4, 10)]
    coming = [day for day in days if day > today]
    return [*[day for day in days if day < today][-4:], coming[0]]


def _wednesday(day, weeks):
    """Return the Wednesday of the week so many weeks from `day`, or the next on which people meet."""
    found = day + weeks * A_WEEK
    found += dt.timedelta(days=2 - found.weekday())
    while found.month == 7 or (found.month, found.day) > (12, 17) or (found.month, found.day) < (1, 7):
        found += A_WEEK
    return found


def _moment(day, hour, minute=0):
    return dt.datetime.combine(day, dt.time(hour, minute), HELSINKI)


def _evening(codes, day, today, *, slug=""):
    """Plan an association evening of municipalities."""
    region = Region.objects.home_of(Municipality.objects.get(code=codes[0]))
    return _plan("association-evening", region, codes, day, hour=17, hosts=True, at=today, slug=slug)


def _plan(key, region, codes, day, *, hour, at, hosts=False, slug=""):
    """Plan a meeting six weeks before its day, or lately seen from day `at`; return the draft."""
    kind = MeetingKind.objects.get(key=key)
    places = [Municipality.objects.get(code=code) for code in codes]
    begins = _moment(day, hour, 30)
    meeting = Meeting(
        kind=kind, region=region, slug=slug, venue=_venue(places[0]), starts_at=begins,
        ends_at=begins + dt.timedelta(minutes=kind.usual_minutes), registration_until=begins - A_WEEK,
        registration_url="https://example.org/ilmoittautuminen",
    )  # fmt: skip
    if hosts:
        for language, words in INVITATION.items():
            setattr(meeting, f"description_{language}", words)
            place = getattr(places[0], f"name_{language}") or places[0].name_fi
            setattr(meeting, f"title_{language}", f"{getattr(kind, f'name_{language}')}, {place}")
    with on_day(min(day - 6 * A_WEEK, at - dt.timedelta(days=2))):
        plan_meeting(meeting, hosts=places if hosts else (), by=_by(region))
        meeting.themes.set(MeetingTheme.objects.filter(key__in=["survey-results", "premises"]))
    return meeting


def _by(region):
    return User.objects.get(email=COORDINATORS[region.code])


def _venue(municipality):
    """Return the municipality's invented library, the same each time."""
    words = {f"directions_{language}": text for language, text in DIRECTIONS.items()}
    words |= {f"accessibility_{language}": text for language, text in ACCESSIBILITY.items()}
    words |= {"street_address": "Esimerkkikuja 1"}
    place = {"municipality": municipality, "name": "Esimerkkikirjasto, Mallisali"}
    venue, _is_new = Venue.objects.get_or_create(**place, defaults=words)
    return venue


def _hold(meeting, today):
    """Publish a meeting a month before its day, or yesterday, and close it two weeks after it when that has passed."""
    by, day = _by(meeting.region), meeting.starts_at.astimezone(HELSINKI).date()
    # Yesterday, so that nothing is said to be of later today.
    with on_day(min(day - 4 * A_WEEK, today - dt.timedelta(days=1))):
        published = publish_meeting(meeting, by=by)
    if day + 2 * A_WEEK <= today:
        with on_day(day + 2 * A_WEEK):
            for language, words in MEMO.items():
                setattr(published, f"memo_{language}", words)
            save_meeting(published, seen=published.version, by=by)
            close_meeting(published, by=by)
    return published


def _move(meeting, today):
    """Publish a meeting, and move it to the week after."""
    published = _hold(meeting, today)
    day = _wednesday(published.starts_at.astimezone(HELSINKI).date(), 1)
    begins = _moment(day, 18)
    ends = begins + dt.timedelta(minutes=published.minutes)
    move_meeting(published, starts_at=begins, ends_at=ends, venue=published.venue, by=_by(meeting.region))


def _cancel(meeting, today):
    cancel_meeting(_hold(meeting, today), because=SHUT, by=_by(meeting.region))


def _webinar(today):
    """Publish a webinar of the region: no place, and a link that anyone may open."""
    region = Region.objects.get(code="17")
    begins = _moment(_wednesday(today, 4), 14)
    meeting = Meeting(
        kind=MeetingKind.objects.get(key="webinar"), region=region, starts_at=begins,
        ends_at=begins + dt.timedelta(minutes=90), remote_url="https://example.org/etakokous", is_remote_public=True,
        in_swedish=True,
    )  # fmt: skip
    for language, title in WEBINAR.items():
        setattr(meeting, f"title_{language}", title)
    _hold(plan_meeting(meeting, by=_by(region)), today)
    meeting.themes.set(MeetingTheme.objects.filter(key="grants"))
