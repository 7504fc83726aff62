"""What else is on the same day: said when a day is chosen, so that nobody has to move a meeting."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from mailing.rules import is_holiday
from meetings.models import Meeting


@dataclass(frozen=True)
class Clash:
    """Something that speaks against a day: a sentence, and the meeting when there is one."""

    words: str
    meeting: Meeting | None = None


def clashes_of(meeting):
    """Return a Clash for a public holiday, for July, and for each other published meeting of the day that concerns
    the same region; those of the same hosts first. Empty while the date is open. One query.
    """
    if meeting.starts_at is None:
        return []
    first, last = timezone.localdate(meeting.starts_at), timezone.localdate(meeting.ends_at)
    found = []
    if is_holiday(first):
        found.append(Clash(_("The day is a public holiday, or the eve of one.")))
    if first.month == 7:
        found.append(Clash(_("It is July: most people are on holiday.")))
    own = {each.municipality_id for each in meeting.hosts.all()}
    others = Meeting.objects.published().standing().filter(region=meeting.region_id).between(first, last)
    others = sorted(
        others.exclude(pk=meeting.pk).with_what_is_shown(),
        key=lambda other: not own & {each.municipality_id for each in other.hosts.all()},
    )
    return found + [Clash(_words(other, own), other) for other in others]


def _words(other, own):
    hosts = ", ".join(each.municipality.name for each in other.hosts.all())
    told = {"hosts": hosts, "title": other.title, "time": f"{timezone.localtime(other.starts_at):%H.%M}"}
    if own & {each.municipality_id for each in other.hosts.all()}:
        return _("You host another meeting on the same day: %(title)s at %(time)s.") % told
    if hosts:
        return _("On the same day elsewhere: %(title)s at %(time)s (%(hosts)s).") % told
    return _("The region meets on the same day: %(title)s at %(time)s.") % told
