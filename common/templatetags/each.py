"""One tag for long lists: markup with places, filled once for each row (docs/adr/0010)."""

from django import template

from common.markup import Pattern

register = template.Library()


@register.tag
def each(parser, token):
    """Repeat the markup up to `{% endeach %}` for each row of a list, every `{name}` filled with the row's attribute.

    All values are escaped, as everywhere. There is nothing but text and places in
    the markup: what depends on the row stands ready in the row. A row costs a
    tenth of what it costs in `{% for %}`.
    """
    try:
        _name, rows = token.split_contents()
    except ValueError:
        raise template.TemplateSyntaxError("{% each %} takes one list.") from None
    body = parser.parse(("endeach",))
    parser.delete_first_token()
    if len(body) != 1 or not isinstance(body[0], template.base.TextNode) or not Pattern.PLACE.search(body[0].s):
        raise template.TemplateSyntaxError("Between {% each %} and {% endeach %} stand only markup and {places}.")
    return EachNode(parser.compile_filter(rows), Pattern(body[0].s))


class EachNode(template.Node):
    """The markup of a row, and where its rows come from."""

    def __init__(self, rows, pattern):
        self.rows, self.pattern = rows, pattern

    def render(self, context):
        """Return the markup of all rows."""
        return self.pattern.filled(self.rows.resolve(context))
