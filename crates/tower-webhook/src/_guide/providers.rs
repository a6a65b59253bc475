//! All providers that this crate names: what each signs, and what it expects of a receiver.
//!
//! The parts that are signed stand in order; where there is a text between two of them, it is named. An empty cell
//! means that the sources behind this table say nothing about it.
//!
//! | provider | signs | header | type | refusals | largest body | handshake | identity of a delivery |
//! |---|---|---|---|---|---|---|---|
//! | Adyen, payments | eight fields of the body, `:` between them | none: `hmacSignature` in the body | [`Adyen`](crate::scheme::Adyen) | | | | what is signed |
//! | Asana | body | `X-Hook-Signature` | [`Asana`](crate::scheme::Asana) | | | `X-Hook-Secret`, sent back, is the secret | the body |
//! | Bitbucket, Jira Cloud | body | `X-Hub-Signature` | [`Bitbucket`](crate::scheme::Bitbucket) | | | | the body (`X-Request-UUID`) |
//! | Box | body, time | `Box-Signature-Primary`, `Box-Signature-Secondary` | [`BoxCom`](crate::scheme::BoxCom) | | | | the body (`Box-Delivery-Id`) |
//! | Calendly | time, `.`, body | `Calendly-Webhook-Signature` | [`Calendly`](crate::scheme::Calendly) | | | | the body |
//! | Circle | body | `X-Circle-Signature` | [`Circle`](crate::scheme::Circle) | | | | the body |
//! | Clerk | id, `.`, time, `.`, body | `svix-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `svix-id`, signed |
//! | Cloudflare Stream | time, `.`, body | `Webhook-Signature` | [`CloudflareStream`](crate::scheme::CloudflareStream) | | | | the body |
//! | Coinbase Commerce | body | `X-CC-Webhook-Signature` | [`CoinbaseCommerce`](crate::scheme::CoinbaseCommerce) | | | | the body |
//! | Discord | time, body | `X-Signature-Ed25519` | [`Discord`](crate::scheme::Discord) | 401 | | a PING, signed; wrong signatures | the body |
//! | Dropbox | body | `X-Dropbox-Signature` | [`Dropbox`](crate::scheme::Dropbox) | | | `GET` with `challenge` | the body |
//! | ElevenLabs | time, `.`, body | `ElevenLabs-Signature` | [`ElevenLabs`](crate::scheme::ElevenLabs) | | | | the body |
//! | Facebook, Instagram, Messenger, WhatsApp | body | `X-Hub-Signature-256` | [`Meta`](crate::scheme::Meta) | | | `GET` with `hub.challenge` | the body |
//! | Flutterwave 4 | body | `flutterwave-signature` | [`Flutterwave`](crate::scheme::Flutterwave) | | | | the body |
//! | Flutterwave 3 | nothing | `verif-hash` | [`TokenScheme`](crate::scheme::TokenScheme) | | | | the body |
//! | Forgejo, Gitea | body | `X-Forgejo-Signature`, `X-Gitea-Signature` | [`Gitea`](crate::scheme::Gitea) | | | | the body (`X-Gitea-Delivery`) |
//! | GitHub | body | `X-Hub-Signature-256` | [`GitHub`](crate::scheme::GitHub) | | 25 MB | | the body (`X-GitHub-Delivery`) |
//! | GitLab, secret token | nothing | `X-Gitlab-Token` | [`GitLab`](crate::scheme::GitLab) | | | | the body (`X-Gitlab-Event-UUID`) |
//! | GitLab, signing token | id, `.`, time, `.`, body | `webhook-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `webhook-id`, signed |
//! | HubSpot 3 | method, URL, body, time | `X-HubSpot-Signature-v3` | [`HubSpot`](crate::scheme::HubSpot) | | | | the body |
//! | Intercom | body | `X-Hub-Signature` | [`Intercom`](crate::scheme::Intercom) | | | | the body |
//! | Knowrithm | body | `X-Knowrithm-Signature` | [`Knowrithm`](crate::scheme::Knowrithm) | | | | the body |
//! | Lemon Squeezy | body | `X-Signature` | [`LemonSqueezy`](crate::scheme::LemonSqueezy) | | | | the body |
//! | LINE | body | `X-Line-Signature` | [`Line`](crate::scheme::Line) | | | | the body |
//! | Linear | body | `Linear-Signature` | [`Linear`](crate::scheme::Linear) | | | | the body (`Linear-Delivery`) |
//! | Mailgun | time, token; not the event | none: `signature` in the body | [`Mailgun`](crate::scheme::Mailgun) | | | | `token` in the body, signed |
//! | Microsoft Graph | nothing | none: `clientState` in the body | [`MicrosoftGraph`](crate::scheme::MicrosoftGraph) | | | `POST` with `validationToken` | the body |
//! | Mux | time, `.`, body | `Mux-Signature` | [`Mux`](crate::scheme::Mux) | | | | `id` in the body |
//! | Notion | body | `X-Notion-Signature` | [`Notion`](crate::scheme::Notion) | | | `POST` with `verification_token`, unsigned | the body |
//! | Okta, event hooks | nothing | `Authorization`, or another one | [`Okta`](crate::scheme::Okta) | | | `GET` with `X-Okta-Verification-Challenge` | the body |
//! | OpenAI, Anthropic | id, `.`, time, `.`, body | `webhook-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `webhook-id`, signed |
//! | Paddle Billing | time, `:`, body | `Paddle-Signature` | [`Paddle`](crate::scheme::Paddle) | | | | `event_id` in the body |
//! | PagerDuty | body | `X-PagerDuty-Signature` | [`PagerDuty`](crate::scheme::PagerDuty) | 403 | | | the body |
//! | Paystack | body | `x-paystack-signature` | [`Paystack`](crate::scheme::Paystack) | | | | the body |
//! | Polar | id, `.`, time, `.`, body | `webhook-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `webhook-id`, signed |
//! | Postmark | nothing | `Authorization` | [`BasicAuth`](crate::scheme::BasicAuth) | | | | the body |
//! | QuickBooks | body | `intuit-signature` | [`QuickBooks`](crate::scheme::QuickBooks) | | | | the body |
//! | Razorpay | body | `X-Razorpay-Signature` | [`Razorpay`](crate::scheme::Razorpay) | | | | the body (`x-razorpay-event-id`) |
//! | Resend | id, `.`, time, `.`, body | `svix-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `svix-id`, signed |
//! | Sanity | time, `.`, body | `sanity-webhook-signature` | [`Sanity`](crate::scheme::Sanity) | | | | the body |
//! | SendGrid | time, body | `X-Twilio-Email-Event-Webhook-Signature` | [`SendGrid`](crate::scheme::SendGrid) | | | | the body |
//! | Sentry | body | `Sentry-Hook-Signature` | [`Sentry`](crate::scheme::Sentry) | | | | the body (`Request-ID`) |
//! | Shopify | body | `X-Shopify-Hmac-Sha256` | [`Shopify`](crate::scheme::Shopify) | 401 | | | the body with `X-Shopify-Event-Id` and `X-Shopify-Topic`, unsigned |
//! | Slack | `v0:`, time, `:`, body | `X-Slack-Signature` | [`Slack`](crate::scheme::Slack) | | | `url_verification`, signed | the body |
//! | Square | URL, body | `x-square-hmacsha256-signature` | [`Square`](crate::scheme::Square) | | | | `event_id` in the body |
//! | Standard Webhooks | id, `.`, time, `.`, body | `webhook-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `webhook-id`, signed |
//! | Standard Webhooks, asymmetric | id, `.`, time, `.`, body | `webhook-signature` | [`StandardWebhooksV1a`](crate::scheme::StandardWebhooksV1a) | | | | `webhook-id`, signed |
//! | Stripe | time, `.`, body | `Stripe-Signature` | [`Stripe`](crate::scheme::Stripe) | | | | `id` in the body |
//! | Supabase, auth hooks | id, `.`, time, `.`, body | `webhook-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `webhook-id`, signed |
//! | Svix | id, `.`, time, `.`, body | `svix-signature` | [`StandardWebhooks`](crate::scheme::StandardWebhooks) | | | | `svix-id`, signed |
//! | Telegram | nothing | `X-Telegram-Bot-Api-Secret-Token` | [`Telegram`](crate::scheme::Telegram) | | | | the body, or `update_id` in it where that is chosen |
//! | Trello | body, URL | `X-Trello-Webhook` | [`Trello`](crate::scheme::Trello) | | | `HEAD` | the body |
//! | Twilio | URL, fields of the form; or URL with the hash of the body | `X-Twilio-Signature` | [`Twilio`](crate::scheme::Twilio) | | | | what is signed |
//! | Twitch EventSub | id, time, body | `Twitch-Eventsub-Message-Signature` | [`Twitch`](crate::scheme::Twitch) | | | `webhook_callback_verification`, signed | `Twitch-Eventsub-Message-Id`, signed |
//! | Typeform | body | `Typeform-Signature` | [`Typeform`](crate::scheme::Typeform) | | | | the body |
//! | Vercel | body | `x-vercel-signature` | [`Vercel`](crate::scheme::Vercel) | | | | the body |
//! | WooCommerce | body | `X-WC-Webhook-Signature` | [`WooCommerce`](crate::scheme::WooCommerce) | | | a form with `webhook_id`, unsigned | the body (`X-WC-Webhook-Delivery-ID`) |
//! | X | body | `x-twitter-webhooks-signature` | [`XCom`](crate::scheme::XCom) | | | `GET` with `crc_token` | the body |
//! | Xero | body | `x-xero-signature` | [`Xero`](crate::scheme::Xero) | 401 | | intent to receive, signed or wrongly signed | the body |
//! | Zendesk | time, body | `X-Zendesk-Webhook-Signature` | [`Zendesk`](crate::scheme::Zendesk) | | | | the body |
//! | Zoom | `v0:`, time, `:`, body | `x-zm-signature` | [`Zoom`](crate::scheme::Zoom) | | | `endpoint.url_validation`, signed | the body |
//! | any with a user and a password in the URL | nothing | `Authorization` | [`BasicAuth`](crate::scheme::BasicAuth) | | | | the body |
//!
//! - **signs**: the URL is the public one, under which the provider knows the receiver. The type is made with it.
//! - **secrets**: as the page of the type says; but Polar's is the [text itself](crate::SigningSecret::into_key).
//! - **refusals**: the status that the provider wants for a wrong signature. A type has the status of its
//!   row, and 403 where there is none; [`refuse_with`](crate::Verifier::refuse_with) sets another one.
//! - **largest body**: what the provider says that it may send. The type admits it, and 2 MiB where there is none;
//!   [`max_body`](crate::Verifier::max_body) sets another one.
//! - **handshake**: what the provider sends before the first delivery, or from time to time. The crate
//!   [`tower-webhook-handshake`](https://docs.rs/tower-webhook-handshake) answers it. By itself, the layer passes on
//!   what is signed, and refuses what is not.
//! - **identity**: what tells a retry from another delivery: of this the [key](crate::VerifiedBody::delivery_key) is
//!   made. A header in parentheses has an id that the provider sends and does not sign, so that it is the choice of
//!   whoever sends the request. It counts where the receiver [chooses](crate::DeliveryIdentity) it.
//!
//! Another provider is data, with a [MAC](crate::scheme::HmacScheme) or a [token](crate::scheme::TokenScheme), or
//! [an implementation](crate::scheme#a-scheme-of-your-own).
//!
//! # Not here, and why
//!
//! | provider | what it signs | why it has no type |
//! |---|---|---|
//! | Adyen, platform and management | the body: base64 in `HmacSignature` | the name of its header was not verified; [`HmacScheme::decoded`](crate::scheme::HmacScheme::decoded) describes it, with a key [from hex](crate::DecodedSecret::from_hex) |
//! | AWS SNS | fields of the body, with RSA | the certificate has to be fetched, and checked by a library for X.509: [`SecretSource::secrets_by_body`](crate::SecretSource::secrets_by_body) sees its address, and a [`CustomPublicKey`](crate::CustomPublicKey) checks by RSA |
//! | Coinbase Developer Platform | the time, headers that a list in the signature names, and the body | the sender chooses which headers are signed; their layout was not verified |
//! | Contentful | method, path, headers that a list names, and the body | the sender chooses which headers are signed |
//! | DocuSign Connect | the body: a header with another name for each key | [`HmacScheme`](crate::scheme::HmacScheme) describes `X-DocuSign-Signature-1`, and a second one; there can be a hundred |
//! | Google Pub/Sub, push | nothing of the body: a token of `OpenID` Connect | the body is anybody's who has seen a request; keys are fetched by a [`SecretSource`](crate::SecretSource), and a [`CustomPublicKey`](crate::CustomPublicKey) checks by RSA |
//! | HubSpot 1 and 2 | the secret and the body, with the method and the URL in 2, by SHA-256 | a hash of a secret and a text is no MAC: who has seen a request can make the hash of a longer body; [`HubSpot`](crate::scheme::HubSpot) is its version 3 |
//! | Microsoft Teams, outgoing | the body: `HMAC ` and base64 in `Authorization` | [`HmacScheme::decoded`](crate::scheme::HmacScheme::decoded) describes it, with a key [from base64](crate::DecodedSecret::from_base64) |
//! | Netlify | the hash of the body, in a JWS of HS256 | no vector is known, and a reader of JWS is more than a scheme needs |
//! | PayPal | ids, the time, and the CRC-32 of the body, with RSA | a CRC-32 binds no body: another one with the same is made at will. The certificate is fetched and checked as that of SNS, from the address in `PAYPAL-CERT-URL` |
//! | Paystack, keyed | the time and the body, by HMAC-SHA512 | the name of its header is not known; [`Paystack`](crate::scheme::Paystack) is the other form |
//! | Plaid | the hash of the body, in a JWT of ES256 | its keys have to be fetched, with credentials: by a [`SecretSource`](crate::SecretSource) of [`P256PublicKey`](crate::P256PublicKey)s |
