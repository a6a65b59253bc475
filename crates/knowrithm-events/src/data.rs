//! What an event is about: the payload's `data`, typed as far as the vendor's page shows it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::error::ParseError;
use crate::member::{Members, Writer, check, members, take};
use crate::number::Number;
use crate::raw::Raw;

/// What [`Kind`](crate::Kind) asks of every type of data.
pub(crate) trait Data {
    /// Whether no field is set, and nothing else kept.
    fn is_empty(&self) -> bool;

    /// Finds the first field whose value is of another type than documented.
    fn check(&self) -> Result<(), ParseError>;

    fn to_raw(&self) -> Raw;
}

/// Makes a type of data from its fields, which all may be missing; the rest is kept in `more`.
macro_rules! data {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$meaning])* pub $field: Option<$type>,)*
            /// All other members; one of those above is here when it is `null`, or of another type than documented.
            pub more: Members,
        }

        impl $name {
            pub(crate) fn read(#[allow(unused_mut)] mut members: Members) -> Self {
                Self {
                    $($field: take(&mut members, stringify!($field)),)*
                    more: members,
                }
            }
        }

        impl Data for $name {
            fn is_empty(&self) -> bool {
                *self == Self::default()
            }

            fn check(&self) -> Result<(), ParseError> {
                $(check::<$type>(&self.more, stringify!($field))?;)*
                Ok(())
            }

            fn to_raw(&self) -> Raw {
                Raw::of(self)
            }
        }

        /// With `serde_json` only.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[allow(unused_mut)]
                let mut object = Writer::new(serializer)?;
                $(object.member(stringify!($field), self.$field.as_ref())?;)*
                object.end(&self.more)
            }
        }

        /// With `serde_json` only.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = Raw::deserialize(deserializer)?;
                members(&raw).map(Self::read).map_err(D::Error::custom)
            }
        }
    };
}

data! {
    /// An agent. The vendor's page shows no payload of its events, so that everything is in `more`.
    #[derive(Debug)]
    Agent {}
}

data! {
    /// A conversation, as the listener on the vendor's page reads it.
    #[derive(Debug)]
    Conversation {
        /// Which conversation.
        id: String,
        /// How content the user was; the vendor calls at most 2 low, and takes a missing one for 0.
        rating: Number,
    }
}

data! {
    /// A message. The vendor's page shows no payload of its events, so that everything is in `more`.
    #[derive(Debug)]
    Message {}
}

data! {
    /// A person who may become a customer.
    Lead {
        /// Which lead, as in `lead_123abc`.
        id: String,
        /// The person's first name.
        first_name: String,
        /// The person's last name.
        last_name: String,
        /// The person's address, as they gave it.
        email: String,
        /// The person's number, as in `+1234567890`.
        phone: String,
        /// Where the lead came from, as in `website_chat`.
        source: String,
        /// Which company of yours the lead belongs to, as in `company_456def`.
        company_id: String,
    }
}

data! {
    /// A document. The vendor's page shows no payload of its events, so that everything is in `more`.
    #[derive(Debug)]
    Document {}
}

/// Prints ids and source; of what is said about the person, its length.
impl fmt::Debug for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lead")
            .field("id", &self.id)
            .field("first_name", &Hidden(self.first_name.as_deref()))
            .field("last_name", &Hidden(self.last_name.as_deref()))
            .field("email", &Hidden(self.email.as_deref()))
            .field("phone", &Hidden(self.phone.as_deref()))
            .field("source", &self.source)
            .field("company_id", &self.company_id)
            .field("more", &self.more)
            .finish()
    }
}

/// Text of which only the length is printed.
pub(crate) struct Hidden<'a>(pub(crate) Option<&'a str>);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, "Some({} bytes)", text.len()),
            None => f.write_str("None"),
        }
    }
}
