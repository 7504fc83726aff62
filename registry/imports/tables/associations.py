"""Imports of associations and their contacts, by register number; an association without one is only ever added."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.names import fold
from registry.imports.columns import ImportColumn, choice, column, show_word, word_of
from registry.imports.columns import plain as as_text
from registry.imports.tables.geography import MUNICIPALITY_CODE
from registry.imports.targets import ImportTarget, TableTarget
from registry.models import Association, AssociationContact, AssociationField, Municipality


def digits_of(number):
    """Return the digits of a register number: 123.456, 123 456 and 123456 are one number."""
    return re.sub(r"\D", "", number)


def _writings(number):
    """Return how a register number may stand in the registry."""
    digits = digits_of(number)
    return {number, digits, f"{digits[:-3]}.{digits[-3:]}", f"{digits[:-3]} {digits[-3:]}"}


def register_number(text, row):
    """Parse a register number; one that a spreadsheet has taken for a decimal number gets its last zero back."""
    number = " ".join(text.split())
    if match := re.fullmatch(r"(\d{1,3})[.,](\d{1,2})", number):
        number = f"{match[1]}.{match[2]:0<3}"
        row.note(_("Register number %(read)s was read as %(meant)s.") % {"read": text, "meant": number})
    return Association._meta.get_field("register_number").clean(number, None)


REGISTER_NUMBER = ImportColumn(
    "register_number",
    gettext_lazy("register number"),
    register_number,
    help=gettext_lazy("For example 123.456. Associations are matched by it, never by name."),
    aliases=("rekisterinumero", "rekisterinro", "rek.nro", "rek nro", "registernummer", "reg.nr", "register number"),
)


def _name_key(name):
    """Return what two writings of one name have in common: its words without ry and rf, in order."""
    return " ".join(sorted(set(fold(name).split()) - {"ry", "rf", "r", "y", "f"}))


def find_by_number(numbers):
    """Return {digits: association} for these register numbers in the whole registry, in one query."""
    wanted = {writing for number in numbers for writing in _writings(number)}
    rows = Association.objects.filter(register_number__in=wanted).select_related("field")
    return {digits_of(row.register_number): row for row in rows}


class AssociationTarget(ImportTarget):
    """Associations: registered ones by number; others are added when the municipality has none that looks the same."""

    key = "associations"
    label = gettext_lazy("associations")
    help = gettext_lazy(
        "Associations by register number. One without a number is added only when the municipality has none "
        "of that name."
    )
    position = 50
    writes = (Association,)
    reads = (Municipality,)
    key_names = ("register_number", "municipality", "name")
    columns = (
        REGISTER_NUMBER,
        column(Association, "name", is_required=True,
               aliases=("nimi", "yhdistys", "yhdistyksen nimi", "namn", "förening", "association")),
        MUNICIPALITY_CODE,
        column(Association, "field", parse=word_of(AssociationField), show=show_word(AssociationField),
               aliases=("toimiala", "ala", "verksamhetsområde", "bransch")),
        column(Association, "website", aliases=("verkkosivut", "kotisivut", "www", "webbplats", "url")),
        column(Association, "ended_on", aliases=("päättynyt", "toiminta päättynyt", "upphört")),
    )  # fmt: skip
    example = {
        "register_number": "999.999", "name": "Esimerkin kyläyhdistys ry", "municipality": "999", "field": "village",
        "website": "https://example.org", "ended_on": "",
    }  # fmt: skip

    def key_of(self, row):
        """Return the number's digits, or for one without a number the municipality and the name."""
        if number := row.values.get("register_number"):
            return digits_of(number)
        if "municipality" in row.values and "name" in row.values:
            return row.values["municipality"].pk, _name_key(row.values["name"])
        return None

    def plan(self, rows, check):
        by_number = find_by_number([row.values.get("register_number", "") for row in rows])
        places = {row.values["municipality"].pk for row in rows}
        here = {}
        for association in Association.objects.filter(municipality__in=places).select_related("field"):
            here.setdefault((association.municipality_id, _name_key(association.name)), []).append(association)
        for row in rows:
            number = row.values.get("register_number")
            alike = here.get((row.values["municipality"].pk, _name_key(row.values["name"])), [])
            if not number:
                self._plan_unregistered(row, alike, check)
            elif known := by_number.get(digits_of(number)):
                self._plan_known(row, known, check)
            elif unnumbered := [each for each in alike if not each.register_number]:
                row.refuse(
                    _("The municipality has “%(name)s” without a number. Add the number to it by hand first.")
                    % {"name": unnumbered[0].name},
                    "register_number",
                )
            else:
                self._plan_new(row, check)

    def _plan_unregistered(self, row, alike, check):
        """Add the association, or refuse it beside one that looks the same; one that says the same is unchanged."""
        values = {name: row.values[name] for name in ("name", "field", "website", "ended_on") if name in row.values}
        is_same = any(
            each.register_number is None
            and all(as_text(getattr(each, name)) == as_text(value) for name, value in values.items())
            for each in alike
        )
        if not alike:
            self._plan_new(row, check)
        elif not is_same:
            row.refuse(
                _("Without a register number this cannot be matched, and the municipality already has “%(name)s”.")
                % {"name": alike[0].name},
                "register_number",
            )

    def _plan_known(self, row, known, check):
        place = check.places.by_pk.get(known.municipality_id)
        if place is None:
            row.refuse(_("This association is not in your region."), "register_number")
            return
        has_changed = row.set(known, ["name", "field", "website", "ended_on"])
        if known.municipality_id != row.values["municipality"].pk:
            row.differ("municipality", place, row.values["municipality"])
            known.municipality_id = row.values["municipality"].pk
            has_changed = True
        if has_changed:
            row.changed.append(known)

    def _plan_new(self, row, check):
        place = row.values["municipality"]
        alike = check.seen.setdefault("alike", {}).setdefault((place.pk, _name_key(row.values["name"])), [])
        rival = next((other for other, number in alike if not (number and row.values.get("register_number"))), None)
        if rival is not None:
            row.refuse(
                _("Row %(row)s has the same name, and without both numbers the two cannot be told apart.")
                % {"row": rival},
                "register_number",
            )
            return
        alike.append((row.number, row.values.get("register_number")))
        row.is_new = True
        association = Association(municipality_id=place.pk)
        row.set(association, ["register_number", "name"])
        row.differ("municipality", "", place)
        row.set(association, ["field", "website", "ended_on"])
        row.new.append(association)


class AssociationContactTarget(TableTarget):
    """Contacts of registered associations, by register number and e-mail."""

    key = "association-contacts"
    label = gettext_lazy("associations’ contacts")
    help = gettext_lazy(
        "Contact details by the association’s register number and the e-mail. They are personal data: "
        "the source, the basis and the day are asked for."
    )
    position = 60
    model = AssociationContact
    writes = (AssociationContact,)
    reads = (Association,)
    key_names = ("register_number", "email")
    fields = ("name", "email", "phone", "source", "basis", "obtained_on", "checked_on")
    columns = (
        ImportColumn(**{**vars(REGISTER_NUMBER), "is_required": True}),
        column(AssociationContact, "email", is_required=True,
               aliases=("sähköposti", "sähköpostiosoite", "email", "e-post", "e-postadress", "s-posti")),
        column(AssociationContact, "name", aliases=("nimi", "yhteyshenkilö", "namn", "kontaktperson")),
        column(AssociationContact, "phone", aliases=("puhelin", "puh", "puhelinnumero", "telefon", "gsm")),
        column(AssociationContact, "source", is_required=True, aliases=("lähde", "källa")),
        column(AssociationContact, "basis", parse=choice(
            AssociationContact.Basis,
            given=("oma ilmoitus", "yhdistyksen ilmoitus", "egen anmälan"),
            public=("julkinen", "julkinen rekisteri", "offentlig"),
            consent=("suostumus", "samtycke"),
        ), is_required=True, aliases=("peruste", "säilyttämisen peruste", "grund")),
        column(AssociationContact, "obtained_on", is_required=True, aliases=("saatu", "saatu pvm", "pvm", "fått")),
        column(AssociationContact, "checked_on", aliases=("tarkistettu", "kontrollerad")),
    )  # fmt: skip
    example = {
        "register_number": "999.999", "email": "esimerkki@example.org", "name": "Kielo Esimerkki",
        "phone": "050 000 0001", "source": "yhdistyksen ilmoitus", "basis": "given", "obtained_on": "1.9.2026",
        "checked_on": "",
    }  # fmt: skip

    def key_of(self, row):
        """Return the association's number and the address in small letters."""
        number, email = row.values.get("register_number"), row.values.get("email")
        return (digits_of(number), email.lower()) if number and email else None

    def find(self, rows, check):
        numbers = [row.values["register_number"] for row in rows]
        check.seen["associations"] = find_by_number(numbers)
        ids = {association.pk: digits for digits, association in check.seen["associations"].items()}
        found = {}
        for contact in AssociationContact.objects.filter(association__in=ids).order_by("pk"):
            found.setdefault((ids[contact.association_id], contact.email.lower()), []).append(contact)
        reachable = check.places.by_pk
        for row in rows:
            association = check.seen["associations"].get(digits_of(row.values["register_number"]))
            if association is None or association.municipality_id not in reachable:
                row.refuse(_("There is no association with this number in your region."), "register_number")
        return found

    def make(self, row, check):
        association = check.seen["associations"].get(digits_of(row.values["register_number"]))
        return AssociationContact(association=association) if association else None
