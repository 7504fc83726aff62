"""What is published is there as files, every table once, and nothing that is not published is in them."""

import csv
import io
import json
import re
from collections import Counter

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from openpyxl import load_workbook

from registry.models import Municipality
from surveys.models import Answer, ReplyComment, ResultAnswer, ResultScore
from surveys.published import published_edition
from surveys.publishing import publish_results, stage_results
from surveys.result_files import open_file
from surveys.result_tables import TABLES, open_tables
from tests.surveys.published_round import closed_round
from tests.surveys.test_publishing import publish_as

pytestmark = pytest.mark.django_db
HERE = "/pohjois-pohjanmaa/kysely/2025/"
NAMES = ["tulokset.xlsx", "tulokset.json", *(f"{word}{end}.csv" for word in TABLES for end in ("", "-excel"))]


@pytest.fixture
def asked(reference):
    """A closed round that Oulu, Hailuoto and Haapajärvi have answered; nothing is published yet."""
    haapajarvi = Municipality.objects.get(code="069")
    return closed_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto, haapajarvi])


def written(name):
    """Return a file of the round as bytes."""
    return open_file(published_edition("pohjois-pohjanmaa", 2025), name).content


def lines(name):
    """Return the rows of a plain CSV file."""
    return list(csv.DictReader(io.StringIO(written(name).decode())))


def test_no_file_is_there_before_publication(asked, client):
    stage_results(asked)
    assert {client.get(f"{HERE}{name}").status_code for name in NAMES} == {404}

    publish_results(asked, by=None)

    assert {client.get(f"{HERE}{name}").status_code for name in NAMES} == {200}
    for name in ("muu.csv", "tulokset-excel.xlsx", "tulokset.pdf", "tulokset.csv?painos=2", "tulokset.csv?painos=x"):
        assert client.get(f"{HERE}{name}").status_code == 404
    assert client.get("/keski-suomi/kysely/2025/tulokset.csv").status_code == 404


def test_a_file_is_kept_and_made_anew_by_publication_with_the_earlier_edition_at_its_address(asked, reference, client):
    publish_results(asked, by=None)
    address = f"{HERE}tulokset.csv"
    first = client.get(address).content
    Answer.objects.filter(response__municipality=reference.oulu).update(state="do_not_know", value=None)
    assert client.get(address).content == first

    publish_results(asked, by=None, corrections={"fi": "Korjattu."})

    second = client.get(address)
    assert second.content != first
    assert second["Content-Disposition"] == (
        'attachment; filename="pohjois-pohjanmaa-kysely-2025-2-tulokset.csv"'
    )  # fmt: skip
    assert client.get(f"{address}?painos=1").content == first
    assert json.loads(client.get(f"{HERE}tulokset.json").content)["correction"] == "Korjattu."


def test_the_tables_hold_every_published_row_and_all_states_apart(asked, reference):
    edition = publish_results(asked, by=None)

    answers = lines("tulokset.csv")
    published = ResultAnswer.objects.of_edition(edition)
    assert Counter((row["code"], row["question"], row["state"], row["outcome"]) for row in answers) == Counter(
        published.values_list("result__municipality__code", "question__indicator__key", "state", "outcome")
    )
    assert {row["state"] for row in answers} == {
        "answered", "do_not_know", "not_obtained", "not_applicable", "unanswered",
    }  # fmt: skip
    assert {row["answer"] for row in answers if row["state"] == "do_not_know"} == {"En osaa sanoa"}
    scores = lines("pisteet.csv")
    assert len(scores) == ResultScore.objects.of_edition(edition).count()
    oulu = {row["key"]: row["score"] for row in scores if (row["code"], row["kind"]) == ("564", "theme")}
    assert oulu == {
        key: "" if value is None else str(value)
        for key, value in ResultScore.objects.filter(result__municipality=reference.oulu)
        .exclude(round_theme=None).values_list("round_theme__theme__key", "value")
    }  # fmt: skip
    places = lines("kunnat.csv")
    assert Counter(row["state"] for row in places) == {"answered": 3, "missing": 27}
    assert "009" in {row["code"] for row in places}


def test_finnish_csv_has_its_quirks_and_the_plain_one_none(asked):
    publish_results(asked, by=None)
    plain, excel = written("pisteet.csv"), written("pisteet-excel.csv")

    assert excel.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(excel.decode("utf-8-sig")), delimiter=";")
    assert heading[:2] == ["Numerotunnus", "Kunta"]
    decimals = [row[5] for row in rows if row[5]]
    assert decimals
    assert all("." not in each for each in decimals)
    assert any("," in each for each in decimals)
    assert "Haapajärvi" in {row[1] for row in rows}

    assert plain.startswith(b"code,municipality,")
    told = list(csv.DictReader(io.StringIO(plain.decode())))
    assert [each["score"].replace(".", ",") for each in told if each["score"]] == decimals
    assert "Haapajärvi" in {each["municipality"] for each in told}
    assert b";" not in plain.split(b"\n")[0]


def test_the_spreadsheet_and_json_hold_the_tables_with_a_dictionary_and_the_licence(asked):
    publish_results(asked, by=None)
    tables = open_tables(published_edition("pohjois-pohjanmaa", 2025))

    book = load_workbook(io.BytesIO(written("tulokset.xlsx")))
    whole = json.loads(written("tulokset.json"))

    assert book.sheetnames == [*(each.name for each in tables), "Tietoja aineistosta"]
    for table in tables:
        sheet = book[table.name]
        assert [cell.value for cell in sheet[1]] == [column.label for column in table.columns]
        assert sheet.max_row == len(table.rows) + 1 == len(whole[table.key]) + 1
        assert list(whole["dictionary"][table.key]) == [column.key for column in table.columns]
        assert all(whole["dictionary"][table.key].values())
        assert whole[table.key][0].keys() >= whole["dictionary"][table.key].keys()
    about = {row[2]: row[3] for row in book["Tietoja aineistosta"].iter_rows(values_only=True)}
    assert about["licence"] == whole["licence"] == "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
    assert isinstance(next(row["score"] for row in whole["scores"] if row["score"]), float | int)


def test_what_is_not_public_and_what_would_compute_is_not_in_the_files(asked, reference):
    private, counted, shown = asked.questions.for_municipalities().filter(kind="yes_no", conditions=None)[:3]
    for question, publicity in ((private, "private"), (counted, "counts")):
        publish_as(publicity, question)
    words = asked.questions.for_municipalities().filter(kind="long_text", conditions=None).first()
    Answer.objects.filter(question__in=[words, shown]).delete()
    response = asked.responses.get(municipality=reference.oulu)
    Answer.objects.create(
        response=response, question=words, state="answered", value={"text": "=1+1"}, note="vain koordinaattorille"
    )
    for values in (
        {"text": "julkinen kommentti", "is_public": True},
        {"text": "salainen epäily", "decision": "under_review"},
        {"text": "salainen kommentti"},
    ):
        decided = {"decision": "kept", "decided_at": "2025-11-01T10:00Z"} | values
        ReplyComment.objects.create(response=response, question=shown, **decided)
    publish_results(asked, by=None)

    (oulu,) = [row for row in lines("tulokset.csv") if (row["code"], row["question"]) == ("564", shown.key)]
    assert (oulu["comment"], oulu["is_under_review"]) == ("julkinen kommentti", "1")
    keys = {row["question"] for row in lines("tulokset.csv")}
    assert shown.key in keys
    assert not keys & {private.key, counted.key}
    assert private.key not in {row["question"] for row in lines("jakaumat.csv")}
    (formula,) = [row["answer"] for row in lines("tulokset.csv") if row["answer"].endswith("=1+1")]
    assert formula != "=1+1"
    everything = b"".join(written(name) for name in NAMES if not name.endswith("xlsx"))
    for secret in ("vain koordinaattorille", "salainen"):
        assert secret.encode() not in everything


def test_files_take_as_many_queries_whatever_the_number_of_municipalities(asked, django_assert_num_queries):
    publish_results(asked, by=None)
    results = published_edition("pohjois-pohjanmaa", 2025)
    n_queries = {"tulokset.xlsx": 6, "tulokset.json": 6, "tulokset.csv": 4, "kunnat.csv": 2}
    for name, n in n_queries.items():
        with django_assert_num_queries(n):
            open_file(results, name)
    nine = Municipality.objects.members_of(asked.region, asked.opens_on)[:9]
    publish_results(closed_round(asked.region, nine, year=2024), by=None)
    results = published_edition("pohjois-pohjanmaa", 2024)
    with django_assert_num_queries(6):
        open_file(results, "tulokset.xlsx")


def test_files_speak_the_language_of_their_address(asked, client):
    publish_results(asked, by=None)

    answers = {language: client.get(f"{prefix}{HERE}kunnat-excel.csv").content.decode("utf-8-sig")
               for language, prefix in (("fi", ""), ("sv", "/sv"), ("en", "/en"))}  # fmt: skip

    assert "Uleåborg" in answers["sv"]
    assert "did not answer" in answers["en"]
    assert (
        client.get(f"/sv{HERE}kunnat.csv").content.decode().splitlines()[0]
        == (client.get(f"{HERE}kunnat.csv").content.decode().splitlines()[0])
    )
    assert translation.get_language() == "fi"


def test_every_file_that_a_page_offers_is_there(asked, client):
    edition = publish_results(asked, by=None)
    context = {"edition": edition, "region": asked.region, "survey_round": asked}

    addresses = re.findall(r'href="(/[^"]+)"', render_to_string("includes/results_downloads.html", context))

    assert {address.split("?")[0].removeprefix(HERE) for address in addresses} == {
        *NAMES, "raportti.docx", "raportti.pdf", "tiedote.docx", "kuvio-teemat.png", "kuvio-teemat.svg",
    }  # fmt: skip
    assert {client.get(address).status_code for address in addresses} == {200}
    assert {address.split("?")[1] for address in addresses} == {"painos=1"}
