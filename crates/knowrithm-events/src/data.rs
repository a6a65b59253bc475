//! The payload's `data`, typed as far as the vendor's page documents it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::raw::{Members, put, take};

/// Declares the types of `data`: their documented members are text, all others are in `more`.
macro_rules! data {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $field:ident,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "Members", into = "Members")]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$meaning])* pub $field: Option<String>,)*
            /// All other members, and those of the fields above that are not strings.
            pub more: Members,
        }

        #[allow(unused_mut, reason = "some types have no fields")]
        impl From<Members> for $name {
            fn from(mut more: Members) -> Self {
                Self { $($field: take(&mut more, stringify!($field)),)* more }
            }
        }

        #[allow(unused_mut, reason = "some types have no fields")]
        impl From<$name> for Members {
            fn from(mut data: $name) -> Self {
                $(put(&mut data.more, stringify!($field), data.$field.as_deref());)*
                data.more
            }
        }
    )*};
}

data! {
    /// An agent. The vendor documents no member of it, so all are in `more`.
    #[derive(Debug)]
    Agent {}

    /// A conversation.
    #[derive(Debug)]
    Conversation {
        /// The id of the conversation.
        id,
    }

    /// A message. The vendor documents no member of it, so all are in `more`.
    #[derive(Debug)]
    Message {}

    /// A person who may become a customer.
    Lead {
        /// The id of the lead, such as `lead_123abc`.
        id,
        /// The person's first name.
        first_name,
        /// The person's last name.
        last_name,
        /// The person's e-mail address.
        email,
        /// The person's telephone number, such as `+1234567890`.
        phone,
        /// The channel that the lead came through, such as `website_chat`.
        source,
        /// The id of the company that the lead belongs to, such as `company_456def`.
        company_id,
    }

    /// A document. The vendor documents no member of it, so all are in `more`.
    #[derive(Debug)]
    Document {}
}

impl Conversation {
    /// The user's rating; `None` if `more` has no `rating`, or one that is not a number.
    ///
    /// The vendor calls a rating of at most 2 low. A number beyond the range of `f64`, such as `1e400`, is infinite.
    ///
    /// ```
    /// use knowrithm_events::Conversation;
    ///
    /// let conversation: Conversation = serde_json::from_str(r#"{"id": "c_1", "rating": 1.5}"#)?;
    /// assert!(conversation.rating().is_some_and(|rating| rating <= 2.0));
    ///
    /// let odd: Conversation = serde_json::from_str(r#"{"id": "c_1", "rating": "1.5"}"#)?;
    /// assert_eq!(odd.rating(), None);
    /// assert_eq!(odd.more["rating"].text(), r#""1.5""#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn rating(&self) -> Option<f64> {
        // `str::parse` reads every JSON number, and of JSON nothing else.
        self.more.get("rating")?.text().parse().ok()
    }
}

/// Leaves out the person's names, address and number, which do not belong in logs.
impl fmt::Debug for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lead")
            .field("id", &self.id)
            .field("source", &self.source)
            .field("company_id", &self.company_id)
            .field("more", &self.more)
            .finish_non_exhaustive()
    }
}
