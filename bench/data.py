"""Generated regions of a given size with ten years of history; the same size gives the same region.

Prints as JSON, for each region, the addresses of up to a hundred of its municipalities,
those with a named liaison first.
"""

import datetime as dt
import json
import random
from itertools import count, product

from django.db import connection, transaction
from django.utils import timezone

from common.names import fold
from common.partial_dates import PartialDate, Precision
from registry.models import (
    Agent,
    Appointment,
    Area,
    AreaGroup,
    AreaMembership,
    Association,
    AssociationField,
    Channel,
    Consent,
    Coordinator,
    Directory,
    FigureSeries,
    GrantPeriod,
    Municipality,
    Person,
    Population,
    Premises,
    PublishedFigure,
    Region,
    RegionMembership,
    Sector,
    SharedMailbox,
    Situation,
    SituationStatement,
)
from registry.publicity import touch
from registry.reference import load_reference_data

YEARS = 10
SOURCE = "Keksitty mittausta varten"
BEGINNINGS = (
    "Ala Etelä Haapa Halla Havu Hauki Hirvi Honka Ilves Iso Joutsen Kallio Kanerva Karhu Kataja Keski Kivi Koivu "
    "Kontio Kotka Kuusi Lahti Lehto Lumi Metsä Mänty Niemi Niitty Oja Orava Pihla Pitkä Pohjan Poro Pyhä Rauta Salo "
    "Sammal Sini Suo Suvi Taka Talvi Tammi Tervas Tuomi Tuuli Uusi Valko Varis Vesi Vuori Väli Ylä Yli Äyrä Öljy"
).split()
ENDINGS = (
    "aho harju joki järvi kangas koski kylä lahti lampi luoto maa mäki niemi pelto perä puro ranta saari salmi salo "
    "selkä suo suvanto vaara vesi virta"
).split()
MIDDLES = ["", "lammen", "joen", "mäen", "saaren", "suon", "rannan", "kosken"]
GIVEN_NAMES = "Kielo Vuokko Kanerva Pihla Tuomi Kataja Lumi Tuuli Halla Aalto Saari Virta Koski Niitty".split()
FAMILY_NAMES = "Mittari Otos Näyte Koe Vertailu Jakauma Keskiarvo Mediaani Havainto Sarja Taulukko".split()
TITLES = ["kulttuurisihteeri", "vapaa-aikasihteeri", "hyvinvointikoordinaattori", "hallintosihteeri"]


def main(arguments):
    """Add a region for each of the sizes that `arguments` name."""
    load_reference_data()
    addresses = {}
    for size in arguments:
        region = add_region(int(size), timezone.localdate())
        addresses[size] = municipality_slugs(region)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # autovacuum would do it a minute later
            cursor.execute("ANALYZE")
    print(json.dumps(addresses))


def municipality_slugs(region):
    """Return the addresses of up to a hundred municipalities, those with a named liaison first."""
    today = timezone.localdate()
    rows = Municipality.objects.members_of(region, today).with_situation(today).order_by("code")[:100]
    return [row.slug for row in sorted(rows, key=lambda row: row.situation != Situation.NAMED)]


@transaction.atomic
def add_region(size, today):
    """Add a region of `size` municipalities whose records begin ten years ago."""
    region = Region.objects.create(
        code=f"{size:02}",
        name_fi=f"Maakunta {size}",
        name_sv=f"Landskapet {size}",
        name_en=f"Region {size}",
        slug=f"maakunta-{size}",
        records_from=dt.date(today.year - YEARS + 1, 1, 1),
        directory=Directory.objects.first(),
    )
    _Filling(region, size, today).fill()
    touch()
    return region


class _Filling:
    """Fills one region table by table."""

    def __init__(self, region, size, today):
        self.region, self.size, self.today = region, size, today
        self.random = random.Random(size)
        self.years = range(today.year - YEARS + 1, today.year + 1)
        self.numbers = count(1)
        self.sectors = list(Sector.objects.all())
        self.rows = {}

    def fill(self):
        self.municipalities = self._municipalities()
        self._places()
        for municipality in self.municipalities:
            self._duties(municipality)
            self._agents(municipality)
            self._offers(municipality)
        self._figures()
        # People and others that the rows refer to go in first.
        for model in (
            Person, SharedMailbox, Association, RegionMembership, AreaMembership, Population, Appointment,
            SituationStatement, Agent, Consent, GrantPeriod, Premises, Channel, PublishedFigure, Coordinator,
        ):  # fmt: skip
            model.objects.bulk_create(self.rows.get(model, []), batch_size=1000)
        named = [figure for figure in self.rows[PublishedFigure] if figure.municipality is None][-1]
        named.named_municipalities.set(self.municipalities[::3])

    def _add(self, model, **fields):
        row = model(**fields)
        self.rows.setdefault(model, []).append(row)
        return row

    def _municipalities(self):
        taken = set(Municipality.objects.values_list("slug", flat=True))
        parts = list(product(BEGINNINGS, MIDDLES, ENDINGS))
        self.random.shuffle(parts)
        digits = 3 if self.size < 1000 else 8
        # Official codes of real municipalities have three digits: theirs are left to them.
        used = set(Municipality.objects.values_list("code", flat=True))
        codes = (code for code in (f"{number:0{digits}}" for number in count(1)) if code not in used)
        width = max(6, int(self.size**0.5))
        rows = []
        for part in parts:
            name = "".join(part)
            slug = fold(name)
            if slug in taken:
                continue
            taken.add(slug)
            place = len(rows)
            rows.append(
                Municipality(
                    code=next(codes),
                    name_fi=name,
                    name_sv=f"{name} kommun" if place % 5 == 0 else "",
                    name_en=name,
                    slug=slug,
                    website=f"https://{slug}.example.org",
                    latitude=round(self.random.uniform(60, 69), 3),
                    longitude=round(self.random.uniform(22, 30), 3),
                    tile_row=place // width,
                    tile_col=place % width,
                )
            )
            if len(rows) == self.size:
                return Municipality.objects.bulk_create(rows, batch_size=1000)
        raise ValueError(f"There are only {len(rows)} names.")

    def _places(self):
        """Memberships, areas, residents and coordinators."""
        home = Region.objects.filter(records_from=None).first()
        groups = {}
        for position, n_areas in enumerate([max(3, int(self.size**0.5)), 3], start=1):
            group = AreaGroup.objects.create(
                key=f"jako-{self.size}-{position}", region=self.region, name_fi=f"Jako {position}", position=position
            )
            groups[position] = Area.objects.bulk_create(
                Area(group=group, code=f"a{number}", name_fi=f"Alue {number}", position=number)
                for number in range(n_areas)
            )
        for place, municipality in enumerate(self.municipalities):
            arrived = None
            if place % 50 == 49:
                arrived = dt.date(self.years[YEARS // 2], 1, 1)
                last_day = arrived - dt.timedelta(days=1)
                self._add(RegionMembership, municipality=municipality, region=home, valid_to=last_day)
            self._add(RegionMembership, municipality=municipality, region=self.region, valid_from=arrived)
            for areas in groups.values():
                area = areas[place * len(areas) // self.size]
                self._add(AreaMembership, municipality=municipality, area=area, valid_from=arrived)
            residents = int(self.random.lognormvariate(9, 1.1)) + 300
            for year in self.years:
                residents = int(residents * self.random.uniform(0.98, 1.01))
                self._add(
                    Population, municipality=municipality, year=year - 1, residents=residents, source="Tilasto (THL)"
                )
        begun = PartialDate.day(self.region.records_from)
        for area in [None, *groups[2]]:
            person = self._person()
            self._add(Coordinator, person=person, region=self.region, area=area, start=begun, title="koordinaattori")

    def _person(self):
        number = next(self.numbers)
        family_name = f"{self.random.choice(FAMILY_NAMES)}{self.random.choice(ENDINGS)}"
        return self._add(
            Person,
            given_name=self.random.choice(GIVEN_NAMES),
            family_name=family_name,
            email=f"{fold(family_name)}.{self.size}.{number}@example.org",
            phone=f"050 000 00{number % 100:02}",
            region=self.region,
            contact_checked_on=self.today - dt.timedelta(days=number % 300),
        )

    def _duties(self, municipality):
        """Who has had the task since the records began, one after another, to this day."""
        day = self.region.records_from
        while day <= self.today:
            last = day + dt.timedelta(days=self.random.randint(300, 2200))
            last = last if last < self.today else None
            kind = self.random.choices(["liaison", "duties", "being_named", "none"], [75, 8, 7, 10])[0]
            if kind in SituationStatement.Kind.values:
                self._stretch(SituationStatement, municipality, day, last, kind=kind)
                if kind == "none":
                    self._stretch(
                        Appointment, municipality, day, last, kind="fallback", person=self._person(),
                        fallback_post="2_secretary", fallback_reason="Yhdyshenkilöä ei ole nimetty",
                        title=self.random.choice(TITLES),
                    )  # fmt: skip
            else:
                self._holder(municipality, day, last, kind)
            day = (last or self.today) + dt.timedelta(days=1)

    def _holder(self, municipality, day, last, kind):
        mailbox = None
        if self.random.random() < 0.3:
            email = f"kirjaamo.{municipality.slug}@example.org"
            mailbox = self._add(SharedMailbox, municipality=municipality, post="Kirjaamo", email=email)
        details = {"sector": self.random.choice(self.sectors), "title": self.random.choice(TITLES)}
        url = f"https://{municipality.slug}.example.org/tehtava" if self.random.random() < 0.4 else ""
        self._stretch(
            Appointment, municipality, day, last, kind=kind, person=self._person(), mailbox=mailbox,
            percent=self.random.choice([None, 5, 10, 20]), job_description_url=url,
            is_phone_public=self.random.random() < 0.8, **details,
        )  # fmt: skip
        if last is None and kind == "liaison" and self.random.random() < 0.3:
            until = self.today + dt.timedelta(days=400)
            self._stretch(Appointment, municipality, day, until, kind="deputy", person=self._person(), **details)

    def _stretch(self, model, municipality, day, last, **fields):
        """Add a row from `day` to `last`; a third of the starts are known to a month only."""
        start = PartialDate.of(day.year, Precision.MONTH, day.month) if self.random.random() < 0.3 else None
        start = start if start and (last is None or start.last < last) and start.last <= self.today else None
        self._add(
            model,
            municipality=municipality,
            start=start or PartialDate.day(day),
            end=last and PartialDate.day(last),
            source=SOURCE,
            **fields,
        )

    def _agents(self, municipality):
        fields = AssociationField.objects.all()[:1] if not hasattr(self, "field") else [self.field]
        self.field = fields[0]
        for _number in range(self.random.choice([0, 1, 1, 2])):
            person = self._person()
            started = self.today - dt.timedelta(days=self.random.randint(100, 3000))
            name = f"{municipality.name_fi}n kyläyhdistys {next(self.numbers)} ry"
            association = self._add(Association, name=name, municipality=municipality, field=self.field)
            start = PartialDate.day(started)
            self._add(
                Agent, municipality=municipality, person=person, association=association, start=start, active=start
            )
            for field, share in (("name", 0.9), ("email", 0.6), ("phone", 0.4)):
                if self.random.random() < share:
                    self._add(Consent, person=person, field=field, given_on=started, means="paper")

    def _offers(self, municipality):
        site = f"https://{municipality.slug}.example.org"
        for year in self.years:
            self._add(
                GrantPeriod,
                municipality=municipality,
                name=f"Yleisavustus {year}",
                valid_from=dt.date(year, 1, 1),
                valid_to=dt.date(year, 12, 31),
                opens_on=dt.date(year, 1, 1),
                closes_on=dt.date(year, 12, 31),
                url=f"{site}/avustukset",
                checked_on=dt.date(year, 1, 10),
            )
        for name in self.random.sample(["Kylätalo", "Kirjaston sali", "Nuorisotila", "Liikuntahalli", "Kerhohuone"], 3):
            self._add(
                Premises, municipality=municipality, name=name, address="Kuntatie 1", price="free",
                booking_url=f"{site}/tilat", accessibility="Esteetön sisäänkäynti", checked_on=self.today,
            )  # fmt: skip
        for kind, name in (("calendar", "Tapahtumakalenteri"), ("feedback", "Palaute"), ("newsletter", "Uutiskirje")):
            self._add(Channel, municipality=municipality, kind=kind, name=name, url=f"{site}/{kind}")

    def _figures(self):
        """Three published series over the years for the region, and two figures of each municipality."""
        series = list(FigureSeries.objects.all()[:3])
        liaisons = FigureSeries.objects.get(key="liaison_named")
        numbers = count(1)

        def add(series, year, municipality, value, out_of):
            self._add(
                PublishedFigure,
                key=f"bench-{self.size}-{next(numbers)}",
                series=series,
                region=self.region,
                municipality=municipality,
                published_on=dt.date(year, 9, 25),
                reference_year=year,
                statistic="count",
                value=value,
                out_of=out_of,
                base_fi="maakunnan kunnista",
                unit_fi="kuntaa",
                note_fi="Keksitty luku mittausta varten.",
                source=f"example.org 25.9.{year}",
            )

        for year in self.years[:-1]:
            for one in [liaisons, *(row for row in series if row != liaisons)]:
                add(one, year, None, self.random.randint(0, self.size), self.size)
        for municipality in self.municipalities:
            for year in self.years[-3:-1]:
                add(series[0], year, municipality, 1, None)
