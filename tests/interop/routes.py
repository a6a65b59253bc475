"""Checks by HTTP: a library signs what examples/providers receives, and verifies what our signer signs."""

import http.client
import os
import subprocess

from peer import BODIES, PATIENCE, draw, each, line, now, tampered

# A library, where it comes from, the route that its signatures are for, and the header whose value lists signatures.
LIBRARIES = [
    ("npm", "stripe", "stripe", "stripe-signature"),
    ("npm", "@octokit/webhooks-methods", "github", None),
    ("npm", "svix", "standard_webhooks", "svix-signature"),
    ("npm", "standardwebhooks", "standard_webhooks", "webhook-signature"),
    ("pypi", "stripe", "stripe", "stripe-signature"),
    ("pypi", "slack_sdk", "slack", None),
    ("pypi", "standardwebhooks", "standard_webhooks", "webhook-signature"),
    ("pypi", "svix", "standard_webhooks", "svix-signature"),
    ("pypi", "hmac, as Shopify documents", "shopify", None),
    ("pypi", "hmac, as Knowrithm documents", "knowrithm", None),
    ("crate", "standardwebhooks", "standard_webhooks", "webhook-signature"),
]

ROUTES = ["knowrithm", "github", "stripe", "slack", "shopify", "standard_webhooks"]
SIGN_TIME = {"stripe", "slack", "standard_webhooks"}


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


def checks(library, route, lists, peer, ours, receiver):
    """Pairs of what is checked, and what comes out wrong."""
    known, stranger = receiver.secrets[route], draw(route)

    def signed(secret, body, at=None):
        return peer.sign(library, secret, body, at)[0]

    def wrong(headers, body, key):
        """What is wrong with the answer; without a key, it is to be a refusal that tells nothing."""
        # Shopify demands another status than the others.
        refusal = 401 if route == "shopify" else 403
        wanted = (200, '{"signed_by":"%s","status":"success"}' % key) if key else (refusal, "")
        seen = receiver.answer(route, headers, body)
        return [] if seen == wanted else [f"{seen} instead of {wanted}"]

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
        return ours.sign(route, secret, body)[0]

    yield "verifies what our signer signs", each(judged(our(known["current"], body), body, True) for body in BODIES)
    yield "refuses what our signer did not sign", each(
        each([
            judged(our(known["current"], body), tampered(body)[0], False),
            judged(our(stranger, body), body, False),
        ])
        for body in BODIES
    )
