// The libraries that providers publish. Each verifies, and signs if it has a function for it; where a public key
// verifies, Node's own crypto signs.

import crypto from "node:crypto";
import adyen from "@adyen/api-library";
import hubspot from "@hubspot/api-client";
import { validateSignature } from "@line/bot-sdk";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import Mux from "@mux/mux-node";
import { signWebhookPayload, verifyWebhookSignature } from "@notionhq/client";
import { Paddle } from "@paddle/paddle-node-sdk";
import * as sanity from "@sanity/webhook";
import sendgrid from "@sendgrid/eventwebhook";
import "@shopify/shopify-api/adapters/node";
import { shopifyApi } from "@shopify/shopify-api";
import discord from "discord-interactions";
import razorpay from "razorpay";
import square from "square";
import twilio from "twilio";

// The keys are for calls to the API of the provider, of which there are none.
const mux = new Mux({ tokenId: "unused", tokenSecret: "unused" });
const paddle = new Paddle("unused");

// Twilio signs the decoded fields of a form, and the hash of any other body at the end of the URL.
function twilioParts({ body, url }) {
  if (body.startsWith("{")) {
    return { url: `${url}&bodySHA256=${twilio.getExpectedBodyHash(body)}`, fields: {} };
  }
  const form = new URLSearchParams(body);
  const value = (name) => (form.getAll(name).length > 1 ? form.getAll(name) : form.get(name));
  return { url, fields: Object.fromEntries([...form.keys()].map((name) => [name, value(name)])) };
}

// HubSpot's time is in milliseconds.
function hubspotOptions({ secret, body, url }, timestamp) {
  return { clientSecret: secret, requestBody: body, url, timestamp };
}

export const schemes = {
  "@adyen/api-library": {
    // The signature is in the body.
    signBody({ secret, body }) {
      const notification = JSON.parse(body);
      const item = notification.notificationItems[0].NotificationRequestItem;
      item.additionalData = { hmacSignature: new adyen.hmacValidator().calculateHmac(item, secret) };
      return JSON.stringify(notification);
    },
    verify({ secret, body }) {
      const item = JSON.parse(body).notificationItems[0].NotificationRequestItem;
      return new adyen.hmacValidator().validateHMAC(item, secret);
    },
  },
  "@hubspot/api-client": {
    sign(request) {
      const timestamp = request.timestamp * 1000;
      const signature = hubspot.Signature.getSignature("POST", "v3", hubspotOptions(request, timestamp));
      return { "x-hubspot-request-timestamp": String(timestamp), "x-hubspot-signature-v3": signature };
    },
    verify(request) {
      return hubspot.Signature.isValid({
        ...hubspotOptions(request, Number(request.headers["x-hubspot-request-timestamp"])),
        method: "POST",
        signature: request.headers["x-hubspot-signature-v3"],
        signatureVersion: "v3",
      });
    },
  },
  "@line/bot-sdk": {
    verify({ secret, body, headers }) {
      return validateSignature(body, secret, headers["x-line-signature"]);
    },
  },
  "@linear/sdk": {
    verify({ secret, body, headers }) {
      return new LinearWebhookClient(secret).verify(Buffer.from(body), headers["linear-signature"]);
    },
  },
  "@mux/mux-node": {
    async sign({ secret, body, timestamp }) {
      const signature = await mux.webhooks.computeSignature(`${timestamp}.${body}`, secret);
      return { "mux-signature": `t=${timestamp},v1=${signature}` };
    },
    async verify({ secret, body, headers }) {
      await mux.webhooks.verifySignature(body, headers, secret);
      return true;
    },
  },
  "@notionhq/client": {
    async sign({ secret, body }) {
      return { "x-notion-signature": await signWebhookPayload({ body, verificationToken: secret }) };
    },
    verify({ secret, body, headers }) {
      return verifyWebhookSignature({ body, signature: headers["x-notion-signature"], verificationToken: secret });
    },
  },
  "@paddle/paddle-node-sdk": {
    verify({ secret, body, headers }) {
      return paddle.webhooks.isSignatureValid(body, secret, headers["paddle-signature"]);
    },
  },
  "@sanity/webhook": {
    // Sanity's time is in milliseconds.
    async sign({ secret, body, timestamp }) {
      const value = await sanity.encodeSignatureHeader(body, timestamp * 1000, secret);
      return { [sanity.SIGNATURE_HEADER_NAME]: value };
    },
    verify({ secret, body, headers }) {
      return sanity.isValidSignature(body, headers[sanity.SIGNATURE_HEADER_NAME], secret);
    },
  },
  "@sendgrid/eventwebhook": {
    sign({ secret, body, timestamp }) {
      const key = crypto.createPrivateKey({ key: Buffer.from(secret, "base64"), format: "der", type: "pkcs8" });
      const signature = crypto.sign("sha256", Buffer.from(timestamp + body), key).toString("base64");
      return {
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": String(timestamp),
      };
    },
    verify({ secret, body, headers }) {
      const webhook = new sendgrid.EventWebhook();
      return webhook.verifySignature(
        webhook.convertPublicKeyToECDSA(secret),
        body,
        headers["x-twilio-email-event-webhook-signature"],
        headers["x-twilio-email-event-webhook-timestamp"],
      );
    },
  },
  "@shopify/shopify-api": {
    async verify({ secret, body, headers }) {
      const shopify = shopifyApi({
        apiKey: "unused",
        apiSecretKey: secret,
        apiVersion: "2026-10",
        hostName: "receiver.example",
        isEmbeddedApp: false,
        logger: { log() {} },
      });
      // It wants the unsigned headers too.
      const unsigned = {
        "x-shopify-api-version": "2026-10",
        "x-shopify-shop-domain": "shop.example",
        "x-shopify-topic": "orders/create",
        "x-shopify-webhook-id": "1",
      };
      const rawRequest = { method: "POST", url: "/", headers: { ...unsigned, ...headers } };
      return (await shopify.webhooks.validate({ rawBody: body, rawRequest })).valid;
    },
  },
  "discord-interactions": {
    sign({ secret, body, timestamp }) {
      // PKCS#8 before the seed.
      const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
      const der = Buffer.concat([prefix, Buffer.from(secret, "hex")]);
      const key = crypto.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
      const signature = crypto.sign(null, Buffer.from(timestamp + body), key).toString("hex");
      return { "x-signature-ed25519": signature, "x-signature-timestamp": String(timestamp) };
    },
    verify({ secret, body, headers }) {
      return discord.verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], secret);
    },
  },
  razorpay: {
    verify({ secret, body, headers }) {
      return razorpay.validateWebhookSignature(body, headers["x-razorpay-signature"], secret);
    },
  },
  square: {
    verify({ secret, body, url, headers }) {
      const signature = headers["x-square-hmacsha256-signature"];
      return square.WebhooksHelper.isValidWebhookEventSignature(body, signature, secret, url);
    },
  },
  twilio: {
    sign(request) {
      const { url, fields } = twilioParts(request);
      return { "x-twilio-signature": twilio.getExpectedTwilioSignature(request.secret, url, fields) };
    },
    verify(request) {
      const { url, fields } = twilioParts(request);
      const { secret, body, headers } = request;
      return body.startsWith("{")
        ? twilio.validateRequestWithBody(secret, headers["x-twilio-signature"], url, body)
        : twilio.validateRequest(secret, headers["x-twilio-signature"], url, fields);
    },
  },
};
