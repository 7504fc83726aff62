"""How a letter is written: the words of its kind with the places filled, as blocks that text and HTML are made of."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

from mailing.texts import words_of

_PLACE = re.compile(r"\{(\w+)\}")
_ALONE = re.compile(r"\{(\w+)\}")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)])")


def _is_own(text):
    return text.startswith(f"{settings.SITE_URL}/")


@dataclass(frozen=True)
class Block:
    """A piece of a letter: "heading", "paragraph" (lines), "list" (lines) or "link" (words and address)."""

    kind: str
    lines: tuple = ()
    address: str = ""

    @property
    def pieces(self):
        """The lines, each as pieces (text, is_address), for links in HTML: addresses of the site itself alone.

        What a person wrote into a value, such as a name, makes no link.
        """
        return [[(text, _is_own(text)) for text in _ADDRESS.split(line) if text] for line in self.lines]

    @property
    def text(self):
        """The block as plain text."""
        if self.kind == "list":
            return "\n".join(f"- {line}" for line in self.lines)
        if self.kind == "link":
            return f"{self.lines[0]}:\n{self.address}"
        return "\n".join(self.lines)


@dataclass(frozen=True)
class CalendarPart:
    """An iCalendar object that goes with a letter: its bytes, and its method, REQUEST or CANCEL."""

    content: bytes
    method: str


@dataclass(frozen=True)
class Message:
    """What a letter says: subject and blocks, to whom a reply goes, and which letters belong together (`thread`)."""

    subject: str
    blocks: tuple
    reply_to: str = ""
    thread: str = ""
    calendar: CalendarPart | None = None


def write(kind_name, values, *, reply_to="", thread="", calendar=None):
    """Return the Message of the kind's words in the active language, with its places filled from `values`.

    A value may be a list, which becomes a list of the letter where its placeholder
    stands alone in a paragraph. Values are text: nothing in them is a placeholder, a
    link or HTML. `thread` is a key such as "task:12"; letters with the same one are
    shown together by mail programs. `calendar` is a CalendarPart, for a kind that is never gathered with others.
    """
    words = words_of(kind_name, get_language())
    values = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL} | values
    subject = " ".join(fill(words.subject, values).split())
    blocks = tuple(blocks_of(words.body, values))
    return Message(subject, blocks, reply_to=reply_to, thread=thread, calendar=calendar)


def fill(text, values):
    """Return `text` with each `{name}` of `values` replaced, in one pass; other braces stay as text."""
    return _PLACE.sub(lambda match: _as_text(values[match[1]]) if match[1] in values else match[0], text)


def _as_text(value):
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def blocks_of(body, values):
    """Yield the Blocks of `body`; a paragraph of which nothing is left is left out."""
    for part in re.split(r"\n[ \t]*\n", body.strip().replace("\r\n", "\n")):
        block = _block_of(part.strip(), values)
        if any(line.strip() for line in block.lines):
            yield block


def _block_of(part, values):
    if (alone := _ALONE.fullmatch(part)) and isinstance(values.get(alone[1]), list | tuple):
        return Block("list", tuple(map(str, values[alone[1]])))
    if link := _LINK.fullmatch(part):
        return Block("link", (fill(link[1], values),), address=fill(link[2], values))
    if part.startswith("## "):
        return Block("heading", (fill(part[3:], values),))
    lines = part.split("\n")
    if all(line.startswith("- ") for line in lines):
        return Block("list", tuple(fill(line[2:], values) for line in lines))
    return Block("paragraph", tuple(fill(part, values).split("\n")))


def sample_message(kind, subject, body):
    """Return the Message of these words with the kind's samples in the places, for a preview."""
    values = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    values |= {name: place.sample for name, place in kind.placeholders.items()}
    return Message(" ".join(fill(subject, values).split()), tuple(blocks_of(body, values)))
