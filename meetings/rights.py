"""What coordinators may do with meetings, in their own regions."""

from meetings import models
from registry.access import rights_of

COORDINATORS_RIGHTS = (
    rights_of(
        "view",
        models.Meeting,
        models.MeetingHost,
        models.MeetingChange,
        models.Invitation,
        models.Reply,
        models.Decision,
    )
    | rights_of(("view", "add", "change"), models.MeetingKind, models.MeetingTheme, models.Venue, models.Meeting)
    | rights_of(
        ("view", "add", "change", "delete"),
        models.AgendaItem,
        models.AgendaTemplateItem,
        models.KindAudience,
        models.MeetingHost,
    )
)
