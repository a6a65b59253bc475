//! A secret that is probably a placeholder causes one warning when it is made, without a byte of it.

use std::env;
use std::fs;
use std::process::Command;

use tower_webhook::{DecodedSecret, SigningSecret};
use tracing::Level;

use super::collector::recorded;

/// The message of the one event of an action, which is a warning.
fn warning(act: impl FnOnce()) -> String {
    let events = recorded(act);
    let [event] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(event.level, Some(Level::WARN), "{event:?}");
    event.field("message").unwrap().to_owned()
}

#[test]
fn a_placeholder_is_warned_of_once_and_by_place() {
    alone("a_placeholder_is_warned_of_once_and_by_place", by_place);
}

fn by_place() {
    let made = || drop(SigningSecret::new("changeme").unwrap().label("main"));
    let mend = "is a common placeholder: put the provider's secret there";
    assert_eq!(warning(made), format!("signing secret {mend}"));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "changeme\n").unwrap();
    let made = || drop(SigningSecret::from_file(&path).unwrap());
    assert_eq!(warning(made), format!("secret file {} {mend}", path.display()));

    // The base64 of `changeme`: there is nothing wrong with the text.
    fs::write(&path, "whsec_Y2hhbmdlbWU=\n").unwrap();
    let made = || drop(SigningSecret::from_file(&path).unwrap().decode_whsec().unwrap());
    assert_eq!(warning(made), format!("secret file {} {mend}", path.display()));
}

#[test]
fn no_byte_of_a_damaged_secret_is_in_the_warning() {
    alone("no_byte_of_a_damaged_secret_is_in_the_warning", without_the_secret);
}

fn without_the_secret() {
    for secret in ["\"whk_4f1d\"", "whk_4f1d ", "${whk_4f1d}"] {
        let text = warning(|| drop(SigningSecret::new(secret).unwrap()));
        assert!(text.starts_with("signing secret ") && !text.contains("4f1d"), "{text}");
    }
}

#[test]
fn there_is_no_warning_of_a_secret_without_a_fault() {
    let events = recorded(|| {
        drop(SigningSecret::new("whk_4f1d").unwrap());
        drop(DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        // This one is refused: an error says what a warning would.
        assert!(DecodedSecret::from_whsec("\"whsec_c2VjcmV0\"").is_err());
    });
    assert!(events.is_empty(), "{events:?}");
}

#[test]
fn a_process_warns_a_hundred_times_at_most() {
    alone("a_process_warns_a_hundred_times_at_most", || {
        let events = recorded(|| (0..1000).for_each(|_| drop(SigningSecret::new("changeme").unwrap())));
        assert_eq!(events.len(), 100);
    });
}

const AGAIN: &str = "TOWER_WEBHOOK_TESTS_WARNINGS";

/// Runs a test of this file in a process of its own: the number of warnings is that of a process, and others make
/// secrets too.
fn alone(name: &str, test: impl FnOnce()) {
    if env::var_os(AGAIN).is_some() {
        return test();
    }
    let name = format!("trace::placeholders::{name}");
    let mut again = Command::new(env::current_exe().unwrap());
    let output = again.args(["--exact", &name]).env(AGAIN, "1").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("1 passed"), "{printed}");
}
