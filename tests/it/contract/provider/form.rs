//! What each provider sends, stated independently of the core.

use tower_webhook::scheme::Encoding::{self, Base64, Base64Url, Hex, HexOfEitherCase};
use tower_webhook::scheme::TimestampFormat::{self, Milliseconds, Rfc3339, Seconds};

use super::Provider;

/// The headers of a provider.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The name of the scheme in events.
    pub(super) name: &'static str,
    /// The headers with the signature, the time and the id; empty where there is none.
    pub(super) headers: [&'static str; 3],
    /// The text before each MAC.
    pub(super) prefix: &'static str,
    pub(super) encoding: Encoding,
    /// The bytes of a MAC, or of another signature.
    pub(super) mac_len: usize,
    /// What separates the entries, for those that send a list.
    pub(super) list: Option<&'static str>,
    /// What the entry with the time begins with.
    pub(super) time_key: Option<&'static str>,
    pub(super) unit: TimestampFormat,
    pub(super) decodes_secret: bool,
}

impl Form {
    const fn new(name: &'static str, header: &'static str, prefix: &'static str, encoding: Encoding) -> Self {
        Self {
            name,
            headers: [header, "", ""],
            prefix,
            encoding,
            mac_len: 32,
            list: None,
            time_key: None,
            unit: Seconds,
            decodes_secret: false,
        }
    }

    /// A token, which has no encoding that counts.
    const fn token(name: &'static str, header: &'static str, prefix: &'static str) -> Self {
        Self::new(name, header, prefix, Hex)
    }

    const fn list(mut self, mark: &'static str) -> Self {
        self.list = Some(mark);
        self
    }

    const fn time_key(mut self, key: &'static str, unit: TimestampFormat) -> Self {
        self.time_key = Some(key);
        self.unit = unit;
        self
    }

    const fn time(mut self, header: &'static str, unit: TimestampFormat) -> Self {
        self.headers[1] = header;
        self.unit = unit;
        self
    }

    const fn id(mut self, header: &'static str) -> Self {
        self.headers[2] = header;
        self
    }

    const fn mac_len(mut self, bytes: usize) -> Self {
        self.mac_len = bytes;
        self
    }

    const fn decodes_secret(mut self) -> Self {
        self.decodes_secret = true;
        self
    }
}

/// A time and MACs in one header.
const fn stamped(name: &'static str, header: &'static str, key: &'static str, prefix: &'static str) -> Form {
    Form::new(name, header, prefix, Hex).list(",").time_key(key, Seconds)
}

const SVIX: Form = Form::new("standard_webhooks", "svix-signature", "v1,", Base64)
    .list(" ")
    .time("svix-timestamp", Seconds)
    .id("svix-id")
    .decodes_secret();

impl Provider {
    pub(super) fn form(self) -> Form {
        match self {
            Self::Asana => Form::new("asana", "x-hook-signature", "", Hex),
            Self::Bitbucket => Form::new("bitbucket", "x-hub-signature", "sha256=", Hex),
            Self::BoxCom => {
                Form::new("box_com", "box-signature-primary", "", Base64).time("box-delivery-timestamp", Rfc3339)
            }
            Self::Calendly => stamped("calendly", "calendly-webhook-signature", "t=", "v1="),
            Self::Circle => Form::new("circle", "x-circle-signature", "", Base64).mac_len(64),
            Self::CloudflareStream => stamped("cloudflare_stream", "webhook-signature", "time=", "sig1="),
            Self::CoinbaseCommerce => Form::new("coinbase_commerce", "x-cc-webhook-signature", "", Hex),
            Self::Discord => Form::new("discord", "x-signature-ed25519", "", Hex)
                .time("x-signature-timestamp", Seconds)
                .mac_len(64),
            Self::Dropbox => Form::new("dropbox", "x-dropbox-signature", "", Hex),
            Self::ElevenLabs => stamped("elevenlabs", "elevenlabs-signature", "t=", "v0="),
            Self::Flutterwave => Form::new("flutterwave", "flutterwave-signature", "", Base64),
            Self::Gitea => Form::new("gitea", "x-gitea-signature", "", Hex),
            Self::GitHub => Form::new("github", "x-hub-signature-256", "sha256=", Hex),
            Self::HubSpot => Form::new("hubspot", "x-hubspot-signature-v3", "", Base64)
                .time("x-hubspot-request-timestamp", Milliseconds),
            Self::Intercom => Form::new("intercom", "x-hub-signature", "sha1=", Hex).mac_len(20),
            Self::Knowrithm => Form::new("knowrithm", "x-knowrithm-signature", "sha256=", Hex),
            Self::LemonSqueezy => Form::new("lemon_squeezy", "x-signature", "", Hex),
            Self::Line => Form::new("line", "x-line-signature", "", Base64),
            Self::Linear => Form::new("linear", "linear-signature", "", Hex),
            Self::Meta => Form::new("meta", "x-hub-signature-256", "sha256=", Hex),
            Self::Mux => stamped("mux", "mux-signature", "t=", "v1="),
            Self::Notion => Form::new("notion", "x-notion-signature", "sha256=", HexOfEitherCase),
            Self::Paddle => stamped("paddle", "paddle-signature", "ts=", "h1=").list(";"),
            Self::PagerDuty => Form::new("pagerduty", "x-pagerduty-signature", "v1=", Hex).list(","),
            Self::Paystack => Form::new("paystack", "x-paystack-signature", "", Hex).mac_len(64),
            Self::QuickBooks => Form::new("quickbooks", "intuit-signature", "", Base64),
            Self::Razorpay => Form::new("razorpay", "x-razorpay-signature", "", Hex),
            Self::Sanity => Form::new("sanity", "sanity-webhook-signature", "v1=", Base64Url)
                .list(",")
                .time_key("t=", Milliseconds),
            Self::SendGrid => Form::new("sendgrid", "x-twilio-email-event-webhook-signature", "", Base64)
                .time("x-twilio-email-event-webhook-timestamp", Seconds)
                .mac_len(64),
            Self::Sentry => Form::new("sentry", "sentry-hook-signature", "", Hex),
            Self::Shopify => Form::new("shopify", "x-shopify-hmac-sha256", "", Base64),
            Self::Slack => {
                Form::new("slack", "x-slack-signature", "v0=", Hex).time("x-slack-request-timestamp", Seconds)
            }
            Self::Square => Form::new("square", "x-square-hmacsha256-signature", "", Base64),
            Self::StandardWebhooks => Form {
                headers: ["webhook-signature", "webhook-timestamp", "webhook-id"],
                ..SVIX
            },
            Self::StandardWebhooksV1a => Form {
                name: "standard_webhooks_v1a",
                headers: ["webhook-signature", "webhook-timestamp", "webhook-id"],
                prefix: "v1a,",
                mac_len: 64,
                decodes_secret: false,
                ..SVIX
            },
            Self::Stripe => stamped("stripe", "stripe-signature", "t=", "v1="),
            Self::Svix | Self::SvixOnly => SVIX,
            Self::Twitch => Form::new("twitch", "twitch-eventsub-message-signature", "sha256=", Hex)
                .time("twitch-eventsub-message-timestamp", Rfc3339)
                .id("twitch-eventsub-message-id"),
            Self::Trello => Form::new("trello", "x-trello-webhook", "", Base64).mac_len(20),
            Self::Twilio => Form::new("twilio", "x-twilio-signature", "", Base64).mac_len(20),
            Self::Typeform => Form::new("typeform", "typeform-signature", "sha256=", Base64),
            Self::Vercel => Form::new("vercel", "x-vercel-signature", "", Hex).mac_len(20),
            Self::WooCommerce => Form::new("woocommerce", "x-wc-webhook-signature", "", Base64),
            Self::XCom => Form::new("x_com", "x-twitter-webhooks-signature", "sha256=", Base64),
            Self::Xero => Form::new("xero", "x-xero-signature", "", Base64),
            Self::Zendesk => Form::new("zendesk", "x-zendesk-webhook-signature", "", Base64)
                .time("x-zendesk-webhook-signature-timestamp", Rfc3339),
            Self::Zoom => Form::new("zoom", "x-zm-signature", "v0=", Hex).time("x-zm-request-timestamp", Seconds),
            Self::Described => Form::new("described", "x-described-macs", "mac=", Base64Url)
                .list(";")
                .id("x-described-id"),
            Self::Custom => Form::new("acme", "x-acme-mac", "", Hex),
            Self::OwnKey => Form::new("own_key", "x-own-signature", "", Base64),
            Self::BasicAuth => Form::token("basic_auth", "authorization", "Basic "),
            Self::Bearer => Form::token("bearer", "x-the-token", "Bearer "),
            Self::GitLab => Form::token("gitlab", "x-gitlab-token", ""),
            Self::Okta => Form::token("okta", "authorization", ""),
            Self::OktaWithHeader => Form::token("okta", "x-the-token", ""),
            Self::Telegram => Form::token("telegram", "x-telegram-bot-api-secret-token", ""),
            Self::Token => Form::token("token", "x-the-token", ""),
            Self::Adyen => Form::new("adyen", "", "", Base64).decodes_secret(),
            Self::Mailgun => Form::new("mailgun", "", "", Hex),
            Self::MicrosoftGraph => Form::new("microsoft_graph", "", "", Hex),
        }
    }
}
