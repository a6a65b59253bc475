//! What the rows of `tower-webhook doctor` mean, and how to mend what they find.
//!
//! The command is in the crate `tower-webhook-cli`. It sends a battery of requests to a receiver in any language:
//!
//! ```sh
//! KNOWRITHM_WEBHOOK_SECRET=whk_demo tower-webhook doctor --url http://127.0.0.1:5000/webhooks/knowrithm
//! ```
//!
//! A row is a failure when the receiver loses genuine events, or a stranger can do harm. It is a warning when the
//! receiver is more lenient than it has to be. There is a section for each group of rows; `--only` and `--skip` take
//! the names of groups and of rows. The mends name this crate, and hold for any other.
//!
//! Where the signature is in the body (Adyen, Mailgun, Microsoft Graph), read "header" as that member of the JSON. Rows
//! about what such a provider does not sign are left out.
//!
//! # Genuine requests
//!
//! The provider sends an event again until it gets a 2xx, and drops it in the end. So a receiver has to accept every
//! request that is signed right, in whatever shape it arrives.
//!
//! - `valid` fails: nothing else is checked. The remark says what to look at; [a 403](super::troubleshooting) has a
//!   page of its own.
//! - `chunked`, `byte-by-byte`, `chunks-of-one-byte`: the receiver reads one piece of the body, or trusts
//!   `Content-Length`. Read the body to its end before you hash it.
//! - `non-ascii-json`, `escaped-json`, `odd-spacing`, `odd-numbers`, `unsorted-members`: it hashes a text that was
//!   decoded, or JSON that was rewritten. Hash the raw bytes: put the layer [outside of](super::order) everything
//!   that parses the body.
//! - `large`, `very-large`: a limit is below what providers send. It is
//!   [`Verifier::max_body`](crate::Verifier::max_body) here.
//!
//! # Signatures
//!
//! Anybody can send a request without a signature, or with a wrong one. Each has to be refused with a 4xx: a 2xx
//! accepts a forgery, and a 5xx or a closed connection shows that a stranger can crash the handler.
//!
//! - `missing`, `empty`, `malformed`: look for the code that goes on when the header is absent or cannot be read.
//! - `no-mac`, `truncated`, `truncated-to-8`, `wrong-first-digit` and the like: the comparison stops at the end of the
//!   shorter value, or compares a part. Compare all bytes of the decoded MAC, by a function for secrets.
//! - `non-ascii-header`, `only-non-ascii`: the comparison throws on text beyond ASCII or on values of different
//!   lengths. Decode the value to bytes first, and refuse it when that fails.
//! - `another-provider`, `in-the-json`: the receiver believes a value from a place that was not asked for. Read one
//!   header.
//! - `names-the-mac`: the answer helps to forge, in its head or its body, in hex or in base64. Tell a stranger the
//!   status alone.
//! - Warnings, such as `upper-case`, `doubled` and `joined`: the right signature in a form that the provider never
//!   sends. Where two readers of a value disagree, a proxy and the receiver for example, one of them can be passed by.
//!   Accept one header in one form.
//!
//! # Changed bodies
//!
//! A right signature of another body proves nothing. A failure here means that the receiver does not hash the bytes
//! that it works with. `another-body`: it does not hash the body at all. `reserialised-compact` and
//! `reserialised-spaced`: it hashes JSON that was rewritten, so that many bodies have one signature. `changed-id`:
//! the id by which duplicates are told is not signed with the body. Verify the raw bytes, and [parse those same
//! bytes](super::receiving).
//!
//! # Known secrets
//!
//! `empty-secret`, `secret-null`, `secret-undefined` and `secret-none` are signed with what a program uses when nobody
//! set the secret. Everybody can sign so. Refuse to start without a secret, as
//! [`SigningSecret::from_env`](crate::SigningSecret::from_env) does; its [`strict`](crate::SigningSecret::strict)
//! refuses placeholders too. `another-secret` fails when the secret is not used at all.
//!
//! # Signed times
//!
//! These rows are sent where the provider signs the time. Whoever records one request can send it again; a window for
//! the signed time ends that. `stale-time`: judge the time, in seconds or milliseconds as the provider writes it.
//! `changed-time`: take it from the bytes that the signature covers. `rather-stale-time`, `future-time`: providers
//! recommend 300 s to both sides, which is the default of [`Verifier::tolerance`](crate::Verifier::tolerance).
//!
//! # Unexpected content
//!
//! A genuine request may have content that a handler does not expect: a new kind of event, an empty object, no JSON. A
//! 2xx or a 4xx is right. After a 5xx the provider sends it again and again, and disables the endpoint in the end.
//! Answer 2xx to events that you do not know, and 4xx to what cannot be read. Where the signature is in the body, what
//! has no place for one is sent without it: a receiver has to parse such a body before it knows who sent it.
//!
//! # Limits
//!
//! A stranger needs no secret to send a body. `oversized`, `endless`: a receiver that reads it all runs out of memory.
//! Give bodies a limit, and refuse an announced length above it at once. `stalled`: a body that stops keeps its
//! connection. Give bodies a deadline, [`Verifier::read_timeout`](crate::Verifier#method.read_timeout) here, and take a
//! server with one for the head, such as that of `tower-webhook-server`. `length-too-large`, `length-too-small`: the
//! body is what was announced, and nothing else. The limits of frameworks may
//! [not apply](super::order#body-limits-of-frameworks) where you verify.
//!
//! # Duplicates
//!
//! Providers send a delivery again when the answer was late or lost. `duplicate`, `concurrent-duplicates`: answer each
//! with a 2xx, or they go on. `acts-once`, `acts-once-in-a-race`, with `--effects`: the work must be done once. Put the
//! [delivery key](super::receiving#expect-retries) into a unique column in the transaction of the work; a lookup
//! before the insert lets two duplicates through. The crate `tower-webhook-inbox` does it.
//!
//! When connections of a crowd end without an answer, fewer duplicates of a new event are sent. If all of those are
//! accepted, it is a warning: the server lets too few connections wait (Python's `request_queue_size` is 5), or the
//! handler crashes when many race for a key. The receiver's log tells which.
//!
//! A receiver with a queue acts after its answer. The doctor measures how long that takes, at most 10 s, with the first
//! event and with one more before each row of `--effects`. It sends duplicates when the number on the page has been
//! still for that long and a second more, and gives a second effect as much time. A number that is not still within a
//! third of `--max-time`, and a minute, is a warning.
//!
//! # Timing
//!
//! For information. A comparison that stops at the first difference takes longer the more of a guess is right. Over a
//! network a few requests cannot show it: read the code, and compare MACs and tokens by a function that takes the same
//! time for all.
