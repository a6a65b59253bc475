//! The examples and the exit codes in each `--help`.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::listening::Listening;
use crate::process::{command, run, stdout};

/// Where the examples expect a receiver.
const URL: &str = "http://127.0.0.1:5000/webhooks/knowrithm";

/// The subcommands that `--help` lists.
fn subcommands() -> Vec<String> {
    let help = stdout(&run(&["--help"]));
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !matches!(*name, "" | "help"));
    names.map(str::to_owned).collect()
}

/// The example of a subcommand, as somebody copies it.
fn example(subcommand: &str) -> String {
    let help = stdout(&run(&[subcommand, "--help"]));
    let (_, example) = help.split_once("\nExample").expect(subcommand);
    let (_, example) = example.split_once(':').unwrap();
    let (example, _) = example.split_once("\n\nExit codes:").expect(subcommand);
    assert!(example.lines().all(|line| line.len() < 100), "{example}");
    example.trim().to_owned()
}

/// A shell that runs a script in this folder, and finds the program.
fn shell(script: &str, folder: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_tower-webhook")).parent().unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-euc").arg(script).current_dir(folder).env("HOME", folder);
    for (name, value) in command(&[]).get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let path = std::env::var("PATH").unwrap();
    shell.env("PATH", format!("{}:{path}", program.display()));
    shell
}

#[test]
fn each_works_as_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let requests = folder.path().join("requests");
    let listening = Listening::start(&["--save", requests.to_str().unwrap()]);
    let mut seen = 0;
    for subcommand in subcommands().iter().filter(|name| *name != "listen") {
        seen += 1;
        let script = example(subcommand).replace(URL, &listening.url);
        let output = shell(&script, folder.path()).output().unwrap();
        assert!(output.status.success(), "{subcommand}: {output:?}");
        let starts = match &**subcommand {
            "sign" => {
                "x-knowrithm-signature: sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d\n"
            }
            "verify" => "genuine\n",
            "explain" => "explained trailing_newline\n",
            "send" | "replay" => "200 OK",
            _ => "",
        };
        assert!(stdout(&output).starts_with(starts), "{subcommand}: {output:?}");
    }
    assert!(seen > 8, "{seen}");
}

#[test]
fn that_of_listen_listens() {
    let folder = tempfile::tempdir().unwrap();
    let script = example("listen").replace("listen", "listen --port 0");
    let mut shell = shell(&format!("exec env {script}"), folder.path());
    let mut child = shell.stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    let read = BufReader::new(child.stdout.take().unwrap()).read_line(&mut first);
    child.kill().unwrap();
    child.wait().unwrap();
    read.unwrap();
    assert!(first.starts_with("Listening on http://127.0.0.1:"), "{first}");
    assert!(folder.path().join("requests").is_dir());
}

#[test]
fn every_help_has_the_exit_codes() {
    for subcommand in subcommands() {
        let help = stdout(&run(&[&subcommand, "--help"]));
        let (_, codes) = help.split_once("\nExit codes:").expect(&subcommand);
        for code in ["0", "1", "2", "3", "141"] {
            let mut words = codes.split([' ', '\n', ';']);
            assert!(words.any(|word| word == code), "{subcommand}: {codes}");
        }
    }
}

#[test]
fn completions_and_pages_are_the_same_text_in_json() {
    for (arguments, member) in [
        (&["completions", "bash"][..], "script"),
        (&["man"][..], "page"),
        (&["man", "send"][..], "page"),
    ] {
        let plain = run(arguments);
        let json = run(&[arguments, &["--json"]].concat());
        assert!(plain.status.success() && json.status.success(), "{arguments:?}");
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        let text = String::from_utf8(plain.stdout).unwrap();
        assert!(!text.is_empty());
        assert_eq!(json, serde_json::json!({ member: text }), "{arguments:?}");
    }
}
