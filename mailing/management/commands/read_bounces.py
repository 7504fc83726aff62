from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mailing.mailbox import read_mailbox


class Command(BaseCommand):
    """Read the mailbox to which letters come back: write bounces down, pass people's replies on; prints one line."""

    help = "Read the mailbox of MAIL_BOX_URL: note what came back, pass people's replies on. Safe to run twice."

    def handle(self, *args, **options):
        if not settings.MAIL_BOX_URL:
            raise CommandError("MAIL_BOX_URL is not set.")
        counts = read_mailbox()
        self.stdout.write(", ".join(f"{what} {n}" for what, n in sorted(counts.items())) or "nothing has come")
