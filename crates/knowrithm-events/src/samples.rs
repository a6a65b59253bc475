//! A payload of each event, for tests and demonstrations.

/// A payload of one event, as JSON on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// The event's name in the vendor's table.
    pub name: &'static str,
    /// The payload. It contains no single quote, so a shell command can have it between two.
    pub json: &'static str,
}

/// A payload of each event, in the order of the vendor's table.
///
/// The one of `lead.created` is the example on the vendor's page, about an invented person. The vendor shows no other
/// payload. In the others, `data` has the members that the vendor's example listener reads, or an `id` in the same
/// style.
///
/// ```
/// use knowrithm_events::{Event, samples};
///
/// for sample in samples() {
///     assert_eq!(Event::from_slice(sample.json.as_bytes())?.name(), Some(sample.name));
/// }
/// assert_eq!(samples().len(), 7);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn samples() -> &'static [Sample] {
    &SAMPLES
}

const SAMPLES: [Sample; 7] = [
    Sample {
        name: "agent.created",
        json: r#"{"event":"agent.created","timestamp":"2024-05-21T10:00:00Z","data":{"id":"agent_123abc"},"signature":"sha256=a1b2c3d4e5f6..."}"#,
    },
    Sample {
        name: "conversation.started",
        json: r#"{"event":"conversation.started","timestamp":"2024-05-21T10:10:00Z","data":{"id":"conversation_123abc"},"signature":"sha256=a1b2c3d4e5f6..."}"#,
    },
    Sample {
        name: "conversation.ended",
        json: r#"{"event":"conversation.ended","timestamp":"2024-05-21T10:40:00Z","data":{"id":"conversation_123abc","rating":2},"signature":"sha256=a1b2c3d4e5f6..."}"#,
    },
    Sample {
        name: "message.received",
        json: r#"{"event":"message.received","timestamp":"2024-05-21T10:20:00Z","data":{"id":"message_123abc"},"signature":"sha256=a1b2c3d4e5f6..."}"#,
    },
    Sample {
        name: "lead.created",
        json: r#"{"event":"lead.created","timestamp":"2024-05-21T10:30:00Z","data":{"id":"lead_123abc","first_name":"John","last_name":"Doe","email":"john.doe@example.com","phone":"+1234567890","source":"website_chat","company_id":"company_456def"},"signature":"sha256=a1b2c3d4e5f6..."}"#,
    },
    Sample {
        name: "lead.status.updated",
        json: r#"{"event":"lead.status.updated","timestamp":"2024-05-21T10:50:00Z","data":{"id":"lead_123abc"},"signature":"sha256=a1b2c3d4e5f6..."}"#,
    },
    Sample {
        name: "document.processed",
        json: r#"{"event":"document.processed","timestamp":"2024-05-21T11:00:00Z","data":{"id":"document_123abc"},"signature":"sha256=a1b2c3d4e5f6..."}"#,
    },
];
