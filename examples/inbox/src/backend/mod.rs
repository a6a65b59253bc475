//! The backend that `DATABASE_URL` names, and the parts that run on it.

use anyhow::{Context, bail};
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;

use crate::receiver::complain;
use crate::setup::Options;

pub(crate) enum Backend {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
    Redis(RedisStore),
}

/// Connects, creates the tables if they are missing, and prints the server's settings that weaken the guarantees.
pub(crate) async fn open(options: &Options) -> anyhow::Result<Backend> {
    let url = options.database.as_str();
    let scheme = url.split(':').next().unwrap_or_default();
    // The URL is not printed, because it may hold a password.
    let cannot = || format!("DATABASE_URL names a {scheme} backend that cannot be used");
    let (backend, caveats) = match scheme {
        "sqlite" => {
            let store = SqliteStore::open(url).await.with_context(cannot)?;
            (Backend::Sqlite(store), Vec::new())
        }
        "postgres" | "postgresql" => {
            let store = PostgresStore::open(url).await.with_context(cannot)?;
            let caveats = store.caveats().await.with_context(cannot)?;
            (Backend::Postgres(store), caveats)
        }
        "redis" => {
            let store = RedisStore::open(url).await.with_context(cannot)?;
            // Hosted servers often forbid the question.
            let caveats = store.caveats().await.unwrap_or_else(|error| vec![error.to_string()]);
            (Backend::Redis(store), caveats)
        }
        _ => bail!("DATABASE_URL begins neither with sqlite:, postgres: nor redis:"),
    };
    for caveat in caveats {
        complain(format_args!("{scheme}: {caveat}"));
    }
    Ok(backend)
}

/// Makes the workers that do this work, the board, and the function that forgets done deliveries, on this store. A
/// macro, because the three stores have no common trait for all of this.
macro_rules! queue {
    ($store:expr, $options:expr, $events:expr, $work:expr) => {{
        use apalis::layers::retry::RetryPolicy;
        use apalis::prelude::{Attempt, BackendExt, Data, Monitor, WorkerBuilderExt};
        use apalis_board::axum::framework::{ApiBuilder, RegisterRoute};

        use $crate::attempts::Before;

        let store = $store;
        let (storage, todo) = (store.storage(), $crate::work::Todo::new($options)?);
        let keep = $options.keep;
        let backoff = $crate::attempts::backoff($options.retry);
        let drain = tower_webhook_inbox::Drain::new();
        let drains = drain.clone();
        let api = ApiBuilder::new(axum::Router::new()).register(tower_webhook_inbox::QUEUE, storage.clone());
        let board = $crate::board::router(
            api.build(),
            $crate::dead::routes(store.clone(), storage.clone()),
            $events,
        );
        let forgetful = store.clone();
        let monitor = Monitor::new()
            .register(move |restarts| {
                let backend = storage
                    .clone()
                    .poll_with_stream(tower_webhook_inbox::Ticks::every($crate::workers::POLL))
                    .before_start(move |_| $crate::workers::pause_before(restarts));
                drains
                    .on(tower_webhook_inbox::watched(
                        &$crate::workers::worker_name(restarts),
                        backend,
                        $crate::workers::PATIENCE,
                    ))
                    .data(todo.clone())
                    .concurrency($crate::workers::CONCURRENCY)
                    .layer(tower::util::MapRequestLayer::new(Before::inject))
                    .retry(RetryPolicy::retries($crate::attempts::STARTS).with_backoff(backoff.clone()))
                    .build(
                        |delivery, attempt: Attempt, before: Data<Before>, todo: Data<$crate::work::Todo>| {
                            $crate::attempts::attempt(attempt.current(), *before, $work(delivery, todo))
                        },
                    )
            })
            .should_restart(|worker, _| !worker.is_shutting_down());
        let workers = $crate::workers::Workers {
            monitor,
            drain,
            hand_back: async move |worker: String| anyhow::Ok(store.hand_back(&worker).await?),
        };
        (workers, board, async move || {
            anyhow::Ok(forgetful.forget_done(keep).await?)
        })
    }};
}

pub(crate) use queue;

#[cfg(test)]
mod tests;
