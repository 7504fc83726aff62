"""Words and markup made of plain values alone: made once for each language and values (docs/adr/0010)."""

from functools import lru_cache, wraps

from common.names import language_suffix


def kept_in_each_language(maxsize):
    """Keep what a function returned for its last `maxsize` sets of values and language.

    Only for functions whose result depends on nothing but their hashable arguments and
    the active language: never one that reads the database or the clock.
    """

    def decorate(function):
        @lru_cache(maxsize)
        def kept(_language, *values):
            return function(*values)

        @wraps(function)
        def call(*values):
            return kept(language_suffix(), *values)

        return call

    return decorate
