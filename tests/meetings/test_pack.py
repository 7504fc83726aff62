"""What helps to make a meeting known: the poster, the text, the list."""

import pikepdf
import pytest
import time_machine
from django.utils import translation
from pdfua import validate

from meetings.models import Meeting
from meetings.pack import attendance_pdf, invitation_text, poster_pdf
from tests.factories import MunicipalityFactory, RegionFactory
from tests.meetings.factories import MeetingFactory, VenueFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


@pytest.fixture
def meeting(db):
    host = MunicipalityFactory(name_fi="Rantakunta", slug="rantakunta")
    made = MeetingFactory(
        region=RegionFactory(slug="rannikko"), slug="yhdistysilta", title_fi="Yhdistysilta", hosts=[host],
        venue=VenueFactory(
            municipality=host, name="Sali", street_address="Kirjastokuja 1", accessibility_fi="Esteetön."
        ),
        description_fi="Tervetuloa **kaikki**!", registration_until=at("2026-09-20 23.59"),
        remote_url="https://example.org/salainen-linkki",
    )  # fmt: skip
    return Meeting.objects.with_what_is_shown().get(pk=made.pk)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("make", [poster_pdf, attendance_pdf])
def test_prints_are_tagged_and_of_one_page(meeting, make, language, tmp_path):
    with translation.override(language):
        content = make(meeting)
    path = tmp_path / "print.pdf"
    path.write_bytes(content)
    assert validate(path).findings == ()
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 1
        assert str(pdf.Root.Lang) == language


def test_the_text_for_the_municipalitys_channels_says_what_one_needs_and_not_the_remote_link(meeting):
    assert invitation_text(meeting).splitlines() == [
        "Yhdistysilta",
        "torstai 24.9.2026 klo 17.30–20.00",
        "Sali, Kirjastokuja 1, Rantakunta",
        "Voit osallistua myös etänä.",
        "",
        "Tervetuloa kaikki!",
        "",
        "Ilmoittaudu viimeistään 20.9.2026.",
        "Lisätietoja: http://testserver/rannikko/tapahtumat/yhdistysilta/",
        "Järjestäjä: Rantakunta",
    ]
