"""Many register and reply at the same moment, from several processes with several threads each.

`python -m tests.meetings.seat_race N THREADS` makes a meeting with few places in the database that TEST_DATABASE_URL
names, lets N invitees and others press, and prints as JSON what each request was answered, how long it took, and what
stands in the list. The processes are forked: setting up Django costs more than the requests.
"""

import json
import multiprocessing
import os
import re
import sys
import threading
import time

import django

PROCESSES, CAPACITY = 4, 30


def make(n):
    """Make a meeting to which half of `n` are invited; the others will register. Return what the processes need."""
    from django.utils import translation

    from meetings.links import reply_address
    from tests.meetings.guests import evening, guest

    translation.activate("fi")
    meeting = evening(capacity=CAPACITY, takes_registrations=True, party_at_most=3)
    paths = [reply_address(guest(meeting, f"V {number}")).partition("/y/")[2] for number in range(n // 2)]
    registration = f"/{meeting.region.slug}/tapahtumat/{meeting.slug}/ilmoittaudu/"
    return {"meeting": meeting.pk, "paths": [f"/y/{path}" for path in paths], "registration": registration, "n": n}


def press(world, number, n_threads, start_line, told):
    """Do every PROCESSES-th of the jobs, from `n_threads` threads at once; tell [[status, seconds], …]."""
    from django.db import connection
    from django.test import Client

    jobs, answers = list(range(number, world["n"], PROCESSES)), []

    def work():
        try:
            connection.ensure_connection()
            start_line.wait(timeout=60)
            while jobs:
                job = jobs.pop()
                client = Client(REMOTE_ADDR=f"10.0.{job // 250}.{job % 250}", raise_request_exception=False)
                for address, data in requests_of(world, job):
                    began = time.monotonic()
                    answer = client.post(address, data)
                    seconds = round(time.monotonic() - began, 3)
                    # A place was offered between two replies: who sees that says no again.
                    while answer.status_code == 422 and data["answer"] == "no":
                        seen = re.search(r'name="seen" value="(\d+)"', answer.content.decode())[1]
                        answer = client.post(address, data | {"seen": seen})
                    answers.append([answer.status_code, seconds])
        except IndexError:  # another thread took the last job
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    told.put(answers)


def requests_of(world, job):
    """Yield the requests of a job: a registration, or a reply, every third of which is changed to a no at once."""
    party = {"answer": "comes", "n_people": 1 + job % 3}
    if job % 2:
        yield world["registration"], party | {"name": f"R {job}", "email": f"r{job}@example.org"}
        return
    path = world["paths"][job // 2]
    yield path, party | {"seen": 0}
    if job % 3 == 0:
        yield path, {"answer": "no", "seen": 1}


def tally(world):
    """Return what stands in the list: places taken, and how many invitations have which seat."""
    from collections import Counter

    from django.db.models import Count

    from meetings.models import Invitation, Meeting, Reply

    meeting = Meeting.objects.get(pk=world["meeting"])
    rows = Invitation.objects.filter(meeting=meeting)
    twice = rows.values("email").annotate(n=Count("pk")).filter(n__gt=1).count()
    replies = Reply.objects.of_meeting(meeting)
    waiting = replies.filter(seat="waiting").values_list("n_people", flat=True)
    return {
        "taken": Reply.objects.n_seats_taken(meeting),
        "least_waiting": min(waiting, default=99),
        "twice": twice,
        "answers": dict(Counter(replies.values_list("answer", flat=True))),
        "seats": dict(Counter(replies.filter(answer="comes").values_list("seat", flat=True))),
        "letters": _letters(),
    }


def _letters():
    from mailing.models import Letter

    return Letter.objects.filter(kind="meeting_receipt").count()


def race(n, n_threads):
    """Let the processes press at once; return what each request was answered, and what stands in the list after."""
    from django.db import connections

    world, fork = make(n), multiprocessing.get_context("fork")
    connections.close_all()
    start_line, told = fork.Barrier(PROCESSES * n_threads + 1), fork.Queue()
    processes = [
        fork.Process(target=press, args=(world, number, n_threads, start_line, told)) for number in range(PROCESSES)
    ]
    for each in processes:
        each.start()
    start_line.wait(timeout=60)
    began = time.monotonic()
    answers = [answer for _each in processes for answer in told.get(timeout=300)]
    seconds = time.monotonic() - began
    for each in processes:
        each.join(timeout=60)
    return {"answers": answers, "seconds": seconds, "stands": tally(world)}


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("createcachetable", verbosity=0)
    # As on a site: letters wait for a worker.
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    sys.stdout.write(json.dumps(race(*map(int, sys.argv[1:]))))


if __name__ == "__main__":
    main()
