"""A calendar program as somebody has it on a computer: khal, run as a process, with a folder of files as its store."""

import os
import subprocess
import sys
from pathlib import Path

CONFIG = """
[calendars]
[[letters]]
path = {vdir}
type = calendar

[locale]
local_timezone = Europe/Helsinki
default_timezone = Europe/Helsinki
timeformat = %H.%M
dateformat = %d.%m.
longdateformat = %d.%m.%Y
datetimeformat = %d.%m. %H.%M
longdatetimeformat = %d.%m.%Y %H.%M

[default]
default_calendar = letters

[sqlite]
path = {cache}
"""


class Khal:
    """The program with an empty calendar in `folder`, and nothing of the home of whoever runs the tests."""

    def __init__(self, folder):
        self.folder, self.vdir = Path(folder), Path(folder) / "letters"
        self.vdir.mkdir()
        self.config = self.folder / "config"
        self.config.write_text(CONFIG.format(vdir=self.vdir, cache=self.folder / "khal.db"), encoding="utf-8")
        homes = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
        self.environment = {name: str(self.folder) for name in homes} | {
            "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONWARNINGS": "ignore",
        }  # fmt: skip

    def run(self, *words):
        """Run a command of the program; return what it prints."""
        command = [str(Path(sys.executable).with_name("khal")), "-c", str(self.config), *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def take(self, *contents):
        """Import objects, one after another, as from letters that are opened in this order."""
        files = [self.folder / f"letter-{number}.ics" for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        self.run("import", "--batch", "-a", "letters", *map(str, files))

    def events(self, first, days):
        """Return what the program shows of so many days from `first` on, as (uid, beginning, end, status)."""
        line = "{uid}|{start-long}|{end-long}|{status}"
        shown = self.run("list", "--format", line, "--day-format", "", "--once", f"{first:%d.%m.%Y}", f"{days}d")
        return [tuple(map(str.strip, each.split("|"))) for each in shown.splitlines() if "|" in each]

    @property
    def files(self):
        """The files of the store; what the program leaves half written beside them is no event to anybody."""
        return sorted(self.vdir.glob("*.ics"))
