use std::fs::{self, File};
use std::io::Write;
use std::time::SystemTime;

use super::{DecodedSecret, SigningSecret, file};
use crate::error::ConfigError;

#[test]
fn bytes_are_taken_as_they_are() {
    for bytes in [&b"s"[..], b" s ", b"s\n", b"\xff", b"\x00s", b"\xff\xfes\0"] {
        assert_eq!(SigningSecret::new(bytes).unwrap().expose(), bytes);
    }
}

#[test]
fn a_file_is_read_whole_and_an_error_names_it() {
    let dir = std::env::temp_dir().join(format!("tower-webhook-secret-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    };

    let secret = SigningSecret::from_file(write("good", b"hush\r\n")).unwrap();
    assert_eq!(secret.expose(), b"hush");
    let largest = vec![b'k'; file::MAX_FILE];
    let secret = SigningSecret::from_file(write("largest", &largest)).unwrap();
    assert_eq!(secret.expose(), largest);

    for (name, path) in [
        ("blank", write("blank", b" \n")),
        ("too-long", write("too-long", &vec![b'k'; file::MAX_FILE + 1])),
        ("absent", dir.join("absent")),
        ("a folder", dir.clone()),
    ] {
        let error = SigningSecret::from_file(&path).unwrap_err().to_string();
        assert!(error.contains(&*path.to_string_lossy()), "{error}");
        assert!(!error.contains("kkk"), "{name}: {error}");
    }
    fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn a_variable_is_read_and_an_error_names_it() {
    // Cargo sets this one for every test; changing the environment of a running process would be unsafe.
    let secret = SigningSecret::from_env("CARGO_PKG_NAME").unwrap();
    assert_eq!(secret.expose(), b"tower-webhook");
    let error = SigningSecret::from_env("TOWER_WEBHOOK_NOT_SET").unwrap_err();
    assert!(matches!(&error, ConfigError::MissingVariable { name, .. } if name == "TOWER_WEBHOOK_NOT_SET"));
}

#[test]
fn decoding_keeps_the_label_and_the_expiry() {
    let instant = SystemTime::UNIX_EPOCH;
    let secret = SigningSecret::new("whsec_c2VjcmV0")
        .unwrap()
        .label("a")
        .not_after(instant);
    let DecodedSecret(key) = secret.decode_whsec().unwrap();
    assert_eq!(key.expose(), b"secret");
    assert_eq!(
        (key.terms.label.as_deref(), key.terms.not_after),
        (Some("a"), Some(instant))
    );
}
