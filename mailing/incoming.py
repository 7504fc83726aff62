"""What comes to the letters' own mailbox: reports of failure, answers of those away, calendars, people's replies."""

import re
import uuid
from dataclasses import dataclass
from email import message_from_bytes, policy

from mailing.frame import sender_domain
from mailing.models import Bounce, Letter

REPORT, AUTOMATIC, CALENDAR, REPLY, OTHER = "report", "automatic", "calendar", "reply", "other"
_STATUS = re.compile(r"\b([45])\.(\d{1,3})\.(\d{1,3})\b")
_PLAIN_CODE = re.compile(r"\b([45])\d\d[ -]")
_NO_SUCH = re.compile(
    r"user unknown|unknown (user|recipient|address)|no such (user|mailbox|recipient)|does(n't| not) exist"
    r"|no mailbox here|wasn't found|couldn't be found|address rejected|mailbox unavailable|invalid recipient",
    re.IGNORECASE,
)
_FAILURE_SUBJECT = re.compile(
    r"undeliver|failure notice|delivery (status|failure|has failed)|returned mail|mail delivery failed"
    r"|ei voitu toimittaa|toimitus epäonnistui|kan inte levereras|olevererbart",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"^(automatic reply|automaattinen vastaus|autosvar|automatiskt svar|out of (the )?office|poissa|frånvarande|auto:)",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"mailer-daemon|postmaster|microsoftexchange[0-9a-f]+@|mail delivery (sub)?system", re.IGNORECASE)


@dataclass(frozen=True)
class Incoming:
    """What one message is, about which of our letters, and, for a report of failure, how bad it is."""

    what: str
    letter: Letter | None = None
    kind: str = ""
    code: str = ""


def parse(raw):
    """Return the message of these bytes."""
    return message_from_bytes(raw, policy=policy.default)


def judge(message):
    """Return the Incoming of a parsed message. Only what names a letter of ours can be a report about it.

    A letter's number is random and known to its recipient alone, so that nobody can
    make an address look dead by an invented report.
    """
    letter = _our_letter(message)
    if any(part.get_content_type() == "text/calendar" for part in message.walk()):
        return Incoming(CALENDAR, letter)
    if _is_delivery_report(message):
        return _judge_report(message, letter)
    if _is_automatic(message):
        return Incoming(AUTOMATIC, letter)
    if _is_from_daemon(message):
        return _judge_text(_text_of(message), letter)
    return Incoming(REPLY, letter)


def _is_delivery_report(message):
    return any(part.get_content_type() == "message/delivery-status" for part in message.walk())


def _is_from_daemon(message):
    has_no_sender = (message.get("Return-Path") or "").strip() == "<>"
    return bool(
        has_no_sender
        or _DAEMON.search(str(message.get("From", "")))
        or _FAILURE_SUBJECT.search(str(message.get("Subject", "")))
    )


def _is_automatic(message):
    submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    is_away = submitted.startswith("auto-replied") or message.get("X-Autoreply") or message.get("X-Autorespond")
    is_bulk = str(message.get("Precedence", "")).strip().lower() in {"auto_reply", "bulk", "junk"}
    return bool(is_away or is_bulk or _AWAY_SUBJECT.search(str(message.get("Subject", ""))))


def _judge_report(message, letter):
    """Judge by the fields of RFC 3464; the first recipient that failed counts, our letters have one."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.get_payload():
            action = str(fields.get("Action", "")).strip().lower()
            if action == "failed":
                words = f"{fields.get('Status', '')} {fields.get('Diagnostic-Code', '')}"
                return _judge_text(words, letter)
    return Incoming(OTHER, letter)  # delayed, relayed, delivered


def _judge_text(text, letter):
    status = _STATUS.search(text)
    if status:
        code = status[0]
        # 5.1: no such address; 5.2: mailbox full or closed; 5.7: the server does not want our letters.
        is_hard = status[1] == "5" and (status[2] == "1" or (status[2] != "7" and bool(_NO_SUCH.search(text))))
    else:
        plain = _PLAIN_CODE.search(text)
        code = plain[0].strip(" -") if plain else ""
        is_hard = bool(_NO_SUCH.search(text))
    return Incoming(REPORT, letter, Bounce.Kind.HARD if is_hard else Bounce.Kind.SOFT, code)


def _text_of(message):
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join(_decoded(part) for part in parts)


def _decoded(part):
    try:
        return part.get_content()
    except (LookupError, UnicodeError, KeyError):
        return (part.get_payload(decode=True) or b"").decode("ascii", "replace")


def _our_letter(message):
    """Return the letter that the message is about: by the envelope's address of its own, or its Message-ID."""
    headers = "\n".join(
        f"{name}: {value}"
        for part in message.walk()
        for name, value in part.items()
        if name.lower() in {"to", "delivered-to", "x-original-to", "in-reply-to", "references", "message-id"}
    )
    text = f"{headers}\n{_text_of(message)}"
    numbers = re.findall(r"\+([0-9a-f]{32})@", text)
    numbers += re.findall(
        rf"\b([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})@{re.escape(sender_domain())}", text
    )
    wanted = {uuid.UUID(number) for number in numbers}
    return Letter.objects.filter(message_id__in=wanted).order_by("-pk").first() if wanted else None
