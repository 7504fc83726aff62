"""The public pages of results: nothing before publication, what was published after it, corrections with their log."""

import datetime as dt
import random
import re
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from public.caching import pages
from registry.models import Municipality, Population, RegionMembership
from surveys.authoring import copy_round, decide_comparability
from surveys.editions import put_together
from surveys.models import AssociationTally, ReplyComment, Response, ResultAnswer, Round
from surveys.nearest import DoneBy
from surveys.published import published_municipality
from surveys.publishing import publish_results, stage_results
from tests import factories
from tests.surveys.published_round import OPENED, closed_round
from tests.surveys.test_scores import answer_at_random

pytestmark = pytest.mark.django_db
ROUND = "/pohjois-pohjanmaa/kysely/2025/"
KEY = "liaison_situation"
RESULT_PAGES = [
    ROUND,
    f"{ROUND}oulu/",
    f"{ROUND}siikajoki/",
    f"{ROUND}kysymys/{KEY}/",
    "/pohjois-pohjanmaa/vertaa/",
    "/pohjois-pohjanmaa/vertaa/?kunnat=hailuoto",
    "/pohjois-pohjanmaa/vertaa/?kunnat=oulu,hailuoto",
    "/pohjois-pohjanmaa/kysely/",
    f"{ROUND}oulu/ilta/",
    f"{ROUND}siikajoki/ilta/",
]
CORRECTION = {"fi": "Avustussumma korjattiin.", "sv": "Summan rättades.", "en": "A sum was corrected."}


@pytest.fixture
def asked(reference):
    """A closed round that Oulu, Hailuoto and three small municipalities have answered, of the thirty asked."""
    small = Municipality.objects.filter(code__in=["009", "071", "139"])
    return closed_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto, *small])


@pytest.fixture
def published(asked):
    publish_results(asked, by=None)
    return asked


def text_of(response):
    """Return the words of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- Before publication ----------------------------------------------------------------------------------------------


def test_before_publication_nothing_of_a_round_can_be_reached_and_no_other_page_tells_of_it(client, reference):
    others = ["/", "/pohjois-pohjanmaa/", "/pohjois-pohjanmaa/oulu/", "/sitemap.xml"]
    empty = closed_round(reference.pohjois_pohjanmaa, [])
    before = {address: client.get(address).content for address in others}
    empty.responses.all().delete()
    survey_round = Round.objects.get()
    answered = survey_round.responses.create(
        municipality=reference.oulu, started_at="2025-09-02T06:00Z", submitted_at="2025-09-03T06:00Z",
        submitted_post="järjestöyhdyshenkilö",
    )  # fmt: skip
    question = survey_round.questions.for_municipalities().get(indicator__key=KEY)
    answered.answers.create(question=question, state="answered", value={"chosen": ["named"]})
    ReplyComment.objects.create(response=answered, text="Julkinen huomautus", is_public=True)
    stage_results(survey_round)
    assert ResultAnswer.objects.filter(value={"chosen": ["named"]}).exists()
    pages.clear()

    for prefix in ("", "/sv", "/en"):
        for address in RESULT_PAGES:
            assert client.get(f"{prefix}{address}").status_code == 404, address
    for address in others:
        assert client.get(address).content == before[address], address


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1.0", "99999999999999999999", "%00", "١"])
def test_an_edition_that_is_not_published_is_not_found(client, published, number):
    stage_results(published)

    assert client.get(ROUND).status_code == 200
    assert client.get(f"{ROUND}?painos=1").status_code == 200
    for address in (ROUND, f"{ROUND}oulu/", f"{ROUND}kysymys/{KEY}/"):
        assert client.get(f"{address}?painos={number}").status_code == 404


@pytest.mark.parametrize("address", [
    "/keski-suomi/kysely/2025/", "/pohjois-pohjanmaa/kysely/2024/", "/ei-ole/kysely/2025/",
    "/pohjois-pohjanmaa/kysely/99999999999999999999999/", f"{ROUND}jyvaskyla/", f"{ROUND}kysymys/ei-ole/",
    "/keski-suomi/vertaa/", f"{ROUND}kysymys/agents_attitude/", "/keski-suomi/kysely/", f"{ROUND}jyvaskyla/ilta/",
])  # fmt: skip
def test_another_region_year_municipality_and_a_private_question_have_no_page(client, published, address):
    assert client.get(address).status_code == 404


# --- After it --------------------------------------------------------------------------------------------------------


def test_publication_empties_the_kept_pages_and_leads_to_the_results(client, asked):
    for address in ("/pohjois-pohjanmaa/", "/pohjois-pohjanmaa/oulu/", "/sitemap.xml"):
        assert ROUND not in client.get(address).content.decode().replace(f"{ROUND}menetelma/", "")

    publish_results(asked, by=None)

    assert ROUND in client.get("/pohjois-pohjanmaa/").content.decode()
    assert f"{ROUND}oulu/" in client.get("/pohjois-pohjanmaa/oulu/").content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()
    for address in (ROUND, f"{ROUND}oulu/", "/pohjois-pohjanmaa/kysely/", f"{ROUND}oulu/ilta/"):
        assert f"http://testserver{address}</loc>" in sitemap


def test_the_regions_page_tells_in_words_with_counts_and_every_municipality_with_its_state(client, published):
    response = client.get(f"/en{ROUND}")

    text = text_of(response)
    assert "5/30 (17%) municipalities sent in their answers." in text
    rows = response.context["rows"]
    assert len(rows) == 30
    assert sum(row.is_known for row in rows) == 5
    assert text.count("Did not answer") == 25
    for figure in response.context["page"].questions:
        for group in figure.groups:
            assert all(line.words.startswith(f"{line.share.count}/") or not line.share.out_of for line in group.lines)


def test_who_has_no_score_stands_last_in_both_directions(client, published):
    theme = client.get(ROUND).context["page"].themes[0].key
    for order in (theme, f"-{theme}"):
        rows = client.get(f"{ROUND}?jarjestys={order}").context["rows"]
        values = [row.cells[0].value if row.cells else None for row in rows]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=order.startswith("-"))
        assert values[len(known) :] == [None] * (30 - len(known))


def test_the_municipalitys_page_tells_who_says_so_and_opens_to_the_derivation(client, published, reference):
    response = client.get(f"/en{ROUND}oulu/")

    text = text_of(response)
    page = response.context["page"]
    assert "sent in by: järjestöyhdyshenkilö" in text
    for score in page.themes:
        assert f'id="theme-{score.key}"' in response.content.decode()
    assert "posti@example.org" not in text
    assert "Contact details given; they are not shown here" in text or not any(
        each.question.kind == "contact" for each in page.all_answers
    )
    answered = [each for each in page.all_answers if each.is_known]
    assert answered
    assert all("the municipality's own statement" in each.who for each in answered)


def test_files_are_linked_where_they_are_looked_for(client, published):
    def links(address):
        source = client.get(address).content.decode()
        return set(re.findall(r'href="([^"?]+\.(?:pdf|docx|png|svg))\?painos=1"', source))

    of_region = {f"{ROUND}{name}" for name in
                 ("raportti.pdf", "raportti.docx", "tiedote.docx", "kuvio-teemat.png", "kuvio-teemat.svg")}  # fmt: skip
    of_question = {f"{ROUND}kuvio-{KEY}.png", f"{ROUND}kuvio-{KEY}.svg"}
    of_oulu = {f"{ROUND}oulu/lausunto.pdf", f"{ROUND}oulu/tiedote.docx"}
    assert links(f"{ROUND}kysymys/{KEY}/") == of_question
    assert links(f"{ROUND}kysymys/premises_grounds/") == set()  # answered in words
    assert links(ROUND) > of_region | of_question
    assert links(f"{ROUND}oulu/") == of_region | of_oulu
    assert links(f"{ROUND}siikajoki/") == of_region  # did not answer
    assert {client.get(each).status_code for each in of_region | of_question | of_oulu} == {200}
    assert {client.get(each).status_code for each in links(ROUND) if each.endswith(".svg")} == {200}


def test_the_one_reason_for_nobody_comparable_is_told_once(published):
    found = published_municipality("pohjois-pohjanmaa", 2025, "oulu")
    nobody = dict.fromkeys(found.done_by, DoneBy((), False, "Kaikki ovat pienempiä."))
    assert len(nobody) > 1

    same = replace(found, done_by=nobody)
    other = replace(found, done_by=nobody | {next(iter(nobody)): DoneBy((), False, "Kukaan ei tee.")})

    assert (same.why_nobody, other.why_nobody) == ("Kaikki ovat pienempiä.", "")
    shown = [
        render_to_string("public/municipality_missing.html", {"missing": each.missing, "why_nobody": each.why_nobody})
        for each in (same, other)
    ]
    assert [each.count("Kaikki ovat pienempiä.") for each in shown] == [1, len(nobody) - 1]


def test_a_strength_is_told_by_what_the_registry_knows_where_that_counts(published):
    figure = published_municipality("pohjois-pohjanmaa", 2025, "oulu").page.strengths[0]
    assert figure.counted_words == "; ".join(figure.lines)
    figure.answer.by_registry = option = figure.question.options.last().key
    assert figure.counted_words == {each.key: str(each) for each in figure.question.options.all()}[option]


def test_a_municipality_without_answers_is_told_as_such(client, published):
    text = text_of(client.get(f"/en{ROUND}siikajoki/"))

    assert "Siikajoki: did not answer. This is not “no” and not 0" in text
    assert "By theme" not in text


def test_a_correction_stands_in_the_log_and_the_old_edition_says_that_it_was_corrected(client, published):
    old = client.get(f"/en{ROUND}oulu/").context["page"]

    publish_results(published, by=None, corrections=CORRECTION)

    latest = text_of(client.get(f"/en{ROUND}"))
    assert "A sum was corrected." in latest
    assert "It has been corrected on" not in latest
    earlier = client.get(f"/en{ROUND}oulu/?painos=1")
    assert "This is edition 1. It has been corrected on" in text_of(earlier)
    assert [each.printed for each in earlier.context["page"].themes] == [each.printed for each in old.themes]


def test_comments_stand_beside_the_figure_from_the_moment_of_the_decision(client, published, reference):
    response = published.responses.get(municipality=reference.oulu)
    page = f"/en{ROUND}oulu/"
    for text in ("yksityinen huomautus", "julkinen huomautus"):
        assert text not in client.get(page).content.decode()
    question = published.questions.for_municipalities().get(indicator__key=KEY)
    ReplyComment.objects.create(response=response, question=question, text="yksityinen huomautus")
    comment = ReplyComment.objects.create(
        response=response, question=question, text="julkinen huomautus", is_public=True, commented_post="sihteeri"
    )

    source = client.get(page).content.decode()
    assert "julkinen huomautus" in source
    assert "sihteeri" in source
    assert "yksityinen huomautus" not in source
    assert "Under review" not in source
    comment.decision, comment.decided_at = "under_review", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    comment.save()
    assert "Under review" in client.get(page).content.decode()
    assert "Under review" in client.get(f"/en{ROUND}").content.decode()


def test_a_question_tells_who_answered_what_as_a_map_and_an_equal_table(client, published):
    response = client.get(f"{ROUND}kysymys/{KEY}/")

    rows, tiles = response.context["rows"], response.context["map"].tiles
    assert len(rows) == len(tiles) == 30
    assert {tile.words for tile in tiles} == {f"{row.name}: {'; '.join(row.lines)}" for row in rows}
    figure = response.context["figure"]
    assert sum(bool(row.letters) for row in rows) == figure.n.count


def test_a_question_public_as_counts_tells_nobody(client, published):
    key = published.questions.for_municipalities().get(publicity="counts").indicator.key
    response = client.get(f"/en{ROUND}kysymys/{key}/")

    assert response.context["rows"] == []
    assert "who answered what is not told" in text_of(response)


# --- Comparing -------------------------------------------------------------------------------------------------------


def test_comparing_sets_the_chosen_beside_each_other_and_one_beside_its_nearest(client, published):
    both = client.get("/pohjois-pohjanmaa/vertaa/?kunnat=oulu,hailuoto,ei-ole,oulu").context["comparison"]
    assert [each.slug for each in both.chosen] == ["oulu", "hailuoto"]
    form = client.get("/pohjois-pohjanmaa/vertaa/?kunnat=oulu&kunnat=&kunnat=hailuoto").context["comparison"]
    assert [each.slug for each in form.chosen] == ["oulu", "hailuoto"]
    alone = client.get("/pohjois-pohjanmaa/vertaa/?kunnat=hailuoto").context["comparison"]
    # Only Alavieska has at most four times its residents.
    assert [each.slug for each in alone.chosen] == ["hailuoto", "alavieska"]
    assert [each.slug for each in alone.by_default] == ["alavieska"]
    city = client.get("/en/pohjois-pohjanmaa/vertaa/?kunnat=oulu")
    assert city.context["comparison"].nobody_near
    assert "Nobody comparable in the region" in text_of(city)
    five = client.get("/en/pohjois-pohjanmaa/vertaa/?kunnat=oulu,hailuoto,ii,raahe,liminka")
    assert len(five.context["comparison"].chosen) == 4


def test_what_was_asked_for_and_is_not_compared_is_said_without_repeating_the_address(client, published):
    told = "Not everything that was asked for is shown"
    for asked in ("oulu,hailuoto,ii,raahe,liminka", "oulu,soita-050", "soita-050"):
        page = text_of(client.get(f"/en/pohjois-pohjanmaa/vertaa/?kunnat={asked}"))
        assert told in page
        assert "soita-050" not in page
    for asked in ("", "oulu,hailuoto", "oulu,oulu"):
        assert told not in text_of(client.get(f"/en/pohjois-pohjanmaa/vertaa/?kunnat={asked}"))


# --- Every page ------------------------------------------------------------------------------------------------------


def test_every_page_is_the_same_for_everyone_in_its_own_language(client, published, cast):
    for code, prefix in (("fi", ""), ("sv", "/sv"), ("en", "/en")):
        for address in RESULT_PAGES:
            anonymous = client.get(f"{prefix}{address}")
            source = anonymous.content.decode()
            assert f'<html lang="{code}">' in source
            assert not anonymous.cookies
            assert "Cookie" not in anonymous.get("Vary", "")
            for other in ("", "/sv", "/en"):
                assert f'href="{other}{address}"' in source
    client.force_login(cast.kaisa.user, backend="django.contrib.auth.backends.ModelBackend")
    pages.clear()
    assert client.get(ROUND).content == Client().get(ROUND).content


# --- Years -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_years(published, reference):
    """A second published year in which one question of premises does not compare."""
    draft = copy_round(
        published, 2026, opens_on=dt.date(2026, 9, 1), closes_on=dt.date(2026, 9, 30), by=None
    )  # fmt: skip
    question = draft.questions.for_municipalities().get(indicator__key="premises_cost")
    question.wording_fi = "Paljonko tilat maksavat?"
    question.save()
    reason = dict.fromkeys(("fi", "sv", "en"), "Nyt kysytään hintaa.")
    decide_comparability(draft, "premises_cost", "municipality", "changed", reason=reason, by=None)
    Round.objects.filter(pk=draft.pk).update(opened_at="2026-09-01T06:00Z", reply_days=0)
    later = Round.objects.get(pk=draft.pk)
    responses = Response.objects.bulk_create(
        Response(round=later, municipality=each.municipality, started_at=OPENED, submitted_at=timezone.now())
        for each in published.responses.select_related("municipality")
    )
    answer_at_random(later, responses, random.Random(2))
    publish_results(later, by=None)
    return later


def test_a_year_that_does_not_compare_shows_no_difference_and_says_why(client, two_years):
    page = client.get("/en/pohjois-pohjanmaa/kysely/2026/")

    themes = {each.key: each for each in page.context["page"].themes}
    assert themes["tilat"].change is None
    assert "Not compared with 2025: 1 question is new, asked otherwise" in themes["tilat"].why_no_change
    assert themes["yhdyshenkilo"].why_no_change == ""
    figure = client.get("/en/pohjois-pohjanmaa/kysely/2026/kysymys/premises_cost/")
    assert "Nyt kysytään hintaa." in text_of(figure)
    assert not any(line.before for group in figure.context["figure"].groups for line in group.lines)
    oulu = client.get("/en/pohjois-pohjanmaa/kysely/2026/oulu/").context["page"]
    assert next(each for each in oulu.themes if each.key == "tilat").change is None
    cost = next(each for each in oulu.all_answers if each.question.key == "premises_cost")
    assert cost.lines_before == []
    assert "Nyt kysytään hintaa." in cost.why_not_before


def test_a_change_is_the_difference_of_the_printed_scores(client, two_years):
    before = client.get("/en/pohjois-pohjanmaa/kysely/2025/hailuoto/").context["page"]
    after = client.get("/en/pohjois-pohjanmaa/kysely/2026/hailuoto/").context["page"]

    was = {each.subject: each.printed.value for each in before.themes}
    compared = [each for each in after.themes if each.change]
    assert compared
    for each in compared:
        assert each.change.points == each.printed.value - was[each.subject]


def test_years_stand_beside_each_other_with_their_breaks_and_the_figures_published_before(client, two_years):
    response = client.get("/en/pohjois-pohjanmaa/kysely/")

    history, text = response.context["history"], text_of(response)
    assert history.years == [2025, 2026]
    theme = next(each for each in history.themes if each.key == "tilat")
    assert [cell.is_break for cell in theme.cells] == [False, True]
    cost = next(row for _key, _name, rows in history.indicators for row in rows if row.key == "premises_cost")
    assert [cell.is_break for cell in cost.cells] == [False, True]
    assert "Nyt kysytään hintaa." in cost.breaks[0]
    means = {each.key: each.mean.words for each in client.get(f"/en{ROUND}").context["page"].themes}
    assert {each.key: each.cells[0].words for each in history.themes} == means
    assert "Counted elsewhere before this registry" in text


# --- The association evening -----------------------------------------------------------------------------------------


def test_the_evening_sheet_shows_associations_from_five_answers_and_never_live(client, published, reference, cast):
    def answered(place, **counts):
        tally, _new = AssociationTally.objects.get_or_create(round=published, municipality=place)
        tally.counts = {"premises_cost": counts}
        tally.save()

    response = published.responses.get(municipality=reference.oulu)
    cost = published.questions.for_municipalities().get(indicator__key="premises_cost")
    response.answers.filter(question=cost).delete()
    response.answers.create(question=cost, state="answered", value={"chosen": ["free"]})
    publish_results(published, by=None, corrections=CORRECTION)
    answered(reference.oulu, free=2, paid=5)
    answered(reference.hailuoto, free=4)
    assert not any(each.is_shown for each in client.get(f"{ROUND}oulu/ilta/").context["sheet"].sides)

    put_together(published, by=cast.kaisa.user)
    answered(reference.oulu, free=100)

    source = text_of(client.get(f"/en{ROUND}oulu/ilta/"))
    assert "The same as the municipality say 2/7 (29%) of the associations." in source
    assert "5/7 (71%)" in source
    assert "100" not in source.replace("100%", "")
    few = client.get(f"/en{ROUND}hailuoto/ilta/")
    assert not any(each.is_shown for each in few.context["sheet"].sides)
    assert "4/4" not in text_of(few)
    assert "Which one to three things do we develop this year" in source


# --- Speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", RESULT_PAGES)
def test_pages_make_at_most_twelve_queries_and_are_kept(client, published, django_assert_max_num_queries, address):
    with django_assert_max_num_queries(12):
        assert client.get(address).status_code == 200
    with django_assert_max_num_queries(1):
        assert client.get(address).status_code == 200


@pytest.mark.slow
def test_pages_of_308_municipalities_make_no_more_queries_and_are_small(client, db, django_assert_max_num_queries):
    country = factories.RegionFactory(slug="suomi")
    places = Municipality.objects.bulk_create(
        Municipality(
            code=f"{5000 + n}", name=f"Kunta {n}", name_fi=f"Kunta {n}", slug=f"kunta-{n}",
            latitude=60 + n / 40, longitude=25, tile_row=n // 20, tile_col=n % 20,
        )
        for n in range(308)
    )  # fmt: skip
    RegionMembership.objects.bulk_create(RegionMembership(municipality=place, region=country) for place in places)
    Population.objects.bulk_create(
        Population(municipality=place, year=2022, residents=1000 + n, source="test") for n, place in enumerate(places)
    )
    publish_results(closed_round(country, places), by=None)
    for page in ("kysely/", "kysely/2025/", "kysely/2025/kunta-7/", f"kysely/2025/kysymys/{KEY}/",
                 "vertaa/?kunnat=kunta-7", "kysely/2025/kunta-7/ilta/"):  # fmt: skip
        with django_assert_max_num_queries(12):
            response = client.get(f"/suomi/{page}", headers={"accept-encoding": "br"})
        assert response.status_code == 200
        assert len(response.content) < 60_000, page
    assert len(published_municipality("suomi", 2025, "kunta-7").nearest) == 5
