"""Which day suits: the days that a draft proposes, and what each invitee says of them."""

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from meetings.models.invitations import Invitation
from meetings.models.meetings import Meeting, OfMeetingQuerySet


class DateOptionQuerySet(OfMeetingQuerySet):
    """Reads of proposed days."""

    def of_number(self, meeting, number):
        """Return the proposed day of a meeting with this number, or None."""
        return self.filter(meeting=meeting, pk=number).first()

    def with_counts(self):
        """Annotate how many say yes, if need be, and no: `n_yes`, `n_maybe`, `n_no`; the earliest day first."""
        counts = {
            f"n_{answer}": Count(
                "votes", filter=Q(votes__answer=answer, votes__invitation__withdrawn_at__isnull=True)
            )
            for answer in DateVote.Answer.values
        }  # fmt: skip
        return self.annotate(**counts).order_by("starts_at", "pk")


class DateOption(models.Model):
    """A day and a time that a meeting without its day proposes."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="date_options", verbose_name=_("meeting"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))

    objects = DateOptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed day")
        verbose_name_plural = _("proposed days")
        ordering = ["meeting", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "starts_at", "ends_at"], name="date_proposed_once"),
            models.CheckConstraint(
                name="proposed_day_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The meeting ends before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.meeting}: {self.starts_at:%d.%m.%Y}"


class DateVote(models.Model):
    """What an invitee says of a proposed day."""

    class Answer(models.TextChoices):
        YES = "yes", _("suits")
        MAYBE = "maybe", _("if need be")
        NO = "no", _("does not suit")

    option = models.ForeignKey(DateOption, models.CASCADE, related_name="votes", verbose_name=_("proposed day"))
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="date_votes", verbose_name=_("invitation"))
    answer = models.CharField(_("reply"), max_length=5, choices=Answer)

    class Meta:
        verbose_name = _("what somebody says of a day")
        verbose_name_plural = _("what people say of days")
        ordering = ["option", "invitation"]
        constraints = [models.UniqueConstraint(fields=["option", "invitation"], name="vote_once")]

    def __str__(self):
        return f"{self.option}: {self.get_answer_display()}"
