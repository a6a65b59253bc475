//! An example as built, in a process that ends with the test.

use std::collections::HashMap;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::SECRET;

const PATIENCE: Duration = Duration::from_secs(10);
/// Less than the 8 s that receivers give to requests in progress.
const SOON: Duration = Duration::from_secs(5);

/// The receivers of Knowrithm's webhooks, one for each framework.
pub(crate) const RECEIVERS: [&str; 3] = ["axum-receiver", "warp-receiver", "hyper-receiver"];

/// A command that starts an example on a free port, without a secret.
pub(crate) fn command(example: &'static str) -> Command {
    static BUILT: LazyLock<Mutex<HashMap<&str, PathBuf>>> = LazyLock::new(Mutex::default);
    let mut built = BUILT.lock().unwrap();
    let mut command = Command::new(built.entry(example).or_insert_with(|| build(example)));
    command.env("PORT", "0").stderr(Stdio::piped());
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().contains("_WEBHOOK_SECRET") {
            command.env_remove(name);
        }
    }
    command
}

/// A command that starts an example with the secret of the tests.
pub(crate) fn with_secret(example: &'static str) -> Command {
    let mut command = command(example);
    command.env("KNOWRITHM_WEBHOOK_SECRET", SECRET);
    command
}

/// Builds a package alone, as its reader does. In one build with others it would have their features, too.
pub(crate) fn build(package: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let binary = escargot::CargoBuild::new()
        .manifest_path(workspace)
        .package(package)
        .bin(package)
        .run()
        .unwrap_or_else(|error| panic!("{package}: {error}"));
    binary.path().to_owned()
}

pub(crate) struct Receiver {
    child: Child,
    stdout: mpsc::Receiver<String>,
    stderr: mpsc::Receiver<String>,
    pub(crate) address: SocketAddr,
    /// The lines before the one with the address.
    pub(crate) greeting: Vec<String>,
}

impl Receiver {
    /// Starts a receiver, and waits until it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = lines_of(child.stdout.take().expect("it is piped"));
        let stderr = child.stderr.take().map_or_else(|| mpsc::channel().1, lines_of);
        let mut receiver = Self {
            child,
            stdout,
            stderr,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            greeting: Vec::new(),
        };
        loop {
            let line = receiver.line();
            if let Some(address) = listens_on(&line) {
                receiver.address = address;
                return receiver;
            }
            receiver.greeting.push(line);
        }
    }

    /// Starts a receiver, waits until it listens, and closes its stdout and stderr.
    pub(crate) fn deaf(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stderr.take());
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address = lines.find_map(|line| listens_on(&line.unwrap()));
        let [(_, stdout), (_, stderr)] = [mpsc::channel(), mpsc::channel()];
        Self {
            child,
            stdout,
            stderr,
            address: address.expect("it listens"),
            greeting: Vec::new(),
        }
    }

    /// The next line on stdout.
    #[track_caller]
    pub(crate) fn line(&self) -> String {
        next(&self.stdout)
    }

    /// The next line on stderr, if the command pipes it.
    #[track_caller]
    pub(crate) fn complaint(&self) -> String {
        next(&self.stderr)
    }

    /// Stops it, and returns the remaining lines on stderr.
    pub(crate) fn last_complaints(mut self) -> Vec<String> {
        self.signal("TERM");
        self.end();
        self.stderr.iter().collect()
    }

    #[track_caller]
    pub(crate) fn lines<const N: usize>(&self) -> [String; N] {
        std::array::from_fn(|_| self.line())
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it this signal.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end, which must come soon.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        end(&mut self.child, SOON)
    }

    /// Waits for its end, which must come in this time.
    #[track_caller]
    pub(crate) fn end_within(&mut self, time: Duration) -> ExitStatus {
        end(&mut self.child, time)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the line that says where a receiver listens.
fn listens_on(line: &str) -> Option<SocketAddr> {
    let (_, url) = line.split_once("Listening on http")?;
    let (_, url) = url.split_once("://")?;
    let address = url.split('/').next().expect("a split has a first part");
    Some(address.parse().expect(line))
}

fn lines_of(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let mut read = BufReader::new(pipe).lines().map_while(Result::ok);
    thread::spawn(move || read.try_for_each(|line| sender.send(line)));
    lines
}

#[track_caller]
fn next(lines: &mpsc::Receiver<String>) -> String {
    match lines.recv_timeout(PATIENCE) {
        Ok(line) => line,
        Err(RecvTimeoutError::Timeout) => panic!("no more lines are printed"),
        Err(RecvTimeoutError::Disconnected) => panic!("the receiver has ended"),
    }
}

/// The error message of a command that cannot start: it prints nothing else, and exits with 1.
#[track_caller]
pub(crate) fn refusal(mut command: Command) -> String {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let ended = end(&mut child, SOON);
    let output = child.wait_with_output().unwrap();
    assert_eq!(ended.code(), Some(1));
    assert_eq!(output.stdout, b"");
    String::from_utf8(output.stderr).unwrap()
}

/// Waits for a process to end.
#[track_caller]
fn end(child: &mut Child, time: Duration) -> ExitStatus {
    let start = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return status,
            None if start.elapsed() > time => panic!("it does not end"),
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}
