from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registry.models import Region
from surveys.round_files import import_round


class Command(BaseCommand):
    """Take in a round with its answers from a file that `export_round` wrote; of a wrong file nothing is saved."""

    help = "Take in a survey round with its answers from a file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args, file, **options):
        try:
            made = import_round(file.read_text(encoding="utf-8-sig"), Region.objects.with_pages(), by=None)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as text.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{made}: {made.responses.count()} responses taken in")
