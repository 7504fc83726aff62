from django.core.management.base import BaseCommand

from mailing.sending import send_waiting


class Command(BaseCommand):
    """Send the letters that wait: those that a mail server refused, and those with a later time; prints one line."""

    help = "Send the letters that wait, the oldest first. Safe to run twice, also at the same time."

    def handle(self, *args, **options):
        counts = send_waiting()
        self.stdout.write(", ".join(f"{state} {n}" for state, n in sorted(counts.items())) or "nothing waits")
