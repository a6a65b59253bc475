//! Why a handshake was refused: for the operator, never for the peer.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode};

/// Why a request that asks for a handshake was refused. It is in the extensions of the response; the peer sees an empty
/// 403 whatever the reason was.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use http::Request;
/// use tower::ServiceExt;
/// use tower_webhook::Token;
/// use tower_webhook_handshake::{HandshakeLayer, HandshakeRejection};
///
/// let service = HandshakeLayer::meta(Token::new("tk_4f1d")?).into_service();
/// let uri = "/?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1158201444";
/// let response = service.oneshot(Request::get(uri).body(())?).await?;
/// assert_eq!(response.status(), 403);
/// assert_eq!(response.extensions().get(), Some(&HandshakeRejection::WrongToken));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandshakeRejection {
    /// The token is not the one that was configured. `wrong_token`.
    WrongToken,
    /// This parameter of the query, or this header, is missing. `missing`.
    Missing(&'static str),
    /// This parameter of the query, or this header, occurs more than once. `duplicate`.
    Duplicate(&'static str),
    /// This parameter of the query, or this header, has a value that the provider does not send: it is empty, longer
    /// than 512 bytes, or has other characters. `malformed`.
    Malformed(&'static str),
    /// The secret that the sender offers is blank, or probably a placeholder. `unusable_secret`.
    UnusableSecret,
    /// The callback of the user declined. `declined`.
    Declined,
}

impl HandshakeRejection {
    /// The name of the reason, for logs and metrics. It stays the same from version to version.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongToken => "wrong_token",
            Self::Missing(_) => "missing",
            Self::Duplicate(_) => "duplicate",
            Self::Malformed(_) => "malformed",
            Self::UnusableSecret => "unusable_secret",
            Self::Declined => "declined",
        }
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::FORBIDDEN;
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Display for HandshakeRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongToken => f.write_str("the token is not the configured one"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Duplicate(name) => write!(f, "{name} occurs more than once"),
            Self::Malformed(name) => write!(f, "{name} has a value that the provider does not send"),
            Self::UnusableSecret => f.write_str("the offered secret is blank, or probably a placeholder"),
            Self::Declined => f.write_str("the callback declined"),
        }
    }
}

impl Error for HandshakeRejection {}
