//! Starts the built program, without the secrets of the environment.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The program with these arguments, and an environment that names no secret.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tower-webhook"));
    command.args(arguments).env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.ends_with("_SECRET") || name.ends_with("_TOKEN") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Runs the program to its end, with these bytes on its stdin.
pub(crate) fn run_with(mut command: Command, stdin: &[u8]) -> Output {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its arguments does not read them.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one line with which a command that cannot be carried out ends.
pub(crate) fn only_error(output: &Output, code: i32) -> String {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(stdout(output), "");
    let error = stderr.strip_prefix("error: ").unwrap().strip_suffix('\n').unwrap();
    assert!(!error.contains('\n') && !error.ends_with('.'), "{error}");
    error.to_owned()
}

/// The largest part of the memory that a process has had so far, in MiB.
#[cfg(target_os = "linux")]
pub(crate) fn peak_memory(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
