"""Sending by SMTP, so that one can tell what the server has got when something breaks."""

import smtplib
import time

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend as DjangoBackend


class PerhapsSentError(OSError):
    """The connection broke between handing the letter over and the server's answer: it may have arrived."""


class _Phased:
    """An SMTP conversation that knows whether a letter is under way, and ends before the lease of its claim does.

    A socket's timeout counts each silence; a server that says a word now and then
    could keep a conversation for ever. Here the whole of it has a deadline.
    """

    is_under_way = False
    deadline = None

    def getreply(self):
        """Read an answer; 354 is the one that asks for the letter, and the next one says what became of it."""
        self._keep_deadline()
        code, words = super().getreply()
        self.is_under_way = code == 354
        return code, words

    def send(self, s):
        self._keep_deadline()
        super().send(s)

    def _keep_deadline(self):
        if self.deadline is None:
            self.deadline = time.monotonic() + settings.MAIL_SENDING_SECONDS
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.close()
            raise smtplib.SMTPServerDisconnected("The conversation took too long.")
        if self.sock is not None:
            self.sock.settimeout(min(left, settings.EMAIL_TIMEOUT))


class PhasedSMTP(_Phased, smtplib.SMTP):
    """SMTP, with STARTTLS where the settings say so."""


class PhasedSMTPOverTLS(_Phased, smtplib.SMTP_SSL):
    """SMTP in TLS from the beginning."""


class EmailBackend(DjangoBackend):
    """Django's SMTP, which raises PerhapsSentError where nobody can know."""

    @property
    def connection_class(self):
        return PhasedSMTPOverTLS if self.use_ssl else PhasedSMTP

    def _send(self, email_message):
        try:
            return super()._send(email_message)
        except OSError as problem:  # every SMTPException is one
            if self.connection.is_under_way:
                raise PerhapsSentError(type(problem).__name__) from None
            raise

    def _close_connection(self, connection):
        # The letter's fate is known by now: a server that hangs up rudely changes nothing about it.
        try:
            super()._close_connection(connection)
        except OSError:
            connection.close()
