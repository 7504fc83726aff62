"""The tables of meetings, by subject."""

from meetings.models.kinds import AgendaTemplateItem, KindAudience, MeetingKind, MeetingTheme
from meetings.models.meetings import AgendaItem, Meeting, MeetingChange, MeetingHost
from meetings.models.proposals import AgendaProposal, CoHost
from meetings.models.venues import Venue

__all__ = [
    "AgendaItem",
    "AgendaProposal",
    "AgendaTemplateItem",
    "CoHost",
    "KindAudience",
    "Meeting",
    "MeetingChange",
    "MeetingHost",
    "MeetingKind",
    "MeetingTheme",
    "Venue",
]
