"""Markdown to safe HTML: raw HTML is not read, and what comes out is cleaned once more."""

import re
from dataclasses import dataclass

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
    html = nh3.clean(_markdown.render(text), tags=_TAGS, attributes={"a": {"href"}}, link_rel=None,
                     url_schemes={"http", "https", "mailto", "tel"})  # fmt: skip
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


def render_page(text):
    """Return the RenderedPage of Markdown that begins with `# Title`; `{retention_table}` on its own line cuts it."""
    first, _newline, rest = text.strip().partition("\n")
    before, _mark, after = rest.partition("{retention_table}")
    return RenderedPage(first.removeprefix("#").strip(), markdown_to_html(before), markdown_to_html(after))
