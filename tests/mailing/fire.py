"""The outbox under fire; run by test_fire.py, with workers that are processes of their own.

`python -m tests.mailing.fire worker PORT` is one worker on the database of
TEST_DATABASE_URL; `python -m tests.mailing.fire sqlite N FOLDER`
does the whole with one worker and prints what became of the letters as JSON.
"""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import django

SENDING_SECONDS = 1


def prepare(port):
    """Declare the kind of the letters, and let the process send to the server at `port`, impatiently."""
    from django.conf import settings

    from mailing.kinds import letter_kind
    from mailing.writing import Block, Message

    settings.EMAIL_BACKEND = "mailing.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 0.7
    settings.MAIL_SENDING_SECONDS, settings.MAIL_REACHES_EVERYBODY = SENDING_SECONDS, True

    @letter_kind("fire", label="fire", why="%(site)s", is_duty=True, folder=None)
    def fire(letter):
        return Message("Fire", (Block("paragraph", (f"n:o {letter.arguments['n']}",)),))


def queue(n):
    """Queue `n` letters to two thirds as many addresses, of which the last three do not exist."""
    from mailing.models import Letter

    def address(i):
        return f"nobody{i}@example.org" if i >= n - 3 else f"reader{i * 2 // 3}@example.org"

    Letter.objects.bulk_create(
        Letter(key=f"fire:{i}", kind="fire", address=address(i), arguments={"n": i}) for i in range(n)
    )


def work():
    """Send what waits until there is nothing left that waits or is on its way."""
    from mailing.models import Letter
    from mailing.sending import send_waiting

    while Letter.objects.filter(state__in=["waiting", "sending"]).exists():
        if not send_waiting(seconds=2):
            time.sleep(0.1)


def start_worker(port):
    command = [sys.executable, "-m", "tests.mailing.fire", "worker", str(port)]
    return subprocess.Popen(command, env=os.environ.copy())


def fight(n, port, *, n_workers, n_killed, seconds):
    """Queue, start workers, kill some in the middle of a sending, let time pass quickly; return the letters' ends."""
    from django.utils import timezone

    from mailing.models import Letter

    queue(n)
    workers = [start_worker(port) for _ in range(n_workers)]
    killed = 0
    ends = time.monotonic() + seconds
    try:
        while Letter.objects.filter(state__in=["waiting", "sending"]).exists():
            if time.monotonic() > ends:
                raise RuntimeError(f"Not done in time: {Letter.objects.counts_by_state()}")
            # Waits of minutes are over at once; what is counted is the tries, not the clock.
            later = timezone.now() + dt.timedelta(seconds=1)
            Letter.objects.filter(state="waiting", not_before__gt=later).update(not_before=timezone.now())
            n_sent = Letter.objects.filter(state="sent").count()
            if (
                killed < n_killed
                and n_sent >= n * (killed + 1) // 5
                and Letter.objects.filter(state="sending").exists()
            ):
                os.kill(workers[killed].pid, signal.SIGKILL)
                killed += 1
                if killed == n_workers:
                    workers.append(start_worker(port))
            time.sleep(0.05)
    finally:
        for worker in workers:
            if time.monotonic() > ends:
                worker.kill()
            worker.wait(timeout=30)
    return killed


def outcome(accepted):
    """Return what became of the letters: how many in each state, and everything that must not be."""
    from mailing.frame import message_id_of
    from mailing.models import Letter

    times = Counter(accepted)
    wrong = []
    for letter in Letter.objects.all():
        n, state = times[message_id_of(letter)], letter.state
        allowed = {"sent": {1}, "failed": {0}, "doubtful": {0, 1}}.get(state, set())
        if n not in allowed:
            wrong.append([letter.key, state, letter.reason, letter.problem, n])
    return {"states": Letter.objects.counts_by_state(), "wrong": wrong}


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    if sys.argv[1] == "worker":
        prepare(int(sys.argv[2]))
        work()
        return
    from tests.mail_server import MailServer

    n, folder = int(sys.argv[2]), Path(sys.argv[3])
    with MailServer(folder, seed=7) as server:
        prepare(server.port)
        killed = fight(n, server.port, n_workers=1, n_killed=1, seconds=900)
        print(json.dumps({**outcome(server.accepted()), "killed": killed}))  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
