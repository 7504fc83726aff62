"""What the data propose for the agenda of a region's meeting, each point with its reason (docs/adr/0039).

The titles stand on a public agenda: they name no persons, and figures come with their count and n.
"""

from collections import Counter

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models import Meeting, MeetingKind
from meetings.proposing import Proposed
from registry.models import Agent, Appointment, Municipality, Task
from registry.privacy import months_before
from surveys.result_stories import stories_of
from surveys.results import results_of

_NAMED = (Appointment.Kind.LIAISON, Appointment.Kind.DUTIES)
_MOST_PLACES = 8


def proposed_for(meeting, on):
    """Yield the Proposed of a meeting that the region or one of its areas holds; nothing for any other."""
    if meeting.kind.host != MeetingKind.Host.REGION:
        return
    places = Municipality.objects.members_of(meeting.region, on)
    if meeting.area_id:
        places = places.in_area(meeting.area, on, path="")
    names = {place.pk: place.name for place in places.by_name()}
    for make in (_newcomers, _stuck, _follow_ups):
        if proposed := make(meeting, names, on):
            yield proposed


def _in_languages(words):
    """Return {language: what `words` returns when that language is active}."""
    titles = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            titles[language] = words()
    return titles


def _last_one(meeting):
    """Return the latest earlier meeting of the same kind in the same region or area that was held, or None."""
    held = Meeting.objects.published().standing().filter(region=meeting.region_id, kind=meeting.kind_id)
    before = held.filter(area=meeting.area_id, ends_at__lt=timezone.now()).exclude(pk=meeting.pk)
    return before.order_by("-ends_at").first()


def _newcomers(meeting, names, on):
    """Propose to introduce those whose role has begun since the last such meeting, or in the last twelve months."""
    last = _last_one(meeting)
    since = timezone.localdate(last.starts_at) if last else months_before(on, 12)
    begun = {"municipality__in": names, "start_last__gt": since, "person__isnull": False}
    liaisons = Appointment.objects.current_on(on).filter(kind__in=_NAMED, **begun).order_by()
    agents = Agent.objects.current_on(on).filter(**begun).order_by()
    new = [(place, _("liaison")) for place in liaisons.values_list("municipality", flat=True)]
    new += [(place, _("association agent")) for place in agents.values_list("municipality", flat=True)]
    if not new:
        return None
    by_place = {pk: ", ".join(word for place, word in new if place == pk) for pk in names}
    who = [f"{names[pk]} ({words})" for pk, words in by_place.items() if words]
    why = ngettext(
        "%(n)d has begun since %(day)s: %(who)s.", "%(n)d have begun since %(day)s: %(who)s.", len(new)
    ) % {"n": len(new), "day": date_format(since, "SHORT_DATE_FORMAT"), "who": _listed(who)}  # fmt: skip
    titles = _in_languages(lambda: _("Newcomers introduce themselves"))
    return Proposed("newcomers", titles, why, min(5 + 3 * len(new), 20))


def _stuck(meeting, _names, _on):
    """Propose to talk about the question in which the most answers give no points yet, by the latest results."""
    results = results_of(meeting.region.slug)
    found = stories_of(results).stuck if results else []
    if not found:
        return None
    first, year = found[0], results.latest[0].round.year
    why = _("Survey %(year)s: in %(share)s of the answers to this question nothing gives points yet.") % {
        "year": year, "share": first.words,
    }  # fmt: skip
    titles = _in_languages(lambda: _("Where many are stuck: %(question)s") % {"question": first.name})
    titles = {language: Truncator(title).chars(160) for language, title in titles.items()}
    return Proposed(f"stuck:{year}:{first.question.indicator.key}", titles, why, 30)


def _follow_ups(meeting, names, on):
    """Propose to look at what was agreed and is still open: next steps of calls and visits, and tasks of pairs."""
    agreed = Task.objects.agreed_open_in(names)
    rows = list(agreed.values_list("municipality", "due_on"))
    if not rows:
        return None
    late = sum(due_on is not None and due_on < on for _place, due_on in rows)
    places = Counter(place for place, _due in rows)
    where = [f"{name} {places[pk]}" for pk, name in names.items() if places[pk]]
    why = ngettext(
        "%(n)d agreed task is open, %(late)d of them late: %(where)s.",
        "%(n)d agreed tasks are open, %(late)d of them late: %(where)s.",
        len(rows),
    ) % {"n": len(rows), "late": late, "where": _listed(where)}  # fmt: skip
    return Proposed("follow_ups", _in_languages(lambda: _("What was agreed, and how it goes")), why, 20)


def _listed(words):
    """Return the first words of a list, and how many more there are."""
    more = len(words) - _MOST_PLACES
    shown = ", ".join(words[:_MOST_PLACES])
    return _("%(shown)s and %(n)d more") % {"shown": shown, "n": more} if more > 0 else shown
