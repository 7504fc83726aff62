"""Numbers as people write them."""

from decimal import Decimal

from django.utils.formats import number_format


def plain_number(value, decimals=2):
    """Return a decimal as people write it: no needless zeros, thousands apart."""
    places = 0 if value == value.to_integral_value() else decimals
    return number_format(value.quantize(Decimal(1).scaleb(-places)), decimal_pos=places, force_grouping=True)


def whole_number(number):
    """Return a whole number with its thousands apart, or "" when it is not known."""
    return "" if number is None else number_format(number, force_grouping=True)
