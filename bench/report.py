"""The tables, the bars and the comparison with the recorded baseline."""

import json
import platform
from pathlib import Path

from bench.load import TIMEOUT

BASELINE = Path(__file__).parent / "baseline.json"
# How much a figure may grow before it is told: parts of the recorded one.
TOLERANCE = {"queries": 0, "bytes": 0.02, "instructions": 0.03}
UNCACHED, WARM, UNCHANGED = "uncached", "warm", "304"


def show_timed(database, samples, memory):
    """Print one database's table: medians of the interleaved rounds."""
    print(f"\n{database:<32} CPU ms  hello ÷ it  rate ÷ hello's  requests/s")
    for name, sample in samples.items():
        print(
            f"  {name:<30} {1000 * sample.cpu:6.2f}  {sample.cpu_ratio:10.2f}"
            f"  {sample.rate_ratio:14.2f}  {sample.rate:10.0f}"
        )
    print(f"  memory after 500 mixed requests: {memory:.0f} MB (PSS of two workers and their master)")


def show_large(seconds):
    """Print what one request for each page of the large region took."""
    for name, cpu in seconds.items():
        told = f"no answer in {TIMEOUT} s" if cpu is None else f"{1000 * cpu:.0f} CPU ms"
        print(f"  {name + ' ' + UNCACHED + ', once':<30} {told}")


def show_steady(steady, instructions, baseline):
    """Print the table of what does not depend on the machine's load; what differs from the baseline is marked."""
    print(f"\n{'The same on a busy machine':<32} queries: uncached/warm/304   bytes: raw     gzip       br")
    for name, page in steady.items():
        queries = "/".join(str(page.get(key, "–")) for key in ("queries", "warm_queries", "unchanged_queries"))
        packed = " ".join(f"{page.get(key, '–'):>8}" for key in ("gzip", "br"))
        print(f"  {name:<30} {queries:>24} {page['bytes']:>14} {packed}")
    if instructions:
        print(f"\n{'Instructions for a request':<32}  million  ÷ hello   recorded")
        known = baseline.get("instructions", {})
        for name, count in instructions.items():
            recorded = f"{known[name] / 1e6:8.2f}" if name in known else "       –"
            print(f"  {name:<30} {count / 1e6:8.2f} {count / instructions['hello']:8.1f}   {recorded}")


def bars(database, samples, steady):
    """Return (text, passed) for each bar on one database, by CPU time."""
    warm_least = 0.7 if database == "SQLite" else 0.5
    cpu = {name: sample.cpu for name, sample in samples.items()}
    region, municipality = steady["region 30"], steady["municipality of 30"]
    found = [
        (f"{name} {WARM} ≥ {warm_least} of hello", samples[f"{name} {WARM}"].cpu_ratio, warm_least)
        for name in ("region 30", "municipality of 30")
    ]
    found += [
        (f"region 30 {UNCACHED} ≥ 0.6 of rows", cpu["rows"] / cpu[f"region 30 {UNCACHED}"], 0.6),
        (f"municipality {UNCACHED} ≥ 0.6 of detail", cpu["detail"] / cpu[f"municipality of 30 {UNCACHED}"], 0.6),
        ("a 304 ≥ 0.4 of hello", samples[f"region 30 {UNCHANGED}"].cpu_ratio, 0.4),
    ]
    results = [(f"{text}: {value:.2f}", value >= least) for text, value, least in found]
    times = cpu[f"region 308 {UNCACHED}"] / cpu[f"region 30 {UNCACHED}"]
    results.append((f"region 308 under 4 times the time of 30: {times:.2f}", times < 4))
    times = cpu["board 308"] / cpu["board 30"]
    results.append((f"board of 308 under twice the time of 30: {times:.2f}", times < 2))
    if database == "SQLite":
        pages = [page for page in steady.values() if "warm_queries" in page]
        boards = [steady["board 30"]["queries"], steady["board 308"]["queries"]]
        same = region["queries"] == steady["region 308"]["queries"]
        same = same and municipality["queries"] == steady["municipality of 308"]["queries"]
        most = max(page["queries"] for page in pages)
        results += [
            (f"at most 8 queries uncached: {most}", most <= 8),
            ("1 query warm", all(page["warm_queries"] == 1 for page in pages)),
            ("1 query for a 304", all(page.get("unchanged_queries", 1) == 1 for page in pages)),
            ("as many queries for 30 and 308", same),
            (f"board at most 15 queries, the same for 30 and 308: {boards}", boards[0] == boards[1] <= 15),
        ]
    return results


def show_bars(results):
    """Print each bar and whether it was passed."""
    print("\nBars, by CPU time (workers and database); a miss fails nothing")
    for text, passed in results:
        print(f"  {'pass' if passed else 'MISS'}  {text}")


def kind_of_machine():
    """Return what the number of instructions depends on."""
    return f"Python {'.'.join(platform.python_version_tuple()[:2])}, {platform.machine()}"


def load_baseline():
    """Return the recorded figures, or an empty dictionary."""
    return json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}


def record(steady, instructions):
    """Write the baseline anew; instructions that were not measured stay as they were recorded."""
    told = load_baseline()
    told["queries"] = {
        f"{name}, {key}": page[key]
        for name, page in steady.items()
        for key in ("queries", "warm_queries", "unchanged_queries")
        if key in page
    }
    told["bytes"] = {
        f"{name}, {key}": page[key] for name, page in steady.items() for key in ("bytes", "gzip", "br") if key in page
    }
    if instructions:
        told |= {"machine": kind_of_machine(), "instructions": instructions}
    BASELINE.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"\nRecorded in {BASELINE.relative_to(Path.cwd())}.")


def compare(steady, instructions, baseline):
    """Print what differs from the baseline; return whether anything has grown beyond its tolerance."""
    if not baseline:
        print("\nNo baseline: make bench RECORD=yes writes one.")
        return False
    measured = {
        "queries": {f"{name}, {key}": value for name, page in steady.items() for key, value in page.items()},
        "bytes": {f"{name}, {key}": value for name, page in steady.items() for key, value in page.items()},
        "instructions": instructions or {},
    }
    lines = []
    if instructions and baseline.get("machine") != kind_of_machine():
        lines.append(f"  instructions not compared: recorded with {baseline.get('machine')}")
        measured["instructions"] = {}
    grown = False
    for what, tolerance in TOLERANCE.items():
        for name, before in baseline.get(what, {}).items():
            now = measured[what].get(name)
            if now is None or abs(now - before) <= tolerance * before:
                continue
            grown = grown or now > before
            lines.append(f"  {'GROWN' if now > before else 'less'}  {what}: {name}: {before} → {now}")
    print("\nBeside the recorded baseline" + ("" if lines else ": nothing has changed"))
    print("\n".join(lines))
    return grown
