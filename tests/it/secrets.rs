//! Secrets: a blank one cannot be built, because everybody can sign with it; those from variables and files; and
//! placeholders.

use std::env;
use std::fs;
use std::process::Command;

use http::HeaderMap;
use tower_webhook::scheme::{Knowrithm, StandardWebhooks};
use tower_webhook::sign::Signer;
use tower_webhook::{ConfigError, DecodedSecret, SecretFault, SigningSecret, Verifier, WhsecError};

use crate::support::SIGNATURE;

/// The MAC of `{}` under the empty key: `printf '{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00`. HMAC pads the
/// empty key with NUL bytes, so that one NUL byte is the same key.
const FORGED: &str = "sha256=22f8eea909400af98adf3681a9f31923ef6b7fcba4abb553d92823a3e9d5c25e";

fn blanks() -> Vec<Vec<u8>> {
    let mut blanks: Vec<Vec<u8>> = [
        "",
        " ",
        "\n",
        "\t \r\n",
        "\u{a0}",
        "\u{3000}\u{b}",
        "\u{feff}",
        "\u{feff}\r\n",
        "\u{200b}\u{200c}\u{200d}",
        " \u{2060}\0",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    blanks.extend((1..=130).map(|length| vec![0; length]));
    for text in ["", " ", "\0", "\u{feff}", "\u{3000}\t", "\r\n"] {
        blanks.push(utf16(text, u16::to_le_bytes));
        blanks.push(utf16(text, u16::to_be_bytes));
    }
    blanks
}

/// UTF-16 with a byte order mark, as editors save it.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

#[test]
fn a_blank_secret_cannot_be_built() {
    let headers = HeaderMap::from_iter([(SIGNATURE, FORGED.parse().unwrap())]);
    for blank in blanks() {
        match SigningSecret::new(&blank) {
            Err(ConfigError::BlankSecret) => {}
            Err(other) => panic!("{blank:x?}: {other}"),
            Ok(secret) => {
                let forged = Verifier::knowrithm(secret).verify(&headers, "{}").is_ok();
                panic!("{blank:x?} is a secret; the empty key forges: {forged}");
            }
        }
    }
}

#[test]
fn a_blank_file_is_refused() {
    let path = env::temp_dir().join(format!("tower-webhook-blank-{}", std::process::id()));
    for blank in blanks() {
        fs::write(&path, &blank).unwrap();
        let error = SigningSecret::from_file(&path).unwrap_err();
        assert!(matches!(error, ConfigError::BlankFile { .. }), "{blank:x?}: {error}");
    }
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_blank_key_in_base64_is_refused() {
    for (text, is_key) in [
        ("whsec_AA==", false),
        ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false),
        ("whsec_ICAg", false),
        ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/w==", true),
    ] {
        match DecodedSecret::from_whsec(text) {
            Ok(_) => assert!(is_key, "{text}"),
            Err(error) => assert!(
                !is_key && matches!(error, ConfigError::Whsec(WhsecError::BlankKey)),
                "{text}"
            ),
        }
    }
}

#[test]
fn a_secret_in_a_file_is_decoded_or_refused() {
    let path = env::temp_dir().join(format!("tower-webhook-whsec-{}", std::process::id()));
    let decoded = |content: &str| {
        fs::write(&path, content).unwrap();
        SigningSecret::from_file(&path).unwrap().decode_whsec()
    };
    let secret = DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let headers = Signer::new(StandardWebhooks::new(), &secret).headers("{}");
    let read = decoded("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    assert!(
        Verifier::new(StandardWebhooks::new(), read)
            .verify(&headers, "{}")
            .is_ok()
    );

    assert!(decoded("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").is_ok());

    let error = decoded("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "signing secret has no `whsec_` before its base64: put `whsec_` there"
    );
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_secret_with_a_visible_character_is_not_blank() {
    let mut seen: Vec<Vec<u8>> = ["0", " 0 ", "\0\u{200b}k", "\u{ad}", "\u{feff}k"]
        .map(|text| text.as_bytes().to_vec())
        .into();
    for text in ["k", " k", "\0\u{1f511}"] {
        seen.push(utf16(text, u16::to_le_bytes));
        seen.push(utf16(text, u16::to_be_bytes));
    }
    // Control characters, and random bytes that are not UTF-8, are not blank either.
    seen.push((0..32).collect());
    seen.extend([vec![0xff], vec![0, 0, 0x80], vec![0xff, 0xfe, 0, 0, 0x80]]);
    for bytes in seen {
        assert!(SigningSecret::new(&bytes).is_ok(), "{bytes:x?}");
    }
}

const VARIABLE: &str = "TOWER_WEBHOOK_TESTS_SECRET";

/// Runs the test again in a process with the variable set, because to change the environment of a running process is
/// unsafe. Returns whether this is that process.
fn with_variable(test: &str, value: &str) -> bool {
    if env::var_os(VARIABLE).is_some() {
        return true;
    }
    let mut again = Command::new(env::current_exe().unwrap());
    again
        .args(["--exact", &format!("secrets::{test}")])
        .env(VARIABLE, value);
    let output = again.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("1 passed"), "{value:?}: {printed}");
    false
}

#[test]
fn one_line_break_of_a_variable_is_stripped() {
    let name = "one_line_break_of_a_variable_is_stripped";
    for value in ["hush", "hush\n", "hush\r\n"] {
        if with_variable(name, value) {
            let secret = SigningSecret::from_env(VARIABLE).unwrap();
            let headers = Signer::new(Knowrithm, &SigningSecret::new("hush").unwrap()).headers("{}");
            assert!(Verifier::knowrithm(secret).verify(&headers, "{}").is_ok());
            return;
        }
    }
}

#[test]
fn a_blank_variable_is_refused_by_name() {
    for value in ["", " \n", "\u{feff}"] {
        if with_variable("a_blank_variable_is_refused_by_name", value) {
            let error = SigningSecret::from_env(VARIABLE).unwrap_err();
            assert!(matches!(&error, ConfigError::BlankVariable { name, .. } if name == VARIABLE));
            return;
        }
    }
}

#[test]
fn a_strict_secret_is_refused_by_place_and_keeps_what_it_was_given() {
    let path = env::temp_dir().join(format!("tower-webhook-strict-{}", std::process::id()));
    let refused = |content: &str| {
        fs::write(&path, content).unwrap();
        SigningSecret::from_file(&path)
            .unwrap()
            .label("main")
            .strict()
            .unwrap_err()
    };
    for (content, fault, hidden) in [
        ("\"whk_4f1d\"\n", SecretFault::Quoted, "4f1d"),
        ("whk_4f1d\n\n", SecretFault::Surrounded, "4f1d"),
        ("${whk_4f1d}", SecretFault::Template, "4f1d"),
        ("undefined\n", SecretFault::NoValue, "undefined"),
        ("your_webhook_signing_secret", SecretFault::Placeholder, "signing"),
    ] {
        let error = refused(content);
        let text = error.to_string();
        assert_eq!(text, format!("secret file {} {fault}", path.display()));
        assert!(!text.contains(hidden), "{text}");
        assert!(
            matches!(error, ConfigError::FaultySecret { fault: seen, .. } if seen == fault),
            "{text}"
        );
    }
    fs::remove_file(&path).unwrap();

    let secret = SigningSecret::new("whk_4f1d").unwrap().label("main").strict().unwrap();
    assert_eq!(format!("{secret:?}"), "SigningSecret(\"main\", ..)");
    let headers = Signer::new(Knowrithm, &secret).headers("{}");
    let verifier = Verifier::knowrithm(SigningSecret::new("whk_4f1d").unwrap());
    assert!(verifier.verify(&headers, "{}").is_ok());
}

#[test]
fn a_strict_variable_is_refused_by_name() {
    for value in ["${SECRET}", "'whk_4f1d'", "null"] {
        if with_variable("a_strict_variable_is_refused_by_name", value) {
            let error = SigningSecret::from_env(VARIABLE).unwrap().strict().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("environment variable {VARIABLE} ")),
                "{error}"
            );
            return;
        }
    }
}
