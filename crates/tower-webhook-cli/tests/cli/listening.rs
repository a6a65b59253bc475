//! A running `tower-webhook listen`, whose lines the test reads.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tower_webhook::SigningSecret;
use tower_webhook::scheme::SigningScheme;
use tower_webhook::sign::Signer;

use crate::exchange::PATIENCE;
use crate::process;

pub(crate) const SECRET: &str = "whk_demo";

pub(crate) struct Listening {
    child: Child,
    lines: Receiver<String>,
    pub(crate) url: String,
    /// The page, with `--json` and when there is one. It ends with `/`.
    pub(crate) page: Option<String>,
}

impl Listening {
    /// Starts it on a free port, with the secret of these tests.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(SECRET, arguments)
    }

    pub(crate) fn start_with(secret: &str, arguments: &[&str]) -> Self {
        let mut command = process::command(&["listen", "--port", "0", "--secret-env", "TEST_OF_LISTEN"]);
        command.args(arguments).env("TEST_OF_LISTEN", secret);
        Self::spawn(command)
    }

    pub(crate) fn start_without_secret(arguments: &[&str]) -> Self {
        let mut command = process::command(&["listen", "--port", "0"]);
        command.args(arguments);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = read(BufReader::new(child.stdout.take().unwrap()));
        let mut listening = Self {
            child,
            lines,
            url: String::new(),
            page: None,
        };
        let first = listening.line();
        if let Some(url) = first.strip_prefix("Listening on ") {
            url.clone_into(&mut listening.url);
        } else {
            let first = json(&first);
            listening.page = first["page"].as_str().map(str::to_owned);
            first["url"].as_str().unwrap().clone_into(&mut listening.url);
        }
        listening
    }

    /// The URL of the page, or of what it asks for.
    pub(crate) fn of_page(&self, below: &str) -> String {
        format!("{}{below}", self.page.as_ref().expect("a page"))
    }

    /// The scheme, host and port.
    pub(crate) fn base(&self) -> String {
        self.url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
    }

    /// The next line.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }

    /// The lines up to one that contains this text.
    pub(crate) fn until(&self, text: &str) -> String {
        let mut read = String::new();
        while !read.lines().next_back().is_some_and(|line| line.contains(text)) {
            let line = self.lines.recv_timeout(PATIENCE);
            read += &line.unwrap_or_else(|_| panic!("no line with {text}, only:\n{read}"));
            read.push('\n');
        }
        read
    }

    /// Ends it as Ctrl-C does, and returns what it still printed.
    pub(crate) fn end(mut self) -> (String, ExitStatus) {
        let kill = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let status = self.wait();
        (self.lines.iter().map(|line| line + "\n").collect(), status)
    }

    /// Closes its output, and waits for its end.
    pub(crate) fn close_output(mut self, send: impl Fn(&str) -> bool) -> ExitStatus {
        // The thread that reads ends with the next line that it cannot pass on.
        self.lines = mpsc::channel().1;
        while send(&self.url) {}
        self.wait()
    }

    fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: impl BufRead + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in output.lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    lines
}

pub(crate) fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// The headers that sign a body.
pub(crate) fn signed<S>(scheme: S, secret: &str, body: &[u8]) -> Vec<(String, String)>
where
    S: SigningScheme<Secret = SigningSecret>,
{
    of(&Signer::new(scheme, &SigningSecret::new(secret).unwrap()), body)
}

pub(crate) fn of(signer: &Signer, body: &[u8]) -> Vec<(String, String)> {
    let headers = signer.headers(body);
    let headers = headers.iter();
    headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect()
}

/// As [`exchange`](crate::exchange) takes them.
pub(crate) fn pairs(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (&**name, &**value)).collect()
}
