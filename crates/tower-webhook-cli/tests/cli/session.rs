//! The terminal session in the README of this crate and in that of the workspace is what the program prints.
//!
//! `UPDATE_SESSION=1 cargo test -p tower-webhook-cli --test cli session` rewrites it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::listening::{Listening, SECRET};
use crate::process;

const BEGIN: &str = "<!-- session -->\n";
const END: &str = "<!-- /session -->\n";
const VARIABLE: &str = "KNOWRITHM_WEBHOOK_SECRET";

/// The address that the session shows. In the test, the listener has a free port.
const SHOWN_URL: &str = "http://127.0.0.1:5000/webhooks/knowrithm";

/// What is typed while the listener runs.
const TYPED: [&str; 4] = [
    "tower-webhook send agent.created --url $URL",
    r#"KNOWRITHM_WEBHOOK_SECRET='"whk_demo"' tower-webhook send agent.created --url $URL"#,
    "grep refused listen.log",
    "tower-webhook explain $(ls requests/* | tail -1)",
];

#[test]
fn the_session_in_the_readmes_is_what_the_program_prints() {
    let session = session();
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = 0;
    // A package has only its own README.
    for path in [own.join("README.md"), own.join("../../README.md")] {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        found += 1;
        let (before, rest) = text.split_once(BEGIN).expect("a session");
        let (shown, after) = rest.split_once(END).expect("the end of the session");
        if std::env::var_os("UPDATE_SESSION").is_some() {
            fs::write(&path, [before, BEGIN, &session, END, after].concat()).unwrap();
        } else {
            assert!(
                shown == session,
                "{} has another session than:\n{session}",
                path.display()
            );
        }
    }
    assert!(found > 0, "no README was found");
}

fn session() -> String {
    let folder = tempfile::tempdir().unwrap();
    let requests = folder.path().join("requests");
    let listening = Listening::start(&["--save", requests.to_str().unwrap()]);
    let mut session = format!(
        "```console\n$ export {VARIABLE}={SECRET} URL={SHOWN_URL}\n$ tower-webhook listen --save requests > listen.log &\n"
    );
    for typed in TYPED {
        if typed.contains("listen.log") {
            fs::write(folder.path().join("listen.log"), listening.until("refused")).unwrap();
        }
        session += &["$ ", typed, "\n"].concat();
        session += &run(typed, &listening.url, folder.path());
    }
    session + "```\n"
}

/// What a shell prints for the line, with durations in one form.
fn run(typed: &str, url: &str, folder: &Path) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tower-webhook"));
    let path = [
        program.parent().unwrap().to_str().unwrap(),
        ":",
        &std::env::var("PATH").unwrap(),
    ]
    .concat();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{typed} 2>&1")]).current_dir(folder).envs([
        ("PATH", &*path),
        ("URL", url),
        (VARIABLE, SECRET),
        ("NO_COLOR", "1"),
    ]);
    let output = process::stdout(&shell.output().unwrap());
    let lines = output.lines().map(|line| match line.split_once(" in ") {
        Some((before, after)) if after.ends_with(" ms") => format!("{before} in 1.0 ms"),
        _ => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}
