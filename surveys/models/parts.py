"""What a question consists of: options, rows, columns, thresholds and the terms of its condition."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models.freezing import Structure
from surveys.models.questions import Question

_KEY_HELP = _("Answers keep it, so it stays the same when the words change.")


class OfQuestion(Structure):
    """A row that belongs to a question. Abstract."""

    ROUND_PATH = "question__round"

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        base_manager_name = "objects"


class Option(OfQuestion):
    """Something that may be chosen: of a choice, of a scale (labels may be empty between its ends), of a matrix."""

    WORDING = ("label",)

    question = models.ForeignKey(Question, models.CASCADE, related_name="options", verbose_name=_("question"))
    key = models.SlugField(_("key"), max_length=40, help_text=_KEY_HELP)
    label = models.CharField(_("label"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2, null=True, blank=True)
    asks_what = models.BooleanField(_("asks “what?”"), default=False)
    is_exclusive = models.BooleanField(
        _("excludes the others"), default=False, help_text=_("For example “none of these”.")
    )
    is_not_applicable = models.BooleanField(_("takes the question out of the points"), default=False)

    class Meta(OfQuestion.Meta):
        abstract = False
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [
            models.UniqueConstraint(fields=["question", "key"], name="option_key_once"),
            models.CheckConstraint(
                name="option_without_points_where_not_applicable",
                condition=Q(is_not_applicable=False) | Q(points__isnull=True),
                violation_error_message=_("An option that takes the question out of the points has none."),
            ),
        ]

    def __str__(self):
        return self.label or self.key


class QuestionRow(OfQuestion):
    """A row of a matrix, or a row that a table always has."""

    WORDING = ("label",)

    question = models.ForeignKey(Question, models.CASCADE, related_name="rows", verbose_name=_("question"))
    key = models.SlugField(_("key"), max_length=40, help_text=_KEY_HELP)
    label = models.CharField(_("label"), max_length=200)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    offers_state = models.BooleanField(
        _("offers the state"), default=False, help_text=_("The question's “state of a row” in place of figures.")
    )

    class Meta(OfQuestion.Meta):
        abstract = False
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        constraints = [models.UniqueConstraint(fields=["question", "key"], name="row_key_once")]

    def __str__(self):
        return self.label


class TableColumn(OfQuestion):
    """A column of a table, typed."""

    WORDING = ("label",)

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        INTEGER = "integer", _("whole number")
        DECIMAL = "decimal", _("decimal number")
        EURO = "euro", _("euros")
        PERCENT = "percent", _("per cent")
        DATE = "date", _("date")
        YEAR = "year", _("year")
        LINK = "link", _("link")

    SUMMED = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.EURO})

    question = models.ForeignKey(Question, models.CASCADE, related_name="columns", verbose_name=_("question"))
    key = models.SlugField(_("key"), max_length=40, help_text=_KEY_HELP)
    label = models.CharField(_("label"), max_length=200)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.TEXT)
    is_required = models.BooleanField(_("required"), default=False)
    has_sum = models.BooleanField(_("has a sum"), default=False)

    class Meta(OfQuestion.Meta):
        abstract = False
        verbose_name = _("column")
        verbose_name_plural = _("columns")
        constraints = [
            models.UniqueConstraint(fields=["question", "key"], name="column_key_once"),
            models.CheckConstraint(
                name="column_sum_of_numbers",
                condition=Q(has_sum=False) | Q(kind__in=["integer", "decimal", "euro"]),
                violation_error_message=_("Only numbers and euros have a sum."),
            ),
        ]

    def __str__(self):
        return self.label


class Threshold(Structure):
    """The points of a number that is at least so great and less than the next threshold."""

    ROUND_PATH = "question__round"

    question = models.ForeignKey(Question, models.CASCADE, related_name="thresholds", verbose_name=_("question"))
    at_least = models.DecimalField(_("at least"), max_digits=16, decimal_places=4)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        ordering = ["at_least"]
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["question", "at_least"], name="threshold_once")]

    def __str__(self):
        return f"{self.at_least.normalize():f}: {self.points.normalize():f}"


class ConditionTerm(Structure):
    """One part of the condition on which a question is asked.

    The question is asked when all terms of one of its groups hold. A term holds only
    when the earlier question is itself asked and has been answered; `has_not` is no
    exception, since "do not know" says nothing.
    """

    ROUND_PATH = "question__round"

    class Operator(models.TextChoices):
        HAS = "has", _("the answer is")
        HAS_NOT = "has_not", _("the answer is other than")
        ANSWERED = "answered", _("has been answered")
        AT_LEAST = "at_least", _("is at least")
        AT_MOST = "at_most", _("is at most")
        MORE_THAN = "more_than", _("is more than")
        LESS_THAN = "less_than", _("is less than")

    OF_OPTION = ("has", "has_not")
    OF_NUMBER = ("at_least", "at_most", "more_than", "less_than")

    question = models.ForeignKey(Question, models.CASCADE, related_name="conditions", verbose_name=_("question"))
    group = models.PositiveSmallIntegerField(
        _("group"), default=1, help_text=_("Terms of one group hold together; one group is enough.")
    )
    earlier = models.ForeignKey(
        Question, models.PROTECT, related_name="conditions_on_it", verbose_name=_("earlier question")
    )
    operator = models.CharField(_("condition"), max_length=10, choices=Operator, default=Operator.HAS)
    option = models.ForeignKey(
        Option, models.PROTECT, null=True, blank=True, related_name="conditions_on_it", verbose_name=_("option")
    )
    number = models.DecimalField(_("number"), max_digits=16, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("term of a condition")
        verbose_name_plural = _("condition")
        ordering = ["group", "pk"]
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                name="condition_has_what_it_compares",
                condition=Q(operator__in=["has", "has_not"], option__isnull=False, number__isnull=True)
                | Q(
                    operator__in=["at_least", "at_most", "more_than", "less_than"],
                    option__isnull=True,
                    number__isnull=False,
                )
                | Q(operator="answered", option__isnull=True, number__isnull=True),
                violation_error_message=_("Give the option or the number that the condition is about, and only it."),
            ),
            models.CheckConstraint(name="condition_not_on_itself", condition=~Q(question=models.F("earlier"))),
        ]

    def __str__(self):
        what = self.option if self.option_id else ("" if self.number is None else f"{self.number.normalize():f}")
        return f"{self.earlier}: {self.get_operator_display()} {what}".strip()
