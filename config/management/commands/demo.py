from django.core.management.base import BaseCommand, CommandError

from config.demo import PASSWORD, build_demo
from registry.models import Region


class Command(BaseCommand):
    """Fill an empty database with the demo world; refuses a database that already holds something."""

    help = "Fill an empty database with the demo world (--if-empty: do nothing when it is not empty)."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="say nothing when the database is not empty")

    def handle(self, *args, if_empty, **options):
        if Region.objects.exists():
            if if_empty:
                return
            raise CommandError("The database is not empty. The demo is only for an empty database.")
        n_people = build_demo()
        self.stdout.write(f"demo: {n_people} invented people; sign in as admin@example.org with {PASSWORD}")
