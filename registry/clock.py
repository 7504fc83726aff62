"""What the registry does by the clock; the commands of the same names do it at once."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from registry.directory import forget_sent_texts
from registry.privacy import enforce_retention
from registry.tasks import update_tasks


@job("update_tasks", _("Passes on tasks of those who have left, opens and closes vacancies"), daily_at=dt.time(0, 20))
def run_update_tasks():
    """Do what ended roles ask for; return a Done."""
    return Done.of_counts(update_tasks())


@job("enforce_retention", _("Removes personal data whose time is over"), daily_at=dt.time(3, 20))
def run_enforce_retention():
    """Remove personal data whose time is over; return a Done."""
    return Done.of_counts(enforce_retention())


@job(
    "forget_questions",
    _("Empties the texts of questions to colleagues whose letters have left"),
    every=dt.timedelta(minutes=10),
)
def run_forget_questions():
    """Empty the texts of questions to colleagues whose letters have left; return a Done."""
    return Done.of_counts({"emptied": forget_sent_texts()})
