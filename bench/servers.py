"""Databases and servers of one run, in a temporary folder, on 127.0.0.1 only."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from bench.load import children_of, cpu_seconds, pss_megabytes

ROOT = Path(__file__).resolve().parent.parent
OURS, COMPARATORS = "config", "bench.comparators"


class Site:
    """One of the two sites over one database: its environment and its commands."""

    def __init__(self, package, database_url, folder):
        self.package = package
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        static = folder / f"static-{package}"
        static.mkdir(exist_ok=True)
        self.environment = kept | {
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "DJANGO_SETTINGS_MODULE": f"{package}.settings",
            "DATABASE_URL": database_url,
            "STATIC_ROOT": str(static),
            "SECRET_KEY": secrets.token_hex(32),
            # What stands in .env must not reach the bench.
            "SITE_URL": "http://127.0.0.1:8000",
            "SITE_NAME": "Rinnalla",
            "DEBUG": "off",
            "EXTRA_HOSTS": "",
            "BEHIND_PROXY": "off",
            "LOG_LEVEL": "ERROR",
            "PAGE_CACHE_MEGABYTES": "64",
        }

    def manage(self, *arguments):
        """Run a management command."""
        self.run("-m", "django", *arguments)

    def inside(self, name, *arguments):
        """Run a part of the bench inside this site and return what it prints."""
        return self.run("-m", "bench.inside", name, *arguments)

    def run(self, *command, before=(), **more):
        """Run Python with this site's environment; its words are shown only when it fails."""
        done = subprocess.run(
            [*before, sys.executable, "-W", "ignore", *command],
            cwd=ROOT, env=self.environment | more, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def served(self, **environment):
        """Serve the site as in production, with two workers, and yield the Server."""
        port = _free_port()
        command = [
            sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}",
            "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--log-level", "error",
            # A worker renewed in the middle would take its counters with it.
            "--max-requests", "0", "--max-requests-jitter", "0", f"{self.package}.wsgi",
        ]  # fmt: skip
        environment = self.environment | {"SITE_URL": f"http://127.0.0.1:{port}"} | environment
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            _wait_for(process, port)
            yield Server(process.pid, port)
        finally:
            workers = children_of(process.pid)
            process.kill()
            process.wait()
            for pid in workers:  # one may be in the middle of a long page
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


class Server:
    """A running server and its processes."""

    def __init__(self, pid, port):
        self.pid, self.port = pid, port
        self.workers = children_of(pid)

    def cpu_seconds(self):
        """Return the processor time of the workers so far."""
        return cpu_seconds(self.workers)

    def pss_megabytes(self):
        """Return the memory of the server: the workers and the process that watches them."""
        return pss_megabytes([self.pid, *self.workers])


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def _wait_for(process, port):
    """Wait until both workers are there and the port answers."""
    for _try in range(600):
        if process.poll() is not None:
            raise SystemExit("The server did not start.")
        time.sleep(0.1)
        if len(children_of(process.pid)) == 2:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                continue
            time.sleep(1)
            return
    raise SystemExit("The server did not begin to answer.")


class SQLite:
    """Two database files."""

    name = "SQLite"

    def __init__(self, folder):
        self.urls = {site: f"sqlite:///{folder / site}.sqlite3" for site in (OURS, COMPARATORS)}

    def cpu_seconds(self):
        """Return nothing: SQLite works in the workers."""
        return 0


class PostgreSQL:
    """Two databases on a server of scripts/postgres.sh."""

    name = "PostgreSQL"

    def __init__(self, url, folder):
        self.pid = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
        server = url.rpartition("/")[0]
        self.urls = {}
        with psycopg.connect(url, autocommit=True) as connection:
            for site, name in ((OURS, "bench_ours"), (COMPARATORS, "bench_comparators")):
                connection.execute(f"CREATE DATABASE {name}")
                self.urls[site] = f"{server}/{name}"

    def cpu_seconds(self):
        """Return the processor time of the database's processes so far."""
        return cpu_seconds(children_of(self.pid))


@contextmanager
def postgresql():
    """Start a PostgreSQL and yield it, or None when the machine has no server programs."""
    started = subprocess.run([ROOT / "scripts/postgres.sh", "start"], stdout=subprocess.PIPE, text=True, check=False)
    if started.returncode == 3:
        yield None
        return
    if started.returncode:
        raise SystemExit("PostgreSQL did not start.")
    told = dict(line.split("=", 1) for line in started.stdout.splitlines())
    try:
        yield PostgreSQL(told["TEST_DATABASE_URL"], told["POSTGRES_FOLDER"])
    finally:
        subprocess.run([ROOT / "scripts/postgres.sh", "stop", told["POSTGRES_FOLDER"]], check=True)


def prepare(database, folder, sizes):
    """Make the tables and data of both sites; return them, the session's key and municipalities' addresses by size."""
    ours, comparators = (Site(package, database.urls[package], folder) for package in (OURS, COMPARATORS))
    for site in (ours, comparators):
        site.manage("migrate", "--verbosity", "0")
        site.manage("collectstatic", "--no-input", "--verbosity", "0")
    session = comparators.inside("comparators.seed").strip()
    return ours, comparators, session, json.loads(ours.inside("data", *map(str, sizes)))
