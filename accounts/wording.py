"""The sign-in library's words where they differ from ours: one thing has one name, a passkey; ours go first.

Nothing imports these; `make messages` finds them.
"""

from django.utils.translation import gettext_noop as _

WORDS = [
    _("A new security key has been added."),
    _("A security key has been removed."),
    _("Add Security Key"),
    _("Are you sure you want to remove this security key?"),
    _("Edit Security Key"),
    _("No security keys have been added."),
    _("Remove Security Key"),
    _("Security Key Added"),
    _("Security Key Removed"),
    _("Security Keys"),
    _("Security key"),
    _("Security key added."),
    _("Security key removed."),
    _("This key does not indicate whether it is a passkey."),
    _("Use a security key"),
]
