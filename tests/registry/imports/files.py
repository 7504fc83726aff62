"""Files for the tests of imports, and what an import says of them."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile

from registry.imports.checking import check_import
from registry.imports.saving import save_import
from registry.imports.staging import choose_columns, start_import
from registry.imports.targets import find_target

SOURCE = "kuntien ilmoitukset"


def csv_file(rows, name="taulukko.csv"):
    """Return an upload with these rows, lists of texts, the headings first."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode("utf-8"))


def read(key, rows, *, region=None, by=None, source=SOURCE):
    """Read a file with these rows into a kind of import, map it by its headings, and check it; return the run."""
    run, _warnings = start_import(csv_file(rows), target=find_target(key), region=region, source=source, by=by)
    return check_import(choose_columns(run, run.columns))


def bring(key, rows, *, region=None, by=None):
    """Read, check and save a file with these rows; return the run."""
    return save_import(read(key, rows, region=region, by=by), by=by)


def verdicts(run):
    """Return {row number: (verdict, messages)} of a checked run."""
    return {row.number: (row.verdict, row.messages) for row in run.rows.all()}


def counts(run):
    """Return the counts of a checked run without those that are nought."""
    return {verdict: n for verdict, n in run.counts.items() if n}
