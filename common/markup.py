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
        return mark_safe("".join([fill(*map(_escaped, values_of(row))) for row in rows]))  # noqa: S308 - all escaped


_has_signs = re.compile("[&<>\"']").search


def _escaped(value):
    text = str(value)
    return html.escape(text) if _has_signs(text) else text
