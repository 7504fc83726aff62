"""Reading the mailbox to which letters come back (MAIL_BOX_URL): POP3 or IMAP, with what each message asks for."""

import contextlib
import hashlib
import imaplib
import poplib
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from mailing.bounces import record_bounce
from mailing.frame import sender_address
from mailing.incoming import AUTOMATIC, CALENDAR, OTHER, REPLY, REPORT, judge, parse
from mailing.models import Bounce

AT_MOST = 200
SECONDS = 20
FORWARDED = "X-Rinnalla-Forwarded"
NOBODY = "nobody to pass it on to"
_contacts = []
_calendar_readers = []


def add_contact_finder(function):
    """Let `function(letter)` name the address of the person who answers for the letter, or None."""
    if function not in _contacts:
        _contacts.append(function)


def add_calendar_reader(function):
    """Let `function(message)` take what a calendar program replied, and say whether it was its to take."""
    if function not in _calendar_readers:
        _calendar_readers.append(function)


def read_mailbox():
    """Read what has come, write down what came back, pass people's replies on; return {what: how many}.

    A message is removed when it has been dealt with. Calendars' replies that nobody took stay, and so do
    replies that there is nobody to pass on to. Safe to run twice: a report counts once.
    """
    counts = {}
    with _open(settings.MAIL_BOX_URL) as messages:
        for raw, remove in messages:
            what = take(raw)
            counts[what] = counts.get(what, 0) + 1
            if what not in {CALENDAR, NOBODY}:
                remove()
    return counts


def take(raw):
    """Do what the message of these bytes asks for; return what it was."""
    message = parse(raw)
    incoming = judge(message)
    if incoming.what == REPORT:
        if incoming.letter is None:
            return "unknown report"
        event = hashlib.sha256(raw).hexdigest()
        record_bounce(
            incoming.letter.address, incoming.kind, Bounce.Source.MAILBOX,
            event_id=f"mailbox:{event}", letter=incoming.letter, code=incoming.code,
        )  # fmt: skip
    elif incoming.what == REPLY:
        return pass_on(message, raw, incoming.letter)
    elif incoming.what == CALENDAR and any(take_reply(message) for take_reply in _calendar_readers):
        return "calendar reply"
    return {REPORT: "bounce", AUTOMATIC: "automatic", CALENDAR: CALENDAR, OTHER: "notice"}[incoming.what]


def pass_on(message, raw, letter):
    """Send a person's reply on to whom it concerns, whole; return what was done."""
    sender = parseaddr(str(message.get("From", "")))[1]
    found = (find(letter) for find in _contacts) if letter else ()
    to = next(filter(None, found), None) or settings.CONTROLLER_EMAIL
    own = {sender_address().lower(), settings.MAIL_BOUNCES_TO.lower()}
    if message.get(FORWARDED) or sender.lower() in own:
        return "not passed on"
    if to.lower() in own:
        return NOBODY
    subject = " ".join(str(message.get("Subject", "")).split())[:120]
    mail = EmailMessage(
        subject=f"Vs: {subject}",
        body=f"{settings.SITE_NAME}: vastaus kirjeeseen / svar på ett brev / reply to a letter.\n",
        from_email=sender_address(),
        to=[to],
        reply_to=[sender] if sender else None,
        headers={"Auto-Submitted": "auto-generated", FORWARDED: "yes"},
    )
    mail.attach("reply.eml", raw, "application/octet-stream")
    mail.send()
    return "passed on"


@contextlib.contextmanager
def _open(url):
    """Open the mailbox of `url` (pop3s, imaps; without the s only where nobody listens in) and give its messages."""
    parts = urlsplit(url)
    host, user, password = parts.hostname, unquote(parts.username or ""), unquote(parts.password or "")
    opened = (
        _pop(parts, host, user, password) if parts.scheme.startswith("pop3") else _imap(parts, host, user, password)
    )
    with opened as messages:
        yield messages


@contextlib.contextmanager
def _pop(parts, host, user, password):
    is_safe = parts.scheme == "pop3s"
    box = (poplib.POP3_SSL if is_safe else poplib.POP3)(host, parts.port or (995 if is_safe else 110), timeout=SECONDS)
    box.user(user)
    box.pass_(password)
    numbers = range(1, min(len(box.list()[1]), AT_MOST) + 1)
    yield ((b"\r\n".join(box.retr(n)[1]), lambda n=n: box.dele(n)) for n in numbers)
    box.quit()


@contextlib.contextmanager
def _imap(parts, host, user, password):
    is_safe = parts.scheme == "imaps"
    box = (imaplib.IMAP4_SSL if is_safe else imaplib.IMAP4)(host, parts.port or (993 if is_safe else 143), SECONDS)
    box.login(user, password)
    box.select(unquote(parts.path.strip("/")) or "INBOX")
    numbers = box.uid("search", None, "ALL")[1][0].split()[:AT_MOST]
    yield (
        (box.uid("fetch", n, "(RFC822)")[1][0][1], lambda n=n: box.uid("store", n, "+FLAGS", r"(\Deleted)"))
        for n in numbers
    )
    box.expunge()
    box.logout()
