"""What a merger will do, in words, before it is done."""

import hashlib
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class DetailRow:
    """One detail of both rows, and what it is afterwards."""

    label: str
    of_gone: str
    of_kept: str
    after: str
    note: str = ""


@dataclass(frozen=True)
class MovedRow:
    """One row that moves as it is."""

    table: str
    what: str
    note: str = ""


@dataclass(frozen=True)
class JoinedRows:
    """Rows that become one: what they were, what it is afterwards, and what of them is filled in or not kept."""

    table: str
    before: tuple
    after: str
    notes: tuple = ()


@dataclass(frozen=True)
class DroppedRow:
    """A row that goes because the one that stays has its like."""

    table: str
    what: str
    why: str


@dataclass
class MergePreview:
    """Everything that a merger does, in the reader's language.

    `refusals` are ValidationErrors; with any of them nothing can be done. The two lists of
    `…_public` hold sentences.
    """

    gone: models.Model
    kept: models.Model
    details: list = field(default_factory=list)
    moved: list = field(default_factory=list)
    joined: list = field(default_factory=list)
    dropped: list = field(default_factory=list)
    becomes_public: list = field(default_factory=list)
    ceases_public: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    refusals: list = field(default_factory=list)

    def refuse(self, message, code):
        """Add a reason for which this cannot be done."""
        self.refusals.append(ValidationError(message, code=code))

    @property
    def reasons(self):
        """The refusals as sentences."""
        return [message for refusal in self.refusals for message in refusal.messages]

    @property
    def digest(self):
        """What tells one preview from another, so that only what was read is done."""
        parts = (
            self.gone.pk, self.kept.pk, self.details, self.moved, self.joined, self.dropped, self.becomes_public,
            self.ceases_public, self.notes, self.reasons,
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def table_name(row):
    """Return the name of the row's table, in the singular."""
    return capfirst(str(row._meta.verbose_name))


def in_words(row, name):
    """Return the value of a field as people read it, "" when there is none."""
    value = getattr(row, name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if hasattr(row, f"get_{name}_display"):
        return str(getattr(row, f"get_{name}_display")())
    if hasattr(value, "isoformat"):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value)


def label_of(model, name):
    """Return what a field is called, with a capital letter."""
    return capfirst(str(model._meta.get_field(name).verbose_name))


def period_in_words(start, end):
    """Return a period as 1.1.2020–, 2018–2019 or a single date."""
    return f"{start}–{end or ''}"


def check_wanted(preview, seen):
    """Raise the preview's refusals, or "changed_meanwhile" when it is not the one that was read."""
    if preview.refusals:
        raise ValidationError(preview.refusals)
    if seen is not None and seen != preview.digest:
        raise ValidationError(
            _("Something of these two has changed in the meantime. Read what would happen now."),
            code="changed_meanwhile",
        )
