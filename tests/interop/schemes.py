"""Checks without HTTP: the libraries that providers publish, and the verifier and signer of every scheme."""

import base64
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from nacl.signing import SigningKey

from peer import BODIES, URL, draw, each, now, tampered

SIGNS, VERIFIES = True, False

# A library, where it comes from, the scheme, and whether it signs too.
LIBRARIES = [
    ("npm", "@adyen/api-library", "adyen", SIGNS),
    ("npm", "@hubspot/api-client", "hubspot", SIGNS),
    ("npm", "@line/bot-sdk", "line", VERIFIES),
    ("npm", "@linear/sdk", "linear", VERIFIES),
    ("npm", "@mux/mux-node", "mux", SIGNS),
    ("npm", "@notionhq/client", "notion", SIGNS),
    ("npm", "@paddle/paddle-node-sdk", "paddle", VERIFIES),
    ("npm", "@sanity/webhook", "sanity", SIGNS),
    ("npm", "@sendgrid/eventwebhook", "sendgrid", SIGNS),
    ("npm", "@shopify/shopify-api", "shopify", VERIFIES),
    ("npm", "discord-interactions", "discord", SIGNS),
    ("npm", "razorpay", "razorpay", VERIFIES),
    ("npm", "square", "square", VERIFIES),
    ("npm", "twilio", "twilio", SIGNS),
    ("pypi", "Adyen", "adyen", SIGNS),
    ("pypi", "boxsdk", "box_com", SIGNS),
    ("pypi", "coinbase-commerce", "coinbase_commerce", SIGNS),
    ("pypi", "discord-interactions", "discord", SIGNS),
    ("pypi", "elevenlabs", "elevenlabs", VERIFIES),
    ("pypi", "gidgethub", "github", VERIFIES),
    ("pypi", "hubspot-api-client", "hubspot", SIGNS),
    ("pypi", "line-bot-sdk", "line", VERIFIES),
    ("pypi", "paddle-python-sdk", "paddle", SIGNS),
    ("pypi", "razorpay", "razorpay", VERIFIES),
    ("pypi", "resend", "standard_webhooks", VERIFIES),
    ("pypi", "sendgrid", "sendgrid", SIGNS),
    ("pypi", "squareup", "square", VERIFIES),
    ("pypi", "twilio", "twilio", SIGNS),
]

SIGN_TIME = {
    "box_com",
    "discord",
    "elevenlabs",
    "hubspot",
    "mux",
    "paddle",
    "sanity",
    "sendgrid",
    "standard_webhooks",
}
SIGN_URL = {"hubspot", "square", "twilio"}


FORM = "From=%2B14158675309&Body=Zo%C3%AB+%26+co&Digits=1234&Empty=&Digits=12&Body=Zo%C3%AB+%26+co"
NOTIFICATION = """{"live": "false", "notificationItems": [{"NotificationRequestItem": {
    "pspReference": "psp", "originalReference": "", "merchantAccountCode": "account", "merchantReference": "Zoë 1:2",
    "amount": {"currency": "EUR", "value": 1000}, "eventCode": "AUTHORISATION", "success": "true"}}]}"""


def pair(scheme):
    """What signs and what verifies: the same, but for public keys."""
    if scheme == "discord":
        key = SigningKey.generate()
        return key.encode().hex(), key.verify_key.encode().hex()
    if scheme == "sendgrid":
        key = ec.generate_private_key(ec.SECP256R1())
        der, plain = serialization.Encoding.DER, serialization.NoEncryption()
        private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, plain)
        public = key.public_key().public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(private).decode(), base64.b64encode(public).decode()
    secret = secrets.token_hex(32) if scheme == "adyen" else draw(scheme)
    return secret, secret


def bodies(scheme):
    """What is signed. Linear's library wants the time in it, in milliseconds."""
    if scheme == "adyen":
        return [NOTIFICATION]
    if scheme == "linear":
        return [body.replace("{", '{"webhookTimestamp":%d,' % (now() * 1000), 1) for body in BODIES]
    return [FORM, *BODIES] if scheme == "twilio" else BODIES


def changed(scheme, body):
    """The body, forged. Adyen signs eight fields of it."""
    if scheme == "adyen":
        return [body.replace(was, to) for was, to in (("1000", "1001"), ("EUR", "USD"), ('"true"', '"false"'))]
    return tampered(body)


def typed(body):
    """The header that tells forms from JSON."""
    return {"content-type": "application/json" if body[0] == "{" else "application/x-www-form-urlencoded"}


def checks(library, scheme, signs, peer, ours):
    """Pairs of what is checked, and what comes out wrong."""
    (private, public), (stranger, _) = pair(scheme), pair(scheme)

    def verdict(by, name, headers, body, wanted, **more):
        """What is wrong with the answer of a verifier. We say why we refuse; a library need not."""
        answer = by.ask("verify", name, public, body, headers={**typed(body), **headers}, **more)
        seen = answer["verified"] or (answer["why"] if by is ours else False)
        return [] if seen == wanted else [f"{name} of {'ours' if by is ours else 'theirs'}: {answer}, not {wanted}"]

    def we(headers, body, wanted=True, **more):
        return verdict(ours, scheme, headers, body, wanted, **more)

    def they(headers, body, wanted=True, **more):
        return verdict(peer, library, headers, body, wanted, **more)

    def both_refuse(headers, body, **more):
        return we(headers, body, "signature_mismatch", **more) + they(headers, body, False, **more)

    def signed_by_them(secret, body, at=None):
        return peer.sign(library, secret, body, at)

    def signed_by_us(secret, body, at=None):
        return ours.sign(scheme, secret, body, at, headers=typed(body))

    every = bodies(scheme)
    for signed, whose in ((signed_by_them, "it signs"), (signed_by_us, "we sign"))[0 if signs else 1 :]:
        yield f"both accept what {whose}", each(
            judge(*signed(private, body)) for body in every for judge in (we, they)
        )
        yield f"both refuse what {whose} with another body", each(
            both_refuse(headers, other)
            for headers, sent in (signed(private, body) for body in every)
            for other in changed(scheme, sent)
        )
        yield f"both refuse what {whose} with another secret", each(
            both_refuse(*signed(stranger, body)) for body in every
        )
        if scheme in SIGN_URL:
            yield f"both refuse what {whose} for another URL", both_refuse(
                *signed(private, every[0]), url=URL + "&more"
            )
        if scheme in SIGN_TIME:
            yield f"we refuse what {whose} outside of the window of 300 s", each([
                we(*signed(private, every[0], now() - 301), "timestamp_too_old"),
                we(*signed(private, every[0], now() + 360), "timestamp_in_future"),
            ])
            yield f"we accept what {whose} within it", each(
                we(*signed(private, every[0], now() + off)) for off in (-240, 240)
            )
