"""What published rounds tell together, and what is taken from them elsewhere: exact, and nothing that is not public."""

import datetime as dt
import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.partial_dates import PartialDate, Precision
from public.caching import pages
from registry.figures import Share
from registry.models import Appointment, Municipality, Population, RegionMembership
from surveys.default_questionnaire import FILE as QUESTIONNAIRE
from surveys.models import Answer, Indicator, ReplyComment, ResultAnswer
from surveys.publishing import publish_results, stage_results
from surveys.result_stories import _is_sure
from surveys.used_elsewhere import FILE as USED_ELSEWHERE
from surveys.used_elsewhere import grants_key
from tests import factories
from tests.surveys.small_round import small_round

pytestmark = pytest.mark.django_db
REGION = "/pohjois-pohjanmaa/kysely/"
STORIES, GRANTS = f"{REGION}havainnot/", f"{REGION}avustukset/"
REPORT = f"{REGION}2025/oulu/hyvinvointikertomus/"
PAGES = [STORIES, GRANTS, f"{GRANTS}oulu/", REPORT, f"{REPORT[:-1]}.txt"]
CORRECTION = dict.fromkeys(("fi", "sv", "en"), "Korjaus.")


@pytest.fixture
def places(reference):
    """Five municipalities that answer, by name: Alavieska, Hailuoto, Ii, Liminka, Oulu."""
    return list(Municipality.objects.filter(code__in=["009", "072", "139", "425", "564"]).order_by("name"))


@pytest.fixture
def years(reference, places):
    """Three years, the latest not published; all say “no”, in 2025 three of four that named a liaison in 2024 “yes”."""
    return three_years(reference, places)


def three_years(reference, places, verdicts=("same", "same"), **more):
    """Return the rounds of 2023, 2024 and 2025 of the fixture `years`, with these verdicts on the later ones."""
    rounds = []
    for year, verdict in zip((2023, 2024, 2025), ("", *verdicts), strict=True):
        like = rounds[-1] if rounds else None
        more |= {"verdict": verdict, "chosen": "no"}
        rounds.append(small_round(reference.pohjois_pohjanmaa, places, year=year, like=like, **more))
        if year < 2025:
            publish_results(rounds[-1], by=None)
    Indicator.objects.filter(key="avustukset").update(key="grants_total_eur")
    answer(rounds[-1], ["009", "072", "139"], "maksuttomuus", {"chosen": ["yes"]})
    starts = [
        PartialDate.of(2024), PartialDate.of(2024, Precision.AUTUMN), PartialDate.day(dt.date(2024, 2, 1)),
        PartialDate.day(dt.date(2024, 12, 31)), PartialDate.day(dt.date(2010, 1, 1)),
    ]  # fmt: skip
    for place, start in zip(places, starts, strict=True):
        Appointment.objects.filter(municipality=place).delete()
        Appointment.objects.create(municipality=place, kind="liaison", start=start)
    return rounds


def answer(survey_round, codes, key, value):
    """Let these municipalities have answered a question so, before publication."""
    rows = Answer.objects.filter(response__round=survey_round, response__municipality__code__in=codes)
    rows.filter(question__indicator__key=key).update(value=value)


def text_of(response):
    """Return the words of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_nothing_that_is_not_published_reaches_a_page_and_no_edition_that_was_corrected(client, years):
    latest = years[-1]
    stage_results(latest)  # the rows of 2025 are there, and not public
    assert ResultAnswer.objects.filter(result__edition__round=latest).exists()
    for address in (STORIES, GRANTS, f"{GRANTS}oulu/"):
        page = client.get(f"/en{address}")
        assert page.status_code == 200
        assert "2025" not in re.sub(r"<footer.*", "", text_of(page)), address
    assert client.get(REPORT).status_code == client.get(f"{REPORT[:-1]}.txt").status_code == 404

    publish_results(latest, by=None)
    assert client.get(STORIES).context["stories"].climbers[0].rows
    # Corrected: nobody has risen. The first edition is read at its own address alone.
    answer(latest, ["009", "072", "139"], "maksuttomuus", {"chosen": ["no"]})
    Answer.objects.filter(response__round=latest).update(version=2)
    answer(latest, ["564"], "grants_total_eur", {"number": "777777"})
    publish_results(latest, by=None, corrections=CORRECTION)

    assert client.get(STORIES).context["stories"].climbers[0].rows == ()
    _year, paid = client.get(f"{GRANTS}oulu/").context["grants"].rows[0]
    assert paid.euros == 777777
    assert "there is a later one" in client.get(f"/en{REPORT}?painos=1").context["text"]
    assert "there is a later one" not in client.get(f"/en{REPORT}").context["text"]


def test_private_answers_and_other_regions_stay_out(client, years, reference):
    publish_results(years[-1], by=None)
    for address in PAGES:
        assert "Vain koordinaattorille" not in client.get(address).content.decode(), address
    for address in ("/keski-suomi/kysely/havainnot/", "/keski-suomi/kysely/avustukset/", f"{GRANTS}jyvaskyla/",
                    f"{REGION}2025/siikajoki/hyvinvointikertomus/", f"{REPORT}?painos=9"):  # fmt: skip
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("address", PAGES)
def test_pages_read_what_is_published_and_neither_live_answers_nor_anything_of_associations(client, years, address):
    publish_results(years[-1], by=None)

    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200

    read = {table for query in made for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert "surveys_resultedition" in read
    assert not [table for table in read if table == "surveys_answer" or table.startswith("surveys_association")]


# --- Before and after naming -----------------------------------------------------------------------------------------


def test_scores_are_aligned_at_the_year_of_naming_with_counts_and_groups_under_three_are_not_shown(client, years):
    publish_results(years[-1], by=None)

    page = client.get(f"/en{STORIES}")
    (naming,) = page.context["stories"].namings
    # Four were named in 2024, known to a year, a season or a day; Oulu in 2010 is beyond reach.
    assert [(step.mark, len(step.scores), step.mean) for step in naming.steps] == [
        ("−2", 0, None), ("−1", 4, Decimal("25.0")), ("0", 4, Decimal("25.0")), ("+1", 4, Decimal("81.3")),
        ("+2", 0, None),
    ]  # fmt: skip
    assert naming.words == (
        "4 municipalities have a score both before and after the naming: their mean was 25 before and 81.3 after; "
        "3 up, 1 as before, 0 down."
    )
    text = text_of(page)
    assert naming.words in text
    assert "This does not tell that the naming is the cause." in text
    assert page.content.decode().count('class="dot"') == 3
    Appointment.objects.filter(municipality__code__in=["009", "072"]).delete()
    pages.clear()
    (few,) = client.get(STORIES).context["stories"].namings
    assert not any(step.scores for step in few.steps)
    assert not few.is_told


def test_a_naming_to_come_is_none_and_years_that_do_not_compare_are_left_out(client, reference, places):
    years = three_years(reference, places, verdicts=("changed", "same"))
    Appointment.objects.filter(municipality__code="425").update(start_first="2999-01-01", start_last="2999-01-01")
    publish_results(years[-1], by=None)

    (naming,) = client.get(STORIES).context["stories"].namings

    assert naming.years == (2024, 2025)
    assert [len(step.scores) for step in naming.steps] == [0, 0, 3, 3, 0]
    assert naming.left_out.startswith("2024: ")
    assert naming.pairs == ()


# --- Climbers, the stuck and the unchanged ---------------------------------------------------------------------------


def test_climbers_are_those_that_rose_ties_together_and_never_those_that_fell(client, years):
    answer(years[-1], ["425"], "maksuttomuus", {"chosen": ["yes"]})
    publish_results(years[-1], by=None)

    page = client.get(f"/en{STORIES}")
    (climbers,) = page.context["stories"].climbers
    assert [(row.name, row.change.signed) for row in climbers.rows] == [
        ("Alavieska", "+75"), ("Hailuoto", "+75"), ("Ii", "+75"), ("Liminka", "+75"),
    ]  # fmt: skip
    assert climbers.n == 5
    assert "Oulu" not in text_of(page).split("Who has climbed")[-1].split("Where most are stuck")[0]


def test_a_score_does_not_climb_because_less_is_known_or_where_years_do_not_compare(client, reference, places):
    assert _is_sure(Share(3, 4), Share(3, 4))
    assert not _is_sure(Share(2, 4), Share(3, 4))
    assert not _is_sure(Share(1, 4), Share(1, 4))
    assert not _is_sure(Share(0, 0), Share(3, 4))
    publish_results(three_years(reference, places, verdicts=("same", "changed"))[-1], by=None)

    stories = client.get(f"/en{STORIES}").context["stories"]

    assert stories.climbers[0].rows == ()
    assert "Not compared with 2024" in stories.climbers[0].why_none
    assert [(each.year, each.share.out_of) for each in stories.unchanged] == [(2025, 0), (2024, 10)]


def test_the_stuck_are_told_two_rounds_running_and_the_unchanged_with_counts(client, reference, places):
    years = three_years(reference, places, least=0)
    Answer.objects.filter(response__round=years[-1], question__indicator__key="maksuttomuus").update(is_unchanged=True)
    publish_results(years[-1], by=None)

    page = client.get(f"/en{STORIES}")

    (stuck,) = page.context["stories"].stuck
    assert (stuck.words, stuck.before_words, stuck.best_words) == ("2/5 (40%)", "5/5 (100%)", "3/5 (60%)")
    assert f"{REGION}2025/kysymys/maksuttomuus/" in page.content.decode()
    assert [(each.year, each.words) for each in page.context["stories"].unchanged] == [
        (2025, "5/10 (50%)"), (2024, "0/10 (0%)"),
    ]  # fmt: skip


# --- Grants ----------------------------------------------------------------------------------------------------------


def test_grants_per_resident_are_told_with_their_definition_and_never_across_definitions(client, years, places):
    Population.objects.filter(municipality__in=places).delete()
    Population.objects.bulk_create(
        Population(municipality=place, year=2022, residents=1000 * n, source="test")
        for n, place in enumerate(places, start=1)
    )
    latest = years[-1]
    answer(latest, [place.code for place in places], "grants_total_eur", {"number": "5000"})
    answer(latest, ["564"], "grants_total_eur", {"number": "12345.67"})
    publish_results(latest, by=None)

    grants = client.get(f"/en{GRANTS}").context["grants"]
    oulu = client.get(f"/en{GRANTS}oulu/")

    # 5000 × 4 + 12345.67 euros of 15 000 residents.
    assert grants.latest.together == Decimal("2.16")
    assert [each.per_resident for each in grants.latest.paid] == [
        Decimal("5.00"), Decimal("2.50"), Decimal("1.67"), Decimal("1.25"), Decimal("2.47"),
    ]  # fmt: skip
    text = text_of(oulu)
    assert "12,345.67 € / 5,000 residents on 31 December 2022" in text.replace("\xa0", ",")
    # Published in 2017 by another definition: beside, under its source, and in no difference.
    assert "26.47" not in " ".join(oulu.context["grants"].words)
    for each in grants.published:
        assert each.source


# --- The wellbeing report --------------------------------------------------------------------------------------------


def test_the_text_for_the_wellbeing_report_tells_what_is_in_place_changed_and_next_with_its_source(client, years):
    answer(years[-1], ["564"], "maksuttomuus", {"chosen": ["yes"]})
    publish_results(years[-1], by=None)
    oulu = client.get(f"/en{REPORT}")
    text, hailuoto = oulu.context["text"], client.get(f"/en{REPORT.replace('oulu', 'liminka')}").context["text"]

    assert text.startswith("Cooperation with associations: Oulu, 2025\n")
    name = Indicator.objects.get(key="maksuttomuus").name_fi
    assert f"What is in place\n- {name}: Yes\n" in text
    assert f"What has changed since 2024\n- {name}: before “No”, now “Yes”\n" in text
    assert "What comes next\nNothing is missing." in text
    assert f"What comes next\n- {name}: now “No”; all the points: “Yes”" in hailuoto
    assert "Source\nKartoitus" in text
    assert "Edition 1, published on" in text
    assert f"/en{REGION}2025/oulu/" in text
    file = client.get(f"/en{REPORT[:-1]}.txt")
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    assert file.content.decode() == text
    assert f"/en{REPORT}" in client.get(f"/en{REGION}2025/oulu/").content.decode()


def test_what_is_under_review_says_so_in_the_text_and_beside_the_sum(client, years, reference):
    publish_results(years[-1], by=None)
    question = years[-1].questions.get(indicator__key="maksuttomuus")
    response = years[-1].responses.get(municipality=reference.oulu)
    ReplyComment.objects.create(
        response=response, question=question, text="Väärin.", decision="under_review", decided_at="2026-01-01T10:00Z"
    )

    assert "Under review" not in client.get(f"/en{GRANTS}oulu/").content.decode()
    comment = ReplyComment.objects.get()
    comment.pk, comment.question = None, years[-1].questions.get(indicator__key="grants_total_eur")
    comment.save()

    assert "Under review" in client.get(f"/en{GRANTS}oulu/").content.decode()
    assert "Under review" not in client.get(f"/en{GRANTS}hailuoto/").content.decode()
    text = client.get(f"/en{REPORT}").context["text"]
    assert "(under review)" in text
    assert "Väärin." not in text


# --- National indicators ---------------------------------------------------------------------------------------------


def test_every_national_item_is_told_in_three_languages_of_indicators_that_the_questionnaire_has():
    known = set(re.findall(r'"key": "(\w+)"', QUESTIONNAIRE.read_text(encoding="utf-8")))
    items = json.loads(USED_ELSEWHERE.read_text(encoding="utf-8"))["national"]

    assert [each["key"] for each in items] == ["liaison", "meetings", "premises", "grants"]
    assert grants_key() in known
    for each in items:
        assert set(each["indicators"]) <= known
        for part in ("name", "ours", "difference"):
            assert set(each[part]) == {"fi", "sv", "en"}
            assert all(each[part].values())


def test_a_question_on_the_subject_of_a_national_item_states_the_difference(client, years):
    publish_results(years[-1], by=None)

    page = text_of(client.get(f"/en{REGION}2025/kysymys/grants_total_eur/"))
    other = text_of(client.get(f"/en{REGION}2025/kysymys/maksuttomuus/"))

    assert "Sums are not carried over as they are." in page
    assert "check them from TEAviisari itself" in page
    assert "TEAviisari" not in other
    assert "Sums are not carried over as they are." in text_of(client.get(f"/en{REGION}2025/menetelma/"))


# --- Speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_pages_make_at_most_twelve_queries_and_are_kept(
    client, years, django_assert_max_num_queries, address
):  # fmt: skip
    publish_results(years[-1], by=None)
    with django_assert_max_num_queries(12):
        assert client.get(address).status_code == 200
    with django_assert_max_num_queries(1):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", [STORIES, GRANTS, f"{GRANTS}oulu/"])
def test_pages_over_the_years_make_as_many_queries_for_one_as_for_three(client, reference, places, address):
    def n_queries():
        pages.clear()
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        return len(made)

    first = small_round(reference.pohjois_pohjanmaa, places, year=2022)
    publish_results(first, by=None)
    Indicator.objects.filter(key="avustukset").update(key="grants_total_eur")
    one = n_queries()
    Indicator.objects.filter(key="grants_total_eur").update(key="avustukset")
    for year in (2023, 2024):
        first = small_round(reference.pohjois_pohjanmaa, places, year=year, like=first)
        publish_results(first, by=None)
    Indicator.objects.filter(key="avustukset").update(key="grants_total_eur")

    assert n_queries() == one


@pytest.mark.slow
def test_ten_years_of_308_municipalities_make_no_more_queries_and_are_small(client, db, django_assert_max_num_queries):
    country = factories.RegionFactory(slug="suomi")
    places = Municipality.objects.bulk_create(
        Municipality(code=f"{5000 + n}", name=f"Kunta {n}", name_fi=f"Kunta {n}", slug=f"kunta-{n}") for n in range(308)
    )
    RegionMembership.objects.bulk_create(RegionMembership(municipality=place, region=country) for place in places)
    Population.objects.bulk_create(
        Population(municipality=place, year=2010, residents=1000 + n, source="test") for n, place in enumerate(places)
    )
    for n, place in enumerate(places):
        Appointment.objects.create(municipality=place, kind="liaison", start=PartialDate.of(2014 + n % 10))
    before = None
    for year in range(2014, 2024):
        before = small_round(country, places, year=year, like=before)
        answer(before, [place.code for place in places[year % 7 :: 3]], "maksuttomuus", {"chosen": ["no"]})
        publish_results(before, by=None)
    Indicator.objects.filter(key="avustukset").update(key="grants_total_eur")

    for page in ("havainnot/", "avustukset/", "avustukset/kunta-7/", "2023/kunta-7/hyvinvointikertomus/"):
        with django_assert_max_num_queries(12):
            response = client.get(f"/suomi/kysely/{page}", headers={"accept-encoding": "br"})
        assert response.status_code == 200
        assert len(response.content) < 60_000, page
    (naming,) = client.get("/en/suomi/kysely/havainnot/").context["stories"].namings
    assert all(len(step.scores) > 200 for step in naming.steps)
