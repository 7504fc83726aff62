"""Reads whose SQL the ORM writes once: later calls cost what the database and the rows cost (docs/adr/0010)."""

import datetime as dt
import inspect
import re
from copy import copy
from functools import update_wrapper
from types import SimpleNamespace

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Expression

from common.names import language_suffix

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FIELDS = {
    int: models.BigIntegerField(),
    str: models.CharField(),
    dt.date: models.DateField(),
    dt.datetime: models.DateTimeField(),
}


class Given(Expression):
    """The place in a query of a value that each call gives."""

    def __init__(self, name, output_field):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        """Return a place for the value, and itself in the place of the value."""
        return "%s", [self]

    def prepared(self, values, connection):
        """Return the value of this call as the database takes it."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Prepared:
    """A read that is built once for each language and database.

    Made by decorating a function that returns a queryset; its parameters are
    annotated with `int`, `str`, `datetime.date` or `datetime.datetime` and reach it as expressions. A call
    takes the values in the same order and returns the queryset's rows in a list, in
    one query. What is kept is the text of the query, never a row.
    """

    def __init__(self, build):
        update_wrapper(self, build)
        self._build = build
        parameters = inspect.signature(build).parameters.values()
        self._given = {each.name: Given(each.name, _FIELDS[each.annotation]) for each in parameters}
        self._statements = {}

    def __call__(self, *values):
        connection = connections[DEFAULT_DB_ALIAS]
        key = connection.vendor, language_suffix()
        if key not in self._statements:
            self._statements[key] = _Statement(self._build(**self._given), connection)
        return self._statements[key].rows(dict(zip(self._given, values, strict=True)), connection)


class _Statement:
    """A queryset with its SQL."""

    def __init__(self, queryset, connection):
        self._rows_of = queryset._iterable_class
        self._compiler = queryset.query.get_compiler(connection=connection)
        self._sql, self._params = self._compiler.as_sql()
        if any(_DAY.match(str(param)) for param in self._params if not isinstance(param, Given)):
            # Somewhere in it “today” was asked, and today would stay the day on which the process was started.
            raise ValueError("A day is fixed in a prepared read. Let it take the day as a value.")
        converters = self._compiler.get_converters([column for column, _sql, _alias in self._compiler.select])
        self._compiler.get_converters = lambda _columns: converters

    def rows(self, values, connection):
        """Return the rows for these values, made by Django's own iterable from a compiler that knows its SQL."""
        params = [param.prepared(values, connection) if isinstance(param, Given) else param for param in self._params]
        compiler = copy(self._compiler)
        compiler.connection, compiler.as_sql = connection, lambda: (self._sql, params)
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        return list(self._rows_of(SimpleNamespace(db=connection.alias, query=query, _known_related_objects={})))
