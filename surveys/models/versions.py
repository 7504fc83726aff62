"""How this year's questions compare with earlier ones, and which words were corrected after opening."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.scope import RegionRowQuerySet
from surveys.models.freezing import Structure, StructureQuerySet
from surveys.models.parts import Option
from surveys.models.questions import Question


class ComparabilityQuerySet(StructureQuerySet):
    """Reads of verdicts."""

    def undecided(self):
        """Return those on which a person has not decided."""
        return self.filter(decided_at__isnull=True)

    def of_round(self, survey_round):
        """Return a round's verdicts with both questions, in the order of the questions."""
        return (
            self.filter(round=survey_round)
            .select_related("from_question__indicator", "to_question__indicator", "to_question__round_theme")
            .order_by("to_question__round_theme__position", "to_question__position", "pk")
        )

    def for_method(self, survey_round):
        """Return a round's verdicts that anyone may read, as a list in the order of the questions, removed ones last.

        Of a draft only what a person has decided: nobody has looked at the rest yet.
        """
        rows = self.of_round(survey_round).select_related("from_question__round")
        known = rows.filter(decided_at__isnull=False) if survey_round.is_draft else rows
        return sorted(known, key=lambda row: row.to_question_id is None)


class Comparability(Structure):
    """Whether a question can be compared with the one before it, as a person has decided (rule 3 of docs/rules.md).

    `round` is the later of the two. A new question has no earlier one, a removed one no
    later. What nobody has touched since copying is the same and needs no decision;
    anything else is undecided until `decided_at`. Over several years the weakest verdict
    holds (surveys/comparing.py).
    """

    WORDING = ("reason",)

    class Verdict(models.TextChoices):
        SAME = "same", _("the same")
        REWORDED = "reworded", _("reworded but comparable")
        CHANGED = "changed", _("changed, not comparable")
        NEW = "new", _("new")
        REMOVED = "removed", _("removed")

    round = models.ForeignKey(
        "surveys.Round", models.CASCADE, related_name="comparabilities", verbose_name=_("survey round")
    )
    from_question = models.ForeignKey(
        Question,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="comparability_after",
        verbose_name=_("earlier question"),
    )
    to_question = models.OneToOneField(
        Question,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="comparability",
        verbose_name=_("later question"),
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    reason = models.CharField(
        _("reason"), max_length=400, blank=True, help_text=_("Readers see it where the two are not compared.")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    decided_about = models.CharField(
        _("digest of the difference"), max_length=64, blank=True, editable=False,
        help_text=_("When a question changes after the decision, somebody decides anew."),
    )  # fmt: skip

    objects = ComparabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparability")
        verbose_name_plural = _("comparability")
        ordering = ["pk"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["round", "from_question"], name="comparability_once_from"),
            models.CheckConstraint(
                name="comparability_ends_fit_verdict",
                condition=Q(verdict="new", from_question__isnull=True, to_question__isnull=False)
                | Q(verdict="removed", from_question__isnull=False, to_question__isnull=True)
                | Q(
                    verdict__in=["same", "reworded", "changed"],
                    from_question__isnull=False,
                    to_question__isnull=False,
                ),
            ),
        ]

    def __str__(self):
        return self.get_verdict_display()

    @property
    def is_comparable(self):
        """Whether a difference between the two answers may be shown."""
        return self.verdict in {self.Verdict.SAME, self.Verdict.REWORDED}


class OptionMatchQuerySet(StructureQuerySet):
    """Reads of matches."""

    def for_results(self, survey_round):
        """Return (later question's id, earlier option's key, later option's key) of a round's matches, in one query."""
        rows = self.filter(comparability__round=survey_round).order_by("from_option__position", "to_option__position")
        return rows.values_list("comparability__to_question", "from_option__key", "to_option__key")


class OptionMatch(Structure):
    """That an earlier and a later option say the same, where keys alone do not tell.

    A question that was yes or no and now has three ways of yes stays comparable as yes or
    no: "yes" matches each of the three. Without matches options are compared by key.
    """

    ROUND_PATH = "comparability__round"

    comparability = models.ForeignKey(
        Comparability, models.CASCADE, related_name="matches", verbose_name=_("comparability")
    )
    from_option = models.ForeignKey(Option, models.PROTECT, related_name="+", verbose_name=_("earlier option"))
    to_option = models.ForeignKey(Option, models.CASCADE, related_name="+", verbose_name=_("later option"))

    objects = OptionMatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match of options")
        verbose_name_plural = _("matches of options")
        ordering = ["pk"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["comparability", "from_option", "to_option"], name="option_match_once")
        ]

    def __str__(self):
        return f"{self.from_option} = {self.to_option}"


class WordingCorrectionQuerySet(RegionRowQuerySet):
    """Reads of corrections."""

    def in_regions(self, region_ids):
        """Return the corrections in these regions' rounds."""
        return self.filter(round__region__in=region_ids)

    def last_number_in(self, round_id):
        """Return the number of the round's last correction, or None."""
        return self.last_numbers_of(round_id).first()

    def last_by_round(self, round_ids):
        """Return {round's id: number of its last correction} of those of these rounds that have one."""
        rows = self.filter(round__in=round_ids).order_by().values_list("round")
        return dict(rows.annotate(last=models.Max("pk")))

    def last_numbers_of(self, round_id):
        """Return the numbers of the round's corrections, the last one first: for a subquery."""
        return self.filter(round=round_id).order_by("-pk").values_list("pk", flat=True)


class WordingCorrection(models.Model):
    """A misspelling that was corrected after opening: where, in which language, from what to what, why, by whom.

    `place` names the row by stable keys, for example "convenes_regularly/option/yearly/label".
    """

    round = models.ForeignKey(
        "surveys.Round", models.CASCADE, related_name="corrections", verbose_name=_("survey round")
    )
    place = models.CharField(_("where"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=[("fi", "fi"), ("sv", "sv"), ("en", "en")])
    old = models.TextField(_("before"), blank=True)
    new = models.TextField(_("after"), blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("corrected by"),
    )  # fmt: skip
    corrected_at = models.DateTimeField(_("corrected at"), default=timezone.now, editable=False)

    objects = WordingCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrected wording")
        verbose_name_plural = _("corrected wordings")
        ordering = ["-corrected_at", "-pk"]

    def __str__(self):
        return self.place
