"""One tag for a question of a theme's form."""

from django import template

from surveys.blanks import question_html

register = template.Library()


@register.simple_tag
def question(asked):
    """Show an AskedQuestion: its words, its inputs and what stands beside them."""
    return question_html(asked)
