//! The schemes with a name: the name in `--scheme`, the usual variables of the secret, and how the scheme is made.

use std::sync::Arc;

use tower_webhook::ConfigError;
use tower_webhook::scheme::{
    Adyen, Asana, BasicAuth, Bitbucket, BoxCom, Calendly, Circle, CloudflareStream, CoinbaseCommerce, Discord, Dropbox,
    ElevenLabs, Flutterwave, GitHub, GitLab, Gitea, HubSpot, Intercom, Knowrithm, LemonSqueezy, Line, Linear, Mailgun,
    Meta, MicrosoftGraph, Mux, Notion, Okta, Paddle, PagerDuty, Paystack, QuickBooks, Razorpay, Sanity, SendGrid,
    Sentry, Shopify, Slack, Square, StandardWebhooks, StandardWebhooksV1a, Stripe, Telegram, Trello, Twilio, Twitch,
    Typeform, Vercel, WooCommerce, XCom, Xero, Zendesk, Zoom,
};

use super::any::with_hex_key;
use super::{AnyScheme, Chosen, any};

/// A scheme with a name.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// The name in `--scheme`.
    pub(crate) name: &'static str,
    /// The environment variable in which its users keep the secret, or a receiver the public key.
    pub(crate) variable: &'static str,
    /// The one of a sender: another one where that needs a private key.
    pub(crate) sender_variable: &'static str,
    pub(crate) make: Make,
}

/// How a scheme is made.
#[derive(Clone, Copy)]
pub(crate) enum Make {
    Plain(fn() -> Arc<dyn AnyScheme>),
    /// It signs the URL under which the provider knows the receiver.
    ForUrl(ForUrl),
}

/// Makes a scheme that signs this URL.
pub(crate) type ForUrl = fn(&str) -> Result<Arc<dyn AnyScheme>, ConfigError>;

impl Known {
    /// The scheme; for a receiver at `http://127.0.0.1/`, if it signs the public URL.
    pub(crate) fn chosen(self) -> Chosen {
        let scheme = match self.make {
            Make::Plain(make) => make(),
            Make::ForUrl(make) => make("http://127.0.0.1/").expect("the URL is absolute"),
        };
        self.with(scheme)
    }

    /// Gives the scheme its name and variable.
    pub(super) fn with(self, scheme: Arc<dyn AnyScheme>) -> Chosen {
        Chosen {
            name: self.name,
            variable: self.variable,
            sender_variable: self.sender_variable,
            scheme,
            for_url: match self.make {
                Make::Plain(_) => None,
                Make::ForUrl(make) => Some(make),
            },
        }
    }
}

/// Every scheme with a name: the vendor's first, then those that people ask for most, then by name, and last what no
/// provider has to itself.
pub(crate) static KNOWN: &[Known] = &[
    plain("knowrithm", "KNOWRITHM_WEBHOOK_SECRET", || any(Knowrithm)),
    plain("github", "GITHUB_WEBHOOK_SECRET", || any(GitHub)),
    plain("stripe", "STRIPE_WEBHOOK_SECRET", || any(Stripe)),
    plain("slack", "SLACK_SIGNING_SECRET", || any(Slack)),
    plain("shopify", "SHOPIFY_WEBHOOK_SECRET", || any(Shopify)),
    plain("standard-webhooks", "STANDARD_WEBHOOKS_SECRET", || {
        any(StandardWebhooks::new())
    }),
    plain("svix", "SVIX_WEBHOOK_SECRET", || any(StandardWebhooks::svix_only())),
    plain("adyen", "ADYEN_HMAC_KEY", || with_hex_key(Adyen)),
    plain("asana", "ASANA_WEBHOOK_SECRET", || any(Asana)),
    plain("bitbucket", "BITBUCKET_WEBHOOK_SECRET", || any(Bitbucket)),
    plain("box", "BOX_WEBHOOK_SECRET", || any(BoxCom)),
    plain("calendly", "CALENDLY_WEBHOOK_SECRET", || any(Calendly)),
    key_pair("circle", "CIRCLE_PUBLIC_KEY", "CIRCLE_PRIVATE_KEY", || any(Circle)),
    plain("cloudflare-stream", "CLOUDFLARE_STREAM_WEBHOOK_SECRET", || {
        any(CloudflareStream)
    }),
    plain("coinbase-commerce", "COINBASE_COMMERCE_WEBHOOK_SECRET", || {
        any(CoinbaseCommerce)
    }),
    key_pair("discord", "DISCORD_PUBLIC_KEY", "DISCORD_PRIVATE_KEY", || any(Discord)),
    plain("dropbox", "DROPBOX_APP_SECRET", || any(Dropbox)),
    plain("elevenlabs", "ELEVENLABS_WEBHOOK_SECRET", || any(ElevenLabs)),
    plain("flutterwave", "FLUTTERWAVE_WEBHOOK_SECRET", || any(Flutterwave)),
    plain("gitea", "GITEA_WEBHOOK_SECRET", || any(Gitea)),
    plain("gitlab", "GITLAB_WEBHOOK_TOKEN", || any(GitLab)),
    for_url("hubspot", "HUBSPOT_CLIENT_SECRET", |url| Ok(any(HubSpot::new(url)?))),
    plain("intercom", "INTERCOM_CLIENT_SECRET", || any(Intercom)),
    plain("lemon-squeezy", "LEMON_SQUEEZY_WEBHOOK_SECRET", || any(LemonSqueezy)),
    plain("line", "LINE_CHANNEL_SECRET", || any(Line)),
    plain("linear", "LINEAR_WEBHOOK_SECRET", || any(Linear)),
    plain("mailgun", "MAILGUN_SIGNING_KEY", || any(Mailgun)),
    plain("meta", "META_APP_SECRET", || any(Meta)),
    plain("microsoft-graph", "MICROSOFT_GRAPH_CLIENT_STATE", || {
        any(MicrosoftGraph)
    }),
    plain("mux", "MUX_WEBHOOK_SECRET", || any(Mux)),
    plain("notion", "NOTION_WEBHOOK_SECRET", || any(Notion)),
    plain("okta", "OKTA_WEBHOOK_TOKEN", || any(Okta::new())),
    plain("paddle", "PADDLE_WEBHOOK_SECRET", || any(Paddle)),
    plain("pagerduty", "PAGERDUTY_WEBHOOK_SECRET", || any(PagerDuty)),
    plain("paystack", "PAYSTACK_SECRET_KEY", || any(Paystack)),
    plain("quickbooks", "QUICKBOOKS_WEBHOOK_SECRET", || any(QuickBooks)),
    plain("razorpay", "RAZORPAY_WEBHOOK_SECRET", || any(Razorpay)),
    plain("sanity", "SANITY_WEBHOOK_SECRET", || any(Sanity)),
    key_pair("sendgrid", "SENDGRID_PUBLIC_KEY", "SENDGRID_PRIVATE_KEY", || {
        any(SendGrid)
    }),
    plain("sentry", "SENTRY_CLIENT_SECRET", || any(Sentry)),
    for_url("square", "SQUARE_WEBHOOK_SECRET", |url| Ok(any(Square::new(url)?))),
    key_pair(
        "standard-webhooks-v1a",
        "STANDARD_WEBHOOKS_PUBLIC_KEY",
        "STANDARD_WEBHOOKS_PRIVATE_KEY",
        || any(StandardWebhooksV1a),
    ),
    plain("telegram", "TELEGRAM_SECRET_TOKEN", || any(Telegram)),
    for_url("trello", "TRELLO_API_SECRET", |url| Ok(any(Trello::new(url)?))),
    for_url("twilio", "TWILIO_AUTH_TOKEN", |url| Ok(any(Twilio::new(url)?))),
    plain("twitch", "TWITCH_WEBHOOK_SECRET", || any(Twitch)),
    plain("typeform", "TYPEFORM_WEBHOOK_SECRET", || any(Typeform)),
    plain("vercel", "VERCEL_WEBHOOK_SECRET", || any(Vercel)),
    plain("woocommerce", "WOOCOMMERCE_WEBHOOK_SECRET", || any(WooCommerce)),
    plain("x", "X_CONSUMER_SECRET", || any(XCom)),
    plain("xero", "XERO_WEBHOOK_SECRET", || any(Xero)),
    plain("zendesk", "ZENDESK_WEBHOOK_SECRET", || any(Zendesk)),
    plain("zoom", "ZOOM_WEBHOOK_SECRET", || any(Zoom)),
    plain(BASIC, "WEBHOOK_BASIC_AUTH", || any(BasicAuth)),
];

/// The name of basic authentication, whose secret is `user:password`.
pub(super) const BASIC: &str = "basic";

const fn plain(name: &'static str, variable: &'static str, make: fn() -> Arc<dyn AnyScheme>) -> Known {
    key_pair(name, variable, variable, make)
}

const fn for_url(name: &'static str, variable: &'static str, make: ForUrl) -> Known {
    Known {
        name,
        variable,
        sender_variable: variable,
        make: Make::ForUrl(make),
    }
}

const fn key_pair(
    name: &'static str,
    variable: &'static str,
    sender_variable: &'static str,
    make: fn() -> Arc<dyn AnyScheme>,
) -> Known {
    Known {
        name,
        variable,
        sender_variable,
        make: Make::Plain(make),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::Kind;

    fn names(has: fn(&dyn AnyScheme) -> bool) -> Vec<&'static str> {
        let found = KNOWN.iter().filter(|known| has(&*known.chosen().scheme));
        found.map(|known| known.name).collect()
    }

    #[test]
    fn what_schemes_do_with_the_body_is_seen_in_their_signatures() {
        let in_body = ["adyen", "mailgun", "microsoft-graph"];
        assert_eq!(names(|scheme| scheme.is_in_body()), in_body);
        assert_eq!(
            names(|scheme| scheme.parses_body()),
            [&in_body[..], &["twilio"]].concat()
        );
        // X signs every body alike, and a receiver looks whether it is an object.
        assert_eq!(
            names(|scheme| scheme.reads_body()),
            [&in_body[..], &["twilio", "x"]].concat()
        );
    }

    #[test]
    fn the_kind_of_secret_does_not_depend_on_where_the_signature_is() {
        for (name, kind) in [
            ("adyen", Kind::Hex),
            ("mailgun", Kind::Shared),
            ("microsoft-graph", Kind::Token),
            ("svix", Kind::Whsec),
            ("discord", Kind::KeyPair),
        ] {
            let known = KNOWN.iter().find(|known| known.name == name).unwrap();
            assert_eq!(known.chosen().scheme.kind(), kind, "{name}");
        }
    }

    #[test]
    fn every_scheme_takes_the_sample_of_its_kind() {
        for known in KNOWN {
            let scheme = known.chosen().scheme;
            assert!(scheme.signer(&scheme.kind().sample()).is_ok(), "{}", known.name);
        }
    }
}
