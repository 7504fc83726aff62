"""Small words that the tests of the registry share."""

import datetime as dt
import json

from django.apps import apps
from django.db import connection

from common.partial_dates import PartialDate


def day(text):
    """Return the PartialDate of a day such as 2026-06-30."""
    return PartialDate.day(dt.date.fromisoformat(text))


def date(text):
    """Return the PartialDate written in `text`, of any precision."""
    return PartialDate.parse(text)


def codes(refused):
    """Return the codes of a caught ValidationError, of its fields and constraints too."""
    error = refused.value
    lists = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    return sorted(one.code for errors in lists for one in errors)


def month_ends(first, last):
    """Return the last days of the months from `first` year to `last` year."""
    days = [dt.date(year, month, 1) for year in range(first, last + 2) for month in range(1, 13)]
    return [a_day - dt.timedelta(days=1) for a_day in days if first <= (a_day - dt.timedelta(days=1)).year <= last]


def everything_stored():
    """Return {"table.column": text of all its values} of every table in the database."""
    stored = {}
    for model in apps.get_models(include_auto_created=True):
        columns = [field.column for field in model._meta.concrete_fields]
        quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
        with connection.cursor() as cursor:
            table, key = (connection.ops.quote_name(name) for name in (model._meta.db_table, model._meta.pk.column))
            # PostgreSQL gives rows that were written anew in another order.
            cursor.execute(f"SELECT {quoted} FROM {table} ORDER BY {key}")  # noqa: S608
            rows = cursor.fetchall()
        for position, column in enumerate(columns):
            values = [str(row[position]) for row in rows if row[position] is not None]
            stored[f"{model._meta.db_table}.{column}"] = "\n".join(values)
    return stored


def where_stored(text):
    """Return the columns ("table.column") in which `text` occurs, as such or escaped in JSON, in any letter case."""
    wanted = {text.casefold(), json.dumps(text)[1:-1].casefold()}
    return sorted(
        column for column, values in everything_stored().items() if any(want in values.casefold() for want in wanted)
    )
