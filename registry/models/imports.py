"""Files read into the registry: mappings of their columns, staged rows; and a log of what was taken out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.changes import ChangeSet
from registry.models.scope import RegionRowQuerySet


class ImportMappingQuerySet(RegionRowQuerySet):
    """Reads of mappings."""

    def sources_of(self, target):
        """Return the sources from which files of this kind have come."""
        return sorted(set(self.filter(target=target).values_list("source", flat=True)))


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
    values = models.JSONField(
        _("meanings of values"),
        default=dict,
        blank=True,
        help_text=_("Field of the registry: what values of the file mean."),
    )
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now, editable=False)

    objects = ImportMappingQuerySet.as_manager()

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


class ImportRunQuerySet(RegionRowQuerySet):
    """Reads of imports."""

    def for_page(self):
        """Return imports, the newest first, with region, step and who started them."""
        return self.select_related("region", "change_set", "started_by__person").order_by("-started_at", "-pk")


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
    values = models.JSONField(_("meanings of values"), default=dict, blank=True)
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

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at", "-pk"]

    def __str__(self):
        return f"{self.file_name}, {timezone.localtime(self.started_at):%d.%m.%Y}"

    @property
    def is_open(self):
        """Whether the file can still be mapped, saved or discarded."""
        return self.state in {self.State.READ, self.State.CHECKED}

    @property
    def is_undone(self):
        """Whether the import was saved and has been undone."""
        return self.change_set is not None and self.change_set.is_undone

    @property
    def can_be_undone(self):
        """Whether the import was saved and has not been undone."""
        return self.change_set is not None and not self.change_set.is_undone

    @property
    def n_to_save(self):
        """How many rows saving would write."""
        return self.counts.get("created", 0) + self.counts.get("changed", 0)

    @property
    def started_by_whom(self):
        """The name of the person who read the file, or the account's address."""
        person = getattr(self.started_by, "person", None)
        return person.name if person else str(self.started_by or "–")


class ImportRowQuerySet(models.QuerySet):
    """Reads of a file's rows."""

    def refused(self):
        """Return the rows that are not saved, in the file's order."""
        return self.filter(verdict=ImportRow.Verdict.REFUSED).order_by("number")

    def for_preview(self):
        """Return the rows that need looking at first: refused, changed, new, unchanged."""
        order = ("refused", "changed", "created", "unchanged")
        rank = models.Case(*(models.When(verdict=verdict, then=rank) for rank, verdict in enumerate(order)), default=9)
        return self.annotate(rank=rank).order_by("rank", "number")


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

    objects = ImportRowQuerySet.as_manager()

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
