//! A receiver in a process of its own, which ends with its owner.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::build::{Built, route};
use crate::post::{event, post};
use crate::process;

const PATIENCE: Duration = Duration::from_secs(10);

/// How many lines of its output are kept.
const LINES: usize = 10_000;

pub(crate) struct Receiver {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    /// Its data. Deleted after the process has ended.
    _folder: TempDir,
}

impl Receiver {
    /// Starts a receiver, and waits until it listens.
    pub(crate) async fn start(built: &Built, name: &'static str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let command = built.command(name, folder.path());
        Self::of(name, command, folder).await
    }

    /// The same, with a limit on the files that it may have open.
    pub(crate) async fn start_with_files(built: &Built, name: &'static str, files: usize) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let command = built.command_with_files(name, folder.path(), files);
        Self::of(name, command, folder).await
    }

    /// Starts any command that says where it listens.
    pub(crate) async fn of(name: &'static str, mut command: Command, folder: TempDir) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let lines = Arc::default();
        read_lines(child.stdout.take().context("it is piped")?, Arc::clone(&lines));
        read_lines(child.stderr.take().context("it is piped")?, Arc::clone(&lines));
        let mut receiver = Self {
            name,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            child,
            lines,
            _folder: folder,
        };
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(address) = receiver.lines().iter().find_map(|line| listens_on(line)) {
                receiver.address = address;
                return Ok(receiver);
            }
            if receiver.child.try_wait()?.is_some() {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
        bail!("{name} does not start: {}", receiver.lines().join("\n"))
    }

    /// Serves a few genuine requests, after which what is allocated once is there, and returns the memory in use.
    pub(crate) async fn warm_up(&self) -> anyhow::Result<u64> {
        for _ in 0..8 {
            let answer = post(self.address, self.route(), &event(2048), PATIENCE).await?;
            anyhow::ensure!(
                answer.status == 200,
                "a genuine request is answered with {}",
                answer.status
            );
        }
        sleep(Duration::from_millis(300)).await;
        process::forget_peak(self.id())?;
        process::memory(self.id())
    }

    pub(crate) fn route(&self) -> &'static str {
        route(self.name)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The lines that it printed on stdout and stderr.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long it takes to end, if that is at most `patience`.
    pub(crate) async fn ends_within(&mut self, patience: Duration) -> anyhow::Result<Option<Duration>> {
        let start = Instant::now();
        while start.elapsed() < patience {
            if self.child.try_wait()?.is_some() {
                return Ok(Some(start.elapsed()));
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(None)
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
    let (_, url) = line.split_once("Listening on http://")?;
    url.split('/').next()?.parse().ok()
}

fn read_lines(pipe: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() < LINES {
                lines.push(line);
            }
        }
    });
}
