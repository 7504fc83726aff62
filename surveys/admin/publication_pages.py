"""Before and after publication of a round: what to check, previews, decisions on comments, publishing, corrections."""

from django import forms
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.admin.base import Step, is_id
from surveys.document_files import DOCX
from surveys.models import ReplyComment
from surveys.press import EVERYBODY, REGION, places_with_draft, press_file
from surveys.publication_page import PublicationPage
from surveys.publishing import is_published, problems_of_publishing, publish_results
from surveys.replying import decide_comment
from surveys.results_page import results_page_in


class DecisionForm(forms.Form):
    """What becomes of a comment, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=ReplyComment.Decision.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "“Corrected” needs that the answer was given anew. “Under review” stands beside the published figure until "
            "you decide otherwise."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The municipality reads it. No names."),
    )


class CorrectionForm(forms.Form):
    """What a later edition corrects, and why, for anyone to read."""

    fi = forms.CharField(
        label=gettext_lazy("What was corrected and why, in Finnish"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the public log. No names."),
    )
    sv = forms.CharField(
        label=gettext_lazy("In Swedish"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    en = forms.CharField(
        label=gettext_lazy("In English"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class PressForm(forms.Form):
    """Which drafts, and until when they are secret: what is not public yet needs its moment."""

    what = forms.ChoiceField(label=gettext_lazy("Which drafts"))
    embargo = forms.DateTimeField(
        label=gettext_lazy("Embargo until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("The moment of publication. It stands on top of each page."),
    )

    def __init__(self, *args, survey_round, is_public, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [
            (EVERYBODY, _("The region and each municipality (ZIP)")),
            (REGION, _("The region")),
            *((place.slug, place.name) for place in places_with_draft(survey_round)),
        ]
        if is_public:
            del self.fields["embargo"]

    def clean_embargo(self):
        """Refuse a moment that has passed."""
        embargo = self.cleaned_data["embargo"]
        if embargo <= timezone.now():
            raise forms.ValidationError(_("The moment has to be still to come."), code="passed")
        return embargo


class PublicationPages:
    """The pages of a round's publication."""

    def publication_pages(self):
        """Return the pages by the last word of their address."""
        return {
            "publication": self.publication,
            "result_preview": self.result_preview,
            "decide": self.decide,
            "publish": self.publish,
            "press": self.press,
        }

    def publication_steps(self, survey_round):
        """Offer the publication of a round that has been opened."""
        url = self.step_url("publication", survey_round)
        return [] if survey_round.is_draft else [Step(_("Results and publication"), url)]

    def publication(self, request, object_id):
        """Show what is to be checked, the comments, each municipality's preview, and what has been published."""
        survey_round = self.round_row(request, object_id)
        context = self._context(
            request,
            survey_round,
            _("Results of %(round)s") % {"round": survey_round},
            page=PublicationPage(survey_round),
            may_change=self.has_change_permission(request, survey_round),
        )
        return TemplateResponse(request, "admin/surveys/round_publication.html", context)

    def result_preview(self, request, object_id):
        """Show a municipality's page as it would be published now, as its own people see it; nothing is saved."""
        survey_round = self.round_row(request, object_id)
        page = results_page_in(survey_round, self._place(request, survey_round))
        if not survey_round.is_closed:
            raise Http404
        context = {"survey_round": survey_round, "page": page, "back_url": self.step_url("publication", survey_round)}
        return TemplateResponse(request, "surveys/results_preview.html", context)

    def decide(self, request, object_id):
        """Ask what becomes of a comment, and why, and record it."""
        survey_round = self.step_row(request, object_id)
        pk = request.GET.get("kommentti", "")
        comment = ReplyComment.objects.of_round(survey_round).filter(pk=pk if is_id(pk) else 0).first()
        if comment is None:
            raise Http404
        words = dict(ReplyComment.Decision.choices)
        return self.ask_and_do(
            request,
            survey_round,
            DecisionForm(request.POST or None),
            title=_("Decide on the comment of %(municipality)s") % {"municipality": comment.response.municipality},
            intro=[comment.about, comment.text],
            effects=lambda decision, reason: [
                f"{comment.about}: {comment.text}",
                f"{capfirst(words[decision])}: {reason}",
                _("Who commented gets a letter within half an hour, with everything that you decide meanwhile."),
            ],
            do=lambda decision, reason: decide_comment(comment, decision, reason, by=request.user),
            done_url=f"{self.step_url('publication', survey_round)}#comments",
        )

    def publish(self, request, object_id):
        """Ask and publish the results of the round all at once; after the first time a correction with its words."""
        survey_round = self.step_row(request, object_id)
        is_correction = is_published(survey_round)
        return self.ask_and_do(
            request,
            survey_round,
            CorrectionForm(request.POST or None) if is_correction else None,
            title=_("Publish a correction") if is_correction else _("Publish the results"),
            effects=lambda **words: [*self._what_becomes_public(survey_round), *filter(None, words.values())],
            do=lambda **words: publish_results(survey_round, by=request.user, corrections=words),
            done_url=self.step_url("publication", survey_round),
        )

    def press(self, request, object_id):
        """Ask which drafts of press releases are wanted and until when they are secret; POST hands them over."""
        survey_round = self.round_row(request, object_id)
        if not survey_round.is_closed:
            raise Http404
        is_public = is_published(survey_round)
        form = PressForm(request.POST or None, survey_round=survey_round, is_public=is_public)
        if form.is_valid():
            name, content = press_file(survey_round, **{"embargo": None, **form.cleaned_data}, by=request.user)
            kind = DOCX if name.endswith(".docx") else "application/zip"
            headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
            return HttpResponse(content, content_type=kind, headers=headers)
        context = self._context(
            request, survey_round, _("Drafts of press releases"), form=form, is_public=is_public,
            back_url=self.step_url("publication", survey_round),
        )  # fmt: skip
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/surveys/round_press.html", context, status=status)

    def _what_becomes_public(self, survey_round):
        """Return what publishing does, in sentences; or what keeps it from being done."""
        if problems := problems_of_publishing(survey_round):
            return [_("Not yet: %(why)s") % {"why": sentence} for _code, sentence in problems]
        n = survey_round.responses.submitted().count()
        return [
            ngettext(
                "The results of %(n)s municipality that sent in its answers become public, and the region's.",
                "The results of %(n)s municipalities that sent in their answers become public, and the region's.",
                n,
            )
            % {"n": n},
            _("That the others did not answer, or did not take part, becomes public, too."),
            _("Public answers with the answerer's post, the scores, and public comments can be read by anyone. "
              "Private answers, notes, contact details and files cannot."),
            _("An edition stays as it is published. What is corrected later is a new edition with its reason."),
        ]  # fmt: skip
