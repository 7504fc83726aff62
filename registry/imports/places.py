"""Municipalities as files name them: by official code, also one that has lost its zeros on the way."""

import re
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.names import fold
from registry.models import Municipality, RegionMembership


@dataclass(frozen=True)
class Place:
    """A municipality with its region of today."""

    pk: int
    code: str
    name: str
    merged_on: date | None
    region_id: int | None

    def __str__(self):
        return f"{self.code} {self.name}"


class Places:
    """The municipalities of a region today, or all of them; read in two queries."""

    def __init__(self, region, today):
        rows = Municipality.objects.in_regions([region.pk]) if region else Municipality.objects.all()
        memberships = RegionMembership.objects.current_on(today)
        home = dict(memberships.order_by().values_list("municipality_id", "region_id"))
        self.by_pk, self.by_code, self._without_zeros, self._names = {}, {}, {}, {}
        for pk, code, name, merged_on in rows.order_by().values_list("pk", "code", "name_fi", "merged_on"):
            place = Place(pk, code, name, merged_on, home.get(pk))
            self.by_pk[pk] = self.by_code[code] = place
            self._without_zeros.setdefault(code.lstrip("0"), []).append(place)
            self._names.setdefault(fold(name), place)
        self.is_limited = region is not None

    def find(self, text, row):
        """Return the Place of a code, or None when there is none.

        A code without its leading zeros, as spreadsheets leave it, is understood when
        only one municipality can be meant, and the row says so.
        """
        if text in self.by_code:
            return self.by_code[text]
        meant = self._without_zeros.get(text.lstrip("0"), []) if re.fullmatch("[0-9]+", text) else []
        if len(meant) == 1:
            row.note(
                _("Code %(code)s was read as %(meant)s: its zeros were missing.") % {"code": text, "meant": meant[0]}
            )
            return meant[0]
        if meant:
            raise ValidationError(
                _("Code %(code)s can mean %(meant)s. Write the whole code."),
                params={"code": text, "meant": ", ".join(map(str, meant))},
            )
        return None

    def parse(self, text, row):
        """Parse a cell with a municipality's code; raise ValidationError when it is not one of these municipalities."""
        place = self.find(text, row)
        if place is not None:
            return place
        if named := self._names.get(fold(text)):
            raise ValidationError(
                _("A municipality is given by its official code. Did you mean %(meant)s?"), params={"meant": named}
            )
        if not re.fullmatch("[0-9]{1,8}", text):
            raise ValidationError(_("A municipality is given by its official code, for example 009."))
        if self.is_limited:
            raise ValidationError(_("The municipality %(code)s is not in your region."), params={"code": text})
        raise ValidationError(_("There is no municipality with the code %(code)s."), params={"code": text})


def municipality(text, row):
    """Parse a cell with the code of a municipality that the import may reach."""
    return row.check.places.parse(text, row)
