//! What verification said about a request, for people and for programs.

use std::fmt;

use serde::Serialize;
use tower_webhook::Rejection;

use crate::term::style::{BAD, GOOD, WARNING};

/// In JSON: `{"genuine":false,"code":"malformed_signature","reason":"..","header":"x-knowrithm-signature"}`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    genuine: bool,
    /// Where the secret that signed was found; only when it is genuine.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    /// [`Rejection::code`]; only when it is refused. None for what was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The header at fault, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
}

impl Verdict {
    pub(crate) fn genuine(signed_by: Option<&str>) -> Self {
        Self {
            genuine: true,
            signed_by: signed_by.map(str::to_owned),
            code: None,
            reason: None,
            header: None,
        }
    }

    /// That of a handshake that its provider does not sign.
    pub(crate) fn unsigned_handshake() -> Self {
        Self {
            genuine: false,
            signed_by: None,
            code: None,
            reason: Some("this handshake has no signature".to_owned()),
            header: None,
        }
    }

    /// Where the secret that signed was found.
    pub(crate) fn signed_by(&self) -> Option<&str> {
        self.signed_by.as_deref()
    }

    pub(crate) fn is_genuine(&self) -> bool {
        self.genuine
    }

    /// [`Rejection::code`]; `None` when it is genuine, or was not judged.
    pub(crate) fn code(&self) -> Option<&'static str> {
        self.code
    }
}

impl From<&Rejection> for Verdict {
    fn from(rejection: &Rejection) -> Self {
        Self {
            genuine: false,
            signed_by: None,
            code: Some(rejection.code()),
            reason: Some(rejection.to_string()),
            header: rejection.header().map(ToString::to_string),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, &self.reason) {
            (Some(code), Some(reason)) => write!(f, "{BAD}refused{BAD:#} {code}: {reason}"),
            (None, Some(reason)) => write!(f, "{WARNING}not judged{WARNING:#}: {reason}"),
            _ => write!(f, "{GOOD}genuine{GOOD:#}"),
        }
    }
}
