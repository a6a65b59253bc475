//! Properties of secrets: a random one is never taken for a placeholder or for a damaged one.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tower_webhook::{DecodedSecret, SigningSecret};

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Secrets as generators make them: raw bytes, hex, base64, lower or upper case and digits, or all that can be typed
/// but quotation marks.
fn random() -> impl Strategy<Value = Vec<u8>> {
    let of = |letters: Vec<u8>| vec(select(letters), 16..70);
    let typed = (b'!'..=b'~').filter(|letter| !b"\"'`".contains(letter)).collect();
    prop_oneof![
        vec(any::<u8>(), 16..70),
        of(b"0123456789abcdef".to_vec()),
        of(BASE64.to_vec()),
        of((b'a'..=b'z').chain(b'0'..=b'9').collect()),
        of((b'A'..=b'Z').chain(b'0'..=b'9').collect()),
        of(typed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_secret_has_no_fault(secret in random()) {
        prop_assert!(SigningSecret::new(&secret).unwrap().strict().is_ok(), "{:?}", String::from_utf8_lossy(&secret));
    }

    #[test]
    fn a_secret_with_the_prefix_of_a_provider_has_no_fault(
        prefix in select(&["whk_", "whsec_"][..]),
        rest in "[0-9A-Za-z+/_-]{1,60}={0,2}",
    ) {
        let secret = format!("{prefix}{rest}");
        prop_assert!(SigningSecret::new(&secret).unwrap().strict().is_ok(), "{}", secret);
    }

    #[test]
    fn a_random_key_in_base64_has_no_fault(letters in vec(select(BASE64), 6..20)) {
        // Four letters are three bytes, without padding.
        let text: String = letters.iter().flat_map(|letter| [*letter, b'q', b'x', *letter]).map(char::from).collect();
        let secret = DecodedSecret::from_whsec(format!("whsec_{text}")).unwrap();
        prop_assert!(secret.strict().is_ok(), "{}", text);
    }
}
