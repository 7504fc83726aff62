"""A step that changes many rows is written down while it is made, and undone as one (docs/adr/0011)."""

import hashlib
import json

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from simple_history.exceptions import NotHistoricalModelError
from simple_history.utils import get_history_model_for_model

from common.exact_json import ExactEncoder
from registry.models import ChangedRow, ChangeSet
from registry.publicity import touch

AT_ONCE = 500
NAMED_AT_MOST = 5
# Columns that are never copied, not even for undoing: steps do not change them.
NEVER_COPIED = {"accounts.user": frozenset({"password", "last_login"})}


def in_parts(pks):
    """Yield `pks` in lists that every database takes in one query."""
    pks = list(pks)
    for first in range(0, len(pks), AT_ONCE):
        yield pks[first : first + AT_ONCE]


def plain_rows(model):
    """Return a query of every row of `model` as it is stored: no translated names, no default filters."""
    return QuerySet(model)


def images_of(model, pks):
    """Return {pk: image} of the rows of `model` with these pks; an image is {column: value} as JSON keeps it."""
    columns = [field.attname for field in _copied_fields(model)]
    images = {}
    for some in in_parts(pks):
        for row in plain_rows(model).filter(pk__in=some).values(*columns):
            images[row[model._meta.pk.attname]] = json.loads(_as_json(row))
    return images


def _copied_fields(model):
    never = NEVER_COPIED.get(model._meta.label_lower, ())
    return [field for field in model._meta.concrete_fields if field.name not in never]


def digest_of(image):
    """Return the digest by which a row is known to be as the step left it."""
    return hashlib.sha256(_as_json(image).encode()).hexdigest()


def _as_json(image):
    return json.dumps(image, cls=ExactEncoder, sort_keys=True)


def _history_of(model):
    """Return the history table of `model`, or None."""
    try:
        return get_history_model_for_model(model)
    except NotHistoricalModelError:
        return None


class Recording:
    """Writes down what a step changes, inside the step's own transaction.

    Call `watch` with every row that the step may change or remove before it does so
    (the rows are locked), `add` with what it has created, and `save` at the end. A
    watched row that did not change leaves no trace.
    """

    def __init__(self):
        self._before = {}
        self._marks = {}
        self._created = {}

    def watch(self, rows):
        """Remember `rows` (a query, or rows of one table) as they are now, and lock them until the step ends."""
        model = rows.model if isinstance(rows, QuerySet) else type(next(iter(rows), None))
        pks = rows.values_list("pk", flat=True) if isinstance(rows, QuerySet) else [row.pk for row in rows]
        images = self._before.setdefault(model, {})
        new = [pk for pk in pks if pk not in images]
        for some in in_parts(new):
            list(plain_rows(model).select_for_update().filter(pk__in=some).values_list("pk"))
        images |= images_of(model, new)
        history = _history_of(model) if new else None
        if history is not None and model not in self._marks:
            self._marks[model] = plain_rows(history).aggregate(last=Max("history_id"))["last"] or 0

    def add(self, rows):
        """Count `rows`, a list of one or several tables, as created by the step."""
        for row in rows:
            self._created.setdefault(type(row), []).append(row.pk)

    def save(self, *, kind, subject, by, region=None, counts=None):
        """Write the step down and return its ChangeSet.

        `kind` is a ChangeSet.Kind, `subject` says what was imported or merged (a key,
        never a name), `counts` how many rows were created, changed and so on.
        """
        step = ChangeSet.objects.create(kind=kind, subject=subject, region=region, counts=counts or {}, done_by=by)
        written = []
        for model, before in self._before.items():
            after = images_of(model, before)
            # A row may have been saved as it was: then its history is what there is to undo.
            saved = _n_history_after(_history_of(model), before, self._marks.get(model, 0))
            changed = [pk for pk in before if after.get(pk) != before[pk] or pk in saved]
            written += self._rows(step, model, changed, before, after)
        for model, pks in self._created.items():
            written += self._rows(step, model, pks, {}, images_of(model, pks))
        ChangedRow.objects.bulk_create(written, batch_size=AT_ONCE)
        return step

    def _rows(self, step, model, pks, before, after):
        history = _history_of(model)
        mark = self._marks.get(model, 0) if before else 0
        n_history = _n_history_after(history, pks, mark)
        return [
            ChangedRow(
                change_set=step,
                table=model._meta.label_lower,
                row_pk=pk,
                before=before.get(pk),
                digest=digest_of(after[pk]) if pk in after else "",
                history_after=None if history is None else mark,
                n_history=n_history.get(pk, 0),
            )
            for pk in pks
            if pk in before or pk in after
        ]


def _n_history_after(history, pks, mark):
    """Return {pk: number of its rows in the history table after the id `mark`}."""
    counts = {}
    for some in in_parts(pks if history is not None else ()):
        rows = plain_rows(history).filter(id__in=some, history_id__gt=mark).order_by()
        counts |= dict(rows.values_list("id").annotate(Count("history_id")))
    return counts


@transaction.atomic
def undo_change_set(change_set, *, by):
    """Put every row of the step back as it was, with its history, and mark the step undone; return it.

    The rows that the step created go, those it changed or removed come back byte for
    byte, and so do their histories: what stays is the step itself, with who made it
    and who undid it. Raises ValidationError with code "undone" (already undone),
    "too_old" (what it takes to undo it is no longer kept), "changed_since" (a row has
    been changed after the step) or "in_use" (a created row is pointed to by a later
    one, or a later one has taken the place of one that would come back); nothing is
    changed then.
    """
    change_set = ChangeSet.objects.select_for_update().get(pk=change_set.pk)
    if change_set.is_undone:
        raise ValidationError(_("This has already been undone."), code="undone")
    tables = {}
    for row in change_set.rows.order_by("-pk"):
        tables.setdefault(apps.get_model(row.table), []).append(row)
    if not tables and change_set.counts:
        raise ValidationError(
            _("This can no longer be undone: what the rows were before is kept for three months only."), code="too_old"
        )
    _check_unchanged(tables)
    _check_unused(tables)
    try:
        with transaction.atomic():
            _put_back(tables)
    except IntegrityError as refused:
        raise ValidationError(
            _("This cannot be undone, because something recorded later has taken the place of what would come back."),
            code="in_use",
        ) from refused
    change_set.undone_at, change_set.undone_by = timezone.now(), by
    change_set.save()
    touch()
    return change_set


def _check_unchanged(tables):
    """Refuse when a row is not as the step left it, or has later history."""
    changed = []
    for model, rows in tables.items():
        now = images_of(model, [row.row_pk for row in rows])
        later = _later_history(model, rows)
        for row in rows:
            is_as_left = digest_of(now[row.row_pk]) == row.digest if row.row_pk in now else not row.digest
            if not is_as_left or row.row_pk in later:
                changed.append((model, row.row_pk))
    if changed:
        raise ValidationError(
            _("This cannot be undone as a whole any more, because these have been changed since: %(rows)s."),
            code="changed_since",
            params={"rows": _named(changed)},
        )


def _later_history(model, rows):
    """Return the pks of those rows that have more history than the step wrote."""
    history = _history_of(model)
    return {
        pk
        for mark, expected in _by_mark(rows).items()
        for pk, n in _n_history_after(history, expected, mark).items()
        if n != expected[pk]
    }


def _by_mark(rows):
    """Return {id after which the step's own history begins: {pk: how many rows of it}}."""
    marks = {}
    for row in rows:
        marks.setdefault(row.history_after or 0, {})[row.row_pk] = row.n_history
    return marks


def _named(found):
    """Return the first of the rows in words."""
    words = []
    for model, pk in found[:NAMED_AT_MOST]:
        row = model._base_manager.filter(pk=pk).first()
        words.append(f"{model._meta.verbose_name} {row or pk}")
    more = len(found) - len(words)
    return capfirst("; ".join(words)) + (f" (+{more})" if more else "")


def _check_unused(tables):
    """Refuse when something outside the step points to a row that undoing would remove."""
    created = {model: {row.row_pk for row in rows if row.before is None} for model, rows in tables.items()}
    own = {model: {row.row_pk for row in rows} for model, rows in tables.items()}
    in_use = []
    for model, pks in created.items():
        for relation in model._meta.get_fields(include_hidden=True):
            if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
                continue
            if not relation.field.db_constraint:
                continue
            pointing = plain_rows(relation.related_model)
            for some in in_parts(pks):
                found = pointing.filter(**{f"{relation.field.name}__in": some}).values_list("pk", flat=True)
                in_use += [(relation.related_model, pk) for pk in found if pk not in own.get(pointing.model, ())]
    if in_use:
        raise ValidationError(
            _("This cannot be undone, because something recorded later belongs to it: %(rows)s."),
            code="in_use",
            params={"rows": _named(in_use)},
        )


# --- Rows past every save(): they come back exactly as they were ------------------------------------------------------


def _delete(model, pks):
    """Remove rows without their signals, which would write history, and without a cascade: nothing points to them."""
    for some in in_parts(pks):
        plain_rows(model).filter(pk__in=some)._raw_delete(connection.alias)


def _delete_history(model, rows):
    """Remove the history that the step wrote."""
    history = _history_of(model)
    for mark, pks in _by_mark(rows).items() if history is not None else ():
        for some in in_parts(pks):
            plain_rows(history).filter(id__in=some, history_id__gt=mark)._raw_delete(connection.alias)


def _put_back(tables):
    """Bring every row and its history back; all rows go first, so that no two meet in a unique column on the way."""
    for model, rows in tables.items():
        is_kept = model._meta.label_lower in NEVER_COPIED
        _delete(model, [row.row_pk for row in rows if row.before is None or not is_kept])
    for model, rows in tables.items():
        _restore(model, [row.before for row in rows if row.before is not None])
        _delete_history(model, rows)
    connection.check_constraints(table_names=[model._meta.db_table for model in tables])


def _restore(model, images):
    """Write these images as rows; where not every column was copied, over what stands there."""
    fields = _copied_fields(model)
    values = [{field: field.to_python(image[field.attname]) for field in fields} for image in images]
    if model._meta.label_lower in NEVER_COPIED:
        for row in values:
            pk = row.pop(model._meta.pk)
            plain_rows(model).filter(pk=pk).update(**{field.attname: value for field, value in row.items()})
        return
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({columns}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(fields))})"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            sql, [[field.get_db_prep_save(value, connection) for field, value in row.items()] for row in values]
        )
