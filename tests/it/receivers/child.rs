//! A receiver as it was built, running in a process of its own for as long as a test holds it.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::SECRET;

const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Axum,
    Warp,
    Hyper,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Axum, Kind::Warp, Kind::Hyper];

impl Kind {
    /// A command that starts this receiver, with a port of its own choice and without a secret.
    pub(crate) fn command(self) -> Command {
        static BUILT: LazyLock<[PathBuf; 3]> =
            LazyLock::new(|| ["axum-receiver", "warp-receiver", "hyper-receiver"].map(build));
        let mut command = Command::new(&BUILT[self as usize]);
        command.env("PORT", "0").env_remove("KNOWRITHM_WEBHOOK_SECRET");
        command
    }

    /// Starts this receiver with the secret of the tests.
    pub(crate) fn start(self) -> Receiver {
        let mut command = self.command();
        command.env("KNOWRITHM_WEBHOOK_SECRET", SECRET);
        Receiver::start(command)
    }
}

/// The receiver for every provider, without any secret.
pub(crate) fn providers() -> Command {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| build("providers"));
    let mut command = Command::new(&*BUILT);
    command.env("PORT", "0").stderr(Stdio::piped());
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().contains("_WEBHOOK_SECRET") {
            command.env_remove(name);
        }
    }
    command
}

/// The receiver for many tenants, on this database.
pub(crate) fn tenants(database: &str) -> Command {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| build("tenants"));
    let mut command = Command::new(&*BUILT);
    command.env("PORT", "0").env("DATABASE_URL", database);
    command.stderr(Stdio::piped());
    command
}

/// Builds each package by itself, as its reader would: built together, one would lend the others its features.
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
}

impl Receiver {
    /// Starts a receiver, and waits until it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = lines_of(child.stdout.take().expect("it is piped"));
        let stderr = child.stderr.take().map_or_else(|| mpsc::channel().1, lines_of);

        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut receiver = Self {
            child,
            stdout,
            stderr,
            address,
        };
        receiver.address = listens_on(&receiver.line());
        receiver
    }

    /// Starts a receiver, waits until it listens, and then hangs up on what it prints.
    pub(crate) fn deaf(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut greeting = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut greeting).unwrap();
        drop(child.stderr.take());
        let [(_, stdout), (_, stderr)] = [mpsc::channel(), mpsc::channel()];
        let address = listens_on(greeting.trim_end());
        Self {
            child,
            stdout,
            stderr,
            address,
        }
    }

    /// The next line that it prints.
    pub(crate) fn line(&self) -> String {
        next(&self.stdout)
    }

    /// The next line of its complaints, if its command pipes them.
    pub(crate) fn complaint(&self) -> String {
        next(&self.stderr)
    }

    /// Has it end, and says what it has complained of besides.
    pub(crate) fn last_complaints(mut self) -> Vec<String> {
        self.signal("TERM");
        self.end();
        self.stderr.iter().collect()
    }

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

    /// How it ended; it must do so soon.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        end(&mut self.child)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listens_on(greeting: &str) -> SocketAddr {
    let url = greeting.strip_prefix("Listening on http://").expect(greeting);
    let address = url.split('/').next().unwrap();
    address.parse().unwrap()
}

fn lines_of(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let mut read = BufReader::new(pipe).lines().map_while(Result::ok);
    thread::spawn(move || read.try_for_each(|line| sender.send(line)));
    lines
}

fn next(lines: &mpsc::Receiver<String>) -> String {
    match lines.recv_timeout(PATIENCE) {
        Ok(line) => line,
        Err(RecvTimeoutError::Timeout) => panic!("nothing more is printed"),
        Err(RecvTimeoutError::Disconnected) => panic!("the receiver is gone"),
    }
}

/// What a command complains of that cannot begin, and ends with 1.
pub(crate) fn refusal(mut command: Command) -> String {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let ended = end(&mut child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(ended.code(), Some(1));
    assert_eq!(output.stdout, b"");
    String::from_utf8(output.stderr).unwrap()
}

/// Waits for a process to end, but less than the eight seconds that receivers give to requests under way.
#[track_caller]
pub(crate) fn end(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return status,
            None if start.elapsed() > Duration::from_secs(5) => panic!("it does not end"),
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}
