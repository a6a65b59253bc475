//! The vectors that providers publish, as they send them, through the type of each.

use std::time::SystemTime;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use serde_json::Value;
use tower_webhook::scheme::{Square, Twilio};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestClock;
use tower_webhook::{Rejection, RejectionKind, SigningSecret, Verifier};

use super::list;
use crate::contract::provider::{Provider, SIGNING};
use crate::contract::supply::Set;

const VECTORS: &str = include_str!("../../vectors/providers.json");

/// The providers whose vectors are in `published.json`.
const IN_PUBLISHED: [Provider; 5] = [
    Provider::GitHub,
    Provider::Shopify,
    Provider::Slack,
    Provider::StandardWebhooks,
    Provider::Stripe,
];

/// The providers whose vectors are in `public_keys.json`.
const IN_PUBLIC_KEYS: [Provider; 3] = [Provider::Circle, Provider::SendGrid, Provider::StandardWebhooksV1a];

/// The providers that publish no vector of their own, and schemes of no provider.
const WITHOUT: [Provider; 31] = [
    Provider::Asana,
    Provider::Calendly,
    Provider::CloudflareStream,
    Provider::Discord,
    Provider::Dropbox,
    Provider::ElevenLabs,
    Provider::Flutterwave,
    Provider::Gitea,
    Provider::HubSpot,
    Provider::Intercom,
    Provider::Knowrithm,
    Provider::LemonSqueezy,
    Provider::Linear,
    Provider::Meta,
    Provider::Mux,
    Provider::Paystack,
    Provider::QuickBooks,
    Provider::Sentry,
    Provider::Svix,
    Provider::Trello,
    Provider::Twitch,
    Provider::Typeform,
    Provider::Vercel,
    Provider::WooCommerce,
    Provider::XCom,
    Provider::Xero,
    Provider::Zendesk,
    Provider::Zoom,
    Provider::Described,
    Provider::Custom,
    Provider::OwnKey,
];

struct Vector {
    of: Provider,
    secrets: Vec<SigningSecret>,
    public_url: Option<String>,
    headers: HeaderMap,
    body: String,
    /// In seconds since the Unix epoch, where the provider signs it.
    time: Option<u64>,
}

impl Vector {
    fn new(entry: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let name = text(&entry["provider"]);
        let secrets = list(&entry["secrets"]).iter();
        let headers = entry["headers"].as_object().unwrap().iter();
        Self {
            of: SIGNING.into_iter().find(|of| format!("{of:?}") == name).expect(&name),
            secrets: secrets
                .map(|secret| SigningSecret::new(text(secret)).unwrap())
                .collect(),
            public_url: entry.get("public_url").map(text),
            headers: headers
                .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), text(value).parse().unwrap()))
                .collect(),
            body: text(&entry["body"]),
            time: entry.get("time").map(|time| time.as_u64().unwrap()),
        }
    }

    fn verifier(&self, secrets: impl Into<Set>) -> Verifier {
        let verifier = match (&self.public_url, self.of) {
            (Some(url), Provider::Twilio) => Verifier::new(Twilio::new(url).unwrap(), secrets.into().secrets()),
            (Some(url), _) => Verifier::new(Square::new(url).unwrap(), secrets.into().secrets()),
            (None, of) => of.verifier_of(secrets),
        };
        verifier.clock(TestClock::at(self.time.unwrap_or_default()))
    }

    fn signer(&self) -> Signer {
        match (&self.public_url, self.of) {
            (Some(url), Provider::Twilio) => Signer::new(Twilio::new(url).unwrap(), &self.secrets[0]),
            (Some(url), _) => Signer::new(Square::new(url).unwrap(), &self.secrets[0]),
            (None, of) => of.signer(&self.secrets[0]),
        }
    }
}

fn verdict(verifier: &Verifier, headers: &HeaderMap, body: &str) -> Result<(), RejectionKind> {
    let kind = |rejection: Rejection| rejection.kind();
    verifier.verify(headers, body.to_owned()).map(drop).map_err(kind)
}

fn vectors() -> Vec<Vector> {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    list(&file).iter().map(Vector::new).collect()
}

#[test]
fn a_published_vector_is_accepted_and_what_is_near_to_it_is_refused() {
    const MISMATCH: Result<(), RejectionKind> = Err(RejectionKind::SignatureMismatch);
    for vector in vectors() {
        let of = vector.of;
        for secret in &vector.secrets {
            let verifier = vector.verifier(secret.clone());
            assert_eq!(verdict(&verifier, &vector.headers, &vector.body), Ok(()), "{of:?}");
            let another = format!("{} ", vector.body);
            assert_eq!(verdict(&verifier, &vector.headers, &another), MISMATCH, "{of:?}");
        }
        let verifier = vector.verifier(vector.secrets[0].clone());
        let mut changed = vector.headers.clone();
        let signature = changed.get_mut(of.signature_name()).unwrap();
        *signature = with_another_digit(signature);
        assert_eq!(verdict(&verifier, &changed, &vector.body), MISMATCH, "{of:?}");

        if !of.decodes_secret() {
            let stranger = vector.verifier(SigningSecret::new("another").unwrap());
            assert_eq!(verdict(&stranger, &vector.headers, &vector.body), MISMATCH, "{of:?}");
        }
    }
}

fn content_type(headers: &HeaderMap) -> Option<(HeaderName, HeaderValue)> {
    let value = headers.get(CONTENT_TYPE)?;
    Some((CONTENT_TYPE, value.clone()))
}

/// The value with a digit changed that is one in hex and in base64.
fn with_another_digit(value: &HeaderValue) -> HeaderValue {
    let mut text = value.as_bytes().to_vec();
    let place = text.len() - 10;
    text[place] = if text[place] == b'1' { b'0' } else { b'1' };
    HeaderValue::from_bytes(&text).unwrap()
}

#[test]
fn a_body_that_was_signed_for_another_public_url_is_refused() {
    let mut seen = 0;
    for mut vector in vectors().into_iter().filter(|vector| vector.public_url.is_some()) {
        vector.public_url = Some("https://webhook.site/elsewhere".to_owned());
        let verifier = vector.verifier(vector.secrets[0].clone());
        let refused = verdict(&verifier, &vector.headers, &vector.body);
        assert_eq!(refused, Err(RejectionKind::SignatureMismatch));
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[test]
fn the_signer_writes_the_headers_of_a_published_vector() {
    for vector in vectors() {
        // They have a time in a time zone and in milliseconds; the signer writes whole seconds in UTC.
        if let Provider::BoxCom | Provider::Sanity = vector.of {
            continue;
        }
        let id = vector.of.names()[2]
            .as_ref()
            .map(|name| vector.headers[name].to_str().unwrap());
        let time = i64::try_from(vector.time.unwrap_or_default()).unwrap();
        let by = vector.signer().timestamp(time).id(id.unwrap_or_default());
        let mut unsigned = Request::post("/").body(&vector.body).unwrap();
        unsigned.headers_mut().extend(content_type(&vector.headers));
        let signed = by.sign(unsigned);
        assert_eq!(*signed.headers(), vector.headers, "{:?}", vector.of);
    }
}

#[test]
fn the_time_of_a_published_vector_is_too_old_now() {
    let timed = vectors().into_iter().filter(|vector| vector.time.is_some());
    let mut seen = 0;
    for vector in timed {
        let verifier = vector.verifier(vector.secrets[0].clone()).clock(SystemTime::now);
        let refused = verdict(&verifier, &vector.headers, &vector.body);
        assert_eq!(refused, Err(RejectionKind::TimestampTooOld), "{:?}", vector.of);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn each_provider_has_a_published_vector_or_is_known_to_have_none() {
    let mut with: Vec<_> = vectors().iter().map(|vector| vector.of).collect();
    with.extend(IN_PUBLISHED);
    with.extend(IN_PUBLIC_KEYS);
    for of in SIGNING {
        assert_ne!(with.contains(&of), WITHOUT.contains(&of), "{of:?}");
    }
}
