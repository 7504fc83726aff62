"""The way from a list of the administration to the import of its table."""

from django import template

from registry.admin.imports import import_url

register = template.Library()


@register.simple_tag
def import_address(opts, user):
    """Return the address at which rows of the model with these options are imported, or "" for who imports none."""
    return import_url(opts.model, user)
