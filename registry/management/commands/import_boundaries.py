from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registry.boundary_files import import_boundaries


class Command(BaseCommand):
    """Replace the municipalities' boundaries by those of a GeoJSON or TopoJSON file, so that maps become maps.

    A file with anything wrong in it is refused whole. Safe to run twice.
    """

    help = "Read municipalities' boundaries from a GeoJSON or TopoJSON file in place of earlier ones."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--attribution", required=True, help="who has made the boundaries, under which licence")
        parser.add_argument("--code-field", metavar="NAME", help="the property with the official code, if not found")
        parser.add_argument(
            "--tolerance", type=float, default=200, metavar="METRES", help="how far a line may be off (200)"
        )

    def handle(self, *args, file, attribution, code_field, tolerance, **options):
        try:
            done = import_boundaries(file, attribution=attribution, code_field=code_field, tolerance=tolerance)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(str(done))
