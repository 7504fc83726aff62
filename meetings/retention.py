"""How long meetings keep what they know of people; registry/privacy.py enforces it."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models import AgendaItem, MeetingChange
from registry.privacy import Retention, months_before
from registry.subjects import WORK, AtErasure, Declared, accounts_in


def _forget_speakers(items):
    """Empty the speakers' names of agendas; return how many. The points stay."""
    return items.update(speaker="")


RETENTIONS = (
    Retention(
        AgendaItem,
        _("The name of a speaker on a meeting's agenda"),
        _("24 months after the meeting; the agenda stays without the name"),
        lambda today: AgendaItem.objects.exclude(speaker="").filter(
            meeting__ends_at__date__lt=months_before(today, 24)
        ),
        _forget_speakers,
    ),
)

KEPT_OTHERWISE = {MeetingChange: _("only the link to the account is personal; it goes with the account")}

_STAYS = AtErasure.STAYS_WITHOUT_PERSON
OF_PERSON = {
    # A speaker is written as people are called on a programme: no row of the registry is pointed to.
    AgendaItem: Declared(
        lambda _subject: Q(pk__in=[]),
        _STAYS,
        _("A speaker's name is on the agenda that was published; ask its host to take it out."),
    ),
    MeetingChange: Declared(accounts_in("by"), _STAYS, WORK),
}
