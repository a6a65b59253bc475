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

use super::{AnyScheme, Chosen};

/// A scheme with a name.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// The name in `--scheme`.
    pub(crate) name: &'static str,
    /// The environment variable in which its users keep the secret, or a receiver the public key.
    pub(crate) variable: &'static str,
    /// The one of a sender: another one where that needs a private key.
    pub(crate) sender_variable: &'static str,
    /// Whether the scheme makes the signed message of the parsed body, or has the signature in it.
    reads_body: bool,
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
            reads_body: self.reads_body,
            scheme,
            for_url: match self.make {
                Make::Plain(_) => None,
                Make::ForUrl(make) => Some(make),
            },
        }
    }

    /// As one that reads the body.
    const fn reading_body(self) -> Self {
        Self {
            reads_body: true,
            ..self
        }
    }
}

/// Every scheme with a name: the vendor's first, then those that people ask for most, then by name, and last what no
/// provider has to itself.
pub(crate) static KNOWN: &[Known] = &[
    plain("knowrithm", "KNOWRITHM_WEBHOOK_SECRET", || Arc::new(Knowrithm)),
    plain("github", "GITHUB_WEBHOOK_SECRET", || Arc::new(GitHub)),
    plain("stripe", "STRIPE_WEBHOOK_SECRET", || Arc::new(Stripe)),
    plain("slack", "SLACK_SIGNING_SECRET", || Arc::new(Slack)),
    plain("shopify", "SHOPIFY_WEBHOOK_SECRET", || Arc::new(Shopify)),
    plain("standard-webhooks", "STANDARD_WEBHOOKS_SECRET", || {
        Arc::new(StandardWebhooks::new())
    }),
    plain(
        "svix",
        "SVIX_WEBHOOK_SECRET",
        || Arc::new(StandardWebhooks::svix_only()),
    ),
    plain("adyen", "ADYEN_HMAC_KEY", || Arc::new(Adyen)).reading_body(),
    plain("asana", "ASANA_WEBHOOK_SECRET", || Arc::new(Asana)),
    plain("bitbucket", "BITBUCKET_WEBHOOK_SECRET", || Arc::new(Bitbucket)),
    plain("box", "BOX_WEBHOOK_SECRET", || Arc::new(BoxCom)),
    plain("calendly", "CALENDLY_WEBHOOK_SECRET", || Arc::new(Calendly)),
    key_pair("circle", "CIRCLE_PUBLIC_KEY", "CIRCLE_PRIVATE_KEY", || Arc::new(Circle)),
    plain("cloudflare-stream", "CLOUDFLARE_STREAM_WEBHOOK_SECRET", || {
        Arc::new(CloudflareStream)
    }),
    plain("coinbase-commerce", "COINBASE_COMMERCE_WEBHOOK_SECRET", || {
        Arc::new(CoinbaseCommerce)
    }),
    key_pair("discord", "DISCORD_PUBLIC_KEY", "DISCORD_PRIVATE_KEY", || {
        Arc::new(Discord)
    }),
    plain("dropbox", "DROPBOX_APP_SECRET", || Arc::new(Dropbox)),
    plain("elevenlabs", "ELEVENLABS_WEBHOOK_SECRET", || Arc::new(ElevenLabs)),
    plain("flutterwave", "FLUTTERWAVE_WEBHOOK_SECRET", || Arc::new(Flutterwave)),
    plain("gitea", "GITEA_WEBHOOK_SECRET", || Arc::new(Gitea)),
    plain("gitlab", "GITLAB_WEBHOOK_TOKEN", || Arc::new(GitLab)),
    for_url("hubspot", "HUBSPOT_CLIENT_SECRET", |url| {
        Ok(Arc::new(HubSpot::new(url)?))
    }),
    plain("intercom", "INTERCOM_CLIENT_SECRET", || Arc::new(Intercom)),
    plain("lemon-squeezy", "LEMON_SQUEEZY_WEBHOOK_SECRET", || {
        Arc::new(LemonSqueezy)
    }),
    plain("line", "LINE_CHANNEL_SECRET", || Arc::new(Line)),
    plain("linear", "LINEAR_WEBHOOK_SECRET", || Arc::new(Linear)),
    plain("mailgun", "MAILGUN_SIGNING_KEY", || Arc::new(Mailgun)).reading_body(),
    plain("meta", "META_APP_SECRET", || Arc::new(Meta)),
    plain("microsoft-graph", "MICROSOFT_GRAPH_CLIENT_STATE", || {
        Arc::new(MicrosoftGraph)
    })
    .reading_body(),
    plain("mux", "MUX_WEBHOOK_SECRET", || Arc::new(Mux)),
    plain("notion", "NOTION_WEBHOOK_SECRET", || Arc::new(Notion)),
    plain("okta", "OKTA_WEBHOOK_TOKEN", || Arc::new(Okta::new())),
    plain("paddle", "PADDLE_WEBHOOK_SECRET", || Arc::new(Paddle)),
    plain("pagerduty", "PAGERDUTY_WEBHOOK_SECRET", || Arc::new(PagerDuty)),
    plain("paystack", "PAYSTACK_SECRET_KEY", || Arc::new(Paystack)),
    plain("quickbooks", "QUICKBOOKS_WEBHOOK_SECRET", || Arc::new(QuickBooks)),
    plain("razorpay", "RAZORPAY_WEBHOOK_SECRET", || Arc::new(Razorpay)),
    plain("sanity", "SANITY_WEBHOOK_SECRET", || Arc::new(Sanity)),
    key_pair("sendgrid", "SENDGRID_PUBLIC_KEY", "SENDGRID_PRIVATE_KEY", || {
        Arc::new(SendGrid)
    }),
    plain("sentry", "SENTRY_CLIENT_SECRET", || Arc::new(Sentry)),
    for_url("square", "SQUARE_WEBHOOK_SECRET", |url| Ok(Arc::new(Square::new(url)?))),
    key_pair(
        "standard-webhooks-v1a",
        "STANDARD_WEBHOOKS_PUBLIC_KEY",
        "STANDARD_WEBHOOKS_PRIVATE_KEY",
        || Arc::new(StandardWebhooksV1a),
    ),
    plain("telegram", "TELEGRAM_SECRET_TOKEN", || Arc::new(Telegram)),
    for_url("trello", "TRELLO_API_SECRET", |url| Ok(Arc::new(Trello::new(url)?))),
    for_url("twilio", "TWILIO_AUTH_TOKEN", |url| Ok(Arc::new(Twilio::new(url)?))).reading_body(),
    plain("twitch", "TWITCH_WEBHOOK_SECRET", || Arc::new(Twitch)),
    plain("typeform", "TYPEFORM_WEBHOOK_SECRET", || Arc::new(Typeform)),
    plain("vercel", "VERCEL_WEBHOOK_SECRET", || Arc::new(Vercel)),
    plain("woocommerce", "WOOCOMMERCE_WEBHOOK_SECRET", || Arc::new(WooCommerce)),
    plain("x", "X_CONSUMER_SECRET", || Arc::new(XCom)),
    plain("xero", "XERO_WEBHOOK_SECRET", || Arc::new(Xero)),
    plain("zendesk", "ZENDESK_WEBHOOK_SECRET", || Arc::new(Zendesk)),
    plain("zoom", "ZOOM_WEBHOOK_SECRET", || Arc::new(Zoom)),
    plain(BASIC, "WEBHOOK_BASIC_AUTH", || Arc::new(BasicAuth)),
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
        reads_body: false,
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
        reads_body: false,
        make: Make::Plain(make),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_with_the_signature_in_the_body_reads_the_body() {
        let in_body = KNOWN.iter().filter(|known| known.chosen().scheme.is_in_body());
        let in_body: Vec<_> = in_body.map(|known| (known.name, known.reads_body)).collect();
        let wanted = ["adyen", "mailgun", "microsoft-graph"].map(|name| (name, true));
        assert_eq!(in_body, wanted);
    }
}
