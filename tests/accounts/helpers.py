"""Signing in as people do it: forms, letters and codes."""

import re
from contextlib import contextmanager

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext

PASSWORD = "kolme-kaunista-kuusta"


@contextmanager
def after_commit():
    """Run what waits for the end of the transaction, letters among it."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield


def ask_for_code(client, email, *, prefix=""):
    """Ask for a code and return the answer; the letter has been sent."""
    with after_commit():
        return client.post(f"{prefix}/kirjaudu/koodi/", {"email": email})


def latest_code():
    """Return the code of the latest letter."""
    return re.search(r"^ *([A-Z0-9]{4}-[A-Z0-9]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)


def give_code(client, code, *, prefix="", **headers):
    """Send a code and return the answer."""
    with after_commit():
        return client.post(f"{prefix}/kirjaudu/koodi/vahvista/", {"code": code}, headers=headers)


def sign_in_by_password(client, account):
    """Give the account a password, sign in with it and return the answer."""
    account.set_password(PASSWORD)
    account.save()
    with after_commit():
        return client.post("/kirjaudu/salasana/", {"login": account.email, "password": PASSWORD})


def give_totp(account):
    """Give `account` an authenticator application; return its key."""
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return secret


def totp_code(secret):
    """Return the code that the application with this key shows now.

    The library yields the periods that it takes, the earliest first: that one's code may be too
    old by the time it arrives.
    """
    taken = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, taken[len(taken) // 2]))


class Walk:
    """Walks pages and keeps of each answer what somebody outside could compare."""

    def __init__(self, email):
        # Each from a network address of its own: tries are limited by it too.
        self.network = f"192.0.2.{len(email)}"
        self.email, self.seen = email, []
        self.begin_anew()

    def begin_anew(self):
        """Go on in another browser."""
        self.client = Client(REMOTE_ADDR=self.network)

    def go(self, method, path, data=None):
        letters = len(mail.outbox)
        with CaptureQueriesContext(connection) as queries, after_commit():
            response = getattr(self.client, method)(path, data)
        text = response.content.decode().replace(self.email, "ADDRESS")
        text = re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", text)
        self.seen.append({
            "asked": (method, path),
            "status": response.status_code,
            "leads": response.headers.get("Location", ""),
            "headers": sorted(response.headers),
            "text": text,
            "cookies": sorted((name, bool(each.value), each["max-age"], each["httponly"], each["samesite"])
                              for name, each in response.cookies.items()),
            "queries": len(queries),
            "letters": len(mail.outbox) - letters,
        })  # fmt: skip
        return response
