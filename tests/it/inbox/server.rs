//! A PostgreSQL, Redis or NATS server for one test, which can stop, kill and restart it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::database::{Backend, skip};
use super::process::PATIENCE;

pub(super) struct Server {
    backend: Backend,
    binary: PathBuf,
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Server {
    /// Starts a server, or skips when its program is not installed.
    pub(super) fn start(backend: Backend) -> Option<Self> {
        let Some(binary) = program(backend) else {
            skip(&format!("{backend:?} is not installed"));
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        if backend == Backend::Postgres {
            // It refuses to run as root, and on a folder of another user.
            if let Some((user, group)) = postgres_user() {
                std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
            }
            let mut initdb = unprivileged(&binary.with_file_name("initdb"));
            initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "-D"]);
            let output = initdb.arg(folder.path().join("data")).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let child = spawn(backend, &binary, folder.path(), port);
        Some(Self {
            backend,
            binary,
            folder,
            port,
            child,
        })
    }

    pub(super) fn url(&self) -> String {
        match self.backend {
            Backend::Postgres => format!("postgres://postgres@127.0.0.1:{}/postgres", self.port),
            Backend::Redis => format!("redis://127.0.0.1:{}", self.port),
            Backend::Nats => format!("nats://127.0.0.1:{}", self.port),
            Backend::Sqlite => unreachable!("it has no server"),
        }
    }

    /// Stops every process of the server, so that its connections stay open and nothing answers.
    pub(super) fn stop(&self) {
        self.signal("STOP");
    }

    pub(super) fn go_on(&self) {
        self.signal("CONT");
    }

    /// Kills every process of the server.
    pub(super) fn kill(&mut self) {
        self.signal("KILL");
        self.child.wait().unwrap();
    }

    /// Ends the server as a deploy does, which lets it write down what it knows.
    pub(super) fn end(&mut self) {
        self.signal("TERM");
        self.child.wait().unwrap();
    }

    /// Starts it again after its end, on the same folder and port.
    pub(super) fn restart(&mut self) {
        self.child = spawn(self.backend, &self.binary, self.folder.path(), self.port);
    }

    fn signal(&self, name: &str) {
        let parent = self.child.id();
        // PostgreSQL has one process for each connection. The parent comes first, so that it starts no new ones.
        let own = || fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        let children = own();
        let pids: Vec<_> = [parent.to_string()]
            .into_iter()
            .chain(children.split_whitespace().map(str::to_owned))
            .collect();
        let kill = format!("kill -{name} {} 2>/dev/null", pids.join(" "));
        // It fails if a child has ended meanwhile.
        let _ = Command::new("sh").args(["-c", &kill]).status().unwrap();
        if name == "STOP" {
            for late in own().split_whitespace().filter(|pid| !children.contains(pid)) {
                let _ = Command::new("sh")
                    .args(["-c", &format!("kill -STOP {late}")])
                    .status()
                    .unwrap();
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.child.wait();
    }
}

/// Starts the server, and waits until it accepts connections.
fn spawn(backend: Backend, binary: &Path, folder: &Path, port: u16) -> Child {
    let mut command;
    if backend == Backend::Postgres {
        command = unprivileged(binary);
        command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
        command.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    } else if backend == Backend::Nats {
        command = Command::new(binary);
        command
            .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"])
            .arg(folder);
    } else {
        command = Command::new(binary);
        command.args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
        ]);
        command.args(["--port", &port.to_string(), "--dir"]).arg(folder);
    }
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = quiet.spawn().unwrap();
    let start = Instant::now();
    while !is_up(backend, port) {
        assert!(start.elapsed() < PATIENCE, "{backend:?} does not start");
        thread::sleep(Duration::from_millis(50));
    }
    child
}

fn is_up(backend: Backend, port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return false;
    };
    if backend == Backend::Redis {
        let mut answer = [0; 5];
        stream.write_all(b"PING\r\n").is_ok() && stream.read_exact(&mut answer).is_ok() && &answer == b"+PONG"
    } else if backend == Backend::Nats {
        // It speaks first, and JetStream is ready then.
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).is_ok() && &answer == b"INFO"
    } else {
        // A start-up packet of version 3.0. A server that has started answers `R`, for authentication.
        let parameters = b"user\0postgres\0database\0postgres\0\0";
        let length = u32::try_from(8 + parameters.len()).unwrap();
        let packet = [&length.to_be_bytes()[..], &196_608_u32.to_be_bytes(), parameters].concat();
        let mut answer = [0; 1];
        stream.write_all(&packet).is_ok() && stream.read_exact(&mut answer).is_ok() && answer == *b"R"
    }
}

/// Finds the server's program. That of PostgreSQL is often not in the path.
fn program(backend: Backend) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if backend == Backend::Postgres {
        let installed = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
        let mut folders: Vec<_> = installed.map(|version| version.path().join("bin")).collect();
        folders.sort();
        folders.extend(std::env::split_paths(&path));
        let complete = |folder: &&PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
        return folders.iter().find(complete).map(|folder| folder.join("postgres"));
    }
    let name = if backend == Backend::Nats {
        "nats-server"
    } else {
        "redis-server"
    };
    let mut programs = std::env::split_paths(&path).map(|folder| folder.join(name));
    programs.find(|path| path.is_file())
}

/// A command that runs as the user `postgres` when the test runs as root.
fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = postgres_user() {
        command.uid(user).gid(group);
    }
    command
}

/// The user `postgres` and its group, when the test runs as root.
pub(super) fn postgres_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if id(&["-u"])? != 0 {
        return None;
    }
    Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?))
}
