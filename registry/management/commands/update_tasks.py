from django.core.management.base import BaseCommand

from registry.tasks import update_tasks


class Command(BaseCommand):
    """Do what ended roles ask for: pass on the tasks of who has left, open and close vacancies; prints one line."""

    help = "Pass on tasks of those whose roles have ended, and ask for new liaisons. Safe to run twice."

    def handle(self, *args, **options):
        self.stdout.write(", ".join(f"{what} {n}" for what, n in update_tasks().items()))
