"""Checks without HTTP: the libraries that providers publish, and the verifier and signer of every scheme."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from nacl.signing import SigningKey

from peer import BODIES, URL, draw, each, now, tampered

SIGNS, VERIFIES = True, False

# A library, where it comes from, the scheme, and whether it signs too.
LIBRARIES = [
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
SIGN_URL = {"hubspot", "square"}


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
    secret = draw(scheme)
    return secret, secret


def bodies(scheme):
    if scheme != "linear":
        return BODIES
    # Linear's library wants the time in the body, in milliseconds.
    return [body.replace("{", '{"webhookTimestamp":%d,' % (now() * 1000), 1) for body in BODIES]


def checks(library, scheme, signs, peer, ours):
    """Pairs of what is checked, and what comes out wrong."""
    (private, public), (stranger, _) = pair(scheme), pair(scheme)

    def verdict(by, name, headers, body, wanted, **more):
        """What is wrong with the answer of a verifier. We say why we refuse; a library need not."""
        answer = by.ask("verify", name, public, body, headers=headers, **more)
        seen = answer["verified"] or (answer["why"] if by is ours else False)
        return [] if seen == wanted else [f"{name} of {'ours' if by is ours else 'theirs'}: {answer}, not {wanted}"]

    def we(headers, body, wanted=True, **more):
        return verdict(ours, scheme, headers, body, wanted, **more)

    def they(headers, body, wanted=True, **more):
        return verdict(peer, library, headers, body, wanted, **more)

    def signed_by_them(secret, body, at=None):
        return peer.sign(library, secret, body, at)

    def signed_by_us(secret, body, at=None):
        return ours.sign(scheme, secret, body, at)

    every = bodies(scheme)
    for signed, whose in ((signed_by_them, "it signs"), (signed_by_us, "we sign"))[0 if signs else 1 :]:
        yield f"both accept what {whose}", each(
            judge(signed(private, body), body) for body in every for judge in (we, they)
        )
        yield f"both refuse what {whose} with another body", each(
            we(signed(private, body), other, "signature_mismatch") + they(signed(private, body), other, False)
            for body in every
            for other in tampered(body)
        )
        yield f"both refuse what {whose} with another secret", each(
            we(signed(stranger, body), body, "signature_mismatch") + they(signed(stranger, body), body, False)
            for body in every
        )
        if scheme in SIGN_URL:
            headers, elsewhere = signed(private, every[0]), {"url": URL + "&more"}
            yield f"both refuse what {whose} for another URL", (
                we(headers, every[0], "signature_mismatch", **elsewhere) + they(headers, every[0], False, **elsewhere)
            )
        if scheme in SIGN_TIME:
            yield f"we refuse what {whose} outside of the window of 300 s", each([
                we(signed(private, every[0], now() - 301), every[0], "timestamp_too_old"),
                we(signed(private, every[0], now() + 360), every[0], "timestamp_in_future"),
            ])
            yield f"we accept what {whose} within it", each(
                we(signed(private, every[0], now() + off), every[0]) for off in (-240, 240)
            )
