//! Microsoft Graph's scheme.

use super::json::Json;
use super::{Head, Scheme, SignatureClaim};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::Token;

/// The most notifications that one request may have.
const MAX_NOTIFICATIONS: usize = 1024;

/// The change notifications of Microsoft Graph. They sign nothing: [`Token`] says what that means.
///
/// **Sends** the `clientState` of the subscription in the body, in each element of `value`. It is the token. A body has
/// at most 1024 elements, and all of them must have the same `clientState`.
///
/// **Specified** in <https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>.
///
/// Notifications with resource data also have `validationTokens`, which are not read, and data that is encrypted. What
/// Microsoft Graph asks before it sends is answered by the crate `tower-webhook-handshake`.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::MicrosoftGraph;
/// use tower_webhook::{Token, Verifier};
///
/// let verifier = Verifier::new(MicrosoftGraph, Token::new("tk_4f1d")?);
/// let body = r#"{"value": [{"subscriptionId": "1", "clientState": "tk_4f1d", "changeType": "created"}]}"#;
/// assert!(verifier.verify(&HeaderMap::new(), body).is_ok());
/// let rejection = verifier.verify(&HeaderMap::new(), body.replace("4f1d", "4f1e")).unwrap_err();
/// assert_eq!(rejection.code(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MicrosoftGraph;

impl Scheme for MicrosoftGraph {
    type Secret = Token;

    fn name(&self) -> &'static str {
        "microsoft_graph"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        Ok(SignatureClaim::in_body(head))
    }

    fn read_body<'a>(&'a self, _: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let json = Json::parse(body).ok_or_else(|| {
            Rejection::in_body(RejectionKind::MalformedSignature).with_source("the body is not JSON, or deeper than 64")
        })?;
        let missing = || {
            let fault =
                "the body has no notification, too many, or one without a `clientState` that it shares with all";
            Rejection::in_body(RejectionKind::MissingSignature).with_source(fault)
        };
        let mut states = notifications(json).ok_or_else(missing)?.into_iter().map(client_state);
        let first = states.next().flatten().ok_or_else(missing)?;
        // Both sides are the sender's, so that their comparison tells nothing of the token.
        if states.any(|state| state.as_ref() != Some(&first)) {
            return Err(missing());
        }
        Ok(SignatureClaim::token(first.as_bytes()))
    }
}

fn notifications(json: Json<'_>) -> Option<Vec<Json<'_>>> {
    let [value] = json.members(["value"])?;
    value?.elements::<MAX_NOTIFICATIONS>()
}

fn client_state(notification: Json<'_>) -> Option<std::borrow::Cow<'_, str>> {
    let [state] = notification.members(["clientState"])?;
    state?.string()
}

#[cfg(feature = "sign")]
mod sign {
    use http::HeaderMap;
    use http::header::HeaderName;

    use super::{Json, MicrosoftGraph, notifications};
    use crate::error::SignError;
    use crate::scheme::signing::{inside, with_member};
    use crate::scheme::{SigningScheme, Unsigned};

    impl SigningScheme for MicrosoftGraph {
        /// None: the token is in the body.
        fn signature_header(&self) -> Option<&HeaderName> {
            None
        }

        fn sign(&self, _: &Unsigned<'_>) -> HeaderMap {
            inside("microsoft_graph")
        }

        /// Sets the `clientState` of each element of `value`.
        ///
        /// # Errors
        ///
        /// When the content has no such array of objects, or the token is not UTF-8 or has control characters.
        fn sign_body(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
            let fault = |fault| SignError::new("microsoft_graph", fault);
            let all = Json::parse(content).and_then(notifications);
            let all = all.filter(|all| !all.is_empty());
            let all = all.ok_or(fault(
                "shows its token in the array `value`, which this body lacks, or has empty",
            ))?;
            let token = std::str::from_utf8(request.token()).ok();
            let token = token.filter(|token| !token.contains(|letter| letter < ' '));
            let token = token.ok_or(fault("shows its token in JSON, and this one is not plain UTF-8"))?;
            let state = format!("\"{}\"", token.replace('\\', "\\\\").replace('"', "\\\""));
            let mut body = Vec::new();
            let mut end = 0;
            for notification in all {
                let range = notification.range_in(content);
                body.extend_from_slice(&content[end..range.start]);
                let signed = with_member(&content[range.clone()], &[], "clientState", &state);
                let signed = signed.ok_or(fault("shows its token in objects, and one of `value` is none"))?;
                body.extend_from_slice(&signed);
                end = range.end;
            }
            body.extend_from_slice(&content[end..]);
            Ok(Some(body))
        }
    }
}
