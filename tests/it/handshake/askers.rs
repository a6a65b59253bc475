//! The providers that ask, each with its handshake and the verifier beside it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Request, Response, StatusCode};
use tower::layer::util::Identity;
use tower::util::Either;
use tower_webhook::scheme::{Encoding, HmacScheme, Slack};
use tower_webhook::sign::Signer;
use tower_webhook::{Rejection, SigningSecret, Token, Verifier, VerifyLayer};
use tower_webhook_handshake::HandshakeLayer;

pub(super) const SECRET: &str = "whk_the_secret_that_signs";
pub(super) const VERIFY_TOKEN: &str = "tk_of_meta";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asker {
    Asana,
    DiscordEvents,
    DiscordInteractions,
    Dropbox,
    Meta,
    MicrosoftGraph,
    Okta,
    Slack,
    Trello,
    Twitch,
    WooCommerce,
    X,
    Xero,
    Zoom,
}

pub(super) const ALL: [Asker; 14] = [
    Asker::Asana,
    Asker::DiscordEvents,
    Asker::DiscordInteractions,
    Asker::Dropbox,
    Asker::Meta,
    Asker::MicrosoftGraph,
    Asker::Okta,
    Asker::Slack,
    Asker::Trello,
    Asker::Twitch,
    Asker::WooCommerce,
    Asker::X,
    Asker::Xero,
    Asker::Zoom,
];

/// What a refusal is answered with.
type OnReject<R> = fn(&Rejection, &Parts) -> Response<R>;
type Perhaps = Either<HandshakeLayer, Identity>;
/// The handshake in front, the verifier, and the handshake behind; one of the handshakes is absent.
pub(super) type Layers<R> = (Perhaps, VerifyLayer<OnReject<R>>, Perhaps);

impl Asker {
    pub(super) fn handshake(self) -> HandshakeLayer {
        match self {
            Self::Asana => {
                let taken = Arc::new(AtomicBool::new(false));
                HandshakeLayer::asana(move |head, _| {
                    let awaited = head.uri.path() == "/hook" && !taken.swap(true, Ordering::Relaxed);
                    async move {
                        tokio::task::yield_now().await;
                        awaited
                    }
                })
            }
            Self::DiscordEvents => HandshakeLayer::discord_events(),
            Self::DiscordInteractions => HandshakeLayer::discord_interactions(),
            Self::Dropbox => HandshakeLayer::dropbox(),
            Self::Meta => HandshakeLayer::meta(Token::new(VERIFY_TOKEN).unwrap()),
            Self::MicrosoftGraph => HandshakeLayer::microsoft_graph(),
            Self::Okta => HandshakeLayer::okta(),
            Self::Slack => HandshakeLayer::slack(),
            Self::Trello => HandshakeLayer::trello(),
            Self::Twitch => HandshakeLayer::twitch(),
            Self::WooCommerce => HandshakeLayer::woocommerce(),
            Self::X => HandshakeLayer::x(&secret()),
            Self::Xero => HandshakeLayer::xero(),
            Self::Zoom => HandshakeLayer::zoom(&secret()),
        }
    }

    /// Whether its handshake is signed, and so stands behind the verifier.
    pub(super) fn signs(self) -> bool {
        matches!(
            self,
            Self::DiscordEvents | Self::DiscordInteractions | Self::Slack | Self::Twitch | Self::Xero | Self::Zoom
        )
    }

    /// The status of a bad signature.
    pub(super) fn refusal(self) -> u16 {
        match self {
            Self::DiscordEvents | Self::DiscordInteractions | Self::Xero => 401,
            _ => 403,
        }
    }

    pub(super) fn layers<R: Default>(self) -> Layers<R> {
        let on_reject: OnReject<R> = if self.refusal() == 401 { unauthorized } else { by_status };
        let verify = VerifyLayer::new(self.verifier()).on_reject(on_reject);
        let (here, there) = (Either::Left(self.handshake()), Either::Right(Identity::new()));
        if self.signs() {
            (there, verify, here)
        } else {
            (here, verify, there)
        }
    }

    pub(super) fn verifier(self) -> Verifier {
        match self {
            Self::Slack => Verifier::new(Slack, secret()),
            _ => Verifier::new(self.scheme(), secret()),
        }
    }

    pub(super) fn sign(self, request: Request<Bytes>, under: &str) -> Request<Bytes> {
        let secret = SigningSecret::new(under).unwrap();
        match self {
            Self::Slack => Signer::new(Slack, &secret).sign(request),
            _ => Signer::new(self.scheme(), &secret).sign(request),
        }
    }

    /// The header and the encoding are the provider's. A layer of this crate sees neither.
    fn scheme(self) -> HmacScheme {
        let header = match self {
            Self::Asana => "x-hook-signature",
            Self::Twitch => "twitch-eventsub-message-signature",
            Self::WooCommerce => return base64("x-wc-webhook-signature"),
            Self::X => return base64("x-twitter-webhooks-signature").prefix("sha256="),
            Self::Xero => return base64("x-xero-signature"),
            Self::Zoom => "x-zm-signature",
            _ => "x-signature",
        };
        HmacScheme::new(HeaderName::from_static(header))
    }
}

fn base64(header: &'static str) -> HmacScheme {
    HmacScheme::new(HeaderName::from_static(header)).encoding(Encoding::Base64)
}

pub(super) fn secret() -> SigningSecret {
    static SHARED: LazyLock<SigningSecret> = LazyLock::new(|| SigningSecret::new(SECRET).unwrap());
    SHARED.clone()
}

fn by_status<R: Default>(rejection: &Rejection, _: &Parts) -> Response<R> {
    let mut response = Response::new(R::default());
    *response.status_mut() = rejection.status();
    response
}

fn unauthorized<R: Default>(rejection: &Rejection, head: &Parts) -> Response<R> {
    let mut response = by_status(rejection, head);
    if rejection.status() == StatusCode::FORBIDDEN {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    response
}
