"""The state of the installation, which every public page asks for first."""

import pytest
from django.db import OperationalError, connection, connections, transaction

from registry.models import SiteState

needs_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose")


def lose_connection():
    """Let the server end the connection of this process, as a restart of the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_public_page_is_answered_on_the_first_try_after_the_database_was_restarted(client, reference):
    assert client.get("/tietoa/").status_code == 200
    lose_connection()
    assert client.get("/tietoa/").status_code == 200


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_lost_connection_in_a_transaction_is_not_opened_anew():
    with pytest.raises(OperationalError), transaction.atomic():  # noqa: PT012 - the loss belongs inside
        lose_connection()
        SiteState.objects.load()
    connection.close()
