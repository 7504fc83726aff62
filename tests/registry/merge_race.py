"""Two people merge the same pair at the same moment; run by test_race.py, as a module of its own for SQLite."""

import json
import os
import sys
import threading

import django


def merge_at_once(first_id, second_id, n=4):
    """Merge the two from `n` threads, every other one the other way round; return the outcomes, sorted."""
    from django.core.exceptions import ValidationError
    from django.db import connection

    from registry.merging import merge_people
    from registry.models import Person

    start_line, outcomes = threading.Barrier(n), []

    def merge(number):
        try:
            pair = [Person(pk=first_id), Person(pk=second_id)]
            connection.ensure_connection()
            start_line.wait(timeout=30)
            merge_people(*(pair if number % 2 else pair[::-1]), by=None)
            outcomes.append("merged")
        except ValidationError as refused:
            outcomes.append(refused.code)
        except Exception as crash:
            outcomes.append(repr(crash))
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=[number]) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


def rounds(n):
    """Run `n` races, each with two new people who hold the same post; return [outcomes, roles, steps] of each."""
    from registry.models import Appointment, ChangeSet
    from tests import factories

    results = []
    for _round in range(n):
        first = factories.PersonFactory()
        second = factories.PersonFactory(region=first.region)
        municipality = factories.MunicipalityFactory(region=first.region)
        for person in (first, second):
            factories.AppointmentFactory(municipality=municipality, person=person)
        outcomes = merge_at_once(first.pk, second.pk)
        roles = Appointment.objects.filter(municipality=municipality).count()
        results.append([outcomes, roles, ChangeSet.objects.filter(region=first.region).count()])
    return results


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    sys.stdout.write(json.dumps(rounds(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
