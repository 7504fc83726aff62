"""What can be imported: the kinds of import with their columns. Other applications register theirs in `ready()`."""

from django.utils.translation import gettext as _

from common.names import fold
from registry.models.scope import coordinated_region_ids

_targets, _families = {}, {}


class ImportTarget:
    """A kind of import: its columns, how a row is matched with the registry, and what it writes.

    `writes` names the tables that it adds to or changes: who may import is who may
    add and change rows of all of them. `reads` names those besides them by which rows are
    matched. `key_names` are the columns that a row's key is made of.
    """

    key = ""
    label = ""
    help = ""
    columns = ()
    key_names = ()
    example = {}
    writes = ()
    reads = ()
    position = 100
    region = None  # the one region into which it goes; None: the reader chooses
    is_wide = False  # so many fields that each column of the file is asked what it is, not the other way round

    @property
    def mapping_key(self):
        """Under which key mappings are remembered: kinds that share one know each other's."""
        return self.key

    def unknown_values(self, run):
        """Return the registry.imports.meanings.Asked of values in the file that mean nothing yet."""
        return []

    def column(self, key):
        """Return the column with this key."""
        return next(column for column in self.columns if column.key == key)

    @property
    def columns_of_key(self):
        """The columns that the key of a row is made of."""
        return [self.column(name) for name in self.key_names]

    @property
    def required(self):
        """The keys of the columns that a file must have."""
        return [column.key for column in self.columns if column.is_required]

    def key_of(self, row):
        """Return what a row is matched by, from its parsed values; None when it lacks that."""
        key = tuple(row.values.get(name) for name in self.key_names)
        return None if None in key else key

    def plan(self, rows, check):
        """Decide about Rows without faults: set is_new, new, changed, role and differences, or refuse.

        Called once for each chunk, with a fixed number of queries.
        """
        raise NotImplementedError

    def watch(self, rows, recording):
        """Inside the step's transaction, before anything is written: watch what `save_roles` may change."""

    def save_roles(self, rows, recording, by):
        """Inside the step's transaction: write through process functions what is not written in bulk."""

    def is_open_to(self, user):
        """Whether `user` may import this: they may add and change rows of every table that it writes."""
        return all(
            user.has_perm(f"{model._meta.app_label}.{action}_{model._meta.model_name}")
            for model in self.writes
            for action in ("add", "change")
        )

    def column_named(self, text):
        """Return the column that `text` names, by its label, or None; of a wide kind also by a part of it."""
        wanted = fold(text)
        labels = [(fold(str(column.label)), column) for column in self.columns]
        same = [column for label, column in labels if label == wanted]
        alike = [column for label, column in labels if wanted and wanted in label]
        found = same or alike
        return found[0] if len(found) == 1 else None

    def guess_columns(self, headings):
        """Return {column key: heading} for the headings that are known names of columns; each heading once."""
        chosen, free = {}, {fold(heading): heading for heading in reversed(headings) if fold(heading)}
        for column in self.columns:
            found = next((name for name in column.names() if name in free), None)
            if found:
                chosen[column.key] = free.pop(found)
        return chosen


class TableTarget(ImportTarget):
    """An import into one table whose rows stand for themselves.

    `fields` are the columns that are written as they are. A subclass says which rows of
    the registry have these keys, and makes a new one.
    """

    model = None
    fields = ()

    def find(self, rows, check):
        """Return {key: [rows of the registry]} for the keys of `rows`, in few queries; may refuse Rows."""
        raise NotImplementedError

    def make(self, row, check):
        """Return a new, unsaved row of the registry with its key set; refuse the Row when it cannot be made."""
        raise NotImplementedError

    def adjust(self, row, instance, check):
        """Set what is not a plain field, for new and for known rows."""

    def plan(self, rows, check):
        """Match each Row by its key: known rows get what differs, the others become new."""
        found = self.find(rows, check)
        for row in rows:
            if row.reasons:
                continue
            known = found.get(self.key_of(row), [])
            if len(known) > 1:
                row.refuse(_("The registry has this several times. Change it by hand."), self.key_names[-1])
                continue
            row.is_new = not known
            instance = known[0] if known else self.make(row, check)
            if row.reasons:
                continue
            row.set(instance, self.fields)
            self.adjust(row, instance, check)
            if row.is_new:
                row.new.insert(0, instance)
            elif row.differences:
                row.changed.append(instance)


def register(*targets):
    """Let these kinds of import be chosen; called in an application's `ready()`."""
    _targets.update({target.key: target for target in targets})


def register_family(prefix, family):
    """Let kinds of import be chosen of which there is one for each row of a table; called in `ready()`.

    Their keys are `<prefix>-<id>`. `family.find(ids)` returns {id: ImportTarget}, `family.open_to(user)` those
    that `user` may import, `family.heading` stands above them.
    """
    _families[prefix] = family


def find_target(key):
    """Return the kind of import with this key, or None."""
    return find_targets([key]).get(key)


def find_targets(keys):
    """Return {key: kind of import} of those of `keys` that there are; one query at most for each family."""
    found = {key: _targets[key] for key in keys if key in _targets}
    for prefix, family in _families.items():
        ids = {key.removeprefix(f"{prefix}-") for key in keys if key not in found and key.startswith(f"{prefix}-")}
        ids = {int(each) for each in ids if each.isascii() and each.isdecimal() and len(each) < 19}
        found |= {target.key: target for target in family.find(ids).values()} if ids else {}
    return found


def targets_for(user):
    """Return the kinds of import of whole tables that are open to `user`, in their order."""
    open_to = [target for target in _targets.values() if target.is_open_to(user)]
    return sorted(open_to, key=lambda target: target.position)


def families_for(user):
    """Return [(heading, kinds of import of which there is one for each row of a table, those open to `user`)]."""
    found = [(family.heading, family.open_to(user)) for family in _families.values()]
    return [(heading, targets) for heading, targets in found if targets]


def regions_for(user, regions):
    """Return those of `regions` into which `user` may import: an administrator any, a coordinator their own."""
    return regions if user.is_superuser else regions.filter(pk__in=coordinated_region_ids(user))
