//! Which tasks are dead letters, as each backend knows best.

use apalis::prelude::{Backend, BoxDynError, FetchById, Filter, ListTasks, Status, Task};
use tower_webhook_inbox::Store;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;

/// A store that can say which of its tasks are dead letters.
pub(crate) trait Letters: Store {
    /// As many of them at most, those that died last first.
    fn dead(&self, most: u32) -> impl Future<Output = Result<Vec<Task<Vec<u8>>>, BoxDynError>> + Send;
}

impl Letters for SqliteStore {
    async fn dead(&self, most: u32) -> Result<Vec<Task<Vec<u8>>>, BoxDynError> {
        Ok(killed(&self.storage(), most).await?)
    }
}

impl Letters for PostgresStore {
    async fn dead(&self, most: u32) -> Result<Vec<Task<Vec<u8>>>, BoxDynError> {
        Ok(killed(&self.storage(), most).await?)
    }
}

/// From the set of the dead: `list_tasks` of apalis-redis 1.0 sees those alone that wait, and `list_all_tasks` takes a page of
/// all tasks, the first ones first, before it looks at their state.
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
            // The set keeps the ids of those that were vacuumed.
            letters.extend(storage.fetch_by_id(&id.parse()?).await?);
        }
        Ok(letters)
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
