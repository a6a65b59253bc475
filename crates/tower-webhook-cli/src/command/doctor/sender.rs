//! The sender: signs the events of the battery in all the ways that rows ask for.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use serde_json::{Map, Value};
use tower_webhook::sign::{SignError, Signer};
use tower_webhook::{ConfigError, RejectionKind, Verifier};

use super::draft::Draft;
use super::event::Events;
use super::signed::{Signed, difference, value_of};
use crate::outcome::{Failure, Result};
use crate::sample;
use crate::scheme::{Chosen, KNOWN, Kind, shows_token};
use crate::secret::SecretText;

const AGENT: &str = concat!("tower-webhook-doctor/", env!("CARGO_PKG_VERSION"));
/// Much longer ago than any receiver should admit.
pub(super) const A_DAY: i64 = 24 * 3600;

pub(super) struct Sender {
    chosen: Chosen,
    secret: SecretText,
    signer: Signer,
    /// The library, which is a strict reader.
    verifier: Verifier,
    uri: Uri,
    events: Events,
    /// Where a token begins in the value of its header.
    token_start: usize,
}

impl Sender {
    /// A sender to this URL. The body that the user gave is the template of all events.
    ///
    /// # Errors
    ///
    /// A failure of usage when the scheme takes no such secret, or cannot sign such a body.
    pub(super) fn new(
        chosen: Chosen,
        secret: SecretText,
        uri: Uri,
        template: Option<Map<String, Value>>,
    ) -> Result<Self> {
        let fault = |error: ConfigError| secret.unusable(&error);
        let signer = chosen.scheme.signer(&secret).map_err(fault)?;
        let verifier = chosen.scheme.verifier_of_signer(&secret).map_err(fault)?;
        // A scheme that reads the event itself needs one of its own.
        let template = template.or_else(|| serde_json::from_str(sample::read_by(&chosen)?).ok());
        let mut sender = Self {
            signer,
            verifier,
            chosen,
            secret,
            uri,
            events: Events::new(template),
            token_start: 0,
        };
        sender.token_start = sender.find_token().unwrap_or_default();
        let event = sender.sign_by(&sender.signer, now(), String::new(), sender.event().into());
        event.map_err(Failure::usage)?;
        Ok(sender)
    }

    /// Where the requests go.
    pub(super) fn url(&self) -> &Uri {
        &self.uri
    }

    /// The kind of secret that signs.
    pub(super) fn kind(&self) -> Kind {
        self.chosen.scheme.kind()
    }

    /// Whether what is signed has the signature in it.
    pub(super) fn is_in_body(&self) -> bool {
        self.chosen.scheme.is_in_body()
    }

    /// A new event: compact JSON whose members are in alphabetical order, unless it is the user's.
    pub(super) fn event(&self) -> String {
        self.events.event()
    }

    /// A new event with one more member at its end, such as `"a":1`.
    pub(super) fn event_with(&self, member: &str) -> String {
        self.events.with(member)
    }

    /// A new event of a kind that no provider has; `None` when no member of it names the kind.
    pub(super) fn unknown_event(&self) -> Option<String> {
        self.events.unknown()
    }

    /// A genuine request of this moment with a new event.
    pub(super) fn signed_event(&self) -> Signed {
        self.sign(self.event()).expect("another event was signed at the start")
    }

    /// A genuine request of this moment; `None` when the scheme signs no such body.
    pub(super) fn sign(&self, body: impl Into<Bytes>) -> Option<Signed> {
        self.sign_at(now(), body)
    }

    /// A genuine request, or one without a signature where the scheme signs no such body.
    pub(super) fn signed_or_plain(&self, body: &'static str) -> Draft {
        let plain = || Draft::new(self.request(Bytes::new()).into_parts().0.headers, body);
        self.sign(body).map_or_else(plain, |signed| signed.draft())
    }

    pub(super) fn sign_at(&self, seconds: i64, body: impl Into<Bytes>) -> Option<Signed> {
        self.sign_by(&self.signer, seconds, self.events.delivery_id(), body.into())
            .ok()
    }

    /// The same delivery, signed at another time.
    pub(super) fn sign_again_at(&self, seconds: i64, signed: &Signed) -> Option<Signed> {
        self.sign_by(&self.signer, seconds, signed.id.clone(), signed.content.clone())
            .ok()
    }

    /// The same event, signed at the same time as another delivery.
    pub(super) fn sign_twice(&self, body: impl Into<Bytes>) -> Option<[Signed; 2]> {
        let (body, seconds) = (body.into(), now());
        let [one, other] = [(); 2].map(|()| self.sign_at(seconds, body.clone()));
        Some([one?, other?])
    }

    /// The signature of one body with another one.
    pub(super) fn signature_of(&self, signed: String, sent: String) -> Option<Draft> {
        let (id, seconds) = (self.events.delivery_id(), now());
        let [signed, sent] = [signed, sent].map(|body| self.sign_by(&self.signer, seconds, id.clone(), body.into()));
        signed.ok()?.with_content_of(&sent.ok()?)
    }

    /// Signed under another secret; `None` when the scheme takes no such secret.
    pub(super) fn sign_under(&self, secret: &str, body: impl Into<Bytes>) -> Option<Signed> {
        let signer = self.signer_under(secret)?;
        self.sign_by(&signer, now(), self.events.delivery_id(), body.into())
            .ok()
    }

    /// Signed under an empty secret; `None` when the scheme has none that is empty.
    pub(super) fn sign_without_secret(&self, body: impl Into<Bytes>) -> Option<Signed> {
        let signer = self.chosen.scheme.signer_without_secret()?;
        self.sign_by(&signer, now(), self.events.delivery_id(), body.into())
            .ok()
    }

    /// The headers of another provider, made with the right secret. Only of one that signs with it: a token would show
    /// it.
    pub(super) fn sign_as_another(&self, body: impl Into<Bytes>) -> Option<Draft> {
        let body = body.into();
        let others = KNOWN.iter().filter(|known| known.name != self.chosen.name);
        let mut drafts = others.filter_map(|known| {
            let scheme = known.chosen().scheme;
            let header = scheme.signature_header()?;
            if scheme.kind() != Kind::Shared || Some(header) == self.chosen.scheme.signature_header() {
                return None;
            }
            let signer = scheme.signer(&self.secret).ok()?;
            let request = signer.sign(self.request(body.clone()));
            Some(Draft::new(request.into_parts().0.headers, body.clone()))
        });
        drafts.find(|draft| !self.accepts(draft))
    }

    /// Whether the library accepts the request: then it is genuine under the scheme.
    pub(super) fn accepts(&self, draft: &Draft) -> bool {
        self.verdict(&draft.headers, &draft.body).is_ok()
    }

    /// Whether the scheme signs the time, so that an old request can be told.
    pub(super) fn signs_time(&self) -> bool {
        let old = self.sign_at(now() - A_DAY, self.event());
        old.is_some_and(|old| self.verdict(&old.headers, &old.body) == Err(RejectionKind::TimestampTooOld))
    }

    fn verdict(&self, headers: &HeaderMap, body: &Bytes) -> Result<(), RejectionKind> {
        let mut request = self.request(body.clone());
        *request.headers_mut() = headers.clone();
        let verified = self.verifier.verify(&request, body.clone());
        verified.map(drop).map_err(|rejection| rejection.kind())
    }

    /// The header of the signature, of a scheme that has it there.
    fn signature_header(&self) -> &HeaderName {
        let header = self.chosen.scheme.signature_header();
        header.expect("the signature is in a header")
    }

    fn signer_under(&self, secret: &str) -> Option<Signer> {
        let secret = SecretText::new(secret.as_bytes().to_vec(), "the battery".to_owned()).ok()?;
        self.chosen.scheme.signer(&secret).ok()
    }

    fn sign_by(&self, signer: &Signer, seconds: i64, id: String, body: Bytes) -> Result<Signed, SignError> {
        let signer = signer.clone().timestamp(seconds).id(&*id);
        if self.is_in_body() {
            return self.sign_inside(&signer, seconds, id, body);
        }
        let name = self.signature_header().clone();
        let headers = signer.sign(self.request(body.clone())).into_parts().0.headers;
        // A MAC is what differs when another body is signed.
        let other = signer.sign(self.request(self.event().into()));
        let place = |value: &[u8]| -> Range<usize> {
            match self.kind() {
                Kind::Token => self.token_start.min(value.len())..value.len(),
                _ => difference(value, value_of(other.headers(), &name)),
            }
        };
        Ok(Signed::new(headers, body, id, name.clone(), place))
    }

    fn sign_inside(&self, signer: &Signer, seconds: i64, id: String, content: Bytes) -> Result<Signed, SignError> {
        let (head, body) = signer.sign_body(self.request(content.clone()))?.into_parts();
        let another = self.chosen.scheme.signer_without_secret();
        let another = another.expect("no scheme with a key pair signs in the body");
        // The same request under another secret differs in its signature alone.
        let another = another.timestamp(seconds).id(&*id);
        let other = another.sign_body(self.request(content.clone()))?.into_body();
        Ok(Signed::inside(head.headers, body, content, id, &other))
    }

    /// Where two tokens begin that differ in all of their letters; `None` when the scheme shows no token.
    fn find_token(&self) -> Option<usize> {
        if !shows_token(&*self.chosen.scheme) {
            return None;
        }
        let [one, other] = ["AAAA", "zzzz"].map(|token| {
            let headers = self.signer_under(token)?.headers("");
            Some(value_of(&headers, self.signature_header()).to_vec())
        });
        Some(difference(&one?, &other?).start)
    }

    fn request(&self, body: Bytes) -> Request<Bytes> {
        let mut request = Request::new(body);
        *request.method_mut() = http::Method::POST;
        let path = self.uri.path_and_query().cloned();
        *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        request
    }
}

pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::Known;

    fn sender(known: &Known) -> Sender {
        let chosen = known.chosen();
        let secret = chosen.scheme.kind().sample();
        Sender::new(chosen, secret, Uri::from_static("http://h/hook?a=b"), None).unwrap()
    }

    #[test]
    fn for_every_scheme_the_library_accepts_what_is_signed_and_nothing_else() {
        for known in KNOWN {
            let sender = sender(known);
            let signed = sender.signed_event();
            assert!(sender.accepts(&signed.draft()), "{}", known.name);
            assert!(!signed.mac().is_empty(), "{}", known.name);
            assert!(!sender.accepts(&signed.with_mac(b"00").unwrap()), "{}", known.name);
            let unsigned = sender.sign_without_secret(sender.event());
            assert_eq!(unsigned.is_none(), sender.kind() == Kind::KeyPair, "{}", known.name);
            assert!(
                !unsigned.is_some_and(|signed| sender.accepts(&signed.draft())),
                "{}",
                known.name
            );
            let another = sender.sign_as_another("{}").expect(known.name);
            let shows = |other: &Known| {
                let scheme = other.chosen().scheme;
                let header = scheme.signature_header();
                scheme.kind() == Kind::Token && header.is_some_and(|name| another.headers.contains_key(name))
            };
            assert!(!KNOWN.iter().any(shows), "{} shows its secret", known.name);
        }
    }

    #[test]
    fn the_place_of_a_token_is_all_that_follows_its_prefix() {
        for (name, prefix, token) in [
            ("gitlab", "", "user:4f1d-9bb2-08"),
            ("basic", "Basic ", "dXNlcjo0ZjFkLTliYjItMDg="),
        ] {
            let sender = sender(KNOWN.iter().find(|known| known.name == name).unwrap());
            let signed = sender.sign("{}").unwrap();
            assert_eq!(
                (signed.prefix(), signed.mac()),
                (prefix.as_bytes(), token.as_bytes()),
                "{name}"
            );
        }
    }
}
