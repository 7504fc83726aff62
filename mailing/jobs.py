"""What letters do by the clock."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from jobs.words import add_finder, add_words
from mailing.mailbox import NOBODY, read_mailbox
from mailing.models import Letter
from mailing.reasons import reason_in_words
from mailing.sending import send_waiting

add_words(
    {state.value: state.label for state in Letter.State}
    | {
        "queued": _("queued"),
        "lost": _("taken by another worker"),
        "bounce": _("came back"),
        "automatic": _("answers of those who are away"),
        "calendar": _("answers of calendars"),
        "notice": _("notices"),
        "unknown report": _("reports about no letter of ours"),
        "passed on": _("passed on"),
        "not passed on": _("not passed on"),
        "no mailbox is set": _("no mailbox is set"),
        NOBODY: _("nobody to pass it on to"),
    }
)
add_finder(reason_in_words)
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
