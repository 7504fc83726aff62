from django.core.management.base import BaseCommand

from registry.privacy import enforce_retention


class Command(BaseCommand):
    """Remove personal data whose retention period is over; prints how many rows of each table, never whose."""

    help = "Remove personal data whose retention period is over (--preview: only count it)."

    def add_arguments(self, parser):
        parser.add_argument("--preview", action="store_true", help="count, remove nothing")

    def handle(self, *args, preview, **options):
        counts = enforce_retention(preview=preview)
        verb = "would remove" if preview else "removed"
        self.stdout.write(f"{verb} " + ", ".join(f"{table} {n}" for table, n in counts.items()))
