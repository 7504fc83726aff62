"""Names: how they sort and how they are found, the same on every database."""

import unicodedata

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

_LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
_RANK = {letter: f"{rank:02d}" for rank, letter in enumerate(_LETTERS, start=11)}
_RANK |= {digit: f"{rank:02d}" for rank, digit in enumerate("0123456789", start=1)}
_ALIKE = str.maketrans({"æ": "ä", "ø": "ö", "œ": "ö", "ü": "y", "ß": "ss", "ð": "d", "đ": "d", "þ": "th", "ł": "l"})


def _without_accents(text, *, keep=""):
    """Return `text` without accents, except on the letters in `keep`."""
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        if letter in keep:
            parts.append(letter)
        else:
            parts.append("".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c)))
    return "".join(parts)


def sort_key(text):
    """Return a key of digits that sorts `text` a–z å ä ö under any collation.

    Each letter becomes its two-digit rank, so that neither SQLite's byte order
    nor a PostgreSQL locale can move Åbo to the front. Everything that is not a
    letter or a digit counts as a space; letters of other alphabets come last.
    """
    plain = _without_accents(text.casefold().translate(_ALIKE), keep="åäö")
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return "00".join("".join(_RANK.get(letter, "99") for letter in word) for word in words)


def fold(text):
    """Return `text` as it is searched: lower case, without accents, single spaces.

    å and ä become a, ö becomes o, so that "aanekoski" finds Äänekoski.
    """
    plain = _without_accents(text.casefold().translate(_ALIKE))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


class _DerivedField(models.CharField):
    """A column computed from other attributes of the row whenever it is written."""

    def __init__(self, *sources, **kwargs):
        self.sources = sources
        kwargs.setdefault("max_length", 400)
        kwargs |= {"editable": False, "default": "", "blank": True}
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, _args, kwargs = super().deconstruct()
        for derived in ("editable", "default", "blank"):
            kwargs.pop(derived, None)
        return name, path, list(self.sources), kwargs

    def compute(self, text):
        """Return the stored form of the sources' joined text."""
        raise NotImplementedError

    def pre_save(self, model_instance, add):
        text = " ".join(str(getattr(model_instance, source) or "") for source in self.sources)
        value = self.compute(text)[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


class SortKeyField(_DerivedField):
    """Stores `sort_key` of the named attributes, joined by spaces, on every save."""

    def compute(self, text):
        return sort_key(text)


class SearchField(_DerivedField):
    """Stores `fold` of the named attributes, joined by spaces, on every save."""

    def compute(self, text):
        return fold(text)


def translated(path):
    """Return the expression for the translated column at `path` in the active language, Finnish where it is empty."""
    finnish = F(f"{path}_fi")
    if language_suffix() == "fi":
        return finnish
    return Coalesce(NullIf(F(f"{path}_{language_suffix()}"), Value("")), finnish, output_field=models.CharField())


def language_suffix():
    """Return the active language as a column suffix: fi, sv or en."""
    return (get_language() or "fi")[:2]
