//! Posts signed deliveries, all different, over several connections.

use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;

use crate::receiver::SECRET;

const AT_MOST: Duration = Duration::from_mins(3);

/// What was posted.
pub(crate) struct Load {
    pub(crate) deliveries: usize,
    /// At the same time.
    pub(crate) connections: usize,
    /// How many bytes each body has, at least 110.
    pub(crate) bytes: usize,
}

/// How it was answered.
pub(crate) struct Answers {
    /// When the first was posted, in nanoseconds of the clock that all processes of a machine share.
    pub(crate) began: u128,
    pub(crate) took: Duration,
    latencies: Vec<Duration>,
}

impl Answers {
    pub(crate) fn a_second(&self) -> f64 {
        rate(self.latencies.len(), self.took)
    }

    /// The latency within which this many per cent were answered.
    pub(crate) fn within(&self, per_cent: usize) -> Duration {
        self.latencies[(self.latencies.len() - 1) * per_cent / 100]
    }
}

/// How many a second this is.
#[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
pub(crate) fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

pub(crate) fn now() -> u128 {
    UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos())
}

impl Load {
    /// Posts them, and expects a 200 for each.
    pub(crate) async fn post(&self, url: &str) -> anyhow::Result<Answers> {
        let url: Uri = url.parse()?;
        let signer = Signer::new(Knowrithm, &SigningSecret::new(SECRET)?);
        // Signed beforehand, where there is room for it, so that the senders take less of the machine.
        let run = now();
        let mine = |connection| (connection..self.deliveries).step_by(self.connections);
        let batches: Vec<Vec<Request<Full<Bytes>>>> = (0..self.connections)
            .map(|connection| {
                mine(connection)
                    .map(|number| self.request(&url, &signer, run, number))
                    .collect()
            })
            .collect::<anyhow::Result<_>>()?;
        let (began, start) = (now(), Instant::now());
        let posts = batches.into_iter().map(|requests| post_in_turn(&url, requests));
        let latencies = timeout(AT_MOST, try_join_all(posts))
            .await
            .context("not answered in time")??;
        let took = start.elapsed();
        let mut latencies = latencies.concat();
        latencies.sort_unstable();
        Ok(Answers { began, took, latencies })
    }

    fn request(&self, url: &Uri, signer: &Signer, run: u128, number: usize) -> anyhow::Result<Request<Full<Bytes>>> {
        let authority = url.authority().context("the URL names no host")?;
        let event = r#"{"event":"lead.created","timestamp":"2024-05-21T10:30:00Z","data":{"id":""#;
        let mut body = format!(r#"{event}{run}-{number}","more":""#);
        let more = self.bytes.saturating_sub(body.len() + 3);
        body.extend(std::iter::repeat_n('x', more));
        body += r#""}}"#;
        let request = Request::post(url.path())
            .header("host", authority.as_str())
            .body(body)?;
        Ok(signer.sign(request).map(|body| Full::new(Bytes::from(body))))
    }
}

/// Posts them over one connection. Returns the latencies.
async fn post_in_turn(url: &Uri, requests: Vec<Request<Full<Bytes>>>) -> anyhow::Result<Vec<Duration>> {
    let authority = url.authority().context("the URL names no host")?;
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut latencies = Vec::with_capacity(requests.len());
    for request in requests {
        let start = Instant::now();
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        ensure!(
            response.status() == 200,
            "answered {} after {:?}",
            response.status(),
            start.elapsed()
        );
        response.into_body().collect().await?;
        latencies.push(start.elapsed());
    }
    Ok(latencies)
}
