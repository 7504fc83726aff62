"""Where HTML is declared safe: cleaned Markdown, and markup whose places are filled with escaped values."""

import html
import re
from dataclasses import dataclass
from operator import attrgetter

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "em", "blockquote", "code", "hr", "br"}
_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class RenderedPage:
    """A page's heading and the HTML of the rest, cut in two where a generated part belongs."""

    title: str
    before: SafeString
    after: SafeString


def fill_placeholders(text, values):
    """Return `text` with each `{name}` of `values` replaced by its value; other braces stay as they are.

    Plain replacement, never a template language: what an editor writes cannot
    reach anything that is not in `values`.
    """
    return re.sub(r"\{(\w+)\}", lambda match: str(values.get(match[1], match[0])), text)


def markdown_to_html(text):
    """Return safe HTML of Markdown `text`; no tag outside a short list survives."""
    cleaned = nh3.clean(_markdown.render(text), tags=_TAGS, attributes={"a": {"href"}}, link_rel=None,
                        url_schemes={"http", "https", "mailto", "tel"})  # fmt: skip
    return mark_safe(cleaned)  # noqa: S308 - nh3 has just cleaned it


def markdown_to_text(text):
    """Return Markdown `text` as plain text: without its marks, a link's address beside its words."""
    rendered = re.sub(r'<a href="([^"]*)">(.*?)</a>', r"\2 (\1)", _markdown.render(text))
    spaced = rendered.replace("</p>", "</p>\n").replace("<li>", "<li>– ")
    return re.sub(r"\n{3,}", "\n\n", html.unescape(nh3.clean(spaced, tags=set()))).strip()


def render_page(text):
    """Return the RenderedPage of Markdown that begins with `# Title`; `{retention_table}` on its own line cuts it."""
    first, _newline, rest = text.strip().partition("\n")
    before, _mark, after = rest.partition("{retention_table}")
    return RenderedPage(first.removeprefix("#").strip(), markdown_to_html(before), markdown_to_html(after))


class Pattern:
    """Markup with places such as `{name}`, filled once for each row with the row's attribute of that name, escaped."""

    PLACE = re.compile(r"\{(\w+)\}")

    def __init__(self, markup):
        names = list(dict.fromkeys(self.PLACE.findall(markup)))
        doubled = markup.replace("{", "{{").replace("}", "}}")
        self._fill = re.sub(r"\{\{(\w+)\}\}", lambda match: f"{{{names.index(match[1])}}}", doubled).format
        # The first once more at the end: one name alone would give its value instead of a tuple.
        self._values_of = attrgetter(*names, names[0])

    def filled(self, rows):
        """Return the safe HTML of all rows, one after another."""
        fill, values_of = self._fill, self._values_of
        filled = [fill(*_escaped([*map(str, values_of(row))])) for row in rows]
        return mark_safe("".join(filled))  # noqa: S308 - all escaped


class Blank:
    """Rendered markup with places for texts, made by `place`: split once, filled each time, every text escaped."""

    def __init__(self, markup):
        first, *rest = markup.split(_EDGE)
        self._first, names, self._after = first, rest[::2], rest[1::2]
        self._places = [(kind, *arguments) for kind, *arguments in (name.split(":") for name in names)]

    def filled(self, text_of):
        """Return the safe HTML; `text_of` gets the words of which a place was made and returns its text."""
        texts = [str(text_of(*words)) for words in self._places]  # a translated text may still be lazy
        pieces = [self._first]
        for text, after in zip(_escaped(texts), self._after, strict=True):
            pieces += text, after
        return mark_safe("".join(pieces))  # noqa: S308 - all escaped


# No text of a database or a form has this sign: both refuse it.
_EDGE = "\x00"


def place(*words):
    """Return a place for a text in markup that becomes a Blank; the words hold no colon."""
    return f"{_EDGE}{':'.join(words)}{_EDGE}"


_has_signs = re.compile("[&<>\"']").search


def _escaped(texts):
    # Few rows have anything to escape: one look at all texts of a row is cheaper than one at each.
    return map(html.escape, texts) if _has_signs("".join(texts)) else texts
