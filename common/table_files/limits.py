"""What a file may be, and how one that may not is refused."""

from django.core.exceptions import ValidationError

MOST_BYTES = 20 * 1000 * 1000
MOST_COLUMNS = 200
MOST_CHARACTERS = 10_000
# What a workbook may unpack to: in all, one part that is kept in memory, and the small parts.
MOST_UNPACKED = 100 * 1000 * 1000
MOST_STRINGS_UNPACKED = 50 * 1000 * 1000
MOST_SMALL_PART = 5 * 1000 * 1000
CHUNK = 64 * 1024


def refuse(code, message):
    """Stop with one sentence for the person who chose the file."""
    raise ValidationError(message, code)


def column_letters(number):
    """Return the letters of a spreadsheet's column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def shortened(text, most=40):
    """Return `text` on one line and short enough for a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
