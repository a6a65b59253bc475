//! Knowrithm's webhook events as serde types. The crate reads and writes payloads, and does no more.
//!
//! ```
//! use knowrithm_events::{Event, Kind};
//!
//! fn handle(event: Event) -> String {
//!     match event.kind {
//!         Kind::LeadCreated(lead) => format!("welcome, {}", lead.first_name.as_deref().unwrap_or("you")),
//!         Kind::ConversationEnded(conversation) if conversation.rating().is_some_and(|rating| rating <= 2.0) => {
//!             format!("look into {}", conversation.id.as_deref().unwrap_or("a conversation"))
//!         }
//!         other => format!("ignored: {}", other.name().unwrap_or("an event without a name")),
//!     }
//! }
//!
//! let event = Event::from_slice(br#"{"event": "lead.created", "data": {"first_name": "John"}}"#)?;
//! assert_eq!(handle(event), "welcome, John");
//! let event = Event::from_slice(br#"{"event": "conversation.ended", "data": {"id": "c_1", "rating": 1}}"#)?;
//! assert_eq!(handle(event), "look into c_1");
//! let event = Event::from_slice(br#"{"event": "agent.retired"}"#)?;
//! assert_eq!(handle(event), "ignored: agent.retired");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Verify the signature before you read the payload. Behind the layer of `tower-webhook`, an axum handler takes
//! `VerifiedJson<Event>` of `tower-webhook-axum`; everywhere else, pass the verified bytes on:
//! `Event::from_slice(body.bytes())`.
//!
//! # What is typed
//!
//! The seven events in the table of Knowrithm's developer documentation (*Webhooks*), and the members that its
//! examples show: `event`, `timestamp`, the members of a [`Lead`], and `id` and `rating` of a [`Conversation`]. All
//! other members are in the `more` of their object. An event that is not in the table is [`Kind::Unknown`], with its
//! whole payload.
//!
//! The payload's `signature` has no field, and is in [`Event::more`]. It proves nothing: the signature to verify is in
//! a header of the request.
//!
//! # Two promises
//!
//! **Nothing that was signed is refused.** An error makes Knowrithm send the same payload again, and in the end drop
//! it. So every JSON object is an [`Event`], and only bytes that are not a JSON object are an error.
//!
//! **No member is lost.** An event serialises with every member that it was read with, and each value of `more` with
//! its original text. Only white space, the order of members and the escapes in the strings of fields may change. If
//! the same member is there twice, the last one counts.
//!
//! ```
//! use knowrithm_events::{Event, Kind};
//!
//! let payload = r#"{"data":{"budget":1e400,"email":17},"event":"lead.created","attempt":18446744073709551617}"#;
//! let event = Event::from_slice(payload.as_bytes())?;
//!
//! let Kind::LeadCreated(lead) = &event.kind else { panic!("{event:?}") };
//! assert_eq!(lead.email, None);
//! assert_eq!(lead.more["email"].text(), "17");
//! assert_eq!(event.more["attempt"].text(), "18446744073709551617");
//!
//! let written = serde_json::to_string(&event)?;
//! let expected = r#"{"attempt":18446744073709551617,"data":{"budget":1e400,"email":17},"event":"lead.created"}"#;
//! assert_eq!(written, expected);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! | payload | as an [`Event`] |
//! |---|---|
//! | not JSON, or not UTF-8 | error with line and column |
//! | not an object, such as `[]` | error: `expected a JSON object` |
//! | `event` missing or not a string | [`Kind::Unknown`] without a name |
//! | `event` not in the table | [`Kind::Unknown`] with its name |
//! | a field's member is missing | the field is `None` |
//! | a field's member is `null` or of another type | the field is `None`; the value is in `more` |
//! | `data` missing, empty or not an object | its fields are `None`; the value, if any, is in [`Event::more`] |
//! | a number of any size | its digits are kept; [`Conversation::rating`] is the nearest `f64`, or infinite |
//! | nesting of any depth | kept; reading it does not recurse |
//! | the same member twice, in the payload or in `data` | the last one counts, as in Python's `json` and in `serde_json`; the others are dropped |
//! | the same member twice, in an unknown event or deeper | both are kept |
//! | a lone surrogate (`"\ud83d"`) in a field's string | as a value of another type |
//! | a lone surrogate in the name of a member of the payload | [`Kind::Unknown`] without a name |
//! | a lone surrogate in the name of a member of `data` | its fields are `None`; the value is in [`Event::more`] |
//!
//! So a field that is `None` may be missing or of another type: `lead.more.contains_key("email")` tells. If your
//! handler must refuse payloads of another shape, deserialise a type of your own instead of an [`Event`].
//!
//! **Why `more` holds text.** With `serde_json::Value` and a derived `flatten` this crate would be shorter still. But
//! a `Value` refuses `1e400`, lone surrogates and 128 levels of nesting, and rounds 2<sup>64</sup> + 1. A derived
//! struct refuses a member that is there twice. Each of these would refuse or change a payload that was signed.
//!
//! # Personal data
//!
//! `Debug` prints ids, timestamps, names of events and members, and the source of a lead. It omits a lead's names,
//! address and telephone number, and prints the length of everything in `more`. Errors of [`Event::from_slice`] quote
//! nothing. Serialising writes everything. To remove a member, set its field to `None` *and* remove it from `more`.
//!
//! # Only with `serde_json`
//!
//! [`Raw`] holds JSON text, so these types are read and written by [`serde_json`] alone. Its feature
//! `arbitrary_precision` makes no difference. `from_value` and `to_value` work within the limits of a `Value`. serde's
//! `flatten`, `untagged` and tagged enums buffer their input, and a [`Raw`] cannot be read from such a buffer: do not
//! put an [`Event`] inside one of them.

mod data;
mod event;
mod kind;
mod raw;
mod samples;
#[cfg(test)]
mod tests;

pub use data::{Agent, Conversation, Document, Lead, Message};
pub use event::Event;
pub use kind::{Kind, Unknown};
pub use raw::{Members, Raw};
pub use samples::{Sample, samples};

/// Compiles the examples of the crate's README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
