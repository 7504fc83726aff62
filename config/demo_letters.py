"""The demo's letters: the jobs that write them have run this morning, and the letters wait in the outbox."""

from django.utils import timezone

from jobs.models import JobRun
from jobs.registry import find_job
from jobs.running import perform

THIS_MORNING = ("update_tasks", "ask_to_check_contacts", "tell_vacancies", "coordinators_week", "liaisons_month")


def run_this_mornings_jobs():
    """Run the jobs by the clock as the worker would; the worker of `make run` then sends what may go by now."""
    now = timezone.now()
    for name in THIS_MORNING:
        run = JobRun.objects.create(name=name, slot=find_job(name).slot(now), claimed_at=now)
        perform(run.pk)
