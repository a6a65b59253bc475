//! The plain speed of a database, without an inbox.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::process::Command;
use tokio::time::timeout;

const AT_MOST: Duration = Duration::from_mins(1);
/// How long each is measured.
const SECONDS: u64 = 3;

/// Single-row commits a second by one plain connection to a SQLite file in this folder, with the settings of the inbox.
/// Python's module calls the C library directly.
pub(crate) async fn sqlite(folder: &Path) -> anyhow::Result<f64> {
    let program = format!(
        r"
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute('PRAGMA journal_mode=WAL')
connection.execute('PRAGMA synchronous=FULL')
connection.execute('CREATE TABLE deliveries (id INTEGER PRIMARY KEY, body BLOB)')
body, count, start = b'x' * 110, 0, time.monotonic()
while time.monotonic() - start < {SECONDS}:
    connection.execute('INSERT INTO deliveries (body) VALUES (?)', (body,))
    count += 1
print(count / (time.monotonic() - start))
"
    );
    let file = folder.join(format!(
        "plain-{}.db",
        Instant::now().elapsed().as_nanos() + u128::from(std::process::id())
    ));
    let _ = std::fs::remove_file(&file);
    let mut python = Command::new("python3");
    python.args(["-c", &program]).arg(&file);
    let printed = output(&mut python).await?;
    std::fs::remove_file(&file)?;
    Ok(printed.trim().parse()?)
}

/// Single-row inserts a second by pgbench with 32 clients.
pub(crate) async fn postgres(url: &str, folder: &Path) -> anyhow::Result<f64> {
    let create = "DROP TABLE IF EXISTS plain; CREATE TABLE plain (id bigserial PRIMARY KEY, body bytea)";
    output(Command::new("psql").args(["-q", url, "-c", create])).await?;
    let script = folder.join("insert.sql");
    std::fs::write(
        &script,
        format!("INSERT INTO plain (body) VALUES ('{}');\n", "x".repeat(110)),
    )?;
    let seconds = SECONDS.to_string();
    let mut pgbench = Command::new("pgbench");
    pgbench
        .args(["-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", &seconds, "-f"])
        .arg(&script)
        .arg(url);
    let printed = output(&mut pgbench).await?;
    output(Command::new("psql").args(["-q", url, "-c", "DROP TABLE plain"])).await?;
    let tps = printed
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .context("pgbench prints no tps")?;
    Ok(tps.split_whitespace().next().context("no number")?.parse()?)
}

pub(crate) async fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = timeout(AT_MOST, command.kill_on_drop(true).output())
        .await
        .context("it takes too long")??;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}
