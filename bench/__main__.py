"""The command behind `make bench`; docs/performance.md tells how to read what it prints."""

import argparse
import json
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import report
from bench.instructions import per_request
from bench.load import Request, ask, seconds_for
from bench.report import UNCACHED, UNCHANGED, WARM
from bench.servers import ROOT, SQLite, postgresql, prepare

SIZES, LARGE = (30, 308), 10_000
ROUNDS = 9
SECONDS_A_SAMPLE = 0.3
AS_BROWSERS = {"Accept-Encoding": "gzip, deflate, br"}
TOKEN = "b" * 32


@dataclass
class Sample:
    """The rounds of one page; ratios are to the hello of the same round."""

    cpus: list = field(default_factory=list)
    rates: list = field(default_factory=list)
    cpu_ratios: list = field(default_factory=list)
    rate_ratios: list = field(default_factory=list)

    def __getattr__(self, name):
        return statistics.median(getattr(self, f"{name}s"))


def main():
    """Measure, print, and stop with 1 only when queries, bytes or instructions have grown beyond the baseline."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="also 10 000 municipalities, and instructions (slow)")
    parser.add_argument("--record", action="store_true", help="write what was measured into bench/baseline.json")
    options = parser.parse_args()
    if not Path("/proc/self/schedstat").exists():
        raise SystemExit("The bench reads /proc/*/schedstat, which this machine does not have: run it on Linux.")
    subprocess.run([sys.executable, "scripts/messages.py", "compile"], cwd=ROOT, check=True)
    # Who is told to stop still stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench.") as folder:
        sys.exit(measure(Path(folder), options))


def measure(folder, options):
    """Do everything in `folder`; return the exit status."""
    left_out, results, instructions = [], [], None
    with ExitStack() as stack:
        postgres = stack.enter_context(postgresql())
        for database in filter(None, [SQLite(folder), postgres]):
            say(f"{database.name}: data")
            ours, comparators, session, slugs = prepare(database, folder, SIZES)
            desk = ours.inside("board", *map(str, SIZES)).strip()
            if database.name == "SQLite":
                addresses = page_addresses(slugs)
                steady = json.loads(ours.inside("steady", json.dumps(addresses), desk, json.dumps(board_addresses())))
                if options.full or options.record:
                    if shutil.which("valgrind"):
                        say("instructions (some minutes)")
                        instructions = count_instructions(ours, comparators, addresses, folder)
                    else:
                        left_out.append("instructions, because there is no valgrind (Debian: apt-get install valgrind)")
            say(f"{database.name}: {ROUNDS} rounds")
            samples, memory = time_pages(database, ours, comparators, (session, desk), slugs)
            report.show_timed(database.name, samples, memory)
            if options.full:
                say(f"{database.name}: {LARGE} municipalities")
                report.show_large(time_large(database, ours))
            results += [
                (f"{database.name}: {text}", passed) for text, passed in report.bars(database.name, samples, steady)
            ]
        if postgres is None:
            left_out.append("PostgreSQL, because there is none (Debian: apt-get install postgresql)")
    baseline = report.load_baseline()
    report.show_steady(steady, instructions, baseline)
    report.show_bars(results)
    for line in left_out:
        print(f"Left out: {line}.")
    if options.record:
        report.record(steady, instructions)
        return 0
    return 1 if report.compare(steady, instructions, baseline) else 0


def say(words):
    """Tell on the error channel what is going on."""
    print(f"… {words}", file=sys.stderr, flush=True)


def page_addresses(slugs):
    """Return the measured pages by name."""
    pages = {"home": "/", "sitemap": "/sitemap.xml"}
    for size in SIZES:
        pages[f"region {size}"] = f"/maakunta-{size}/"
        pages[f"municipality of {size}"] = f"/maakunta-{size}/{slugs[str(size)][0]}/"
    return pages


def board_addresses():
    """Return the measured boards, for a coordinator who is signed in, by name."""
    return {f"board {size}": f"/hallinta/?maakunta=maakunta-{size}" for size in SIZES}


# --- Instructions ----------------------------------------------------------------------------------------------------


def count_instructions(ours, comparators, addresses, folder):
    """Return the instructions of a request by name."""
    plain = {"hello": "/hello/", "rows": "/rows/", "detail": "/place/p-007/"}
    timed = {name: addresses[name] for name in ("region 30", "region 308", "municipality of 30")}
    requests = {f"{name} {UNCACHED}": {"address": address, "empty_cache": True} for name, address in timed.items()} | {
        f"{name} {WARM}": {"address": address, "headers": AS_BROWSERS} for name, address in timed.items()
    }
    found = {}
    for site, asked in (
        (comparators, {name: {"address": address} for name, address in plain.items()}),
        (ours, requests),
    ):
        counted = folder / f"callgrind-{site.package}"
        counted.mkdir()
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counted}/%p", "--quiet"]
        site.run("-m", "bench.inside", "instructions", str(counted), json.dumps(asked), before=valgrind)
        found |= per_request(counted)
    return found


# --- Time ------------------------------------------------------------------------------------------------------------


def time_pages(database, ours, comparators, sessions, slugs):
    """Return the Samples of all pages, measured in turns, and the memory of our server in megabytes.

    `sessions` are the keys of the comparators' session and of ours.
    """
    with ExitStack() as stack:
        plain = stack.enter_context(comparators.served())
        warm = stack.enter_context(ours.served())
        uncached = stack.enter_context(ours.served(PAGE_CACHE_MEGABYTES="0"))
        ask(warm.port, mixed_requests(slugs))
        memory = warm.pss_megabytes()
        targets = comparator_targets(plain, sessions[0]) | our_targets(warm, uncached, slugs)
        signed_in = {"Cookie": f"sessionid={sessions[1]}"}
        targets |= {name: (uncached, Request(address, signed_in)) for name, address in board_addresses().items()}
        times = {name: how_many(server, request) for name, (server, request) in targets.items()}
        samples = {name: Sample() for name in targets}
        for _round in range(ROUNDS):
            measured = {}
            for name, (server, request) in targets.items():
                before = server.cpu_seconds() + database.cpu_seconds()
                n, seconds = seconds_for(server.port, request, times[name])
                measured[name] = (server.cpu_seconds() + database.cpu_seconds() - before) / n, n / seconds
            for name, (cpu, rate) in measured.items():
                hello_cpu, hello_rate = measured["hello"]
                samples[name].cpus.append(cpu)
                samples[name].rates.append(rate)
                samples[name].cpu_ratios.append(hello_cpu / cpu)
                samples[name].rate_ratios.append(rate / hello_rate)
    return samples, memory


def time_large(database, ours):
    """Add the large region and ask its pages once; return {name: processor seconds, or None without an answer}."""
    slugs = json.loads(ours.inside("data", str(LARGE)))[str(LARGE)]
    pages = {
        f"municipality of {LARGE}": f"/maakunta-{LARGE}/{slugs[0]}/",
        "home beside it": "/",
        f"region {LARGE}": f"/maakunta-{LARGE}/",
    }
    found = {}
    with ours.served(PAGE_CACHE_MEGABYTES="0") as server:
        # The first address answers 404 and loads the code.
        seconds_for(server.port, Request("/maakunta-0/", status=404), 16)
        for name, address in pages.items():
            before = server.cpu_seconds() + database.cpu_seconds()
            try:
                ask(server.port, [Request(address)])
            except (TimeoutError, ConnectionError):
                found[name] = None
                break  # the worker is still at it
            found[name] = server.cpu_seconds() + database.cpu_seconds() - before
    return found


def comparator_targets(server, session):
    """Return the comparators' pages as (server, request) by name."""
    signed_in = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}"}
    answers = "&".join(f"q{number + 1}={('y', number, '2026-05-01', 'text')[number % 4]}" for number in range(40))
    survey = "/place/p-007/survey/"
    return {
        "hello": (server, Request("/hello/")),
        "rows": (server, Request("/rows/")),
        "detail": (server, Request("/place/p-007/")),
        "form": (server, Request(survey, signed_in)),
        "save": (server, Request(survey, signed_in, f"csrfmiddlewaretoken={TOKEN}&{answers}", status=302)),
    }


def our_targets(warm, uncached, slugs):
    """Return our pages as (server, request) by name: warm as browsers ask, uncached as the comparators are asked."""
    pages = page_addresses(slugs)
    timed = {name: pages[name] for name in ("region 30", "region 308", "municipality of 30")}
    targets = {f"{name} {WARM}": (warm, Request(address, AS_BROWSERS)) for name, address in timed.items()}
    head = ask(warm.port, [Request(pages["region 30"], AS_BROWSERS)])
    etag = head.partition("\r\netag: ")[2].partition("\r\n")[0].replace("w/", "W/")
    unchanged = Request(pages["region 30"], AS_BROWSERS | {"If-None-Match": etag}, status=304)
    targets[f"region 30 {UNCHANGED}"] = (warm, unchanged)
    targets |= {f"{name} {UNCACHED}": (uncached, Request(address)) for name, address in {"home": "/", **timed}.items()}
    targets[f"region 308 {UNCACHED}, in br"] = (uncached, Request(pages["region 308"], AS_BROWSERS))
    message = f"csrfmiddlewaretoken={TOKEN}&kind=other&message=Hei&page=/"
    targets["feedback form"] = (uncached, Request("/palaute/"))
    targets["feedback save"] = (
        uncached, Request("/palaute/", {"Cookie": f"csrftoken={TOKEN}"}, message, status=302)
    )  # fmt: skip
    return targets


def how_many(server, request):
    """Return how many requests fill a sample; asks some first, so that everything is warm."""
    wanted = 8
    for _time in range(3):
        n, seconds = seconds_for(server.port, request, wanted)
        wanted = max(4, min(int(n * SECONDS_A_SAMPLE / seconds), 800))
    return wanted


def mixed_requests(slugs):
    """Return 500 requests over all kinds of public pages in three languages, the same each time."""
    draw = random.Random(500)
    paths = ["/", "/tietoa/", "/tietosuoja/", *(f"/maakunta-{size}/" for size in slugs)]
    paths += [f"/maakunta-{size}/{slug}/" for size, found in slugs.items() for slug in found]
    return [
        Request(draw.choice(["", "", "", "/sv", "/en"]) + draw.choice(paths), AS_BROWSERS) for _number in range(500)
    ]


if __name__ == "__main__":
    main()
