import datetime as dt

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

from common.charts import Chart, ChartRow
from public.contact_cards import ContactCard, StandingRow
from public.figure_rows import PublishedRow
from public.forms import FeedbackForm
from public.maps import tile_map
from public.region_list import MunicipalityRow
from registry.figures import Share
from registry.models import Situation

DAY = dt.date(2026, 11, 22)


@login_not_required
@staff_member_required(login_url="admin:login")
def style_guide(request):
    """Every part of the public pages in every state, for those who build and check them."""
    faulty = FeedbackForm({"kind": "", "message": "", "reply_to": "nimi@", "page": "", "website": ""})
    context = {
        "situations": list(Situation),
        "shares": [Share(19, 30), Share(0, 30), Share(19, None)],
        "cards": [_card(), _card(name="", email="", phone=""), _card(reason="Nimeäminen on kesken.", until=DAY)],
        "standing": [
            StandingRow("Työaika", "named", "osoitettu", "3 h viikossa"),
            StandingRow("Toimenkuva", "no_information", "ei kirjattu", "Koordinaattori voi lisätä tämän."),
        ],
        "chart": Chart(
            title="Kaavio",
            reading="11.10.2017: 7/30 (23 %). 22.11.2026: 23/30 (77 %).",
            rows=(
                ChartRow("11.10.2017", 7 / 30, "7/30 (23 %)", is_published=True, heading="Julkaistu muualla"),
                ChartRow("22.11.2026", 23 / 30, "23/30 (77 %)", heading="Rekisteri alkaa 1.1.2026"),
                ChartRow("31.12.2027", 0, "0/30 (0 %)"),
            ),
            source="Lähde",
        ),
        "map": tile_map([_row(number, situation) for number, situation in enumerate(Situation)]),
        "published": [
            _figure(),
            _figure(share=None, words="7", of_what="kuntaa (maakunnan kunnat)", is_corrected=True),
        ],
        "faulty": faulty,
    }
    return render(request, "public/style_guide.html", context)


def _card(**changes):
    values = {
        "name": "Kielo Esimerkki",
        "title": "vapaa-aikasihteeri",
        "sector": "Vapaa-aika",
        "reason": "",
        "email": "kielo@example.org",
        "phone": "050 000 0001",
        "mailbox_email": "",
        "mailbox_post": "",
        "since": "9/2025",
        "until": None,
        "hours_per_week": "3",
        "percent": "",
        "job_description_url": "https://example.org/",
        "told_on": DAY,
        "checked_on": DAY,
    }
    return ContactCard(**values | changes)


def _row(number, situation):
    return MunicipalityRow(
        pk=number,
        name=f"Kunta{'abcdefg'[number]}",
        slug=f"kunta-{number}",
        url="#map",
        situation=situation,
        situation_words=situation.label,
        population=1000,
        residents="1 000",
        population_year="2022",
        size_key="s",
        size_name="alle 5 000 asukasta",
        tile=(0, number),
        boundary=None,
        is_in_area=True,
        is_shown=situation != Situation.NO_INFORMATION,
    )


def _figure(**changes):
    values = {
        "name": "Järjestöyhdyshenkilö nimetty",
        "explanation": "Kunnat, joihin oli nimetty järjestöyhdyshenkilö.",
        "year": 2017,
        "value": "7",
        "share": Share(7, 30),
        "words": "7/30 (23 %)",
        "of_what": "maakunnan kunnat",
        "source_words": "example.org 11.10.2017. Huomautus.",
        "is_corrected": False,
        "is_correction": False,
    }
    return PublishedRow(**values | changes)
