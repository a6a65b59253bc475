//! Properties of base64: every reader of it in the core reads what a slow one reads, and refuses what that refuses.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tower_webhook::scheme::{BasicAuth, Discord, Encoding, HmacScheme};
use tower_webhook::sign::Signer;
use tower_webhook::{DecodedSecret, Ed25519PrivateKey, RejectionKind, Token, Verifier};

use crate::support::{SIGNATURE, slow};

/// The lengths of signatures, and others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 20),
        vec(any::<u8>(), 32),
        vec(any::<u8>(), 48),
        vec(any::<u8>(), 64),
        vec(any::<u8>(), 0..70),
    ]
}

/// Each text, and the same with a few places changed.
pub(super) fn changed(right: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => select(&b"AQgwZz019+/-_=== \n"[..]), 1 => any::<u8>()];
    let change = (any::<Index>(), 0..3_usize, vec(byte, 0..3));
    (right, vec(change, 0..3)).prop_map(|(mut text, changes)| {
        for (start, length, put) in changes {
            // Most faults are at the end.
            let start = text.len().saturating_sub(start.index(6));
            let end = (start + length).min(text.len());
            text.splice(start..end, put);
        }
        text
    })
}

/// The text of some bytes, changed or not, and texts of letters or of any bytes.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let written = |encoding: Encoding| bytes().prop_map(move |bytes| encoding.encode(&bytes).into_bytes());
    prop_oneof![
        2 => changed(written(Encoding::Base64)),
        2 => changed(written(Encoding::Base64Url)),
        1 => "[A-Za-z0-9+/]{0,90}={0,3}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..90),
    ]
}

/// What a key makes of a body, in place of the key itself, which does not show.
fn mac(key: &DecodedSecret) -> HeaderValue {
    Signer::new(HmacScheme::decoded("own", SIGNATURE), key).headers("{}")[&SIGNATURE].clone()
}

fn hex(bytes: &[u8]) -> String {
    Encoding::Hex.encode(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back_by_the_slow_reader(bytes in bytes()) {
        prop_assert_eq!(slow::base64(Encoding::Base64.encode(&bytes).as_bytes()), Some(bytes.clone()));
        prop_assert_eq!(slow::base64_url(Encoding::Base64Url.encode(&bytes).as_bytes()), Some(bytes));
    }

    #[test]
    fn a_signature_is_read_as_the_slow_reader_reads_it(text in texts()) {
        fn check<const N: usize>(text: &[u8]) -> Result<(), TestCaseError> {
            let shown = || String::from_utf8_lossy(text).into_owned();
            let (standard, for_urls) = (Encoding::Base64.decode::<N>(text), Encoding::Base64Url.decode::<N>(text));
            let of_length = |bytes: &Vec<u8>| bytes.len() == N;
            prop_assert_eq!(standard.map(Vec::from), slow::base64(text).filter(of_length), "{}", shown());
            prop_assert_eq!(for_urls.map(Vec::from), slow::base64_url(text).filter(of_length), "{}", shown());
            Ok(())
        }
        check::<20>(&text)?;
        check::<32>(&text)?;
        check::<48>(&text)?;
        check::<64>(&text)?;
    }

    #[test]
    fn a_secret_is_read_as_the_slow_reader_reads_it(text in texts()) {
        let read = DecodedSecret::from_whsec([b"whsec_", &*text].concat());
        // The same bytes in hex; both refuse a blank key.
        let wanted = slow::base64(&text).and_then(|bytes| DecodedSecret::from_hex(hex(&bytes)).ok());
        prop_assert_eq!(
            read.ok().as_ref().map(mac),
            wanted.as_ref().map(mac),
            "{}",
            String::from_utf8_lossy(&text)
        );
    }

    #[test]
    fn credentials_are_read_as_the_slow_reader_reads_them(text in texts(), other in vec(any::<u8>(), 1..40)) {
        let Ok(value) = HeaderValue::from_bytes(&[b"Basic ", &*text].concat()) else { return Ok(()) };
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        let read = slow::base64(&text).filter(|read| !read.is_empty());
        for bytes in [read.clone().unwrap_or_default(), other] {
            // A blank token is none.
            let Ok(token) = Token::new(&bytes) else { continue };
            let wanted = match &read {
                Some(read) if *read == bytes => Ok(()),
                Some(_) => Err(RejectionKind::SignatureMismatch),
                None => Err(RejectionKind::MalformedSignature),
            };
            let verdict = Verifier::new(BasicAuth, token).verify(&headers, "{}");
            prop_assert_eq!(verdict.map(drop).map_err(|rejection| rejection.kind()), wanted, "{:?}", headers);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn a_private_key_is_read_as_the_slow_reader_reads_it(
        text in changed(vec(any::<u8>(), 32).prop_map(|seed| Encoding::Base64.encode(&seed).into_bytes())),
    ) {
        let signed = |key: &Ed25519PrivateKey| {
            let headers = Signer::new(Discord, key).timestamp(0).headers("{}");
            headers["x-signature-ed25519"].clone()
        };
        let read = Ed25519PrivateKey::new([b"whsk_", &*text].concat());
        let seed = slow::base64(&text).filter(|seed| seed.len() == 32);
        let wanted = seed.map(|seed| Ed25519PrivateKey::new(hex(&seed)).unwrap());
        prop_assert_eq!(
            read.ok().as_ref().map(signed),
            wanted.as_ref().map(signed),
            "{}",
            String::from_utf8_lossy(&text)
        );
    }
}
