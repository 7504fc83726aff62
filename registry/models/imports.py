"""Files read into the registry: mappings of their columns, staged rows; and a log of what was taken out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.changes import ChangeSet
from registry.models.scope import RegionRowQuerySet


class ImportMapping(models.Model):
    """Which column of a source's files goes to which field, so that next year's file needs no mapping."""

    target = models.CharField(_("kind of import"), max_length=60)
    region = models.ForeignKey(
        "registry.Region",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="import_mappings",
        verbose_name=_("region"),
    )
    source = models.CharField(_("source"), max_length=120, help_text=_("Where such files come from."))
    columns = models.JSONField(_("columns"), default=dict, help_text=_("Field of the registry: heading in the file."))
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now, editable=False)

    objects = RegionRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("mapping of columns")
        verbose_name_plural = _("mappings of columns")
        ordering = ["target", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "region", "source"],
                condition=Q(region__isnull=False),
                name="import_mapping_once_in_region",
            ),
            models.UniqueConstraint(
                fields=["target", "source"], condition=Q(region__isnull=True), name="import_mapping_once_for_all"
            ),
        ]

    def __str__(self):
        return f"{self.source} ({self.target})"


class ImportRun(models.Model):
    """One file on its way into the registry: read, mapped, previewed, and saved as one step or discarded."""

    class State(models.TextChoices):
        READ = "read", _("columns to be chosen")
        CHECKED = "checked", _("waiting to be saved")
        SAVED = "saved", _("saved")
        DISCARDED = "discarded", _("discarded")

    target = models.CharField(_("kind of import"), max_length=60)
    region = models.ForeignKey(
        "registry.Region", models.PROTECT, null=True, blank=True, related_name="import_runs", verbose_name=_("region")
    )
    source = models.CharField(_("source"), max_length=120, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    headings = models.JSONField(_("headings"), default=list)
    columns = models.JSONField(_("columns"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READ)
    counts = models.JSONField(_("how many rows"), default=dict)
    started_at = models.DateTimeField(_("started at"), default=timezone.now, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("started by"),
    )
    change_set = models.OneToOneField(
        ChangeSet, models.SET_NULL, null=True, blank=True, related_name="import_run", verbose_name=_("step")
    )

    objects = RegionRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at", "-pk"]

    def __str__(self):
        return f"{self.file_name}, {timezone.localtime(self.started_at):%d.%m.%Y}"


class ImportRow(models.Model):
    """One row of a file as it was read, and what saving would do with it."""

    class Verdict(models.TextChoices):
        UNCHECKED = "unchecked", _("not checked yet")
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row in the file"))
    cells = models.JSONField(_("cells"), default=list)
    verdict = models.CharField(_("what happens"), max_length=10, choices=Verdict, default=Verdict.UNCHECKED)
    messages = models.JSONField(_("reasons"), default=list)
    differences = models.JSONField(_("differences"), default=list)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]

    def __str__(self):
        return f"{self.run}: {self.number}"


class ExportLog(models.Model):
    """That somebody took a list with people's data out of the registry: what, how many rows, when, as what."""

    region = models.ForeignKey(
        "registry.Region", models.SET_NULL, null=True, blank=True, related_name="export_logs", verbose_name=_("region")
    )
    table = models.CharField(_("list"), max_length=60)
    file_format = models.CharField(_("format"), max_length=10)
    n_rows = models.PositiveIntegerField(_("rows"))
    choices = models.CharField(_("choices of the list"), max_length=500, blank=True)
    exported_at = models.DateTimeField(_("taken out at"), default=timezone.now, editable=False)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("taken out by"),
    )

    objects = RegionRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("log row of an export")
        verbose_name_plural = _("log of exports")
        ordering = ["-exported_at", "-pk"]

    def __str__(self):
        return f"{self.table}, {timezone.localtime(self.exported_at):%d.%m.%Y}"
