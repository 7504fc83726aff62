from django.core.management.base import BaseCommand, CommandError

from registry.models import Region
from surveys.default_questionnaire import load_questionnaire


class Command(BaseCommand):
    """Make a region's draft round of a year from the default questionnaire; does nothing where there is a round.

    Without --region only the themes, criteria and indicators are added. Safe to run twice.
    """

    help = "Add the default questionnaire's themes, criteria and indicators, and make a draft round from it."

    def add_arguments(self, parser):
        parser.add_argument("--region", help="address of the region, such as pohjois-pohjanmaa")
        parser.add_argument("--year", type=int, help="year of the round; this year when left out")

    def handle(self, *args, region, year, **options):
        place = None
        if region:
            place = Region.objects.with_pages().filter(slug=region).first()
            if place is None:
                raise CommandError(f"No region that keeps records has the address “{region}”.")
        survey_round, n_indicators = load_questionnaire(place, year=year)
        made = f", {survey_round} ({survey_round.questions.count()} questions)" if survey_round else ""
        self.stdout.write(f"questionnaire: {n_indicators} indicators added{made}")
