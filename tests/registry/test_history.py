"""History tells who changed what and when; personal details read "changed" and cannot be read back."""

import pytest

from registry.models import Agent, Appointment, AssociationContact, Consent, Coordinator, Pairing, Person
from tests import factories
from tests.registry.helpers import everything_stored

pytestmark = pytest.mark.django_db
SECRETS = ["Ääretön", "Nimekäs", "salainen.osoite@example.org", "050 000 0077", "~tilde", "~" + "x" * 60]


def in_history(*texts):
    """Return the columns of history tables that hold any of `texts`."""
    return sorted(
        column
        for column, values in everything_stored().items()
        if "historical" in column and any(text.casefold() in values.casefold() for text in texts)
    )


def ari(**changes):
    details = {
        "given_name": SECRETS[0], "family_name": SECRETS[1], "email": SECRETS[2], "phone": SECRETS[3],
    }  # fmt: skip
    return factories.PersonFactory(**details | changes)


def test_a_persons_details_are_never_in_any_history_table():
    person = ari()
    factories.AppointmentFactory(person=person)
    factories.AgentFactory(person=person, recruited_by=person)
    factories.CoordinatorFactory(person=person)
    Consent.objects.create(person=person, field="name", means="paper", given_on="2026-01-01")
    person.phone = "050 000 0078"
    person.save()

    assert Person.history.count() == 2
    assert "registry_person.given_name" in {
        column for column, values in everything_stored().items() if SECRETS[0] in values
    }
    assert in_history(*SECRETS, "050 000 0078") == []


def test_an_associations_contact_is_never_in_history_either():
    contact = AssociationContact.objects.create(
        association=factories.AssociationFactory(), name=SECRETS[0], email=SECRETS[2], phone=SECRETS[3],
        source="kotisivut", basis="public", obtained_on="2026-01-01",
    )  # fmt: skip
    contact.delete()

    assert list(AssociationContact.history.values_list("history_type", "source")) == [
        ("-", "kotisivut"), ("+", "kotisivut"),
    ]  # fmt: skip
    assert in_history(*SECRETS) == []


@pytest.mark.parametrize("detail", ["~tilde", "~" + "x" * 60, "~0123456789abcde", "~0123456789ABCDEF"])
def test_a_detail_that_looks_like_a_mark_is_not_let_through(detail):
    ari(given_name=detail)

    assert in_history(detail) == []
    assert Person.history.get().given_name.startswith("~")


def test_history_tells_that_a_detail_changed_but_not_to_what():
    person = ari()
    person.save()
    person.email = "toinen@example.org"
    person.save()
    person.email = SECRETS[2]
    person.save()
    person.email = ""
    person.save()

    emptied, back, other, same, first = Person.history.order_by("-history_id").values_list("email", flat=True)
    assert first == same == back
    assert other != first
    assert emptied == ""
    assert len(first) == len(other) == 17
    newest, before = Person.history.order_by("-history_id")[0:2]
    assert [change.field for change in newest.diff_against(before).changes] == ["email"]


def test_the_fingerprint_depends_on_the_installations_key(settings):
    ari()
    settings.SECRET_KEY = "another-" * 8
    ari()

    first, second = Person.history.values_list("given_name", flat=True)
    assert first != second


def test_derived_columns_that_repeat_the_name_are_left_out_of_history():
    columns = {field.name for field in Person.history.model._meta.get_fields()}

    assert not columns & {"sort_key", "search"}
    assert {"given_name", "family_name", "email", "phone", "language", "region"} <= columns


def test_every_table_that_a_person_changes_keeps_history():
    for model in (Agent, Appointment, AssociationContact, Consent, Coordinator, Pairing, Person):
        assert model.history.model._meta.db_table.startswith("registry_historical"), model
