"""A file becomes an import: its rows are kept as they were read, and its columns mapped to fields."""

import unicodedata
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.table_files import read_table
from registry.imports.targets import find_target
from registry.models import ImportMapping, ImportRow, ImportRun

ROWS_AT_ONCE = 500
SAMPLES = 3


def start_import(upload, *, target, region, source, by):
    """Read an uploaded file and keep its rows as a new ImportRun; return it and the reader's warnings.

    The file itself is not kept. Its columns are mapped as the last time from the same
    source, or else by their headings. Raises ValidationError when the file cannot be
    read; nothing is kept then.
    """
    table = read_table(upload)
    run = ImportRun(
        target=target.key,
        region=region,
        source=source,
        file_name=shown_name(upload.name),
        headings=list(table.headings),
        started_by=by,
    )
    run.columns = remembered_columns(run) or target.guess_columns(run.headings)
    mapping = saved_mapping(run)
    run.values = mapping.values if mapping else {}
    run.save()
    try:
        rows = iter(table.rows)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            with transaction.atomic():
                ImportRow.objects.bulk_create(ImportRow(run=run, number=n, cells=list(cells)) for n, cells in some)
    except BaseException:
        run.delete()
        raise
    return run, table.warnings


def shown_name(name):
    """Return a file's name as it can be shown: without folders and without signs that cannot be seen."""
    name = (name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in unicodedata.normalize("NFC", name) if c.isprintable())
    return kept[:200].strip() or _("file")


def saved_mapping(run):
    """Return the ImportMapping of the run's kind, region and source, or None."""
    key = find_target(run.target).mapping_key
    return ImportMapping.objects.filter(target=key, region=run.region, source__iexact=run.source).first()


def remembered_columns(run):
    """Return how the last file from the same source was mapped, when this file has all its headings; else None."""
    mapping = saved_mapping(run)
    if mapping is None or not set(mapping.columns.values()) <= set(run.headings):
        return None
    known = {column.key for column in find_target(run.target).columns}
    return mapping.columns if set(mapping.columns) <= known else None


def choose_columns(run, columns):
    """Set which heading of the file each field is under, {column key: heading}, and remember it for the source.

    Raises ValidationError (code "required", "unknown" or "twice") when a field that a file
    must have is missing, or a heading is not the file's or stands for two fields; or
    (code "saved") when the import has been saved or discarded already.
    """
    target = find_target(run.target)
    missing = [str(target.column(key).label) for key in target.required if not columns.get(key)]
    if missing:
        raise ValidationError(
            _("Choose a column for these too: %(columns)s."), code="required", params={"columns": ", ".join(missing)}
        )
    headings = list(columns.values())
    if not set(headings) <= set(run.headings) or not set(columns) <= {column.key for column in target.columns}:
        raise ValidationError(_("The file has no such column."), code="unknown")
    twice = next((heading for heading in headings if headings.count(heading) > 1), None)
    if twice is not None:
        raise ValidationError(
            _("The column “%(heading)s” is chosen for two fields."), code="twice", params={"heading": twice}
        )
    with transaction.atomic():
        run = lock_open(run)
        run.columns, run.state = columns, ImportRun.State.READ
        run.save()
        ImportMapping.objects.update_or_create(
            target=target.mapping_key,
            region=run.region,
            source=run.source,
            defaults={"columns": columns, "saved_at": timezone.now()},
        )
    return run


def lock_open(run):
    """Return the run as it is now, locked; raise ValidationError (code "saved") when it is no longer open."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state not in {ImportRun.State.READ, ImportRun.State.CHECKED}:
        raise ValidationError(_("This import has already been saved or discarded."), code="saved")
    return run


@transaction.atomic
def discard_import(run):
    """Forget the rows of a file that is not to be saved; what remains is that it was read."""
    run = lock_open(run)
    run.rows.all().delete()
    run.state = ImportRun.State.DISCARDED
    run.save()
    return run


def samples_of(run):
    """Return {heading: its first values that are not empty}, from the beginning of the file."""
    samples = {heading: [] for heading in run.headings}
    for cells in run.rows.order_by("number").values_list("cells", flat=True)[:ROWS_AT_ONCE]:
        for heading, cell in zip(run.headings, cells, strict=False):
            if cell and len(samples[heading]) < SAMPLES and cell not in samples[heading]:
                samples[heading].append(cell)
    return samples
