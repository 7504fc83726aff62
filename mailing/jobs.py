"""What letters do by the clock."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from mailing.mailbox import read_mailbox
from mailing.sending import send_waiting

NOT_YET, TROUBLE = ["waiting", "not_wanted"], ["failed", "doubtful", "lost"]


@job("send_letters", _("Sends the letters that wait for their time or for another try"), every=dt.timedelta(minutes=1))
def send_letters():
    """Send what waits, for four minutes at most; return a Done."""
    return Done.of_counts(send_waiting(seconds=240), skipped=NOT_YET, failed=TROUBLE)


@job("read_bounces", _("Reads what came back, and passes replies on"), every=dt.timedelta(minutes=10))
def read_bounces():
    """Read the mailbox of letters, where there is one; return a Done."""
    if not settings.MAIL_BOX_URL:
        return Done(line="no mailbox is set")
    return Done.of_counts(
        read_mailbox(), skipped=["automatic", "calendar", "notice", "unknown report", "not passed on"]
    )
