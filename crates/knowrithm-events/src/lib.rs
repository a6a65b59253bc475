//! Knowrithm's webhook events as serde types: data, and nothing that sends or receives it.
//!
//! ```
//! use knowrithm_events::{Event, Kind};
//!
//! fn handle(event: Event) -> String {
//!     match event.kind {
//!         Kind::LeadCreated(lead) => format!("welcome, {}", lead.first_name.as_deref().unwrap_or("you")),
//!         Kind::ConversationEnded(talk) if talk.rating.as_ref().is_some_and(|rating| rating.value() <= 2.0) => {
//!             format!("look into {}", talk.id.as_deref().unwrap_or("a conversation"))
//!         }
//!         Kind::Unknown(unknown) => format!("nothing is done about {unknown:?}"),
//!         _ => "thank you".to_owned(),
//!     }
//! }
//!
//! let event = Event::from_slice(br#"{"event": "lead.created", "data": {"first_name": "John"}}"#)?;
//! assert_eq!(handle(event), "welcome, John");
//! let event = Event::from_slice(br#"{"event": "conversation.ended", "data": {"id": "c_1", "rating": 1}}"#)?;
//! assert_eq!(handle(event), "look into c_1");
//! # Ok::<(), knowrithm_events::ParseError>(())
//! ```
//!
//! In axum, behind the layer of `tower-webhook`, the handler's argument is `VerifiedJson<Event>` of `tower-webhook-axum`.
//! Anywhere else, verify the body and hand its bytes to `Event::from_slice(body.bytes())`.
//!
//! # What is typed
//!
//! The events of the table in Knowrithm's developer documentation, under *Webhooks*, and of their payloads what that page
//! shows: a lead's members, and of a conversation `id` and `rating`. Everything else is kept as it came: in the `more` of
//! the object that had it, or whole, as [`Kind::Unknown`]. **What was read is written as it was read**, apart from white
//! space, the order of members, and how a string spells its characters; an unknown event to the byte.
//!
//! # Odd payloads
//!
//! A payload that was signed tells the truth, even when it is not what the page led us to expect; to refuse it would make
//! the vendor send it again and again, and in the end drop it. So **every JSON object is an event**:
//!
//! | payload | as an [`Event`] | as [`Strict`], or by [`Event::check`] |
//! |---|---|---|
//! | not JSON, not UTF-8 | error: line and column | the same error |
//! | not an object: `[]` | error: `expected an object, found an array` | the same error |
//! | `event` missing, `null`, no string | [`Kind::Unknown`] without a name | error: `event: missing`, or `event: expected a string, found null` |
//! | `event` not in the table | [`Kind::Unknown`] with its name | accepted |
//! | other members missing, or `null` | field is `None`; `null` is kept in `more` | accepted |
//! | members that the page does not show | kept in `more` | accepted |
//! | a field of the wrong type: `"rating": "2"` | field is `None`; the value is kept in `more` | error: `data.rating: expected a number, found a string` |
//! | `timestamp` no instant, or without an offset | field is `None`; the text is kept in `more` | error: `timestamp: expected an instant such as 2024-05-21T10:30:00Z, found a string` |
//! | `data` no object: `[]` | no field is set; the value is kept in the event's `more` | error: `data: expected an object, found an array` |
//! | a member twice, in the payload | [`Kind::Unknown`] without a name | error: `data: there more than once` |
//! | a member twice, in the `data` of an event of the table | [`Kind::Unknown`] with its name | error: `data.email: there more than once` |
//! | a member twice, further inside | kept as it came | accepted |
//! | half a surrogate pair in a field: `"\ud800"` | field is `None`; the text is kept in `more` | error: `data.email: expected a string, found a string with half a surrogate pair` |
//! | half a surrogate pair in a member's name | as with a member that is there twice | error: `a member's name has half a surrogate pair`, after `data: ` if it is there |
//! | `rating` of any size: `1e400`, 2<sup>64</sup> + 1 | kept to the digit; [`Number::value`] is the `f64` next to it, or infinite | accepted |
//! | any other number, of any size | kept to the digit | accepted |
//! | nested 128 deep, or 100 000 | kept; nothing here recurses | accepted |
//!
//! Two parsers may read an object that has a member twice in two ways, so that this one reads it in none.
//!
//! A field that is `None` is not always missing: `lead.more.contains_key("email")` tells. A handler for which that makes a
//! difference takes [`Strict`].
//!
//! # Of people
//!
//! A lead is a person. `Debug` prints ids, the names of members, times and numbers; of names, addresses and everything
//! that is not known, it prints the length. [`ParseError`] quotes no value. Serialisation writes everything.
//!
//! # Only with `serde_json`
//!
//! What is kept is kept as JSON text, so that all this is read and written by [`serde_json`] and what wraps it, and by no
//! other format. serde's `flatten`, `untagged` and tagged enums go through a buffer that such text does not survive: do
//! not put an [`Event`] inside of one. `serde_json`'s feature `arbitrary_precision`, switched on by whatever crate, makes no
//! difference.
//!
//! A [`serde_json::Value`] holds less than an event: `to_value` fails with nesting or numbers that it cannot hold, where
//! `to_string` does not.

mod data;
mod error;
mod event;
mod kind;
mod member;
mod number;
mod raw;
mod samples;
mod strict;
#[cfg(test)]
mod tests;
mod timestamp;

pub use data::{Agent, Conversation, Document, Lead, Message};
pub use error::ParseError;
pub use event::Event;
pub use kind::{Kind, Unknown};
pub use member::Members;
pub use number::Number;
pub use raw::Raw;
pub use samples::{Sample, samples};
pub use strict::Strict;
pub use timestamp::Timestamp;
