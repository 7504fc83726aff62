"""What a round asks: questions with their options, rows, columns and thresholds.

How each kind is answered is told in surveys/models/answers.py. What scores:

| Kind | Points |
|---|---|
| yes or no, single choice, scale, change | those of the chosen option |
| multiple choice | the chosen options' sum, at most `max_points` where given |
| matrix | for each row as above, the mean over the rows that were answered |
| whole number, decimal, euro, per cent | those of the highest threshold that the number reaches; below all 0 |
| the rest | none |

A question is scored when one of its options or thresholds has points. The maximum is what
the best answer gives; an option that `is_not_applicable` takes the question out of both.
Counting itself is surveys/scoring.py.
"""

from decimal import Decimal
from itertools import groupby

from django.apps import apps
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from surveys.models.freezing import Structure, StructureQuerySet
from surveys.models.rounds import RoundTheme


class Kind(models.TextChoices):
    """How a question is answered."""

    SHORT_TEXT = "short_text", _("short text")
    LONG_TEXT = "long_text", _("long text")
    YES_NO = "yes_no", _("yes or no")
    SINGLE = "single", _("one of several")
    MULTIPLE = "multiple", _("several of several")
    SCALE = "scale", _("scale with named ends")
    CHANGE = "change", _("change over a period")
    RANKING = "ranking", _("ranking of a few")
    MATRIX_SINGLE = "matrix_single", _("matrix, one for each row")
    MATRIX_MULTIPLE = "matrix_multiple", _("matrix, several for each row")
    INTEGER = "integer", _("whole number")
    DECIMAL = "decimal", _("decimal number")
    EURO = "euro", _("euros")
    PERCENT = "percent", _("per cent")
    DATE = "date", _("date")
    YEAR = "year", _("year")
    LINK = "link", _("link")
    CONTACT = "contact", _("address of a person or an office")
    TABLE = "table", _("table")
    FILE = "file", _("file")
    EXPLANATION = "explanation", _("explanation, nothing is asked")


ONE_CHOICE = frozenset({Kind.YES_NO, Kind.SINGLE, Kind.SCALE, Kind.CHANGE})
CHOICES = ONE_CHOICE | {Kind.MULTIPLE, Kind.RANKING}
MATRICES = frozenset({Kind.MATRIX_SINGLE, Kind.MATRIX_MULTIPLE})
WITH_OPTIONS = CHOICES | MATRICES
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.EURO, Kind.PERCENT, Kind.YEAR})
WITH_THRESHOLDS = NUMBERS - {Kind.YEAR}
SCORED_BY_OPTIONS = WITH_OPTIONS - {Kind.RANKING}
TEXTS = frozenset({Kind.SHORT_TEXT, Kind.LONG_TEXT})
# A table without rows of its own is filled row by row; one with rows has just those.
WITH_ROWS = MATRICES | {Kind.TABLE}
# Never what a browser would run; which of these a question takes is the question's own.
FILE_TYPES = ["pdf", "docx", "xlsx", "odt", "ods", "txt", "png", "jpg", "jpeg"]
USUAL_MEGABYTES = 10
# Answers on which another question may depend.
CONDITIONAL_ON = CHOICES | NUMBERS


class QuestionQuerySet(StructureQuerySet):
    """Reads of questions."""

    def in_order(self):
        """Return the questions in the order of their themes and places."""
        return self.order_by("round_theme__position", "round_theme", "position", "pk")

    def for_municipalities(self):
        """Return what municipalities are asked."""
        return self.filter(audience=Question.Audience.MUNICIPALITY)

    def for_associations(self):
        """Return what associations are asked of their municipality."""
        return self.filter(audience=Question.Audience.ASSOCIATIONS)

    def with_conditions(self):
        """Fetch what tells whom a question concerns and when it is asked, in two queries."""
        terms = apps.get_model("surveys", "ConditionTerm").objects.select_related("option")
        return self.select_related("size_class").prefetch_related(models.Prefetch("conditions", queryset=terms))

    def with_structure(self):
        """Fetch everything that forms, rendering and scoring need, in a fixed number of queries."""
        return self.select_related(
            "round", "round_theme__theme", "indicator__theme", "indicator__criterion", "size_class"
        ).prefetch_related(
            "options", "rows", "columns", "thresholds", "conditions__earlier__indicator", "conditions__option"
        )

    def for_method(self):
        """Fetch what the public page of the method tells, in six queries."""
        terms = apps.get_model("surveys", "ConditionTerm").objects.select_related("earlier", "option")
        return self.select_related(
            "round_theme__theme", "indicator", "criterion", "area", "size_class"
        ).prefetch_related(
            "options", "rows", "columns", "thresholds", models.Prefetch("conditions", queryset=terms)
        )  # fmt: skip

    def for_results(self, region_id, first_year, last_year):
        """Fetch what published results tell of municipalities' questions in a region's rounds of these years, in order.

        Five queries. Each has its verdict on the question before it, where there is one, as `comparability`.
        """
        return (
            self.filter(round__region=region_id, round__year__gte=first_year, round__year__lte=last_year)
            .for_municipalities()
            .in_order()
            .select_related("round_theme__theme", "indicator", "criterion", "comparability")
            .prefetch_related("options", "rows", "columns", "thresholds")
        )

    def for_points(self):
        """Fetch the criterion along, by which the same points are counted another way."""
        return self.select_related("criterion")


class Question(Structure):
    """One question of a round, the year's way of asking an indicator.

    What associations are asked is a question of its own with the same indicator and
    another audience: it has its own words and options, and answers of the two sides are
    put side by side by indicator and option key.
    """

    ROUND_PATH = "round"
    WORDING = ("wording", "spoken", "help", "unit", "period", "row_state")

    class Audience(models.TextChoices):
        MUNICIPALITY = "municipality", _("municipalities")
        ASSOCIATIONS = "associations", _("associations")

    class Publicity(models.TextChoices):
        PUBLIC = "public", _("public")
        COUNTS = "counts", _("public as counts only")
        PRIVATE = "private", _("for the coordinator only")

    class Concerns(models.TextChoices):
        ALL = "all", _("all municipalities")
        AREA = "area", _("those of an area")
        SIZE_CLASS = "size_class", _("those of a size class")
        BILINGUAL = "bilingual", _("the bilingual ones")

    class Counts(models.TextChoices):
        ANSWER = "answer", _("the answer")
        REGISTRY = "registry", _("what the registry knows")

    round = models.ForeignKey("surveys.Round", models.CASCADE, related_name="questions", verbose_name=_("survey round"))
    round_theme = models.ForeignKey(RoundTheme, models.PROTECT, related_name="questions", verbose_name=_("theme"))
    indicator = models.ForeignKey(
        "surveys.Indicator", models.PROTECT, related_name="questions", verbose_name=_("indicator")
    )
    criterion = models.ForeignKey(
        "surveys.Criterion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("criterion"),
    )
    audience = models.CharField(_("who is asked"), max_length=12, choices=Audience, default=Audience.MUNICIPALITY)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    wording = models.CharField(_("question"), max_length=400)
    spoken = models.CharField(
        _("asked aloud"), max_length=400, blank=True,
        help_text=_("How it is asked in an interview. Empty: as the question stands."),
    )  # fmt: skip
    help = models.TextField(_("help"), max_length=1000, blank=True, help_text=_("Stands below the question."))
    unit = models.CharField(
        _("unit"), max_length=60, blank=True, help_text=_("For a number: what it counts, for example hours a week.")
    )
    period = models.CharField(
        _("period"),
        max_length=80,
        blank=True,
        help_text=_("For a change: over which time, for example the last three years."),
    )
    row_state = models.CharField(
        _("state of a row"),
        max_length=120,
        blank=True,
        help_text=_("For a table: what may be said of a row in place of figures, for example that it has moved."),
    )

    is_required = models.BooleanField(
        _("required"), default=False, help_text=_("The round is not sent in before it has an answer or a reason.")
    )
    offers_do_not_know = models.BooleanField(_("offers “do not know”"), default=True)
    offers_not_obtained = models.BooleanField(_("offers “information not obtained”"), default=False)
    offers_not_applicable = models.BooleanField(_("offers “does not concern us”"), default=False)
    asks_evidence = models.BooleanField(_("asks for a link as evidence"), default=False)
    asks_note = models.BooleanField(_("asks for a private note to the coordinator"), default=False)
    asks_quote_permission = models.BooleanField(
        _("asks whether the text may be quoted"), default=False, help_text=_("Quoted without a name.")
    )
    publicity = models.CharField(_("who sees the answer"), max_length=8, choices=Publicity, default=Publicity.PUBLIC)

    weight = models.DecimalField(
        _("weight"), max_digits=5, decimal_places=2, default=1, validators=[MinValueValidator(0)],
        help_text=_("How much the question counts in its theme."),
    )  # fmt: skip
    max_points = models.DecimalField(
        _("most points"), max_digits=6, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)],
        help_text=_("For several of several: the sum of the chosen options counts up to this."),
    )  # fmt: skip
    registry_fact = models.SlugField(
        _("fact of the registry"), max_length=40, blank=True, help_text=_("Stands beside the answer.")
    )
    counts = models.CharField(
        _("for points counts"), max_length=8, choices=Counts, default=Counts.ANSWER,
        help_text=_("Where the answer and the registry differ."),
    )  # fmt: skip

    concerns = models.CharField(_("concerns"), max_length=10, choices=Concerns, default=Concerns.ALL)
    area = models.ForeignKey(
        "registry.Area", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    size_class = models.ForeignKey(
        "registry.SizeClass", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("size class")
    )

    max_length = models.PositiveIntegerField(_("most characters"), null=True, blank=True)
    min_value = models.DecimalField(_("smallest"), max_digits=16, decimal_places=4, null=True, blank=True)
    max_value = models.DecimalField(_("greatest"), max_digits=16, decimal_places=4, null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True)
    max_choices = models.PositiveSmallIntegerField(_("most choices"), null=True, blank=True)
    max_rows = models.PositiveSmallIntegerField(_("most rows"), null=True, blank=True)
    file_types = models.CharField(
        _("types of files"), max_length=120, blank=True, help_text=_("Endings with spaces between: pdf docx.")
    )
    max_megabytes = models.PositiveSmallIntegerField(_("most megabytes"), null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["round_theme__position", "position", "pk"]
        base_manager_name = "objects"
        indexes = [models.Index(fields=["round", "audience"], name="question_of_round")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "indicator", "audience"],
                name="indicator_once_in_round",
                violation_error_message=_("The round already asks this indicator."),
            ),
            models.CheckConstraint(
                name="question_concerns_whom",
                condition=Q(concerns="area", area__isnull=False, size_class__isnull=True)
                | Q(concerns="size_class", area__isnull=True, size_class__isnull=False)
                | Q(concerns__in=["all", "bilingual"], area__isnull=True, size_class__isnull=True),
                violation_error_message=_("Choose the area or the size class that the question concerns, and only it."),
            ),
            models.CheckConstraint(name="question_weight_not_negative", condition=Q(weight__gte=0)),
            models.CheckConstraint(
                name="question_limits_in_order",
                condition=Q(min_value__isnull=True)
                | Q(max_value__isnull=True)
                | Q(min_value__lte=models.F("max_value")),
                violation_error_message=_("The smallest is greater than the greatest."),
            ),
            models.CheckConstraint(
                name="question_counts_a_fact",
                condition=Q(counts="answer") | ~Q(registry_fact=""),
                violation_error_message=_("Choose the fact of the registry that counts."),
            ),
            models.CheckConstraint(name="question_kind_known", condition=Q(kind__in=sorted(Kind.values))),
        ]

    def __str__(self):
        return self.wording

    @property
    def key(self):
        """The key of its indicator, by which answers and files name it."""
        return self.indicator.key

    @cached_property
    def condition_groups(self):
        """The condition as a list of groups, each a list of ConditionTerms, as they were first read."""
        terms = sorted(self.conditions.all(), key=lambda term: (term.group, term.pk))
        return [list(group) for _number, group in groupby(terms, key=lambda term: term.group)]

    @property
    def is_asked(self):
        """Whether something is answered: an explanation only tells."""
        return self.kind != Kind.EXPLANATION

    @property
    def place(self):
        """Where it stands among the questions of its round: comparable with another's."""
        return self.round_theme.position, self.round_theme_id, self.position, self.pk or 0

    @property
    def offered_states(self):
        """The states that may be chosen in place of an answer, as their keys."""
        offered = {
            "do_not_know": self.offers_do_not_know,
            "not_obtained": self.offers_not_obtained,
            "not_applicable": self.offers_not_applicable,
        }
        return [state for state, is_offered in offered.items() if is_offered and self.is_asked]

    @property
    def taken_types(self):
        """The endings of files that it takes: its own, as far as they are safe to keep, else all of those."""
        own = [each.lower().lstrip(".") for each in self.file_types.split()]
        return [each for each in own if each in FILE_TYPES] or FILE_TYPES

    @property
    def taken_megabytes(self):
        """How large a file it takes, in megabytes."""
        return self.max_megabytes or USUAL_MEGABYTES

    @property
    def is_scored(self):
        """Whether answers give points; needs `with_structure`."""
        if self.kind in SCORED_BY_OPTIONS:
            return any(option.points is not None for option in self.options.all())
        return self.kind in WITH_THRESHOLDS and bool(self.thresholds.all())

    @property
    def most_points(self):
        """What the best answer gives, or None for a question without points; needs `with_structure`."""
        if not self.is_scored:
            return None
        if self.kind in WITH_THRESHOLDS:
            return max(threshold.points for threshold in self.thresholds.all())
        options = [option for option in self.options.all() if option.points is not None]
        if self.kind not in {Kind.MULTIPLE, Kind.MATRIX_MULTIPLE}:
            return max(option.points for option in options)
        together = sorted((each.points for each in options if each.points > 0 and not each.is_exclusive), reverse=True)
        alone = [each.points for each in options if each.is_exclusive]
        whole = max([sum(together[: self.max_choices], Decimal(0)), *alone])
        return whole if self.max_points is None else min(whole, self.max_points)
