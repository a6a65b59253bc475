//! What happened: one variant for each event in the vendor's table.

use crate::data::{Agent, Conversation, Data, Document, Lead, Message};
use crate::member::Members;
use crate::raw::Raw;

/// What happened, and to what.
///
/// The vendor adds events as it likes, so that a `match` ends in `_` or in [`Unknown`](Self::Unknown) and `_`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// `agent.created`: a new agent is created.
    AgentCreated(Agent),
    /// `conversation.started`: a new conversation begins.
    ConversationStarted(Conversation),
    /// `conversation.ended`: a conversation is marked as ended.
    ConversationEnded(Conversation),
    /// `message.received`: a new message is received from a user.
    MessageReceived(Message),
    /// `lead.created`: a new lead is registered.
    LeadCreated(Lead),
    /// `lead.status.updated`: a lead's status changes, for example from `new` to `qualified`.
    LeadStatusUpdated(Lead),
    /// `document.processed`: a document has finished processing.
    DocumentProcessed(Document),
    /// An event that is not in the table, or an object that is no such event.
    Unknown(Unknown),
}

impl Kind {
    /// The event's name in the vendor's table, or in the payload when it is not there; `None` when that has no name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        Some(match self {
            Self::AgentCreated(_) => "agent.created",
            Self::ConversationStarted(_) => "conversation.started",
            Self::ConversationEnded(_) => "conversation.ended",
            Self::MessageReceived(_) => "message.received",
            Self::LeadCreated(_) => "lead.created",
            Self::LeadStatusUpdated(_) => "lead.status.updated",
            Self::DocumentProcessed(_) => "document.processed",
            Self::Unknown(unknown) => return unknown.name.as_deref(),
        })
    }

    /// What makes this kind of an event's data; `None` when the name is not in the vendor's table.
    pub(crate) fn reader(name: &str) -> Option<fn(Members) -> Self> {
        Some(match name {
            "agent.created" => |data| Self::AgentCreated(Agent::read(data)),
            "conversation.started" => |data| Self::ConversationStarted(Conversation::read(data)),
            "conversation.ended" => |data| Self::ConversationEnded(Conversation::read(data)),
            "message.received" => |data| Self::MessageReceived(Message::read(data)),
            "lead.created" => |data| Self::LeadCreated(Lead::read(data)),
            "lead.status.updated" => |data| Self::LeadStatusUpdated(Lead::read(data)),
            "document.processed" => |data| Self::DocumentProcessed(Document::read(data)),
            _ => return None,
        })
    }

    /// The data, or what is there instead.
    pub(crate) fn data(&self) -> Result<&dyn Data, &Unknown> {
        Ok(match self {
            Self::AgentCreated(data) => data,
            Self::ConversationStarted(data) | Self::ConversationEnded(data) => data,
            Self::MessageReceived(data) => data,
            Self::LeadCreated(data) | Self::LeadStatusUpdated(data) => data,
            Self::DocumentProcessed(data) => data,
            Self::Unknown(unknown) => return Err(unknown),
        })
    }
}

/// An object that is no event of the vendor's table, kept whole.
///
/// ```
/// use knowrithm_events::{Event, Kind};
///
/// let event = Event::from_slice(br#"{"event": "agent.retired", "data": {"id": "agent_1"}}"#)?;
/// let Kind::Unknown(unknown) = event.kind else { panic!("the vendor's page has no such event") };
/// assert_eq!(unknown.name.as_deref(), Some("agent.retired"));
/// let payload: serde_json::Value = unknown.raw.parse()?;
/// assert_eq!(payload["data"]["id"], "agent_1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    /// The event's name; `None` when `event` is missing or no string, or when the object has a member twice.
    pub name: Option<String>,
    /// The whole payload, and what the event is written as.
    pub raw: Raw,
}
