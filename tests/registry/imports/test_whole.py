"""What holds for any file: undoing gives the database back, chunks cost the same, nobody's change is overwritten."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.load_import import LONGEST_WAIT, MOST_MEGABYTES, MOST_SECONDS, measure
from registry import models
from registry.bulk import PreparedRows
from registry.imports import checking
from registry.imports.saving import save_import, undo_import
from registry.imports.targets import find_target
from tests import factories
from tests.registry.helpers import codes
from tests.registry.imports.files import read
from tests.registry.imports.test_saving import FILES, stored, world  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db


CELLS = {
    "kunta": ["564", "072", "72", "785", "179", ""],
    "tehtävä": ["", "duties", "sijainen", "fallback"],
    "nimi": ["", "Leena Liesi", "Uusi Esimerkki", "Ahti Aapa"],
    "sähköposti": ["", "leena.tyo@example.org", "uusi@example.org", "ahti.tyo@example.org"],
    "puhelin": ["", "050 000 0077"],
    "alkaen": ["2018", "1.1.2022", "syksy 2025", "9/2026", "1.1.2026"],
    "asti": ["", "", "2025", "31.12.2030"],
    "nimike": ["", "johtaja"],
    "perustelu": ["", "ei nimetty"],
}
rows_of_files = st.lists(st.tuples(*map(st.sampled_from, CELLS.values())), min_size=1, max_size=6)


@given(rows=rows_of_files, key=st.sampled_from(["appointments", "agents"]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_of_roles_is_undone_byte_for_byte(world, reference, rows, key):  # noqa: F811
    with transaction.atomic():
        before = stored()
        run = read(key, [list(CELLS), *map(list, rows)], region=reference.pohjois_pohjanmaa)
        assert stored() == before
        if run.n_to_save:
            run = save_import(run, by=world.kaisa.user)
            undo_import(run, by=None)
        assert stored() == before
        transaction.set_rollback(True)


@pytest.mark.parametrize("key", FILES)
def test_rows_of_a_chunk_cost_the_same_queries_however_many(world, reference, key):  # noqa: F811
    region = None if key in {"municipalities", "populations"} else reference.pohjois_pohjanmaa
    made = []
    for n in (1, len(FILES[key]) - 1):
        run = read(key, FILES[key][: n + 1], region=region)
        with CaptureQueriesContext(connection) as captured:
            list(checking.planned(run))
        made.append(len(captured))
    # A word list is read when the first row names one of its words.
    assert made[1] - made[0] <= 1
    assert max(made) <= 13


def test_bulk_rows_are_what_saving_one_by_one_would_write(cast, reference):
    def person(name):
        return models.Person(
            given_name=name, family_name="Ääri", region=reference.pohjois_pohjanmaa, email="a@example.org"
        )

    one = person("Åke")
    one._history_user = cast.kaisa.user
    one.save()
    other = person("Åke")
    PreparedRows([other], [], by=cast.kaisa.user).write()

    def told(model, **which):
        row = model._base_manager.filter(**which).values().get()
        left_out = {"id", "created_at", "history_id", "history_date"}
        return {name: value for name, value in row.items() if name not in left_out}

    assert told(models.Person, pk=other.pk) == told(models.Person, pk=one.pk)
    assert told(models.Person.history.model, id=other.pk) == told(models.Person.history.model, id=one.pk)
    assert models.Person.objects.create(given_name="C", family_name="D", region=reference.keski_suomi).pk > other.pk


def test_a_row_changed_since_the_preview_leads_back_to_it(cast, reference):
    place = models.Premises.objects.create(municipality=reference.oulu, name="Talo")
    run = read("premises", [["kunta", "nimi", "osoite"], ["564", "Talo", "Uusi 1"]], region=reference.pohjois_pohjanmaa)
    place.address = "Toinen 2"
    place.save()

    with pytest.raises(ValidationError) as caught:
        save_import(run, by=cast.kaisa.user)

    assert codes(caught) == ["changed_meanwhile"]
    place.refresh_from_db()
    assert place.address == "Toinen 2"
    assert run.rows.get().differences == [["address", "Toinen 2", "Uusi 1"]]
    save_import(run, by=cast.kaisa.user)
    place.refresh_from_db()
    assert place.address == "Uusi 1"


def test_a_row_changed_while_saving_is_decided_upon_anew(cast, reference, monkeypatch):
    place = models.Premises.objects.create(municipality=reference.oulu, name="Talo")
    run = read("premises", [["kunta", "nimi", "osoite"], ["564", "Talo", "Uusi 1"]], region=reference.pohjois_pohjanmaa)
    ready = PreparedRows.record_in

    def somebody_saves(self, recording):
        ready(self, recording)
        place.address = "Toinen 2"
        place.save()

    monkeypatch.setattr(PreparedRows, "record_in", somebody_saves)

    with pytest.raises(ValidationError) as caught:
        save_import(run, by=cast.kaisa.user)

    assert codes(caught) == ["changed_meanwhile"]
    place.refresh_from_db()
    assert place.address == "Toinen 2"


def test_an_import_changed_since_is_not_undone(cast, reference):
    run = read("premises", [["kunta", "nimi"], ["564", "Talo"]], region=reference.pohjois_pohjanmaa)
    run = save_import(run, by=cast.kaisa.user)
    place = models.Premises.objects.get()
    place.address = "Katu 1"
    place.save()

    with pytest.raises(ValidationError) as caught:
        undo_import(run, by=cast.kaisa.user)

    assert codes(caught) == ["changed_since"]
    assert models.Premises.objects.count() == 1


def test_naming_a_liaison_tells_that_the_statement_ends_and_undoing_takes_it_back(cast, reference):
    statement = factories.SituationStatementFactory(municipality=reference.hailuoto)
    rows = [["kunta", "nimi", "sähköposti", "alkaen"], ["072", "Uusi Nimi", "uusi@example.org", "1.9.2025"]]
    run = read("appointments", rows, region=reference.pohjois_pohjanmaa)
    assert len(run.rows.get().messages) == 1

    run = save_import(run, by=cast.kaisa.user)
    statement.refresh_from_db()
    assert statement.end_last == dt.date(2025, 8, 31)

    undo_import(run, by=cast.kaisa.user)
    statement.refresh_from_db()
    assert statement.end_last is None


def test_every_target_has_an_example_and_names_for_its_columns():
    faulty = []
    for key in FILES:
        target = find_target(key)
        if set(target.example) - {column.key for column in target.columns}:
            faulty.append(key)
        headings = [str(column.label) for column in target.columns]
        if set(target.guess_columns(headings)) != {column.key for column in target.columns}:
            faulty.append((key, "guess"))
    assert faulty == []


@pytest.mark.slow
def test_ten_thousand_municipalities_are_loaded_while_others_write(tmp_path):
    figures = measure(tmp_path)

    assert (figures["created"], figures["unchanged"], figures["left"]) == (10_000, 10_000, 0)
    assert figures["in_all"] < MOST_SECONDS
    assert figures["megabytes"] < MOST_MEGABYTES
    assert figures["longest_wait"] < LONGEST_WAIT
