"""A municipality's statement: one tagged page in the language of its address, once the results are public."""

import io
import json

import pikepdf
import pytest
from django.utils import translation
from pdfua import validate

from registry.models import Municipality
from surveys.models import Answer
from surveys.published import published_municipality
from surveys.publishing import publish_results, stage_results
from surveys.statements import statement_data
from tests.surveys.published_round import closed_round
from tests.surveys.test_copies import structure

pytestmark = pytest.mark.django_db
ADDRESS = "/pohjois-pohjanmaa/kysely/2025/ii/lausunto.pdf"


@pytest.fixture
def asked(reference):
    """A closed round that Ii and three of its size have answered, and Oulu; nothing is published yet."""
    near = Municipality.objects.filter(code__in=["139", "494", "859", "208"])
    return closed_round(reference.pohjois_pohjanmaa, [*near, reference.oulu])


def test_the_statement_is_there_once_results_are_public_for_those_that_answered(asked, client):
    stage_results(asked)
    assert client.get(ADDRESS).status_code == 404

    publish_results(asked, by=None)

    answer = client.get(ADDRESS)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert client.get(ADDRESS.replace("/ii/", "/hailuoto/")).status_code == 404  # did not answer
    assert client.get(f"{ADDRESS}?painos=2").status_code == 404


@pytest.mark.parametrize(("prefix", "language", "title"), [
    ("", "fi", "Ii: kartoituksen tulokset"), ("/sv", "sv", "Ijo: resultat av kartläggningen"),
    ("/en", "en", "Ii: results of the survey"),
])  # fmt: skip
def test_it_is_one_tagged_page_with_its_language_title_headings_and_table(
    asked, client, tmp_path, prefix, language, title
):
    publish_results(asked, by=None)

    path = tmp_path / "lausunto.pdf"
    path.write_bytes(client.get(f"{prefix}{ADDRESS}").content)

    assert validate(path).findings == ()
    told, name, tags = structure(path)
    assert (told, name) == (language, title)
    assert tags["/H1"] == 4
    assert tags["/Table"] == 1
    assert tags["/TH"] == 7
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 1


def test_it_stays_on_one_page_with_long_words_and_says_what_its_page_says(asked, client):
    long_words = "Kunta järjestää yhdistyksille säännöllisesti tapaamisia. " * 30
    texts = asked.questions.for_municipalities().filter(kind="long_text")
    Answer.objects.filter(question__in=texts, state="answered").update(value={"text": long_words})
    publish_results(asked, by=None, corrections=None)
    publish_results(asked, by=None, corrections={"fi": "Korjattu sana. " * 25})

    with pikepdf.open(io.BytesIO(client.get(ADDRESS).content)) as pdf:
        assert len(pdf.pages) == 1
    published = published_municipality("pohjois-pohjanmaa", 2025, "ii")
    data = statement_data(published, "https://example.org/")
    assert [row[:2] for row in data["scores"]] == [[each.name, each.printed.words] for each in published.page.themes]
    assert [row[4] for row in data["scores"]] == [
        f"{each.region_mean.words} (n = {each.region_mean.n})" for each in published.page.themes
    ]
    missing = data["lists"][2]["lines"]
    assert missing[0].startswith(published.page.missing[0].wording)
    names = [each.name for each in published.missing[0][1].neighbours]
    assert all(name in missing[0] for name in names[:3])
    assert "Korjattu sana." in data["foot"][0]


def test_it_tells_what_changed_since_the_year_before_and_no_names_of_people(asked, reference, cast):
    earlier = closed_round(reference.pohjois_pohjanmaa, [Municipality.objects.get(code="139")], year=2024, seed=3)
    publish_results(earlier, by=None)
    publish_results(asked, by=None)

    with translation.override("en"):
        data = statement_data(published_municipality("pohjois-pohjanmaa", 2025, "ii"), "https://example.org/")

    assert data["headings"][-1] == "Since 2024"
    # The two rounds were not made from one another: nothing is compared.
    assert {row[-1] for row in data["scores"]} == {"–"}
    assert data["lists"][0] == {
        "heading": "What changed", "lines": [], "empty": "No answer that can be compared has changed since 2024.",
    }  # fmt: skip
    assert cast.leena.family_name not in json.dumps(data, ensure_ascii=False)
