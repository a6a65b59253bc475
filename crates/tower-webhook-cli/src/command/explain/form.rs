//! How a scheme writes its headers: seen in what its signer writes, so that no provider has to be named.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use tower_webhook::sign::Signer;

use super::macs::{self, Written};
use crate::scheme::{AnyScheme, Kind};
use crate::secret::SecretText;

/// Ten digits that no other part of a header contains.
const TIME: i64 = 1_234_567_890;
const ID: &str = "explain-form-id";

/// The form of a scheme's headers.
pub(super) struct Form {
    pub(super) header: HeaderName,
    /// The text before the MAC, in which [`TIME`] stands for the time.
    before: String,
    after: String,
    pub(super) written: Written,
    /// The length of the MAC in bytes.
    pub(super) length: usize,
    pub(super) time: TimeIn,
    /// The header of the id, if the scheme signs one.
    pub(super) id: Option<HeaderName>,
}

/// Where a scheme has the time of signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TimeIn {
    Nowhere,
    Signature,
    Header(HeaderName),
}

impl Form {
    /// `None` when the scheme's signature is no MAC in a header.
    pub(super) fn of(scheme: &Arc<dyn AnyScheme>) -> Option<Self> {
        if !matches!(scheme.kind(), Kind::Shared | Kind::Decoded) {
            return None;
        }
        let headers = sample(scheme)?;
        let header = scheme.signature_header().clone();
        let value = headers.get(&header)?.to_str().ok()?;
        let found = macs::find(value.as_bytes(), macs::is_length);
        let mac = found.first()?;
        let (before, after) = (&value[..mac.start], &value[mac.end..]);
        let time = TIME.to_string();
        let with = |text: &str| {
            let mut names = headers.iter().filter(|(name, value)| *name != header && *value == text);
            names.next().map(|(name, _)| name.clone())
        };
        Some(Self {
            before: before.to_owned(),
            after: after.to_owned(),
            written: mac.written,
            length: mac.bytes.len(),
            time: match with(&time) {
                _ if before.contains(&time) => TimeIn::Signature,
                Some(name) => TimeIn::Header(name),
                None => TimeIn::Nowhere,
            },
            id: with(ID),
            header,
        })
    }

    pub(super) fn signs_time(&self) -> bool {
        self.time != TimeIn::Nowhere
    }

    /// What stands right before the MAC: `sha256=`, `v1=`, `v1,`.
    pub(super) fn prefix(&self) -> &str {
        let time = TIME.to_string();
        let after_time = self.before.rsplit_once(&time).map_or(&*self.before, |(_, after)| after);
        after_time.trim_start_matches([',', ';', ' '])
    }

    /// The form in words.
    pub(super) fn describe(&self) -> String {
        let digits = self.length * 2;
        let mac = match self.written {
            Written::UpperHex => format!("{digits} upper-case hex digits"),
            Written::Hex => format!("{digits} lower-case hex digits"),
            Written::Base64Url => format!("URL-safe base64 of {} bytes", self.length),
            Written::Unpadded => format!("unpadded base64 of {} bytes", self.length),
            _ => format!("standard base64 of {} bytes, padded", self.length),
        };
        let before = self.before.replace(&TIME.to_string(), "<seconds>");
        match &*before {
            "" => format!("`{}: <{mac}>`", self.header),
            before => format!("`{}: {before}<{mac}>`", self.header),
        }
    }

    /// The head with this MAC in the form of the scheme, and this time in its place. `None` when the form has a time
    /// and none is given.
    pub(super) fn write(&self, head: &Parts, mac: &[u8], time: Option<&str>) -> Option<Parts> {
        let mac = match self.written {
            Written::Hex => hex(mac),
            Written::UpperHex => hex(mac).to_uppercase(),
            Written::Base64Url => match self.length % 3 {
                0 => URL_SAFE.encode(mac),
                _ => URL_SAFE_NO_PAD.encode(mac),
            },
            Written::Unpadded => STANDARD_NO_PAD.encode(mac),
            Written::Base64 | Written::Base64OfHex => STANDARD.encode(mac),
        };
        let before = match (&self.time, time) {
            (TimeIn::Signature, Some(time)) => self.before.replace(&TIME.to_string(), time),
            (TimeIn::Signature, None) => return None,
            _ => self.before.clone(),
        };
        let value = HeaderValue::try_from(format!("{before}{mac}{}", self.after)).ok()?;
        let mut head = head.clone();
        head.headers.insert(&self.header, value);
        if let (TimeIn::Header(name), Some(time)) = (&self.time, time) {
            head.headers.insert(name, HeaderValue::from_str(time).ok()?);
        }
        Some(head)
    }
}

/// The headers that the scheme writes for an empty body, under a secret of any kind.
fn sample(scheme: &Arc<dyn AnyScheme>) -> Option<HeaderMap> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(Uri::from_static("https://example.com/"));
    let request = request.body(Vec::new()).ok()?;
    Some(sample_signer(scheme)?.sign(request).into_parts().0.headers)
}

/// A signer with a fixed secret, time and id.
pub(super) fn sample_signer(scheme: &Arc<dyn AnyScheme>) -> Option<Signer> {
    let text = format!("whsec_{}", STANDARD.encode("only to see how the headers are written"));
    let secret = SecretText::new(text.into_bytes(), String::new()).ok()?;
    Some(scheme.signer(&secret).ok()?.timestamp(TIME).id(ID))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String takes any text");
            text
        })
}
