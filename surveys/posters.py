"""The associations' side on paper: a poster with the code of its address, and the form to fill in by hand."""

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.codes import code_svg
from registry.models.site import demo_label
from surveys.association_answers import association_questions
from surveys.forms import words_of_state
from surveys.printing import pdf_of


def poster_pdf(page):
    """Return the bytes of a poster of one A4 for a municipality's associations, in the active language."""
    survey_round, place = page.round, page.municipality.name
    data = _head(survey_round) | {
        "title": _("How does cooperation with the municipality work? %(name)s") % {"name": place},
        "lead": _("A few questions to associations. About two minutes, no account."),
        "steps": [
            _("Point the camera of your phone at the code, or write the address."),
            _("Choose an answer to each question and send."),
            _("Nobody sees who answered: only sums are kept."),
        ],
        "until": _("Answer by %(day)s.") % {"day": date_format(survey_round.closes_on, "SHORT_DATE_FORMAT")},
        "code_alt": _("QR code that opens the form"),
    }
    return pdf_of("poster", data, pictures={"code": code_svg(page.address), "address": page.address})


def paper_form_pdf(page):
    """Return the bytes of the form on paper, in the active language: the same questions with boxes to tick."""
    data = _head(page.round) | {
        "title": _("Associations' view: %(name)s") % {"name": page.municipality.name},
        "lead": _("Tick one box for each question. Do not write names: nobody needs to know who answered."),
        "questions": [
            {
                "question": f"{question.wording} ({question.period})" if question.period else question.wording,
                "options": [option.label or option.key for option in question.options.all()]
                + [words_of_state(question, state) for state in question.offered_states],
            }
            for question in association_questions(page.round)
        ],
        "thanks": _("Give the paper to the municipality's liaison or association agent, who count them. Thank you!"),
    }
    return pdf_of("paper_form", data)


def _head(survey_round):
    return {
        "author": settings.SITE_NAME,
        "language": translation.get_language(),
        "survey": str(survey_round),
        "demo": str(demo_label() or ""),
        "note": "",
    }
