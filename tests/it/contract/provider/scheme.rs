//! The scheme of each provider, as a value of its own type.

use http::HeaderName;
use tower_webhook::scheme::{
    self, Encoding, HmacScheme, Okta, Part, Separator, SigningScheme, StandardWebhooks, TokenScheme,
};

use super::Provider;
use crate::contract::acme::Acme;
use crate::contract::kind::Kind;
use crate::contract::own_key::OwnKey;

/// Something that can be done with a scheme of any type.
pub(crate) trait UseScheme {
    type Out;

    fn with<S: SigningScheme<Secret: Kind>>(self, scheme: S) -> Self::Out;
}

impl Provider {
    pub(crate) fn scheme<U: UseScheme>(self, to: U) -> U::Out {
        match self {
            Self::Asana => to.with(scheme::Asana),
            Self::Bitbucket => to.with(scheme::Bitbucket),
            Self::BoxCom => to.with(scheme::BoxCom),
            Self::Calendly => to.with(scheme::Calendly),
            Self::Circle => to.with(scheme::Circle),
            Self::CloudflareStream => to.with(scheme::CloudflareStream),
            Self::CoinbaseCommerce => to.with(scheme::CoinbaseCommerce),
            Self::Discord => to.with(scheme::Discord),
            Self::Dropbox => to.with(scheme::Dropbox),
            Self::ElevenLabs => to.with(scheme::ElevenLabs),
            Self::Flutterwave => to.with(scheme::Flutterwave),
            Self::Gitea => to.with(scheme::Gitea),
            Self::GitHub => to.with(scheme::GitHub),
            Self::HubSpot => to.with(scheme::HubSpot::new(PUBLIC_URL).unwrap()),
            Self::Intercom => to.with(scheme::Intercom),
            Self::Knowrithm => to.with(scheme::Knowrithm),
            Self::LemonSqueezy => to.with(scheme::LemonSqueezy),
            Self::Line => to.with(scheme::Line),
            Self::Linear => to.with(scheme::Linear),
            Self::Meta => to.with(scheme::Meta),
            Self::Mux => to.with(scheme::Mux),
            Self::Notion => to.with(scheme::Notion),
            Self::Paddle => to.with(scheme::Paddle),
            Self::PagerDuty => to.with(scheme::PagerDuty),
            Self::Paystack => to.with(scheme::Paystack),
            Self::QuickBooks => to.with(scheme::QuickBooks),
            Self::Razorpay => to.with(scheme::Razorpay),
            Self::Sanity => to.with(scheme::Sanity),
            Self::SendGrid => to.with(scheme::SendGrid),
            Self::Sentry => to.with(scheme::Sentry),
            Self::Shopify => to.with(scheme::Shopify),
            Self::Slack => to.with(scheme::Slack),
            Self::Square => to.with(scheme::Square::new(PUBLIC_URL).unwrap()),
            Self::StandardWebhooks | Self::Svix => to.with(StandardWebhooks::new()),
            Self::StandardWebhooksV1a => to.with(scheme::StandardWebhooksV1a),
            Self::Stripe => to.with(scheme::Stripe),
            Self::SvixOnly => to.with(StandardWebhooks::svix_only()),
            Self::Trello => to.with(scheme::Trello::new(PUBLIC_URL).unwrap()),
            Self::Twilio => to.with(scheme::Twilio::new(PUBLIC_URL).unwrap()),
            Self::Twitch => to.with(scheme::Twitch),
            Self::Typeform => to.with(scheme::Typeform),
            Self::Vercel => to.with(scheme::Vercel),
            Self::WooCommerce => to.with(scheme::WooCommerce),
            Self::XCom => to.with(scheme::XCom),
            Self::Xero => to.with(scheme::Xero),
            Self::Zendesk => to.with(scheme::Zendesk),
            Self::Zoom => to.with(scheme::Zoom),
            Self::Described => to.with(DESCRIBED),
            Self::Custom => to.with(Acme),
            Self::OwnKey => to.with(OwnKey),
            Self::BasicAuth => to.with(scheme::BasicAuth),
            Self::Bearer => to.with(TokenScheme::new("bearer", TOKEN).prefix("Bearer ")),
            Self::GitLab => to.with(scheme::GitLab),
            Self::Okta => to.with(Okta::new()),
            Self::OktaWithHeader => to.with(Okta::with_header(TOKEN)),
            Self::Telegram => to.with(scheme::Telegram),
            Self::Token => to.with(TokenScheme::new("token", TOKEN)),
            Self::Adyen => to.with(scheme::Adyen),
            Self::Mailgun => to.with(scheme::Mailgun),
            Self::MicrosoftGraph => to.with(scheme::MicrosoftGraph),
        }
    }
}

const TOKEN: HeaderName = HeaderName::from_static("x-the-token");

const PUBLIC_URL: &str = "https://hooks.example/public?of=the+provider";

/// A scheme of no provider: a list with an id and without a time.
const DESCRIBED: HmacScheme = HmacScheme::new("described", HeaderName::from_static("x-described-macs"))
    .list(Separator::Semicolon)
    .prefix("mac=")
    .encoding(Encoding::Base64Url)
    .id_header(HeaderName::from_static("x-described-id"))
    .signs(&[Part::Id, Part::Literal("."), Part::Body]);
