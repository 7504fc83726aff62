"""Dates known to a day, a month, a season or a year: how they are read, written and kept whole."""

import datetime as dt
from itertools import pairwise

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from common.partial_dates import PartialDate, PartialDateFormField, PartialDateModelForm, Precision
from registry.models import Agent, Appointment
from tests.factories import AgentFactory, AppointmentFactory

D = dt.date


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("24.9.2020", D(2020, 9, 24), D(2020, 9, 24), "day"),
        ("04.09.2020", D(2020, 9, 4), D(2020, 9, 4), "day"),
        ("2020-09-24", D(2020, 9, 24), D(2020, 9, 24), "day"),
        ("24 Sep 2020", D(2020, 9, 24), D(2020, 9, 24), "day"),
        ("1 may 2021", D(2021, 5, 1), D(2021, 5, 1), "day"),
        ("24 September 2020", D(2020, 9, 24), D(2020, 9, 24), "day"),
        ("29.2.2020", D(2020, 2, 29), D(2020, 2, 29), "day"),
        ("9/2020", D(2020, 9, 1), D(2020, 9, 30), "month"),
        ("09/2020", D(2020, 9, 1), D(2020, 9, 30), "month"),
        ("9.2020", D(2020, 9, 1), D(2020, 9, 30), "month"),
        ("2020-02", D(2020, 2, 1), D(2020, 2, 29), "month"),
        ("kevät 2020", D(2020, 1, 1), D(2020, 5, 31), "spring"),
        ("vår 2020", D(2020, 1, 1), D(2020, 5, 31), "spring"),
        ("våren 2020", D(2020, 1, 1), D(2020, 5, 31), "spring"),
        ("Spring 2020", D(2020, 1, 1), D(2020, 5, 31), "spring"),
        ("kesä 2020", D(2020, 6, 1), D(2020, 8, 31), "summer"),
        ("sommar 2020", D(2020, 6, 1), D(2020, 8, 31), "summer"),
        ("sommaren 2020", D(2020, 6, 1), D(2020, 8, 31), "summer"),
        ("summer 2020", D(2020, 6, 1), D(2020, 8, 31), "summer"),
        ("SYKSY 2020", D(2020, 9, 1), D(2020, 12, 31), "autumn"),
        ("höst 2020", D(2020, 9, 1), D(2020, 12, 31), "autumn"),
        ("hösten 2020", D(2020, 9, 1), D(2020, 12, 31), "autumn"),
        ("autumn 2020", D(2020, 9, 1), D(2020, 12, 31), "autumn"),
        ("2020", D(2020, 1, 1), D(2020, 12, 31), "year"),
        ("  syksy\u00a0  2020 ", D(2020, 9, 1), D(2020, 12, 31), "autumn"),
        ("1900", D(1900, 1, 1), D(1900, 12, 31), "year"),
        ("2200", D(2200, 1, 1), D(2200, 12, 31), "year"),
    ],
)
def test_parse_reads_what_people_write(text, first, last, precision):
    assert PartialDate.parse(text) == PartialDate(first, last, precision)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "31.2.2020", "29.2.2021", "32.1.2020", "0.1.2020", "1.13.2020", "13/2020", "0/2020", "2020-13",
        "2020-02-30", "2020-00", "31 Feb 2020", "1 se 2020", "1 syys 2020", "24.9.", "24.9.20", "9/20", "20", "20200",
        "1.1.0001", "0001", "0000", "1899", "2201", "31.12.1899", "1.1.2201", "winter 2020", "talvi 2020",
        "syksy", "2020 syksy", "syksy2020", "24.9.2020 14.30", "24.9.2020\x00", "\x00", "2020🙂", "🙂", "🙂 2020",
        "-2020", "2019–2020", "n. 2020", "None", "24/9/2020", "1e3", "' OR 1=1 --", "9" * 5000,
    ],
)  # fmt: skip
def test_parse_refuses_everything_else(text):
    with pytest.raises(ValidationError) as refused:
        PartialDate.parse(text)

    assert refused.value.code == "invalid"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(
    "date",
    [
        PartialDate.day(D(2020, 9, 24)),
        *[PartialDate.day(D(2021, month, 3)) for month in range(1, 13)],
        *[PartialDate.of(2020, Precision.MONTH, month) for month in (1, 2, 12)],
        PartialDate.of(2020, Precision.SPRING),
        PartialDate.of(2020, Precision.SUMMER),
        PartialDate.of(2020, Precision.AUTUMN),
        PartialDate.of(2020),
    ],
    ids=repr,
)
def test_a_date_is_read_back_as_it_is_shown_in_each_language(date, language):
    with translation.override(language):
        assert PartialDate.parse(str(date)) == date


def test_a_date_is_shown_as_it_is_written_in_finland():
    with translation.override("fi"):
        shown = [str(PartialDate.parse(text)) for text in ("2020-09-04", "2020-09", "2020")]

    assert shown == ["4.9.2020", "9/2020", "2020"]


def test_precisions_are_the_six_that_people_use():
    assert Precision.values == ["day", "month", "spring", "summer", "autumn", "year"]


def test_seasons_divide_the_year_without_gaps():
    seasons = [PartialDate.of(2021, season) for season in (Precision.SPRING, Precision.SUMMER, Precision.AUTUMN)]
    year = PartialDate.of(2021)

    assert (seasons[0].first, seasons[-1].last) == (year.first, year.last)
    assert [later.first - earlier.last for earlier, later in pairwise(seasons)] == [dt.timedelta(days=1)] * 2


def test_attribute_reads_and_writes_three_columns():
    appointment = Appointment(start=PartialDate.of(2020, Precision.AUTUMN))

    assert (appointment.start_first, appointment.start_last, appointment.start_precision) == (
        D(2020, 9, 1), D(2020, 12, 31), "autumn",
    )  # fmt: skip
    assert (appointment.start, appointment.end) == (PartialDate.of(2020, Precision.AUTUMN), None)
    appointment.start = None
    assert (appointment.start_first, appointment.start_last, appointment.start_precision) == (None, None, "")


def test_a_date_survives_the_database(db):
    for text in ("24.9.2020", "9/2020", "kevät 2020", "kesä 2020", "syksy 2020", "2020"):
        date = PartialDate.parse(text)

        assert Appointment.objects.get(pk=AppointmentFactory(start=date, end=date).pk).end == date


BROKEN = {
    "last day before the first": {"first": D(2020, 2, 1), "last": D(2020, 1, 1), "precision": "month"},
    "a day of two days": {"first": D(2020, 1, 1), "last": D(2020, 1, 2), "precision": "day"},
    "no precision": {"first": D(2020, 1, 1), "last": D(2020, 1, 1), "precision": ""},
    "precision without days": {"first": None, "last": None, "precision": "year"},
    "no first day": {"first": None, "last": D(2020, 12, 31), "precision": "year"},
    "no last day": {"first": D(2020, 1, 1), "last": None, "precision": "year"},
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize(
    ("factory", "prefix"),
    [(AppointmentFactory, "start"), (AppointmentFactory, "end"), (AgentFactory, "trained"), (AgentFactory, "active")],
)
def test_the_database_itself_refuses_a_broken_date(db, factory, prefix, case):
    row = factory(start=PartialDate.day(D(2019, 1, 1)))
    columns = {f"{prefix}_{column}": value for column, value in BROKEN[case].items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**columns)


def test_form_field_reads_a_date_and_shows_it_again():
    field = PartialDateFormField(required=False)

    assert field.clean("syksy 2020") == PartialDate.of(2020, Precision.AUTUMN)
    assert field.clean("  ") is None
    assert field.prepare_value(PartialDate.of(2020)) == "2020"
    assert field.prepare_value("joskus") == "joskus"
    assert not field.has_changed(PartialDate.of(2020), "2020")
    assert field.has_changed(PartialDate.of(2020), "2021")
    assert field.has_changed(PartialDate.of(2020), "")
    assert not field.has_changed(None, "")


class AgentForm(PartialDateModelForm):
    """A form with two dates of four, as in the administration."""

    start = PartialDateFormField()
    trained = PartialDateFormField(required=False)

    class Meta:
        model = Agent
        fields = ["municipality", "person", "own_tasks"]
        widgets = {"own_tasks": forms.Textarea}


def test_model_form_saves_partial_dates_and_leaves_the_others(db):
    agent = AgentFactory(active=PartialDate.of(2022))
    data = {"municipality": agent.municipality_id, "person": agent.person_id, "start": "2019", "trained": "kevät 2020"}

    shown = AgentForm(instance=agent).initial
    form = AgentForm(data, instance=agent)

    assert (shown["start"], shown["trained"]) == (agent.start, None)
    assert form.is_valid(), form.errors
    saved = Agent.objects.get(pk=form.save().pk)
    assert [saved.start, saved.trained, saved.active, saved.end] == [
        PartialDate.of(2019), PartialDate.of(2020, Precision.SPRING), PartialDate.of(2022), None,
    ]  # fmt: skip


def test_model_form_shows_the_error_beside_the_date_and_keeps_what_was_typed(db):
    agent = AgentFactory()
    data = {"municipality": agent.municipality_id, "person": agent.person_id, "start": "31.2.2020"}

    form = AgentForm(data, instance=agent)

    assert {field: [error.code for error in errors] for field, errors in form.errors.as_data().items()} == {
        "start": ["invalid"]
    }
    assert form["start"].value() == "31.2.2020"
