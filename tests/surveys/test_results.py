"""What is published is read as it was published, and nothing that is not public is read at all."""

from decimal import Decimal

import pytest

from registry.models import Municipality
from surveys.models import ReplyComment
from surveys.published import published_edition, published_municipality
from surveys.publishing import preview_of, publish_results, stage_results
from surveys.result_page import municipality_page
from surveys.results import mean_of, results_of
from tests.surveys.published_round import closed_round

pytestmark = pytest.mark.django_db
REGION = "pohjois-pohjanmaa"


@pytest.fixture
def places(reference):
    """Five municipalities of Pohjois-Pohjanmaa: Oulu, Hailuoto, and three small ones."""
    small = Municipality.objects.filter(code__in=["009", "071", "139"])
    return [reference.oulu, reference.hailuoto, *small]


@pytest.fixture
def asked(reference, places):
    return closed_round(reference.pohjois_pohjanmaa, places)


def test_a_staged_edition_is_not_read(asked):
    stage_results(asked)

    assert results_of(REGION) is None
    assert published_edition(REGION, 2025) is None
    assert published_municipality(REGION, 2025, "oulu") is None


def test_the_preview_and_the_edition_make_the_same_page(asked, reference):
    previewed = municipality_page(preview_of(asked.responses.get(municipality=reference.oulu)))
    publish_results(asked, by=None)

    page = published_municipality(REGION, 2025, "oulu").page

    def told(page):
        return [
            page.name, page.state_words, page.n_known,
            [(each.subject, each.name, each.printed.words, each.printed.coverage, each.printed.points,
              [(a.wording, a.points_words, a.maximum_words) for a in each.answers])
             for each in (*page.themes, *page.criteria)],
            [(a.wording, a.lines, a.who, a.outcome_words, a.has_most, a.has_less) for a in page.all_answers],
        ]  # fmt: skip

    assert told(page) == told(previewed)
    assert all(each.region_mean is None for each in previewed.themes)


def test_a_mean_is_over_those_with_a_score_and_a_group_under_three_is_not_compared(asked):
    publish_results(asked, by=None)

    results = published_edition(REGION, 2025)
    subject = ("theme", results.themes[0].theme.key)
    values = [value for each in results.answered if (value := each.value(subject)) is not None]
    page = published_municipality(REGION, 2025, "oulu").page

    mean = mean_of(results.standings, subject)
    assert mean.n == len(values) >= 3
    assert abs(mean.value - sum(values) / len(values)) <= Decimal("0.05")
    assert page.themes[0].region_mean == mean
    assert page.themes[0].size_mean.value is None  # nobody else has as many residents as Oulu
    assert mean_of(results.answered[:2], subject).value is None


def test_pages_of_results_are_read_in_few_queries(asked, django_assert_max_num_queries):
    publish_results(asked, by=None)

    with django_assert_max_num_queries(11):
        published_municipality(REGION, 2025, "oulu")
    with django_assert_max_num_queries(7):
        published_edition(REGION, 2025)


def test_comments_stand_beside_only_where_they_may(asked, reference):
    response = asked.responses.get(municipality=reference.oulu)
    question = asked.questions.for_municipalities().first()
    for text, values in [
        ("julkinen", {"is_public": True}),
        ("yksityinen", {}),
        ("peruttu", {"is_public": True, "withdrawn_at": "2025-11-01T10:00Z"}),
        ("selvitetään", {"decision": "under_review", "decided_at": "2025-11-01T10:00Z"}),
    ]:
        ReplyComment.objects.create(response=response, question=question, text=text, commented_post="sihteeri",
                                    **{"decision": "kept", "decided_at": "2025-11-01T10:00Z"} | values)  # fmt: skip
    publish_results(asked, by=None)

    page = published_municipality(REGION, 2025, "oulu").page

    told = {(each.text, each.is_under_review) for answer in page.all_answers for each in answer.said}
    assert told == {("julkinen", False), ("", True)}
    assert page.is_under_review


def test_another_region_and_year_have_nothing(asked):
    publish_results(asked, by=None)

    assert published_municipality("keski-suomi", 2025, "oulu") is None
    assert published_municipality(REGION, 2024, "oulu") is None
    assert published_municipality(REGION, 2025, "jyvaskyla") is None
    assert published_edition(REGION, 2025, 2) is None
