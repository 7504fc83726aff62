"""In which ways pages are looked at: each width and each colour scheme once; `make test-all` tries all four pairs."""

import os

EVERY_WAY = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
WAYS = EVERY_WAY if os.environ.get("EVERY_WAY") else [(360, "dark"), (1280, "light")]
