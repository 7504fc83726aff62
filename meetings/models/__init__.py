"""The tables of meetings, by subject."""

from meetings.models.decisions import Decision
from meetings.models.invitations import Attendance, DietCount, Invitation, Reply
from meetings.models.kinds import AgendaTemplateItem, KindAudience, MeetingKind, MeetingTheme
from meetings.models.meetings import AgendaItem, Meeting, MeetingChange, MeetingHost
from meetings.models.polls import DateOption, DateVote
from meetings.models.proposals import AgendaProposal, CoHost
from meetings.models.venues import Venue

__all__ = [
    "AgendaItem",
    "AgendaProposal",
    "AgendaTemplateItem",
    "Attendance",
    "CoHost",
    "DateOption",
    "DateVote",
    "Decision",
    "DietCount",
    "Invitation",
    "KindAudience",
    "Meeting",
    "MeetingChange",
    "MeetingHost",
    "MeetingKind",
    "MeetingTheme",
    "Reply",
    "Venue",
]
