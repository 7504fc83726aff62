"""The board: every municipality of a region in one matrix, with what to do next.

**What to do next** is the first of these that holds; later floors add theirs:

| Urgency | Need | Holds when |
|---|---|---|
| 10 | `task` | a task about the municipality is overdue |
| 20 | `liaison` | no liaison is named |
| 30 | `checked` | a contact's details were never checked, or over six months ago |
| 40 | `touch` | nobody was reached in six months |
| 50 | `agent` | there is no association agent |
| 60 | `pair` | a liaison and an agent are there, but no working pair |
| 70 | `planned` | a task about the municipality is open, with its day to come or none |

A column is declared once (`register_column`, from the `ready` of its application): it
reads what it needs of all municipalities in a fixed number of queries, and makes a
cell, a value to sort by and perhaps a need of what it read for one municipality.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from registry.models import Agent, Appointment, Municipality, Task

URGENCY = {"task": 10, "liaison": 20, "checked": 30, "touch": 40, "agent": 50, "pair": 60, "planned": 70}


@dataclass(frozen=True)
class Cell:
    """What stands in one cell: words, the state that gives them a shape ("ok", "late", "missing"), a link."""

    text: str
    state: str = ""
    url: str = ""
    sort_value: Any = None


@dataclass(frozen=True)
class Need:
    """One thing to do about a municipality and where it is done; the smallest urgency comes first."""

    key: str
    label: str
    urgency: int
    url_name: str
    url_args: tuple = ()
    query: dict = field(default_factory=dict)

    @property
    def url(self):
        """The address where it is done."""
        address = reverse(self.url_name, args=self.url_args)
        return f"{address}?{urlencode(self.query)}" if self.query else address


@dataclass(frozen=True)
class BoardColumn:
    """One column: `read(board)` returns {municipality's id: what the column knows of it}.

    It may use what the Board has read already (`region`, `today`, `situations`,
    `contacts`, `agents`, `tasks`) and makes a fixed number of queries of its own.

    `cell`, `sort_value` and `need` get the municipality's id and what was read of it
    (None when nothing was); `sort_value` returns None for what stands last in both
    directions, `need` a Need or None. `missing` says in the filter what `need` finds.
    """

    key: str
    label: str
    read: Callable
    cell: Callable
    sort_value: Callable
    need: Callable = lambda _municipality, _known: None
    missing: dict = field(default_factory=dict)


_columns = {}


def register_column(column):
    """Add a column to the right of the board, or put it in the place of the one with the same key; return it."""
    _columns[column.key] = column
    return column


def unregister_column(key):
    """Take a column off the board; harmless when there is none."""
    _columns.pop(key, None)


@dataclass(frozen=True)
class BoardRow:
    """One municipality: its links, the cells in the order of the columns, and what to do next."""

    name: str
    url: str
    public_url: str
    contact_url: str
    cells: list
    next: Need | None


@dataclass(frozen=True)
class _Place:
    """One municipality before its cells are made."""

    pk: int
    name: str
    slug: str
    in_area: bool
    needs: tuple


class Board:
    """The matrix of one region today, chosen and sorted; cells are made for the rows that are shown."""

    PAGE = 50

    def __init__(self, region, today, *, area=None):
        """Read everything about the region's municipalities; those outside `area` are left out when chosen."""
        self.region, self.today = region, today
        municipalities = list(Municipality.objects.for_board(region, today, area=area))
        self.situations = {pk: situation for pk, _name, _slug, _in_area, situation in municipalities}
        self.columns = list(_columns.values())
        self.known = {column.key: column.read(self) for column in self.columns}
        self.places = [
            _Place(pk, name, slug, bool(in_area), self._needs(pk))
            for pk, name, slug, in_area, _situation in municipalities
        ]

    @cached_property
    def contacts(self):
        """Whom to turn to today: liaisons, officers with the duties and fallbacks (see `contacts_on_board`)."""
        return list(Appointment.objects.contacts_on_board(self.region, self.today))

    @cached_property
    def agents(self):
        """Today's agents by municipality."""
        found = {}
        for agent in Agent.objects.for_board(self.region, self.today):
            found.setdefault(agent.municipality_id, []).append(agent)
        return found

    @cached_property
    def tasks(self):
        """The region's open tasks, most urgent first."""
        return list(Task.objects.for_board(self.region))

    def tasks_of_others(self, user):
        """Return the open tasks of the area that are not the user's own: others' and nobody's."""
        in_area = {place.pk for place in self.places if place.in_area}
        is_whole = len(in_area) == len(self.places)
        return [
            task
            for task in self.tasks
            if (is_whole or task.municipality_id in in_area)
            and (task.assigned_to is None or task.assigned_to.user_id != user.pk)
        ]

    def _needs(self, pk):
        found = [column.need(pk, self.known[column.key].get(pk)) for column in self.columns]
        return tuple(sorted(filter(None, found), key=lambda need: need.urgency))

    @cached_property
    def missing(self):
        """The filter's choices: {key: label}."""
        return {key: label for column in self.columns for key, label in column.missing.items()}

    def chosen(self, *, missing="", order="kunta"):
        """Return the places of the area that need `missing` (or all), sorted over the whole of them.

        `order` is "kunta", "seuraava" or a column's key, with a minus turned round; what
        is not known stands last in both directions.
        """
        places = [
            place
            for place in self.places
            if place.in_area and (not missing or any(need.key == missing for need in place.needs))
        ]
        key, is_descending = order.removeprefix("-"), order.startswith("-")
        if key == "kunta":
            return places[::-1] if is_descending else places
        if key == "seuraava":
            values = {place.pk: place.needs[0].urgency if place.needs else None for place in places}
        else:
            column, known = _columns[key], self.known[key]
            values = {place.pk: column.sort_value(known.get(place.pk)) for place in places}
        told = [place for place in places if values[place.pk] is not None]
        untold = [place for place in places if values[place.pk] is None]
        return sorted(told, key=lambda place: values[place.pk], reverse=is_descending) + untold

    def rows(self, places):
        """Return the BoardRows of some places."""
        cells = [(column, self.known[column.key]) for column in self.columns]
        contact_url = reverse("admin:registry_contactentry_add")
        return [
            BoardRow(
                name=place.name,
                url=reverse("admin:registry_municipality_change", args=[place.pk]),
                public_url=reverse("municipality_detail", args=[self.region.slug, place.slug]),
                contact_url=f"{contact_url}?municipality={place.pk}",
                cells=[column.cell(place.pk, known.get(place.pk)) for column, known in cells],
                next=place.needs[0] if place.needs else None,
            )
            for place in places
        ]
