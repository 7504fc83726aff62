"""Loads a file of municipalities through the import's own functions; prints seconds and megabytes as JSON."""

import csv
import io
import json
import resource
import time

from django.core.files.uploadedfile import SimpleUploadedFile

from registry.imports.checking import check_import
from registry.imports.saving import save_import, undo_import
from registry.imports.staging import choose_columns, start_import
from registry.imports.targets import find_target
from registry.models import Municipality, Region


def main(arguments):
    """Load a file of so many rows, read it again, undo, and print the figures."""
    n_rows = int(arguments[0])
    Region.objects.create(code="90", name_fi="Suurmaakunta", slug="suurmaakunta")
    figures = {}
    upload = SimpleUploadedFile("kunnat.csv", _file(n_rows))

    def timed(name, step, *arguments, **more):
        began = time.perf_counter()
        result = step(*arguments, **more)
        figures[name] = time.perf_counter() - began
        return result

    def read():
        target = find_target("municipalities")
        return start_import(upload, target=target, region=None, source="mittaus", by=None)[0]

    run = timed("read", read)
    run = choose_columns(run, run.columns)
    run = timed("check", check_import, run)
    run = timed("save", save_import, run, by=None)
    figures["created"] = Municipality.objects.count()
    again = timed("read_again", read)
    again = timed("check_again", check_import, choose_columns(again, again.columns))
    figures["unchanged"] = again.counts["unchanged"]
    figures["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    timed("undo", undo_import, run, by=None)
    figures["left"] = Municipality.objects.count()
    figures["megabytes_with_undo"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["in_all"] = sum(figures[name] for name in ("read", "check", "save"))
    print(json.dumps(figures))


def _file(n_rows):
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";")
    lines.writerow("koodi nimi namn kieli verkkosivut leveysaste pituusaste maakuntakoodi jäsenyyden-alku".split())
    for n in range(n_rows):
        name = f"Mittala {n:05}"
        lines.writerow([
            f"{100_000 + n}", name, f"Mätby {n:05}", "fi", f"https://example.org/{n}", f"{60 + n % 1000 / 100:.3f}",
            f"{20 + n % 1100 / 100:.3f}", "90", "1.1.2027",
        ])  # fmt: skip
    return text.getvalue().encode()
