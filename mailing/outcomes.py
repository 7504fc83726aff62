"""What a failure to hand a letter over means: try again, give up, or nobody knows."""

import re
import smtplib
from dataclasses import dataclass

from anymail.exceptions import AnymailError, AnymailRecipientsRefused

from mailing.models import Bounce
from mailing.smtp import PerhapsSentError

AGAIN, REFUSED, UNKNOWN = "again", "refused", "unknown_end"
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class Outcome:
    """What is to be done (`AGAIN`, `REFUSED`, `UNKNOWN`), the problem in class and code, what it says of the address.

    Neither an address nor the words of a server are kept; the words often repeat the address.
    """

    verdict: str
    problem: str
    bounce: str = ""

    @property
    def code(self):
        """The code alone, such as "550 5.1.1"."""
        return self.problem.partition(" ")[2]


def outcome_of(problem):
    """Return the Outcome of an exception raised while a letter was being handed over."""
    name = type(problem).__name__
    if isinstance(problem, PerhapsSentError):
        return Outcome(UNKNOWN, str(problem))
    if isinstance(problem, AnymailError):
        return _outcome_of_provider(problem, name)
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(problem.recipients.values()))
        coded = _coded(name, code, words)
        # 5.7.…: the server does not want our letters, which says nothing about the address.
        bounce = Bounce.Kind.SOFT if " 5.7." in coded else Bounce.Kind.HARD
        return Outcome(REFUSED, coded, bounce) if code >= 500 else Outcome(AGAIN, coded)
    if isinstance(problem, smtplib.SMTPDataError):
        is_final = problem.smtp_code >= 500
        return Outcome(REFUSED if is_final else AGAIN, _coded(name, problem.smtp_code, problem.smtp_error))
    if isinstance(problem, smtplib.SMTPResponseException):
        # Sign-in or sender refused: the installation's fault, which somebody mends, not this letter's.
        return Outcome(AGAIN, _coded(name, problem.smtp_code, problem.smtp_error))
    return Outcome(AGAIN, name)


def _coded(name, code, words):
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else str(words)
    enhanced = _ENHANCED.search(text)
    return f"{name} {code}{f' {enhanced[0]}' if enhanced else ''}"


def _outcome_of_provider(problem, name):
    """A provider's interface: it refused with a clear answer, or it did not answer and may have taken the letter."""
    status = getattr(problem, "status_code", None)
    if isinstance(problem, AnymailRecipientsRefused):
        return Outcome(REFUSED, name, Bounce.Kind.HARD)
    if status is None or status >= 500:
        return Outcome(UNKNOWN, name if status is None else f"{name} {status}")
    return Outcome(AGAIN, f"{name} {status}")
