"""What a municipality's people see of the associations' side: the address to share, papers, and the latest edition.

Nothing here reads what has been answered but through editions; of how many there are, steps of five are told, so that
nobody who watches the number can tell when a certain association answered.
"""

from dataclasses import dataclass
from functools import cached_property

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surveys.editions import association_counts_for
from surveys.models import AssociationEdition, AssociationTally, OpenLink, PaperBatch, Round
from surveys.open_links import address_of
from surveys.responses import places_of
from surveys.suppression import LEAST


def round_for_associations(municipality, year):
    """Return the opened round of a year that was asked of the municipality, or None."""
    return Round.objects.asked_of(municipality).select_related("region").filter(year=year).first()


def about_how_many(n):
    """Return a number of answers in steps of five, in words."""
    if n == 0:
        return _("none yet")
    return _("at least %(n)s") % {"n": n - n % LEAST} if n >= LEAST else _("fewer than five")


class AssociationPage:
    """The associations' side of one municipality in one round; tables are read once, when first asked for."""

    def __init__(self, survey_round, municipality):
        self.round, self.municipality = survey_round, municipality

    @cached_property
    def asks_something(self):
        """Whether the round asks associations anything."""
        return self.round.questions.for_associations().exists()

    @cached_property
    def open_link(self):
        """The OpenLink, or None before somebody has made it."""
        rows = OpenLink.objects.of_place(self.round, self.municipality).select_related("link")
        return rows.first()

    @cached_property
    def address(self):
        """The address to share in the active language, or None."""
        return address_of(self.open_link) if self.open_link else None

    @property
    def texts(self):
        """(language, name of it, text to paste into a letter) in each language of the round."""
        made = []
        for language in self.round.languages:
            with translation.override(language):
                name = translation.get_language_info(language)["name_local"]
                made.append((language, name.capitalize(), self._text()))
        return made

    def _text(self):
        return _(
            "How does cooperation with the municipality work from your association's point of view? Answer a few "
            "questions about %(municipality)s by %(day)s. It takes about two minutes, needs no account, and nobody "
            "sees who answered: %(address)s"
        ) % {
            "municipality": self.municipality.name,
            "day": date_format(self.round.closes_on, "SHORT_DATE_FORMAT"),
            "address": address_of(self.open_link),
        }

    @cached_property
    def answered_by_link(self):
        """About how many have answered by the link, in words."""
        tally = AssociationTally.objects.of_place(self.round, self.municipality).first()
        return about_how_many(tally.n_sheets if tally else 0)

    @cached_property
    def batches(self):
        """The papers that have been counted, the latest first."""
        return list(PaperBatch.objects.for_place_page(self.round, self.municipality))

    @cached_property
    def edition(self):
        """The latest edition, or None."""
        return AssociationEdition.objects.latest_of(self.round)

    @cached_property
    def shown(self):
        """The ShownCounts of each question in the latest edition."""
        return association_counts_for(self.edition, self.municipality) if self.edition else []

    @property
    def n_shown(self):
        """Of how many questions something is shown."""
        return sum(each.is_shown for each in self.shown)

    @property
    def n_not_shown(self):
        """Of how many questions too few have answered."""
        return len(self.shown) - self.n_shown


@dataclass(frozen=True)
class PlaceLine:
    """A municipality in the coordinator's list: whether its address has been made, and how many have answered."""

    municipality: object
    has_address: bool
    answered_by_link: str
    n_papers: int


def place_lines(survey_round):
    """Return the PlaceLine of each municipality that is asked, by name, in a fixed number of queries."""
    made = set(survey_round.open_links.values_list("municipality", flat=True))
    sheets = dict(survey_round.association_tallies.values_list("municipality", "n_sheets"))
    papers = {}
    for municipality, n in survey_round.paper_batches.in_force().values_list("municipality", "n_papers"):
        papers[municipality] = papers.get(municipality, 0) + n
    return [
        PlaceLine(place, place.pk in made, about_how_many(sheets.get(place.pk, 0)), papers.get(place.pk, 0))
        for place in places_of(survey_round)
    ]
