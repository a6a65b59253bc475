//! The events of the vendor's table.

use crate::data::{Agent, Conversation, Document, Lead, Message};
use crate::raw::{Members, Raw};

/// Declares [`Kind`] from the vendor's table: each event is one row with its type of data and its name.
macro_rules! kinds {
    ($($(#[$meaning:meta])* $kind:ident($data:ident) = $name:literal,)*) => {
        /// The event's name and `data`: one variant for each event in the vendor's table.
        ///
        /// Knowrithm may add events, so a `match` needs an arm for `_`, with or without one for
        /// [`Unknown`](Self::Unknown).
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$meaning])* $kind($data),)*
            /// Any other event, or a payload without a name.
            Unknown(Unknown),
        }

        impl Kind {
            /// The event's name, such as `lead.created`; `None` if the payload has no name.
            #[must_use]
            pub fn name(&self) -> Option<&str> {
                match self {
                    $(Self::$kind(_) => Some($name),)*
                    Self::Unknown(unknown) => unknown.name.as_deref(),
                }
            }

            /// The event of that name; `None` if it is not in the vendor's table.
            pub(crate) fn new(name: &str, data: Members) -> Option<Self> {
                match name {
                    $($name => Some(Self::$kind(data.into())),)*
                    _ => None,
                }
            }

            /// The members of `data`; for an unknown event, the whole payload.
            pub(crate) fn into_data(self) -> Result<Members, Raw> {
                match self {
                    $(Self::$kind(data) => Ok(data.into()),)*
                    Self::Unknown(unknown) => Err(unknown.raw),
                }
            }
        }
    };
}

kinds! {
    /// `agent.created`: a new agent is created.
    AgentCreated(Agent) = "agent.created",
    /// `conversation.started`: a new conversation begins.
    ConversationStarted(Conversation) = "conversation.started",
    /// `conversation.ended`: a conversation is marked as ended.
    ConversationEnded(Conversation) = "conversation.ended",
    /// `message.received`: a new message is received from a user.
    MessageReceived(Message) = "message.received",
    /// `lead.created`: a new lead is registered.
    LeadCreated(Lead) = "lead.created",
    /// `lead.status.updated`: a lead's status changes, for example from `new` to `qualified`.
    LeadStatusUpdated(Lead) = "lead.status.updated",
    /// `document.processed`: a document has finished processing.
    DocumentProcessed(Document) = "document.processed",
}

/// An event that is not in the vendor's table.
///
/// ```
/// use knowrithm_events::{Event, Kind};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Retired {
///     data: Agent,
/// }
///
/// #[derive(Deserialize)]
/// struct Agent {
///     id: String,
/// }
///
/// let event = Event::from_slice(br#"{"event": "agent.retired", "data": {"id": "agent_1"}}"#)?;
/// let Kind::Unknown(unknown) = event.kind else { panic!("{event:?}") };
/// assert_eq!(unknown.name.as_deref(), Some("agent.retired"));
/// assert_eq!(unknown.raw.parse::<Retired>()?.data.id, "agent_1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    /// The event's name; `None` if `event` is missing or not a string.
    pub name: Option<String>,
    /// The whole payload.
    pub raw: Raw,
}
