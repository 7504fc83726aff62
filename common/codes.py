"""QR codes: an address to point a phone at."""

import io

import qrcode
from qrcode.image.svg import SvgPathImage

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
