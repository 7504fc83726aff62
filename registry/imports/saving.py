"""An import is saved as one step, in one short transaction, and undone as one."""

from collections import Counter

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from registry.bulk import PreparedRows, extent_of
from registry.change_sets import Recording, undo_change_set
from registry.imports.checking import finish_check, planned, preview_outcomes, store_verdicts
from registry.imports.staging import lock_open
from registry.imports.targets import find_target
from registry.models import ChangeSet, ImportRun
from registry.publicity import touch

TRIES = 5


def save_import(run, *, by):
    """Write what the preview of `run` told, all but the refused rows, as one step that can be undone; return the run.

    Everything is decided upon and made ready anew before the transaction, which only
    writes. Saving what has been saved changes nothing. Raises ValidationError with code
    "nothing" (no row would change anything), "not_checked", "discarded", or "changed_meanwhile": the
    registry has changed so that the preview no longer holds, and it has been made anew.
    """
    for _try in range(TRIES):
        run = ImportRun.objects.select_related("region").get(pk=run.pk)
        if run.state == ImportRun.State.SAVED:
            return run
        if run.state != ImportRun.State.CHECKED:
            raise ValidationError(_("Look at the preview first."), code="not_checked")
        step = _Step(run, by)
        step.compare_with_preview()
        try:
            saved = step.save()
        except IntegrityError:  # somebody else has just added the same
            continue
        if saved is not None:
            return saved
    raise ValidationError(
        _("Somebody else is changing the same rows just now. Nothing was saved. Try again in a moment."), code="busy"
    )


class _Step:
    """One try at saving: what was decided about each row, made ready to be written."""

    def __init__(self, run, by):
        self.run, self.by, self.target = run, by, find_target(run.target)
        self.tables = (*self.target.writes, *self.target.reads)
        self.extents = [extent_of(model) for model in self.tables]
        self.rows = [row for rows in planned(run) for row in rows]
        self.accepted = [row for row in self.rows if not row.reasons and (row.is_new or row.differences)]

    def compare_with_preview(self):
        """Raise ValidationError and make the preview anew when it no longer holds."""
        told = preview_outcomes(self.run)
        if any(told.get(row.number) != row.outcome for row in self.rows):
            self._renew_preview()
            raise ValidationError(
                _("The registry has changed since the preview, so nothing was saved. Look at the new preview."),
                code="changed_meanwhile",
            )
        if not self.accepted:
            raise ValidationError(_("There is nothing to save: no row would change anything."), code="nothing")

    def _renew_preview(self):
        counts = Counter(row.verdict.value for row in self.rows)
        for first in range(0, len(self.rows), 500):
            store_verdicts(self.run, self.rows[first : first + 500])
        finish_check(self.run, counts)

    def save(self):
        """Write everything in one transaction; return the saved run, or None when it must be decided upon anew."""
        recording = Recording()
        prepared = PreparedRows(
            _each_once(each for row in self.accepted for each in row.new),
            _each_once(each for row in self.accepted for each in row.changed),
            by=self.by,
        )
        prepared.record_in(recording)
        with transaction.atomic():
            run = lock_open(self.run)
            if [extent_of(model) for model in self.tables] != self.extents or not prepared.are_as_read():
                return None
            self.target.watch(self.accepted, recording)
            prepared.write()
            self.target.save_roles(self.accepted, recording, self.by)
            run.change_set = recording.save(
                kind=ChangeSet.Kind.IMPORT, subject=run.target, by=self.by, region=run.region, counts=run.counts
            )
            run.state = ImportRun.State.SAVED
            run.save()
            touch()
        return run


def _each_once(rows):
    """Return rows in order, each object once: several rows of a file may have the same person."""
    return list({id(row): row for row in rows}.values())


def undo_import(run, *, by):
    """Put everything back as it was before the import was saved; return the run.

    Raises ValidationError with code "not_saved", or as `undo_change_set` does.
    """
    if run.change_set is None:
        raise ValidationError(_("This import has not been saved."), code="not_saved")
    undo_change_set(run.change_set, by=by)
    return run
