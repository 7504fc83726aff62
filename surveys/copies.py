"""A response as a PDF to keep: tagged, with headings, in its own language (PDF/UA-1)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.tables import ascii_name
from registry.models.site import demo_label
from surveys.printing import pdf_of
from surveys.responses import told_by_theme
from surveys.told import confirmed_in_words, source_in_words


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
        content = pdf_of("answers", answers_data(response, language))
        name = f"{ascii_name(str(response.round))}-{response.municipality.slug}.pdf"
    return name, content


def answers_data(response, language):
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
