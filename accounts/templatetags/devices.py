"""What a browser calls itself, in a few words."""

from django import template

from accounts.events import device_words

register = template.Library()
register.filter("device", device_words)
