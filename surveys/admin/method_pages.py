"""How a round is scored, in the administration: its weights in one overview, and publishing the method page."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.admin.base import Step
from surveys.announcing import announce_method, withdraw_method
from surveys.completeness import problems_of
from surveys.models import Question, Round
from surveys.weights import change_weights, weights_of


class WeightField(forms.DecimalField):
    """A weight; its name stands in the table beside it."""

    def __init__(self, name, weight):
        column = Question._meta.get_field("weight")
        super().__init__(
            label=name, initial=weight, max_digits=column.max_digits, decimal_places=column.decimal_places,
            validators=[MinValueValidator(0)],
        )  # fmt: skip
        self.widget.attrs |= {"min": 0, "step": "any", "class": "weight"}


class WeightsForm(forms.Form):
    """The weights of a round's themes and questions, and whether a total is shown."""

    shows_total = forms.BooleanField(
        label=gettext_lazy("Show a total over the themes"),
        required=False,
        help_text=gettext_lazy(
            "Usually there is none: the themes are told side by side. "
            "With it, the themes' weights say how much each counts."
        ),
    )

    def __init__(self, *args, survey_round, themes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["shows_total"].initial = survey_round.shows_total
        self.themes = themes
        for part in themes:
            self.fields[f"theme-{part.theme.pk}"] = WeightField(str(part.theme), part.theme.weight)
            for line in part.lines:
                self.fields[f"question-{line.question.pk}"] = WeightField(
                    line.question.wording or line.question.key, line.question.weight
                )

    @cached_property
    def parts(self):
        """The themes with their inputs: (ThemeWeights, field, [(QuestionWeight, field), …])."""
        return [
            (
                part,
                self[f"theme-{part.theme.pk}"],
                [(line, self[f"question-{line.question.pk}"]) for line in part.lines],
            )
            for part in self.themes
        ]

    def weights(self, of):
        """Return {id: weight} of what was typed for every "theme" or "question"."""
        return {
            int(name.partition("-")[2]): weight
            for name, weight in self.cleaned_data.items()
            if name.startswith(f"{of}-")
        }


class MethodPages:
    """The pages of a round about its points."""

    def method_pages(self):
        """Return the pages by the last word of their address."""
        return {"weights": self.weights, "announce": self.announce, "unannounce": self.unannounce}

    def method_steps(self, request, survey_round):
        """Offer what can be done about the points of a round as it stands."""
        steps = [Step(_("Weights of this round"), self.step_url("weights", survey_round))]
        if survey_round.has_method_page:
            steps.append(Step(_("Method page"), method_url(survey_round)))
        if survey_round.is_draft and self.has_change_permission(request, survey_round):
            if survey_round.announced_on:
                steps.append(Step(_("Take the method page back"), self.step_url("unannounce", survey_round)))
            else:
                steps.append(Step(_("Publish the method page"), self.step_url("announce", survey_round)))
        return steps

    def weights(self, request, object_id):
        """Show what each theme and question weighs; in a draft they are changed here."""
        survey_round = self.round_row(request, object_id)
        may_change = survey_round.is_draft and self.has_change_permission(request, survey_round)
        is_sent = request.method == "POST" and may_change
        form = WeightsForm(
            request.POST if is_sent else None, survey_round=survey_round, themes=weights_of(survey_round)
        )
        if is_sent and form.is_valid() and self._changed(request, survey_round, form):
            self.message_user(request, _("The weights are saved."), "SUCCESS")
            return redirect(self.step_url("weights", survey_round))
        title = _("Weights of this round")
        context = self._context(request, survey_round, title, form=form, may_change=may_change)
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/surveys/round_weights.html", context, status=status)

    def _changed(self, request, survey_round, form):
        """Change the weights; what is refused stands above the form."""
        try:
            change_weights(
                survey_round, themes=form.weights("theme"), questions=form.weights("question"),
                shows_total=form.cleaned_data["shows_total"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
            return False
        return True

    def announce(self, request, object_id):
        """Ask and make the method page public before the round opens."""
        survey_round = self.step_row(request, object_id)
        form = forms.Form(request.POST or None)
        form.full_clean()
        return self.ask_and_do(
            request,
            survey_round,
            form,
            title=_("Publish the method page"),
            effects=lambda: [
                _("Anyone can read what will be asked and how it is scored: %(address)s")
                % {"address": method_url(survey_round)},
                _(
                    "You can go on changing the questions until the round opens; the page follows. "
                    "It can be taken back."
                ),
                *_what_is_missing(survey_round),
            ],
            do=lambda: announce_method(survey_round, by=request.user),
        )

    def unannounce(self, request, object_id):
        """Ask and take the method page back."""
        survey_round = self.step_row(request, object_id)
        form = forms.Form(request.POST or None)
        form.full_clean()
        return self.ask_and_do(
            request,
            survey_round,
            form,
            title=_("Take the method page back"),
            effects=lambda: [
                _("The page can no longer be read. It becomes public when the round opens, at the latest.")
            ],
            do=lambda: withdraw_method(survey_round, by=request.user),
        )


def method_url(survey_round: Round):
    """Return the address of the round's public method page."""
    return reverse("survey_method", args=[survey_round.region.slug, survey_round.year])


def _what_is_missing(survey_round):
    """Return a sentence when the draft cannot be opened as it is: its page shows the gaps, too."""
    n_problems = len(problems_of(survey_round)) if survey_round.is_draft else 0
    if not n_problems:
        return []
    return [_("Things still missing from the round: %(n)s. Its list of questions tells which.") % {"n": n_problems}]
