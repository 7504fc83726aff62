"""The region's report as DOCX, read from its own XML as another program would, and the same as a tagged PDF."""

import io
import json
import zipfile
from xml.etree import ElementTree

import docx
import pikepdf
import pytest
from pdfua import validate
from PIL import Image

from registry.models import Municipality
from surveys.models import Answer, Indicator, QuestionResult
from surveys.publishing import publish_results, stage_results
from tests.surveys.published_round import closed_round
from tests.surveys.test_copies import structure
from tests.surveys.test_publishing import publish_as

pytestmark = pytest.mark.django_db
HERE = "/pohjois-pohjanmaa/kysely/2025/"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
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

    def text_of_header(self):
        """Return what stands on top of each page."""
        return self.text(ElementTree.fromstring(self.file.read("word/header1.xml")))

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
    captions = [each for each in report.of("Caption") if each.startswith("Tabell")]
    assert [each.split(".")[0] for each in captions] == [f"Tabell {n}" for n in range(1, len(captions) + 1)]
    assert len(captions) == len(report.tables)
    fields = [each.get(f"{W}instr") for each in report.body.iter(f"{W}fldSimple")]
    assert fields.count("SEQ Table \\* ARABIC") == len(captions)
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
    captions = [each for each in report.of("Caption") if each.startswith("Taulukko")]
    name = str(Indicator.objects.get(key="premises_cost"))
    cost = dict(zip((each.split(". ", 1)[1] for each in captions), report.tables, strict=True))[name]
    counted = {row["label"]: row["value"] for row in whole["counts"]
               if row["question"] == "premises_cost" and row["what"] == "option"}  # fmt: skip
    assert {row[0]: int(row[1].split("/")[0].split(" ")[0]) for row in cost[1:] if row[0] in counted} == counted


def test_charts_stand_in_the_report_with_captions_and_what_they_show_in_words(asked, client):
    edition = publish_results(asked, by=None)

    report = Read(client.get(f"{HERE}raportti.docx").content)

    captions = [each for each in report.of("Caption") if each.startswith("Kuvio")]
    described = [each.get("descr") for each in report.body.iter(f"{WP}docPr")]
    files = [each for each in report.file.namelist() if each.startswith("word/media/")]
    counted = [each for each in QuestionResult.objects.filter(edition=edition) if each.counts.get("chosen")]
    assert len(captions) == len(described) == len(counted) + 1
    assert "(n = " in described[0]
    row = next(each for each in counted if each.question.key == "premises_cost")
    (words,) = [
        text for text, caption in zip(described, captions, strict=True) if str(row.question.indicator) in caption
    ]
    for option in row.question.options.all():
        assert f"{option}: {row.counts['chosen'][option.key]}/{row.n_answered}" in words
    picture = Image.open(io.BytesIO(report.file.read(files[0])))
    assert len(picture.convert("RGB").getcolors(100_000)) > 5  # something is drawn
    opened = docx.Document(io.BytesIO(client.get(f"{HERE}raportti.docx").content))
    assert len(opened.inline_shapes) == len(captions)


@pytest.mark.parametrize(("prefix", "language"), [("", "fi"), ("/sv", "sv"), ("/en", "en")])
def test_the_same_report_is_a_tagged_pdf(asked, client, tmp_path, prefix, language):
    stage_results(asked)
    assert client.get(f"{HERE}raportti.pdf").status_code == 404
    publish_results(asked, by=None)

    path = tmp_path / "raportti.pdf"
    path.write_bytes(client.get(f"{prefix}{HERE}raportti.pdf").content)
    report = Read(client.get(f"{prefix}{HERE}raportti.docx").content)

    assert validate(path).findings == ()
    told, title, tags = structure(path)
    assert (told, title) == (language, report.of("Title")[0])
    # One description, two files: the same headings, tables and pictures; the contents have a heading of their own.
    assert tags["/H1"] == len(report.of("Heading1")) + 1
    assert (tags["/H2"], tags["/H3"]) == (len(report.of("Heading2")), len(report.of("Heading3")))
    assert tags["/Table"] == len(report.tables)
    assert tags["/TH"] == sum(len(table[0]) for table in report.tables)
    assert tags["/Caption"] == len(report.of("Caption"))
    assert alternatives(path) == [each.get("descr") for each in report.body.iter(f"{WP}docPr")]


def alternatives(path):
    """Return the alternative texts of a PDF's figures, in order."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for each in node:
                walk(each)
        elif isinstance(node, pikepdf.Dictionary):
            if node.get("/S") == "/Figure" and "/Alt" in node:
                found.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    with pikepdf.open(path) as pdf:
        walk(pdf.Root.StructTreeRoot["/K"])
    return found


def test_the_report_has_nothing_that_is_not_public(asked, client):
    private = asked.questions.for_municipalities().filter(kind="yes_no", conditions=None).first()
    publish_as("private", private)
    Answer.objects.filter(response__round=asked).update(note="vain koordinaattorille")
    publish_results(asked, by=None)

    text = " ".join(text for _style, text in Read(client.get(f"{HERE}raportti.docx").content).paragraphs)

    assert private.wording not in text
    assert "vain koordinaattorille" not in text
