"""Moments in Helsinki, from a day and a time on the wall."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from meetings.models.meetings import HELSINKI


def moment(day, clock):
    """Return the aware moment at which it is `clock` (a time) on `day` in Helsinki.

    Raises ValidationError with code "no_such_time" for a time in the hour that is left out in spring, and
    "twice" for one in the hour that comes twice in autumn.
    """
    first, second = (dt.datetime.combine(day, clock, HELSINKI).replace(fold=fold) for fold in (0, 1))
    # PEP 495: in a gap the earlier fold has the smaller offset, in a repeated hour the greater one.
    if first.utcoffset() < second.utcoffset():
        raise ValidationError(
            _("There is no such time: clocks are put forward that night. Choose another time."), code="no_such_time"
        )
    if first.utcoffset() > second.utcoffset():
        raise ValidationError(
            _("This time comes twice: clocks are put back that night. Choose another time."), code="twice"
        )
    return first
