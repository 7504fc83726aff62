"""A real SMTP server in a process of its own, which can misbehave: `python -I smtp_server.py FOLDER [SEED]`.

Isolated (-I), because the library needs a package called `public`, as one of our own is called.

It writes its port into FOLDER/port and, for every letter that it accepted, a line
"Message-ID recipient" into FOLDER/accepted, and the letter itself into FOLDER/letters/.
With a SEED other than 0 it refuses (451), hangs and drops the connection at random, at
every step; whether it had accepted the letter by then is also by chance. Addresses
that begin with "nobody" do not exist (550).
"""

import asyncio
import contextlib
import email
import email.policy
import random
import subprocess
import sys
import time
from pathlib import Path

HANGS = 3  # seconds; longer than the tests' clients wait


class Handler:
    """Accepts letters, or does what chance says."""

    def __init__(self, folder, seed):
        self.folder, self.chance, self.is_moody = folder, random.Random(seed), bool(seed)
        (folder / "letters").mkdir(exist_ok=True)
        self.n_accepted = 0

    async def _mood(self, server, step):
        """Return an answer to give instead of "250", or None."""
        if not self.is_moody:
            return None
        throw = self.chance.random()
        if throw < 0.06:
            return "451 4.7.1 Try again later"
        if throw < 0.08:
            await asyncio.sleep(HANGS)
            return None
        if throw < 0.11:
            server.transport.abort()
            return "421 Gone"
        return None

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - the library's name
        if bad := await self._mood(server, "mail"):
            return bad
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the library's name
        if address.startswith("nobody"):
            return "550 5.1.1 <" + address + "> no such user"
        if bad := await self._mood(server, "rcpt"):
            return bad
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        # Sometimes the letter is taken before things go wrong, sometimes not.
        takes_first = self.chance.random() < 0.5
        if takes_first and self.is_moody and self.chance.random() < 0.05:
            self._accept(envelope)
            if self.chance.random() < 0.5:
                await asyncio.sleep(HANGS)
            server.transport.abort()
            return "421 Gone"
        if bad := await self._mood(server, "data"):
            return bad
        if server.transport.is_closing():
            return "421 Gone"
        self._accept(envelope)
        return "250 OK"

    def _accept(self, envelope):
        letter = email.message_from_bytes(envelope.content)
        self.n_accepted += 1
        (self.folder / "letters" / f"{self.n_accepted:05}.eml").write_bytes(envelope.content)
        with (self.folder / "accepted").open("a") as book:
            book.write(f"{letter['Message-ID']} {envelope.rcpt_tos[0]} {envelope.mail_from}\n")


async def serve(folder, seed):
    from aiosmtpd.smtp import SMTP

    handler = Handler(folder, seed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=False), "127.0.0.1", 0)
    (folder / "accepted").touch()
    ready = folder / "port.new"
    ready.write_text(str(server.sockets[0].getsockname()[1]))
    ready.rename(folder / "port")
    await server.serve_forever()


@contextlib.contextmanager
def smtp_server(folder, seed=0):
    """Run the server while the block runs; give its port."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen([sys.executable, "-I", __file__, str(folder), str(seed)])
    try:
        ends = time.monotonic() + 20
        while not (folder / "port").exists():
            if time.monotonic() > ends or process.poll() is not None:
                raise RuntimeError("The SMTP server did not start.")
            time.sleep(0.05)
        yield int((folder / "port").read_text())
    finally:
        process.terminate()
        process.wait(timeout=10)


def accepted(folder):
    """Return the Message-IDs of what the server accepted, each as often as it did."""
    return [line.split()[0] for line in (folder / "accepted").read_text().splitlines()]


def letters(folder):
    """Return the letters that the server accepted, parsed."""
    paths = sorted((folder / "letters").glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
