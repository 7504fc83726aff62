"""Why a letter does not go out, or not yet: codes that are stored, and their words."""

from django.utils.translation import gettext_lazy as _

_words = {
    # Nobody wants it any more, or not at all
    "not_wanted": _("no longer needed"),
    "unsubscribed": _("has asked for no such letters"),
    "not_sent_here": _("outside the real installation letters go to listed addresses only"),
    "cancelled": _("cancelled by a person"),
    # Left out of a mass letter
    "no_address": _("no address"),
    "duplicate_address": _("the same address is in the list already"),
    "written_recently": _("was written to a short time ago"),
    "bounced": _("letters to this address come back"),
    "queued_before": _("this letter has been queued for the address already"),
    # Not yet
    "quiet": _("waits for the next hour at which letters go out"),
    "spacing": _("waits, because the recipient was written to a short time ago"),
    "full_month": _("waits, because the recipient has had many letters in a month"),
    "again": _("the mail server did not take it; tried again later"),
    # Did not go, or perhaps
    "refused": _("the recipient's mail server refused the letter"),
    "gave_up": _("tried many times in vain"),
    "broken": _("the letter could not be made"),
    "unknown_end": _("the connection broke when the letter had been handed over: it may have arrived"),
    "worker_died": _("the sending was interrupted: the letter may have arrived"),
}


def add_reasons(words):
    """Let an application on a higher floor name its own reasons: {code: words}; called from its `ready`."""
    _words.update(words)


def reason_in_words(code):
    """Return the words of the reason `code`; empty for none, the code itself when nobody named it."""
    return _words.get(code, code) if code else ""
