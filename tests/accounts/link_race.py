"""One link pressed in several browsers at the same moment; run by test_race.py, as a module of its own for SQLite.

SQLite in memory has one connection, so `python -m tests.accounts.link_race N` works in the
file that TEST_DATABASE_URL names and prints the outcomes as JSON.
"""

import datetime as dt
import json
import os
import sys
import threading

import django


def press_at_once(token, n=4):
    """Press the button of the link's page from `n` threads; return, sorted, the statuses and who was signed in."""
    from django.db import connection
    from django.test import Client

    start_line, outcomes = threading.Barrier(n), []

    def press():
        try:
            client = Client()
            connection.ensure_connection()
            start_line.wait(timeout=30)
            status = client.post(f"/y/{token}/").status_code
            outcomes.append([status, "_auth_user_id" in client.session])
        except Exception as crash:
            outcomes.append([0, repr(crash)])
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


def rounds(n):
    """Run `n` races, each with a link of its own; return the outcomes of each."""
    from accounts.links import make_link
    from accounts.models import User

    results = []
    for number in range(n):
        account = User.objects.create_user(f"race{number}@example.org")
        _link, token = make_link("signin", "account", lifetime=dt.timedelta(hours=1), account=account)
        results.append(press_at_once(token))
    return results


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("createcachetable", verbosity=0)
    sys.stdout.write(json.dumps(rounds(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
