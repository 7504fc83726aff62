from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who signs in: the account and its sign-in address."""

    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Let the outbox know the letters of accounts, and the scheduler their job."""
        import accounts.clock  # noqa: PLC0415 - registers a job
        import accounts.resetting  # noqa: F401, PLC0415 - registers kinds of letters
