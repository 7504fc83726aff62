"""Data into tagged PDFs (PDF/UA-1): words that the typeface cannot show are squares, and the copy says so."""

import json
import re
import unicodedata
from functools import cache

import typst
from django.utils.translation import gettext as _

# What the typeface that typst brings can show; what it cannot would be refused as a tagged PDF.
_SHOWN = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x2040),
    (0x20A0, 0x20BF), (0x2190, 0x2193), (0x2200, 0x22FF), (0x25A0, 0x25CF),
)  # fmt: skip
IN_PLACE = "□"
# A word that is longer than a line would run out of the page.
BREAK = "\u200b"
_LONG_WORD = re.compile(r"\S{50}(?=\S)")


def pdf_of(template, data, *, pictures=None):
    """Return the bytes of the PDF that `template` (the Path of a .typ file) makes of `data`, in the active language.

    `pictures` go to the template as they are, such as the text of an SVG.
    """
    whole = json.dumps({**shown_data(data), **(pictures or {})})
    return typst.compile(
        _template(template), format="pdf", pdf_standards=["ua-1"], sys_inputs={"data": whole}, ignore_system_fonts=True
    )


@cache
def _template(path):
    return path.read_bytes()


def shown_data(data):
    """Return the data with a square in place of what cannot be shown, and a note where there is one."""
    changed = False

    def plain(value):
        nonlocal changed
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        text = _with_squares(value)
        changed |= IN_PLACE in text
        return _LONG_WORD.sub(lambda word: f"{word[0]}{BREAK}", text)

    found = plain(data)
    if changed:
        found["note"] = _("%(mark)s stands for signs that this copy cannot show.") % {"mark": IN_PLACE}
    return found


def _with_squares(text):
    signs = [sign if _is_shown(sign) else IN_PLACE for sign in unicodedata.normalize("NFC", text).replace("\t", " ")]
    # One square for a whole emoji, which is often several signs.
    return "".join(
        sign for place, sign in enumerate(signs) if sign != IN_PLACE or place == 0 or signs[place - 1] != IN_PLACE
    )


def _is_shown(sign):
    return any(first <= ord(sign) <= last for first, last in _SHOWN)
