from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Jobs by the clock, and what became of each run."""

    name = "jobs"
    verbose_name = _("Jobs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register the jobs that take care of jobs and tasks themselves."""
        import jobs.care  # noqa: F401, PLC0415 - registers jobs
