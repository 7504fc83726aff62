"""The words of each kind of letter: those that ship as files, those that an administrator wrote over them, checks."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mailing.kinds import all_kinds, find_kind
from mailing.models import LetterText

LANGUAGES = ("fi", "sv", "en")
# In every letter, beside what its kind declares.
EVERYWHERE = ("site_name", "site_url")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Words:
    """Subject and body of a letter before its places are filled."""

    subject: str
    body: str


@lru_cache(maxsize=256)
def shipped_words(kind_name, language):
    """Return the Words that ship with the kind. Raises FileNotFoundError when its folder lacks that language.

    The first line of the file, `# Subject`, is the subject.
    """
    folder = find_kind(kind_name).folder
    if folder is None:
        raise FileNotFoundError(kind_name)
    text = (Path(folder) / f"{kind_name}.{language}.md").read_text(encoding="utf-8")
    first, _newline, rest = text.partition("\n")
    return Words(first.removeprefix("#").strip(), rest.strip())


def words_of(kind_name, language=None):
    """Return the Words in force of a kind in `language` (the active one): the administrator's, or those that ship."""
    language = language or get_language() or LANGUAGES[0]
    changed = LetterText.objects.get_by_kind(kind_name, language)
    return Words(changed.subject, changed.body) if changed else shipped_words(kind_name, language)


def check_words(kind, subject, body):
    """Refuse words that cannot become a letter of `kind`.

    Raises ValidationError: "unknown_placeholder" for braces with anything but a
    declared name in them, template language included; "missing_placeholder" when a
    place that the letter needs stands nowhere; "line_break" for one in the subject.
    """
    known = {*kind.placeholders, *EVERYWHERE}
    problems = []
    if unknown := _unknown_in(f"{subject}\n{body}", known):
        message = _("Unknown placeholder: %(found)s. Known ones: %(known)s.")
        values = {"found": ", ".join(unknown), "known": ", ".join(f"{{{name}}}" for name in sorted(known))}
        problems.append(ValidationError(message, code="unknown_placeholder", params=values))
    used = set(_PLACE.findall(body))
    if missing := [name for name, place in kind.placeholders.items() if place.is_required and name not in used]:
        message = _("The text needs these placeholders too: %(missing)s.")
        values = {"missing": ", ".join(f"{{{name}}}" for name in missing)}
        problems.append(ValidationError(message, code="missing_placeholder", params=values))
    if "\n" in subject or "\r" in subject:
        problems.append(ValidationError(_("The subject is one line."), code="line_break"))
    if problems:
        raise ValidationError(problems)


def _unknown_in(text, known):
    """Return what stands in braces and is no known name, and lone braces."""
    without_known = _PLACE.sub(lambda match: "" if match[1] in known else match[0], text)
    found = re.findall(r"\{[^{}]*\}", without_known)
    rest = re.sub(r"\{[^{}]*\}", "", without_known)
    return list(dict.fromkeys([*found, *re.findall(r"[{}]+", rest)]))


def problems_of_all():
    """Return [(kind, language, problem in words)] of every kind's words in force: those that ship and changed ones."""
    found = []
    for kind in all_kinds():
        for language in LANGUAGES:
            try:
                words = words_of(kind.name, language)
                check_words(kind, words.subject, words.body)
            except FileNotFoundError:
                found.append((kind.name, language, "no text"))
            except ValidationError as refused:
                found.append((kind.name, language, "; ".join(refused.messages)))
    return found
