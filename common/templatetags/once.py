"""One tag for what is the same on every page: rendered once for each language (docs/adr/0010)."""

from django import template
from django.template.base import TextNode
from django.template.defaulttags import URLNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode

from common.names import language_suffix

register = template.Library()


@register.tag
def once(parser, token):
    """Render the markup up to `{% endonce %}` once for each language and keep the text.

    Only markup, `{% translate %}`, `{% url %}` without arguments and `{% static %}` may
    stand in it: what depends on the language alone.
    """
    if len(token.split_contents()) != 1:
        raise template.TemplateSyntaxError("{% once %} takes nothing.")
    body = parser.parse(("endonce",))
    parser.delete_first_token()
    for node in body:
        if not _is_constant(node):
            raise template.TemplateSyntaxError(
                "Between {% once %} and {% endonce %} stand only markup, translations of fixed words and addresses."
            )
    return OnceNode(body)


def _is_constant(node):
    if isinstance(node, TranslateNode):
        return node.asvar is None and node.message_context is None and _is_fixed(node.filter_expression)
    if isinstance(node, URLNode):
        return not node.args and not node.kwargs and node.asvar is None and _is_fixed(node.view_name)
    if isinstance(node, StaticNode):
        return node.varname is None and _is_fixed(node.path)
    return isinstance(node, TextNode)


def _is_fixed(expression):
    """Whether an expression is a constant without filters."""
    return not expression.filters and (isinstance(expression.var, str) or expression.var.lookups is None)


class OnceNode(template.Node):
    """Markup that depends on the language alone, and its text in each language so far."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist):
        self.nodelist = nodelist
        self._texts = {}

    def render(self, context):
        """Return the text in the active language."""
        language = language_suffix()
        if language not in self._texts:
            self._texts[language] = self.nodelist.render(context)
        return self._texts[language]
