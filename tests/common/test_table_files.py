"""Tables that people bring: what is read, and what each wrong file is told."""

import datetime as dt
import tracemalloc
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.utils import translation

from common.table_files import read_table
from tests.common import table_worlds as worlds

TEXT = "Koodi;Nimi\n009;Äänekoski\n564;Oulu, Åbo\n"
ROWS = [(2, ("009", "Äänekoski")), (3, ("564", "Oulu, Åbo"))]


def upload(content, name="kunnat.csv"):
    return SimpleUploadedFile(name, content)


def read(content, **kwargs):
    """Return the file and its rows."""
    table = read_table(upload(content), **kwargs)
    return table, list(table.rows)


# --- What is right ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("windows-1252", "windows-1252"),
        ("iso-8859-1", "windows-1252"),
    ],
)
def test_csv_is_read_in_every_encoding_with_every_separator(encoding, found, separator, line_end):
    text = f"Koodi{separator}Nimi{line_end}009{separator}Äänekoski ö å{line_end}564{separator}Oulu"
    content = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)

    table, rows = read(content)

    assert (table.format, table.encoding, table.separator, table.sheet) == ("csv", found, separator, "")
    assert table.headings == ("Koodi", "Nimi")
    assert rows == [(2, ("009", "Äänekoski ö å")), (3, ("564", "Oulu"))]
    assert bool(table.warnings) == (found == "windows-1252")


def test_letters_of_iso_8859_15_are_told_from_those_of_windows_1252():
    text = "Koodi;Nimi\n1;Šalin Ženja 5 €, ääni\n"

    assert [read(text.encode(encoding))[1] for encoding in ("iso-8859-15", "windows-1252")] == [
        [(2, ("1", "Šalin Ženja 5 €, ääni"))]
    ] * 2
    assert read("Koodi;Nimi\n1;1½ tuntia – ”heti”\n".encode("windows-1252"))[1] == [(2, ("1", "1½ tuntia – ”heti”"))]


def test_rows_may_be_read_again_and_at_the_same_time():
    table = read_table(upload(TEXT.encode()))

    assert list(zip(table.rows, table.rows, strict=True)) == [(row, row) for row in ROWS]
    assert list(table.rows) == ROWS


def test_upload_on_disk_and_plain_file_are_read_alike():
    on_disk = TemporaryUploadedFile("kunnat.csv", "text/csv", len(TEXT.encode()), None)
    on_disk.write(TEXT.encode())

    assert list(read_table(on_disk).rows) == ROWS
    assert list(read_table(ContentFile(TEXT.encode())).rows) == ROWS


def test_rows_have_the_numbers_that_a_spreadsheet_shows():
    text = 'sep=;\r\nKoodi;Nimi\r\n\r\n1;"kaksi\r\nriviä"\r\n;\r\n2;Ii\r\n'

    assert read(text.encode())[1] == [(3, ("1", "kaksi\nriviä")), (5, ("2", "Ii"))]


def test_empty_columns_at_the_end_are_left_out_and_headings_tidied():
    table, rows = read(b' Koodi ;"Kunnan\n nimi";;\n1;Ii;;\n2;;;\n3;Oulu\n')

    assert table.headings == ("Koodi", "Kunnan nimi")
    assert rows == [(2, ("1", "Ii")), (3, ("2", "")), (4, ("3", "Oulu"))]


def test_separator_is_the_one_in_whose_columns_the_rows_agree():
    table, rows = read(b"Nimi, virallinen, fi;Koodi\nOulu;564\nIi, kunta;139\n")

    assert (table.separator, rows) == (";", [(2, ("Oulu", "564")), (3, ("Ii, kunta", "139"))])


def test_separator_in_quotes_does_not_count():
    table, rows = read(b'"a;b;c",Nimi\n1,Ii\n')

    assert (table.separator, table.headings, rows) == (",", ("a;b;c", "Nimi"), [(2, ("1", "Ii"))])


def test_defused_cells_are_read_as_they_were():
    assert read(b"Koodi;Nimi\n'=1+1;'hei\n+358 50 000 0001;''-x\n")[1] == [
        (2, ("=1+1", "'hei")),
        (3, ("+358 50 000 0001", "'-x")),
    ]


def test_workbook_gives_text_as_the_sheet_shows_it():
    def shown(book):
        book.active["A2"].number_format = "000"

    rows = [
        ["Koodi", "Nimi", "Päivä", "Hetki", "Kello", "Kesto", "Luku", "On", "Summa"],
        [9, "Äänekoski\nkaupunki", dt.date(2026, 9, 24), dt.datetime(2026, 9, 24, 14, 30)],
        ["009", "Ii", None, None, dt.time(8, 5), dt.timedelta(hours=26, minutes=30), 0.1 + 0.2, True, -12.0],
        [None, " "],
        [1e-7, 12345678901234, None, None, None, None, 1e3, False, 10.5],
    ]

    table, seen = read(worlds.workbook(("Kunnat", rows), change=shown))

    assert (table.format, table.encoding, table.separator, table.sheet, table.warnings) == (
        "xlsx",
        "",
        "",
        "Kunnat",
        (),
    )
    assert table.headings == tuple(rows[0])
    assert seen == [
        (2, ("009", "Äänekoski\nkaupunki", "2026-09-24", "2026-09-24 14:30", "", "", "", "", "")),
        (3, ("009", "Ii", "", "", "08:05", "26:30", "0.3", "1", "-12")),
        (5, ("0.0000001", "12345678901234", "", "", "", "", "1000", "0", "10.5")),
    ]


def test_numbers_of_workbooks_are_given_faithfully():
    """A code that has lost its zero stays 9: whether it should be 009 is for the one to say who knows what it means."""
    assert read(worlds.handmade())[1] == [(2, ("9", "Ii"))]


def test_workbook_that_begins_its_time_in_1904_gives_the_same_days():
    def in_1904(book):
        book.epoch = openpyxl_datetime.CALENDAR_MAC_1904

    from openpyxl.utils import datetime as openpyxl_datetime

    content = worlds.workbook(("A", [["a", "b"], [dt.date(2026, 9, 24), 1]]), change=in_1904)

    assert read(content)[1] == [(2, ("2026-09-24", "1"))]


def test_stored_results_of_formulas_are_read():
    rows = worlds.ROWS.replace("<v>9</v>", "<f>4+5</f><v>9</v>")
    rows += '<row r="3"><c r="A3"><v>1</v></c><c r="B3" t="str"><f>""</f><v></v></c></row>'

    assert read(worlds.handmade(rows))[1] == [(2, ("9", "Ii")), (3, ("1", ""))]


def test_cells_without_places_and_empty_rows_at_the_end_are_read():
    rows = worlds.ROWS.replace(' r="A2"', "").replace(' r="B2"', "").replace(' r="2"', "")
    rows += "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 500))

    assert read(worlds.handmade(rows))[1] == [(2, ("9", "Ii"))]


def test_characters_that_xml_cannot_hold_are_read_as_typed():
    rows = worlds.ROWS.replace("<t>Ii</t>", "<t>a_x000D_\nb _x005F_x0041_</t>")

    assert read(worlds.handmade(rows))[1] == [(2, ("9", "a\nb _x0041_"))]


def test_first_sheet_with_something_on_it_is_read_and_the_rest_named():
    def hide(book):
        book["Salainen"].sheet_state = "hidden"
        book["Kunnat"].row_dimensions[2].hidden = True

    table = [["Koodi", "Nimi"], ["009", "Ii"]]
    content = worlds.workbook(
        ("Salainen", table), ("Tyhjä", []), ("Kunnat", table), ("Muut", [["x", "y"], [1, 2]]), change=hide
    )

    with translation.override("fi"):
        chosen, rows = read(content)
    named, named_rows = read(content, sheet="Muut")
    hidden, _rows = read(content, sheet="Salainen")

    assert (chosen.sheet, rows) == ("Kunnat", [(2, ("009", "Ii"))])
    assert chosen.warnings == (
        "Luettiin taulukkosivu ”Kunnat”. Työkirjassa on muitakin sivuja: Tyhjä, Muut.",
        "Näitä piilotettuja taulukkosivuja ei luettu: Salainen.",
        "Myös taulukkosivun piilotetut rivit ja sarakkeet luettiin.",
    )
    assert (named.sheet, named_rows, hidden.sheet) == ("Muut", [(2, ("1", "2"))], "Salainen")


def test_cells_merged_below_the_data_do_no_harm():
    def merge(book):
        book.active.merge_cells("A9:B9")

    assert read(worlds.workbook(("A", [["a", "b"], [1, 2]]), change=merge))[1] == [(2, ("1", "2"))]


@pytest.mark.parametrize("name", ["kunnat.xlsx", "kunnat.csv", "kunnat", "kunnat.pdf"])
def test_name_of_the_file_decides_nothing(name):
    assert list(read_table(upload(TEXT.encode(), name)).rows) == ROWS
    assert list(read_table(upload(worlds.handmade(), name)).rows) == [(2, ("9", "Ii"))]


def test_digits_that_a_spreadsheet_has_shortened_are_pointed_out():
    with translation.override("fi"):
        table, _rows = read(b"Nimi;Puhelin\nIi;3,58E+11\n")

    assert table.warnings == (
        "Taulukkolaskenta on lyhentänyt rivin 2 kohdan ”Puhelin” (muotoon 3,58E+11): numeroita on kadonnut.",
    )


# --- What is wrong ---------------------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)
HEAD = "Koodi;Nimi\n"


def with_entities():
    nested = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY x0 "lol">{nested}]>'
    return worlds.handmade(worlds.ROWS.replace("Ii", "&x9;"), prolog=prolog)


def with_merged(place):
    return worlds.workbook(("A", [["a", "b"], [1, 2], [3, 4]]), change=lambda book: book.active.merge_cells(place))


def all_hidden():
    def hide(book):
        book["A"].sheet_state = "veryHidden"

    return worlds.workbook(("A", [["a", "b"], [1, 2]]), ("B", []), change=hide)


def without(part):
    parts = worlds.workbook_parts()
    del parts[part]
    return worlds.zipped(parts)


def of_type(kind):
    return worlds.zipped({"[Content_Types].xml": f"<Types>{kind}</Types>"})


WRONG = {
    # Not a table at all, whatever its name says.
    "nothing": (b"", "empty", "Tiedosto on tyhjä. Tallenna taulukko uudelleen"),
    "empty lines": (b"\n\r\n;;\n", "empty", "Tiedosto on tyhjä. Tallenna taulukko uudelleen"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "pdf", "Tiedosto on PDF. Avaa taulukko taulukkolaskennassa ja tallenna"),
    "web page": (b"\xef\xbb\xbf\n<!DOCTYPE html><table>", "html", "Tiedosto on verkkosivu. Avaa se"),
    "table of a web page": (b"<table><tr><td>1", "html", "Tiedosto on verkkosivu. Avaa se"),
    "Excel's XML": (b'<?xml version="1.0"?><Workbook>', "xml", "Tiedosto on XML-tiedosto. Avaa se"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "picture", "Tiedosto on kuva. Valitse itse taulukko"),
    "JPEG": (b"\xff\xd8\xff\xe0", "picture", "Tiedosto on kuva. Valitse itse taulukko"),
    "RTF": (b"{\\rtf1\\ansi", "document", "Tiedosto on tekstiasiakirja. Kopioi taulukko"),
    "DOCX": (of_type("wordprocessingml"), "document", "Tiedosto on tekstiasiakirja. Kopioi taulukko"),
    "DOC": (OLE + "WordDocument".encode("utf-16-le"), "document", "Tiedosto on tekstiasiakirja. Kopioi taulukko"),
    "XLS": (OLE + "Workbook".encode("utf-16-le"), "old_excel", "vanhassa Excel-muodossa (.xls). Avaa se ja tallenna"),
    "XLSB": (of_type("sheet.binary"), "binary_workbook", "binaarinen työkirja (.xlsb). Avaa se ja tallenna"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", "Poista salasana, tallenna työkirja"),
    "ODS": (
        worlds.zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        "ods",
        "OpenDocument-taulukko (.ods). Avaa se ja tallenna",
    ),
    "Numbers": (worlds.zipped({"Index/Document.iwa": "x"}), "numbers", "Vie se Numbersista Excel- tai CSV-muotoon"),
    "ZIP": (worlds.zipped({"kunnat.csv": TEXT}), "archive", "pakattu kansio. Pura se ja valitse"),
    "gzip": (b"\x1f\x8b\x08\x00", "archive", "pakattu kansio. Pura se ja valitse"),
    "binary": (b"abc\x00\x01\x02;", "binary", "Tiedosto ei ole taulukko vaan jotain muuta. Tallenna taulukko"),
    # Letters.
    "Mac Roman": ((HEAD + "1;Jyväskylä").encode("mac_roman"), "encoding", "Tallenna se muotoon ”CSV UTF-8”"),
    "DOS": ((HEAD + "1;Jyväskylä").encode("cp850"), "encoding", "Tallenna se muotoon ”CSV UTF-8”"),
    "UTF-32": ((HEAD + "1;Ii").encode("utf-32"), "encoding", "Tallenna se muotoon ”CSV UTF-8”"),
    "UTF-16 cut off": ((HEAD + "1;Ii").encode("utf-16")[:-1], "encoding", "Tallenna se muotoon ”CSV UTF-8”"),
    "no byte of any encoding": (b"a;b\n1;\x8d\xff", "encoding", "Tallenna se muotoon ”CSV UTF-8”"),
    "misread earlier": (
        (HEAD + "1;JyvÃ¤skylÃ¤").encode(),
        "misread",
        "Rivin 2 kohdasta ”Nimi” ovat kadonneet kirjaimet, kuten ä ja ö. Tallenna taulukko XLSX-muotoon",
    ),
    "letters lost": ((HEAD + "1;Jyv\ufffdskyl\ufffd").encode(), "misread", "Rivin 2 kohdasta ”Nimi”"),
    "control character": ((HEAD + "1;I\x0bi").encode(), "control_character", "Rivin 2 kohdassa ”Nimi” on merkki"),
    # Columns and headings.
    "one column": (b"Nimi\nOulu\n", "one_column", "vain yksi sarake: ”Nimi”. Ensimmäisellä rivillä on oltava otsikot"),
    "separator of its own": (b"sep=#\na#b\n1#2", "separator", "erottimeksi ”#”. Tallenna taulukko puolipisteillä"),
    "only headings": (HEAD.encode(), "no_rows", "vain otsikot. Lisää niiden alle vähintään yksi rivi"),
    "no heading": (b"a;;c\n1;2;3", "empty_heading", "Sarakkeella B ei ole otsikkoa. Kirjoita ensimmäiselle riville"),
    "same headings": (b"Nimi;nimi\n1;2", "duplicate_heading", "otsikko ”Nimi”. Anna jokaiselle sarakkeelle oma"),
    "201 columns": (b";".join(b"%d" % n for n in range(201)) + b"\n", "many_columns", "yli 200 saraketta. Poista"),
    "too many cells": (b"a;b\n1;2\n1;2;3\n", "wide_row", "Rivillä 3 on enemmän soluja kuin otsikoita. Kirjoita"),
    "too few cells": (b"a;b;c\n1;2;3\n\n1;2\n", "short_row", "Rivillä 4 on soluja 2, otsikoita on 3. Täydennä"),
    # Quotes and lengths.
    "open quote": (b'a;b\n1;2\n3;"4\n5;6\n', "unclosed_quote", "Rivillä 3 alkavaa lainausmerkkiä ei suljeta. Sulje"),
    "text after quote": (b'a;b\n1;"2" x\n', "stray_quote", "Rivillä 2 on tekstiä sulkevan lainausmerkin jälkeen. Kirj"),
    "long cell": (b"a;b\n1;" + b"x" * 10_001, "long_cell", "Rivin 2 kohdassa ”b” on yli 10000 merkkiä. Lyhennä"),
    "endless cell": (b'a;b\n1;"' + b"x" * 200_000, "long_cell", "Rivin 2 solussa on yli 10000 merkkiä. Lyhennä"),
    "many rows": (b"a;b\n" + b"1;2\n" * 20_001, "many_rows", "Taulukossa on yli 20000 riviä. Jaa se"),
    # Workbooks.
    "merged in the data": (with_merged("A2:A3"), "merged", "Solut A2:A3 on yhdistetty. Pura yhdistäminen"),
    "merged headings": (with_merged("A1:B1"), "merged", "Solut A1:B1 on yhdistetty. Pura yhdistäminen"),
    "formula without result": (
        worlds.workbook(("A", [["a", "b"], [1, "=A2+1"]])),
        "formula",
        "Solun B2 kaavalla ei ole tulosta tiedostossa. Avaa työkirja taulukkolaskennassa, tallenna se",
    ),
    "error in a cell": (
        worlds.workbook(("A", [["a", "b"], [1, "#REF!"]])),
        "error_cell",
        "Solussa B2 on virhe #REF!. Korjaa tai tyhjennä solu",
    ),
    "not a day": (
        worlds.workbook(
            ("A", [["a", "b"], [1, 99999999]]),
            change=lambda book: setattr(book.active["B2"], "number_format", "d.m.yyyy"),
        ),
        "error_cell",
        "Solussa B2 on virhe #####. Korjaa tai tyhjennä solu",
    ),
    "empty workbook": (worlds.workbook(("A", [])), "empty", "Työkirja on tyhjä. Tallenna taulukko uudelleen"),
    "hidden table": (all_hidden(), "hidden", "Tuo taulukon sisältävä piilotettu sivu näkyviin"),
    "workbook with headings alone": (worlds.workbook(("A", [["a", "b"]])), "no_rows", "Lisää niiden alle vähintään"),
    "cell beside the headings": (
        worlds.workbook(("A", [["a", "b"], [1, 2], [1, 2, None, "huom"]])),
        "wide_row",
        "Rivillä 3 on enemmän soluja kuin otsikoita. Kirjoita",
    ),
    "far cell": (worlds.workbook(("A", [["a"], [None] * 250 + [1]])), "many_columns", "yli 200 saraketta. Poista"),
    "row number twice": (worlds.handmade(worlds.ROWS + '<row r="2"/>'), "damaged", "Työkirja on vioittunut. Avaa"),
    "text that is not there": (
        worlds.handmade(worlds.ROWS.replace("<c r=\"A2\">", '<c r="A2" t="s">')),
        "damaged",
        "Työkirja on vioittunut. Avaa",
    ),
    "nonsense merged": (
        worlds.handmade(after='<mergeCells><mergeCell ref="?"/></mergeCells>'),
        "damaged",
        "Työkirja on vioittunut. Avaa",
    ),
    "cut off": (worlds.handmade()[:-400], "damaged", "Työkirja on vioittunut. Avaa se taulukkolaskennassa"),
    "broken inside": (worlds.handmade("<row"), "damaged", "Työkirja on vioittunut. Avaa se taulukkolaskennassa"),
    "without a sheet": (without("xl/worksheets/sheet1.xml"), "damaged", "Työkirja on vioittunut. Avaa se"),
    "without relations": (without("_rels/.rels"), "damaged", "Työkirja on vioittunut. Avaa se"),
    "nested entities": (with_entities(), "definitions", "määrittelyjä, joita mikään taulukko ei tarvitse. Kopioi"),
    "zip bomb": (worlds.bomb(), "unpacked", "purettuna yli 100 Mt. Kopioi pelkkä taulukko uuteen työkirjaan"),
    "lying zip bomb": (worlds.lying_bomb(), "damaged", "Työkirja on vioittunut. Avaa se"),
    "bzip2 inside": (worlds.zipped(worlds.workbook_parts(), zipfile.ZIP_BZIP2), "damaged", "Työkirja on vioittunut."),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_file_is_told_what_to_do(kind):
    content, code, sentence = WRONG[kind]

    with translation.override("fi"), pytest.raises(ValidationError) as refused:
        read_table(upload(content, "kunnat.xlsx"))

    assert refused.value.code == code
    assert len(refused.value.messages) == 1
    assert sentence in refused.value.messages[0]


def test_unknown_sheet_is_refused_naming_the_others():
    content = worlds.workbook(("Kunnat", [["a", "b"], [1, 2]]), ("Muut", [["a", "b"], [1, 2]]))

    with translation.override("fi"), pytest.raises(ValidationError) as refused:
        read_table(upload(content), sheet="Kuntia")

    assert refused.value.code == "sheet"
    assert refused.value.messages == ["Taulukkosivua ”Kuntia” ei ole. Valitse jokin näistä: Kunnat, Muut."]


def test_far_too_large_file_is_refused_unread():
    file = worlds.FarTooLarge()

    with translation.override("fi"), pytest.raises(ValidationError) as refused:
        read_table(file)

    assert (refused.value.code, file.n_read) == ("too_large", 0)
    assert refused.value.messages == [
        "Tiedoston koko on 100 Mt, ja enintään 20 Mt luetaan. Jaa taulukko pienempiin tiedostoihin."
    ]


@pytest.mark.parametrize(
    "content",
    [
        worlds.bomb(),
        worlds.lying_bomb(),
        with_entities(),
        worlds.handmade(f'<row r="1">{"<c/>" * 2_000_000}</row>'),
        worlds.handmade(before="<x/>" * 300_000),
        worlds.handmade(worlds.ROWS.replace("Ii", "x" * 20_000_000)),
    ],
    ids=["bomb", "lying", "entities", "wide", "junk", "long"],
)
def test_files_made_with_bad_intent_stay_small_in_memory(content):
    tracemalloc.start()
    try:
        table = read_table(upload(content))
        list(table.rows)
    except ValidationError:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 10_000_000


def test_many_rows_are_read_in_little_memory():
    csv = upload(b"Koodi;Nimi;Muu\n" + b"".join(b"%d;nimi %d;x\n" % (n, n) for n in range(20_000)))
    xlsx = upload(worlds.workbook(("A", [["Koodi", "Nimi"], *([n, "Ii"] for n in range(20_000))])))
    tracemalloc.start()

    counts = [sum(1 for _row in read_table(file).rows) for file in (csv, xlsx)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert counts == [20_000, 20_000]
    assert peak < 10_000_000
