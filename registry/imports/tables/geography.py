"""Imports of municipalities and their populations; for administrators, as the tables are."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.names import fold
from registry.addresses import validate_municipality_slug
from registry.imports.columns import ImportColumn, choice, column, day, short_day, show_choice, show_day
from registry.imports.places import municipality
from registry.imports.targets import TableTarget
from registry.models import Municipality, Population, Region, RegionMembership

MUNICIPALITY_CODE = ImportColumn(
    "municipality",
    gettext_lazy("municipality’s code"),
    municipality,
    help=gettext_lazy("The official code, for example 009."),
    is_required=True,
    aliases=("kuntakoodi", "kunnan koodi", "kuntanumero", "kunta nro", "koodi", "kommunkod", "kod", "municipality code",
             "code", "kunta", "kommun"),
)  # fmt: skip


def _code(text, row):
    """Parse the code of a municipality that there is, or of a new one."""
    place = row.check.places.find(text, row)
    if place is not None:
        return place.code
    code = Municipality._meta.get_field("code").clean(text, None)
    if len(code) < 3:
        raise ValidationError(
            _("Code %(code)s is too short: did you mean %(meant)s? Write its zeros."),
            params={"code": code, "meant": code.zfill(3)},
        )
    return code


def _region(text, row):
    """Parse the code of a region."""
    regions = row.check.once("regions", lambda: {region.code: region for region in Region.objects.all()})
    code = text if text in regions else text.zfill(2)
    if code not in regions:
        raise ValidationError(_("There is no region with the code %(code)s."), params={"code": text})
    return regions[code]


class MunicipalityTarget(TableTarget):
    """Municipalities, new and known, by official code; a new one with its membership in a region."""

    key = "municipalities"
    label = gettext_lazy("municipalities")
    help = gettext_lazy("Names, addresses and coordinates by official code. New codes become new municipalities.")
    position = 10
    model = Municipality
    writes = (Municipality, RegionMembership)
    key_names = ("code",)
    fields = ("name_fi", "name_sv", "name_en", "languages", "website", "latitude", "longitude")
    columns = (
        ImportColumn(
            "code", gettext_lazy("official code"), _code, is_required=True,
            aliases=("koodi", "kuntakoodi", "kunnan koodi", "kuntanumero", "kommunkod", "kod", "municipality code"),
        ),
        column(Municipality, "name_fi", label=gettext_lazy("name in Finnish"),
               help=gettext_lazy("A new municipality needs it."),
               aliases=("nimi", "kunta", "kunnan nimi", "nimi suomeksi", "name")),
        column(Municipality, "name_sv", label=gettext_lazy("name in Swedish"),
               aliases=("nimi ruotsiksi", "namn", "kommun", "namn på svenska")),
        column(Municipality, "name_en", label=gettext_lazy("name in English"), aliases=("nimi englanniksi",)),
        column(Municipality, "slug", label=gettext_lazy("address on the site"), aliases=("osoite sivustolla", "adress"),
               help=gettext_lazy("Left out: made of the Finnish name. Never changed afterwards.")),
        column(Municipality, "languages", parse=choice(
            Municipality.Languages,
            fi=("suomi", "suomenkielinen", "finska"), sv=("ruotsi", "ruotsinkielinen", "svenska"),
            **{"fi-sv": ("kaksikielinen", "tvåspråkig", "bilingual")},
        ), show=show_choice(Municipality.Languages), aliases=("kieli", "kielet", "språk", "language")),
        column(Municipality, "website", aliases=("verkkosivut", "kotisivut", "www", "webbplats", "url")),
        column(Municipality, "latitude", aliases=("leveysaste", "lat", "latitud")),
        column(Municipality, "longitude", aliases=("pituusaste", "lon", "lng", "longitud")),
        ImportColumn("region", gettext_lazy("region’s code"), _region,
                     help=gettext_lazy("To which region a new municipality belongs."),
                     aliases=("maakuntakoodi", "maakunnan koodi", "maakunta", "landskapskod", "landskap")),
        ImportColumn("member_from", gettext_lazy("member of the region from"), day, show=show_day,
                     help=gettext_lazy("Left out: always."),
                     aliases=("jäsenyyden alku", "maakunnassa alkaen", "medlem från")),
    )  # fmt: skip
    example = {
        "code": "999", "name_fi": "Esimerkkilä", "name_sv": "Exempelby", "name_en": "Esimerkkilä",
        "slug": "esimerkkila", "languages": "fi", "website": "https://www.example.org", "latitude": "64.5",
        "longitude": "25.5", "region": "17", "member_from": "1.1.2027",
    }  # fmt: skip

    def find(self, rows, check):
        codes = [row.values["code"] for row in rows]
        known = {(each.code,): [each] for each in Municipality.objects.filter(code__in=codes)}
        memberships = check.seen["memberships"] = {}
        for membership in RegionMembership.objects.filter(municipality__code__in=codes).order_by("pk"):
            memberships.setdefault(membership.municipality_id, []).append(membership)
        return known

    def make(self, row, check):
        if "name_fi" not in row.values:
            row.refuse(_("A new municipality needs its Finnish name."), "name_fi")
            return None
        return Municipality(code=row.values["code"], slug=self._slug(row, check))

    def _slug(self, row, check):
        """Return a free address: the file's own, or one made of the name."""
        taken = check.once("slugs", lambda: set(Municipality.objects.order_by().values_list("slug", flat=True)))
        slug = row.values.get("slug")
        if slug is None:
            made = re.sub("[^a-z0-9]+", "-", fold(row.values["name_fi"])).strip("-")
            slug = made if made and made not in taken else f"{made}-{row.values['code']}".strip("-")
        try:
            validate_municipality_slug(slug)
        except ValidationError as error:
            row.refuse(error.messages[0], "slug")
        if slug in taken:
            row.refuse(_("The address %(slug)s is already in use.") % {"slug": slug}, "slug")
        taken.add(slug)
        return slug

    def adjust(self, row, instance, check):
        slug, region = row.values.get("slug"), row.values.get("region")
        if row.is_new:
            row.differ("slug", "", instance.slug)
        elif slug and slug != instance.slug:
            row.refuse(_("An address is printed on paper, so an import does not change it."), "slug")
        memberships = check.seen["memberships"].get(instance.pk, []) if instance.pk else []
        if region is None:
            if row.values.get("member_from") and not memberships:
                row.refuse(_("Give the region too."), "region")
        elif not memberships:
            self._join(row, instance, region)
        else:
            self._compare(row, memberships, region, check)

    def _join(self, row, instance, region):
        since = row.values.get("member_from")
        row.new.append(RegionMembership(municipality=instance, region=region, valid_from=since))
        row.differ("region", "", f"{region.code} {region.name_fi}")
        if since:
            row.differ("member_from", "", since)

    def _compare(self, row, memberships, region, check):
        """Refuse a row that tells otherwise of a membership: moving is a step of its own, with consequences."""
        present = next((each for each in memberships if each.is_valid_on(check.today)), memberships[-1])
        if present.region_id != region.pk:
            row.refuse(
                _("The municipality belongs to another region in the registry. Move it on its own page."), "region"
            )
        elif "member_from" in row.values and row.values["member_from"] != present.valid_from:
            known = short_day(present.valid_from) if present.valid_from else _("always")
            row.refuse(_("The registry has another beginning: %(day)s.") % {"day": known}, "member_from")


class PopulationTarget(TableTarget):
    """Residents on the last day of a year, by code and year."""

    key = "populations"
    label = gettext_lazy("populations")
    help = gettext_lazy("Residents of municipalities on 31 December of a year.")
    position = 20
    model = Population
    writes = (Population,)
    reads = (Municipality,)
    key_names = ("municipality", "year")
    fields = ("residents", "source")
    columns = (
        MUNICIPALITY_CODE,
        column(Population, "year", label=gettext_lazy("year"), is_required=True, aliases=("vuosi", "år")),
        column(Population, "residents", is_required=True,
               aliases=("asukkaat", "asukasluku", "asukkaita", "väkiluku", "invånare", "folkmängd", "population")),
        column(Population, "source", aliases=("lähde", "källa"),
               help=gettext_lazy("Left out: the source of the file, for new rows.")),
    )  # fmt: skip
    example = {"municipality": "999", "year": "2026", "residents": "1234", "source": "Esimerkkilähde"}

    def find(self, rows, check):
        places = {row.values["municipality"].pk: row.values["municipality"] for row in rows}
        years = {row.values["year"] for row in rows}
        found = {}
        for population in Population.objects.filter(municipality__in=places, year__in=years):
            found[places[population.municipality_id], population.year] = [population]
        return found

    def make(self, row, check):
        row.values.setdefault("source", check.run.source)
        return Population(municipality_id=row.values["municipality"].pk, year=row.values["year"])
