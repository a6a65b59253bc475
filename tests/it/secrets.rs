//! Secrets: what is blank cannot be built, because anyone can sign with it; and what a variable may hold.

use std::env;
use std::fs;
use std::process::Command;

use http::HeaderMap;
use tower_webhook::sign::Signer;
use tower_webhook::{ConfigError, SigningSecret, Verifier};

use crate::support::SIGNATURE;

/// The MAC of `{}` under no key at all: `printf '{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00`. The one NUL byte
/// is what HMAC makes of none.
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

/// As editors save it: behind a byte order mark.
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
fn a_blank_file_holds_no_secret() {
    let path = env::temp_dir().join(format!("tower-webhook-blank-{}", std::process::id()));
    for blank in blanks() {
        fs::write(&path, &blank).unwrap();
        let error = SigningSecret::from_file(&path).unwrap_err();
        assert!(matches!(error, ConfigError::BlankFile { .. }), "{blank:x?}: {error}");
    }
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_blank_key_in_base64_is_no_key() {
    for (text, is_key) in [
        ("whsec_AA==", false),
        ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false),
        ("whsec_ICAg", false),
        ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/w==", true),
    ] {
        let secret = SigningSecret::new(text).unwrap();
        assert_eq!(Verifier::standard_webhooks(secret).is_ok(), is_key, "{text}");
    }
}

#[test]
fn what_can_be_seen_is_not_blank() {
    let mut seen: Vec<Vec<u8>> = ["0", " 0 ", "\0\u{200b}k", "\u{ad}", "\u{feff}k"]
        .map(|text| text.as_bytes().to_vec())
        .into();
    for text in ["k", " k", "\0\u{1f511}"] {
        seen.push(utf16(text, u16::to_le_bytes));
        seen.push(utf16(text, u16::to_be_bytes));
    }
    // Neither white space nor text: a key of the least bytes there are, and what is no UTF-8, as random bytes are not.
    seen.push((0..32).collect());
    seen.extend([vec![0xff], vec![0, 0, 0x80], vec![0xff, 0xfe, 0, 0, 0x80]]);
    for bytes in seen {
        assert!(SigningSecret::new(&bytes).is_ok(), "{bytes:x?}");
    }
}

const VARIABLE: &str = "TOWER_WEBHOOK_TESTS_SECRET";

/// The environment of a running process cannot be changed without `unsafe`, so these tests run themselves once more, in a
/// process of their own with the variable set. Answers whether this is that process.
fn with_variable(test: &str, value: &str) -> bool {
    if env::var_os(VARIABLE).is_some() {
        return true;
    }
    let mut again = Command::new(env::current_exe().unwrap());
    again
        .args(["--exact", &format!("secrets::{test}")])
        .env(VARIABLE, value);
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{value:?}: {said}");
    false
}

#[test]
fn of_a_variable_one_line_break_is_stripped() {
    let name = "of_a_variable_one_line_break_is_stripped";
    for value in ["hush", "hush\n", "hush\r\n"] {
        if with_variable(name, value) {
            let secret = SigningSecret::from_env(VARIABLE).unwrap();
            let headers = Signer::knowrithm(&SigningSecret::new("hush").unwrap()).headers("{}");
            assert!(Verifier::knowrithm(secret).verify(&headers, "{}").is_ok());
            return;
        }
    }
}

#[test]
fn a_blank_variable_is_named() {
    for value in ["", " \n", "\u{feff}"] {
        if with_variable("a_blank_variable_is_named", value) {
            let error = SigningSecret::from_env(VARIABLE).unwrap_err();
            assert!(matches!(&error, ConfigError::BlankVariable { name } if name == VARIABLE));
            return;
        }
    }
}
