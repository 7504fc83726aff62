"""Two people appoint the same person at the same moment; run by test_race.py, as a module of its own for SQLite.

SQLite in memory has one connection, so `python -m tests.registry.race` works in the file
that TEST_DATABASE_URL names and prints the outcomes as JSON.
"""

import json
import os
import sys
import threading

import django


def appoint_at_once(municipality_id, person_id, end, n=4):
    """Appoint the person from `n` threads, each with its own connection; return the outcomes, sorted."""
    from django.core.exceptions import ValidationError
    from django.db import connection

    from common.partial_dates import PartialDate
    from registry.models import Appointment
    from registry.roles import save_role

    start_line, outcomes = threading.Barrier(n), []

    def appoint():
        try:
            role = Appointment(
                municipality_id=municipality_id,
                person_id=person_id,
                start=PartialDate.parse("1.1.2024"),
                end=PartialDate.parse(end) if end else None,
                source="test",
            )
            connection.ensure_connection()
            start_line.wait(timeout=30)
            save_role(role, by=None)
            outcomes.append("saved")
        except ValidationError as refused:
            lists = refused.error_dict.values() if hasattr(refused, "error_dict") else [refused.error_list]
            outcomes.append(" ".join(sorted({error.code for errors in lists for error in errors})))
        except Exception as crash:
            outcomes.append(repr(crash))
        finally:
            connection.close()

    threads = [threading.Thread(target=appoint) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


def rounds(ends):
    """Run one race for each of `ends`, each in a new municipality; return [outcomes, rows in the table] of each."""
    from registry.models import Appointment
    from tests import factories

    results = []
    for end in ends:
        person = factories.PersonFactory()
        municipality = factories.MunicipalityFactory(region=person.region)
        outcomes = appoint_at_once(municipality.pk, person.pk, end)
        results.append([outcomes, Appointment.objects.filter(municipality=municipality).count()])
    return results


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    sys.stdout.write(json.dumps(rounds(json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
