"""Markdown becomes safe HTML, and placeholders are plain replacement, never a template language."""

from typing import NamedTuple

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import SafeString

from common.markup import Pattern, RenderedPage, fill_placeholders, markdown_to_html, markdown_to_text, render_page


def test_markdown_becomes_html():
    assert markdown_to_html("## Otsikko\n\nTeksti *tässä*.\n\n- yksi\n- kaksi") == (
        "<h2>Otsikko</h2>\n<p>Teksti <em>tässä</em>.</p>\n<ul>\n<li>yksi</li>\n<li>kaksi</li>\n</ul>\n"
    )


def test_result_is_marked_safe_for_templates():
    assert isinstance(markdown_to_html("x"), SafeString)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        'x <a href="https://example.org" onclick="alert(1)">y</a>',
        "<style>body{display:none}</style>",
        "<iframe src='https://example.org'></iframe>",
        "<!-- <script>alert(1)</script> -->",
        "## <script>alert(1)</script>",
        "`<script>alert(1)</script>`",
    ],
)
def test_html_is_shown_as_text_and_never_as_tags(text):
    html = markdown_to_html(text)

    assert "&lt;" in html
    for tag in ("<script", "<img", "<svg", "<a ", "<style", "<iframe", "<!--"):
        assert tag not in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "vbscript:msgbox(1)",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("form", ["[linkki]({})", "[linkki](<{}>)", "[linkki][1]\n\n[1]: {}", "<{}>", "![kuva]({})"])
def test_a_link_that_could_run_something_does_not_survive(address, form):
    html = markdown_to_html(form.format(address))

    assert "href" not in html
    assert "src" not in html


def test_a_line_break_inside_an_address_cannot_hide_its_kind():
    html = markdown_to_html("[linkki](java&#10;script:alert(1))")

    assert html == '<p><a href="java%0Ascript:alert(1)">linkki</a></p>\n'  # "%" makes it a path of this site


@pytest.mark.parametrize(
    "address", ["https://example.org/?a=b", "http://example.org", "mailto:a@example.org", "tel:+358500000011", "/oulu/"]
)
def test_an_ordinary_link_survives(address):
    assert markdown_to_html(f"[linkki]({address})") == f'<p><a href="{address}">linkki</a></p>\n'


def test_pictures_and_tables_are_left_out():
    assert markdown_to_html("![kuva](https://example.org/x.png) teksti") == "<p> teksti</p>\n"


def test_placeholder_is_replaced_every_time():
    filled = fill_placeholders("{site_name}: {site_name} ({year})", {"site_name": "Rinnalla", "year": 2026})

    assert filled == "Rinnalla: Rinnalla (2026)"


@pytest.mark.parametrize(
    "text",
    [
        "{{ settings.SECRET_KEY }}",
        "{% debug %}",
        "{person.password}",
        "{person[password]}",
        "{person!r}",
        "{person:>100}",
        "{0}",
        "{}",
        "{ site_name }",
        "{unknown}",
        "%(site_name)s",
        "${site_name_}",
    ],
)
def test_anything_but_a_known_name_in_single_braces_stays_text(text):
    values = {"site_name": "Rinnalla", "person": "Leena", "settings": "salaisuus"}

    assert fill_placeholders(text, values) == text


def test_a_value_is_not_read_again():
    assert fill_placeholders("{a}{b}", {"a": "{b}", "b": "{a}"}) == "{b}{a}"
    assert fill_placeholders("{a}", {"a": r"\1\g<0>"}) == r"\1\g<0>"


def test_page_is_cut_where_the_retention_table_belongs():
    page = render_page("\n# Tietosuoja\n\nEnnen.\n\n{retention_table}\n\nJälkeen.\n")

    assert page == RenderedPage("Tietosuoja", "<p>Ennen.</p>\n", "<p>Jälkeen.</p>\n")


def test_page_without_a_table_is_whole_and_its_title_is_text():
    page = render_page("# <b>Tietoa</b>\nTeksti.")

    assert page == RenderedPage("<b>Tietoa</b>", "<p>Teksti.</p>\n", "")
    assert not isinstance(page.title, SafeString)


def test_empty_page_renders_as_nothing():
    assert render_page("") == RenderedPage("", "", "")


class Row(NamedTuple):
    name: object
    n: int = 1


def test_pattern_fills_its_places_for_each_row_and_escapes_every_value():
    pattern = Pattern('<li id="{n}" title="{name}">{name}</li>')
    filled = pattern.filled([Row('Ii & "Oulu" <b>\'', 1234), Row(SafeString("<i>"), 2)])

    assert filled == (
        '<li id="1234" title="Ii &amp; &quot;Oulu&quot; &lt;b&gt;&#x27;">Ii &amp; &quot;Oulu&quot; &lt;b&gt;&#x27;</li>'
        '<li id="2" title="&lt;i&gt;">&lt;i&gt;</li>'
    )
    assert isinstance(filled, SafeString)
    assert Pattern("{name}.").filled([Row("{n}"), Row("{0}")]) == "{n}.{0}."
    assert Pattern("{name} { } {{").filled([Row("Ii")]) == "Ii { } {{"
    assert Pattern("{name}.").filled([]) == ""


def test_each_repeats_its_markup_and_nothing_else():
    template = Template("{% load each %}<ul>{% each rows %}<li>{name}</li>{% endeach %}</ul>")
    assert template.render(Context({"rows": [Row("Ii"), Row("<Oulu>")]})) == "<ul><li>Ii</li><li>&lt;Oulu&gt;</li></ul>"
    assert template.render(Context({"rows": []})) == "<ul></ul>"


@pytest.mark.parametrize(
    "markup",
    [
        "{% each rows %}{{ row }}{% endeach %}",
        "{% each rows %}{name}{% if rows %}x{% endif %}{% endeach %}",
        "{% each rows %}{% endeach %}",
        "{% each rows %}no place{% endeach %}",
        "{% each %}{name}{% endeach %}",
    ],
)
def test_each_refuses_what_it_cannot_fill(markup):
    with pytest.raises(TemplateSyntaxError):
        Template("{% load each %}" + markup)


def test_plain_text_of_markdown_has_no_marks_and_keeps_addresses_and_signs():
    text = "Tule **kaikki**, A & B <3\nsamalla rivillä.\n\n- [ohje](https://example.org/a?b=1&c=2)\n- kahvit\n\n<b>x"
    assert markdown_to_text(text) == (
        "Tule kaikki, A & B <3\nsamalla rivillä.\n\n– ohje (https://example.org/a?b=1&c=2)\n– kahvit\n\n<b>x"
    )
