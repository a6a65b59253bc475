//! Standard Webhooks, and Svix, which it comes from.
//!
//! **Sends** one `webhook-id`, one `webhook-timestamp: <seconds>` and one `webhook-signature: v1,<44 characters of base64>`,
//! with an entry for each secret while they are rotated, separated by blanks. Entries of other versions, as `v1a`, which
//! is asymmetric, are not looked at. Svix's own names are `svix-id`, `svix-timestamp` and `svix-signature`; they count where
//! there is no `webhook-signature`, and where both are there they must say the same: Svix's library looks at its own first.
//!
//! **Specified** in <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
//!
//! **Signs** the id, a dot, the timestamp, a dot and the raw body, with HMAC-SHA256 under the secret, which is `whsec_` and the
//! base64 of the key. As what is joined by dots must come apart again in one way only, an id with a dot is refused.
//!
//! **Example**, from its reference library: `tests/vectors/published.json`, `standard-webhooks-1`.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::{Encoding, MAX_ENTRIES, Scheme, SignatureHeader, only_timestamp, only_value};
use crate::rejection::Rejection;

/// The names of the headers.
pub(crate) struct Names {
    id: HeaderName,
    timestamp: HeaderName,
    pub(crate) signature: HeaderName,
}

pub(crate) static STANDARD: Names = Names {
    id: HeaderName::from_static("webhook-id"),
    timestamp: HeaderName::from_static("webhook-timestamp"),
    signature: HeaderName::from_static("webhook-signature"),
};

static SVIX: Names = Names {
    id: HeaderName::from_static("svix-id"),
    timestamp: HeaderName::from_static("svix-timestamp"),
    signature: HeaderName::from_static("svix-signature"),
};

pub(crate) struct StandardWebhooks;

impl Scheme for StandardWebhooks {
    fn name(&self) -> &'static str {
        "standard_webhooks"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        if !families_agree(headers) {
            return Err(Rejection::DuplicateSignature);
        }
        let (names, value) = match only_value(headers, &STANDARD.signature) {
            Err(Rejection::MissingSignature) => (&SVIX, only_value(headers, &SVIX.signature)?),
            value => (&STANDARD, value?),
        };
        let header = read_list(value)?;
        let id = only_value(headers, &names.id)?;
        if id.is_empty() || id.as_bytes().contains(&b'.') {
            return Err(Rejection::MalformedSignature);
        }
        let (text, seconds) = only_timestamp(headers, &names.timestamp)?;
        Ok(header
            .signed_before_body([id.as_bytes(), b".", text, b"."])
            .timestamp(seconds)
            .delivery_id(id))
    }

    fn decodes_whsec(&self) -> bool {
        true
    }
}

/// Whether nothing of the one family says other than its counterpart in the other: whoever comes after us may look there.
fn families_agree(headers: &HeaderMap) -> bool {
    let pairs = [
        (&STANDARD.id, &SVIX.id),
        (&STANDARD.timestamp, &SVIX.timestamp),
        (&STANDARD.signature, &SVIX.signature),
    ];
    pairs.into_iter().all(|(standard, svix)| {
        !headers.contains_key(standard)
            || !headers.contains_key(svix)
            || headers.get_all(standard) == headers.get_all(svix)
    })
}

fn read_list<'h>(value: &HeaderValue) -> Result<SignatureHeader<'h>, Rejection> {
    let mut header: Option<SignatureHeader<'h>> = None;
    for entry in value.as_bytes().split(|&byte| byte == b' ').take(MAX_ENTRIES) {
        if let Some(text) = entry.strip_prefix(b"v1,") {
            let mac = Encoding::Base64.decode(text).ok_or(Rejection::MalformedSignature)?;
            header = Some(match header {
                None => SignatureHeader::new(mac),
                Some(header) => header.or(mac),
            });
        }
    }
    header.ok_or(Rejection::MalformedSignature)
}

#[cfg(feature = "sign")]
impl super::write::Write for StandardWebhooks {
    fn write(&self, stamp: &super::write::Stamp<'_>, mac: super::write::MacOf<'_>) -> HeaderMap {
        let (id, time) = (stamp.id.to_owned(), stamp.timestamp.to_string());
        let mac = Encoding::Base64.encode(&mac(&[id.as_bytes(), b".", time.as_bytes(), b"."]));
        super::write::headers([
            (&STANDARD.id, id),
            (&STANDARD.timestamp, time),
            (&STANDARD.signature, format!("v1,{mac}")),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tags;
    use super::*;

    const ONE: &str = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=";

    fn headers(family: &str, id: &str, timestamp: &str, signature: &str) -> HeaderMap {
        let name = |of: &str| -> HeaderName { format!("{family}-{of}").parse().unwrap() };
        HeaderMap::from_iter([
            (name("id"), id.parse().unwrap()),
            (name("timestamp"), timestamp.parse().unwrap()),
            (name("signature"), signature.parse().unwrap()),
        ])
    }

    #[test]
    fn id_time_and_text_before_the_body_are_read() {
        for family in ["webhook", "svix"] {
            let headers = headers(family, "msg_1", "1614265330", &format!("v1,{ONE}"));
            let read = StandardWebhooks.read(&headers).unwrap();
            assert_eq!(read.timestamp, Some(1_614_265_330));
            assert_eq!(read.delivery_id.unwrap(), "msg_1");
            assert_eq!(read.signed_before_body.unwrap().concat(), b"msg_1.1614265330.");
        }
    }

    #[test]
    fn every_v1_is_a_candidate_and_nothing_else_is() {
        let read = |list: &str| tags(StandardWebhooks.read(&headers("webhook", "a", "5", list)));
        assert_eq!(
            read(&format!(
                "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== v1,{ONE} v2, v1,{ONE} "
            )),
            Ok(vec!["61".repeat(32); 2])
        );
        for other in [
            "",
            "v1",
            "v1,",
            "v1a,x",
            ONE,
            &format!("v1={ONE}"),
            &format!("v1,{ONE},v1,{ONE}"),
        ] {
            assert_eq!(read(other), Err(Rejection::MalformedSignature), "{other}");
        }
        let many = read(&format!("v1,{ONE} ").repeat(1000));
        assert_eq!(many.map(|tags| tags.len()), Ok(MAX_ENTRIES));
    }

    #[test]
    fn what_is_joined_by_dots_has_none() {
        let read =
            |id: &str, time: &str| tags(StandardWebhooks.read(&headers("webhook", id, time, &format!("v1,{ONE}"))));
        assert_eq!(read("msg.1", "5"), Err(Rejection::MalformedSignature));
        assert_eq!(read("", "5"), Err(Rejection::MalformedSignature));
        assert_eq!(read("msg", "5.0"), Err(Rejection::MalformedTimestamp));
    }

    #[test]
    fn the_families_are_not_mixed() {
        let mut mixed = headers("svix", "a", "5", &format!("v1,{ONE}"));
        mixed.insert(&STANDARD.signature, format!("v1,{ONE}").parse().unwrap());
        assert_eq!(tags(StandardWebhooks.read(&mixed)), Err(Rejection::MissingSignature));
    }

    #[test]
    fn both_families_must_say_the_same() {
        let one = headers("webhook", "a", "5", &format!("v1,{ONE}"));
        for (signed, other) in [("webhook", "svix"), ("svix", "webhook")] {
            let both = || {
                let mut both = headers(signed, "a", "5", &format!("v1,{ONE}"));
                both.extend(headers(other, "a", "5", &format!("v1,{ONE}")));
                both
            };
            assert_eq!(tags(StandardWebhooks.read(&both())), tags(StandardWebhooks.read(&one)));
            for of in ["id", "timestamp", "signature"] {
                let name: HeaderName = format!("{other}-{of}").parse().unwrap();
                let mut differs = both();
                differs.insert(&name, "v1,other".parse().unwrap());
                assert_eq!(
                    tags(StandardWebhooks.read(&differs)),
                    Err(Rejection::DuplicateSignature),
                    "{name}"
                );
            }
            let mut beside = headers(signed, "a", "5", &format!("v1,{ONE}"));
            beside.insert(
                format!("{other}-id").parse::<HeaderName>().unwrap(),
                "b".parse().unwrap(),
            );
            assert_eq!(tags(StandardWebhooks.read(&beside)), Err(Rejection::DuplicateSignature));
        }
    }
}
