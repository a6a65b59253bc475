"""The libraries that providers publish. Each verifies, and signs if it has a function for it; where a public key
verifies, what the library verifies with also signs."""

import base64
import hashlib
import json
from datetime import datetime, timezone
from types import SimpleNamespace
from urllib.parse import parse_qsl

import Adyen.util
import discord_interactions
import razorpay
import resend
from box_sdk_gen.internal.utils import compute_webhook_signature
from box_sdk_gen.managers.webhooks import WebhooksManager
from coinbase_commerce.webhook import WebhookSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from elevenlabs.webhooks_custom import WebhooksClient
from gidgethub import sansio
from hubspot.utils.signature import Signature as HubSpotSignature
from linebot.v3.webhook import SignatureValidator
from nacl.signing import SigningKey
from paddle_billing.Notifications import Secret, Verifier
from paddle_billing.Notifications.PaddleSignature import PaddleSignature
from sendgrid.helpers.eventwebhook import EventWebhook
from square.utils import webhooks_helper
from svix.webhooks import Webhook as SvixWebhook
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict


class AdyenPayments:
    @staticmethod
    def sign_body(secret, body, **_):
        """The signature is in the body."""
        notification = json.loads(body)
        item = notification["notificationItems"][0]["NotificationRequestItem"]
        signature = Adyen.util.generate_notification_sig(item, secret).decode()
        item["additionalData"] = {"hmacSignature": signature}
        return json.dumps(notification)

    @staticmethod
    def verify(secret, body, **_):
        return Adyen.util.is_valid_hmac_notification(json.loads(body), secret)


class Box:
    # It wants these headers, which Box does not sign.
    UNSIGNED = {"box-signature-version": "1", "box-signature-algorithm": "HmacSHA256"}

    @classmethod
    def sign(cls, secret, body, timestamp, **_):
        headers = {"box-delivery-timestamp": datetime.fromtimestamp(timestamp, timezone.utc).isoformat()}
        signature = compute_webhook_signature(body, {**cls.UNSIGNED, **headers}, secret)
        return {**headers, "box-signature-primary": signature}

    @classmethod
    def verify(cls, secret, body, headers, **_):
        return WebhooksManager.validate_message(body, {**cls.UNSIGNED, **headers}, secret)


class CoinbaseCommerce:
    @staticmethod
    def sign(secret, body, **_):
        return {"x-cc-webhook-signature": WebhookSignature._compute_signature(body, secret)}

    @staticmethod
    def verify(secret, body, headers, **_):
        return WebhookSignature.verify_sig_header(body, headers["x-cc-webhook-signature"], secret)


class Discord:
    @staticmethod
    def sign(secret, body, timestamp, **_):
        signed = SigningKey(bytes.fromhex(secret)).sign(f"{timestamp}{body}".encode())
        return {"x-signature-ed25519": signed.signature.hex(), "x-signature-timestamp": str(timestamp)}

    @staticmethod
    def verify(secret, body, headers, **_):
        signature, timestamp = headers["x-signature-ed25519"], headers["x-signature-timestamp"]
        return discord_interactions.verify_key(body.encode(), signature, timestamp, secret)


class ElevenLabs:
    @staticmethod
    def verify(secret, body, headers, **_):
        # It needs no client to verify.
        WebhooksClient.construct_event(None, body, headers["elevenlabs-signature"], secret)
        return True


class GitHub:
    @staticmethod
    def verify(secret, body, headers, **_):
        sansio.validate_event(body.encode(), signature=headers["x-hub-signature-256"], secret=secret)
        return True


class HubSpot:
    @staticmethod
    def sign(secret, body, timestamp, url, **_):
        timestamp = str(timestamp * 1000)
        signature = HubSpotSignature.get_signature(secret, body, "v3", url, "POST", timestamp)
        return {"x-hubspot-request-timestamp": timestamp, "x-hubspot-signature-v3": signature}

    @staticmethod
    def verify(secret, body, headers, url, **_):
        timestamp, signature = headers["x-hubspot-request-timestamp"], headers["x-hubspot-signature-v3"]
        return HubSpotSignature.is_valid(signature, secret, body, url, "POST", "v3", timestamp)


class Line:
    @staticmethod
    def verify(secret, body, headers, **_):
        return SignatureValidator(secret).validate(body, headers["x-line-signature"])


class Paddle:
    @staticmethod
    def sign(secret, body, timestamp, **_):
        mac = PaddleSignature.calculate_hmac(secret, f"{timestamp}:{body}".encode())
        return {"paddle-signature": f"ts={timestamp};h1={mac.hexdigest()}"}

    @staticmethod
    def verify(secret, body, headers, **_):
        # It looks for the header by this name.
        headers = {"Paddle-Signature": headers["paddle-signature"]}
        return Verifier().verify(SimpleNamespace(headers=headers, body=body.encode()), Secret(secret))


class Razorpay:
    @staticmethod
    def verify(secret, body, headers, **_):
        return razorpay.Utility().verify_webhook_signature(body, headers["x-razorpay-signature"], secret)


class Resend:
    @staticmethod
    def verify(secret, body, headers, **_):
        short = {name: headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")}
        resend.Webhooks.verify({"payload": body, "headers": short, "webhook_secret": secret})
        return True


class SendGrid:
    @staticmethod
    def sign(secret, body, timestamp, **_):
        key = load_der_private_key(base64.b64decode(secret), None)
        signature = key.sign(f"{timestamp}{body}".encode(), ec.ECDSA(hashes.SHA256()))
        return {
            "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
            "x-twilio-email-event-webhook-timestamp": str(timestamp),
        }

    @staticmethod
    def verify(secret, body, headers, **_):
        prefix = "x-twilio-email-event-webhook"
        signature, timestamp = headers[f"{prefix}-signature"], headers[f"{prefix}-timestamp"]
        return EventWebhook(secret).verify_signature(body, signature, timestamp)


class Square:
    @staticmethod
    def verify(secret, body, headers, url, **_):
        return webhooks_helper.verify_signature(
            request_body=body,
            signature_header=headers["x-square-hmacsha256-signature"],
            signature_key=secret,
            notification_url=url,
        )


class Svix:
    @staticmethod
    def sign(secret, body, timestamp, id, **_):
        signature = SvixWebhook(secret).sign(id, datetime.fromtimestamp(timestamp, timezone.utc), body)
        return {"svix-id": id, "svix-timestamp": str(timestamp), "svix-signature": signature}

    @staticmethod
    def verify(secret, body, headers, **_):
        SvixWebhook(secret).verify(body, headers)
        return True


class Twilio:
    @staticmethod
    def parts(body, url):
        """The URL and the fields that are signed: those of a form, or else the hash of the body in the URL."""
        if body.startswith("{"):
            return f"{url}&bodySHA256={hashlib.sha256(body.encode()).hexdigest()}", {}
        return url, MultiDict(parse_qsl(body, keep_blank_values=True))

    @classmethod
    def sign(cls, secret, body, url, **_):
        return {"x-twilio-signature": RequestValidator(secret).compute_signature(*cls.parts(body, url))}

    @classmethod
    def verify(cls, secret, body, headers, url, **_):
        url, fields = cls.parts(body, url)
        return RequestValidator(secret).validate(url, fields or body, headers["x-twilio-signature"])


SCHEMES = {
    "Adyen": AdyenPayments,
    "boxsdk": Box,
    "coinbase-commerce": CoinbaseCommerce,
    "discord-interactions": Discord,
    "elevenlabs": ElevenLabs,
    "gidgethub": GitHub,
    "hubspot-api-client": HubSpot,
    "line-bot-sdk": Line,
    "paddle-python-sdk": Paddle,
    "razorpay": Razorpay,
    "resend": Resend,
    "sendgrid": SendGrid,
    "squareup": Square,
    "svix": Svix,
    "twilio": Twilio,
}
