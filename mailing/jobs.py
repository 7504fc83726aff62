"""What letters do by the clock."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from mailing.sending import send_waiting

NOT_YET, TROUBLE = ["waiting", "not_wanted"], ["failed", "doubtful", "lost"]


@job("send_letters", _("Sends the letters that wait for their time or for another try"), every=dt.timedelta(minutes=1))
def send_letters():
    """Send what waits, for four minutes at most; return a Done."""
    return Done.of_counts(send_waiting(seconds=240), skipped=NOT_YET, failed=TROUBLE)
