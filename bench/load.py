"""A small HTTP client for one server on 127.0.0.1, and what its processes have used (Linux: /proc)."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 8
# Whoever waits longer has gone.
TIMEOUT = 60


@dataclass(frozen=True)
class Request:
    """What is asked, and the status that must come."""

    address: str
    headers: dict = field(default_factory=dict)
    body: str | None = None
    status: int = 200

    def encoded(self, port):
        """Return the request as it goes to the wire."""
        body = (self.body or "").encode()
        lines = [f"{'POST' if self.body else 'GET'} {self.address} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


def ask(port, requests):
    """Send each of `requests` once over one kept connection; return the headers of the last answer, in lower case."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            connection.sendall(request.encoded(port))
            headers = _read_answer(connection)
            status = int(headers[9:12])
            if status != request.status:
                raise SystemExit(f"{request.address} answered {status}, not {request.status}.")
    return headers.decode("latin-1").lower()


def _read_answer(connection):
    """Read one whole answer and return its head."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _gap, body = received.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    left = int(length) - len(body) if length else 0
    while left > 0:
        left -= len(_some(connection))
    return head


def _some(connection):
    data = connection.recv(1 << 18)
    if not data:
        raise ConnectionError("The server closed the connection.")
    return data


def seconds_for(port, request, times):
    """Send `request` about `times` times over several connections; return (how many, seconds)."""
    connections = min(CONNECTIONS, times)
    each = times // connections
    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda _number: ask(port, [request] * each), range(connections)))
    return each * connections, time.perf_counter() - started


def children_of(pid):
    """Return the ids of a process's children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def cpu_seconds(pids):
    """Return the processor time that these processes have used so far, to the nanosecond where the kernel tells."""
    total = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            try:
                total += int((thread / "schedstat").read_text().split()[0]) / 1e9
            except FileNotFoundError:
                total += _ticks(thread / "stat") / 100
            except ProcessLookupError:  # one of the database's own, which has just ended
                continue
    return total


def _ticks(stat):
    """Return utime and stime together."""
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def pss_megabytes(pids):
    """Return the memory of these processes, what they share counted once."""
    kilobytes = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024
