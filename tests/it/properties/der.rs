//! Properties of ECDSA signatures in DER: one is read as a slow reader reads it, and all else is refused.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::array::uniform32;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tower_webhook::scheme::{Circle, Encoding, Signature};
use tower_webhook::{P256PrivateKey, RejectionKind, Verifier};

use super::base64::changed;
use crate::support::slow;

const SIGNATURE: HeaderName = HeaderName::from_static("x-circle-signature");

/// Numbers of any length, and those next to the ends of the range.
fn numbers() -> impl Strategy<Value = [u8; 32]> {
    let short = (uniform32(any::<u8>()), 0..32_usize).prop_map(|(mut number, zeros)| {
        number[..zeros].fill(0);
        number
    });
    let near_the_order = select(&[0, 1, 2, 0xff][..]).prop_map(|more: u8| {
        let mut number = slow::ORDER;
        // The last byte of the order is 0x51, so that nothing is carried.
        number[31] = number[31].wrapping_add(more);
        number
    });
    prop_oneof![
        2 => uniform32(any::<u8>()),
        2 => short,
        1 => near_the_order,
        1 => select(&[[0; 32], [0xff; 32]][..]),
    ]
}

/// Signatures, those with a few bytes changed, and any bytes.
fn ders() -> impl Strategy<Value = Vec<u8>> {
    let right = || [numbers(), numbers()].prop_map(slow::signature_in_der);
    let byte = || {
        prop_oneof![
            select(&[0, 1, 2, 0x20, 0x21, 0x30, 0x7f, 0x80, 0x81, 0xff][..]),
            any::<u8>()
        ]
    };
    let change = (any::<Index>(), 0..2_usize, vec(byte(), 0..3));
    let changed = (right(), vec(change, 1..3)).prop_map(|(mut der, changes)| {
        for (start, length, put) in changes {
            let start = start.index(der.len() + 1);
            let end = (start + length).min(der.len());
            der.splice(start..end, put);
        }
        der
    });
    // One byte of a length, or the byte that follows it.
    let other_length = (right(), any::<Index>(), -2..3_i8).prop_map(|(mut der, place, more)| {
        let second = 4 + usize::from(der[3]);
        let places = [1, 3, 4, second + 1, second + 2];
        let place = places[place.index(places.len())];
        der[place] = der[place].wrapping_add_signed(more);
        der
    });
    // Forms of BER that DER forbids: a zero in front, or a length of two bytes.
    let padded = (right(), any::<bool>()).prop_map(|(mut der, first)| {
        let start = if first { 2 } else { 4 + usize::from(der[3]) };
        der.insert(start + 2, 0);
        der[start + 1] += 1;
        der[1] += 1;
        der
    });
    let long_length = right().prop_map(|mut der| {
        der.insert(1, 0x81);
        der
    });
    prop_oneof![3 => right(), 3 => changed, 1 => other_length, 1 => padded, 1 => long_length, 1 => vec(any::<u8>(), 0..80)]
}

fn read(der: &[u8]) -> Option<[[u8; 32]; 2]> {
    let Signature::EcdsaP256(numbers) = Signature::ecdsa_p256_from_der(der)? else {
        panic!("another algorithm");
    };
    let (first, second) = numbers.split_at(32);
    Some([first.try_into().unwrap(), second.try_into().unwrap()])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn a_signature_in_der_is_read_as_the_slow_reader_reads_it(der in ders()) {
        prop_assert_eq!(read(&der), slow::signature(&der), "{:02x?}", der);
    }

    #[test]
    fn a_signature_in_der_is_written_as_the_slow_writer_writes_it(numbers in [numbers(), numbers()]) {
        let der = slow::signature_in_der(numbers);
        prop_assert_eq!(Signature::ecdsa_p256_from_der(&der).map(|signature| signature.to_vec()), read(&der).map(|_| der));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    /// A header is well-formed if base64 and DER are; whoever cannot sign is then refused by the check.
    #[test]
    fn a_header_with_der_is_judged_as_the_slow_readers_judge_it(
        text in changed(ders().prop_map(|der| Encoding::Base64.encode(&der).into_bytes())),
    ) {
        let Ok(value) = HeaderValue::from_bytes(&text) else { return Ok(()) };
        let headers = HeaderMap::from_iter([(SIGNATURE, value)]);
        let key = P256PrivateKey::new("4b".repeat(32)).unwrap().public_key();
        let verdict = Verifier::new(Circle, key).verify(&headers, "{}").unwrap_err().kind();
        let is_well_formed = slow::base64(&text).is_some_and(|der| slow::signature(&der).is_some());
        let wanted = if is_well_formed { RejectionKind::SignatureMismatch } else { RejectionKind::MalformedSignature };
        prop_assert_eq!(verdict, wanted, "{}", String::from_utf8_lossy(&text));
    }
}
