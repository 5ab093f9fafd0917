"""A real mail server on this machine, run by the tests: it counts what it accepts, refuses some, and hangs on some."""

import asyncio
import email
import email.policy
import threading
import time

from aiosmtpd.controller import Controller

from sendco.tools.dev.servers import free_port


class MailServer:
    """`refuse` maps addresses to the answer they get, `times` how often (for ever without); `silent` ones are never
    answered. `mails` are (address, Message-ID, message) in the order in which they were accepted.
    """

    def __init__(self):
        self.mails, self.asked = [], []
        self.refuse, self.times = {}, {}
        self.silent = set()
        self.sign_off = "250 Accepted"
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *error):
        self._controller.stop()

    @property
    def port(self):
        return self._controller.port

    def accepted(self, address=None):
        with self._lock:
            return [mail for mail in self.mails if address in (None, mail[0])]

    def wait_for(self, count, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(self.accepted()) >= count:
                return
            time.sleep(0.02)
        raise AssertionError(f"{len(self.accepted())} mails after {seconds} seconds, {count} wanted")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  (aiosmtpd's name)
        with self._lock:
            self.asked.append(address)
            left = self.times.get(address, 1)
            self.times[address] = left - 1 if address in self.times else left
        if address in self.silent:
            await asyncio.sleep(5)
            return "451 Too late"
        if address in self.refuse and left > 0:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 Fine"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if not self.sign_off.startswith("250"):
            return self.sign_off
        with self._lock:
            self.mails.append((envelope.rcpt_tos[0], message["Message-ID"], message))
        return self.sign_off
