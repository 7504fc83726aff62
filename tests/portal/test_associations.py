"""The associations' side for a municipality's people: the address to share, papers, and what editions show."""

import io
import re

import pikepdf
import pytest
from django.test import Client
from pdfua import validate
from PIL import Image

from registry.models import ActingEntry
from surveys.authoring import close_round
from surveys.editions import put_together
from surveys.models import OpenLink, PaperBatch
from surveys.open_links import token_of
from tests.portal.association_world import TODAY, send
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
PAGE = f"/oma/oulu/kysely/{TODAY.year}/yhdistykset/"


def papers_typed(**more):
    typed = {"label": "Yhdistysilta", "collected_on": "1.1.2026", "n_papers": "14"}
    return typed | {"tilat--yes": "3", "tilat--no": "9"} | more


def test_the_page_shows_the_same_address_each_time_in_each_language(side, leena):
    first, again = leena.get(PAGE), leena.get(PAGE)
    swedish = leena.get(f"/sv{PAGE}")

    assert first.context["page"].address == again.context["page"].address == f"http://testserver{side.address}"
    assert f'value="http://testserver{side.address}"' in first.content.decode()
    assert swedish.context["page"].address == f"http://testserver/sv{side.address}"
    assert [(code, side.address in text) for code, _name, text in first.context["page"].texts] == [
        ("fi", True), ("sv", True),
    ]  # fmt: skip
    assert f"/sv{side.address}" in first.context["page"].texts[1][2]
    assert "no-store" in first.headers["Cache-Control"]


def test_the_address_is_made_by_a_button_and_replaced_by_another(side, leena, reference):
    OpenLink.objects.all().delete()
    assert leena.get(PAGE).context["page"].address is None
    assert leena.get(f"{PAGE}koodi.svg").status_code == 404
    assert leena.get(f"{PAGE}juliste.pdf").status_code == 404
    assert not OpenLink.objects.exists()

    leena.post(f"{PAGE}osoite/")
    made = token_of(OpenLink.objects.get())
    leena.post(f"{PAGE}osoite/")
    assert token_of(OpenLink.objects.get()) == made
    leena.post(f"{PAGE}osoite/", {"renew": "yes"})
    other = token_of(OpenLink.objects.get())

    assert other != made
    assert (Client().get(f"/y/{made}/").status_code, Client().get(f"/y/{other}/").status_code) == (410, 200)


def test_a_coordinator_in_somebodys_place_says_how_it_was_asked_for(side, cast):
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    before = token_of(side.link)

    kaisa.post(f"{PAGE}osoite/", {"renew": "yes"})
    assert token_of(OpenLink.objects.select_related("link").get()) == before
    kaisa.post(f"{PAGE}paperit/", papers_typed(source="phone"))

    assert PaperBatch.objects.get().entered_post == "koordinaattori"
    assert ActingEntry.objects.filter(step="portal_associations_papers", source="phone").count() == 1


def test_pictures_and_prints_are_for_phones_paper_and_readers_of_the_screen(side, leena, tmp_path):
    svg, png = leena.get(f"{PAGE}koodi.svg"), leena.get(f"{PAGE}koodi.png")
    assert (svg.headers["Content-Type"], b"<path" in svg.content, b"style=" in svg.content) == (
        "image/svg+xml", True, False,
    )  # fmt: skip
    with Image.open(io.BytesIO(png.content)) as picture:
        assert picture.width == picture.height >= 300
    for what in ("juliste", "lomake"):
        path = tmp_path / f"{what}.pdf"
        path.write_bytes(leena.get(f"/en{PAGE}{what}.pdf").content)
        assert validate(path).findings == ()
        with pikepdf.open(path) as pdf:
            assert (str(pdf.Root.Lang), len(pdf.pages)) == ("en", 1)
    assert leena.get(f"{PAGE}muu.pdf").status_code == 404
    assert leena.get(f"{PAGE}koodi.gif").status_code == 404


def test_papers_are_typed_in_by_the_pair_and_marked_with_post_and_day(side, cast, leena):
    ahti = client_of(cast.ahti.user)
    assert ahti.post(f"{PAGE}paperit/", papers_typed()).status_code == 302

    page = leena.get(PAGE).content.decode()
    batch = PaperBatch.objects.get()
    assert (batch.counts, batch.n_papers, batch.entered_by) == ({"tilat": {"yes": 3, "no": 9}}, 14, cast.ahti.user)
    assert "14 lomaketta" in page
    assert f"Kirjannut: yhdistysagentti, {TODAY.day}.{TODAY.month}.{TODAY.year}" in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"tilat--yes": "6"}, "Yhteensä 15, mutta lomakkeita on 14"),
        ({"tilat--yes": "kolme"}, "kokonaisluku"),
        ({"tilat--yes": "-1"}, "kokonaisluku"),
        ({"tilat--yes": "", "tilat--no": ""}, "ainakin yhden kysymyksen"),
        ({"n_papers": "0"}, "kokonaisluku"),
        ({"label": ""}, "mistä lomakkeet tulivat"),
    ],
)
def test_sums_that_cannot_be_right_are_told_with_everything_kept(side, leena, typed, told):
    answer = leena.post(f"{PAGE}paperit/", papers_typed(**typed))

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert 'name="collected_on" value="1.1.2026"' in answer.content.decode()
    assert not PaperBatch.objects.exists()


def test_a_correction_shows_no_sum_replaces_a_question_and_leaves_a_trace(side, cast, leena):
    """Nobody reads a batch back, not who typed it either: its sums are a table of a few."""
    leena.post(f"{PAGE}paperit/", papers_typed(**{"n_papers": "37", "tilat--yes": "23", "avustukset--no": "2"}))
    batch = PaperBatch.objects.get()
    form = leena.get(f"{PAGE}paperit/{batch.key}/")
    for page in (form, leena.get(PAGE), client_of(cast.ahti.user).get(f"{PAGE}paperit/{batch.key}/")):
        shown = page.content.decode().replace(str(batch.key), "").replace(side.address, "")
        assert "23" not in re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", shown)

    sent = {"n_papers": "37", "reason": "Sarakkeet väärin päin", "tilat--yes": "9", "tilat--no": "23"}
    assert leena.post(f"{PAGE}paperit/{batch.key}/", sent).status_code == 302

    batch.refresh_from_db()
    assert batch.counts == {"tilat": {"yes": 9, "no": 23}, "avustukset": {"no": 2}}
    assert "Sarakkeet väärin päin" in leena.get(PAGE).content.decode()
    assert batch.history.count() == 2


def test_ones_own_data_tells_that_papers_were_typed_and_none_of_their_sums(side, leena):
    leena.post(f"{PAGE}paperit/", papers_typed(**{"n_papers": "37", "tilat--yes": "23"}))
    tables = {table.key: table for table in leena.get("/oma/tiedot/").context["tables"]}

    (row,) = tables["surveys.paperbatch"].rows
    assert "Yhdistysilta" in row.values()
    told = str([(table.rows, table.history) for table in tables.values()])
    assert "'yes'" not in told
    assert side.link.seed not in told


def test_withdrawn_papers_count_no_more(side, leena):
    leena.post(f"{PAGE}paperit/", papers_typed())
    batch = PaperBatch.objects.get()

    assert leena.post(f"{PAGE}paperit/{batch.key}/peru/", {"reason": ""}).status_code == 422
    leena.post(f"{PAGE}paperit/{batch.key}/peru/", {"reason": "Kahdesti"})

    assert "peruttu, ei lasketa" in leena.get(PAGE).content.decode()
    assert leena.get(f"{PAGE}paperit/{batch.key}/").status_code == 404


def test_papers_of_another_municipality_are_not_found(side, leena, reference):
    other = PaperBatch.objects.create(
        round=side.round, municipality=reference.hailuoto, label="Salainen", collected_on=TODAY, n_papers=9
    )
    for page in ("", "peru/"):
        assert leena.get(f"{PAGE}paperit/{other.key}/{page}").status_code == 404
    assert "Salainen" not in leena.get(PAGE).content.decode()


def test_how_many_have_answered_is_told_in_steps_and_answers_in_editions_alone(side, cast, leena):
    assert leena.get(PAGE).context["page"].answered_by_link == "ei vielä yhtään"
    told = []
    for _each in range(7):
        send(side, tilat="yes")
        told.append(str(leena.get(PAGE).context["page"].answered_by_link))
    assert told == ["alle viisi"] * 4 + ["vähintään 5"] * 3
    assert "tilat?" not in leena.get(PAGE).content.decode()

    close_round(side.round, by=cast.kaisa.user)
    put_together(side.round, by=cast.kaisa.user)
    page = leena.get(PAGE).content.decode()

    assert "7/7" in page
    assert "avustukset?" not in page
    assert "1 kysymystä ei näytetä" in page


def test_a_round_that_asks_associations_nothing_says_so_and_an_unknown_year_is_not_found(survey, leena):
    assert "ei kysytä yhdistyksiltä mitään" in leena.get(PAGE).content.decode()
    assert leena.post(f"{PAGE}osoite/", follow=True).context["page"].open_link is None
    assert leena.get(f"/oma/oulu/kysely/{TODAY.year - 5}/yhdistykset/").status_code == 404
