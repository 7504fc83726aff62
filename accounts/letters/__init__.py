"""Letters about accounts: their kinds; the words stand in the files beside this one."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from mailing.kinds import Placeholder, declare_kind

FOLDER = Path(__file__).parent
ABOUT_ACCOUNT = _("You get this letter because this address is the sign-in address of an account in %(site)s.")

# Made by the library at the moment of asking and sent at once: what holds a code is never stored.
SIGN_IN_CODE = declare_kind(
    "sign_in_code",
    label=_("Sign-in code"),
    why=_("You get this letter because somebody asked for a sign-in code in %(site)s with this address."),
    is_duty=True,
    folder=FOLDER,
    placeholders={"code": Placeholder(_("the code"), "K7M2-Q4XZ", is_required=True)},
)
CONFIRMING_CODE = declare_kind(
    "confirming_code",
    label=_("Code before a sensitive step"),
    why=_("You get this letter because somebody who is signed in to your account in %(site)s asked for a code."),
    is_duty=True,
    folder=FOLDER,
    placeholders={"code": Placeholder(_("the code"), "K7M2-Q4XZ", is_required=True)},
)
UNKNOWN_ACCOUNT = declare_kind(
    "unknown_account",
    label=_("Sign-in code for an unknown address"),
    why=_("You get this letter because somebody asked for a sign-in code in %(site)s with this address."),
    is_duty=True,
    folder=FOLDER,
    placeholders={"address": Placeholder(_("the address that was given"), "leena@example.org")},
)
ACCOUNT_CHANGED = declare_kind(
    "account_changed",
    label=_("A change of the account"),
    why=ABOUT_ACCOUNT,
    is_duty=True,
    folder=FOLDER,
    placeholders={"change": Placeholder(_("what has changed"), _("second factor added"), is_required=True)},
)
