from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from surveys.models import Round
from surveys.round_files import export_round


class Command(BaseCommand):
    """Write an opened round with its answers to a file; the same bytes for the same answers, and a row in the log."""

    help = "Write an opened survey round with its answers to a file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--region", required=True, help="address of the region, such as pohjois-pohjanmaa")
        parser.add_argument("--year", type=int, required=True, help="year of the round")

    def handle(self, *args, file, region, year, **options):
        survey_round = Round.objects.filter(region__slug=region, year=year).first()
        if survey_round is None:
            raise CommandError(f"There is no round of {year} in “{region}”.")
        try:
            text = export_round(survey_round, by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        file.write_text(text, encoding="utf-8", newline="\n")
        self.stdout.write(f"{survey_round}: {survey_round.responses.count()} responses written")
