//! The receiver in a process of its own.

use std::env;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// The most that a start or a run may take.
const AT_MOST: Duration = Duration::from_mins(3);

pub(crate) struct Receiver {
    pub(crate) url: String,
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Receiver {
    /// Starts a receiver on this database. Its worker, if it works, waits for [`go`](Self::go).
    pub(crate) async fn start(database: &str, works: bool, expected: usize) -> anyhow::Result<Self> {
        let work = if works { "work" } else { "accept" };
        let mut command = Command::new(env::current_exe()?);
        command.args(["receiver", database, work, &expected.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let input = child.stdin.take().context("it is piped")?;
        let lines = BufReader::new(child.stdout.take().context("it is piped")?).lines();
        let mut receiver = Self {
            url: String::new(),
            child,
            input,
            lines,
        };
        let address = receiver.line("listening on ").await?;
        receiver.url = format!("http://{address}/");
        Ok(receiver)
    }

    /// Lets the worker begin.
    pub(crate) async fn go(&mut self) -> anyhow::Result<()> {
        Ok(self.input.write_all(b"go\n").await?)
    }

    /// Waits until the handler has been called as often as expected, and returns the time, in nanoseconds.
    pub(crate) async fn done(&mut self) -> anyhow::Result<u128> {
        Ok(self.line("done at ").await?.parse()?)
    }

    async fn line(&mut self, begins: &str) -> anyhow::Result<String> {
        let line = timeout(AT_MOST, self.lines.next_line()).await;
        let line = line.with_context(|| format!("no line {begins:?}"))??;
        match line.as_deref().and_then(|line| line.strip_prefix(begins)) {
            Some(rest) => Ok(rest.to_owned()),
            None => bail!("{line:?} in place of {begins:?}"),
        }
    }

    /// A figure of `/proc/<pid>/status`, in bytes.
    pub(crate) fn memory(&self, name: &str) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .context("no such figure")?;
        let kib: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
        Ok(kib * 1024)
    }

    /// Resets the peak of the memory.
    pub(crate) fn forget_peak(&self) -> anyhow::Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.id()?), "5")?)
    }

    fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("it has ended")
    }

    /// Lets the worker end in its own way, so that no other one has to take over what it holds.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let Self { mut child, input, .. } = self;
        drop(input);
        timeout(AT_MOST, child.wait()).await.context("it does not stop")??;
        Ok(())
    }
}
