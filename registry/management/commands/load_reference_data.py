from django.core.management.base import BaseCommand

from registry.reference import load_reference_data


class Command(BaseCommand):
    """Add the real regions, municipalities, groupings, populations and published figures, and the page texts.

    Adds only what is missing, so it is safe to run twice.
    """

    help = "Add reference data that is not in the database yet."

    def handle(self, *args, **options):
        self.stdout.write(f"reference data: {load_reference_data()} rows added")
