// Signs and verifies with the libraries of npm: answers each line of JSON on stdin with one on stdout.

import { createInterface } from "node:readline";
import { sign as signGitHub, verify as verifyGitHub } from "@octokit/webhooks-methods";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { schemes } from "./schemes.mjs";

// The key is for calls to Stripe's API, of which there are none.
const { webhooks } = new Stripe("sk_test_unused");

// Both libraries of Standard Webhooks have the same two methods, and headers of other names.
function standard(Webhook, prefix) {
  return {
    sign({ secret, body, timestamp, id }) {
      return {
        [`${prefix}-id`]: id,
        [`${prefix}-timestamp`]: String(timestamp),
        [`${prefix}-signature`]: new Webhook(secret).sign(id, new Date(timestamp * 1000), body),
      };
    },
    verify({ secret, body, headers }) {
      new Webhook(secret).verify(body, headers);
      return true;
    },
  };
}

const libraries = {
  stripe: {
    sign({ secret, body, timestamp }) {
      const header = webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
      return { "stripe-signature": header };
    },
    verify({ secret, body, headers }) {
      webhooks.constructEvent(body, headers["stripe-signature"], secret);
      return true;
    },
  },
  "@octokit/webhooks-methods": {
    async sign({ secret, body }) {
      return { "x-hub-signature-256": await signGitHub(secret, body) };
    },
    verify({ secret, body, headers }) {
      return verifyGitHub(secret, body, headers["x-hub-signature-256"]);
    },
  },
  svix: standard(SvixWebhook, "svix"),
  standardwebhooks: standard(StandardWebhook, "webhook"),
  ...schemes,
};

async function answer(request) {
  const library = libraries[request.library];
  if (request.call === "sign" && library.signBody) {
    return { headers: {}, body: library.signBody(request) };
  }
  if (request.call === "sign") {
    return { headers: await library.sign(request) };
  }
  try {
    return { verified: await library.verify(request) };
  } catch (error) {
    return { verified: false, why: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
