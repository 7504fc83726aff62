"""The associations' side of a round in the administration: who has shared the address, and the editions."""

from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from surveys.association_page import place_lines
from surveys.editions import association_counts_of_region, put_together


class AssociationPages:
    """The pages of a round's associations' side."""

    def association_pages(self):
        """Return the pages by the last word of their address."""
        return {
            "associations": self.associations,
            "associations_edition": self.associations_edition,
            "associations_new_edition": self.associations_new_edition,
        }

    def associations(self, request, object_id):
        """Show each municipality with its address and about how many have answered, and the editions."""
        survey_round = self.round_row(request, object_id)
        context = self._context(
            request,
            survey_round,
            _("The associations' side of %(round)s") % {"round": survey_round},
            lines=[] if survey_round.is_draft else place_lines(survey_round),
            editions=survey_round.association_editions.select_related("made_by"),
            may_change=not survey_round.is_draft and self.has_change_permission(request, survey_round),
            coordinates=self.coordinates(request, survey_round),
        )
        return TemplateResponse(request, "admin/surveys/round_associations.html", context)

    def associations_edition(self, request, object_id):
        """Show what an edition shows of the region and of each municipality; the latest unless another is asked for."""
        survey_round = self.round_row(request, object_id)
        number = request.GET.get("numero", "")
        editions = survey_round.association_editions.all()
        edition = next((each for each in editions if not number or str(each.number) == number), None)
        if edition is None:
            raise Http404
        edition.round = survey_round
        region, places = association_counts_of_region(edition)
        context = self._context(
            request,
            survey_round,
            _("Edition %(number)s of the associations' answers") % {"number": edition.number},
            edition=edition,
            region=region,
            places=places,
        )
        return TemplateResponse(request, "admin/surveys/round_associations_edition.html", context)

    def associations_new_edition(self, request, object_id):
        """Ask and put the next edition together."""
        survey_round = self.step_row(request, object_id)
        return self.ask_and_do(
            request,
            survey_round,
            title=_("Put the next edition together"),
            effects=lambda: [
                _("What has been answered until now is shown, where it is at least five and at least five more."),
                _("An edition stays as it was made; a later one stands beside it."),
                *self._of_the_rest(survey_round),
            ],
            do=lambda: put_together(survey_round, by=request.user),
            done_url=self.step_url("associations", survey_round),
        )

    def _of_the_rest(self, survey_round):
        """Say what the edition after closing adds, which cannot be taken apart again."""
        if not survey_round.is_closed:
            return [_("The round still takes answers. After it has closed, the region's sums also have the answers of "
                      "municipalities with fewer than five.")]  # fmt: skip
        return [_("The region's sums also have the answers of municipalities with fewer than five, together. Answers "
                  "that are in them so are not shown by municipality any more, also if papers are added later: type "
                  "in all papers first.")]  # fmt: skip
