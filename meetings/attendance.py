"""How many came to a meeting, municipality by municipality: written down when it has begun, kept without names."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from meetings.models import Attendance
from meetings.seats import hold_meeting


@transaction.atomic
def write_attendance(meeting, counts):
    """Write how many came: {municipality's id: number}, 0 for nobody; return how many municipalities took part.

    What was written before is replaced. Raises ValidationError with code "not_begun", or "cancelled".
    """
    meeting = hold_meeting(meeting)
    if meeting.is_draft or not meeting.has_begun:
        raise ValidationError(_("The meeting has not begun."), code="not_begun")
    if meeting.is_cancelled:
        raise ValidationError(_("The meeting has been cancelled."), code="cancelled")
    Attendance.objects.filter(meeting=meeting).delete()
    rows = [Attendance(meeting=meeting, municipality_id=pk, n_people=n) for pk, n in counts.items() if n]
    for row in rows:
        row.clean_fields()
        row.save()
    return len(rows)


def attendance_of(meeting):
    """Return what has been written down of a meeting: {municipality's id: number}."""
    return dict(Attendance.objects.filter(meeting=meeting).values_list("municipality", "n_people"))
