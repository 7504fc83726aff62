"""Steps that change many rows at once, an import or a merger of duplicates, kept so that each can be undone as one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.exact_json import ExactEncoder
from registry.models.scope import RegionRowQuerySet


class ChangeSetQuerySet(RegionRowQuerySet):
    """Reads of steps; one without a region is for administrators."""

    def latest_first(self):
        """Return the steps newest first."""
        return self.order_by("-done_at", "-pk")


class ChangeSet(models.Model):
    """One step that changed many rows: who did it, when, and whether it has been undone.

    What it takes to undo it stands in `ChangedRow`, until the retention period
    of that has passed (docs/adr/0011).
    """

    class Kind(models.TextChoices):
        IMPORT = "import", _("import")
        MERGE = "merge", _("merger of duplicates")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject = models.CharField(_("what"), max_length=60, help_text=_("Key of the table or of the kind of import."))
    region = models.ForeignKey(
        "registry.Region", models.PROTECT, null=True, blank=True, related_name="change_sets", verbose_name=_("region")
    )
    counts = models.JSONField(_("how many rows"), default=dict, blank=True)
    done_at = models.DateTimeField(_("done at"), default=timezone.now, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("done by"),
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("undone by"),
    )

    objects = ChangeSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("step that can be undone")
        verbose_name_plural = _("steps that can be undone")
        ordering = ["-done_at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()}, {timezone.localtime(self.done_at):%d.%m.%Y}"

    @property
    def is_undone(self):
        """Whether the step has been undone."""
        return self.undone_at is not None


class ChangedRow(models.Model):
    """What one row was before a step, and a digest of what it became.

    `before` is None for a row that the step created; `digest` is empty for one that
    it removed. The row's history after `history_after` (an id of its history table)
    has `n_history` rows written by the step itself.
    """

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="rows")
    table = models.CharField(max_length=60)
    row_pk = models.BigIntegerField()
    before = models.JSONField(null=True, encoder=ExactEncoder)
    digest = models.CharField(max_length=64, blank=True)
    history_after = models.BigIntegerField(null=True)
    n_history = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("row of a step")
        verbose_name_plural = _("rows of steps")
        ordering = ["change_set", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["change_set", "table", "row_pk"], name="changed_row_once_in_step"),
            models.CheckConstraint(
                name="changed_row_says_something", condition=Q(before__isnull=False) | ~Q(digest="")
            ),
        ]

    def __str__(self):
        return f"{self.table} {self.row_pk}"
