"""Which indicators are used elsewhere, as data: national items on the same subject, and the sum told per resident.

Read from `data/used_elsewhere.json`, by indicators' stable keys. The four national items are those that the
project's task names, by subject alone. No wording of TEAviisari has been taken over: it is checked from there.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

FILE = Path(__file__).parent / "data" / "used_elsewhere.json"


@dataclass(frozen=True)
class NationalItem:
    """A national item on the subject of some of our indicators: what is asked here, and how the two differ."""

    key: str
    indicators: tuple
    name: str
    ours: str
    difference: str


@cache
def _read():
    return json.loads(FILE.read_text(encoding="utf-8"))


def grants_key():
    """Return the key of the indicator whose sum is told per resident."""
    return _read()["grants_per_resident"]


def national_items(keys):
    """Return the NationalItems, in the active language, on the subject of any of the indicators with these keys."""
    language = get_language() or "fi"
    return [
        NationalItem(
            each["key"],
            tuple(each["indicators"]),
            *(each[part].get(language, each[part]["fi"]) for part in ("name", "ours", "difference")),
        )
        for each in _read()["national"]
        if not keys.isdisjoint(each["indicators"])
    ]
