"""What a run's line says in the reader's language: the line itself is stored in codes and counts."""

import re

from django.utils.translation import gettext_lazy as _

_COUNT = re.compile(r"(.+) (\d+)")
_words = {
    "nothing to do": _("nothing to do"),
    "freed": _("set free"),
    "given up": _("given up"),
    "results": _("results of tasks removed"),
    "runs": _("runs removed"),
}
_finders = []


def add_words(words):
    """Let an application name the codes of its jobs' lines: {code: words}; called from its `ready`."""
    _words.update(words)


def add_finder(function):
    """Let `function(code)` name codes that are words elsewhere already; it returns the code itself for others."""
    if function not in _finders:
        _finders.append(function)
    return function


def words_of(code):
    """Return the words of one code; the code itself when nobody has named it."""
    if code in _words:
        return str(_words[code])
    return next((str(found) for found in (find(code) for find in _finders) if found != code), code)


def line_in_words(line):
    """Return a run's line in the active language, such as "queued 3, no address 1"."""
    told = []
    for part in filter(None, line.split(", ")):
        count = _COUNT.fullmatch(part)
        told.append(f"{words_of(count[1])}: {count[2]}" if count else words_of(part))
    return "; ".join(told)
