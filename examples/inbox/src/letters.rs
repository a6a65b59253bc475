//! How each backend finds its dead letters.

use apalis::prelude::{Backend, BoxDynError, FetchById, Filter, ListTasks, Status, Task};
use sqlx::query_scalar;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{QUEUE, Store};

/// A store that finds its dead letters.
pub(crate) trait Letters: Store {
    /// At most this many dead letters, the newest first.
    fn dead(&self, most: u32) -> impl Future<Output = Result<Vec<Task<Vec<u8>>>, BoxDynError>> + Send;

    /// The ids of all dead letters. apalis's pages cannot list them: in PostgreSQL, tasks that died at the same time
    /// change places between two pages.
    fn all_dead(&self) -> impl Future<Output = Result<Vec<String>, BoxDynError>> + Send;
}

impl Letters for SqliteStore {
    async fn dead(&self, most: u32) -> Result<Vec<Task<Vec<u8>>>, BoxDynError> {
        Ok(killed(&self.storage(), most).await?)
    }

    async fn all_dead(&self) -> Result<Vec<String>, BoxDynError> {
        let ids = query_scalar("SELECT id FROM Jobs WHERE job_type = ? AND status = 'Killed'");
        Ok(ids.bind(QUEUE).fetch_all(self.storage().pool()).await?)
    }
}

impl Letters for PostgresStore {
    async fn dead(&self, most: u32) -> Result<Vec<Task<Vec<u8>>>, BoxDynError> {
        Ok(killed(&self.storage(), most).await?)
    }

    async fn all_dead(&self) -> Result<Vec<String>, BoxDynError> {
        let ids = query_scalar("SELECT id FROM apalis.jobs WHERE job_type = $1 AND status = 'Killed'");
        Ok(ids.bind(QUEUE).fetch_all(self.storage().pool()).await?)
    }
}

/// Reads the set of dead tasks. In apalis-redis 1.0, `list_tasks` only sees waiting tasks, and `list_all_tasks` takes a
/// page of all tasks, the oldest first, before it looks at their state.
impl Letters for RedisStore {
    async fn dead(&self, most: u32) -> Result<Vec<Task<Vec<u8>>>, BoxDynError> {
        let mut storage = self.storage();
        let config = storage.get_config();
        let died = format!("{}:*->done_at", config.job_meta_hash());
        let mut newest = redis::cmd("SORT");
        newest.arg(config.dead_jobs_set()).arg("BY").arg(died).arg("DESC");
        newest.arg("LIMIT").arg(0).arg(most);
        let ids: Vec<String> = newest.query_async(storage.get_connection()).await?;
        let mut letters = Vec::new();
        for id in ids {
            // The set keeps the ids of vacuumed tasks.
            letters.extend(storage.fetch_by_id(&id.parse()?).await?);
        }
        Ok(letters)
    }

    async fn all_dead(&self) -> Result<Vec<String>, BoxDynError> {
        let mut storage = self.storage();
        let mut ids = redis::cmd("SMEMBERS");
        ids.arg(storage.get_config().dead_jobs_set());
        Ok(ids.query_async(storage.get_connection()).await?)
    }
}

async fn killed<B: ListTasks>(storage: &B, most: u32) -> Result<Vec<Task<B::Compact>>, <B as Backend>::Error> {
    let filter = Filter {
        status: Some(Status::Killed),
        page: 1,
        page_size: Some(most),
    };
    storage.list_tasks(&filter).await
}
