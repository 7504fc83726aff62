"""A real mail server for tests, in a process of its own: what Django hands over arrives as in a mailbox.

`python -I tests/mail_server.py FOLDER [SEED]` listens on a free port of this machine, tells
it in the first line of its output, and writes each letter that it accepts to FOLDER as it
came. With a SEED other than 0 it refuses (451), hangs and drops the connection at random,
at every step; whether it had accepted the letter by then is also by chance. Addresses that
begin with "nobody" do not exist (550). The fixture `mail_server` (tests/conftest.py) starts
one and points Django's e-mail settings at it.

With -I our own folders are not on its path: aiosmtpd needs a package that is called
`public` like one of ours.
"""

import asyncio
import email
import random
import subprocess
import sys
import time
from email.policy import default
from pathlib import Path

HOST = "127.0.0.1"
HANGS = 3  # seconds; longer than the impatient clients of the tests wait


class MailServer:
    """The server's process, and the letters that have arrived; as a context it ends with its block."""

    def __init__(self, folder, *, seed=0):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-I", __file__, str(folder), str(seed)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.stop()

    def stop(self):
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def letters(self, address=None):
        """Return the letters to `address`, or all, the oldest first, as email.message.EmailMessage."""
        files = sorted(self.folder.glob("*.eml"))
        letters = [email.message_from_bytes(path.read_bytes(), policy=default) for path in files]
        return [letter for letter in letters if address in (None, letter["X-RcptTo"])]

    def letter(self, address, *, number=1):
        """Return the letter number `number` to `address`; waits for it, and fails when it does not come."""
        for _wait in range(100):
            if len(letters := self.letters(address)) >= number:
                return letters[number - 1]
            time.sleep(0.1)
        raise AssertionError(f"Letter {number} to {address} has not come; {len(letters)} have.")

    def accepted(self):
        """Return the Message-IDs of what the server accepted, each as often as it did."""
        return [str(letter["Message-ID"]) for letter in self.letters()]


class _Mailbox:
    """Keeps each letter as a file, whole or not at all, or does what chance says."""

    def __init__(self, folder, seed):
        self.folder, self.n = Path(folder), 0
        self.chance, self.is_moody = random.Random(seed), bool(seed)

    async def _mood(self, server):
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

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if bad := await self._mood(server):
            return bad
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if address.startswith("nobody"):
            return f"550 5.1.1 <{address}> no such user"
        if bad := await self._mood(server):
            return bad
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        # Sometimes the letter is taken before things go wrong, sometimes not.
        if self.is_moody and self.chance.random() < 0.025:
            self._keep(envelope)
            if self.chance.random() < 0.5:
                await asyncio.sleep(HANGS)
            server.transport.abort()
            return "421 Gone"
        if bad := await self._mood(server):
            return bad
        if server.transport.is_closing():
            return "421 Gone"
        self._keep(envelope)
        return "250 OK"

    def _keep(self, envelope):
        self.n += 1
        envelope_rows = f"X-RcptTo: {', '.join(envelope.rcpt_tos)}\r\nX-MailFrom: {envelope.mail_from}\r\n"
        unfinished = self.folder / f"{self.n:05}.part"
        unfinished.write_bytes(envelope_rows.encode() + envelope.original_content)
        unfinished.rename(unfinished.with_suffix(".eml"))


async def _serve(folder, seed):
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    mailbox = _Mailbox(folder, seed)
    server = await loop.create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=not seed), HOST, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
