"""Tables taken out: the whole contents of each format, and that they come back as they went."""

import datetime as dt
import io
from decimal import Decimal
from operator import itemgetter

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.formulas import as_written, defused
from common.table_files import read_table
from common.tables import FORMATS, Column, ascii_name, write_csv, write_finnish_csv, write_xlsx

MOMENT = dt.datetime(2026, 1, 2, 12, 5, tzinfo=dt.UTC)
ROW = {
    "code": "009",
    "name": 'Äänekoski; "uusi", vanha\nkunta',
    "day": dt.date(2020, 9, 24),
    "moment": MOMENT,
    "number": Decimal("3.50"),
    "count": -12,
    "on": True,
    "nothing": None,
}
COLUMNS = [Column(key, f"Otsikko {key}", itemgetter(key)) for key in ROW]
HEADINGS = [column.label for column in COLUMNS]


def column_of(*values):
    """Return two columns, the second with these values, and the rows."""
    return [Column("n", "nro", itemgetter(0)), Column("v", "arvo", itemgetter(1))], list(enumerate(values, start=1))


def sheet_of(content):
    return openpyxl.load_workbook(io.BytesIO(b"".join(content))).active


def test_csv_is_plain():
    assert b"".join(write_csv(COLUMNS, [ROW])).decode() == (
        ",".join(HEADINGS) + '\r\n009,"Äänekoski; ""uusi"", vanha\nkunta",2020-09-24,2026-01-02 14:05,3.50,-12,1,\r\n'
    )


def test_finnish_csv_is_as_a_finnish_excel_opens_it():
    assert b"".join(write_finnish_csv(COLUMNS, [ROW])).decode() == (
        "\ufeff" + ";".join(HEADINGS) + "\r\n"
        '009;"Äänekoski; ""uusi"", vanha\nkunta";24.9.2020;2.1.2026 14.05;3,50;-12;kyllä;\r\n'
    )


def test_xlsx_has_real_days_and_numbers_and_a_heading_row_that_stays():
    sheet = sheet_of(write_xlsx(COLUMNS, [ROW], title="Kunnat: [2026]"))

    assert [[cell.value for cell in row] for row in sheet.rows] == [
        HEADINGS,
        ["009", ROW["name"], dt.datetime(2020, 9, 24), dt.datetime(2026, 1, 2, 14, 5), 3.5, -12, True, None],
    ]
    assert [cell.number_format for cell in sheet[2]][2:4] == ["d.m.yyyy", "d.m.yyyy h:mm"]
    assert {cell.font.bold for cell in sheet[1]} == {True}
    assert (sheet.freeze_panes, sheet.title) == ("A2", "Kunnat   2026")
    assert [sheet.column_dimensions[letter].width for letter in "AB"] == [14, 32]


def test_csv_is_written_piece_by_piece():
    taken = []
    pieces = write_csv(COLUMNS[:1], (taken.append(n) or ROW for n in range(1000)))

    next(pieces)

    assert len(taken) < 200


FORMULAS = [
    "=1+1", "=HYPERLINK(\"http://example.org\")", "+1+1", "-2+3", "@SUM(1)", "  =1+1", "\t=1", "\n=1", "\u00a0=1",
    "＝1", "+358-50-1", "-", "- luettelo", "+358 50 =1",
]  # fmt: skip
HARMLESS = ["+358 50 000 0001", "+358500000001", "-5", "+3,5", "-0.25", "a=b", "hei@example.org", "1+1", "'hei", ""]


@pytest.mark.parametrize("write", [write_csv, write_finnish_csv])
def test_formulas_of_csv_begin_with_an_apostrophe(write):
    columns, rows = column_of(*FORMULAS)
    table = read_table(SimpleUploadedFile("x.csv", b"".join(write(columns, rows))))
    separator = table.separator.encode()

    content = b"".join(write(columns, rows)).replace(b'"', b"")
    assert content.count(separator + b"'") == len(FORMULAS)
    assert [cells[1] for _number, cells in table.rows] == FORMULAS


def test_formulas_of_xlsx_are_texts_that_stay_texts():
    columns, rows = column_of(*FORMULAS, "#N/A", "+358 50 000 0001")
    cells = [row[1] for row in list(sheet_of(write_xlsx(columns, rows)).rows)[1:]]

    assert [cell.value for cell in cells] == [*FORMULAS, "#N/A", "+358 50 000 0001"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True] * len(FORMULAS) + [False, False]


def test_numbers_and_phone_numbers_are_left_as_they_are():
    assert [defused(text) for text in HARMLESS] == HARMLESS
    columns, rows = column_of(-5, Decimal("-3.5"), -0.25, "+358 50 000 0001")

    assert b"".join(write_csv(columns, rows)).decode().splitlines()[1:] == [
        "1,-5",
        "2,-3.5",
        "3,-0.25",
        "4,+358 50 000 0001",
    ]


def test_headings_are_defused_too():
    columns = [Column("a", "=1", itemgetter(0)), Column("b", "b", itemgetter(0))]

    assert b"".join(write_csv(columns, [])) == b"'=1,b\r\n"


def test_long_numbers_keep_their_digits_in_xlsx():
    columns, rows = column_of(12345678901234567890, 123456789012345, float("nan"), dt.date(1890, 1, 2), dt.time(8, 5))

    assert [row[1].value for row in sheet_of(write_xlsx(columns, rows)).rows][1:] == [
        "12345678901234567890", 123456789012345, None, "2.1.1890", dt.time(8, 5),
    ]  # fmt: skip


def test_names_of_files_are_ascii():
    assert [ascii_name(text) for text in ("Järjestöyhdyshenkilöt", "  ", "Å/Ä Ö: «ž»", "日本")] == [
        "jarjestoyhdyshenkilot", "table", "a-a-o-z", "table",
    ]  # fmt: skip


CELLS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cs", "Cn", "Co", "Cc"],
        # Signs of a wrong encoding are refused (tests/common/test_table_files.py).
        exclude_characters="Ã\ufffd",
        include_characters="\t\n=+-@' ;,\"_x0aÄ",
    ),
    max_size=30,
)


@pytest.mark.parametrize("file_format", FORMATS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 10**15 - 1), CELLS, CELLS, st.dates(dt.date(1900, 3, 1)), st.decimals(-999, 999, places=2)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_is_read_back(file_format, rows):
    columns = [Column(str(number), f"Sarake {number}", itemgetter(number)) for number in range(5)]
    content = b"".join(FORMATS[file_format].write(columns, rows))

    table = read_table(SimpleUploadedFile("x", content))

    def number(value):
        if file_format == "xlsx":
            return format(value.normalize(), "f") if value else "0"
        return format(value, "f").replace(".", "," if file_format == "csv-fi" else ".")

    def day(value):
        return f"{value.day}.{value.month}.{value.year}" if file_format == "csv-fi" else value.isoformat()

    assert table.headings == tuple(column.label for column in columns)
    assert list(table.rows) == [
        (row_number, (str(row[0]), row[1], row[2], day(row[3]), number(row[4])))
        for row_number, row in enumerate(rows, start=2)
    ]


@given(CELLS)
def test_defusing_is_undone_exactly(text):
    assert as_written(defused(text)) == text
