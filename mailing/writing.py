"""How a letter is written: the text and the HTML of one template each, in the language that is active."""

from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from mailing.outbox import Message


def write_message(name, subject, context, *, reply_to=""):
    """Return the Message of the templates letters/<name>.txt and letters/<name>.html with `context`.

    The text is no HTML, so nothing in it is escaped.
    """
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL} | context
    text = get_template(f"letters/{name}.txt").template.render(Context(context, autoescape=False))
    html = get_template(f"letters/{name}.html").render(context)
    return Message(subject=subject, text=text, html=html, reply_to=reply_to)
