"""Numbers as people write them."""

from decimal import Decimal

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _

from common.kept import kept_in_each_language


def plain_number(value, decimals=2):
    """Return a decimal as people write it: no needless zeros, thousands apart."""
    if value == value.to_integral_value():
        return whole_number(int(value))
    return number_format(value.quantize(Decimal(1).scaleb(-decimals)), decimal_pos=decimals, force_grouping=True)


def whole_number(number):
    """Return a whole number with its thousands apart, or "" when it is not known."""
    if number is None:
        return ""
    apart = f"{number:,}"
    return apart.replace(",", get_format("THOUSAND_SEPARATOR")) if "," in apart else apart


def share_in_words(share):
    """Return a share as it is always written: 19/30 (63 %)."""
    if not share.out_of:
        return str(share.count)
    return _share_in_words(share.count, share.out_of, share.percent)


@kept_in_each_language(1024)
def _share_in_words(count, out_of, percent):
    percent_in_words = _("%(percent)s%%") % {"percent": percent}
    return f"{count}/{out_of} ({percent_in_words})"


def dialled(phone):
    """Return a phone number without its spaces and hyphens."""
    return "".join(c for c in phone if c.isdigit() or c == "+")
