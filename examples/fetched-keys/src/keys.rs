//! Public keys by their ids: in a cache, or fetched from the provider.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION};
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use moka::future::Cache;
use serde_json::Value;
use tokio::time::timeout;
use tower_webhook::{P256PublicKey, SecretSource, Secrets};

/// The only hosts that keys come from, by HTTPS. Tests run a server on loopback.
const HOSTS: [&str; 1] = ["api.circle.com"];

/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes.
const LONGEST: usize = 4 * 1024;

/// How many keys are kept, including ids without a key. A key never changes under its id; an hour bounds how long one
/// that was withdrawn is trusted.
const CAPACITY: u64 = 1000;
const FRESH: Duration = Duration::from_hours(1);
/// How long a key is trusted while it cannot be fetched again.
const TRUSTED: Duration = Duration::from_hours(24);

/// How many keys that nobody has seen yet are fetched in a minute at most: anyone can send an id that nobody has. While
/// strangers use them up, the first deliveries under a new key are answered with 503, and sent again.
const FETCHES: u32 = 20;

#[derive(Clone)]
pub(crate) struct Keys(Arc<Inner>);

struct Inner {
    base: Uri,
    authorization: HeaderValue,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    known: Cache<String, Option<Secrets<P256PublicKey>>>,
    /// The keys that were found, apart from what strangers ask for. They are used when they cannot be fetched again,
    /// and to fetch one of them again is no fetch that strangers can use up.
    trusted: Cache<String, Secrets<P256PublicKey>>,
    window: Mutex<Window>,
}

/// The fetches of a minute.
struct Window {
    start: Instant,
    fetches: u32,
}

impl Keys {
    /// Keys at this URL, each behind its id.
    pub(crate) fn new(base: Uri, api_key: &str) -> anyhow::Result<Self> {
        let host = base.host().unwrap_or_default();
        let is_listed = base.scheme_str() == Some("https") && HOSTS.contains(&host);
        let is_test = cfg!(test) && host == "127.0.0.1";
        ensure!(
            is_listed || is_test,
            "{base} is not an `https` URL of {HOSTS:?}: take one that is"
        );
        let mut authorization = HeaderValue::try_from(format!("Bearer {api_key}")).context("the API key")?;
        authorization.set_sensitive(true);
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_all_versions()
            .build();
        Ok(Self(Arc::new(Inner {
            base,
            authorization,
            // It follows no redirects, which could lead to another host.
            client: Client::builder(TokioExecutor::new()).build(connector),
            known: Cache::builder().max_capacity(CAPACITY).time_to_live(FRESH).build(),
            trusted: Cache::builder().max_capacity(CAPACITY).time_to_live(TRUSTED).build(),
            window: Mutex::new(Window {
                start: Instant::now(),
                fetches: 0,
            }),
        })))
    }
}

impl SecretSource<P256PublicKey> for Keys {
    type Error = anyhow::Error;

    async fn secrets(&self, head: &Parts) -> anyhow::Result<Option<Secrets<P256PublicKey>>> {
        let mut ids = head.headers.get_all("x-circle-key-id").iter();
        let (Some(id), None) = (ids.next(), ids.next()) else {
            return Ok(None);
        };
        let Some(id) = id.to_str().ok().filter(|id| is_uuid(id)) else {
            return Ok(None);
        };
        // One id for one key, in whatever case it was sent.
        let id = &*id.to_ascii_lowercase();
        // Concurrent requests for one key share a fetch. Failures are not cached, and are answered with 503.
        match self.0.known.try_get_with_by_ref(id, self.0.fetch(id)).await {
            Ok(Some(key)) => {
                self.0.trusted.insert(id.to_owned(), key.clone()).await;
                Ok(Some(key))
            }
            Ok(None) => Ok(None),
            Err(shared) => match self.0.trusted.get(id).await {
                Some(key) => Ok(Some(key)),
                None => Err(anyhow!("{shared:#}")),
            },
        }
    }
}

impl Inner {
    async fn fetch(&self, id: &str) -> anyhow::Result<Option<Secrets<P256PublicKey>>> {
        if !self.trusted.contains_key(id) {
            self.count_fetch()?;
        }
        let request = Request::get(format!("{}{id}", self.base))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, &self.authorization)
            .body(Empty::new())?;
        let answer = timeout(PATIENCE, async {
            let answer = self.client.request(request).await?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LONGEST).collect().await;
            anyhow::Ok((status, body.map_err(|error| anyhow!(error))?.to_bytes()))
        });
        let (status, body) = answer.await.with_context(|| format!("no key within {PATIENCE:?}"))??;
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        ensure!(status == StatusCode::OK, "the answer for a key is {status}");
        let answer: Value = serde_json::from_slice(&body).context("the answer for a key")?;
        let (key, algorithm) = (&answer["data"]["publicKey"], &answer["data"]["algorithm"]);
        ensure!(algorithm == "ECDSA_SHA_256", "the key {id} is for {algorithm}");
        let key = key.as_str().context("an answer without `data.publicKey`")?;
        Ok(Some(Secrets::new(P256PublicKey::new(key)?.label(id))))
    }

    fn count_fetch(&self) -> anyhow::Result<()> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.start.elapsed() >= Duration::from_mins(1) {
            *window = Window {
                start: Instant::now(),
                fetches: 0,
            };
        }
        window.fetches += 1;
        ensure!(window.fetches <= FETCHES, "more than {FETCHES} keys in a minute");
        Ok(())
    }
}

/// Whether it is a UUID, and so no part of a URL that could lead elsewhere.
fn is_uuid(id: &str) -> bool {
    let is_form = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    id.len() == 36 && id.bytes().enumerate().all(is_form)
}
