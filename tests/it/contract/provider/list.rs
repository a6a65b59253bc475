//! The schemes of the contract, by where their signature is.

/// Lists the schemes once: as an enum, and as the array of its variants.
macro_rules! providers {
    (
        $($(#[$doc:meta])* $name:ident,)* ;
        $($(#[$doc_of_token:meta])* $token:ident,)* ;
        $($inside:ident,)*
    ) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Provider {
            $($(#[$doc])* $name,)*
            $($(#[$doc_of_token])* $token,)*
            $($inside,)*
        }

        /// Every scheme of the core that signs in a header, and schemes that are not of the core.
        pub(crate) const SIGNING: [Provider; [$(Provider::$name),*].len()] = [$(Provider::$name),*];

        /// Every scheme of the core that shows a token in a header.
        pub(crate) const TOKENS: [Provider; [$(Provider::$token),*].len()] = [$(Provider::$token),*];

        /// Every scheme of the core whose signature is in the body.
        pub(crate) const INSIDE: [Provider; [$(Provider::$inside),*].len()] = [$(Provider::$inside),*];
    };
}

providers! {
    Asana,
    Bitbucket,
    BoxCom,
    Calendly,
    Circle,
    CloudflareStream,
    CoinbaseCommerce,
    Discord,
    Dropbox,
    ElevenLabs,
    Flutterwave,
    Gitea,
    GitHub,
    HubSpot,
    Intercom,
    Knowrithm,
    LemonSqueezy,
    Line,
    Linear,
    Meta,
    Mux,
    Notion,
    Paddle,
    PagerDuty,
    Paystack,
    QuickBooks,
    Razorpay,
    Sanity,
    SendGrid,
    Sentry,
    Shopify,
    Slack,
    Square,
    StandardWebhooks,
    StandardWebhooksV1a,
    Stripe,
    /// Svix's header names, read by `StandardWebhooks::new()`.
    Svix,
    /// Svix's header names, read by `StandardWebhooks::svix_only()`.
    SvixOnly,
    Trello,
    Twilio,
    Twitch,
    Typeform,
    Vercel,
    WooCommerce,
    XCom,
    Xero,
    Zendesk,
    Zoom,
    /// An `HmacScheme` without a type of its own.
    Described,
    /// The scheme of `acme.rs`.
    Custom,
    /// The scheme of `own_key.rs`.
    OwnKey,
    ;
    BasicAuth,
    /// A `TokenScheme` with a prefix.
    Bearer,
    GitLab,
    Okta,
    /// `Okta::with_header`.
    OktaWithHeader,
    Telegram,
    /// A `TokenScheme` without a prefix.
    Token,
    ;
    Adyen,
    Mailgun,
    MicrosoftGraph,
}

/// Every scheme whose signature or token is in a header.
pub(crate) fn in_headers() -> impl Iterator<Item = Provider> {
    SIGNING.into_iter().chain(TOKENS)
}

/// One scheme of each kind. The whole table is for them; the others differ from one of them in names and prefixes.
pub(crate) const KINDS: [Provider; 26] = [
    Provider::Knowrithm,
    Provider::GitHub,
    Provider::Stripe,
    Provider::Slack,
    Provider::Shopify,
    Provider::StandardWebhooks,
    Provider::Svix,
    Provider::SvixOnly,
    // A prefix and base64.
    Provider::Typeform,
    // Hex of either case.
    Provider::Notion,
    // HMAC-SHA1 and HMAC-SHA512.
    Provider::Intercom,
    Provider::Paystack,
    // A list without a time.
    Provider::PagerDuty,
    // A list with the time in milliseconds, and base64 for URLs.
    Provider::Sanity,
    // A list with semicolons.
    Provider::Paddle,
    // An id and a time in RFC 3339, without separators.
    Provider::Twitch,
    // Two headers, and the time after the body.
    Provider::BoxCom,
    // Method and public URL before the body, the time after it.
    Provider::HubSpot,
    // A message that is made of the body.
    Provider::Twilio,
    // Public keys of Ed25519, and one of P-256.
    Provider::Discord,
    Provider::StandardWebhooksV1a,
    Provider::SendGrid,
    // A token, which signs nothing.
    Provider::GitLab,
    Provider::Described,
    Provider::Custom,
    Provider::OwnKey,
];
