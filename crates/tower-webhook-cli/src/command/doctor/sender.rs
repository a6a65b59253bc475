//! The sender: makes the bodies of the battery, each of its own, and signs them in all the ways that rows ask for.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use serde_json::{Map, Value};
use tower_webhook::sign::Signer;
use tower_webhook::{RejectionKind, Verifier};

use super::draft::Draft;
use crate::outcome::{Failure, Result};
use crate::scheme::{Chosen, KNOWN};
use crate::secret::SecretText;

const AGENT: &str = concat!("tower-webhook-doctor/", env!("CARGO_PKG_VERSION"));
/// Much longer ago than any receiver should admit.
pub(super) const A_DAY: i64 = 24 * 3600;

pub(super) struct Sender {
    chosen: Chosen,
    secret: SecretText,
    signer: Signer,
    verifier: Verifier,
    uri: Uri,
    /// The body that the user gave in place of the sample.
    template: Option<Map<String, Value>>,
    nonce: u64,
    count: Cell<u32>,
}

/// A genuine request, and where its MAC is.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    id: String,
    name: HeaderName,
    value: Vec<u8>,
    /// The MAC within the value.
    place: Range<usize>,
}

impl Sender {
    pub(super) fn new(
        chosen: Chosen,
        secret: SecretText,
        uri: Uri,
        template: Option<Map<String, Value>>,
    ) -> Result<Self> {
        let fault = |error| Failure::usage(format_args!("the secret in {}: {error}", secret.place()));
        let signer = chosen.scheme.signer(&secret).map_err(fault)?;
        let verifier = chosen.scheme.verifier(std::slice::from_ref(&secret)).map_err(fault)?;
        Ok(Self {
            signer,
            verifier,
            chosen,
            secret,
            uri,
            template,
            nonce: RandomState::new().build_hasher().finish(),
            count: Cell::new(0),
        })
    }

    /// Where the requests go.
    pub(super) fn url(&self) -> &Uri {
        &self.uri
    }

    /// A new event: compact JSON whose members are in alphabetical order, unless it is the user's.
    pub(super) fn event(&self) -> String {
        self.count.set(self.count.get() + 1);
        let id = format!("doctor_{:016x}_{}", self.nonce, self.count.get());
        match &self.template {
            None => format!(r#"{{"data":{{"id":"{id}"}},"event":"agent.created"}}"#),
            Some(template) => {
                let mut event = template.clone();
                event.insert("doctor".to_owned(), Value::String(id));
                Value::Object(event).to_string()
            }
        }
    }

    /// A new event with one more member at its end, such as `"a":1`.
    pub(super) fn event_with(&self, member: &str) -> String {
        let mut event = self.event();
        event.pop();
        event + "," + member + "}"
    }

    /// A new event of a kind that no provider has; `None` when no member of it names the kind.
    pub(super) fn unknown_event(&self) -> Option<String> {
        let mut event: Map<String, Value> = serde_json::from_str(&self.event()).ok()?;
        let mut is_changed = false;
        for name in ["event", "type"] {
            if let Some(kind @ Value::String(_)) = event.get_mut(name) {
                *kind = Value::from("doctor.unknown");
                is_changed = true;
            }
        }
        is_changed.then(|| Value::Object(event).to_string())
    }

    /// A genuine request of this moment.
    pub(super) fn sign(&self, body: impl Into<Bytes>) -> Signed {
        self.sign_at(now(), body)
    }

    pub(super) fn sign_at(&self, seconds: i64, body: impl Into<Bytes>) -> Signed {
        self.sign_by(&self.signer, seconds, self.id(), body.into())
    }

    /// The same delivery, signed at another time.
    pub(super) fn sign_again_at(&self, seconds: i64, signed: &Signed) -> Signed {
        self.sign_by(&self.signer, seconds, signed.id.clone(), signed.body.clone())
    }

    /// The same event, signed at the same time as another delivery.
    pub(super) fn sign_twice(&self, body: impl Into<Bytes>) -> [Signed; 2] {
        let (body, seconds) = (body.into(), now());
        [(); 2].map(|()| self.sign_by(&self.signer, seconds, self.id(), body.clone()))
    }

    /// Signed under another secret; `None` when the scheme takes no such secret.
    pub(super) fn sign_under(&self, secret: &str, body: impl Into<Bytes>) -> Option<Signed> {
        let secret = SecretText::new(secret.as_bytes().to_vec(), "the battery".to_owned()).ok()?;
        let signer = self.chosen.scheme.signer(&secret).ok()?;
        Some(self.sign_by(&signer, now(), self.id(), body.into()))
    }

    pub(super) fn sign_without_secret(&self, body: impl Into<Bytes>) -> Signed {
        let signer = self.chosen.scheme.signer_without_secret();
        self.sign_by(&signer, now(), self.id(), body.into())
    }

    /// The headers of another provider, made with the right secret.
    pub(super) fn sign_as_another(&self, body: impl Into<Bytes>) -> Option<Draft> {
        let body = body.into();
        let others = KNOWN.iter().filter(|known| known.name != self.chosen.name);
        let mut drafts = others.filter_map(|known| {
            let scheme = known.chosen().scheme;
            if scheme.signature_header() == self.chosen.scheme.signature_header() {
                return None;
            }
            let signer = scheme.signer(&self.secret).ok()?;
            let request = signer.sign(self.request(body.clone()));
            Some(Draft::new(request.into_parts().0.headers, body.clone()))
        });
        drafts.find(|draft| !self.accepts(draft))
    }

    /// Whether the library, which is a strict reader, accepts the request: then it is genuine under the scheme.
    pub(super) fn accepts(&self, draft: &Draft) -> bool {
        self.verdict(&draft.headers, &draft.body).is_ok()
    }

    /// Whether the scheme signs the time, so that an old request can be told.
    pub(super) fn signs_time(&self) -> bool {
        let old = self.sign_at(now() - A_DAY, self.event());
        self.verdict(&old.headers, &old.body) == Err(RejectionKind::TimestampTooOld)
    }

    fn verdict(&self, headers: &HeaderMap, body: &Bytes) -> std::result::Result<(), RejectionKind> {
        let mut request = self.request(body.clone());
        *request.headers_mut() = headers.clone();
        let verified = self.verifier.verify(&request, body.clone());
        verified.map(drop).map_err(|rejection| rejection.kind())
    }

    fn id(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("msg_{:016x}{:016x}", self.nonce, self.count.get())
    }

    fn sign_by(&self, signer: &Signer, seconds: i64, id: String, body: Bytes) -> Signed {
        let signer = signer.clone().timestamp(seconds).id(&*id);
        let name = self.chosen.scheme.signature_header().clone();
        let value_of = |headers: &HeaderMap| headers.get(&name).map_or(Vec::new(), |value| value.as_bytes().to_vec());
        let headers = signer.sign(self.request(body.clone())).into_parts().0.headers;
        // The MAC is what differs when another body is signed.
        let other = signer.sign(self.request(self.event().into()));
        let value = value_of(&headers);
        let place = difference(&value, &value_of(other.headers()));
        Signed {
            headers,
            body,
            id,
            name,
            value,
            place,
        }
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

impl Signed {
    /// The request as it was signed.
    pub(super) fn draft(&self) -> Draft {
        Draft::new(self.headers.clone(), self.body.clone())
    }

    /// The text before the MAC in the header.
    pub(super) fn prefix(&self) -> &[u8] {
        &self.value[..self.place.start]
    }

    /// The MAC as it is written; empty when the scheme has none in its header.
    pub(super) fn mac(&self) -> &[u8] {
        &self.value[self.place.clone()]
    }

    pub(super) fn value(&self) -> &[u8] {
        &self.value
    }

    pub(super) fn is_hex(&self) -> bool {
        let mac = self.mac();
        mac.len() >= 32 && mac.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// With this prefix and MAC in place of the right ones.
    pub(super) fn with(&self, prefix: &[u8], mac: &[u8]) -> Option<Draft> {
        let rest = &self.value[self.place.end..];
        self.with_values(&[&[prefix, mac, rest].concat()])
    }

    /// With this MAC in place of the right one; `None` when there is none.
    pub(super) fn with_mac(&self, mac: &[u8]) -> Option<Draft> {
        if self.mac().is_empty() {
            return None;
        }
        self.with(self.prefix(), mac)
    }

    /// With these values of the signature header; `None` when the scheme has no such header.
    pub(super) fn with_values(&self, values: &[&[u8]]) -> Option<Draft> {
        let mut draft = self.draft();
        draft.headers.remove(&self.name)?;
        for value in values {
            draft.headers.append(&self.name, HeaderValue::from_bytes(value).ok()?);
        }
        Some(draft)
    }

    /// With the MAC of this request.
    pub(super) fn with_mac_of(&self, other: &Self) -> Option<Draft> {
        self.with_mac(other.mac())
    }

    /// With another body.
    pub(super) fn with_body(&self, body: impl Into<Bytes>) -> Draft {
        Draft::new(self.headers.clone(), body)
    }
}

/// The MAC in a value: the letters that differ from another value, and those beside them.
fn difference(value: &[u8], other: &[u8]) -> Range<usize> {
    let same = |(a, b): &(&u8, &u8)| a == b;
    let first = value.iter().zip(other).take_while(same).count();
    if first == value.len() && value.len() == other.len() {
        return 0..0;
    }
    let last = value.iter().rev().zip(other.iter().rev()).take_while(same).count();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let before = value[..first].iter().rev().take_while(|&byte| is_letter(byte)).count();
    let end = (value.len() - last).max(first);
    let after = &value[end..];
    let letters = after.iter().take_while(|&byte| is_letter(byte)).count();
    let padding = after[letters..].iter().take_while(|&&byte| byte == b'=').count();
    first - before..end + letters + padding
}

pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac<'a>(value: &'a str, other: &str) -> &'a str {
        &value[difference(value.as_bytes(), other.as_bytes())]
    }

    #[test]
    fn the_mac_is_found_in_every_form_of_header() {
        assert_eq!(mac("sha256=0aaf", "sha256=0bbf"), "0aaf");
        assert_eq!(mac("t=17,v1=aa11", "t=17,v1=aa22"), "aa11");
        assert_eq!(mac("v1,a/b+c=", "v1,a/b+d="), "a/b+c=");
        assert_eq!(mac("aa==", "bb=="), "aa==");
        assert_eq!(mac("h1=ab;ts=1", "h1=bb;ts=1"), "ab");
        assert_eq!(mac("a token", "a token"), "");
        assert_eq!(mac("", ""), "");
    }

    #[test]
    fn the_kind_of_an_unknown_event_is_in_the_member_that_names_it() {
        let unknown = |template: Option<&str>| {
            let template = template.map(|text| serde_json::from_str(text).unwrap());
            let secret = SecretText::new(b"s3cret".to_vec(), "test".to_owned()).unwrap();
            let sender = Sender::new(KNOWN[0].chosen(), secret, Uri::from_static("http://h/"), template);
            let event = sender.unwrap().unknown_event()?;
            Some(serde_json::from_str::<Value>(&event).unwrap())
        };
        assert_eq!(unknown(None).unwrap()["event"], "doctor.unknown");
        let of_user = unknown(Some(r#"{"type":"invoice.paid","a":"invoice.paid"}"#)).unwrap();
        assert_eq!(
            (&of_user["type"], &of_user["a"]),
            (&"doctor.unknown".into(), &"invoice.paid".into())
        );
        assert!(unknown(Some(r#"{"type":7,"a":"b"}"#)).is_none());
    }

    #[test]
    fn for_every_scheme_the_library_accepts_what_is_signed_and_nothing_else() {
        for known in KNOWN {
            let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
            let secret = SecretText::new(secret.as_bytes().to_vec(), "test".to_owned()).unwrap();
            let sender = Sender::new(known.chosen(), secret, Uri::from_static("http://h/hook?a=b"), None).unwrap();
            let signed = sender.sign(sender.event());
            assert!(sender.accepts(&signed.draft()), "{}", known.name);
            assert!(!signed.mac().is_empty(), "{}", known.name);
            assert!(!sender.accepts(&signed.with_mac(b"00").unwrap()), "{}", known.name);
            assert!(
                !sender.accepts(&sender.sign_without_secret("{}").draft()),
                "{}",
                known.name
            );
            assert!(sender.sign_as_another("{}").is_some(), "{}", known.name);
        }
    }
}
