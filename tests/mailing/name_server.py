"""A name server on the loopback, in a process of its own: `python -m tests.mailing.name_server FOLDER ZONE`.

ZONE is JSON: {"name TYPE": ["row", …]}. Its port stands in FOLDER/port.
"""

import contextlib
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


def answer(zone, question_bytes):
    query = dns.message.from_wire(question_bytes)
    reply = dns.message.make_response(query)
    question = query.question[0]
    name, kind = question.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
    rows = zone.get(f"{name} {kind}", [])
    if rows:
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *rows))
    elif not any(key.split()[0] == name for key in zone):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply.to_wire()


def serve(folder, zone):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        (folder / "port.new").write_text(str(listening.getsockname()[1]))
        (folder / "port.new").rename(folder / "port")
        while True:
            question, asker = listening.recvfrom(4096)
            listening.sendto(answer(zone, question), asker)


@contextlib.contextmanager
def name_server(folder, zone):
    """Run the server while the block runs; give its address, host:port."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.mailing.name_server", str(folder), json.dumps(zone)]
    process = subprocess.Popen(command)
    try:
        ends = time.monotonic() + 20
        while not (folder / "port").exists():
            if time.monotonic() > ends or process.poll() is not None:
                raise RuntimeError("The name server did not start.")
            time.sleep(0.05)
        yield f"127.0.0.1:{(folder / 'port').read_text()}"
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), json.loads(sys.argv[2]))
