//! The answers of the extractors when they have nothing to extract.

use std::any::type_name;
use std::error::Error;
use std::fmt;

use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use serde::de::DeserializeOwned;

/// No `VerifyLayer` of the handler's scheme stands in front of it: a 500, whose text says which layer to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingVerifyLayer {
    /// The type of the handler's scheme.
    wanted: &'static str,
    found: Option<&'static str>,
}

impl MissingVerifyLayer {
    pub(crate) fn new<S>(found: Option<&'static str>) -> Self {
        Self {
            wanted: type_name::<S>(),
            found,
        }
    }

    /// The name of the scheme that verified the request instead; `None` if none did.
    #[must_use]
    pub fn found(&self) -> Option<&'static str> {
        self.found
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

impl fmt::Display for MissingVerifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without its module, and with its parameters if it has any.
        let path = self.wanted.split('<').next().unwrap_or(self.wanted);
        let wanted = path.rsplit("::").next().unwrap_or(path);
        write!(f, "this handler takes webhooks of the scheme `{wanted}`")?;
        match self.found {
            Some(found) => write!(
                f,
                ", but the `VerifyLayer` in front of it verified `{found}`: give the route a layer of its own, or name the \
                 other scheme in the handler, as in `Verified<GitHub>`"
            ),
            None => f.write_str(
                ", and no `tower_webhook::VerifyLayer` stands in front of it: add it with \
                 `.route_layer(VerifyLayer::new(verifier))`",
            ),
        }
    }
}

impl Error for MissingVerifyLayer {}

impl IntoResponse for MissingVerifyLayer {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}

/// The verified body is not JSON, or not of the type that was asked for: a 400, whose text says where and why.
///
/// The reader of that text holds the secret, and sent the body.
#[derive(Debug)]
pub struct InvalidJson {
    /// The place in the value, as in `data.rating`; `.` for the whole of it.
    path: String,
    source: serde_json::Error,
}

impl InvalidJson {
    pub(crate) fn or_parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Self> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| Self {
            path: error.path().to_string(),
            source: error.into_inner(),
        })?;
        json.end().map_err(|source| Self {
            path: ".".into(),
            source,
        })?;
        Ok(value)
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }
}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the verified body is not the JSON expected: ")?;
        if self.path != "." {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.source)
    }
}

/// The parser's message is part of this one, so the source is the cause behind it: no message of the chain repeats
/// another.
impl Error for InvalidJson {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}

impl IntoResponse for InvalidJson {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}

/// Why [`VerifiedJson`](crate::VerifiedJson) was not extracted.
#[derive(Debug)]
#[non_exhaustive]
pub enum VerifiedJsonRejection {
    /// The layer is missing: 500.
    MissingVerifyLayer(MissingVerifyLayer),
    /// The JSON is not as expected: 400.
    InvalidJson(InvalidJson),
}

impl VerifiedJsonRejection {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingVerifyLayer(rejection) => rejection.status(),
            Self::InvalidJson(rejection) => rejection.status(),
        }
    }
}

impl From<MissingVerifyLayer> for VerifiedJsonRejection {
    fn from(rejection: MissingVerifyLayer) -> Self {
        Self::MissingVerifyLayer(rejection)
    }
}

impl From<InvalidJson> for VerifiedJsonRejection {
    fn from(rejection: InvalidJson) -> Self {
        Self::InvalidJson(rejection)
    }
}

impl fmt::Display for VerifiedJsonRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingVerifyLayer(rejection) => rejection.fmt(f),
            Self::InvalidJson(rejection) => rejection.fmt(f),
        }
    }
}

impl Error for VerifiedJsonRejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::MissingVerifyLayer(_) => None,
            Self::InvalidJson(rejection) => rejection.source(),
        }
    }
}

impl IntoResponse for VerifiedJsonRejection {
    fn into_response(self) -> Response {
        match self {
            Self::MissingVerifyLayer(rejection) => rejection.into_response(),
            Self::InvalidJson(rejection) => rejection.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_of_an_error_chain_repeats_another() {
        let invalid = InvalidJson::or_parse::<u8>(b"\"2\"").unwrap_err();
        let rejection = VerifiedJsonRejection::from(invalid);
        let mut said = rejection.to_string();
        let mut source = rejection.source();
        while let Some(error) = source {
            let says = error.to_string();
            assert!(!said.contains(&says), "{said}; {says}");
            said = says;
            source = error.source();
        }
    }
}
