"""What SpamAssassin says of every letter that ships, in every language: it asks no network.

It is a program of the system and no part of what `make test` asks for. Where it is not, there is no test
here: the list of tests/mailing/test_letter_shape.py, made after its rules, always runs.
"""

import os
import re
import shutil
import subprocess

import pytest
from django.utils import translation

from mailing.frame import compose
from mailing.models import Letter
from mailing.texts import LANGUAGES, words_of
from mailing.writing import sample_message
from tests.mailing.test_letter_shape import REAL

PROGRAM = os.environ.get("SPAMASSASSIN") or shutil.which("spamassassin")
pytestmark = pytest.mark.django_db
# What it would say of any letter that has not yet travelled, and of our samples' "https://…/".
OF_EVERY_LETTER = {"NO_RECEIVED", "NO_RELAYS", "ALL_TRUSTED", "URIBL_BLOCKED", "NO_DNS_FOR_FROM", "HTML_MESSAGE"}
WORST = 1.0  # of the five points that make a letter spam


def letters():
    for kind in REAL:
        for language in LANGUAGES:
            with translation.override(language):
                words = words_of(kind.name)
                row = None if kind.make is None else Letter(key="x", kind=kind.name, address="leena@example.org")
                message = sample_message(kind, words.subject, words.body)
                yield f"{kind.name}.{language}", compose(message, kind=kind, address="leena@example.org", letter=row)


def check_every_letter():
    """Hand all letters to the program at once; none may get a point."""
    names, box = [], b""
    for name, composed in letters():
        names.append(name)
        raw = composed.message().as_bytes().replace(b"\nFrom ", b"\n>From ")
        box += b"From rinnalla@example.org Mon Nov  2 10:00:00 2026\n" + raw + b"\n\n"

    done = subprocess.run(
        [PROGRAM, "--local", "--mbox"], input=box, capture_output=True, check=True, timeout=600, cwd="/"
    )

    told = re.findall(rb"X-Spam-Status: (\w+), score=(-?[\d.]+) .*?tests=((?:.|\n[\t ])*?)\s+autolearn", done.stdout)
    assert len(told) == len(names)
    found = {}
    for name, (verdict, score, tests) in zip(names, told, strict=True):
        rules = set(re.split(r"[,\s]+", tests.decode())) - OF_EVERY_LETTER - {"", "none"}
        if verdict != b"No" or float(score) >= WORST:
            found[name] = (float(score), sorted(rules))
    assert found == {}


if PROGRAM:
    test_spamassassin_lets_every_letter_through = check_every_letter
