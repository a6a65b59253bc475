//! Without a secret, a receiver makes one and prints a command to try it with, which must work as pasted.

use std::env;
use std::process::Command;

use super::child::{KINDS, Receiver};

#[test]
fn the_command_that_is_printed_works_as_pasted() {
    if !has_curl() {
        return;
    }
    let secrets = KINDS.map(|kind| {
        let receiver = Receiver::start(kind.command());
        let [made, _, _, command, _] = receiver.lines();
        let secret = made.strip_prefix("KNOWRITHM_WEBHOOK_SECRET is not set; this run's secret is ");
        let secret = secret.expect(&made).to_owned();
        assert!(command.starts_with("curl "), "{kind:?}: {command}");

        for _ in 0..2 {
            let output = Command::new("sh").args(["-c", &command]).output().unwrap();
            let answer = String::from_utf8(output.stdout).unwrap();
            assert!(answer.contains("HTTP/1.1 200 OK"), "{kind:?}: {answer}");
            assert!(answer.ends_with(r#"{"status":"success"}"#), "{kind:?}: {answer}");
            assert_eq!(
                receiver.lines(),
                [
                    "Received valid webhook event: lead.created",
                    "  -> New lead received: John Doe (john.doe@example.com)"
                ],
                "{kind:?}"
            );
        }

        let forged = command.replace("John", "Jane");
        let output = Command::new("sh").args(["-c", &forged]).output().unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert!(answer.contains("HTTP/1.1 403"), "{kind:?}: {answer}");
        secret
    });
    assert!(
        secrets[0] != secrets[1] && secrets[1] != secrets[2],
        "each run has a secret of its own"
    );
}

/// Says so when there is none, and panics where this test may not be missing, as in `.ci/run`.
pub(super) fn has_curl() -> bool {
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    if !has_curl {
        assert!(
            env::var_os("TOWER_WEBHOOK_REQUIRE_ALL").is_none(),
            "curl is not installed"
        );
        println!("skipped: curl is not installed");
    }
    has_curl
}
