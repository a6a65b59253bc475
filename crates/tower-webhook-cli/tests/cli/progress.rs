//! The progress bars, on a terminal and beside one.

use std::env;
use std::fs::File;
use std::process::{Command, Stdio};

use crate::process::command;
use crate::receiver::Receiver;

/// Enough for a bar.
const SIZE: u64 = 32 * 1024 * 1024;

/// What a command writes with a terminal in the place of its output; `None` where no terminal can be made.
fn on_terminal(command: &Command) -> Option<String> {
    if Command::new("script").arg("--version").output().is_err() {
        assert!(
            env::var_os("TOWER_WEBHOOK_REQUIRE_ALL").is_none(),
            "script of util-linux is not installed"
        );
        println!("skipped: script of util-linux is not installed");
        return None;
    }
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let mut script = Command::new("script");
    // A terminal without a size has room for nothing.
    let line = format!("stty cols 100 rows 24; {}", words.join(" "));
    script.args(["-qec", &line, "/dev/null"]);
    script
        .env("TERM", "xterm")
        .env("TEST_SECRET", "whk_demo")
        .stdin(Stdio::null());
    let output = script.output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_large_body_has_a_bar_on_a_terminal_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (body, headers) = (path("body"), path("headers"));
    File::create(&body).unwrap().set_len(SIZE).unwrap();
    let mac = "0".repeat(64);
    std::fs::write(&headers, format!("x-knowrithm-signature: sha256={mac}\n")).unwrap();
    let receiver = Receiver::answering(200);
    let secret = ["--secret-env", "TEST_SECRET"];
    let sends = [&["send", "--file", &body, "--url", &receiver.url][..], &secret].concat();
    let verifies = [&["verify", "--headers", &headers, "--body", &body][..], &secret].concat();
    for (arguments, bars, last) in [
        (sends, &["signing [", "sending ["][..], "200 "),
        (verifies, &["verifying ["], "refused"),
    ] {
        let mut piped = command(&arguments);
        let Some(shown) = on_terminal(&piped) else { return };
        for bar in bars {
            assert!(shown.contains(bar), "{bar} is not in {shown:?}");
        }
        assert!(shown.contains("/32.00 MiB"), "{shown:?}");
        assert!(shown.contains(last), "{shown:?}");
        let output = piped.env("TEST_SECRET", "whk_demo").output().unwrap();
        let shown = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(shown.contains(last), "{shown}");
        for bar in bars.iter().chain(&["MiB", "\r"]) {
            assert!(!shown.contains(bar), "{bar} is in {shown:?}");
        }
    }
}
