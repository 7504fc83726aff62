"""1 000 invitations to a meeting, and a move told to all of them: `python -m bench.inviting`.

It makes a database of its own, or works in the empty PostgreSQL that DATABASE_URL names, with an evening of one
municipality of 1 000 associations, and prints seconds and queries. "Lock" is how long a second process waited for its
turn: on SQLite to write at all, on PostgreSQL to write to the meeting.
"""

import contextlib
import datetime as dt
import multiprocessing
import os
import sqlite3
import time

import django

from bench.scratch import scratch

N = 1000


def _write_meanwhile(place, stop, longest):
    """Take the lock again and again; keep the longest wait."""
    with _writer(place) as take:
        while not stop.is_set():
            began = time.monotonic()
            take()
            longest.value = max(longest.value, time.monotonic() - began)
            time.sleep(0.002)


@contextlib.contextmanager
def _writer(place):
    """Yield a function that takes the lock and lets it go: of the file `place`, or of PostgreSQL's meeting `place`."""
    if isinstance(place, str):
        writer = sqlite3.connect(place, timeout=30, isolation_level=None)
        yield lambda: (writer.execute("BEGIN IMMEDIATE"), writer.execute("ROLLBACK"))
        writer.close()
    else:
        from django.db import connection, transaction

        from meetings.seats import hold_meeting

        connection.close()

        def hold():
            with transaction.atomic():
                hold_meeting(place)

        yield hold


def _watched(name, place, run):
    """Run what is measured while another process asks for the lock; print seconds, queries and its longest wait."""
    from django.db import connection, connections
    from django.test.utils import CaptureQueriesContext

    stop, longest = multiprocessing.Event(), multiprocessing.Value("d", 0.0)
    connections.close_all()
    writer = multiprocessing.get_context("fork").Process(target=_write_meanwhile, args=(place, stop, longest))
    writer.start()
    time.sleep(0.5)
    with CaptureQueriesContext(connection) as caught:
        began, worked = time.monotonic(), time.process_time()
        told = run()
        took, worked = time.monotonic() - began, time.process_time() - worked
    stop.set()
    writer.join()
    print(f"{name}: {told} in {took:.2f} s, of the processor {worked:.2f} s, {len(caught)} queries, "
          f"longest lock {longest.value:.2f} s")  # fmt: skip


def an_evening():
    """Return a published evening in three weeks of a municipality with N associations."""
    from django.utils import timezone

    from meetings.models import Meeting, MeetingHost, MeetingKind, Venue
    from registry.models import Association, AssociationContact, Municipality, Region

    region, place = Region.objects.get(code="17"), Municipality.objects.get(code="564")
    associations = Association.objects.bulk_create(
        Association(municipality=place, name=f"Yhdistys {n}", sort_key=f"{n:05}") for n in range(N)
    )
    AssociationContact.objects.bulk_create(
        AssociationContact(
            association=each, name=f"Puheenjohtaja {n}", email=f"yhdistys{n}@example.org", source="mittaus",
            basis="given", obtained_on=timezone.localdate(),
        )
        for n, each in enumerate(associations)
    )  # fmt: skip
    begins = timezone.now() + dt.timedelta(days=21)
    meeting = Meeting.objects.create(
        kind=MeetingKind.objects.filter(host="municipality").first(), region=region, slug="mittaus", title_fi="Ilta",
        starts_at=begins, ends_at=begins + dt.timedelta(hours=2), published_at=timezone.now(),
        venue=Venue.objects.create(municipality=place, name="Sali", street_address="Katu 1"),
    )  # fmt: skip
    MeetingHost.objects.create(meeting=meeting, municipality=place, position=1)
    return meeting


def measure(path=None):
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from meetings.inviting import invite, preview_inviting
    from meetings.planning import move_meeting
    from registry.reference import load_reference_data

    load_reference_data()
    meeting = an_evening()
    place = path or meeting
    week = dt.timedelta(days=7)

    def move():
        moved = {"starts_at": meeting.starts_at + week, "ends_at": meeting.ends_at + week, "venue": meeting.venue}
        move_meeting(meeting, by=None, **moved)
        return f"a move told to {N}"

    _watched("preview", place, lambda: f"{len(preview_inviting(meeting, ['associations']).going)} shown")
    _watched("invite", place, lambda: f"{invite(meeting, ['associations'], by=None)} queued")
    _watched("move", place, move)


def main():
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ |= {"SECRET_KEY": "b" * 48, "SITE_URL": "http://localhost", "LOG_LEVEL": "ERROR",
                       "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
        django.setup()
        measure()
        return
    with scratch() as path:
        measure(path)


if __name__ == "__main__":
    main()
