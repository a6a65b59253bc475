//! Webhooks are answered with 403: a list to go through.
//!
//! 1. Look at the code of the refusal: in the extensions of the response
//!    ([`Rejection::code`](crate::Rejection::code)), or in the debug event of the feature `tracing`. The example
//!    `axum-receiver` prints it.
//! 2. `missing_signature`: a proxy, gateway or tunnel drops the header, or the sender is another provider.
//!    [`Rejection::header`](crate::Rejection::header) names the header. Standard Webhooks needs `webhook-id` too.
//! 3. `duplicate_signature`: something on the way adds the header once more, or `svix-*` and `webhook-*` headers
//!    contradict each other.
//! 4. `malformed_signature`: the header does not have the provider's form. Knowrithm's is `sha256=` and 64 lower-case
//!    hex digits, as in `sha256=2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae`. Quotes, blanks and
//!    upper-case digits are refused.
//! 5. `signature_mismatch`, always: the secret is wrong. Each endpoint in Knowrithm's dashboard has its own.
//!    [`SigningSecret::from_env`](crate::SigningSecret::from_env) and [`from_file`](crate::SigningSecret::from_file)
//!    strip one line break from the end; a blank there counts.
//! 6. `signature_mismatch`, sometimes: the body is changed on the way. A layer outside of the verifier decompresses or
//!    parses it, or a proxy re-serialises the JSON. See [the order of layers](super::order) and
//!    [bodies](super::bodies).
//! 7. The `signature` member inside Knowrithm's JSON is not the signature. Only the header is.
//! 8. `timestamp_too_old`, `timestamp_in_future`: one of the two clocks is wrong, or something on the way queues
//!    requests. `missing_timestamp`, `malformed_timestamp`: something on the way drops or rewrites the header with the
//!    time.
//! 9. `unknown_secret`: your [`SecretSource`](crate::SecretSource) knows no secret for the request. It sees the path as
//!    it was sent. (When it fails the answer is 503, and the error is the source of the rejection.)
//! 10. `missing_signature`, at the first request: the provider asks before it sends, often by GET or without a
//!     signature. The crate `tower-webhook-handshake` answers.
//! 11. No request arrives at all: the firewall must admit `POST` requests from the provider's addresses.
//!
//! `tower-webhook listen --save requests` keeps a refused request, and `tower-webhook explain` tries the usual
//! accidents on it: it names the one change that makes the signature right. The command is in the crate
//! `tower-webhook-cli`.
//!
//! # Reproduce it
//!
//! Sign a body with your secret and compare the header with the one that arrived:
//!
//! ```
//! use tower_webhook::SigningSecret;
//! use tower_webhook::scheme::Knowrithm;
//! use tower_webhook::sign::Signer;
//!
//! let secret = SigningSecret::new("whk_demo")?;
//! let headers = Signer::new(Knowrithm, &secret).headers("{}");
//! assert_eq!(
//!     headers["x-knowrithm-signature"],
//!     "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d"
//! );
//! # Ok::<(), tower_webhook::ConfigError>(())
//! ```
