//! Stripe.
//!
//! **Sends** one `Stripe-Signature: t=<seconds>,v1=<64 lower-case hex digits>`, with a `v1` for each secret while they are
//! rolled, and entries of other schemes, as `v0`, which are not looked at.
//!
//! **Specified** in <https://docs.stripe.com/webhooks#verify-manually>.
//!
//! **Signs** `t`, a dot and the raw body, with HMAC-SHA256 under the endpoint's secret taken as it is, `whsec_` included.
//!
//! **Example**, from its library for .NET: `tests/vectors/published.json`, `stripe-dotnet`. A shorter one: under the secret
//! `whsec_demo`, `t=1492774577` and the body `{}` have
//! `v1=cbd2fd5719ca69daa42ea50ae098d870f26a9e2b89e515c553f0959dd47d3bdd`.

use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, MAX_ENTRIES, Scheme, SignatureHeader, only_value, timestamp};
use crate::rejection::Rejection;

pub(crate) static HEADER: HeaderName = HeaderName::from_static("stripe-signature");

pub(crate) struct Stripe;

impl Scheme for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        let value = only_value(headers, &HEADER)?.as_bytes();
        let mut time = None;
        let mut header: Option<SignatureHeader<'h>> = None;
        for entry in value.split(|&byte| byte == b',').take(MAX_ENTRIES) {
            if let Some(text) = entry.strip_prefix(b"t=") {
                let seconds = timestamp::parse(text).ok_or(Rejection::MalformedTimestamp)?;
                if time.replace((text, seconds)).is_some() {
                    return Err(Rejection::MalformedTimestamp);
                }
            } else if let Some(digits) = entry.strip_prefix(b"v1=") {
                let mac = Encoding::Hex.decode(digits).ok_or(Rejection::MalformedSignature)?;
                header = Some(match header {
                    None => SignatureHeader::new(mac),
                    Some(header) => header.or(mac),
                });
            }
        }
        let header = header.ok_or(Rejection::MalformedSignature)?;
        let (text, seconds) = time.ok_or(Rejection::MissingTimestamp)?;
        Ok(header.signed_before_body([text, b"."]).timestamp(seconds))
    }
}

#[cfg(feature = "sign")]
impl super::write::Write for Stripe {
    fn write(&self, stamp: &super::write::Stamp<'_>, mac: super::write::MacOf<'_>) -> HeaderMap {
        let time = stamp.timestamp.to_string();
        let mac = Encoding::Hex.encode(&mac(&[time.as_bytes(), b"."]));
        super::write::headers([(&HEADER, format!("t={time},v1={mac}"))])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{header, tags};
    use super::*;

    fn read(value: &str) -> Result<Vec<String>, Rejection> {
        tags(Stripe.read(&header("stripe-signature", value)))
    }

    #[test]
    fn every_v1_is_a_candidate_and_nothing_else_is() {
        let (one, two) = ("01".repeat(32), "02".repeat(32));
        assert_eq!(read(&format!("t=5,v1={one}")), Ok(vec![one.clone()]));
        let both = read(&format!("v0=x,v1={one},t=5,v2=,scheme,v1={two},"));
        assert_eq!(both, Ok(vec![one, two]));
    }

    #[test]
    fn time_and_text_before_the_body_are_read() {
        let headers = header("stripe-signature", &format!("t=1492774577,v1={}", "00".repeat(32)));
        let read = Stripe.read(&headers).unwrap();
        assert_eq!(read.timestamp, Some(1_492_774_577));
        assert_eq!(read.signed_before_body.unwrap().concat(), b"1492774577.");
    }

    #[test]
    fn other_forms_are_refused() {
        use Rejection::{MalformedSignature, MalformedTimestamp, MissingTimestamp};
        let v1 = format!("v1={}", "0".repeat(64));
        for (value, rejection) in [
            (String::new(), MalformedSignature),
            ("t=5".into(), MalformedSignature),
            ("t=5,v0=00".into(), MalformedSignature),
            (format!("t=5, {v1}"), MalformedSignature),
            ("t=5,v1=".into(), MalformedSignature),
            (format!("t=5,v1={}", "A".repeat(64)), MalformedSignature),
            (format!("t=5,{v1},v1=0"), MalformedSignature),
            (v1.clone(), MissingTimestamp),
            (format!("T=5,{v1}"), MissingTimestamp),
            (format!("t=,{v1}"), MalformedTimestamp),
            (format!("t=5,t=6,{v1}"), MalformedTimestamp),
            (format!("t=+5,{v1}"), MalformedTimestamp),
            (format!("t=5.0,{v1}"), MalformedTimestamp),
            (format!("t=-9223372036854775808,{v1}"), MalformedTimestamp),
            (format!("t=18446744073709551615,{v1}"), MalformedTimestamp),
        ] {
            assert_eq!(read(&value), Err(rejection), "{value}");
        }
    }

    #[test]
    fn what_is_considered_is_bounded() {
        let v1 = format!(",v1={}", "0".repeat(64));
        let read = read(&format!("t=5{}", v1.repeat(1000)));
        assert_eq!(read.map(|tags| tags.len()), Ok(MAX_ENTRIES - 1));
    }
}
