"""Whom letters reach from this installation: outside production nobody but listed addresses."""

from django.conf import settings

# They write into files, memory or a terminal: nobody is reached.
_HARMLESS = ("filebased", "locmem", "console", "dummy")


def reaches_people():
    """Whether letters leave this machine at all."""
    return settings.EMAIL_BACKEND.split(".")[-2] not in _HARMLESS


def may_receive(address):
    """Whether a letter to `address` may leave: in production always, elsewhere when it or its @domain is listed."""
    if not reaches_people() or settings.MAIL_REACHES_EVERYBODY:
        return True
    address = address.strip().lower()
    return address in settings.MAIL_ALLOW_ONLY or f"@{address.rpartition('@')[2]}" in settings.MAIL_ALLOW_ONLY
