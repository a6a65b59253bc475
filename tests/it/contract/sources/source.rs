//! A scripted source of secrets that counts its lookups.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::request::Parts;
use tower_webhook::{SecretSource, Secrets};

use super::super::kind::Kind;
use super::super::supply::{Set, labelled};
use crate::support::body::seconds;

/// A source with a fixed answer.
#[derive(Clone)]
pub(crate) struct Source {
    answer: Answer,
    asked: Arc<AtomicUsize>,
    under_way: Arc<AtomicUsize>,
}

#[derive(Clone, Copy)]
pub(crate) enum Answer {
    Known,
    Unknown,
    Fails,
    KnownAfter(u64),
    FailsAfter(u64),
    Never,
    /// Known for `POST` to this path with this query.
    KnownFor(&'static str),
    /// Known for a whole body with this text in it.
    KnownForBody(&'static str),
    /// Known for a request that an earlier layer marked.
    KnownForTenant,
}

/// The extension that an earlier layer inserts.
#[derive(Clone)]
pub(crate) struct Tenant;

#[derive(Debug)]
pub(crate) struct Outage;

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")
    }
}

impl std::error::Error for Outage {}

impl Source {
    pub(crate) fn new(answer: Answer) -> Self {
        let (asked, under_way) = (Arc::default(), Arc::default());
        Self {
            answer,
            asked,
            under_way,
        }
    }

    /// How many lookups were started.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Starts counting at zero.
    pub(crate) fn reset(&self) {
        self.asked.store(0, Ordering::Relaxed);
    }

    /// How many lookups are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }
}

/// A lookup under way; dropped with its future.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn begin(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<K: Kind> SecretSource<K> for Source {
    type Error = Outage;

    async fn secrets(&self, head: &Parts) -> Result<Option<Secrets<K>>, Outage> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let _under_way = UnderWay::begin(&self.under_way);
        let known = Some(known());
        match self.answer {
            Answer::Known => Ok(known),
            Answer::Unknown | Answer::KnownForBody(_) => Ok(None),
            Answer::Fails => Err(Outage),
            Answer::KnownAfter(time) => {
                seconds(time).await;
                Ok(known)
            }
            Answer::FailsAfter(time) => {
                seconds(time).await;
                Err(Outage)
            }
            Answer::Never => pending().await,
            Answer::KnownFor(place) => {
                let here = head.method == "POST" && head.uri.path_and_query().is_some_and(|seen| seen == place);
                Ok(known.filter(|_| here))
            }
            Answer::KnownForTenant => Ok(known.filter(|_| head.extensions.get::<Tenant>().is_some())),
        }
    }

    async fn secrets_by_body(&self, head: &Parts, body: &[u8]) -> Result<Option<Secrets<K>>, Outage> {
        let Answer::KnownForBody(text) = self.answer else {
            return self.secrets(head).await;
        };
        self.asked.fetch_add(1, Ordering::Relaxed);
        let is_in = body.windows(text.len()).any(|window| window == text.as_bytes());
        Ok(is_in.then(known))
    }
}

fn known<K: Kind>() -> Secrets<K> {
    Set::new(labelled("primary")).and(labelled("second")).secrets()
}
