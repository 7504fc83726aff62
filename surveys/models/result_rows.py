"""What an edition of results says of each municipality and of each question: scores, answers, counts."""

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from common.names import language_suffix, translated
from surveys.models.answers import Answer
from surveys.models.questions import NUMBERS, TEXTS
from surveys.models.results import MunicipalityResult, ResultEdition, ResultQuerySet, ResultRow


class OfResultQuerySet(ResultQuerySet):
    """Reads of what belongs to a municipality's result."""

    edition_path = "result__edition"
    round_path = "result__edition__round"

    def of_edition(self, edition):
        """Return an edition's rows."""
        return self.filter(result__edition=edition)

    def sums_by_theme(self, editions):
        """Return (edition's id, theme's key, sum of the printed scores, how many have one) of these editions."""
        rows = self.filter(result__edition__in=editions, round_theme__isnull=False, value__isnull=False).order_by()
        sums = rows.values("result__edition", "round_theme__theme__key").annotate(total=Sum("value"), n=Count("pk"))
        return sums.values_list("result__edition", "round_theme__theme__key", "total", "n")

    def by_theme(self, editions):
        """Return the scores by theme of these editions, in one query.

        Rows of (edition's id, municipality's id, its name, its slug, theme's key, score, known, applying), by name.
        """
        rows = self.filter(result__edition__in=editions, round_theme__isnull=False, value__isnull=False)
        return rows.order_by(f"result__municipality__sort_key_{language_suffix()}", "pk").values_list(
            "result__edition", "result__municipality", translated("result__municipality__name"),
            "result__municipality__slug", "round_theme__theme__key", "value", "n_known", "n_applying",
        )  # fmt: skip

    def of_results(self, results):
        """Return the rows of these MunicipalityResults, or of what has their ids, in one query."""
        return self.filter(result__in=[each.pk for each in results])

    def of_question(self, edition, question):
        """Return an edition's rows of one question."""
        return self.of_edition(edition).filter(question=question)

    def of_municipality(self, municipality_id, editions):
        """Return a municipality's rows in these editions."""
        return self.filter(result__municipality=municipality_id, result__edition__in=editions)

    def of_questions(self, editions, questions):
        """Return what became of these questions in these editions, by municipalities' names, in one query.

        Rows of (edition's id, municipality's id, its name, its slug, state, value, outcome, residents).
        """
        rows = self.filter(result__edition__in=editions, question__in=questions)
        return rows.order_by(f"result__municipality__sort_key_{language_suffix()}", "pk").values_list(
            "result__edition", "result__municipality", translated("result__municipality__name"),
            "result__municipality__slug", "state", "value", "outcome", "result__population",
        )  # fmt: skip

    def numbers_of(self, edition):
        """Return (municipality's id, question's id, value) of each number answered in an edition; one query."""
        answered = self.of_edition(edition).filter(state=Answer.State.ANSWERED, question__kind__in=NUMBERS)
        return answered.order_by().values_list("result__municipality", "question", "value")

    def quotable(self, edition):
        """Return an edition's answers in words that may be quoted, with their questions."""
        rows = self.of_edition(edition).filter(may_be_quoted=True, question__kind__in=TEXTS)
        return rows.select_related("question").order_by("question__round_theme__position", "question__position", "pk")

    def with_points(self, edition, indicators):
        """Return who answers these indicators so that it gives points: the edition's, and other regions' latest ones.

        Rows of (edition, municipality, name, region's slug, region's name, year, address, latitude, longitude,
        residents, indicator, value, points, option by the registry).
        """
        latest = ResultEdition.objects.published().filter(round__region=OuterRef("result__edition__round__region"))
        newest = latest.order_by("-round__year", "-number").values("pk")[:1]
        elsewhere = ~Q(result__edition__round__region=edition.round.region_id) & Q(
            result__edition=Subquery(newest), result__edition__round__region__records_from__isnull=False
        )
        return (
            self.filter(Q(result__edition=edition) | elsewhere, points__gt=0, question__indicator__in=indicators)
            .order_by()
            .values_list(
                "result__edition", "result__municipality", translated("result__municipality__name"),
                "result__edition__round__region__slug", translated("result__edition__round__region__name"),
                "result__edition__round__year", "result__municipality__slug", "result__municipality__latitude",
                "result__municipality__longitude", "result__population", "question__indicator", "value", "points",
                "by_registry",
            )
        )  # fmt: skip


class ResultScore(ResultRow):
    """A municipality's figure of a theme, of a criterion, or over all themes where neither is named.

    `value` is as it is printed; `points` and `maximum` are weighted and rounded to four decimals.
    """

    result = models.ForeignKey(MunicipalityResult, models.CASCADE, related_name="scores", verbose_name=_("result"))
    round_theme = models.ForeignKey(
        "surveys.RoundTheme", models.PROTECT, null=True, related_name="+", verbose_name=_("theme")
    )
    criterion = models.ForeignKey(
        "surveys.Criterion", models.PROTECT, null=True, related_name="+", verbose_name=_("criterion")
    )
    value = models.DecimalField(_("score"), max_digits=4, decimal_places=1, null=True)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=4, null=True)
    maximum = models.DecimalField(_("most points"), max_digits=14, decimal_places=4, null=True)
    n_known = models.PositiveSmallIntegerField(_("questions of which something is known"))
    n_applying = models.PositiveSmallIntegerField(_("questions that apply"))

    objects = OfResultQuerySet.as_manager()

    class Meta(ResultRow.Meta):
        verbose_name = _("published score")
        verbose_name_plural = _("published scores")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["result", "round_theme"], name="result_score_once_of_theme"),
            models.UniqueConstraint(fields=["result", "criterion"], name="result_score_once_of_criterion"),
            models.UniqueConstraint(
                fields=["result"],
                condition=Q(round_theme__isnull=True, criterion__isnull=True),
                name="result_score_once_of_total",
            ),
            models.CheckConstraint(
                name="result_score_of_one", condition=Q(round_theme__isnull=True) | Q(criterion__isnull=True)
            ),
            models.CheckConstraint(
                name="result_score_within", condition=Q(value__isnull=True) | Q(value__gte=0, value__lte=100)
            ),
        ]

    def __str__(self):
        return f"{self.round_theme or self.criterion or '='}: {self.value}"


class ResultAnswer(ResultRow):
    """What became of a public question in a municipality: the answer, who says so and when, and how it counts.

    Questions that are public as counts or not at all have none. An answer has words and
    numbers as surveys/models/answers.py tells, without anybody's contact details and files.
    """

    result = models.ForeignKey(MunicipalityResult, models.CASCADE, related_name="answers", verbose_name=_("result"))
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="+", verbose_name=_("question"))
    state = models.CharField(_("state"), max_length=14, choices=Answer.State)
    value = models.JSONField(_("value"), null=True)
    evidence_url = models.URLField(_("evidence"), max_length=500, blank=True)
    is_unchanged = models.BooleanField(_("said to be unchanged"), default=False)
    may_be_quoted = models.BooleanField(_("may be quoted without a name"), default=False)
    source = models.CharField(_("source"), max_length=8, choices=Answer.Source, blank=True)
    answerer_post = models.CharField(_("answerer's post"), max_length=120, blank=True)
    answered_on = models.DateField(_("answered on"), null=True)
    is_confirmed = models.BooleanField(
        _("confirmed"), null=True, help_text=_("Of what was said aloud; empty for what was written.")
    )
    outcome = models.CharField(_("how it counts"), max_length=14, blank=True)
    points = models.DecimalField(_("points"), max_digits=10, decimal_places=4, null=True)
    by_registry = models.CharField(_("option that the registry tells"), max_length=60, blank=True)

    objects = OfResultQuerySet.as_manager()

    class Meta(ResultRow.Meta):
        verbose_name = _("published answer")
        verbose_name_plural = _("published answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["result", "question"], name="result_answer_once"),
            models.CheckConstraint(
                name="result_answer_value_only_when_answered",
                condition=Q(state="answered") | Q(value__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.question}: {self.get_state_display()}"


class QuestionResultQuerySet(ResultQuerySet):
    """Reads of a region's counts."""

    round_path = "edition__round"

    def of_editions(self, editions):
        """Return the rows of these editions."""
        return self.filter(edition__in=editions)


class QuestionResult(ResultRow):
    """How a region's municipalities answered a question that is public at least as counts.

    `counts` is `{"chosen": {option: n}}`, for a matrix `{"rows": {row: {option: n}}}`, for a number
    `{"numbers": {"least", "median", "mean", "most", "total"}}` as exact text; empty for words. `states` counts
    those that answered nothing by the state. `n_asked` are those that sent in their answers and were asked.
    """

    edition = models.ForeignKey(ResultEdition, models.CASCADE, related_name="questions", verbose_name=_("edition"))
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="+", verbose_name=_("question"))
    n_asked = models.PositiveSmallIntegerField(_("municipalities asked"))
    n_answered = models.PositiveSmallIntegerField(_("municipalities that answered"))
    n_unchanged = models.PositiveSmallIntegerField(_("answers said to be unchanged"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    states = models.JSONField(_("answered nothing, by state"), default=dict)

    objects = QuestionResultQuerySet.as_manager()

    class Meta(ResultRow.Meta):
        verbose_name = _("published counts")
        verbose_name_plural = _("published counts")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "question"], name="question_result_once")]

    def __str__(self):
        return f"{self.question}: n = {self.n_answered}"
