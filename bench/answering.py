"""Answering the survey: a theme of forty questions beside the comparators' form, and many people at once.

`python -m bench.answering [--people N] [--seconds N] [--rounds N] [--on DATABASE]`; docs/performance.md tells how to
read it. Stops with 1 when anybody saw an error or an acknowledged answer is not there at the end.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from bench.__main__ import comparator_targets, how_many, say
from bench.load import seconds_for
from bench.servers import ROOT, SQLite, postgresql, prepare

SIZE, ROUNDS, TIMES = 308, 9, 20
THINKING = 3, 7  # seconds between two answers of one person
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
IN_WORDS = {"Accept": "application/json"}


def main():
    """Measure on SQLite and PostgreSQL; the many people answer on PostgreSQL, or on SQLite where there is none."""
    parser = argparse.ArgumentParser(prog="python -m bench.answering", description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the comparison; 0 leaves it out")
    parser.add_argument("--on", choices=["SQLite", "PostgreSQL"], help="measure on one database alone")
    options = parser.parse_args()
    subprocess.run([sys.executable, "scripts/messages.py", "compile"], cwd=ROOT, check=True)
    failed = False
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench.") as folder, ExitStack() as stack:
        postgres = stack.enter_context(postgresql())
        databases = [each for each in (SQLite(Path(folder)), postgres) if each and options.on in {None, each.name}]
        for database in databases:
            say(f"{database.name}: data")
            ours, comparators, session, _slugs = prepare(database, Path(folder), (SIZE,))
            survey = json.loads(ours.inside("answering_data", str(SIZE), str(options.people)))
            with ours.served() as server, comparators.served() as plain:
                say(f"{database.name}: {options.rounds} rounds")
                if options.rounds:
                    compare_form(database, server, plain, session, survey, options.rounds)
                if database is databases[-1]:
                    say(f"{database.name}: {options.people} people for {options.seconds} s")
                    said = Path(folder) / "acknowledged.json"
                    failed = not many_at_once(server, survey, options.seconds, said)
                    n_missing = int(ours.inside("answering_recount", str(said)))
                    print(f"  in the database: {n_missing} of the acknowledged answers are missing")
                    failed = failed or n_missing > 0
    sys.exit(failed)


class Inputs(HTMLParser):
    """What a form would send as it stands."""

    def __init__(self, page):
        super().__init__()
        self.values, self._textarea = {}, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Take the value of an input, or begin a text."""
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "textarea":
            self._textarea, self.values[name] = name, ""
        elif tag == "input" and name and (attrs.get("type") not in {"radio", "checkbox"} or "checked" in attrs):
            self.values[name] = attrs.get("value", "")

    def handle_data(self, data):
        """Take a text."""
        if self._textarea:
            self.values[self._textarea] += data

    def handle_endtag(self, tag):
        """End a text."""
        if tag == "textarea":
            self._textarea = None


class Person:
    """Somebody who answers for a municipality over a connection that is opened anew after thinking."""

    def __init__(self, port, survey, who):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.address = f"/oma/{who['slug']}/kysely/{survey['year']}/"
        self.theme = f"{self.address}{survey['theme']}/"
        self.keys, self.cookie = survey["keys"], f"sessionid={who['session']}"
        self.csrf, self.acknowledged, self.errors, self.times = "", {}, [], []

    def ask(self, method, address, body=None, headers=None):
        """Send a request; return (status, text)."""
        cookie = f"{self.cookie}; csrftoken={self.csrf}" if self.csrf else self.cookie
        self.connection.request(method, address, body, {"Cookie": cookie, **(headers or {})})
        response = self.connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie" and value.startswith("csrftoken="):
                self.csrf = value.partition(";")[0].partition("=")[2]
        return response.status, response.read().decode()

    def begin(self):
        """Begin the response."""
        _status, page = self.ask("GET", self.address)
        token = Inputs(page).values.get("csrfmiddlewaretoken", "")
        return self.ask("POST", f"{self.address}aloita/", urlencode({"csrfmiddlewaretoken": token}), HEADERS)

    def form(self):
        """Return what the theme's form holds."""
        status, page = self.ask("GET", self.theme)
        if status != 200:
            self.errors.append(f"theme {status}")
        return Inputs(page).values

    def answer_for(self, seconds, draw):
        """Answer one question after another, each by itself, with a little thinking between."""
        ends = time.monotonic() + seconds
        try:
            self.begin()
            values = self.form()
            while time.monotonic() < ends:
                self.connection.close()  # the server closes what is idle
                time.sleep(draw.uniform(*THINKING))
                number = draw.randrange(len(self.keys))
                key = self.keys[number]
                said = new_value(number, draw)
                sent = {key: said, f"{key}--seen": values[f"{key}--seen"], "token": values["token"]}
                started = time.perf_counter()
                status, text = self.ask("POST", self.theme, urlencode(sent), HEADERS | IN_WORDS)
                self.times.append(time.perf_counter() - started)
                if status != 200:
                    self.errors.append(f"{key} {status} {text[:80]}")
                    continue
                values |= json.loads(text).get("seen", {})
                self.acknowledged[key] = said
            values = self.form()
        except (OSError, HTTPException) as error:
            self.errors.append(repr(error))
        return [key for key, said in self.acknowledged.items() if values.get(key, "").strip() != said]


def new_value(number, draw):
    """Return an answer to the question of this number."""
    return (
        draw.choice("ynp"), str(draw.randrange(1000)), f"{draw.randint(1, 28)}.5.2026", f"Vastaus {draw.random()}",
    )[number % 4]  # fmt: skip


def many_at_once(server, survey, seconds, said):
    """Let everybody answer at once; print what became of it, and return whether nothing was lost and nobody failed.

    What was acknowledged goes into the file `said`, to be looked up in the database.
    """
    people = [Person(server.port, survey, who) for who in survey["people"]]
    with ThreadPoolExecutor(len(people)) as pool:
        lost = list(pool.map(lambda pair: pair[1].answer_for(seconds, random.Random(pair[0])), enumerate(people)))
    acknowledged = {who["slug"]: person.acknowledged for who, person in zip(survey["people"], people, strict=True)}
    said.write_text(json.dumps(acknowledged))
    times = sorted(time for person in people for time in person.times)
    errors = [error for person in people for error in person.errors]
    n_lost = sum(map(len, lost))
    print(f"\n{len(people)} people for {seconds} s: {len(times)} answers, {len(errors)} errors, {n_lost} lost")
    if times:
        print(
            f"  median {1000 * statistics.median(times):.0f} ms, 95 % in {1000 * times[len(times) * 95 // 100]:.0f} ms"
        )
    for error in errors[:5]:
        print(f"  {error}")
    return bool(times) and not errors and not n_lost


def compare_form(database, server, plain, session, survey, rounds):
    """Print the processor time of the theme and of saving all of it beside the comparators' form and save."""
    person = Person(server.port, survey, survey["people"][0])
    person.begin()
    targets = comparator_targets(plain, session)
    comparing = {name: targets[name] for name in ("form", "save")}
    times = {name: how_many(*target) for name, target in comparing.items()}
    found = {name: [] for name in ("form", "save", "theme", "theme save")}

    def cpu(work):
        before = server.cpu_seconds() + plain.cpu_seconds() + database.cpu_seconds()
        n = work()
        return 1000 * (server.cpu_seconds() + plain.cpu_seconds() + database.cpu_seconds() - before) / n

    def show():
        for _time in range(TIMES):
            person.form()
        return TIMES

    def show_and_save():
        for _time in range(TIMES):
            draw = random.Random(time.time_ns())
            values = person.form()
            values |= {key: new_value(place, draw) for place, key in enumerate(person.keys)}
            status, _text = person.ask("POST", person.theme, urlencode(values | {"go": "here"}), HEADERS)
            if status != 302:
                raise SystemExit(f"Saving the theme answered {status}.")
        return TIMES

    show(), show_and_save()
    for _round in range(rounds):
        for name, (at, request) in comparing.items():
            found[name].append(cpu(lambda at=at, request=request, n=times[name]: seconds_for(at.port, request, n)[0]))
        found["theme"].append(cpu(show))
        found["theme save"].append(cpu(show_and_save) - found["theme"][-1])
    middle = {name: statistics.median(each) for name, each in found.items()}
    print(f"\n{database.name}: CPU ms of {', '.join(f'{name} {value:.1f}' for name, value in middle.items())}")
    for ours, theirs in (("theme", "form"), ("theme save", "save")):
        ratio = statistics.median(b / a for a, b in zip(found[ours], found[theirs], strict=True))
        print(f"  {'pass' if ratio >= 0.6 else 'MISS'}  {ours} ≥ 0.6 of {theirs}: {ratio:.2f}")


if __name__ == "__main__":
    main()
