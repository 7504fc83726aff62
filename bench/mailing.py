"""A mass letter to 1 000 on SQLite: preview, queue, and how long other writers wait: `python -m bench.mailing`.

It makes a database of its own in a temporary folder, with as many letters sent before,
and prints seconds. "Longest lock" is how long a second process waited for its turn to write.
"""

import multiprocessing
import sqlite3
import time

from bench.scratch import scratch

N = 1000


def _write_meanwhile(path, stop, longest):
    """Take the write lock again and again; keep the longest wait."""
    with sqlite3.connect(path, timeout=30, isolation_level=None) as writer:
        while not stop.is_set():
            began = time.monotonic()
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("ROLLBACK")
            longest.value = max(longest.value, time.monotonic() - began)
            time.sleep(0.002)


def measure(path):
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from mailing.kinds import letter_kind
    from mailing.mass import Recipient, preview_mailing, queue_mailing
    from mailing.models import Letter

    letter_kind("bench", label="bench", why="%(site)s", is_duty=False, folder=None)(lambda letter: None)
    Letter.objects.bulk_create(
        Letter(key=f"old:{n}", kind="bench", address=f"old{n}@example.org", state="sent", claimed_at=timezone.now())
        for n in range(N)
    )
    recipients = [Recipient(str(n), f"N {n}", f"reader{n}@example.org", scope="region:1") for n in range(N)]
    began = time.monotonic()
    preview = preview_mailing("bench", recipients)
    previewed = time.monotonic() - began
    stop, longest = multiprocessing.Event(), multiprocessing.Value("d", 0.0)
    writer = multiprocessing.Process(target=_write_meanwhile, args=(path, stop, longest))
    writer.start()
    time.sleep(0.3)
    began = time.monotonic()
    n_queued = queue_mailing(preview, key_prefix="bench:1", by=None)
    queued = time.monotonic() - began
    stop.set()
    writer.join()
    print(f"previewed {len(preview.going)} in {previewed:.2f} s, queued {n_queued} in {queued:.2f} s, "
          f"longest lock {longest.value:.3f} s")  # fmt: skip


def main():
    with scratch() as path:
        measure(path)


if __name__ == "__main__":
    main()
