"""Whom to call today: the municipalities of a round by what is to be done, with what one wants to know before dialling.

| Group | Holds when |
|---|---|
| agreed | a time was agreed, for today or a day that has passed |
| going on | the interview was begun and interrupted, to be gone on with today |
| unreached | nobody has been reached since the round opened, nothing was agreed |
| again | there was no answer, and the day to try again has come |
| reached | somebody was reached, nothing was agreed |
| later | the next call is on a day to come |
| themselves | the municipality is answering in the portal |
| not wanted | an interview is not wanted |
| waiting, done | sent in; what was said aloud waits to be confirmed, or nothing does |
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from registry.models import Area, AreaMembership, ContactEntry
from registry.models.scope import coordinated_region_ids
from surveys import responses
from surveys.models import Answer, Interview, Response, Round
from surveys.respondents import Respondent, respondents_of

AGREED, GOING_ON, UNREACHED, AGAIN, REACHED = "agreed", "going_on", "unreached", "again", "reached"
LATER, THEMSELVES, NOT_WANTED, WAITING, DONE = "later", "themselves", "not_wanted", "waiting", "done"
TODAY = {
    AGREED: gettext_lazy("A time was agreed"),
    GOING_ON: gettext_lazy("Interrupted: go on"),
    UNREACHED: gettext_lazy("Not reached yet"),
    AGAIN: gettext_lazy("No answer last time: try again"),
    REACHED: gettext_lazy("Reached, but nothing was agreed"),
}
OTHERS = {
    LATER: gettext_lazy("To be called on another day"),
    THEMSELVES: gettext_lazy("Answering in the portal themselves"),
    NOT_WANTED: gettext_lazy("An interview is not wanted"),
    WAITING: gettext_lazy("Sent in, waiting to be confirmed"),
    DONE: pgettext_lazy("of interviews", "Done"),
}
DUE = (AGREED, GOING_ON, AGAIN)


@dataclass(frozen=True)
class Call:
    """A municipality on the list: how it stands, whom to call, the last contact, what was said last year."""

    line: responses.Line
    interview: Interview | None
    respondent: Respondent
    contact: ContactEntry | None
    group: str
    best_time: str
    last_year: str

    @property
    def municipality(self):
        """The municipality."""
        return self.line.municipality

    @property
    def person(self):
        """Whom to call, or None."""
        return self.respondent.person

    @property
    def fallback_reason(self):
        """Why somebody else than a liaison answers."""
        return self.respondent.appointment.fallback_reason if self.respondent.appointment else ""

    @property
    def order(self):
        """Where it stands in its group: by the agreed moment, then by name."""
        interview = self.interview
        day = interview.call_on if interview and interview.call_on else dt.date.max
        return day, (interview.call_at if interview else None) or dt.time.max


class CallList:
    """The calls of a round on day `today`, of one area or of all, in a fixed number of queries."""

    def __init__(self, survey_round, today, *, area=None, areas=()):
        self.round, self.today, self.area, self.areas = survey_round, today, area, areas

    @cached_property
    def calls(self):
        """Every municipality that the round asks, as Calls by group and order."""
        lines = responses.lines_of(self.round)
        if self.area is not None:
            members = AreaMembership.objects.current_on(self.today).filter(area=self.area)
            inside = set(members.values_list("municipality", flat=True))
            lines = [line for line in lines if line.municipality.pk in inside]
        asked = {
            each.municipality.pk: each for each in respondents_of([line.municipality for line in lines], self.today)
        }
        interviews = {row.municipality_id: row for row in Interview.objects.for_call_list(self.round)}
        contacts = {row.municipality_id: row for row in ContactEntry.objects.latest_of_places(self.round.region)}
        reached = {pk: day for pk, day, _tried in ContactEntry.objects.for_board(self.round.region)}
        hints, last_year = Interview.objects.hints_before(self.round), self._last_year()
        calls = []
        for line in lines:
            pk = line.municipality.pk
            interview = interviews.get(pk)
            group = self._group(line, interview, reached.get(pk))
            best_time = (interview and interview.best_time) or hints.get(pk, "")
            calls.append(Call(line, interview, asked[pk], contacts.get(pk), group, best_time, last_year.get(pk, "")))
        return sorted(calls, key=lambda call: call.order)

    def _group(self, line, interview, reached_on):
        if line.state in responses.SENT_IN:
            return WAITING if line.state == responses.TO_CONFIRM else DONE
        if line.state == responses.DECLINED or (interview and interview.declined_at):
            return NOT_WANTED
        is_begun = interview is not None and interview.is_going_on
        if interview is not None and interview.call_on:
            if interview.call_on > self.today:
                return LATER
            if interview.call_at:
                return AGREED
            return GOING_ON if is_begun else AGAIN
        if is_begun:
            return GOING_ON
        if line.response is not None:
            return THEMSELVES
        return REACHED if reached_on and reached_on >= self.round.opens_on else UNREACHED

    def _last_year(self):
        """Return {municipality's id: when the earlier round's answers were sent in and how they came}."""
        before = Round.objects.latest_before(self.round)
        if before is None:
            return {}
        sources = defaultdict(set)
        for pk, source in Answer.objects.sources_in(before):
            sources[pk].add(source)
        found = {}
        for response in Response.objects.submitted().filter(round=before):
            how = [str(label) for source, label in Answer.Source.choices if source in sources[response.municipality_id]]
            day = date_format(response.submitted_at, "SHORT_DATE_FORMAT")
            found[response.municipality_id] = _("%(year)s: sent in on %(day)s, %(how)s") % {
                "year": before.year, "day": day, "how": ", ".join(how) or "–",
            }  # fmt: skip
        return found

    def _groups(self, titles):
        return [(key, title, [call for call in self.calls if call.group == key]) for key, title in titles.items()]

    @property
    def today_groups(self):
        """(key, title, Calls) of what is to be done today, without empty groups."""
        return [group for group in self._groups(TODAY) if group[2]]

    @property
    def other_groups(self):
        """(key, title, Calls) of the rest, without empty groups."""
        return [group for group in self._groups(OTHERS) if group[2]]

    @property
    def n_due(self):
        """How many calls have been promised for today, or for a day that has passed."""
        return sum(call.group in DUE for call in self.calls)

    @property
    def n_unreached(self):
        """How many have not been reached yet."""
        return sum(call.group == UNREACHED for call in self.calls)


def call_lists(user, today, *, wanted=None):
    """Return the CallList of each open round of the regions that `user` coordinates today.

    `wanted` is the key of an area, empty for the whole region; None takes the area in
    which the user works.
    """
    lists = []
    for survey_round in Round.objects.for_calls(coordinated_region_ids(user), today):
        areas = list(Area.objects.for_board(survey_round.region, user))
        area = next((each for each in areas if _is_chosen(each, wanted)), None)
        lists.append(CallList(survey_round, today, area=area, areas=areas))
    return lists


def _is_chosen(area, wanted):
    return area.is_remembered if wanted is None else area.address_key == wanted
