"""The frame of every letter: who is behind it, why it came, how to get no more, and what its headers say."""

import hashlib
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mailing.unsubscribing import ONE_CLICK, unsubscribe_address
from mailing.writing import Block, Message

_labels = []


def add_label(function):
    """Let `function()` say in the active language what stands on top of each letter ("" for nothing): demo data."""
    if function not in _labels:
        _labels.append(function)


def sender_address():
    """Return the address that letters come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def sender_domain():
    """Return the domain that letters come from."""
    return sender_address().rpartition("@")[2]


def compose(message, *, kind, address, letter=None, connection=None):
    """Return the e-mail of `message` in its frame, in the active language; without `letter` it is never stored."""
    may_stop = letter is not None and not kind.is_duty
    stop_url = unsubscribe_address(letter) if may_stop else ""
    text, html = render(message, kind=kind, stop_url=stop_url)
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=text,
        from_email=_envelope_sender(letter),
        to=[address],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=_headers(message, letter, stop_url),
        connection=connection,
    )
    mail.attach_alternative(html, "text/html")
    if message.calendar:
        _attach_calendar(mail, message.calendar)
    if letter is not None:
        # A mail provider gives it back with what it tells of the letter; others take no notice.
        mail.metadata = {"letter": str(letter.message_id)}
    return mail


def _attach_calendar(mail, calendar):
    """Add a calendar's object as programs want it: a third way of reading the letter, and a file for the others."""
    text = calendar.content.decode()
    mail.attach_alternative(text, f"text/calendar; method={calendar.method}")
    mail.attach("calendar.ics", calendar.content, "application/ics")


def render(message, *, kind, stop_url=""):
    """Return (text, HTML) of `message` in its frame, in the active language."""
    language = get_language() or settings.LANGUAGE_CODE
    context = {
        "language": language,
        "subject": message.subject,
        "blocks": message.blocks,
        "labels": [label for label in (function() for function in _labels) if label],
        "why": str(kind.why) % {"site": settings.SITE_NAME},
        "is_duty": kind.is_duty,
        "stop_url": stop_url,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "controller": settings.CONTROLLER_NAME.get(language, ""),
    }
    text = get_template("letters/frame.txt").template.render(Context(context, autoescape=False))
    return text.strip() + "\n", get_template("letters/frame.html").render(context)


def _headers(message, letter, stop_url):
    headers = {
        # The envelope may have an address of its own for what comes back.
        "From": formataddr((settings.SITE_NAME, sender_address())),
        "Auto-Submitted": "auto-generated",
        # Asks Exchange and its kin for no answers of those who are away.
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if letter is not None:
        headers["Message-ID"] = message_id_of(letter)
    if message.thread:
        root = hashlib.sha256(f"{settings.SITE_URL} {message.thread}".encode()).hexdigest()[:32]
        headers["References"] = headers["In-Reply-To"] = f"<{root}@{sender_domain()}>"
    if stop_url:
        headers["List-Unsubscribe"] = f"<{stop_url}>"
        headers["List-Unsubscribe-Post"] = "=".join(*ONE_CLICK.items())
    return headers


def message_id_of(letter):
    """Return the letter's Message-ID, the same at each attempt."""
    return f"<{letter.message_id}@{sender_domain()}>"


def _envelope_sender(letter):
    """Return where what cannot be delivered comes back to: the bounce mailbox, with the letter's number."""
    name, at, domain = settings.MAIL_BOUNCES_TO.partition("@")
    if letter is None or not at:
        return sender_address()
    return f"{name}+{letter.message_id.hex}@{domain}"


def gather(messages):
    """Return one Message of several: each with its subject as a heading."""
    first = messages[0]
    blocks = [Block("paragraph", (_("There are several matters; they are in this one letter."),))]
    for message in messages:
        blocks += [Block("heading", (message.subject,)), *message.blocks]
    subject = _("%(n)s matters for you: %(first)s") % {"n": len(messages), "first": first.subject}
    return Message(subject, tuple(blocks), reply_to=first.reply_to)
