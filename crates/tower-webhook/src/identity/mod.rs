//! What tells a delivery from others: its signed id, its body, a value in the body, headers.

mod aim;
mod key;
mod mark;
mod number;
mod scan;
mod text;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

pub(crate) use self::key::RunningKey;
pub(crate) use self::mark::Mark;
use self::mark::{By, Chosen};
use crate::delivery_key::DeliveryKey;
use crate::mac::RunningHash;

/// How many headers may be added.
const MAX_HEADERS: usize = 4;

/// What tells a delivery from others: that of which its [key](crate::VerifiedBody::delivery_key) is made.
///
/// Retries of a delivery must have the same key, and other deliveries other keys. Which part of a request does that
/// depends on the provider. Its [scheme](crate::scheme::Scheme::delivery_identity) knows, or the receiver
/// [chooses](crate::Verifier::delivery_identity).
///
/// ```
/// use tower_webhook::scheme::Knowrithm;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{DeliveryIdentity, SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whk_demo")?;
/// let signer = Signer::new(Knowrithm, &secret);
/// let (first, retry) = (r#"{"id": "ev_1", "attempt": 1}"#, r#"{"id": "ev_1", "attempt": 2}"#);
/// let (headers, retry_headers) = (signer.headers(first), signer.headers(retry));
///
/// let verifier = Verifier::knowrithm(secret).delivery_identity(DeliveryIdentity::json_pointer("/id"));
/// let key = verifier.verify(&headers, first)?.delivery_key();
/// assert_eq!(verifier.verify(&retry_headers, retry)?.delivery_key(), key);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Who chooses a key
///
/// The signature covers a value in the body and a signed id. Only the holder of a secret chooses them, and only among
/// the keys of its scheme and its [owner](crate::Secrets::owner): each kind of identity is hashed with a tag of its
/// own, with the pointer or the name of the header, and with both. A header that is [added](Self::and_header) is
/// another matter.
///
/// Where a provider signs some of the body alone, as Adyen and Mailgun do, or makes the signed bytes of it, as Twilio
/// does, the signed id or the signed bytes identify the delivery, and a pointer into the body has no effect. Where it
/// shows a [token](crate::Token), nothing is signed, and whoever has seen a request chooses all of it: a pointer into
/// the body is as good there as the body.
#[derive(Clone, Debug)]
#[must_use]
pub struct DeliveryIdentity {
    source: Source,
    headers: [Option<HeaderName>; MAX_HEADERS],
}

#[derive(Clone, Debug)]
enum Source {
    SignedId,
    Body,
    Pointer(&'static str),
    Header(HeaderName),
}

impl DeliveryIdentity {
    /// The id that the scheme signs, or the body where it signs none. This is the default.
    pub const fn signed_id() -> Self {
        Self::of(Source::SignedId)
    }

    /// The bytes of the body, also where the scheme signs an id.
    pub const fn body() -> Self {
        Self::of(Source::Body)
    }

    /// The string or the number at this place of a JSON body: a pointer of [RFC 6901], such as `/id` or `/data/0/id`.
    ///
    /// The bytes of the body count instead when it is not JSON, when nothing is there, and when what is there
    /// tells nothing: `null`, `true`, `false`, an object, an array, the empty string, or a text of more than 1024
    /// bytes. JSON that is nested more than 127 levels deep counts as none. A body in pieces is read as it arrives, and
    /// has the same key.
    ///
    /// When a member occurs twice, the last one counts, as for `serde_json`, Python and JavaScript. A string is
    /// compared without its escapes, and never equals a number. A number is compared as it is written.
    ///
    /// # Panics
    ///
    /// When it is no pointer to a part of the body: it does not begin with `/`, or has a `~` without `0` or `1` behind
    /// it. In a constant that is an error of the compiler.
    ///
    /// [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
    pub const fn json_pointer(pointer: &'static str) -> Self {
        let bytes = pointer.as_bytes();
        assert!(
            !bytes.is_empty() && bytes[0] == b'/',
            "the pointer does not begin with a slash: write it as in `/id`"
        );
        let mut at = 0;
        while at < bytes.len() {
            assert!(
                bytes[at] != b'~' || (at + 1 < bytes.len() && matches!(bytes[at + 1], b'0' | b'1')),
                "the pointer has a lone `~`: write `~0` for it, and `~1` for a slash in a name"
            );
            at += 1;
        }
        Self::of(Source::Pointer(pointer))
    }

    /// The value of this header, where the scheme signs it: for a scheme of your own that signs an id, and does not
    /// declare it as [such](crate::scheme::SignatureClaim::delivery_id).
    ///
    /// Whether it is signed is looked up for each request: its value must be one of the parts that are signed before
    /// the body, or all that is signed behind it, as bytes of the head itself: a copy of them, even one that is equal,
    /// does not count. The bytes of the body count instead when it is not signed, missing, empty or there twice.
    pub const fn signed_header(name: HeaderName) -> Self {
        Self::of(Source::Header(name))
    }

    /// Adds a header, which need not be signed, to what tells deliveries apart: for a provider that tells two events
    /// with the same bytes apart by a header alone. All of its values count; that it is missing counts too.
    ///
    /// Whoever has recorded a genuine request can change an unsigned header, and so send the delivery as a new one, as
    /// often as it likes: forever, or within the [window](crate::Verifier::tolerance) where the scheme signs a time.
    /// It can still not make the key of a delivery that it has not recorded.
    ///
    /// # Panics
    ///
    /// When there are four already.
    pub const fn and_header(mut self, name: HeaderName) -> Self {
        let mut at = 0;
        while at < MAX_HEADERS {
            if self.headers[at].is_none() {
                std::mem::forget(self.headers[at].replace(name));
                return self;
            }
            at += 1;
        }
        panic!("there are four headers already: leave one out");
    }

    const fn of(source: Source) -> Self {
        Self {
            source,
            headers: [const { None }; MAX_HEADERS],
        }
    }

    /// Whether the key is made of what the scheme says, and nothing else.
    pub(crate) fn is_default(&self) -> bool {
        matches!(self.source, Source::SignedId) && self.headers[0].is_none()
    }

    /// What the head of a request says of it. `id` is the signed id, `is_signed` whether a value is.
    pub(crate) fn read<'a>(
        &'a self,
        id: Option<HeaderValue>,
        headers: &'a HeaderMap,
        is_signed: impl Fn(&[u8]) -> bool,
    ) -> Mark<'a> {
        match (&self.source, &id) {
            (Source::SignedId | Source::Body | Source::Pointer(_), None) => Mark::Choice(self, headers),
            _ => self.choose(id, headers, is_signed),
        }
    }

    /// The same of a request of which this message is signed in place of its body.
    pub(crate) fn of_message(&self, id: Option<HeaderValue>, message: &[u8], headers: &HeaderMap) -> Mark<'static> {
        let key = match &id {
            Some(id) => DeliveryKey::of_id(id.as_bytes()),
            None => DeliveryKey::of_message(message),
        };
        self.mark(id, By::Known(key), headers)
    }

    /// The same, once it is needed.
    fn choose(&self, id: Option<HeaderValue>, headers: &HeaderMap, is_signed: impl Fn(&[u8]) -> bool) -> Mark<'static> {
        let by = match &self.source {
            Source::SignedId => id.as_ref().map(|id| By::Known(DeliveryKey::of_id(id.as_bytes()))),
            Source::Body => None,
            Source::Pointer(pointer) => Some(By::Pointer(pointer)),
            Source::Header(name) => only(headers, name)
                .filter(|value| !value.is_empty() && is_signed(value))
                .map(|value| By::Known(DeliveryKey::of_header(name.as_str(), value))),
        };
        self.mark(id, by.unwrap_or(By::Body), headers)
    }

    fn mark(&self, id: Option<HeaderValue>, by: By, headers: &HeaderMap) -> Mark<'static> {
        let headers = self.headers[0].is_some().then(|| self.digest(headers));
        Mark::Chosen(Chosen { id, by, headers }.into())
    }

    /// The SHA-256 of the added headers, each with its name and the number of its values, each text behind its length.
    fn digest(&self, headers: &HeaderMap) -> [u8; 32] {
        let mut hash = RunningHash::default();
        let mut add = |text: &[u8]| {
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        for name in self.headers.iter().flatten() {
            add(name.as_str().as_bytes());
            let values = headers.get_all(name);
            add(&(values.iter().count() as u64).to_be_bytes());
            values.iter().for_each(|value| add(value.as_bytes()));
        }
        hash.finish()
    }
}

/// [`signed_id`](Self::signed_id).
impl Default for DeliveryIdentity {
    fn default() -> Self {
        Self::signed_id()
    }
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let only = values.next()?;
    values.next().is_none().then(|| only.as_bytes())
}

#[cfg(test)]
mod tests;
