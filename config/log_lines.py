"""Lines of the log without the keys that addresses of links carry."""

import logging
import re

# A link of a letter is a key as long as it works: whoever reads a log must not be able to open it.
KEY = re.compile(r"(/y/)[^/\s\"'<>?]+")


class LineWithoutKeys(logging.Formatter):
    """Formats a line of the log, and its traceback, with "/y/…" in place of the address of a link."""

    def format(self, record):
        """Return the line."""
        return KEY.sub(r"\1…", super().format(record))
