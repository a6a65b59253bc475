//! What providers ask before they send, as [`tower_webhook_handshake`] answers it.
//!
//! What is not signed is asked in front of the verifier, and what is signed behind it. Asana brings its secret with the
//! handshake: it is taken once, and only where none was known at the start.

use std::convert::Infallible;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Request, Response};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{SigningSecret, Token, VerifiedBody};
use tower_webhook_handshake::{HandshakeLayer, HandshakeRejection};
use url::form_urlencoded;

use super::received::How;
use super::reply::{Reply, reply};
use crate::outcome::{Failure, Result};
use crate::secret::SecretText;

/// The scheme whose secret comes with the handshake, and the header that brings it.
pub(super) const ASANA: &str = "asana";
pub(super) static OFFERED: HeaderName = HeaderName::from_static("x-hook-secret");
/// The scheme whose handshake has a verify token, and the parameter that shows it.
pub(super) const META: &str = "meta";
const VERIFY_TOKEN: &str = "hub.verify_token";
/// What a longer one would cost to hide, a stranger could choose. No provider offers one.
const MAX_SHOWN: usize = 512;

/// The handshakes of a scheme.
pub(super) struct Handshakes {
    front: Option<Front>,
    behind: Vec<HandshakeLayer>,
}

enum Front {
    Layer(HandshakeLayer),
    Asana(HandshakeLayer),
    /// Meta's; without a layer, whatever the verify token is.
    Meta(Option<HandshakeLayer>),
}

/// A handshake that was answered or refused.
pub(super) struct Asked {
    pub(super) answer: Response<Reply>,
    pub(super) how: How,
    /// What the request shows that nobody else is shown.
    pub(super) shows: Option<SecretText>,
    /// Whether it is the secret of the provider from now on.
    pub(super) is_taken: bool,
}

/// What the inner service leaves in its answer: the request is no handshake.
#[derive(Clone)]
struct Passed;

impl Handshakes {
    /// Those of the scheme with this name. A handshake that is signed by us is so with the first secret. Asana's secret
    /// is taken if none is known.
    ///
    /// # Errors
    ///
    /// A failure of usage when a secret cannot be used.
    pub(super) fn new(
        scheme: &str,
        secrets: &[SecretText],
        verify_token: Option<&SecretText>,
        awaits_secret: bool,
    ) -> Result<Self> {
        let secret = || match secrets.first() {
            Some(secret) => SigningSecret::new(secret.expose()).map_err(|error| secret.unusable(&error)),
            None => Err(Failure::usage("no secret")),
        };
        let front = match scheme {
            ASANA => Some(Front::Asana(asana(awaits_secret))),
            META => {
                let token = verify_token
                    .map(|text| Token::new(text.expose()).map_err(|error| text.unusable(&error)))
                    .transpose()?;
                Some(Front::Meta(token.map(HandshakeLayer::meta)))
            }
            "dropbox" => Some(Front::Layer(HandshakeLayer::dropbox())),
            "microsoft-graph" => Some(Front::Layer(HandshakeLayer::microsoft_graph())),
            "okta" => Some(Front::Layer(HandshakeLayer::okta())),
            "trello" => Some(Front::Layer(HandshakeLayer::trello())),
            "woocommerce" => Some(Front::Layer(HandshakeLayer::woocommerce())),
            "x" => Some(Front::Layer(HandshakeLayer::x_com(secret()?))),
            _ => None,
        };
        let behind = match scheme {
            "discord" => vec![HandshakeLayer::discord_events(), HandshakeLayer::discord_interactions()],
            "slack" => vec![HandshakeLayer::slack()],
            "twitch" => vec![HandshakeLayer::twitch()],
            "xero" => vec![HandshakeLayer::xero()],
            "zoom" => vec![HandshakeLayer::zoom(secret()?)],
            _ => Vec::new(),
        };
        Ok(Self { front, behind })
    }

    /// The answer to a request that nothing has verified, if it is a handshake.
    pub(super) async fn in_front(&self, head: &Parts) -> Option<Asked> {
        let request = Request::from_parts(head.clone(), ());
        match self.front.as_ref()? {
            Front::Layer(layer) => ask(layer, request).await,
            Front::Asana(layer) => {
                let mut asked = ask(layer, request).await?;
                asked.is_taken = asked.how == How::Handshake;
                let offered = head.headers.get(&OFFERED).map(|value| value.as_bytes().to_vec());
                asked.shows = offered.and_then(|bytes| shown(bytes, "the handshake of Asana"));
                Some(asked)
            }
            Front::Meta(known) => {
                let query = head.uri.query().unwrap_or_default().as_bytes();
                let pair = form_urlencoded::parse(query).find(|(name, _)| name == VERIFY_TOKEN);
                let value = pair.map(|(_, value)| value.into_owned().into_bytes());
                let shows = value.and_then(|bytes| shown(bytes, VERIFY_TOKEN));
                // Without a token the layer refuses, whichever one it knows.
                let token = Token::new(shows.as_ref().map_or(&b"none"[..], SecretText::expose)).ok()?;
                let any = HandshakeLayer::meta(token);
                let asked = ask(known.as_ref().unwrap_or(&any), request).await?;
                Some(Asked { shows, ..asked })
            }
        }
    }

    /// The answer to a genuine request, if it is a handshake.
    pub(super) async fn behind(&self, head: &Parts, verified: &VerifiedBody) -> Option<Asked> {
        // Discord's events have the type that a PING of its interactions has.
        if self.behind.len() > 1 && has_event(verified.bytes()) {
            return None;
        }
        for layer in &self.behind {
            let mut request = Request::from_parts(head.clone(), ());
            request.extensions_mut().insert(verified.clone());
            if let Some(asked) = ask(layer, request).await {
                return Some(asked);
            }
        }
        None
    }
}

/// A secret that a request shows.
fn shown(bytes: Vec<u8>, place: &str) -> Option<SecretText> {
    let text = (bytes.len() <= MAX_SHOWN).then(|| SecretText::new(bytes, place.to_owned()));
    text?.ok()
}

/// Takes one secret, or none.
fn asana(takes: bool) -> HandshakeLayer {
    let takes = AtomicBool::new(takes);
    HandshakeLayer::asana(move |_, _| ready(takes.swap(false, Ordering::Relaxed)))
}

async fn ask(layer: &HandshakeLayer, request: Request<()>) -> Option<Asked> {
    let inner = service_fn(|_: Request<()>| {
        let mut passed = Response::new(Bytes::new());
        passed.extensions_mut().insert(Passed);
        ready(Ok::<_, Infallible>(passed))
    });
    let Ok(answer) = layer.layer(inner).oneshot(request).await;
    if answer.extensions().get::<Passed>().is_some() {
        return None;
    }
    let how = match answer.extensions().get::<HandshakeRejection>() {
        None => How::Handshake,
        Some(HandshakeRejection::Declined) => How::HandshakeRefused("a secret is known already".to_owned()),
        Some(refusal) => How::HandshakeRefused(refusal.to_string()),
    };
    Some(Asked {
        answer: answer.map(|body| reply(body).into_body()),
        how,
        shows: None,
        is_taken: false,
    })
}

fn has_event(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Event {
        #[serde(rename = "event")]
        _event: IgnoredAny,
    }
    serde_json::from_slice::<Event>(body).is_ok()
}
