"""What is published of a round as files: each table alone as CSV, all together as XLSX or JSON (docs/open-data.md).

Plain CSV and JSON have the columns' stable keys, what is opened in a spreadsheet program their headings.
"""

import json
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.tables import FORMATS, Column, write_book
from registry.models.site import demo_label
from surveys.document_files import DOCX, PDF, docx_of, pdf_of_document
from surveys.press import published_release
from surveys.report import report_of
from surveys.result_pictures import as_png, as_svg, chart_at
from surveys.result_tables import ANSWERS, TABLES, open_tables

LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
EVERYTHING = "tulokset"
EXCEL = "-excel"
REPORT = "raportti"
RELEASE = "tiedote.docx"
CHART = "kuvio-"


@dataclass(frozen=True)
class OpenFile:
    """A file that anyone may take."""

    name: str
    content_type: str
    content: bytes


def open_file(results, name):
    """Return the OpenFile of an EditionResults by the last word of its address, None where there is no such file.

    `tulokset.xlsx` and `tulokset.json` hold every table, `<table>.csv` and `<table>-excel.csv` one,
    `raportti.docx` and `.pdf` are the region's report, `tiedote.docx` the draft of a press release,
    `kuvio-<teemat or a question's key>.svg` and `.png` a chart. At most eight queries.
    """
    word, _dot, extension = name.rpartition(".")
    if extension == "csv" and word.removesuffix(EXCEL) in TABLES:
        return _one_table(results, word, _file_name(results, name))
    if name == f"{EVERYTHING}.xlsx":
        return OpenFile(_file_name(results, name), FORMATS["xlsx"].content_type, _as_book(results))
    if name == f"{EVERYTHING}.json":
        return OpenFile(_file_name(results, name), "application/json", _as_json(results))
    if name == f"{REPORT}.docx":
        return OpenFile(_file_name(results, name), DOCX, docx_of(report_of(results)))
    if name == f"{REPORT}.pdf":
        return OpenFile(_file_name(results, name), PDF, pdf_of_document(report_of(results)))
    if name == RELEASE:
        return OpenFile(_file_name(results, name), DOCX, docx_of(published_release(results)))
    if word.startswith(CHART) and extension in {"svg", "png"}:
        return _chart(results, word.removeprefix(CHART), extension, _file_name(results, name))
    return None


def _chart(results, key, extension, name):
    chart = chart_at(results, key)
    if chart is None:
        return None
    svg = as_svg(chart)
    if extension == "svg":
        return OpenFile(name, "image/svg+xml", svg.encode())
    return OpenFile(name, "image/png", as_png(svg))


def _one_table(results, word, name):
    (table,) = open_tables(results, [word.removesuffix(EXCEL)])
    kind, columns = FORMATS["csv-fi"], table.columns
    if not word.endswith(EXCEL):
        kind, columns = FORMATS["csv"], [replace(each, label=each.key) for each in columns]
    return OpenFile(name, kind.content_type, b"".join(kind.write(columns, table.rows)))


def _as_book(results):
    tables = open_tables(results)
    sheets = [*((each.name, each.columns, each.rows) for each in tables), _about_sheet(results, tables)]
    return b"".join(write_book(sheets))


def _file_name(results, name):
    edition = results.edition
    return f"{edition.round.region.slug}-kysely-{edition.round.year}-{edition.number}-{name}"


# --- About -----------------------------------------------------------------------------------------------------------


def about(results):
    """Return what stands in each file about itself: {key: (heading, value)}."""
    edition = results.edition
    return {
        "title": (_("Survey"), str(edition.round)),
        "region": (_("Region"), edition.round.region.name),
        "year": (_("Year"), edition.round.year),
        "edition": (_("Edition"), edition.number),
        "published_at": (_("Published"), edition.published_at),
        "correction": (_("What was corrected"), edition.correction or ""),
        "scoring_version": (_("Version of the scoring"), edition.scoring_version),
        "source": (_("Source"), _("The municipalities' own answers to the region's survey.")),
        "licence": (_("Licence"), f"{LICENCE}, {LICENCE_URL}"),
        "notice": (_("Note"), demo_label()),
    }


def _about_sheet(results, tables):
    """Return the sheet that tells what the file is and what its columns mean."""
    columns = [
        Column("table", pgettext("in a document", "Table"), lambda row: row[0]),
        Column("column", _("Column"), lambda row: row[1]),
        Column("key", _("Key"), lambda row: row[2]),
        Column("meaning", _("Meaning"), lambda row: row[3]),
    ]
    rows = [("", heading, key, value) for key, (heading, value) in about(results).items()]
    rows += [(table.name, column.label, column.key, column.meaning) for table in tables for column in table.columns]
    return _("About the data"), columns, rows


def _as_json(results):
    tables = open_tables(results)
    whole = {key: _plain(value) for key, (_heading, value) in about(results).items()}
    whole["dictionary"] = {table.key: {each.key: each.meaning for each in table.columns} for table in tables}
    for table in tables:
        rows = [{column.key: _plain(column.value(row)) for column in table.columns} for row in table.rows]
        if table.word == ANSWERS:  # as it is stored: tables, matrices and texts beside a choice
            rows = [{**told, "value": row[1].answer.value} for told, row in zip(rows, table.rows, strict=True)]
        whole[table.key] = rows
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value):
    """Return a value as JSON takes it: numbers as numbers, days and moments as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
