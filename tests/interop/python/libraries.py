"""Signs and verifies with the libraries of PyPI: answers each line of JSON on stdin with one on stdout."""

import base64
import hashlib
import hmac
import json
import os
import sys
from datetime import datetime, timezone

import stripe
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook

from schemes import SCHEMES


class Stripe:
    @staticmethod
    def sign(secret, body, timestamp, id, **_):
        header = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp)
        return {"stripe-signature": header}

    @staticmethod
    def verify(secret, body, headers, **_):
        return stripe.WebhookSignature.verify_header(body, headers["stripe-signature"], secret, tolerance=300)


class Slack:
    @staticmethod
    def sign(secret, body, timestamp, id, **_):
        signature = SignatureVerifier(secret).generate_signature(timestamp=str(timestamp), body=body)
        return {"x-slack-request-timestamp": str(timestamp), "x-slack-signature": signature}

    @staticmethod
    def verify(secret, body, headers, **_):
        return SignatureVerifier(secret).is_valid_request(body, headers)


class StandardWebhooks:
    @staticmethod
    def sign(secret, body, timestamp, id, **_):
        signature = Webhook(secret).sign(id, datetime.fromtimestamp(timestamp, timezone.utc), body)
        return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}

    @staticmethod
    def verify(secret, body, headers, **_):
        Webhook(secret).verify(body, headers)
        return True


class Hmac:
    """What a provider without a library has its readers write with Python's own modules."""

    def __init__(self, header, write):
        self.header, self.write = header, write

    def sign(self, secret, body, **_):
        mac = hmac.new(secret.encode(), body.encode(), hashlib.sha256)
        return {self.header: self.write(mac)}

    def verify(self, secret, body, headers, **_):
        return hmac.compare_digest(self.sign(secret, body)[self.header], headers[self.header])


LIBRARIES = {
    "stripe": Stripe,
    "slack_sdk": Slack,
    "standardwebhooks": StandardWebhooks,
    # https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
    "hmac, as Shopify documents": Hmac("x-shopify-hmac-sha256", lambda mac: base64.b64encode(mac.digest()).decode()),
    "hmac, as Knowrithm documents": Hmac("x-knowrithm-signature", lambda mac: "sha256=" + mac.hexdigest()),
    **SCHEMES,
}


def answer(call, library, **arguments):
    library = LIBRARIES[library]
    if call == "sign" and hasattr(library, "sign_body"):
        return {"headers": {}, "body": library.sign_body(**arguments)}
    if call == "sign":
        return {"headers": library.sign(**arguments)}
    try:
        return {"verified": library.verify(**arguments)}
    except Exception as error:
        return {"verified": False, "why": str(error)}


# Some libraries print what they refuse.
answers, sys.stdout = sys.stdout, open(os.devnull, "w")
for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line))), file=answers, flush=True)
