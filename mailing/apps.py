from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingConfig(AppConfig):
    """Letters on their way: the outbox, what was sent, and what became of it."""

    name = "mailing"
    verbose_name = _("Letters")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Let the scheduler know the jobs of letters, and listen to the mail provider."""
        import mailing.jobs  # noqa: F401, PLC0415 - registers jobs
        from mailing import provider  # noqa: PLC0415

        provider.connect()
