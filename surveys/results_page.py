"""A municipality's own results, for its people before publication and for the coordinator's preview."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from common.partial_dates import MAX_YEAR
from surveys.models import MunicipalityResult, ReplyComment, Response, Round
from surveys.publishing import MunicipalityRows, is_published, preview_of
from surveys.replying import refusal_of_agreeing, refusal_of_commenting, seen_in
from surveys.result_page import Around, municipality_page


@dataclass
class ResultsPage:
    """The results of one municipality in a round, as they would be published now, and what was said of them.

    `response` is None where the municipality has not answered at all. Every table is read once.
    """

    round: Round
    municipality: object
    response: Response | None

    @cached_property
    def is_public(self):
        """Whether results of the round have been published."""
        return is_published(self.round)

    @property
    def has_statement(self):
        """Whether the latest edition tells what the municipality answered: then there is a page for its board."""
        answered = MunicipalityResult.objects.latest_answered(self.round)
        return self.is_public and answered.filter(municipality=self.municipality).exists()

    @property
    def is_there(self):
        """Whether there is something to look at: the round has closed, and the answers have been sent in."""
        return self.round.is_closed and self.response is not None and self.response.is_submitted

    @cached_property
    def shown(self):
        """The MunicipalityPage as it would be published now; the others' means and the year before come with that."""
        if self.response is None:
            missing = MunicipalityResult(municipality=self.municipality, state=MunicipalityResult.State.MISSING)
            return municipality_page(MunicipalityRows(missing))
        around = Around(comments=[each for each in self.comments if each.stands_beside])
        return municipality_page(preview_of(self.response), around)

    @cached_property
    def comments(self):
        """The municipality's comments that go on."""
        return list(ReplyComment.objects.of_response(self.response)) if self.response else []

    @property
    def reply(self):
        """The agreement with the results as they stand, or None."""
        return self.response.reply if self.response is not None and self.response.has_agreed else None

    @property
    def may_be_agreed_with(self):
        """Whether the municipality can agree now, for the first time since the answers were sent in."""
        return self._is_free(refusal_of_agreeing) and self.reply is None

    @cached_property
    def may_be_commented_on(self):
        """Whether the municipality can comment now."""
        return self._is_free(refusal_of_commenting)

    def _is_free(self, refusal):
        return self.response is not None and refusal(self.response, is_public=self.is_public) is None

    @property
    def seen(self):
        """What the button carries, so that nobody agrees with answers that are not on the page."""
        return seen_in(self.response)

    @property
    def days_left(self):
        """How many days are left for comments, today included, in words; empty when none are."""
        n_days = (self.round.comments_until - timezone.localdate()).days + 1
        if n_days < 1 or self.is_public:
            return ""
        return ngettext("%(n)s day left", "%(n)s days left", n_days) % {"n": n_days}

    @property
    def questions(self):
        """The questions that stand on the page by theme: [(theme's name, [Question, …])]."""
        return [(theme.name, [each.question for each in theme.answers]) for theme in self.shown.answers]


def results_page_of(municipality, year):
    """Return the ResultsPage of the municipality's round of a year, or None when none was asked."""
    if year > MAX_YEAR:
        return None
    response = Response.objects.with_reply().of_year(municipality, year)
    survey_round = response.round if response else Round.objects.asked_of(municipality).filter(year=year).first()
    return ResultsPage(survey_round, municipality, response) if survey_round else None


def results_page_in(survey_round, municipality):
    """Return the ResultsPage of a municipality in a round."""
    response = Response.objects.with_reply().of_place(survey_round, municipality)
    if response is not None:
        response.round, response.municipality = survey_round, municipality
    return ResultsPage(survey_round, municipality, response)


def results_url(municipality, survey_round):
    """Return the address of the municipality's own page of results in the portal."""
    return reverse("portal_survey_results", args=[municipality.slug, survey_round.year])
