"""Holds examples/providers and the signers to the libraries of the field: a line for each check, and their number."""

import argparse
import base64
import http.client
import json
import os
import secrets
import select
import shlex
import subprocess
import sys
import time

PATIENCE = 30

# A library, where it comes from, the route that its signatures are for, and the header whose value lists signatures.
LIBRARIES = [
    ("npm", "stripe", "stripe", "stripe-signature"),
    ("npm", "@octokit/webhooks-methods", "github", None),
    ("npm", "svix", "standard_webhooks", "svix-signature"),
    ("npm", "standardwebhooks", "standard_webhooks", "webhook-signature"),
    ("pypi", "stripe", "stripe", "stripe-signature"),
    ("pypi", "slack_sdk", "slack", None),
    ("pypi", "standardwebhooks", "standard_webhooks", "webhook-signature"),
    ("pypi", "hmac, as Shopify documents", "shopify", None),
    ("pypi", "hmac, as Knowrithm documents", "knowrithm", None),
    ("crate", "standardwebhooks", "standard_webhooks", "webhook-signature"),
]

ROUTES = ["knowrithm", "github", "stripe", "slack", "shopify", "standard_webhooks"]
SIGN_TIME = {"stripe", "slack", "standard_webhooks"}

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
        request = dict(call=call, library=library, secret=secret, body=body, **more)
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(line(self.process))


class Receiver:
    """examples/providers, with two secrets for each provider."""

    def __init__(self, binary):
        self.secrets = {route: {key: draw(route) for key in ("current", "old")} for route in ROUTES}
        environment = {name: value for name, value in os.environ.items() if "_WEBHOOK_SECRET" not in name}
        environment["PORT"] = "0"
        for route, pair in self.secrets.items():
            environment[f"{route.upper()}_WEBHOOK_SECRET"] = pair["current"]
            environment[f"{route.upper()}_WEBHOOK_SECRET_OLD"] = pair["old"]
        self.process = subprocess.Popen([binary], env=environment, stdout=subprocess.PIPE)
        greeting = line(self.process).decode().strip()
        self.address = greeting.removeprefix("Listening on http://")

    def answer(self, route, headers, body):
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        connection.request("POST", f"/{route}", body.encode(), {"content-type": "application/json", **headers})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text


def line(process):
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    text = process.stdout.readline() if ready else b""
    if not text:
        raise RuntimeError(f"no answer from {process.args[0]}")
    return text


def now():
    return int(time.time())


def draw(route):
    """A secret as the provider writes them: those of Standard Webhooks say so, and so do Stripe's."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return "whsec_" + key if route in ("stripe", "standard_webhooks") else key


def tampered(body):
    """The body with another byte somewhere, with one more, and with one less."""
    middle = len(body) // 2
    other = "x" if body[middle] != "x" else "y"
    return [body[:middle] + other + body[middle + 1 :], body + "\n", body[:-1]]


def checks(library, route, lists, peer, ours, receiver):
    """Pairs of what is checked, and what comes out wrong."""
    known, stranger = receiver.secrets[route], draw(route)

    def signed(secret, body, at=None, by=(peer, library)):
        return by[0].ask("sign", by[1], secret, body, timestamp=at or now(), id="msg_interop")["headers"]

    def wrong(headers, body, key):
        """What is wrong with the answer; without a key, it is to be a refusal that tells nothing."""
        # Shopify demands another status than the others.
        refusal = 401 if route == "shopify" else 403
        wanted = (200, '{"signed_by":"%s","status":"success"}' % key) if key else (refusal, "")
        seen = receiver.answer(route, headers, body)
        return [] if seen == wanted else [f"{seen} instead of {wanted}"]

    def each(outcomes):
        return [complaint for outcome in outcomes for complaint in outcome]

    for key, secret in known.items():
        yield f"accepted under the {key} secret", each(wrong(signed(secret, body), body, key) for body in BODIES)

    yield "refused with another body", each(
        wrong(signed(known["current"], body), other, None) for body in BODIES for other in tampered(body)
    )
    yield "refused under another secret", each(wrong(signed(stranger, body), body, None) for body in BODIES)

    if lists:
        separator = "," if route == "stripe" else " "

        def listed(body, *several):
            at = now()
            every = [signed(secret, body, at) for secret in several]
            values = [headers[lists] for headers in every]
            if route == "stripe":
                # Each says the time, which is said once.
                values[1:] = [value.split(",", 1)[1] for value in values[1:]]
            return {**every[0], lists: separator.join(values)}

        body = BODIES[0]
        yield "accepted with a list of signatures", each([
            wrong(listed(body, stranger, known["current"]), body, "current"),
            wrong(listed(body, stranger, known["old"], draw(route)), body, "old"),
            wrong(listed(body, known["old"], known["current"]), body, "current"),
        ])
        yield "refused with a list of strangers' signatures", wrong(listed(body, stranger, draw(route)), body, None)

    if route in SIGN_TIME:
        # Not near the bounds: nobody knows how long this takes.
        yield "accepted within the window of 300 s", each(
            wrong(signed(known["current"], BODIES[0], now() + off), BODIES[0], "current") for off in (-240, 240)
        )
        yield "refused outside of it", each(
            wrong(signed(known["current"], BODIES[0], now() + off), BODIES[0], None) for off in (-301, 360)
        )

    def judged(headers, body, wanted):
        if library == "svix":
            headers = {name.replace("webhook-", "svix-"): value for name, value in headers.items()}
        answer = peer.ask("verify", library, known["current"], body, headers=headers)
        return [] if answer["verified"] is wanted else [f"{answer} instead of {wanted}"]

    def our(secret, body):
        return signed(secret, body, by=(ours, route))

    yield "verifies what our signer signs", each(judged(our(known["current"], body), body, True) for body in BODIES)
    yield "refuses what our signer did not sign", each(
        each([
            judged(our(known["current"], body), tampered(body)[0], False),
            judged(our(stranger, body), body, False),
        ])
        for body in BODIES
    )


def main():
    parser = argparse.ArgumentParser()
    for name in ("providers", "npm", "pypi", "crate"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()

    peers, receiver = {}, None
    passed = failed = 0
    try:
        receiver = Receiver(arguments.providers)
        for name in ("npm", "pypi", "crate"):
            peers[name] = Peer(getattr(arguments, name))
        for origin, library, route, lists in LIBRARIES:
            for what, complaints in checks(library, route, lists, peers[origin], peers["crate"], receiver):
                print(f"{'FAILED' if complaints else 'ok    '} {origin} {library}, {route}: {what}")
                for complaint in complaints:
                    print(f"       {complaint}")
                passed, failed = passed + (not complaints), failed + bool(complaints)
    finally:
        for started in filter(None, [receiver, *peers.values()]):
            started.process.terminate()
            started.process.wait(PATIENCE)
    print(f"{passed + failed} checks with {len(LIBRARIES)} libraries: {passed} passed, {failed} failed, none skipped")
    sys.exit(1 if failed else 0)


main()
