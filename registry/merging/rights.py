"""Who may merge what: nobody gets rights, or reaches beyond the own regions, by merging."""

from django.utils.translation import gettext as _

from registry.merging.draft import pointing_to
from registry.models.scope import coordinated_region_ids


def is_administrator(by):
    """Whether `by` is an administrator's account, or None: a command."""
    return by is None or (by.is_active and by.is_superuser)


def check_regions(preview, fields, by):
    """Refuse a coordinator what is not wholly in the own regions; `fields` are the keys that point to the two."""
    if not is_administrator(by) and _is_outside(preview, fields, coordinated_region_ids(by)):
        preview.refuse(
            _("Something that belongs to one of the two is kept by another region. An administrator can merge them."),
            "outside",
        )


def _is_outside(preview, fields, region_ids):
    """Whether one of the two, or what points to them by `fields`, lies outside these regions."""
    rows = [preview.gone, preview.kept]
    tables = [pointing_to(field, [row.pk for row in rows]) for field in fields]
    if hasattr(preview.kept, "region_id"):
        # A person is seen also where they have a role, and kept by one region.
        if not all(row.region_id in region_ids for row in rows):
            return True
    else:
        tables.append(type(preview.kept).objects.filter(pk__in=[row.pk for row in rows]))
    scoped = [rows for rows in tables if hasattr(rows.model.objects, "in_regions")]
    return any(
        rows.exclude(pk__in=rows.model.objects.in_regions(region_ids).order_by().values("pk")).exists()
        for rows in scoped
    )


def region_of_step(preview, fields, region):
    """Return `region` when its coordinators may undo the merger, or None: administrators alone."""
    return None if _is_outside(preview, fields, {region.pk}) else region
