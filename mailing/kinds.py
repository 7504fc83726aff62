"""Kinds of letters: what each is for, who makes it, and which places its text has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured


class NotWantedError(Exception):
    """Raised by a kind's function when nobody wants the letter any more; `reason` is a code of mailing.reasons."""

    def __init__(self, reason="not_wanted"):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Placeholder:
    """A place in the text of a kind of letter: what stands in it, an example, and whether the text must have it."""

    words: str
    sample: str | tuple = ""
    is_required: bool = False


@dataclass(frozen=True)
class Kind:
    """What is declared of one kind of letter.

    A letter of duty (a code, an invitation) goes at any hour and to everybody; others
    keep the quiet hours, the spacing and what people have unsubscribed from, by
    `group`. A reminder keeps the weekends, too. Letters that can be gathered go as one
    when several wait for an address. `why` tells the reader why the letter came,
    `folder` is where the texts that ship stand.
    """

    name: str
    label: str
    why: str
    is_duty: bool
    folder: object = None
    is_reminder: bool = False
    can_be_gathered: bool = False
    group: str = ""
    group_label: str = ""
    placeholders: Mapping[str, Placeholder] = field(default_factory=dict)
    make: Callable | None = None


_kinds = {}


def letter_kind(
    name,
    *,
    label,
    why,
    is_duty,
    folder,
    is_reminder=False,
    can_be_gathered=False,
    group="",
    group_label="",
    placeholders=None,
):
    """Register the decorated function as the one that makes letters of the kind `name`.

    It is called with the Letter, in the letter's language, inside a transaction, when
    the letter is sent. It returns a Message (`mailing.writing.write`), or None, or
    raises NotWantedError with a reason, when nobody wants the letter any more (rule 15
    of docs/rules.md). It is called anew at each attempt and may make a link each time.

    `folder` is the folder of the files `<name>.<language>.md` that ship, `group` what
    a reader unsubscribes from (by default the kind itself). Raises ImproperlyConfigured
    when another function makes letters of that kind.
    """

    def register(make):
        kind = declare_kind(
            name,
            label=label,
            why=why,
            is_duty=is_duty,
            folder=folder,
            is_reminder=is_reminder,
            can_be_gathered=can_be_gathered,
            group=group or name,
            group_label=group_label or label,
            placeholders=placeholders or {},
            make=make,
        )
        return kind.make

    return register


def declare_kind(name, **fields):
    """Declare a kind and return it; without `make` its letters are sent at once and never queued (sign-in codes)."""
    kind = Kind(name=name, **fields)
    if name in _kinds and _kinds[name].make is not kind.make:
        raise ImproperlyConfigured(f"Letters of kind {name} are made elsewhere already.")
    _kinds[name] = kind
    return kind


def find_kind(name):
    """Return the Kind `name`. Raises KeyError for one that nobody declared."""
    return _kinds[name]


def all_kinds():
    """Return every declared kind by its name."""
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def kinds_not_of_duty():
    """Return the names of the kinds that keep spacing and cap."""
    return [kind.name for kind in _kinds.values() if not kind.is_duty]


def gatherable_kinds():
    """Return the names of the kinds of which several go as one letter."""
    return [kind.name for kind in _kinds.values() if kind.can_be_gathered]
