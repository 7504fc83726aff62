"""The survey's own printed pages: which template is which file."""

from pathlib import Path

from common import printing

TEMPLATES = Path(__file__).parent / "print"


def pdf_of(name, data, *, pictures=None):
    """Return the bytes of the PDF that `print/<name>.typ` makes of `data` (common/printing.py)."""
    return printing.pdf_of(TEMPLATES / f"{name}.typ", data, pictures=pictures)
