"""Loads a file of 10 000 municipalities through the import's own functions while somebody else keeps writing.

    python -m bench.load_import [ROWS]

Prints how long each part took, the most memory it used, and the longest that the other writer waited.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.servers import OURS, ROOT, Site

ROWS = 10_000
MOST_SECONDS, MOST_MEGABYTES, LONGEST_WAIT = 300, 500, 2


def measure(folder, n_rows=ROWS, database_url=None):
    """Load, read again and undo a file of `n_rows` municipalities; return the figures, seconds and megabytes."""
    site = Site(OURS, database_url or f"sqlite:///{folder / 'import.sqlite3'}", folder)
    site.manage("migrate", "--verbosity", "0")
    stop = folder / "stop"
    writer = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "bench.inside", "import_writer", str(stop)],
        cwd=ROOT, env=site.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        figures = json.loads(site.inside("import_loader", str(n_rows)))
    finally:
        stop.touch()
        told, _errors = writer.communicate(timeout=120)
    return figures | json.loads(told)


def _report(figures):
    """Print the figures and whether they stay within what is promised."""
    for name in ("read", "check", "save", "in_all", "read_again", "check_again", "undo"):
        print(f"{name:12} {figures[name]:8.2f} s")
    print(f"memory       {figures['megabytes']:8.0f} MB, with undoing {figures['megabytes_with_undo']:.0f} MB")
    print(f"other writer {figures['longest_wait']:8.2f} s at the longest, of {figures['writes']} writes")
    return (
        figures["in_all"] < MOST_SECONDS
        and figures["megabytes"] < MOST_MEGABYTES
        and figures["longest_wait"] < LONGEST_WAIT
    )


def main(arguments):
    """Measure, print, and fail when it is more than promised."""
    with tempfile.TemporaryDirectory() as folder:
        if not _report(measure(Path(folder), int(arguments[0]) if arguments else ROWS)):
            raise SystemExit("More than promised.")


if __name__ == "__main__":
    main(sys.argv[1:])
