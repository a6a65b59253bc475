use crate::error::{ConfigError, KeyError};
#[cfg(all(feature = "ed25519", feature = "sign"))]
use crate::secret::Ed25519PrivateKey;
#[cfg(feature = "ed25519")]
use crate::secret::Ed25519PublicKey;
#[cfg(all(feature = "p256", feature = "sign"))]
use crate::secret::P256PrivateKey;
#[cfg(feature = "p256")]
use crate::secret::P256PublicKey;

fn fault<T>(made: Result<T, ConfigError>) -> Option<KeyError> {
    match made {
        Ok(_) => None,
        Err(ConfigError::Key(fault)) => Some(fault),
        Err(other) => panic!("{other}"),
    }
}

/// A key of another algorithm: X25519 in base64 of a `SubjectPublicKeyInfo`.
const X25519: &str = "MCowBQYDK2VuAyEAjd6pJ7x7xX6X1m0r3p2m1C1m0a1r1Z2l0b8n1m0v1ko=";

/// A private key of Ed25519: RFC 8410, section 10.3.
const PKCS8: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";

/// A private key of P-256, as `openssl pkcs8 -topk8 -nocrypt` writes one.
#[cfg(any(feature = "p256", feature = "sign"))]
const P256_PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/W2ENj86XwSQ1H/Gov99OiIzZkS90nbvBWNr8XWRlmWhRANCAAQjFImVByKIMIrObeBQVsBYaro3OoEZa+KKMooMBdAYvz2nk17BOhYWyPAAWmTP+WVVIeBw6U90wCHVoR53Menn";

/// Another one, as `openssl ecparam -genkey` writes it.
#[cfg(all(feature = "p256", feature = "sign"))]
const P256_SEC1: &str = "MHcCAQEEINfASckrBGtEMNxoNalVXgWuv/oC4gSfWXhE5PmQ2AQQoAoGCCqGSM49AwEHoUQDQgAE56aJEZovgUItifetO1xkS1oKUv89JaG0ykiF3hbzyLCZJFsO/tthUqyNZuGBLZx0Ivmk0U9RY/Xa2b/1BjiFxQ==";

#[cfg(feature = "ed25519")]
#[test]
fn each_form_of_an_ed25519_key_is_the_same_key() {
    use crate::scheme::Discord;
    use crate::verifier::Verifier;

    // RFC 8032, section 7.1, test 1.
    const HEX: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const RAW: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let der = format!("MCowBQYDK2VwAyEA{RAW}");
    let pem = format!("-----BEGIN PUBLIC KEY-----\r\n{der}\r\n-----END PUBLIC KEY-----\r\n");
    let seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    let pair = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
    for public in [HEX, &HEX.to_uppercase(), RAW, &format!("whpk_{RAW}"), &der, &pem] {
        let key = Ed25519PublicKey::new(public).unwrap();
        #[cfg(feature = "sign")]
        for private in [
            SEED,
            seed,
            &format!("whsk_{seed}"),
            &format!("whsk_{pair}"),
            &format!("MC4CAQAwBQYDK2VwBCIEI{}", "J1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"),
        ] {
            let signer = crate::sign::Signer::new(Discord, &Ed25519PrivateKey::new(private).unwrap());
            let headers = signer.headers("{}");
            assert!(
                Verifier::new(Discord, key.clone()).verify(&headers, "{}").is_ok(),
                "{public}, {private}"
            );
        }
        let _ = &key;
    }
    for (text, reason) in [
        ("", KeyError::NoKey),
        (&HEX[1..], KeyError::NoKey),
        ("whpk_", KeyError::NoKey),
        (&format!("whpk_{HEX}"), KeyError::NoKey),
        (&format!("{HEX}\n"), KeyError::Surrounded),
        (&format!("\"{HEX}\""), KeyError::Surrounded),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", KeyError::SharedSecret),
        (&format!("whsk_{RAW}"), KeyError::OtherSide),
        (PKCS8, KeyError::OtherSide),
        (X25519, KeyError::OtherAlgorithm),
        // No point of the curve, and the neutral element.
        (&"02".repeat(32), KeyError::Invalid),
        (&format!("01{}", "00".repeat(31)), KeyError::Invalid),
    ] {
        assert_eq!(fault(Ed25519PublicKey::new(text)), Some(reason), "{text}");
    }
    #[cfg(feature = "sign")]
    for (text, reason) in [
        ("", KeyError::NoKey),
        (&*format!("whpk_{RAW}"), KeyError::OtherSide),
        (&*format!("whsk_{}", pair.replace("XWpg", "XWph")), KeyError::Invalid),
        (&*der, KeyError::OtherSide),
        (P256_PKCS8, KeyError::OtherAlgorithm),
    ] {
        assert_eq!(fault(Ed25519PrivateKey::new(text)), Some(reason), "{text}");
    }
}

#[cfg(feature = "p256")]
#[test]
fn a_key_that_is_not_of_p256_is_refused() {
    for (text, reason) in [
        ("", KeyError::NoKey),
        ("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", KeyError::OtherSide),
        (X25519, KeyError::OtherAlgorithm),
        (PKCS8, KeyError::OtherSide),
        (P256_PKCS8, KeyError::OtherSide),
        (&"11".repeat(32), KeyError::OtherAlgorithm),
    ] {
        assert_eq!(fault(P256PublicKey::new(text)), Some(reason), "{text}");
    }
    #[cfg(feature = "sign")]
    for (text, reason) in [
        (&*"00".repeat(32), Some(KeyError::Invalid)),
        (X25519, Some(KeyError::OtherSide)),
        (PKCS8, Some(KeyError::OtherAlgorithm)),
        (P256_SEC1, Some(KeyError::OtherAlgorithm)),
        (P256_PKCS8, None),
    ] {
        assert_eq!(fault(P256PrivateKey::new(text)), reason, "{text}");
    }
}
