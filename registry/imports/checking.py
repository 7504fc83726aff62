"""What saving an import would do, row by row: asked before anything is saved, and once more when it is."""

from collections import Counter

from django.db import connection, transaction

from registry.imports.rows import Check
from registry.imports.staging import ROWS_AT_ONCE, lock_open
from registry.imports.targets import find_target
from registry.models import ImportRow, ImportRun


def check_import(run):
    """Decide about every row of the file and keep the verdicts for the preview; return the run.

    Nothing of the registry changes. Rows are written in short transactions, so that
    nobody waits. Raises ValidationError (code "saved") when the run is no longer open.
    """
    with transaction.atomic():
        run = lock_open(run)
        run.state = ImportRun.State.READ
        run.save()
    counts = Counter()
    for rows in planned(run):
        store_verdicts(run, rows)
        counts.update(row.verdict.value for row in rows)
    return finish_check(run, counts)


def finish_check(run, counts):
    """Write the counts of a check that has gone through all rows."""
    with transaction.atomic():
        run = lock_open(run)
        run.counts = {verdict: counts[verdict] for verdict in ("created", "changed", "unchanged", "refused")}
        run.state = ImportRun.State.CHECKED
        run.save()
    return run


def planned(run):
    """Yield the rows of the file chunk by chunk, as lists of Rows decided upon."""
    check = Check(run, find_target(run.target))
    check.find_twins((number, cells) for chunk in _chunks(run) for number, cells in chunk)
    for chunk in _chunks(run):
        yield check.plan(chunk)


def _chunks(run):
    """Yield [(number, cells)] of the run's rows, some at a time, each in a query of its own."""
    last = 0
    rows = run.rows.order_by("number").values_list("number", "cells")
    while some := list(rows.filter(number__gt=last)[:ROWS_AT_ONCE]):
        yield some
        last = some[-1][0]


def store_verdicts(run, rows):
    """Keep what was decided about these Rows, in one short transaction."""
    quote = connection.ops.quote_name
    meta = ImportRow._meta
    names = ("verdict", "messages", "differences")
    fields = [meta.get_field(name) for name in names]
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(meta.db_table)} SET {sets} WHERE run_id = %s AND number = %s"  # noqa: S608
    values = [
        (
            *(
                field.get_db_prep_save(value, connection)
                for field, value in zip(
                    fields, (row.verdict.value, row.reasons or row.notes, row.differences), strict=True
                )
            ),
            run.pk,
            row.number,
        )
        for row in rows
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, values)


def preview_outcomes(run):
    """Return {row number: outcome} as the preview told it, to compare with Row.outcome."""
    rows = run.rows.values_list("number", "verdict", "differences")
    refused = ImportRow.Verdict.REFUSED
    return {n: (verdict, [] if verdict == refused else differences) for n, verdict, differences in rows}
