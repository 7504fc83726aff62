"""Ten wrong codes lock an address for a quarter of an hour; it opens by itself.

Counted for the address and not the account, so that an unknown address locks just as
a known one does. The cache holds a keyed hash of the address, never the address.
"""

import datetime as dt
import time

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import time_format
from django.utils.translation import gettext as _

WRONG_CODES = 10
LOCKED_FOR = 15 * 60
REMEMBERED_FOR = 60 * 60


def _key(address):
    return f"codes:{salted_hmac('accounts.locking', address.strip().lower(), algorithm='sha256').hexdigest()}"


def _places(key):
    """Return the keys of the ten wrong codes: each takes one, and two at once cannot take the same."""
    return [f"{key}:{n}" for n in range(WRONG_CODES)]


def refuse_locked(address):
    """Raise ValidationError (code "locked") while `address` is locked."""
    until = cache.get(f"{_key(address)}:until")
    if until is not None and until > time.time():
        moment = timezone.localtime(dt.datetime.fromtimestamp(until, tz=dt.UTC))
        raise ValidationError(
            _(
                "Ten wrong codes have been tried for this address, so it is locked until %(time)s."
                " After that, ask for a new code. You need not do anything else."
            )
            % {"time": time_format(moment, "TIME_FORMAT")},
            code="locked",
        )


def count_wrong_code(address):
    """Count a wrong code for `address`; return True when this one locked it."""
    key = _key(address)
    taken = cache.get_many(_places(key))
    free = [place for place in _places(key) if place not in taken]
    is_counted = any(cache.add(place, 1, REMEMBERED_FOR) for place in free)
    if is_counted and len(free) > 1:
        return False
    # Counted anew after the lock has opened.
    cache.set(f"{key}:until", time.time() + LOCKED_FOR, LOCKED_FOR)
    cache.delete_many(_places(key))
    return True


def forget_wrong_codes(address):
    """Begin counting anew, after a right code."""
    cache.delete_many(_places(_key(address)))
