"""One pass over the rows of a file: what each cell means and what saving would do with the row."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from common.names import fold
from registry.imports.columns import plain
from registry.imports.places import Places
from registry.models import ImportRow

LONGEST_SHOWN = 200


@dataclass
class Row:
    """One row of the file on its way: what was read, what is wrong, what would be written."""

    check: "Check"
    number: int
    cells: list
    values: dict = field(default_factory=dict)
    reasons: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    differences: list = field(default_factory=list)
    is_new: bool = False
    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    role: object = None

    def text(self, key):
        """Return the trimmed text of the field's cell; "" when the file does not have the field."""
        position = self.check.positions.get(key)
        return self.cells[position].strip() if position is not None and position < len(self.cells) else ""

    def read(self, columns):
        """Parse the cells of these columns that are not empty; what cannot be understood refuses the row."""
        for column in columns:
            if text := self.text(column.key):
                try:
                    self.values[column.key] = column.parse(text, self)
                except ValidationError as error:
                    for message in error.messages:
                        self.refuse(message, column.key)
            elif column.is_required:
                self.refuse(_("This must not be empty."), column.key)

    def refuse(self, message, key=None):
        """Refuse the row; the reason names the file's heading of the field `key`."""
        heading = self.check.heading_of(key) if key else ""
        if heading:
            message = _("Column “%(heading)s”: %(reason)s") % {"heading": heading, "reason": message}
        if message not in self.reasons:
            self.reasons.append(str(message))

    def note(self, message):
        """Tell something beside the row that the reader should know before saving."""
        if message not in self.notes:
            self.notes.append(str(message))

    def differ(self, key, old, new):
        """Note that a field gets a new value."""
        self.differences.append([key, plain(old)[:LONGEST_SHOWN], plain(new)[:LONGEST_SHOWN]])

    def set(self, instance, names):
        """Give `instance` the row's values of these fields; what differs is noted. Return whether anything did.

        A cell that is empty, or a field that the file does not have, changes nothing.
        """
        before = len(self.differences)
        for name in names:
            if name in self.values and plain(getattr(instance, name)) != plain(self.values[name]):
                self.differ(name, getattr(instance, name), self.values[name])
                setattr(instance, name, self.values[name])
        return len(self.differences) > before

    @property
    def verdict(self):
        """What saving would do with the row."""
        if self.reasons:
            return ImportRow.Verdict.REFUSED
        if self.is_new:
            return ImportRow.Verdict.CREATED
        return ImportRow.Verdict.CHANGED if self.differences else ImportRow.Verdict.UNCHANGED

    @property
    def outcome(self):
        """What is compared with the preview: the verdict and, unless refused, every old and new value."""
        return (self.verdict.value, [] if self.reasons else self.differences)


class Check:
    """One pass over a run's rows, and what it needs to know of the registry and of the rows so far."""

    def __init__(self, run, target):
        self.run, self.target = run, target
        self.today = timezone.localdate()
        places = {heading: position for position, heading in reversed(list(enumerate(run.headings)))}
        self.positions = {key: places[heading] for key, heading in run.columns.items() if heading in places}
        self.seen = {}
        self._twins = {}

    @cached_property
    def places(self):
        """The municipalities that this import may reach."""
        return Places(self.run.region, self.today)

    def heading_of(self, key):
        """Return the file's heading of a field, or the field's own name when the file does not have it."""
        position = self.positions.get(key)
        return self.run.headings[position] if position is not None else str(self.target.column(key).label)

    def once(self, name, read):
        """Return what `read` returns, asked once in a pass and kept under `name`."""
        if name not in self.seen:
            self.seen[name] = read()
        return self.seen[name]

    def words(self, model):
        """Return {folded key or name: row} of a word list."""
        return self.once(model, lambda: _words(model))

    def find_twins(self, stored):
        """Note which keys stand on several rows of the file; `stored` yields (number, cells)."""
        by_key = {}
        for number, cells in stored:
            row = Row(self, number, cells)
            row.read(self.target.columns_of_key)
            key = None if row.reasons else self.target.key_of(row)
            if key is not None:
                by_key.setdefault(key, []).append(number)
        self._twins = {key: numbers for key, numbers in by_key.items() if len(numbers) > 1}

    def plan(self, stored):
        """Return the Rows of one chunk, [(number, cells)], decided upon in a fixed number of queries."""
        rows = [Row(self, number, cells) for number, cells in stored]
        for row in rows:
            row.read(self.target.columns)
            self._refuse_twin(row)
        self.target.plan([row for row in rows if not row.reasons], self)
        return rows

    def _refuse_twin(self, row):
        key = None if row.reasons else self.target.key_of(row)
        others = [number for number in self._twins.get(key, ()) if number != row.number]
        if others:
            key_columns = self.target.columns_of_key
            row.refuse(
                _("The same stands on row %(rows)s of the file. Keep one of them.")
                % {"rows": ", ".join(map(str, others[:5]))},
                key_columns[0].key,
            )


def _words(model):
    known = {}
    for word in model.objects.all():
        names = [word.key, word.name_fi, word.name_sv, word.name_en]
        known |= {fold(name): word for name in reversed(names) if name}
    return known
