//! What a provider expects of its receivers. The examples are Knowrithm's; others differ little.
//!
//! # Verify every request
//!
//! Verify the signature before anything else, over the raw body. The layer does. Parse the bytes of the
//! [`VerifiedBody`](crate::VerifiedBody), and no others.
//!
//! # Answer quickly
//!
//! Answer 200 as soon as the event is stored or queued, and work later. The crate `tower-webhook-inbox` does that:
//! `post_service(Inbox::new(store)).route_layer(verify)`.
//!
//! # Answer the handshake
//!
//! Some providers ask before they send: for a challenge to be repeated, or a token to be signed. The crate
//! `tower-webhook-handshake` answers them, and its page has a table of who asks what.
//!
//! # Expect retries
//!
//! A provider sends a delivery again when it did not get a 2xx, and sometimes when it did. Remember
//! [`delivery_key`](crate::VerifiedBody::delivery_key) with the result of the work, in a unique column for example, and
//! do nothing twice:
//!
//! ```
//! use std::collections::HashSet;
//!
//! use tower_webhook::scheme::Knowrithm;
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{SigningSecret, Verifier};
//!
//! let secret = SigningSecret::new("whk_demo")?;
//! let headers = Signer::new(Knowrithm, &secret).headers("{}");
//! let verifier = Verifier::knowrithm(secret);
//!
//! let mut done = HashSet::new();
//! let first = verifier.verify(&headers, "{}")?;
//! let retry = verifier.verify(&headers, "{}")?;
//! assert!(done.insert(first.delivery_key()));
//! assert!(!done.insert(retry.delivery_key()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The scheme knows what is the same in each attempt: a signed id, a member of the JSON such as Stripe's `id`, or the
//! bytes of the body. Where a retry has other bytes, such as a new timestamp, choose a member that stays the same:
//!
//! ```
//! use tower_webhook::scheme::Knowrithm;
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{DeliveryIdentity, SigningSecret, Verifier};
//!
//! let secret = SigningSecret::new("whk_demo")?;
//! let signer = Signer::new(Knowrithm, &secret);
//! let attempts = [r#"{"event_id": "e1", "sent": 1}"#, r#"{"event_id": "e1", "sent": 2}"#];
//! let headers = attempts.map(|body| signer.headers(body));
//!
//! let by_body = Verifier::knowrithm(secret.clone());
//! let by_id = by_body.clone().delivery_identity(DeliveryIdentity::json_pointer("/event_id"));
//! let verify = |verifier: &Verifier, at: usize| verifier.verify(&headers[at], attempts[at]);
//! assert_ne!(verify(&by_body, 0)?.delivery_key(), verify(&by_body, 1)?.delivery_key());
//! assert_eq!(verify(&by_id, 0)?.delivery_key(), verify(&by_id, 1)?.delivery_key());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rotate secrets
//!
//! - **Rotate**: `Secrets::new(new).and(old)` accepts both. [`signed_by`](crate::VerifiedBody::signed_by) returns the
//!   label of the secret that signed, and so shows when the old one is idle.
//!   [`not_after`](crate::SigningSecret::not_after) ends it by itself.
//! - **Replace without a restart**: give the verifier a [`SecretsHandle`](crate::SecretsHandle), and call `replace`
//!   while requests are served.
//! - **One secret for each tenant**: [`Verifier::per_request`](crate::Verifier::per_request) looks secrets up by path,
//!   header or anything else in the head of a request.
//! - **Several tenants or providers, one inbox**: name the [owner](crate::Secrets::owner) of each set, so that their
//!   delivery keys are separate.
//!
//! # Use HTTPS
//!
//! A signature does not hide the body. Terminate TLS in a proxy in front of the receiver, or in the server.
//!
//! # Test locally
//!
//! The module [`test`](mod@crate::test) makes signed and forged requests for the tests of a handler. To receive
//! webhooks of the provider itself on a development machine, use a tunnel such as ngrok (`ngrok http 5000`).
//!
//! The command `tower-webhook` of the crate `tower-webhook-cli` works with receivers in any language: `send` posts
//! signed and forged events, `listen` receives webhooks and shows each with its verdict, `doctor` examines a receiver.
