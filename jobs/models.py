"""The runs of jobs: that a run exists is what keeps a job from running twice."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jobs.words import line_in_words


class JobRunQuerySet(models.QuerySet):
    """Reads of runs."""

    def unended(self):
        """Return the runs that were claimed and have not ended."""
        return self.filter(state__in=[JobRun.State.QUEUED, JobRun.State.RUNNING])

    def latest_of_each(self):
        """Return the latest run of every job, by the job's name, in one query."""
        latest = self.filter(name=models.OuterRef("name")).order_by("-claimed_at", "-pk").values("pk")[:1]
        return self.filter(pk=models.Subquery(latest)).order_by("slot", "pk")


class JobRun(models.Model):
    """One run of one job: for which moment of its clock, when, and what it did in counts and a line without people."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waits for the worker")
        RUNNING = "running", _("runs")
        DONE = "done", pgettext_lazy("of a run", "done")
        FAILED = "failed", _("failed")
        INTERRUPTED = "interrupted", _("interrupted")

    name = models.CharField(_("job"), max_length=60)
    slot = models.DateTimeField(_("due at"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    claimed_at = models.DateTimeField(_("found due at"), default=timezone.now)
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    n_done = models.PositiveIntegerField(_("done"), default=0)
    n_skipped = models.PositiveIntegerField(_("skipped"), default=0)
    n_failed = models.PositiveIntegerField(_("failed"), default=0)
    summary = models.CharField(_("what it did"), max_length=300, blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        ordering = ["-claimed_at", "-pk"]
        constraints = [
            # Two schedulers at the same moment: the second one's row is refused.
            models.UniqueConstraint(fields=["name", "slot", "attempt"], name="job_run_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(state__in=["queued", "running"]), name="job_run_one_at_a_time"
            ),
        ]

    @property
    def summary_words(self):
        """What it did, in the active language; of a failure the class of the problem."""
        return line_in_words(self.summary)

    def __str__(self):
        return f"{self.name}, {timezone.localtime(self.slot):%d.%m.%Y %H.%M}"
