"""A response as a PDF to keep: tagged, with headings, in its own language (PDF/UA-1)."""

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.tables import ascii_name
from registry.models.site import demo_label
from surveys.responses import told_by_theme
from surveys.told import confirmed_in_words, source_in_words

TEMPLATE = Path(__file__).parent / "print" / "answers.typ"
# What the typeface that typst brings can show; what it cannot would be refused as a tagged PDF.
_SHOWN = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x2040),
    (0x20A0, 0x20BF), (0x2190, 0x2193), (0x2200, 0x22FF), (0x25A0, 0x25CF),
)  # fmt: skip
IN_PLACE = "□"
# A word that is longer than a line would run out of the page.
BREAK = "\u200b"
_LONG_WORD = re.compile(r"\S{50}(?=\S)")


def answers_pdf(response):
    """Return (file name, bytes) of a response that has been sent in, in its language, as a tagged PDF.

    Who answered stands there by post. What the typeface cannot show is a square, and the
    copy says so. Raises ValidationError with code "not_submitted".
    """
    if not response.is_submitted:
        raise ValidationError(_("The response has not been sent in."), code="not_submitted")
    languages = response.round.languages
    language = response.language if response.language in languages else languages[0]
    with translation.override(language):
        data = _shown(_data_of(response, language))
        name = f"{ascii_name(str(response.round))}-{response.municipality.slug}.pdf"
    return name, _compile(json.dumps(data))


def _compile(data):
    return typst.compile(
        _template(), format="pdf", pdf_standards=["ua-1"], sys_inputs={"data": data}, ignore_system_fonts=True
    )


@lru_cache(maxsize=1)
def _template():
    return TEMPLATE.read_bytes()


def _data_of(response, language):
    """Return what the template prints, as words in the active language."""
    return {
        "title": f"{response.round}: {response.municipality.name}",
        "author": settings.SITE_NAME,
        "language": language,
        "about": [
            _("The municipality's own answers."),
            _("Sent in on %(moment)s by: %(post)s.")
            % {"moment": _moment(response.submitted_at), "post": response.submitted_post or "–"},
        ],
        "demo": str(demo_label() or ""),
        "themes": [
            {"theme": str(theme), "questions": [_question(told) for told in lines]}
            for theme, lines in told_by_theme(response, with_earlier=False)
        ],
        "note": "",
    }


def _question(told):
    answer, lines = told.answer, [str(line) for line in told.lines]
    lines += [each.name for each in told.files]
    if answer and answer.note:
        lines.append(_("Note to the coordinator: %(note)s") % {"note": answer.note})
    who = ""
    if answer and told.lines:
        parts = [answer.answerer_post, _moment(answer.answered_at), source_in_words(answer), confirmed_in_words(answer)]
        who = ", ".join(filter(None, parts))
    return {
        "question": told.question.wording,
        "lines": [line for line in "\n".join(lines).splitlines() if line] or [_("No answer")],
        "who": who,
    }


def _moment(moment):
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j.n.Y')} {local:%-H.%M}"


def _shown(data):
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
