"""What a preview tells of each row, in words."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.models import ImportRow


@dataclass(frozen=True)
class Difference:
    """A field with its old and its new value."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class PreviewRow:
    """One row of the file: its number, how it begins, what is said of it, what would change."""

    number: int
    title: str
    messages: list
    differences: list


@dataclass(frozen=True)
class Group:
    """The rows of one verdict on a page."""

    verdict: str
    heading: str
    rows: list

    @property
    def is_folded(self):
        """Whether the rows need no looking at before saving."""
        return self.verdict in {ImportRow.Verdict.CREATED, ImportRow.Verdict.UNCHANGED}


def preview_page(rows, target):
    """Return the Groups of one page of ImportRows, in the order of the rows."""
    headings = {
        "refused": _("Refused"), "changed": _("Will change"), "created": _("New"), "unchanged": _("Nothing changes"),
    }  # fmt: skip
    groups = {}
    for row in rows:
        groups.setdefault(row.verdict, []).append(
            PreviewRow(row.number, _title(row), row.messages, _differences(row, target))
        )
    return [Group(verdict, headings[verdict], shown) for verdict, shown in groups.items() if verdict in headings]


def _title(row):
    """Return the beginning of a row by which a person knows it in the file."""
    return " · ".join([cell for cell in row.cells if cell][:3])


def _differences(row, target):
    if row.verdict == ImportRow.Verdict.REFUSED:
        return []
    columns = {column.key: column for column in target.columns}
    return [
        Difference(capfirst(columns[key].label), columns[key].show(old), columns[key].show(new))
        for key, old, new in row.differences
        if key in columns
    ]
