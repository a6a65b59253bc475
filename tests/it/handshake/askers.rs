//! The providers that ask, each with its handshake and the verifier beside it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use tower::layer::util::Identity;
use tower::util::Either;
use tower_webhook::scheme::{
    Asana, Discord, Dropbox, Meta, MicrosoftGraph, Okta, Slack, Trello, Twitch, WooCommerce, XCom, Xero, Zoom,
};
use tower_webhook::sign::Signer;
use tower_webhook::{Ed25519PrivateKey, Rejection, SigningSecret, Token, Verifier, VerifyLayer};
use tower_webhook_handshake::HandshakeLayer;

use super::rows::EVENT;

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
    XCom,
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
    Asker::XCom,
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
            Self::XCom => HandshakeLayer::x_com(secret()),
            Self::Xero => HandshakeLayer::xero(),
            Self::Zoom => HandshakeLayer::zoom(secret()),
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

    /// The body of a delivery.
    pub(super) fn event(self) -> &'static str {
        match self {
            Self::MicrosoftGraph => r#"{"value":[{"changeType":"created"},{"changeType":"deleted","clientState":""}]}"#,
            _ => EVENT,
        }
    }

    pub(super) fn layers<R: Default>(self) -> Layers<R> {
        let on_reject: OnReject<R> = by_status;
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
            Self::Asana => Verifier::new(Asana, secret()),
            Self::DiscordEvents | Self::DiscordInteractions => Verifier::new(Discord, key(SECRET).public_key()),
            Self::Dropbox => Verifier::new(Dropbox, secret()),
            Self::Meta => Verifier::new(Meta, secret()),
            Self::MicrosoftGraph => Verifier::new(MicrosoftGraph, Token::from(secret())),
            Self::Okta => Verifier::new(Okta::new(), Token::from(secret())),
            Self::Slack => Verifier::new(Slack, secret()),
            Self::Trello => Verifier::new(trello(), secret()),
            Self::Twitch => Verifier::new(Twitch, secret()),
            Self::WooCommerce => Verifier::new(WooCommerce, secret()),
            Self::XCom => Verifier::new(XCom, secret()),
            Self::Xero => Verifier::new(Xero, secret()),
            Self::Zoom => Verifier::new(Zoom, secret()),
        }
    }

    pub(super) fn sign(self, request: Request<Bytes>, under: &str) -> Request<Bytes> {
        let secret = SigningSecret::new(under).unwrap();
        match self {
            Self::Asana => Signer::new(Asana, &secret).sign(request),
            Self::DiscordEvents | Self::DiscordInteractions => Signer::new(Discord, &key(under)).sign(request),
            Self::Dropbox => Signer::new(Dropbox, &secret).sign(request),
            Self::Meta => Signer::new(Meta, &secret).sign(request),
            Self::MicrosoftGraph => {
                let signed = Signer::new(MicrosoftGraph, &Token::from(secret)).sign_body(request);
                signed.unwrap()
            }
            Self::Okta => Signer::new(Okta::new(), &Token::from(secret)).sign(request),
            Self::Slack => Signer::new(Slack, &secret).sign(request),
            Self::Trello => Signer::new(trello(), &secret).sign(request),
            Self::Twitch => Signer::new(Twitch, &secret).sign(request),
            Self::WooCommerce => Signer::new(WooCommerce, &secret).sign(request),
            Self::XCom => Signer::new(XCom, &secret).sign(request),
            Self::Xero => Signer::new(Xero, &secret).sign(request),
            Self::Zoom => Signer::new(Zoom, &secret).sign(request),
        }
    }
}

/// The callback URL is that of the configuration, wherever the server of a test listens.
fn trello() -> Trello {
    Trello::new("https://hooks.example/hook").unwrap()
}

/// The private key whose seed is this text, with zeros after it.
fn key(seed: &str) -> Ed25519PrivateKey {
    let hex: Vec<_> = seed.bytes().map(|byte| format!("{byte:02x}")).collect();
    Ed25519PrivateKey::new(format!("{:0<64}", hex.concat())).unwrap()
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
