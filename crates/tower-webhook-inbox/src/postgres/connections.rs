//! The connections of the inbox and its workers, beside the pool that is left to others.
//!
//! A call that is given up closes its connection. That frees its locks on the server, and a connection that fell silent
//! is not used again.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// How many idle connections are kept at most. A process with one worker uses about six.
const IDLE: usize = 16;
/// A connection that was idle for longer is tried before it is used.
const FRESH: Duration = Duration::from_secs(1);
/// How long a server may take to answer when a connection is tried.
const TRIED: Duration = Duration::from_secs(1);

/// Set even if it is `on` already: a value that the session did not set changes when the server reloads its
/// configuration. A statement that waits for a lock ends with those who asked for it.
pub(super) const DURABLE: &str = "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
                                  WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false), \
                                  set_config('statement_timeout', '30s', false)";

/// Begins a transaction whose plans use the indexes, whatever the statistics tell.
///
/// The statistics of a queue are wrong most of the time: they are taken while it is empty, and it fills up afterwards,
/// or the other way round. A plan that scans or sorts what waits takes a thousand times as long as one that reads the
/// first tasks off an index. Nothing is set for longer than the transaction, because a pool in front of the server may
/// share its connections with others. The server gives up what its client may have given up, so that no lock is held
/// for long.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL plan_cache_mode = force_generic_plan; \
                     SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; \
                     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
                     SET LOCAL enable_material = off; SET LOCAL jit = off; SET LOCAL statement_timeout = '30s'; \
                     SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// How many connections are lent at a time at most. Handlers may ask for as many as there are of them.
const LENT: usize = 16;

#[derive(Debug)]
pub(super) struct Connections {
    options: PgConnectOptions,
    permits: Arc<Semaphore>,
    /// With the time of their last use.
    idle: Mutex<Vec<(PgConnection, Instant)>>,
}

/// A connection on loan. It is closed when this is dropped, unless it was given back.
pub(super) struct Lent {
    connections: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
    /// None after it was given back.
    connection: Option<PgConnection>,
}

impl Connections {
    pub(super) fn new(options: PgConnectOptions) -> Arc<Self> {
        let idle = Mutex::new(Vec::new());
        let permits = Arc::new(Semaphore::new(LENT));
        Arc::new(Self { options, permits, idle })
    }

    /// Lends a connection.
    pub(super) async fn lend(self: &Arc<Self>) -> Result<Lent, sqlx::Error> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let idle = self.idle().pop();
        let mut lent = Lent {
            connections: Arc::clone(self),
            _permit: permit.expect("the semaphore is never closed"),
            connection: None,
        };
        if let Some((connection, used)) = idle {
            let connection = lent.connection.insert(connection);
            if used.elapsed() < FRESH || matches!(timeout(TRIED, connection.ping()).await, Ok(Ok(()))) {
                return Ok(lent);
            }
            // The others are as old, or older.
            self.idle().clear();
        }
        let connection = lent.connection.insert(self.options.connect().await?);
        sqlx::query(DURABLE).execute(connection).await?;
        Ok(lent)
    }

    /// Lends a connection on which a transaction has begun.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<Lent, sqlx::Error> {
        let mut lent = self.lend().await?;
        sqlx::raw_sql(BEGIN).execute(&mut *lent).await?;
        Ok(lent)
    }

    /// Each change of the list is complete before anything can panic.
    fn idle(&self) -> MutexGuard<'_, Vec<(PgConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent {
    /// Commits the transaction that [`Connections::begin`] began.
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        sqlx::raw_sql("COMMIT").execute(&mut *self).await?;
        self.give_back();
        Ok(())
    }

    /// Commits without waiting for the disk. A crash of the server may undo it.
    pub(super) async fn commit_soon(mut self) -> Result<(), sqlx::Error> {
        let commit = "SET LOCAL synchronous_commit = off; COMMIT";
        sqlx::raw_sql(commit).execute(&mut *self).await?;
        self.give_back();
        Ok(())
    }

    /// Gives the connection back. Nothing is under way on it.
    pub(super) fn give_back(mut self) {
        let connection = self.connection.take();
        let mut idle = self.connections.idle();
        if idle.len() < IDLE {
            idle.extend(connection.map(|connection| (connection, Instant::now())));
        }
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect("it is there until it is given back")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("it is there until it is given back")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.connection.is_some() {
            // What befell this connection may have befallen those that are as old.
            self.connections.idle().clear();
        }
    }
}
