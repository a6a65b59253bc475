//! The time of the newest event of each entity.

use jiff::Timestamp;

use super::{Error, PostgresStore};
use crate::queue::InOrder;

const NEWEST: &str = "SELECT seconds, nanoseconds FROM apalis.delivery_newest WHERE queue = $1 AND entity = sha256($2)";

/// The time is kept to the nanosecond, which the server's own times are not.
const ADVANCE: &str = "INSERT INTO apalis.delivery_newest AS newest (queue, entity, seconds, nanoseconds) \
                       VALUES ($1, sha256($2), $3, $4) ON CONFLICT (queue, entity) DO UPDATE \
                       SET seconds = EXCLUDED.seconds, nanoseconds = EXCLUDED.nanoseconds, at = now() \
                       WHERE (newest.seconds, newest.nanoseconds) < (EXCLUDED.seconds, EXCLUDED.nanoseconds)";

impl InOrder for PostgresStore {
    async fn newest(&self, entity: &str) -> Result<Option<Timestamp>, Error> {
        let mut connection = self.connections.begin().await.map_err(Error::database)?;
        let newest = sqlx::query_as(NEWEST).bind(&*self.queue).bind(entity.as_bytes());
        let newest: Option<(i64, i32)> = newest.fetch_optional(&mut *connection).await.map_err(Error::database)?;
        connection.commit().await.map_err(Error::database)?;
        let time = |(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).map_err(Error::database);
        newest.map(time).transpose()
    }

    async fn advance(&self, entity: &str, at: Timestamp) -> Result<(), Error> {
        let advance = sqlx::query(ADVANCE)
            .bind(&*self.queue)
            .bind(entity.as_bytes())
            .bind(at.as_second())
            .bind(at.subsec_nanosecond());
        let mut connection = self.connections.begin().await.map_err(Error::database)?;
        advance.execute(&mut *connection).await.map_err(Error::database)?;
        connection.commit().await.map_err(Error::database)
    }
}
