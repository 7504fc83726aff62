import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from jobs.care import reap_tasks
from jobs.scheduling import claim_due_jobs


class Command(BaseCommand):
    """Find the jobs that are due and give them to the worker, which is `manage.py db_worker`; prints one line.

    Run by a timer every minute. Safe to run twice, also at once: each moment of each
    job is written down once in the database. With `--forever` it looks each minute
    by itself, as `make run` has it.
    """

    help = "Give the jobs that are due to the worker. Safe to run twice, also at the same time."

    def add_arguments(self, parser):
        parser.add_argument("--forever", action="store_true", help="look every minute until stopped")

    def handle(self, *args, forever, **options):
        while True:
            # Done here, too: the worker that would do it as a job may be the one that died.
            reap_tasks()
            names = [run.name for run in claim_due_jobs()]
            if not forever:
                self.stdout.write("due: " + (", ".join(names) or "nothing"))
                return
            close_old_connections()
            time.sleep(60 - time.time() % 60)
