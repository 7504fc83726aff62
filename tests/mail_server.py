"""A real mail server for tests, in a process of its own: what Django hands over arrives as in a mailbox.

`python -P tests/mail_server.py FOLDER` listens on a free port of this machine, tells it
in the first line of its output, and writes each letter to FOLDER as it came. The fixture
`mail_server` (tests/conftest.py) starts one and points Django's e-mail settings at it.

With -P our own folders are not on its path: aiosmtpd needs a package that is called
`public` like one of ours.
"""

import asyncio
import email
import subprocess
import sys
import time
from email.policy import default
from pathlib import Path

HOST = "127.0.0.1"


class MailServer:
    """The server's process, and the letters that have arrived."""

    def __init__(self, folder):
        self.folder = folder
        command = [sys.executable, "-P", __file__, str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def letters(self, address):
        """Return the letters to `address`, the oldest first, as email.message.EmailMessage."""
        files = sorted(self.folder.glob("*.eml"))
        letters = [email.message_from_bytes(path.read_bytes(), policy=default) for path in files]
        return [letter for letter in letters if letter["X-RcptTo"] == address]

    def letter(self, address, *, number=1):
        """Return the letter number `number` to `address`; waits for it, and fails when it does not come."""
        for _wait in range(100):
            if len(letters := self.letters(address)) >= number:
                return letters[number - 1]
            time.sleep(0.1)
        raise AssertionError(f"Letter {number} to {address} has not come; {len(letters)} have.")


class _Mailbox:
    """Keeps each letter as a file, whole or not at all."""

    def __init__(self, folder):
        self.folder, self.n = Path(folder), 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.n += 1
        recipients = ", ".join(envelope.rcpt_tos)
        unfinished = self.folder / f"{self.n:04}.part"
        unfinished.write_bytes(f"X-RcptTo: {recipients}\r\n".encode() + envelope.original_content)
        unfinished.rename(unfinished.with_suffix(".eml"))
        return "250 OK"


async def _serve(folder):
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    mailbox = _Mailbox(folder)
    server = await loop.create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=True), HOST, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
