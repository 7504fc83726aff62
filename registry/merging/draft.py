"""A merger worked out on rows in memory: shown as a preview, or carried out and recorded."""

from copy import copy

from registry.change_sets import Recording
from registry.models import Appointment, QualityException, Task


def relations_to(model):
    """Return every foreign key that points to `model`, from any floor, also of links of many to many.

    History tables are left out: their rows tell of what was.
    """
    relations = model._meta.get_fields(include_hidden=True)
    pointing = [each.field for each in relations if each.auto_created and (each.one_to_many or each.one_to_one)]
    return [field for field in pointing if not hasattr(field.model, "history_object")]


def relation_name(field):
    """Return the name under which a foreign key is declared: app.model.field."""
    return f"{field.model._meta.label_lower}.{field.name}"


class Draft:
    """What a merger changes: rows with the fields that change, and rows that go with what takes their place.

    Each row of the database is one object here, however often it is asked for. Nothing
    is written before `carry_out`.
    """

    def __init__(self, gone, kept):
        self._rows = {}
        self.changed = {}
        self.dropped = {}
        self.n_moved = 0
        self.gone, self.kept = self._the(gone), self._the(kept)

    def _the(self, row):
        return self._rows.setdefault((type(row), row.pk), row)

    def rows(self, queryset):
        """Return the rows of `queryset` as a list, each as the draft has it."""
        return [self._the(row) for row in queryset]

    def set(self, row, **values):
        """Give `row` these values, of fields or of partial dates."""
        for name, value in values.items():
            setattr(row, name, value)
            columns = getattr(getattr(type(row), name), "columns", (name,))
            self.changed.setdefault(row, {}).update(dict.fromkeys(columns))

    def drop(self, row, into):
        """Let `row` go; `into` takes its place."""
        self.dropped[row] = into
        self.changed.pop(row, None)

    def pointing(self, field, rows):
        """Return the rows whose foreign key `field` points to one of `rows`, here or as stored, in one query."""
        pks = {row.pk for row in rows}
        self.rows(pointing_to(field, pks))
        return [
            row
            for (model, _pk), row in self._rows.items()
            if model is field.model and getattr(row, field.attname) in pks and row not in self.dropped
        ]

    def repoint(self, field, into):
        """Point the rows whose foreign key `field` points to a key of `into` to its value; return them."""
        by_pk = {old.pk: new for old, new in into.items()}
        pointing = self.pointing(field, into)
        for row in pointing:
            self.set(row, **{field.name: by_pk[getattr(row, field.attname)]})
        return pointing

    # --- Carrying out -------------------------------------------------------------------------------------------------

    def carry_out(self, *, by):
        """Write everything, and return the Recording of it with every row that was touched."""
        self._follow_by_name()
        recording = Recording()
        tables = {}
        for row in [*self.changed, *self.dropped, self.gone, self.kept]:
            tables.setdefault(type(row), []).append(row)
        for rows in tables.values():
            recording.watch(rows)
        self._write(by)
        return recording

    def _write(self, by):
        """Save and delete in the order in which no unique column meets its like and nothing points to what goes."""
        dropped = dict(self.dropped)
        dependents = [row for row in dropped if not _is_place(row)]
        late = [row for row in self.changed if _is_place(row) or row is self.kept]
        _delete(dependents, by)
        for row in self.changed:
            if row not in late:
                self._save(row, by)
        for row in late:
            if "deputy_for" in self.changed.get(row, ()):
                # Ahead of its history line, so that nothing points to the liaison's row that goes.
                Appointment.objects.filter(pk=row.pk).update(deputy_for=row.deputy_for)
        _delete([row for row in dropped if row not in dependents], by)
        for row in sorted((row for row in late if row is not self.kept), key=_withdrawn_first):
            self._save(row, by)
        _delete([self.gone], by)
        if self.kept in self.changed:
            self._save(self.kept, by)

    def _save(self, row, by):
        row._history_user = by
        # The row that stays is locked, and its derived columns follow its details.
        row.save(update_fields=None if row is self.kept else list(self.changed[row]))

    def _follow_by_name(self):
        """Let tasks and accepted findings, which name rows by their ids, follow to what takes the rows' place."""
        for row, into in [*self.dropped.items(), (self.gone, self.kept)]:
            if not row._meta.auto_created:
                self._follow_tasks(row, into)
                self._follow_findings(row, into)

    def _follow_tasks(self, row, into):
        start = f"admin:{row._meta.app_label}_{row._meta.model_name}_"
        for task in self.rows(Task.objects.filter(url_name__startswith=start, url_args=[row.pk])):
            self.set(task, url_args=[into.pk])

    def _follow_findings(self, row, into):
        start, own = f"{row._meta.model_name}-", str(row.pk)
        for finding in self.rows(QualityException.objects.filter(subject__startswith=start)):
            ids = finding.subject.removeprefix(start).split("-")
            if own not in ids or finding in self.dropped or not all(map(str.isdecimal, ids)):
                continue
            ids = sorted({str(into.pk) if each == own else each for each in ids}, key=int)
            subject = start + "-".join(ids)
            same = QualityException.objects.filter(
                region=finding.region_id, check_key=finding.check_key, subject=subject
            )
            was_pair = "-" in finding.subject.removeprefix(start)
            if (was_pair and len(ids) == 1) or same.exists():
                self.drop(finding, into=None)
            else:
                self.set(finding, subject=subject)


def pointing_to(field, pks):
    """Return a query of the rows whose foreign key `field` points to one of these ids."""
    return field.model._base_manager.filter(**{f"{field.name}__in": pks}).order_by("pk")


def _is_place(row):
    """Whether rows of this table are pointed to by others of a merger, or share a unique column with their like."""
    return row._meta.label_lower in {
        "registry.appointment", "registry.agent", "registry.coordinator", "registry.consent",
    }  # fmt: skip


def _withdrawn_first(row):
    return getattr(row, "withdrawn_at", None) is None


def _delete(rows, by):
    """Delete rows, each with its line of history; deputies before those for whom they stand."""
    for row in sorted(rows, key=lambda row: getattr(row, "deputy_for_id", None) is None):
        row = copy(row)  # deleting takes the id away, and the preview goes on speaking of the row
        row._history_user = by
        row.delete()
