"""What accounts do by the clock."""

import datetime as dt

from django.core.management import call_command
from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from jobs.words import add_words

REMOVED = "sessions that have ended were removed"
add_words({REMOVED: _("sessions that have ended were removed")})


@job("clear_sessions", _("Removes sessions that have ended"), daily_at=dt.time(3, 40))
def clear_sessions():
    """Remove the sessions that have ended; return a Done."""
    call_command("clearsessions")
    return Done(line=REMOVED)
