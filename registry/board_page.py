"""The board as a page: what is chosen in the address, headings that sort, parts of fifty rows, and tasks."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Head:
    """A column's heading, which sorts by a link."""

    label: str
    url: str
    aria_sort: str


@dataclass(frozen=True)
class TaskRow:
    """One task above the board."""

    label: str
    url: str
    place: str
    due_on: str
    is_overdue: bool
    who: str
    done_url: str

    @classmethod
    def some(cls, tasks, most):
        """Return (TaskRows of the first `most` tasks, whether there are more)."""
        shown = list(tasks[: most + 1])
        return [cls.of(task) for task in shown[:most]], len(shown) > most

    @classmethod
    def of(cls, task):
        """Return the row of a task with its municipality and, when it is not the reader's own, its person."""
        return cls(
            label=task.label,
            url=task.url or reverse("admin:registry_task_change", args=[task.pk]),
            place=str(task.municipality or ""),
            due_on=date_format(task.due_on, "SHORT_DATE_FORMAT") if task.due_on else "",
            is_overdue=task.is_overdue,
            who=str(task.assigned_to) if "assigned_to" in task._state.fields_cache and task.assigned_to else "",
            done_url=reverse("admin:registry_task_finish", args=[task.pk]),
        )


class BoardPage:
    """What one address shows of a region's board; what the address does not understand is left out.

    `alue` is an area's key (empty: the whole region; absent: the area that the reader
    works in), `puute` what is missing, `jarjestys` the order, `sivu` which fifty.
    """

    def __init__(self, query, region, areas, *, has_several_regions=False):
        self.region, self.areas = region, areas
        self.remembered = next((area for area in areas if area.is_remembered), None)
        self._query = query
        wanted = query.get("alue")
        by_key = {area.address_key: area for area in areas}
        if wanted is None:
            self.area = self.remembered
        else:
            self.area = by_key.get(wanted)
        self.area_key = self.area.address_key if self.area else ""
        self.address = {"maakunta": region.slug} if has_several_regions else {}
        if wanted is not None:
            self.address["alue"] = self.area_key

    def fill(self, board):
        """Choose and sort the rows of `board` and make the cells of those that are shown."""
        self.missing_choices = [(key, capfirst(label)) for key, label in board.missing.items()]
        self.missing = self._query.get("puute") if self._query.get("puute") in board.missing else ""
        labels = {"kunta": _("municipality"), "seuraava": _("what to do next")}
        labels |= {column.key: column.label for column in board.columns}
        order = self._query.get("jarjestys", "")
        self.order = order if order.removeprefix("-") in labels else "kunta"
        places = board.chosen(missing=self.missing, order=self.order)
        self.n_chosen, self.n_all = len(places), len(board.places)
        n_pages = max(1, -(-self.n_chosen // board.PAGE))
        wanted = self._query.get("sivu", "")
        self.number = min(max(int(wanted), 1), n_pages) if wanted.isdecimal() and len(wanted) < 6 else 1
        first = (self.number - 1) * board.PAGE
        self.rows = board.rows(places[first : first + board.PAGE])
        self.first, self.last = first + 1, first + len(self.rows)
        self.heads = [self._head(key, label) for key, label in labels.items()]
        self.labels = [head.label for head in self.heads[2:]]
        self.pages = [(number, self._url(sivu=number)) for number in range(1, n_pages + 1)] if n_pages > 1 else []

    def _head(self, key, label):
        is_own = self.order.removeprefix("-") == key
        direction = "descending" if self.order.startswith("-") else "ascending"
        turned = f"-{key}" if self.order == key else key
        return Head(capfirst(label), self._url(jarjestys=turned), direction if is_own else "")

    def _url(self, **changes):
        """Return the address of the board with some choices changed."""
        chosen = {"puute": self.missing, "jarjestys": self.order if self.order != "kunta" else ""} | changes
        return f"?{urlencode(self.address | {key: value for key, value in chosen.items() if value})}#board"

    @property
    def area_groups(self):
        """The areas to choose from by their grouping: [(grouping, [(key, name)])]."""
        groups = {}
        for area in self.areas:
            groups.setdefault(area.group.name, []).append((area.address_key, area.name))
        return list(groups.items())

    @property
    def can_remember(self):
        """Whether the area shown is another than the one that is remembered."""
        return self.area != self.remembered

    @property
    def is_narrowed(self):
        """Whether the reader sees less than the whole region."""
        return bool(self.area or self.missing)
