//! The examples of `--help`.

use std::path::Path;

use crate::process::{command, run, stdout};

/// The commands after `Example:`, as somebody copies them.
fn example(subcommand: &str) -> String {
    let help = stdout(&run(&[subcommand, "--help"]));
    let (_, example) = help.split_once("Example:").unwrap();
    assert!(example.lines().all(|line| line.len() < 80), "{example}");
    example.to_owned()
}

#[cfg(unix)]
#[test]
fn they_work_as_pasted() {
    for (subcommand, printed) in [
        ("events", ""),
        (
            "sign",
            "x-knowrithm-signature: sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d\n",
        ),
        ("verify", "genuine\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_tower-webhook")).parent().unwrap();
        let mut shell = std::process::Command::new("sh");
        shell.arg("-euc").arg(example(subcommand)).current_dir(folder.path());
        for (name, value) in command(&[]).get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let path = std::env::var("PATH").unwrap();
        let output = shell
            .env("PATH", format!("{}:{path}", program.display()))
            .output()
            .unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{subcommand}: {output:?}"
        );
        assert_eq!(stdout(&output), printed, "{subcommand}");
    }
}

#[test]
fn the_example_of_send_reaches_a_receiver() {
    let receiver = crate::receiver::Receiver::answering(200);
    let example = example("send");
    let (_, arguments) = example.split_once("tower-webhook ").unwrap();
    let arguments = arguments
        .trim_end()
        .replace("http://127.0.0.1:5000/webhooks/knowrithm", &receiver.url);
    let arguments: Vec<_> = arguments.split(' ').collect();
    let output = command(&arguments)
        .env("KNOWRITHM_WEBHOOK_SECRET", "whk_demo")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(receiver.only().body.starts_with(b"{\"event\":\"lead.created\""));
}
