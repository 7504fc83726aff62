"""What a check of data quality is, what it finds, and which checks there are."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from common.partial_dates import PartialDate
from registry.quality.scope import Scope

# As wide as the columns of QualityException, and fit for an address.
KEY = re.compile(r"\A[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True)
class Finding:
    """One thing that looks odd on the day of the check.

    `subject` tells the finding from the check's others by keys and ids alone and stays
    the same from day to day, since an acceptance holds on to it: letters, digits, "-" and
    "_", at most 80. `text` is what the coordinator reads, in the language of the request;
    `places` are the municipalities it is about, none for a finding of the whole region.
    `since` is the day from which it has been so, None when nobody knows. `url_name` with
    `url_args` is where it is mended.
    """

    check: str
    subject: str
    region_id: int
    text: str
    url_name: str
    url_args: tuple
    places: tuple[int, ...] = ()
    place_names: str = ""
    since: PartialDate | None = None

    @property
    def url(self):
        """The address where the finding is mended."""
        return reverse(self.url_name, args=self.url_args)


@dataclass(frozen=True)
class Check:
    """One check: its stable key, its name, why it matters and what to do, and what finds it.

    `find` takes a Scope and returns Findings in a number of queries that does not
    depend on the number of rows.
    """

    key: str
    title: str | Promise
    explanation: str | Promise
    find: Callable[[Scope], Iterable[Finding]]


_checks = {}


def register(*checks):
    """Add checks to those that coordinators see; an application does so in its AppConfig.ready.

    Raises ImproperlyConfigured for a key that cannot be stored or that is taken by another check.
    """
    for check in checks:
        if not KEY.match(check.key):
            raise ImproperlyConfigured(f"{check.key!r} is not a key of a check: a–z, 0–9 and _, at most 40.")
        if _checks.setdefault(check.key, check) is not check:
            raise ImproperlyConfigured(f"There are two checks with the key {check.key!r}.")


def declared_checks():
    """Return the checks in the order in which they were registered."""
    return tuple(_checks.values())


def find_check(key):
    """Return the check with this key, or None."""
    return _checks.get(key)


def first_address(*names, args):
    """Return the first of these URL names that leads somewhere, for steps that an installation may not have."""
    for name in names[:-1]:
        try:
            reverse(name, args=args)
        except NoReverseMatch:
            continue
        return name
    return names[-1]
