"""Imports of what municipalities offer: premises and grant periods, by code and name."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.names import fold
from registry.imports.columns import choice, column
from registry.imports.tables.geography import MUNICIPALITY_CODE
from registry.imports.targets import TableTarget
from registry.models import GrantPeriod, Municipality, Premises


class OfferTarget(TableTarget):
    """Offers of a municipality, known by its code, their name and perhaps a day."""

    reads = (Municipality,)

    def key_of(self, row):
        """Return the municipality, the folded name and the other parts of the key."""
        values = [row.values.get(name) for name in self.key_names]
        return None if None in values else (values[0].pk, fold(values[1]), *values[2:])

    def find(self, rows, check):
        places = {row.values["municipality"].pk for row in rows}
        found = {}
        for offer in self.model.objects.filter(municipality__in=places).order_by("pk"):
            key = (offer.municipality_id, fold(offer.name), *(getattr(offer, name) for name in self.key_names[2:]))
            found.setdefault(key, []).append(offer)
        return found

    def make(self, row, check):
        return self.model(municipality_id=row.values["municipality"].pk)


class PremisesTarget(OfferTarget):
    """Places that associations can use."""

    key = "premises"
    label = _("premises")
    help = _("Places that associations can use, matched by the municipality’s code and the place’s name.")
    position = 70
    model = Premises
    writes = (Premises,)
    key_names = ("municipality", "name")
    fields = ("name", "address", "price", "price_note", "booking_url", "accessibility", "valid_from", "valid_to",
              "checked_on")  # fmt: skip
    columns = (
        MUNICIPALITY_CODE,
        column(Premises, "name", is_required=True, aliases=("nimi", "tila", "tilan nimi", "namn", "lokal")),
        column(Premises, "address", aliases=("osoite", "katuosoite", "adress")),
        column(Premises, "price", parse=choice(
            Premises.Price,
            free=("maksuton", "ilmainen", "gratis", "avgiftsfri"), partly=("osin maksuton", "osittain", "delvis"),
            paid=("maksullinen", "avgiftsbelagd"), unknown=("ei tiedossa", "okänt"),
        ), aliases=("hinta", "maksullisuus", "pris")),
        column(Premises, "price_note", aliases=("hinnan lisätieto", "hinnasta")),
        column(Premises, "booking_url", aliases=("varaus", "varauslinkki", "bokning", "booking")),
        column(Premises, "accessibility", aliases=("esteettömyys", "tillgänglighet")),
        column(Premises, "valid_from", aliases=("alkaen", "voimassa alkaen")),
        column(Premises, "valid_to", aliases=("asti", "voimassa asti")),
        column(Premises, "checked_on", aliases=("tarkistettu",)),
    )  # fmt: skip
    example = {
        "municipality": "999", "name": "Esimerkkitalo", "address": "Esimerkkikatu 1", "price": "free",
        "price_note": "arkisin", "booking_url": "https://example.org/varaus", "accessibility": "esteetön",
        "valid_from": "1.1.2026", "valid_to": "31.12.2027", "checked_on": "1.9.2026",
    }  # fmt: skip

    def adjust(self, row, instance, check):
        if instance.valid_from and instance.valid_to and instance.valid_to < instance.valid_from:
            row.refuse(gettext("The end is before the start."), "valid_to")


class GrantPeriodTarget(OfferTarget):
    """When grants can be applied for."""

    key = "grant-periods"
    label = _("grant periods")
    help = _("When grants can be applied for, matched by the municipality’s code, the grant’s name and its last day.")
    position = 80
    model = GrantPeriod
    writes = (GrantPeriod,)
    key_names = ("municipality", "name", "closes_on")
    fields = ("name", "kind", "opens_on", "closes_on", "url", "checked_on")
    columns = (
        MUNICIPALITY_CODE,
        column(GrantPeriod, "name", is_required=True, aliases=("nimi", "avustus", "avustuksen nimi", "namn", "bidrag")),
        column(GrantPeriod, "kind", parse=choice(
            GrantPeriod.Kind, general=("yleisavustus", "allmänt"), targeted=("kohdeavustus", "riktat"),
        ), aliases=("laji", "tyyppi", "typ")),
        column(GrantPeriod, "opens_on", aliases=("haku alkaa", "alkaa", "avautuu", "öppnar")),
        column(GrantPeriod, "closes_on", is_required=True,
               aliases=("haku päättyy", "päättyy", "sulkeutuu", "viimeinen hakupäivä", "stänger")),
        column(GrantPeriod, "url", aliases=("ohjeet", "linkki", "länk", "link")),
        column(GrantPeriod, "checked_on", aliases=("tarkistettu",)),
    )  # fmt: skip
    example = {
        "municipality": "999", "name": "Yhdistysten yleisavustus", "kind": "general", "opens_on": "1.2.2027",
        "closes_on": "31.3.2027", "url": "https://example.org/avustukset", "checked_on": "1.9.2026",
    }  # fmt: skip

    def adjust(self, row, instance, check):
        if instance.opens_on and instance.opens_on > instance.closes_on:
            row.refuse(gettext("The period closes before it opens."), "closes_on")
