"""What the registry does by the clock; the commands of the same names do it at once."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from jobs.words import add_finder, add_words
from registry.directory import forget_sent_texts
from registry.letters.association_check import is_spring, queue_association_checks
from registry.letters.contact_check import queue_contact_checks
from registry.letters.coordinator_digest import is_monday, queue_coordinator_digests
from registry.letters.liaison_digest import is_first_working_day, queue_liaison_digests
from registry.letters.vacancy import queue_vacancy_letters
from registry.privacy import declared_retentions, enforce_retention
from registry.returned import take_returned_letters
from registry.tasks import update_tasks

add_words(
    {
        "vacancies opened": _("vacancies opened"),
        "vacancies closed": _("vacancies closed"),
        "emptied": _("texts emptied"),
        "taken": _("letters that came back"),
        "mended": _("addresses mended"),
    }
)


@add_finder
def _name_of_table(code):
    """Return the name of the table in a line of the job that removes old data."""
    tables = {each.model._meta.model_name: each.model._meta.verbose_name_plural for each in declared_retentions()}
    return tables.get(code, code)


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


@job(
    "take_bounces",
    _("Makes tasks of addresses from which letters come back, closes those that are mended"),
    every=dt.timedelta(minutes=5),
)
def run_take_bounces():
    """Take note of letters that came back; return a Done."""
    return Done.of_counts(take_returned_letters())


def _told(counts):
    """Return the Done of letters queued and of people left out, each reason with how many."""
    return Done.of_counts(counts, skipped=[reason for reason in counts if reason != "queued"])


# Before eight, when letters begin to go; after the tasks have been put in step.


@job("ask_to_check_contacts", _("Asks people every half year whether their details are right"), daily_at=dt.time(6, 10))
def run_contact_checks():
    """Queue the questions of the day; return a Done."""
    return _told(queue_contact_checks())


@job(
    "ask_associations",
    _("Asks associations each spring whether their details are right"),
    daily_at=dt.time(6, 50),
    on_days=is_spring,
)
def run_association_checks():
    """Queue the questions of the day; return a Done."""
    return _told(queue_association_checks())


@job("tell_vacancies", _("Tells agents that the liaison has left"), daily_at=dt.time(6, 20))
def run_vacancy_letters():
    """Queue one letter for each vacancy and agent; return a Done."""
    return _told(queue_vacancy_letters())


@job(
    "coordinators_week",
    _("Writes on Mondays to coordinators what their week holds"),
    daily_at=dt.time(6, 30),
    on_days=is_monday,
)
def run_coordinator_digests():
    """Queue the week's letters; return a Done."""
    return _told(queue_coordinator_digests())


@job(
    "liaisons_month",
    _("Writes on the first working day of a month to liaisons"),
    daily_at=dt.time(6, 40),
    on_days=is_first_working_day,
)
def run_liaison_digests():
    """Queue the month's letters; return a Done."""
    return _told(queue_liaison_digests())
