"""Writes row after row until the file named on the command line appears; prints how many, and the longest wait."""

import json
import time
from pathlib import Path

from registry.models import Task

PAUSE = 0.01


def main(arguments):
    """Write, as somebody at work elsewhere in the registry does while a file is imported."""
    stop, n_writes, longest = Path(arguments[0]), 0, 0.0
    while not stop.exists():
        began = time.perf_counter()
        Task.objects.create(title="Mittaus")
        longest = max(longest, time.perf_counter() - began)
        n_writes += 1
        time.sleep(PAUSE)
    print(json.dumps({"writes": n_writes, "longest_wait": longest}))
