//! The schemes by name, and their secrets from text.

use serde_json::Value;
use tower_webhook::scheme::{
    Adyen, Asana, Bitbucket, BoxCom, Calendly, Circle, CloudflareStream, CoinbaseCommerce, Discord, Dropbox,
    ElevenLabs, Flutterwave, GitHub, Gitea, HubSpot, Intercom, Knowrithm, LemonSqueezy, Line, Linear, Meta, Mux,
    Notion, Paddle, PagerDuty, Paystack, QuickBooks, Razorpay, Sanity, Scheme, SendGrid, Sentry, Shopify, Slack,
    Square, StandardWebhooks, StandardWebhooksV1a, Stripe, Twilio, Twitch, Typeform, Vercel, WooCommerce, XCom, Xero,
    Zendesk, Zoom,
};
use tower_webhook::{
    ConfigError, DecodedSecret, Ed25519PrivateKey, Ed25519PublicKey, P256PrivateKey, P256PublicKey, SigningSecret,
};

use crate::{Result, text, with};

/// Tries each of these schemes in turn.
macro_rules! each {
    ($name:ident, $call:ident: $($scheme:expr),+ $(,)?) => {
        $(
            let scheme = $scheme;
            if scheme.name() == $name {
                return with(scheme, $call);
            }
        )+
    };
}

/// Signs or verifies with the scheme that has this [name](Scheme::name).
pub(crate) fn answer(name: &str, call: &Value) -> Result<Value> {
    let url = text(call, "url")?;
    #[rustfmt::skip]
    each!(name, call:
        Adyen, Asana, Bitbucket, BoxCom, Calendly, Circle, CloudflareStream, CoinbaseCommerce, Discord, Dropbox,
        ElevenLabs, Flutterwave, GitHub, Gitea, HubSpot::new(url)?, Intercom, Knowrithm, LemonSqueezy, Line, Linear,
        Meta, Mux, Notion, Paddle, PagerDuty, Paystack, QuickBooks, Razorpay, Sanity, SendGrid, Sentry, Shopify, Slack,
        Square::new(url)?, StandardWebhooks::new(), StandardWebhooksV1a, Stripe, Twilio::new(url)?, Twitch, Typeform,
        Vercel, WooCommerce, XCom, Xero, Zendesk, Zoom,
    );
    Err(format!("no scheme {name}").into())
}

/// A secret as its provider writes it.
pub(crate) trait FromText: Sized {
    fn from_text(text: &str) -> std::result::Result<Self, ConfigError>;
}

macro_rules! from_text {
    ($($secret:ty: $make:expr),+ $(,)?) => {
        $(
            impl FromText for $secret {
                fn from_text(text: &str) -> std::result::Result<Self, ConfigError> {
                    $make(text)
                }
            }
        )+
    };
}

from_text! {
    SigningSecret: SigningSecret::new,
    DecodedSecret: decode,
    Ed25519PublicKey: Ed25519PublicKey::new,
    Ed25519PrivateKey: Ed25519PrivateKey::new,
    P256PublicKey: P256PublicKey::new,
    P256PrivateKey: P256PrivateKey::new,
}

/// Standard Webhooks writes base64 behind `whsec_`, Adyen hex.
fn decode(text: &str) -> std::result::Result<DecodedSecret, ConfigError> {
    if text.starts_with("whsec_") {
        DecodedSecret::from_whsec(text)
    } else {
        DecodedSecret::from_hex(text)
    }
}
