//! Posts signed deliveries, all different, and prints how many were answered in a second:
//! `cargo run --release -p inbox --bin load -- <url> <deliveries> <connections>`, with the secret of the receiver in
//! `KNOWRITHM_WEBHOOK_SECRET`.

use std::env;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;

/// The most deliveries that may be asked for.
const MOST: u32 = 1_000_000;
/// After how long the program gives up.
const AT_MOST: Duration = Duration::from_mins(2);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [url, deliveries, connections] = arguments.as_slice() else {
        bail!("load <url> <deliveries> <connections>");
    };
    let url: Uri = url.parse().context("the first argument is a URL")?;
    let deliveries: u32 = deliveries.parse().context("the second argument is a number")?;
    let connections: u32 = connections.parse().context("the third argument is a number")?;
    ensure!(
        (1..=MOST).contains(&deliveries) && (1..=1000).contains(&connections),
        "out of bounds"
    );
    let signer = Signer::new(Knowrithm, &SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?);

    let start = Instant::now();
    let run = start.elapsed().as_nanos() + u128::from(std::process::id()) + now();
    let senders = (0..connections).map(|connection| {
        let mine = (connection..deliveries).step_by(connections as usize);
        post(&url, &signer, mine.map(move |number| format!("{run}-{number}")))
    });
    let mut latencies: Vec<_> = timeout(AT_MOST, try_join_all(senders))
        .await
        .context("not done in 120 s")??
        .concat();
    let took = start.elapsed();

    latencies.sort_unstable();
    let at = |share: usize| latencies[(latencies.len() - 1) * share / 100];
    println!(
        "{} deliveries in {took:.2?}: {:.0}/s; answered after {:.2?} (median), {:.2?} (99 %)",
        latencies.len(),
        f64::from(deliveries) / took.as_secs_f64(),
        at(50),
        at(99),
    );
    Ok(())
}

/// Posts one delivery after the other over one connection, and expects a 200 for each. Returns the latencies.
async fn post(url: &Uri, signer: &Signer, ids: impl Iterator<Item = String>) -> anyhow::Result<Vec<Duration>> {
    let authority = url.authority().context("the URL names no host")?;
    let address = (authority.host(), authority.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut latencies = Vec::new();
    for id in ids {
        let body = format!(
            r#"{{"event":"lead.created","timestamp":"2024-05-21T10:30:00Z","data":{{"id":"{id}","first_name":"John"}}}}"#
        );
        let request = Request::post(url.path())
            .header("host", authority.as_str())
            .body(body)?;
        let request = signer.sign(request).map(Full::<hyper::body::Bytes>::from);
        let start = Instant::now();
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        ensure!(response.status() == 200, "answered {}", response.status());
        response.into_body().collect().await?;
        latencies.push(start.elapsed());
    }
    Ok(latencies)
}

fn now() -> u128 {
    std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos())
}
