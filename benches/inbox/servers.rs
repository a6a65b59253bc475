//! An empty database for each measurement.

use std::env;
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::baselines::output;
use crate::rows::Backend;

static NEXT: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Database {
    pub(crate) url: String,
    /// The server of PostgreSQL, from which the database is dropped.
    server: Option<String>,
    /// A server of its own.
    child: Option<Child>,
}

impl Database {
    /// A new file, a new database on the PostgreSQL server in `BENCH_POSTGRES_URL`, or a Redis (without persistence) or
    /// NATS server of its own.
    pub(crate) async fn start(backend: Backend, folder: &TempDir) -> anyhow::Result<Self> {
        let name = format!(
            "throughput_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = folder.path().join(&name);
        match backend {
            Backend::Sqlite => Ok(Self {
                url: format!("sqlite://{}.db", path.display()),
                server: None,
                child: None,
            }),
            Backend::Postgres => {
                let local = || "postgres://postgres@127.0.0.1:5432/postgres".to_owned();
                let server = env::var("BENCH_POSTGRES_URL").unwrap_or_else(|_| local());
                output(Command::new("psql").args(["-q", &server, "-c", &format!("CREATE DATABASE {name}")])).await?;
                let (base, _) = server.rsplit_once('/').context("BENCH_POSTGRES_URL names a database")?;
                Ok(Self {
                    url: format!("{base}/{name}"),
                    server: Some(server),
                    child: None,
                })
            }
            Backend::Redis => {
                let port = free_port()?;
                let mut redis = Command::new("redis-server");
                redis.args([
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    &port.to_string(),
                    "--save",
                    "",
                    "--dir",
                ]);
                redis.arg(folder.path());
                Self::spawn(&mut redis, format!("redis://127.0.0.1:{port}"), port).await
            }
            Backend::Nats => {
                let port = free_port()?;
                // The default is 1 MiB, and a body of 2 MiB takes four thirds of its size.
                let config = folder.path().join("nats.conf");
                std::fs::write(&config, "max_payload: 8388608")?;
                let mut nats = Command::new("nats-server");
                nats.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]);
                nats.arg(path).arg("-c").arg(config);
                Self::spawn(&mut nats, format!("nats://127.0.0.1:{port}"), port).await
            }
        }
    }

    async fn spawn(command: &mut Command, url: String, port: u16) -> anyhow::Result<Self> {
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("{command:?}"))?;
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(Self {
                    url,
                    server: None,
                    child: Some(child),
                });
            }
            sleep(Duration::from_millis(50)).await;
        }
        bail!("nothing answers at {url}")
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(server) = &self.server {
            let (_, name) = self.url.rsplit_once('/').context("it names a database")?;
            output(Command::new("psql").args(["-q", server, "-c", &format!("DROP DATABASE {name} WITH (FORCE)")]))
                .await?;
        }
        if let Some(child) = &mut self.child {
            child.kill().await?;
        }
        Ok(())
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
