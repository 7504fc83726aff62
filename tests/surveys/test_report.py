"""The region's report: read from its own XML, as another program would, it has headings, captions and heading rows."""

import io
import json
import zipfile
from xml.etree import ElementTree

import pytest

from registry.models import Municipality
from surveys.models import Answer
from surveys.publishing import publish_results, stage_results
from tests.surveys.published_round import closed_round
from tests.surveys.test_publishing import publish_as

pytestmark = pytest.mark.django_db
HERE = "/pohjois-pohjanmaa/kysely/2025/"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def asked(reference):
    members = Municipality.objects.members_of(reference.pohjois_pohjanmaa, "2025-09-01")
    return closed_round(reference.pohjois_pohjanmaa, members.order_by("code")[:8])


class Read:
    """A report as its XML tells it."""

    def __init__(self, content):
        self.file = zipfile.ZipFile(io.BytesIO(content))
        self.body = ElementTree.fromstring(self.file.read("word/document.xml"))
        self.paragraphs = [(self._style(each), self.text(each)) for each in self.body.iter(f"{W}p")]
        self.tables = [
            [[self.text(cell) for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")]
            for table in self.body.iter(f"{W}tbl")
        ]

    @staticmethod
    def text(node):
        return "".join(each.text or "" for each in node.iter(f"{W}t"))

    @staticmethod
    def _style(paragraph):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return "" if style is None else style.get(f"{W}val")

    def of(self, style):
        return [text for each, text in self.paragraphs if each == style]


def test_the_report_has_real_headings_captions_heading_rows_and_its_language(asked, client):
    stage_results(asked)
    assert client.get(f"{HERE}raportti.docx").status_code == 404
    publish_results(asked, by=None)

    report = Read(client.get(f"/sv{HERE}raportti.docx").content)

    assert report.of("Title") == [f"{asked.title_sv} 2025"]
    assert report.of("Heading1")[:3] == ["Vilka som svarade", "Teman", "Kommuner"]
    assert report.of("Heading2") == [each.theme.name_sv for each in asked.themes.select_related("theme")]
    assert len(report.of("Heading3")) > 30
    captions = report.of("Caption")
    assert [each.split(".")[0] for each in captions] == [f"Tabell {n}" for n in range(1, len(captions) + 1)]
    assert len(captions) == len(report.tables)
    fields = [each.get(f"{W}instr") for each in report.body.iter(f"{W}fldSimple")]
    assert fields == ["SEQ Table \\* ARABIC"] * len(captions)
    for table in report.body.iter(f"{W}tbl"):
        rows = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in table.iter(f"{W}tr")]
        assert rows == [True] + [False] * (len(rows) - 1)
    assert b'w:val="sv-FI"' in report.file.read("word/styles.xml")


def test_the_report_says_what_the_files_say(asked, client):
    publish_results(asked, by=None)

    report = Read(client.get(f"{HERE}raportti.docx").content)
    whole = json.loads(client.get(f"{HERE}tulokset.json").content)

    means, places = report.tables[:2]
    told = {row["name"]: (row["mean"], row["n"]) for row in whole["means"] if row["group"] == "region"}
    assert {row[0]: (float(row[1].replace(",", ".")), int(row[4])) for row in means[1:]} == told
    assert [row[0] for row in places[1:]] == [row["municipality"] for row in whole["municipalities"]]
    assert sum(row[1] == "–" for row in places[1:]) >= 22  # of those that did not answer nothing is known
    by_caption = dict(zip(report.of("Caption"), report.tables, strict=True))
    cost = next(table for caption, table in by_caption.items() if "maksuttomia?" in caption)
    counted = {row["label"]: row["value"] for row in whole["counts"]
               if row["question"] == "premises_cost" and row["what"] == "option"}  # fmt: skip
    assert {row[0]: int(row[1].split("/")[0].split(" ")[0]) for row in cost[1:] if row[0] in counted} == counted


def test_the_report_has_nothing_that_is_not_public(asked, client):
    private = asked.questions.for_municipalities().filter(kind="yes_no", conditions=None).first()
    publish_as("private", private)
    Answer.objects.filter(response__round=asked).update(note="vain koordinaattorille")
    publish_results(asked, by=None)

    text = " ".join(text for _style, text in Read(client.get(f"{HERE}raportti.docx").content).paragraphs)

    assert private.wording not in text
    assert "vain koordinaattorille" not in text
