"""The associations' side on paper: the code to point a phone at, a poster with it, the form to fill in by hand."""

import io

import qrcode
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathImage

from registry.models.site import demo_label
from surveys.association_answers import association_questions
from surveys.forms import words_of_state
from surveys.printing import pdf_of

PNG_BOX = 12  # pixels for each square: sharp on a poster of A4


def code_svg(address):
    """Return the QR code of an address as the text of an SVG."""
    return _code(address).make_image(image_factory=SvgPathImage).to_string(encoding="unicode")


def code_png(address):
    """Return the QR code of an address as the bytes of a PNG."""
    picture = io.BytesIO()
    _code(address, PNG_BOX).make_image().save(picture)
    return picture.getvalue()


def _code(address, box=10):
    # Level M is read with a seventh of it torn or soiled, as happens to a poster.
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=box, border=4)
    code.add_data(address)
    return code


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
