//! How a scheme writes its headers: seen in what its signer writes, so that no provider has to be named.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use jiff::Timestamp;
use tower_webhook::sign::Signer;

use super::macs::{self, Found, Written};
use crate::scheme::AnyScheme;

/// Ten digits that no other part of a header contains.
const TIME: i64 = 1_234_567_890;
const ID: &str = "explain-form-id";
/// A MAC in base64 has a character that tells the alphabets apart in three of four cases.
const MAX_SAMPLES: u8 = 32;

/// The form of a scheme's headers.
pub(super) struct Form {
    pub(super) header: HeaderName,
    /// The text before the MAC, in which [`TIME`] stands for the time, in its unit.
    before: String,
    after: String,
    pub(super) written: Written,
    /// The length of the MAC in bytes.
    pub(super) length: usize,
    pub(super) time: TimeIn,
    /// How the time is written.
    pub(super) unit: Unit,
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

/// How a scheme writes a time, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    Rfc3339,
}

impl Unit {
    /// The text of seconds since the Unix epoch.
    pub(super) fn write(self, seconds: i64) -> String {
        match self {
            Self::Seconds => seconds.to_string(),
            Self::Milliseconds => format!("{seconds}000"),
            Self::Rfc3339 => Timestamp::from_second(seconds).unwrap_or_default().to_string(),
        }
    }

    /// How a time has to be written.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Seconds => "whole seconds since 1970, in digits alone",
            Self::Milliseconds => "milliseconds since 1970, in digits alone",
            Self::Rfc3339 => "a date of RFC 3339, such as 2026-01-31T12:00:00Z",
        }
    }

    fn placeholder(self) -> &'static str {
        match self {
            Self::Seconds => "<seconds>",
            Self::Milliseconds => "<milliseconds>",
            Self::Rfc3339 => "<RFC 3339>",
        }
    }
}

impl Form {
    /// `None` when the scheme's signature is no MAC in a header.
    pub(super) fn of(scheme: &Arc<dyn AnyScheme>) -> Option<Self> {
        if !scheme.kind().keys_mac() {
            return None;
        }
        let header = scheme.signature_header()?.clone();
        let signer = sample_signer(scheme)?;
        // Which alphabet of base64 it is shows in a MAC with one of the characters that differ.
        let mut samples = (0..MAX_SAMPLES).map_while(|body| sample(&signer, &header, body));
        let first = samples.next()?;
        let is_clear = |(_, value, mac): &Sample| {
            mac.written != Written::Unpadded || macs::shows_alphabet(&value.as_bytes()[mac.start..mac.end])
        };
        let clear = if is_clear(&first) { None } else { samples.find(is_clear) };
        let (headers, value, mac) = clear.unwrap_or(first);
        let (before, after) = (&value[..mac.start], &value[mac.end..]);
        let with = |text: &str| {
            let mut names = headers.iter().filter(|(name, value)| *name != header && *value == text);
            names.next().map(|(name, _)| name.clone())
        };
        // The digits of the seconds are a part of those of the milliseconds.
        let units = [Unit::Milliseconds, Unit::Rfc3339, Unit::Seconds].into_iter();
        let mut times = units.filter_map(|unit| match unit.write(TIME) {
            time if before.contains(&time) => Some((TimeIn::Signature, unit)),
            time => Some((TimeIn::Header(with(&time)?), unit)),
        });
        let (time, unit) = times.next().unwrap_or((TimeIn::Nowhere, Unit::Seconds));
        Some(Self {
            before: before.to_owned(),
            after: after.to_owned(),
            written: mac.written,
            length: mac.bytes.len(),
            time,
            unit,
            id: with(ID),
            header,
        })
    }

    pub(super) fn signs_time(&self) -> bool {
        self.time != TimeIn::Nowhere
    }

    /// What stands right before the MAC: `sha256=`, `v1=`, `v1,`.
    pub(super) fn prefix(&self) -> &str {
        let time = self.unit.write(TIME);
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
        let before = self.before.replace(&self.unit.write(TIME), self.unit.placeholder());
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
            (TimeIn::Signature, Some(time)) => self.before.replace(&self.unit.write(TIME), time),
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

/// The headers of a request, the value of the one with the signature, and the MAC in it.
type Sample = (HeaderMap, String, Found);

/// What the scheme writes for a short body.
fn sample(signer: &Signer, header: &HeaderName, body: u8) -> Option<Sample> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(Uri::from_static("https://example.com/"));
    let request = request.body(vec![body]).ok()?;
    let headers = signer.sign(request).into_parts().0.headers;
    let value = headers.get(header)?.to_str().ok()?.to_owned();
    let mac = macs::find(value.as_bytes(), macs::is_length).into_iter().next()?;
    Some((headers, value, mac))
}

/// A signer with a fixed secret, time and id.
pub(super) fn sample_signer(scheme: &Arc<dyn AnyScheme>) -> Option<Signer> {
    Some(scheme.signer(&scheme.kind().sample()).ok()?.timestamp(TIME).id(ID))
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
