"""A municipality is interviewed: when it is called, with whom one speaks, how far it came, the interviewer's notes.

What is answered is an Answer as any other, with the source "phone" or "meeting"
(surveys/interviewing.py).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.history import PersonalHistory
from surveys.models.answers import Answer
from surveys.models.of_round import OfRoundQuerySet


class InterviewQuerySet(OfRoundQuerySet):
    """Reads of interviews."""

    round_path = "round"

    def for_call_list(self, survey_round):
        """Return a round's interviews."""
        return self.filter(round=survey_round).select_related("interviewer__person")

    def of_round(self, survey_round, municipality):
        """Return the municipality's interview in a round, or None."""
        rows = self.filter(round=survey_round, municipality=municipality)
        return rows.select_related("at_question", "entry__task").first()

    def hints_before(self, survey_round):
        """Return {municipality's id: best time} as known from the region's earlier rounds, the latest last."""
        rows = self.filter(round__region=survey_round.region_id, round__year__lt=survey_round.year)
        return dict(rows.exclude(best_time="").order_by("round__year").values_list("municipality", "best_time"))


class Interview(models.Model):
    """A municipality's interview in a round, once: agreed, begun, interrupted, done.

    `at_question` is where it goes on; `call_on` (with `call_at` when a time was agreed)
    when it is called next. Beside the answers stands `post`, never a name.
    """

    class Source(models.TextChoices):
        PHONE = Answer.Source.PHONE.value, _("by phone")
        MEETING = Answer.Source.MEETING.value, _("in a meeting")

    round = models.ForeignKey(
        "surveys.Round", models.PROTECT, related_name="interviews", verbose_name=_("survey round")
    )
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="interviews", verbose_name=_("municipality")
    )
    source = models.CharField(_("how one speaks"), max_length=8, choices=Source, default=Source.PHONE)
    post = models.CharField(
        _("with whom one speaks"), max_length=120, blank=True, help_text=_("A post or a role, never a name.")
    )
    best_time = models.CharField(
        _("best time to call"), max_length=120, blank=True, help_text=_("For example: in the mornings before ten.")
    )
    call_on = models.DateField(_("to be called on"), null=True, blank=True)
    call_at = models.TimeField(_("agreed time"), null=True, blank=True)
    at_question = models.ForeignKey(
        "surveys.Question", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("goes on at")
    )
    interviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("interviewer")
    )
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    declined_at = models.DateTimeField(_("interview not wanted"), null=True, blank=True)
    entry = models.ForeignKey(
        "registry.ContactEntry", models.SET_NULL, null=True, related_name="+", verbose_name=_("latest contact")
    )

    history = PersonalHistory(personal=["best_time"], derived=["at_question"])
    objects = InterviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "municipality"], name="interview_once"),
            models.CheckConstraint(
                name="interview_time_has_day", condition=Q(call_at__isnull=True) | Q(call_on__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.municipality}, {self.round}"

    @property
    def is_going_on(self):
        """Whether it has been begun and is not finished."""
        return self.begun_at is not None and self.finished_at is None


class InterviewNoteQuerySet(OfRoundQuerySet):
    """Reads of the interviewer's notes."""

    round_path = "interview__round"

    def of_question(self, interview, question):
        """Return the note on one question, or None."""
        return self.filter(interview=interview, question=question).first()


class InterviewNote(models.Model):
    """What the interviewer writes down beside a question; for coordinators alone."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="notes", verbose_name=_("interview"))
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="+", verbose_name=_("question"))
    text = models.TextField(_("note"), max_length=2000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written at"), default=timezone.now)

    history = PersonalHistory(personal=["text"])
    objects = InterviewNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("interviewer's note")
        verbose_name_plural = _("interviewers' notes")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["interview", "question"], name="interview_note_once")]

    def __str__(self):
        return f"{self.interview}: {self.question}"
