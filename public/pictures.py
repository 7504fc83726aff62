"""The picture that a shared link shows, drawn without a browser; the same facts as the page's first lines."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FONTS = Path(__file__).parent / "fonts"
WIDTH, HEIGHT = 1200, 630
_PAPER, _INK, _PINE, _AMBER, _SOFT = "#fbf9f4", "#17302a", "#1f4a3d", "#e8a33d", "#4a5f58"
_MARGIN = 90


def _font(size, *, is_bold=False):
    weight = 700 if is_bold else 400
    return ImageFont.truetype(_FONTS / f"source-sans-3-latin-{weight}-normal.woff", size)


def _fitting(draw, text, size, *, is_bold):
    """Return the largest font of at most `size` in which `text` fits the picture's width."""
    while size > 30 and draw.textlength(text, font=_font(size, is_bold=is_bold)) > WIDTH - 2 * _MARGIN:
        size -= 4
    return _font(size, is_bold=is_bold)


def sharing_picture(*, title, words, place, site_name, demo_label=""):
    """Return a PNG of 1200 × 630 pixels, as bytes.

    `title` is the place's name, `words` the situation, `place` the line below it;
    `demo_label` stands across the top while demo data is in the database.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 28, HEIGHT), fill=_PINE)
    if demo_label:
        draw.rectangle((0, 0, WIDTH, 64), fill=_AMBER)
        draw.text((WIDTH // 2, 32), demo_label, font=_font(32, is_bold=True), fill="#1d1503", anchor="mm")
    draw.text((_MARGIN, 260), title, font=_fitting(draw, title, 132, is_bold=True), fill=_INK, anchor="ls")
    draw.text((_MARGIN, 345), words, font=_fitting(draw, words, 56, is_bold=True), fill=_PINE, anchor="ls")
    draw.text((_MARGIN, 415), place, font=_fitting(draw, place, 40, is_bold=False), fill=_SOFT, anchor="ls")
    draw.rectangle((_MARGIN, HEIGHT - 120, _MARGIN + 90, HEIGHT - 112), fill=_AMBER)
    draw.text((_MARGIN, HEIGHT - 56), site_name, font=_font(40, is_bold=True), fill=_INK, anchor="ls")
    output = BytesIO()
    image.quantize(64).save(output, "PNG", optimize=True)
    return output.getvalue()
