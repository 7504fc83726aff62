"""What a municipality says of its own results before they are published, and what the coordinator decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.history import PersonalHistory
from surveys.models.of_round import OfRoundQuerySet


class ReplyQuerySet(OfRoundQuerySet):
    """Reads of agreements."""


class Reply(models.Model):
    """That a municipality agrees with its own page, once; it may be given anew after a correction."""

    response = models.OneToOneField(
        "surveys.Response", models.CASCADE, related_name="reply", verbose_name=_("response")
    )
    agreed_at = models.DateTimeField(_("agreed at"), default=timezone.now)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("agreed by")
    )
    agreed_post = models.CharField(_("agreed by, post"), max_length=120, blank=True)

    history = PersonalHistory()
    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement with the results")
        verbose_name_plural = _("agreements with the results")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.response}"


class ReplyCommentQuerySet(OfRoundQuerySet):
    """Reads of comments."""

    def undecided(self):
        """Return those on which the coordinator has not decided."""
        return self.filter(decision="")

    def waiting(self):
        """Return those that wait for a decision: undecided, and not taken back."""
        return self.undecided().filter(withdrawn_at__isnull=True)

    def going_on(self):
        """Return those that have not been taken back, and those under review, which the figure still is."""
        return self.filter(Q(withdrawn_at__isnull=True) | Q(decision=ReplyComment.Decision.UNDER_REVIEW))

    def of_response(self, response):
        """Return a response's comments that go on, with their questions, as they came."""
        rows = self.going_on().filter(response=response)
        return rows.select_related("question").order_by("commented_at", "pk")

    def of_round(self, survey_round):
        """Return a round's comments that go on, with what they are about, as they came."""
        rows = self.going_on().filter(response__round=survey_round)
        return rows.select_related("question", "response__municipality").order_by("commented_at", "pk")

    def shown_beside(self):
        """Return what stands beside published figures: public comments, and what is under review."""
        review = Q(decision=ReplyComment.Decision.UNDER_REVIEW)
        return self.filter(Q(is_public=True, withdrawn_at__isnull=True) | review)

    def shown_in(self, survey_round):
        """Return what stands beside a round's figures, with the response, the oldest first."""
        rows = self.shown_beside().filter(response__round=survey_round).select_related("response")
        return rows.order_by("commented_at", "pk")

    def municipalities_under_review(self, round_id):
        """Return the ids of the municipalities of which something is under review in a round."""
        rows = self.filter(decision=ReplyComment.Decision.UNDER_REVIEW, response__round=round_id)
        return rows.order_by().values_list("response__municipality", flat=True).distinct()

    def answers_under_review(self, questions):
        """Return (question's id, municipality's id) of the answers to these questions that are under review."""
        rows = self.filter(decision=ReplyComment.Decision.UNDER_REVIEW, question__in=questions).order_by()
        return rows.values_list("question", "response__municipality").distinct()

    def beside(self, round_id, municipality_id):
        """Return what stands beside a municipality's published figures of a round, the oldest first."""
        return self.shown_beside().filter(response__round=round_id, response__municipality=municipality_id)


class ReplyComment(models.Model):
    """A municipality's comment on one of its answers, or on the whole page, and the coordinator's decision.

    A public one stands beside the figure once the round is published; "under review" does
    so whether or not the comment itself is public. Words are the municipality's own and hold no names.
    """

    class Decision(models.TextChoices):
        CORRECTED = "corrected", _("corrected")
        KEPT = "kept", _("stays as it is")
        UNDER_REVIEW = "under_review", _("under review")

    response = models.ForeignKey(
        "surveys.Response", models.CASCADE, related_name="comments", verbose_name=_("response")
    )
    question = models.ForeignKey(
        "surveys.Question", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("question"),
        help_text=_("Empty: the whole page."),
    )  # fmt: skip
    text = models.TextField(_("comment"), max_length=1000)
    is_public = models.BooleanField(_("public beside the result"), default=False)
    commented_at = models.DateTimeField(_("commented at"), default=timezone.now)
    commented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("commented by")
    )
    commented_post = models.CharField(_("commented by, post"), max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision, blank=True)
    decision_reason = models.CharField(_("reason for the decision"), max_length=400, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip

    history = PersonalHistory()
    objects = ReplyCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment on the results")
        verbose_name_plural = _("comments on the results")
        ordering = ["commented_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="reply_comment_decided_with_moment",
                condition=Q(decision="", decided_at__isnull=True) | ~Q(decision="") & Q(decided_at__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.response}: {self.question or '–'}"

    @property
    def waits(self):
        """Whether it waits for the coordinator's decision."""
        return not self.decision and self.withdrawn_at is None

    @property
    def is_final(self):
        """Whether the decision is the last word: "under review" is not."""
        return self.decision in {self.Decision.CORRECTED, self.Decision.KEPT}

    @property
    def stands_beside(self):
        """Whether something of it stands beside the published figure; the same rule as `shown_beside`."""
        return self.decision == self.Decision.UNDER_REVIEW or (self.is_public and self.withdrawn_at is None)

    @property
    def about(self):
        """What it is about: the question's words, or the whole page."""
        return str(self.question.wording or self.question.key) if self.question_id else _("The whole page")
