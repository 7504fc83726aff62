"""The demo's imports, through the functions the site uses: one saved, one waiting with rows that were refused."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from accounts.models import User
from registry.imports.checking import check_import
from registry.imports.saving import save_import
from registry.imports.staging import choose_columns, start_import
from registry.imports.targets import find_target
from registry.models import Region

PREMISES = """Kuntakoodi;Tilan nimi;Osoite;Maksullisuus
009;Kuvitelman kerhohuone;Esimerkkitie 2;maksuton
069;Mallilan nuorisotila;Esimerkkitie 3;maksuton
071;Sepitteen monitoimitalo;;osin maksuton
072;Luonnoksen seurantalo;Esimerkkitie 5;maksullinen
"""
LIAISONS = """Kuntakoodi;Etunimi;Sukunimi;Sähköposti;Puhelin;Nimike;Alkaen;Työaika
9;Tuuli;Mallikas;tuuli.mallikas@example.org;050 000 0021;kulttuurisihteeri;8/{year};3
069;Pouta;Kuvitelma;pouta.kuvitelma@example.org;050 000 0022;vapaa-aikasihteeri;1.9.{year};2,5
179;Lumi;Sepite;lumi.sepite@example.org;;sivistysjohtaja;{year};
244;Halla;Luonnos;halla.luonnos@;050 000 0023;hyte-koordinaattori;syksy {last_year};3
139;Virta;Taru;virta.taru@example.org;;nuorisosihteeri;pian;
208;Aalto;Kokeilu;aalto.kokeilu@example.org;050 000 0024;liikuntasihteeri;{last_year};3
"""


@translation.override("fi")
def add_imports(today):
    """Import a file of premises, and leave one of liaisons waiting for the coordinator."""
    region = Region.objects.get(code="17")
    by = User.objects.get(email="coordinator@example.org")
    premises = _checked("premises", f"tilat-{today.year}.csv", PREMISES, "Kuntien tilaluettelot", region, by)
    save_import(premises, by=by)
    liaisons = LIAISONS.format(year=today.year, last_year=today.year - 1)
    source = "Kuntien ilmoitukset sähköpostilla"
    _checked("appointments", f"yhdyshenkilot-{today.year}.csv", liaisons, source, region, by)


def _checked(key, name, text, source, region, by):
    upload = SimpleUploadedFile(name, text.encode())
    run, _warnings = start_import(upload, target=find_target(key), region=region, source=source, by=by)
    return check_import(choose_columns(run, run.columns))
