"""Processes that answer, and what they are asked."""

import base64
import json
import secrets
import select
import shlex
import subprocess
import time

PATIENCE = 60

# The URL under which the senders know the receiver.
URL = "https://receiver.example/hooks?from=interop"

# All are JSON objects, because some libraries parse what they verify.
BODIES = [
    '{"id":"evt_1","object":"event","type":"lead.created"}',
    '{ "name": "Zo\u00eb \u2603 \U0001f600 \\u2603",\r\n\t"empty": "" }\n',
    '{"padding":"' + 100_000 * "x" + '"}',
]


class Peer:
    """A process that answers lines of JSON."""

    def __init__(self, command):
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, call, library, secret, body, **more):
        request = {"call": call, "library": library, "secret": secret, "body": body, "url": URL, **more}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(line(self.process))

    def sign(self, library, secret, body, at=None, **more):
        """The headers and the body that are to be sent."""
        at = now() if at is None else at
        answer = self.ask("sign", library, secret, body, timestamp=at, id="msg_interop", **more)
        return answer["headers"], answer.get("body", body)


def line(process):
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    text = process.stdout.readline() if ready else b""
    if not text:
        raise RuntimeError(f"no answer from {process.args[0]}")
    return text


def now():
    return int(time.time())


def draw(scheme):
    """A secret as the provider writes them: those of Standard Webhooks say so, and so do Stripe's."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return "whsec_" + key if scheme in ("stripe", "standard_webhooks") else key


def tampered(body):
    """The body with another byte somewhere, with one more, and with one less."""
    middle = len(body) // 2
    other = "x" if body[middle] != "x" else "y"
    return [body[:middle] + other + body[middle + 1 :], body + "\n", body[:-1]]


def each(outcomes):
    return [complaint for outcome in outcomes for complaint in outcome]
