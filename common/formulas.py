"""Cells that a spreadsheet program would take for a formula: how they are written as text, and read back.

A text cell of a CSV file is taken for a formula when it begins, spaces aside, with
= + - or @, or with a tab or a line break. It gets an apostrophe in front, as people
type it in a spreadsheet themselves. What can only be a number (-5, +3,5) or a phone
number (a plus, then digits and spaces: +358 50 000 0001) computes nothing and stays
as it is. A text that has such apostrophes already gets one more, so that taking one
away always gives back what was written.
"""

import re

_TRIGGERS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_HARMLESS = re.compile(r"[+-]?\d+([.,]\d+)?|\+\d[\d ]*", re.ASCII)


def is_formula(text):
    """Whether a spreadsheet program may compute `text` instead of showing it."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    return text.lstrip().startswith(_TRIGGERS) and not _HARMLESS.fullmatch(text)


def defused(text):
    """Return `text` so that a spreadsheet program shows it as text."""
    return f"'{text}" if text and is_formula(text.lstrip("'")) else text


def as_written(text):
    """Return the text that `defused` was given."""
    return text[1:] if text[:1] == "'" and is_formula(text.lstrip("'")) else text
